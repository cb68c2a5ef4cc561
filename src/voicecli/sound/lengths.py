"""Sound files read to their end, whatever length they state.

Programs that are killed, or that write into a pipe, leave a length that is too small, or none.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

BLOCK_BYTES = 32_768

_TAGS = rb"ID3|TAG"
"""Of MP3 files."""


class ByteStream(Protocol):
    """An open file or a pipe."""

    def read(self, n_bytes: int, /) -> bytes | None:
        """At most so many; none at the end."""
        ...


@dataclass(frozen=True)
class Chunks:
    """How a kind of file is made up: a head, and chunks that state their length."""

    n_head_bytes: int
    sound: bytes
    """The name of the chunk that holds the sound."""
    length: str
    """As `struct` writes it."""
    endless: int
    """A length that stands for none."""
    align: int
    """A chunk begins at a multiple of so many bytes."""
    looks_like: bytes
    """A pattern: what another chunk begins with, of a length below 256 MB."""
    counts_header: bool = False
    """Whether name and length are part of the length."""
    n_fields_bytes: int = 0
    """Of the chunk, before the sound begins."""

    @property
    def n_header_bytes(self) -> int:
        return len(self.sound) + struct.calcsize(self.length)

    def n_bytes(self, header: bytes) -> int:
        """What follows the header."""
        (stated,) = struct.unpack(self.length, header[len(self.sound) :])
        return max(0, stated - self.n_header_bytes) if self.counts_header else stated

    def is_end(self, behind: bytes, n_bytes: int) -> bool:
        """Does the sound end here, before the bytes that come behind its stated length?"""
        another = re.compile(rb"(?:" + self.looks_like + rb"|" + _TAGS + rb")", re.DOTALL)
        return len(behind) < 2 or any(
            another.match(behind, at) for at in (0, -n_bytes % self.align)
        )


_NAME = rb"[A-Za-z0-9][A-Za-z0-9_ -]{3}"
WAV = Chunks(12, b"data", "<I", 0xFFFF_FFFF, 2, _NAME + rb".{3}[\x00-\x0f]")
AIFF = Chunks(12, b"SSND", ">I", 0x7FFF_FFFF, 2, _NAME + rb"[\x00-\x0f].{3}", n_fields_bytes=8)
W64 = Chunks(
    40,
    b"data\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a",
    "<Q",
    1 << 60,
    8,
    rb".{16}(?!\x00{3}).{3}[\x00-\x0f]\x00{4}",
    counts_header=True,
)


def chunks_of(head: bytes) -> Chunks | None:
    """The kind of file that begins so; None for those that state no length, or are read as they
    are. head: 256 bytes, where there are so many."""
    if head[8:12] == b"WAVE" and head[:4] in (b"RIFF", b"RF64", b"BW64"):
        return WAV
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC") and b"COMM" in head:
        return AIFF  # what the sound is must be known before it comes
    if head[:4] == b"riff" and head[24:28] == b"wave":
        return W64
    return None


class SoundOfAnyLength:
    """The bytes of a file that states no length: it ends where another chunk begins, or the file.

    RF64, which states its length elsewhere, becomes a WAV.
    """

    def __init__(self, chunks: Chunks, head: bytes, stream: ByteStream) -> None:
        """head: what was read of the stream already."""
        self.goes_on = False
        """There was sound behind the stated length."""
        self._chunks = chunks
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
        chunks = self._chunks
        head = self._exactly(chunks.n_head_bytes)
        yield head.replace(b"RF64", b"RIFF", 1).replace(b"BW64", b"RIFF", 1)
        long_bytes: int | None = None
        while len(header := self._exactly(chunks.n_header_bytes)) == chunks.n_header_bytes:
            n_bytes = chunks.n_bytes(header)
            if header.startswith(chunks.sound):
                yield chunks.sound + struct.pack(chunks.length, chunks.endless)
                yield from self._sound(n_bytes if long_bytes is None else long_bytes)
                return
            body = self._some(n_bytes + -n_bytes % chunks.align)
            if header.startswith(b"ds64"):  # RF64: the length of all, and then of the sound
                whole = b"".join(body)
                long_bytes = int.from_bytes(whole[8:16], "little")
                yield header.replace(b"ds64", b"JUNK") + whole
            else:
                yield header
                yield from body

    def _sound(self, n_bytes: int) -> Iterator[bytes]:
        chunks = self._chunks
        if chunks.n_fields_bytes < n_bytes < chunks.endless:
            yield from self._some(n_bytes)
            behind = self._exactly(chunks.n_header_bytes + chunks.align - 1)
            if chunks.is_end(behind, n_bytes):
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
