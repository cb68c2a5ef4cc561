"""WAV files that are valid after every write."""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np

from voicecli.files import told_with
from voicecli.sound.samples import Samples


def to_pcm16(samples: Samples) -> bytes:
    """-1..1 to little-endian 16-bit integers, clipped."""
    return (np.clip(samples, -1, 1) * 32767).round().astype("<i2").tobytes()


class Pcm16:
    """The other way; the bytes come in pieces, which may end in the middle of a sample."""

    def __init__(self) -> None:
        self._odd = b""

    def feed(self, data: bytes) -> Samples:
        data = self._odd + data
        n_whole = len(data) // 2 * 2
        self._odd = data[n_whole:]
        return np.frombuffer(data[:n_whole], "<i2").astype(np.float32) / np.float32(32768)


WAV_MAX = 0xFFFF_FFFF
"""The largest length that a WAV's header has a number for."""


def wav_header(sample_rate_hz: int, n_bytes: int = WAV_MAX, n_channels: int = 1) -> bytes:
    """Of a 16-bit WAV of so many bytes of samples; without a number, its end is not known."""
    block = 2 * n_channels
    return (
        struct.pack("<4sI4s", b"RIFF", min(36 + n_bytes, WAV_MAX), b"WAVE")
        + struct.pack("<4sIHH", b"fmt ", 16, 1, n_channels)
        + struct.pack("<IIHH", sample_rate_hz, block * sample_rate_hz, block, 16)
        + struct.pack("<4sI", b"data", min(n_bytes, WAV_MAX))
    )


class WavWriter:
    """Writes 16-bit PCM; after every write the header on disk is right: a kill loses nothing.

    In a pipe the header stands once, and tells no length.
    """

    def __init__(self, path: Path, sample_rate_hz: int, n_channels: int = 1) -> None:
        """Raises AudioFileError, as `write` does."""
        self._path = path
        self._format = sample_rate_hz, n_channels
        self._n_bytes = 0
        with told_with(path):
            self._file = SoundFile(path, "w")
            self._is_pipe = not self._file.seekable()
            try:
                self._file.write(self._header())
            except OSError:
                self._file.close()
                raise

    def write(self, *channels: Samples) -> None:
        """Append the same number of samples to every channel."""
        data = to_pcm16(interleaved(channels))
        with told_with(self._path):
            self._file.write(data)
            self._n_bytes += len(data)
            if not self._is_pipe:
                self._file.seek(0)
                self._file.write(self._header())
                self._file.seek(0, os.SEEK_END)

    def close(self) -> None:
        self._file.close()

    def _header(self) -> bytes:
        sample_rate_hz, n_channels = self._format
        n_bytes = WAV_MAX if self._is_pipe else self._n_bytes
        return wav_header(sample_rate_hz, n_bytes, n_channels)


def interleaved(channels: Sequence[Samples]) -> Samples:
    """Of several channels, sample by sample."""
    return channels[0] if len(channels) == 1 else np.stack(channels, axis=1).reshape(-1)


class SoundFile(FileIO):
    """Writes all or raises, and remembers what went wrong: on the way through FFmpeg it is lost."""

    error: OSError | None = None

    def write(self, data: Any, /) -> int:
        try:
            n_written = 0
            while n_written < len(data):
                n_written += super().write(memoryview(data)[n_written:])
            return n_written
        except OSError as error:
            self.error = error
            raise
