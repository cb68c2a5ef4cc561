"""WAV files: valid after every write, read to their end whatever length they state."""

from __future__ import annotations

import re
import struct
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np

from voicecli.errors import AudioFileError, reason
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
                f"{path} can't be written ({reason(error)})", "choose another place"
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
                f"{self._path} can't be written ({reason(error)})", "free some space on the disk"
            ) from error

    def close(self) -> None:
        self._wave.close()
        self._file.close()


class ByteStream(Protocol):
    """An open file or a pipe."""

    def read(self, n_bytes: int, /) -> bytes | None:
        """At most so many; none at the end."""
        ...


def is_wav(head: bytes) -> bool:
    """Do so many bytes begin a WAV?"""
    return head[:4] == b"RIFF" and head[8:12] == b"WAVE"


class WavOfAnyLength:
    """The bytes of a WAV that states no length: it ends where another chunk begins, or the file.

    Programs that are killed, or that write into a pipe, leave a length that is too small.
    """

    def __init__(self, head: bytes, stream: ByteStream) -> None:
        """head: what was read of the stream already, 12 bytes or more."""
        self.goes_on = False
        """There was sound behind the stated length."""
        self._unread = head
        self._stream = stream
        self._pieces = self._in_pieces()
        self._rest = b""

    def read(self, n_bytes: int, /) -> bytes:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = piece
        data, self._rest = self._rest[:n_bytes], self._rest[n_bytes:]
        return data

    def _in_pieces(self) -> Iterator[bytes]:
        yield self._exactly(12)
        while len(header := self._exactly(8)) == 8:
            name, n_bytes = struct.unpack("<4sI", header)
            if name == b"data":
                yield struct.pack("<4sI", name, WAV_MAX)
                yield from self._sound(n_bytes)
                return
            yield header
            yield from self._some(n_bytes + n_bytes % 2)

    def _sound(self, n_bytes: int) -> Iterator[bytes]:
        if n_bytes not in (0, WAV_MAX):
            yield from self._some(n_bytes)
            behind = self._exactly(9)
            if _is_end(behind, padded=n_bytes % 2 == 1):
                return
            self.goes_on = True
            yield behind
        while data := self._read(BLOCK_BYTES):
            yield data

    def _some(self, n_bytes: int) -> Iterator[bytes]:
        while n_bytes and (data := self._read(min(n_bytes, BLOCK_BYTES))):
            n_bytes -= len(data)
            yield data

    def _exactly(self, n_bytes: int) -> bytes:
        return b"".join(self._some(n_bytes))

    def _read(self, n_bytes: int) -> bytes:
        if self._unread:
            data, self._unread = self._unread[:n_bytes], self._unread[n_bytes:]
            return data
        return self._stream.read(n_bytes) or b""


BLOCK_BYTES = 32_768

_CHUNK = re.compile(rb"(?:[A-Za-z0-9][A-Za-z0-9_ -]{3}.{3}[\x00-\x0f]|ID3|TAG)", re.DOTALL)
"""What a chunk looks like (its name, and a length below 256 MB), or the tags of MP3 files."""


def _is_end(behind: bytes, *, padded: bool) -> bool:
    """Does the sound end here, before the 9 bytes that come behind its stated length?"""
    return len(behind) < 2 or any(_CHUNK.match(behind, at) for at in ((0, 1) if padded else (0,)))
