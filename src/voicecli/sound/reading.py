"""Any sound file or pipe in, mono samples out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from voicecli.errors import AudioFileError, reason
from voicecli.sound.containers import ForFFmpeg, container_of, track_of
from voicecli.sound.lengths import ByteStream
from voicecli.sound.mixing import StereoToMono
from voicecli.sound.resampling import Resampler
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples, silence
from voicecli.sound.wav import Pcm16

if TYPE_CHECKING:
    import av
    from av.audio.stream import AudioStream
    from av.container import InputContainer

MIN_GAP_S, MAX_GAP_S = 0.1, 600.0
"""What is missing in a damaged file, or before the sound of a film begins, becomes silence: the
times of what comes after it stay right. Shorter is rounding, longer a clock that was set."""

MAX_FILLED_S = 3600.0
"""Of such silence in one file: what claims more was made to keep us busy."""

RATES_HZ = range(1000, 768_001)
"""Below, a few kilobytes would be hours."""

RAW_BLOCK_BYTES = 8192
"""Read at once from a pipe of raw sound: a quarter of a second at 16 kHz."""


def decode(
    source: Path | ByteStream,
    sample_rate_hz: int = SAMPLE_RATE_HZ,
    *,
    track: str | None = None,
    on_damage: Callable[[str], None] = lambda message: None,
) -> Iterator[Samples]:
    """Decode any audio or video file that FFmpeg reads, piece by piece, mixed to mono.

    A file that is cut off or damaged in the middle gives what can be read of it, and `on_damage`
    one sentence; another where a file holds more than is heard: several tracks, or more sound than
    its header states. Raises AudioFileError where nothing can be read.

    track: of a file with several: its number, from 1, or its language as the file names it.
    """
    for piece in decode_channels(
        source, sample_rate_hz, layout="mono", track=track, on_damage=on_damage
    ):
        yield piece[0]


def decode_channels(
    source: Path | ByteStream,
    sample_rate_hz: int = SAMPLE_RATE_HZ,
    *,
    layout: str | None = None,
    track: str | None = None,
    on_damage: Callable[[str], None] = lambda message: None,
    name: str | None = None,
) -> Iterator[NDArray[np.float32]]:
    """As `decode`, with every channel for itself: pieces of shape (channels, samples).

    layout: FFmpeg's name of the channels to mix to; None leaves them as they are in the file.
    name: for people; without it the path, or "standard input".
    """
    import av.error  # here, as below: PyAV takes 50 ms, and most sound comes from devices

    name = name or (str(source) if isinstance(source, Path) else "standard input")
    n_samples = 0
    is_damaged = False

    def damaged(error: Exception) -> None:
        nonlocal is_damaged
        if not is_damaged:
            at = f"{n_samples / sample_rate_hz:.1f} s"
            on_damage(f"{name} is damaged at {at} ({reason(error)}); what can be read is used")
        is_damaged = True

    try:
        with _open(source, name) as stream:
            file = ForFFmpeg(stream)
            with container_of(file) as container:
                audio, others = track_of(container, name, track)
                if others:
                    on_damage(others)
                for piece in _samples_of(container, audio, sample_rate_hz, layout, damaged):
                    n_samples += piece.shape[1]
                    yield piece
            if file.goes_on:
                on_damage(f"{name} is longer than its header says; all of it is used")
            if file.error is not None:
                raise file.error
    except PermissionError as error:
        raise AudioFileError(f"{name} may not be read", "check its permissions") from error
    except (av.error.FFmpegError, OSError, ValueError, IndexError) as error:
        if n_samples == 0:
            raise AudioFileError(
                f"{name} is not audio that can be decoded ({reason(error)})",
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


def _samples_of(
    container: InputContainer,
    track: AudioStream,
    sample_rate_hz: int,
    layout: str | None,
    damaged: Callable[[Exception], None],
) -> Iterator[NDArray[np.float32]]:
    import av
    import av.error

    convert = _Converter(layout, sample_rate_hz)
    begun_s = (container.start_time or 0) / av.time_base
    n_samples, filled_s = 0, 0.0
    for packet in container.demux(track):
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
                    if filled_s + gap_s > MAX_FILLED_S:
                        raise ValueError(f"more than {MAX_FILLED_S / 60:.0f} minutes are missing")
                    filled_s += gap_s
                    for gap in _zeros(len(sound), round(gap_s * sample_rate_hz), sample_rate_hz):
                        n_samples += gap.shape[1]
                        yield gap
                n_samples += sound.shape[1]
                yield sound
    yield from convert.finish()


def _zeros(n_channels: int, n_samples: int, piece: int) -> Iterator[NDArray[np.float32]]:
    """In pieces: many channels of ten minutes at once would fill the memory."""
    for first in range(0, n_samples, piece):
        yield np.zeros((n_channels, min(piece, n_samples - first)), np.float32)


class _Converter:
    """FFmpeg's frames, whatever they are, to samples of one rate and one layout.

    A stream may change both on its way: a broadcast that goes from stereo to 5.1, files that were
    put one after the other.
    """

    def __init__(self, layout: str | None, sample_rate_hz: int) -> None:
        """layout: None for that of the first frame."""
        self._layout = layout
        self._fold = StereoToMono()
        self._folds = False
        self._sample_rate_hz = sample_rate_hz
        self._resampler: av.AudioResampler | None = None
        self._takes: tuple[object, ...] = ()

    def feed(self, frame: av.AudioFrame) -> Iterator[NDArray[np.float32]]:
        import av

        takes = (frame.format.name, frame.layout.name, frame.sample_rate)
        if takes != self._takes:
            yield from self.finish()
            self._takes = takes
            if frame.sample_rate not in RATES_HZ:
                raise ValueError(f"a sample rate of {frame.sample_rate} Hz")
            self._layout = self._layout or frame.layout.name
            self._folds = self._layout == "mono" and frame.layout.nb_channels == 2
            layout = "stereo" if self._folds else self._layout
            # Not fltp: PyAV crashes where 8 or more channels are a plane each.
            self._resampler = av.AudioResampler("flt", layout, self._sample_rate_hz)
        yield from self._resample(frame)

    def finish(self) -> Iterator[NDArray[np.float32]]:
        """What was held back."""
        yield from self._resample(None)

    def _resample(self, frame: av.AudioFrame | None) -> Iterator[NDArray[np.float32]]:
        if self._resampler is not None:
            for piece in self._resampler.resample(frame):
                interleaved = np.asarray(piece.to_ndarray(), np.float32)
                sound = np.ascontiguousarray(interleaved.reshape(piece.samples, -1).T)
                yield self._fold.feed(sound)[None] if self._folds else sound


def duration_s(source: Path) -> float | None:
    """How long a file says that it is; None where it doesn't say, or can't be read, or is no file:
    what is taken out of a pipe is gone."""
    import av
    import av.error

    if not os.path.isfile(source):
        return None
    try:
        with (
            _open(source, str(source)) as file,
            container_of(ForFFmpeg(file, as_stated=True)) as container,
        ):
            return None if container.duration is None else container.duration / av.time_base
    except (AudioFileError, av.error.FFmpegError, OSError, ValueError, IndexError):
        return None


def decode_raw(source: ByteStream, sample_rate_hz: int) -> Iterator[Samples]:
    """Headerless 16-bit little-endian mono, resampled to 16 kHz; raises AudioFileError."""
    resampler = Resampler(sample_rate_hz, SAMPLE_RATE_HZ)
    n_bytes, pcm = 0, Pcm16()
    while data := source.read(RAW_BLOCK_BYTES):
        n_bytes += len(data)
        yield resampler.feed(pcm.feed(data))
    if n_bytes < 2:
        raise AudioFileError("standard input holds no audio samples", "pipe some sound into it")
    yield resampler.feed(silence(0), last=True)


def read_audio(source: Path | ByteStream, sample_rate_hz: int = SAMPLE_RATE_HZ) -> Samples:
    """Decode a whole file to mono; raises AudioFileError."""
    return np.concatenate(list(decode(source, sample_rate_hz)))
