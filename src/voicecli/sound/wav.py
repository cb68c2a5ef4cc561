"""WAV files: valid after every write, read to their end whatever length they state."""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterator, Sequence
from io import FileIO
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from voicecli.files import told_with
from voicecli.sound.samples import Samples


def to_pcm16(samples: Samples) -> bytes:
    """-1..1 to little-endian 16-bit integers, clipped."""
    return (np.clip(samples, -1, 1) * 32767).round().astype("<i2").tobytes()


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
