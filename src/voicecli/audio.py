"""Sound as numbers: frames, clips, files in and out, resampling. No device, no clock."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import av
import av.error
import numpy as np
import soxr
from numpy.typing import NDArray

from voicecli.errors import AudioFileError

Samples = NDArray[np.float32]
"""Mono, -1..1."""

SAMPLE_RATE_HZ = 16_000
"""What the VAD and the recogniser hear."""

FRAME_SAMPLES = 512
"""32 ms at 16 kHz: the only size that Silero VAD v5 and v6 accept."""

FRAME_MS = 1000 * FRAME_SAMPLES / SAMPLE_RATE_HZ


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


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A piece of synthesised speech."""

    samples: Samples
    sample_rate_hz: int
    text: str = ""
    """What is said in it."""

    @property
    def duration_s(self) -> float:
        return len(self.samples) / self.sample_rate_hz


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

    def __init__(self, from_hz: int, to_hz: int) -> None:
        self._stream = (
            None if from_hz == to_hz else soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32")
        )

    def feed(self, samples: Samples, *, last: bool = False) -> Samples:
        if self._stream is None:
            return samples
        return self._stream.resample_chunk(samples, last=last)


def resample(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """Resample a whole signal."""
    return samples if from_hz == to_hz else soxr.resample(samples, from_hz, to_hz)


def decode(source: Path | BinaryIO, sample_rate_hz: int = SAMPLE_RATE_HZ) -> Iterator[Samples]:
    """Decode any audio or video file that FFmpeg reads, piece by piece, mixed to mono.

    A file that is cut off in the middle gives what it holds up to there. Raises AudioFileError
    where nothing can be read.
    """
    name = str(source) if isinstance(source, Path) else "standard input"
    if isinstance(source, Path):
        if not source.exists():
            raise AudioFileError(f"{name} does not exist", "check the path")
        if source.is_dir():
            raise AudioFileError(f"{name} is a directory", "name a file in it")
        if source.stat().st_size == 0:
            raise AudioFileError(f"{name} is empty (0 bytes)", "record it again")
    n_samples = 0
    try:
        for piece in _decode_with_ffmpeg(source, sample_rate_hz):
            n_samples += len(piece)
            yield piece
    except PermissionError as error:
        raise AudioFileError(f"{name} may not be read", "check its permissions") from error
    except (av.error.FFmpegError, OSError, ValueError) as error:
        if n_samples == 0:
            raise AudioFileError(
                f"{name} is not audio that can be decoded ({_reason(error)})",
                "give a WAV, FLAC, MP3, M4A, Ogg or video file with sound",
            ) from error
    if n_samples == 0:
        raise AudioFileError(f"{name} holds no audio samples", "record it again")


def _decode_with_ffmpeg(source: Path | BinaryIO, sample_rate_hz: int) -> Iterator[Samples]:
    with av.open(str(source) if isinstance(source, Path) else source, "r") as container:
        if not container.streams.audio:
            raise ValueError("no audio track")
        resampler = av.AudioResampler(format="flt", layout="mono", rate=sample_rate_hz)
        for packet in container.demux(container.streams.audio[0]):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                continue  # a damaged packet; the ones after it may be whole
            for frame in frames:
                for piece in resampler.resample(frame):
                    yield piece.to_ndarray().reshape(-1)
        for piece in resampler.resample(None):
            yield piece.to_ndarray().reshape(-1)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def read_audio(source: Path | BinaryIO, sample_rate_hz: int = SAMPLE_RATE_HZ) -> Samples:
    """Decode a whole file to mono; raises AudioFileError."""
    return np.concatenate(list(decode(source, sample_rate_hz)))


def to_pcm16(samples: Samples) -> bytes:
    """-1..1 to little-endian 16-bit integers, clipped."""
    return (np.clip(samples, -1, 1) * 32767).round().astype("<i2").tobytes()


class WavWriter:
    """Writes 16-bit PCM; after every write the header on disk is right: a kill loses nothing."""

    def __init__(self, path: Path, sample_rate_hz: int, n_channels: int = 1) -> None:
        try:
            self._wave = wave.open(str(path), "wb")  # noqa: SIM115 (closed in close())
        except OSError as error:
            raise AudioFileError(
                f"{path} can't be written ({_reason(error)})", "choose another place"
            ) from error
        self._path = path
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
