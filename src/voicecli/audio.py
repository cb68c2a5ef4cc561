"""Sound as numbers: frames, clips, files in and out, resampling. No device, no clock."""

from __future__ import annotations

import os
import struct
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import soxr
from numpy.typing import NDArray

from voicecli.errors import AudioFileError

if TYPE_CHECKING:
    import av

Samples = NDArray[np.float32]
"""Mono, -1..1."""

SAMPLE_RATE_HZ = 16_000
"""What the VAD and the recogniser hear."""

FRAME_SAMPLES = 512
"""32 ms at 16 kHz: the only size that Silero VAD v5 and v6 accept."""

MIN_GAP_S, MAX_GAP_S = 0.1, 600.0
"""What is missing in a damaged file, or before the sound of a film begins, becomes silence: the
times of what comes after it stay right. Shorter is rounding, longer a clock that was set."""

RAW_BLOCK_BYTES = 8192
"""Read at once from a pipe of raw sound: a quarter of a second at 16 kHz."""

FRAME_MS = 1000 * FRAME_SAMPLES / SAMPLE_RATE_HZ


class ByteStream(Protocol):
    """An open file or a pipe."""

    def read(self, n_bytes: int, /) -> bytes | None:
        """At most so many; none at the end."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """512 samples of the microphone, and of the loudspeaker at the same time."""

    samples: Samples
    """What the microphone heard, shape (512,)."""
    start: int
    """Index of the first sample at 16 kHz since the stream opened."""
    played: Samples
    """What left the loudspeaker meanwhile, shape (512,), 16 kHz."""

    @property
    def end(self) -> int:
        return self.start + len(self.samples)


@dataclass(frozen=True, slots=True)
class Phoneme:
    """One IPA symbol of synthesised speech, or a blank or punctuation mark between the words."""

    symbol: str
    n_samples: int


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A piece of synthesised speech."""

    samples: Samples
    sample_rate_hz: int
    text: str = ""
    """What is said in it."""
    word_ends: tuple[int, ...] = ()
    """For each word of `text` (split at white space) the sample after its last one; empty where the
    voice doesn't tell."""
    phonemes: tuple[Phoneme, ...] = ()
    """One after the other, without a gap; empty unless asked for."""
    to_come: int = 0
    """So many of its samples are still being made."""

    @property
    def n_samples(self) -> int:
        """With those to come."""
        return len(self.samples) + self.to_come

    @property
    def duration_s(self) -> float:
        return self.n_samples / self.sample_rate_hz


LEAD_DB = -45.0
"""Below the loudest sample of a clip's beginning: what is quieter is no speech yet."""

LEAD_S = 0.01
"""So much of the silence stays, so that the first sound does not begin with a click."""


def without_lead(clip: Clip) -> Clip:
    """The clip without the silence that voices begin with (0.1 s, which would only be waited for).

    Of a clip that is only a beginning, what it has of samples; they may all be silence.
    """
    loudness = np.abs(clip.samples)
    loud = np.flatnonzero(loudness > 10 ** (LEAD_DB / 20) * np.max(loudness, initial=0.0))
    lead = int(loud[0]) if len(loud) else 0
    n_dropped = max(0, lead - int(LEAD_S * clip.sample_rate_hz))
    return replace(
        clip,
        samples=clip.samples[n_dropped:],
        word_ends=tuple(max(0, end - n_dropped) for end in clip.word_ends),
    )


def silence(n_samples: int) -> Samples:
    return np.zeros(n_samples, np.float32)


def level_db(samples: Samples) -> float:
    """Root mean square in dBFS, at least -100."""
    if len(samples) == 0:
        return -100.0
    mean_square = float(np.mean(np.square(samples, dtype=np.float64)))
    return max(-100.0, 10 * np.log10(mean_square + 1e-10))


class Resampler:
    """Resamples a stream piece by piece; what it holds back comes with the next piece (soxr)."""

    def __init__(self, from_hz: int, to_hz: int, *, early: bool = False) -> None:
        """early: hold back 11 ms instead of 22 (48 to 16 kHz, on average), for which the highest
        fifth of the band gets softer: 3 dB at 6.5 kHz, 13 dB at 7 kHz."""
        quality = "LQ" if early else "HQ"
        self._stream = (
            None
            if from_hz == to_hz
            else soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32", quality=quality)
        )

    def feed(self, samples: Samples, *, last: bool = False) -> Samples:
        if self._stream is None:
            return samples
        return self._stream.resample_chunk(samples, last=last)


