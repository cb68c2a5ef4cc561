"""Sound files as FFmpeg opens them: of known kinds only, and nothing but the file itself.

To FFmpeg a playlist is a recording too: it would fetch what stands in it, from other files, from
the network, whatever the name of the file ends with.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from voicecli.errors import AudioFileError
from voicecli.sound.lengths import ByteStream, SoundOfAnyLength, chunks_of

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

FORMATS = (
    # of sound alone
    "aac,ac3,adx,aiff,amr,amrnb,amrwb,ape,ast,au,caf,dsf,dts,dtshd,eac3,flac,gsm,iff,ilbc,ircam,"
    "latm,loas,mlp,mp3,mpc,mpc8,nistsphere,ogg,oma,osq,pvf,qcp,qoa,rso,shn,sln,sox,spdif,tak,truehd,"
    "tta,voc,w64,wav,wsd,wv,xwma,"
    # of films
    "3g2,3gp,asf,asf_o,av1,avi,dhav,dv,flv,kux,live_flv,m4a,matroska,mj2,mov,mp4,mpeg,mpegts,mxf,nsv,"
    "nut,nuv,rm,rpl,webm,wtv"
)
"""FFmpeg's names of the containers that hold sound themselves. Not among them are those that name
other files or addresses (concat, dash, hls, imf, sdp, rtsp, sap), scripts (sbg) and devices."""

NOTHING_ELSE = {"format_whitelist": FORMATS, "protocol_whitelist": "data"}
"""What FFmpeg may do while it reads: a container that opens something of its own all the same finds
no protocol to do it with."""

HEAD_BYTES = 256


@runtime_checkable
class _Seekable(ByteStream, Protocol):
    def seekable(self) -> bool: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...
    def tell(self) -> int: ...


class ForFFmpeg:
    """A stream that FFmpeg reads. What goes wrong is remembered, not raised: PyAV would write a
    traceback to stderr."""

    def __init__(self, stream: ByteStream, *, as_stated: bool = False) -> None:
        """as_stated: it ends where its header says, also where it goes on."""
        self.error: Exception | None = None
        """Of reading."""
        self.name = str(getattr(stream, "name", ""))
        """Some kinds are only known by how it ends."""
        self.head = _read_fully(stream, HEAD_BYTES)
        """The first bytes."""
        self._unread = self.head
        self._stream = stream
        self._can_seek = isinstance(stream, _Seekable) and stream.seekable()
        chunks = None if as_stated else chunks_of(self.head)
        if chunks is not None:
            self._stream = SoundOfAnyLength(chunks, self.head, stream)
            self._unread, self._can_seek = b"", False
        elif self._can_seek:
            cast(_Seekable, stream).seek(-len(self.head), 1)
            self._unread = b""

    def seekable(self) -> bool:
        return self._can_seek

    def read(self, n_bytes: int) -> bytes:
        if self._unread:
            data, self._unread = self._unread[:n_bytes], self._unread[n_bytes:]
            return data
        try:
            return self._stream.read(n_bytes) or b""
        except (OSError, ValueError) as error:
            self.error = error
            return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        """-1 where a damaged file points to a place that is none."""
        try:
            return cast(_Seekable, self._stream).seek(offset, whence)
        except (OSError, ValueError):
            return -1

    def tell(self) -> int:
        return cast(_Seekable, self._stream).tell()

    @property
    def goes_on(self) -> bool:
        """There is more sound than the header says."""
        return isinstance(self._stream, SoundOfAnyLength) and self._stream.goes_on


def _read_fully(stream: ByteStream, n_bytes: int) -> bytes:
    """So many bytes, fewer only at the end: a pipe gives them in pieces."""
    data = b""
    while len(data) < n_bytes and (more := stream.read(n_bytes - len(data))):
        data += more
    return data


@contextmanager
def container_of(file: ForFFmpeg) -> Iterator[InputContainer]:
    """An open container of a kind in FORMATS; raises ValueError for any other."""
    import av
    import av.error

    try:
        container = av.open(file, "r", options=NOTHING_ELSE)
    except av.error.ArgumentError as error:
        kind = "a list of other files" if _is_text(file.head) else "of a kind that is not read"
        raise ValueError(f"it is {kind}") from error
    with container:
        yield container


def _is_text(head: bytes) -> bool:
    return not any(byte < 32 and byte not in b"\t\n\v\f\r" for byte in head)


def track_of(container: InputContainer, name: str, wanted: str | None) -> tuple[AudioStream, str]:
    """The track to hear, and a sentence about the others, which is empty where there are none.

    The track that the file calls its default one, else the first.

    wanted: the number of another, from 1, or the language that the file gives it, such as `eng`.
    """
    tracks = container.streams.audio
    if not tracks:
        raise ValueError("no audio track")
    names = [
        f"{number} ({track.language})" if track.language else str(number)
        for number, track in enumerate(tracks, 1)
    ]
    if wanted is not None:
        for number, track in enumerate(tracks, 1):
            if wanted.lower() in (str(number), (track.language or "").lower()):
                return track, ""
        raise AudioFileError(
            f"{name} has no track {wanted!r} of sound, only {', '.join(names)}",
            "--track takes a number or a language of these",
        )
    is_default = [bool(track.disposition & track.disposition.default) for track in tracks]
    chosen = is_default.index(True) if True in is_default else 0
    others = (
        f"{name} has {len(tracks)} tracks of sound: {', '.join(names)}; this is track"
        f" {chosen + 1}, --track chooses another"
    )
    return tracks[chosen], others if len(tracks) > 1 else ""
