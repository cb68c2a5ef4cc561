"""Where `voicecli say` puts its clips: a loudspeaker, a file, or standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from voicecli.cli.streams import tell, write_out

if TYPE_CHECKING:
    from voicecli.duplex.speaker import Playback, Speaker
    from voicecli.tts.clip import Clip


class Sink(Protocol):
    """Where clips go."""

    async def write(self, clip: Clip) -> None:
        """Returns when there is room for the next one."""
        ...

    async def drain(self) -> None:
        """Returns when everything was heard or written."""
        ...


@dataclass(frozen=True)
class Destination:
    """A file, standard output, or else a loudspeaker."""

    file: Path | None
    stdout: bool
    raw: bool
    device: str | None


@asynccontextmanager
async def open_sink(target: Destination, sample_rate_hz: int) -> AsyncIterator[Sink]:
    """Opened with the first clip: where nothing can be said, nothing is touched."""
    if target.stdout:
        yield _Pipe(sample_rate_hz, raw=target.raw)
    elif target.file is not None:
        from voicecli.sound.writing import audio_file

        with audio_file(target.file, sample_rate_hz) as encoder:
            yield _File(encoder)
    else:
        from voicecli.duplex.devices import DeviceDuplex

        async with DeviceDuplex(
            None,
            target.device,
            microphone=False,
            notices=tell,
        ) as duplex:
            yield _Loudspeaker(duplex.speaker)


class _Loudspeaker:
    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._playback: Playback | None = None

    async def write(self, clip: Clip) -> None:
        if self._playback is not None and self._playback.clip.to_come:
            self._speaker.extend(self._playback, clip.samples, whole=clip.is_last)
        else:
            self._playback = self._speaker.queue(clip)
        await self._speaker.room()

    async def drain(self) -> None:
        await self._speaker.drain()


class _File:
    def __init__(self, encoder: Any) -> None:
        self._encoder = encoder

    async def write(self, clip: Clip) -> None:
        self._encoder.write(clip.samples)

    async def drain(self) -> None:
        pass


class _Pipe:
    """Standard output. Written by a thread, so that Ctrl-C works while nobody reads."""

    def __init__(self, sample_rate_hz: int, *, raw: bool) -> None:
        from voicecli.sound.wav import wav_header
        from voicecli.worker import Worker

        self._worker = Worker("stdout")
        self._sample_rate_hz = sample_rate_hz
        self._header = b"" if raw else wav_header(sample_rate_hz)
        self._n_bytes = 0

    async def write(self, clip: Clip) -> None:
        from voicecli.sound.wav import to_pcm16

        before = b"" if self._n_bytes else self._header
        data = to_pcm16(clip.samples)
        self._n_bytes += len(data)
        await self._worker.run(write_out, before + data)

    async def drain(self) -> None:
        """Behind `>` the header can still say how long it became."""
        from voicecli.sound.wav import wav_header

        out = sys.stdout.buffer
        if not self._header or not out.seekable() or _appends(out):
            return
        end = out.tell()
        out.seek(end - self._n_bytes - len(self._header))
        write_out(wav_header(self._sample_rate_hz, self._n_bytes))
        out.seek(end)


def _appends(file: BinaryIO) -> bool:
    """Is it open for `>>`? Then all that is written goes to its end."""
    import fcntl

    return bool(fcntl.fcntl(file.fileno(), fcntl.F_GETFL) & os.O_APPEND)
