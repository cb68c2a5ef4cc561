"""WAV files that are valid after every write."""

from __future__ import annotations

import struct
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voicecli.errors import AudioFileError

if TYPE_CHECKING:
    pass
from voicecli.sound.reading import _reason
from voicecli.sound.samples import Samples


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