def resample(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """Resample a whole signal."""
    return samples if from_hz == to_hz else soxr.resample(samples, from_hz, to_hz)


def decode(
    source: Path | ByteStream,
    sample_rate_hz: int = SAMPLE_RATE_HZ,
    *,
    on_damage: Callable[[str], None] = lambda message: None,
) -> Iterator[Samples]:
    """Decode any audio or video file that FFmpeg reads, piece by piece, mixed to mono.

    A file that is cut off or damaged in the middle gives what can be read of it, and `on_damage`
    one sentence. Raises AudioFileError where nothing can be read.
    """
    for piece in decode_channels(source, sample_rate_hz, layout="mono", on_damage=on_damage):
        yield piece[0]


def decode_channels(
    source: Path | ByteStream,
    sample_rate_hz: int = SAMPLE_RATE_HZ,
    *,
    layout: str | None = None,
    on_damage: Callable[[str], None] = lambda message: None,
) -> Iterator[NDArray[np.float32]]:
    """As `decode`, with every channel for itself: pieces of shape (channels, samples).

    layout: FFmpeg's name of the channels to mix to; None leaves them as they are in the file.
    """
    import av.error  # here, as below: PyAV takes 50 ms, and most sound comes from devices

    name = str(source) if isinstance(source, Path) else "standard input"
    n_samples = 0
    is_damaged = False

    def damaged(error: Exception) -> None:
        nonlocal is_damaged
        if not is_damaged:
            at = f"{n_samples / sample_rate_hz:.1f} s"
            on_damage(f"{name} is damaged at {at} ({_reason(error)}); what can be read is used")
        is_damaged = True

    try:
        with _open(source, name) as file:
            for piece in _decode_with_ffmpeg(file, sample_rate_hz, layout, damaged):
                n_samples += piece.shape[1]
                yield piece
    except PermissionError as error:
        raise AudioFileError(f"{name} may not be read", "check its permissions") from error
    except (av.error.FFmpegError, OSError, ValueError, IndexError) as error:
        if n_samples == 0:
            raise AudioFileError(
                f"{name} is not audio that can be decoded ({_reason(error)})",
                "give a WAV, FLAC, MP3, M4A, Ogg or video file with sound",
            ) from error
        damaged(error)
    if n_samples == 0:
        raise AudioFileError(f"{name} holds no audio samples", "record it again")


@contextmanager
def _open(source: Path | ByteStream, name: str) -> Iterator[ByteStream]:
    """The open file: FFmpeg would take a name such as `http:x.wav` for a URL."""
    if not isinstance(source, Path):
        yield source
        return
    if not source.exists():
        raise AudioFileError(f"{name} does not exist", "check the path")
    if source.is_dir():
        raise AudioFileError(f"{name} is a directory", "name a file in it")
    if source.is_file() and source.stat().st_size == 0:
        raise AudioFileError(f"{name} is empty (0 bytes)", "record it again")
    with source.open("rb") as file:
        yield file


def _decode_with_ffmpeg(
    file: ByteStream, sample_rate_hz: int, layout: str | None, damaged: Callable[[Exception], None]
) -> Iterator[NDArray[np.float32]]:
    import av
    import av.error

    with av.open(file, "r") as container:
        if not container.streams.audio:
            raise ValueError("no audio track")
        stream = container.streams.audio[0]
        convert = _Converter(layout, sample_rate_hz)
        begun_s = (container.start_time or 0) / av.time_base
        n_samples = 0
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError as error:
                damaged(error)
                continue  # the packets after it may be whole
            for frame in frames:
                for sound in convert.feed(frame):
                    gap_s = (frame.time or 0.0) - begun_s - n_samples / sample_rate_hz
                    if MIN_GAP_S <= gap_s <= MAX_GAP_S:
                        if n_samples:
                            damaged(ValueError("something is missing"))
                        gap = np.zeros((len(sound), round(gap_s * sample_rate_hz)), np.float32)
                        sound = np.concatenate([gap, sound], axis=1)
                    n_samples += sound.shape[1]
                    yield sound
        yield from convert.finish()


class _Converter:
    """FFmpeg's frames, whatever they are, to samples of one rate and one layout.

    A stream may change both on its way: a broadcast that goes from stereo to 5.1, files that were
    put one after the other.
    """

    def __init__(self, layout: str | None, sample_rate_hz: int) -> None:
        """layout: None for that of the first frame."""
        self._layout = layout
        self._sample_rate_hz = sample_rate_hz
        self._resampler: av.AudioResampler | None = None
        self._takes: tuple[object, ...] = ()

    def feed(self, frame: av.AudioFrame) -> Iterator[NDArray[np.float32]]:
        import av

        takes = (frame.format.name, frame.layout.name, frame.sample_rate)
        if takes != self._takes:
            yield from self.finish()
            self._takes = takes
            self._layout = self._layout or frame.layout.name
            # Not fltp: PyAV crashes where 8 or more channels are a plane each.
            self._resampler = av.AudioResampler("flt", self._layout, self._sample_rate_hz)
        yield from self._resample(frame)

    def finish(self) -> Iterator[NDArray[np.float32]]:
        """What was held back."""
        yield from self._resample(None)

    def _resample(self, frame: av.AudioFrame | None) -> Iterator[NDArray[np.float32]]:
        if self._resampler is not None:
            for piece in self._resampler.resample(frame):
                interleaved = np.asarray(piece.to_ndarray(), np.float32)
                yield np.ascontiguousarray(interleaved.reshape(piece.samples, -1).T)


def duration_s(source: Path) -> float | None:
    """How long a file says that it is; None where it doesn't say, or can't be read, or is no file:
    what is taken out of a pipe is gone."""
    import av
    import av.error

    if not os.path.isfile(source):
        return None
    try:
        with _open(source, str(source)) as file, av.open(file, "r") as container:
            return None if container.duration is None else container.duration / av.time_base
    except (AudioFileError, av.error.FFmpegError, OSError, ValueError, IndexError):
        return None


def decode_raw(source: ByteStream, sample_rate_hz: int) -> Iterator[Samples]:
    """Headerless 16-bit little-endian mono, resampled to 16 kHz; raises AudioFileError."""
    resampler = Resampler(sample_rate_hz, SAMPLE_RATE_HZ)
    n_bytes, rest = 0, b""
    while data := source.read(RAW_BLOCK_BYTES):
        n_bytes += len(data)
        data = rest + data
        n_whole = len(data) // 2 * 2
        rest = data[n_whole:]
        pcm = np.frombuffer(data[:n_whole], "<i2")
        yield resampler.feed(pcm.astype(np.float32) / np.float32(32768))
    if n_bytes < 2:
        raise AudioFileError("standard input holds no audio samples", "pipe some sound into it")
    yield resampler.feed(silence(0), last=True)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def read_audio(source: Path | ByteStream, sample_rate_hz: int = SAMPLE_RATE_HZ) -> Samples:
    """Decode a whole file to mono; raises AudioFileError."""
    return np.concatenate(list(decode(source, sample_rate_hz)))


def to_pcm16(samples: Samples) -> bytes:
    """-1..1 to little-endian 16-bit integers, clipped."""
    return (np.clip(samples, -1, 1) * 32767).round().astype("<i2").tobytes()


WAV_MAX = 0xFFFF_FFFF
"""The largest length that a WAV's header has a number for."""


def wav_header(sample_rate_hz: int, n_bytes: int = WAV_MAX) -> bytes:
    """Of a mono 16-bit WAV of so many bytes of samples; without a number, its end is not known."""
    byte_rate = 2 * sample_rate_hz
    return (
        struct.pack("<4sI4s", b"RIFF", min(36 + n_bytes, WAV_MAX), b"WAVE")
        + struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, sample_rate_hz, byte_rate, 2, 16)
        + struct.pack("<4sI", b"data", min(n_bytes, WAV_MAX))
    )


class WavWriter:
    """Writes 16-bit PCM; after every write the header on disk is right: a kill loses nothing."""

    def __init__(self, path: Path, sample_rate_hz: int, n_channels: int = 1) -> None:
        try:
            self._file = path.open("wb")
        except OSError as error:
            raise AudioFileError(
                f"{path} can't be written ({_reason(error)})", "choose another place"
            ) from error
        self._path = path
        self._wave = wave.open(self._file, "wb")  # noqa: SIM115 (closed in close())
        self._wave.setnchannels(n_channels)
        self._wave.setsampwidth(2)
        self._wave.setframerate(sample_rate_hz)
        self._wave.writeframes(b"")

    def write(self, *channels: Samples) -> None:
        """Append the same number of samples to every channel."""
        interleaved = channels[0] if len(channels) == 1 else np.stack(channels, axis=1).reshape(-1)
        try:
            self._wave.writeframes(to_pcm16(interleaved))
        except OSError as error:
            raise AudioFileError(
                f"{self._path} can't be written ({_reason(error)})", "free some space on the disk"
            ) from error

    def close(self) -> None:
        self._wave.close()
        self._file.close()
