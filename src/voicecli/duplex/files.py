"""Conversations in files: a recorder for both sides, and files in place of both devices."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from voicecli.duplex.lockstep import FrameCutter, Lockstep
from voicecli.duplex.recorder import FILE_SAMPLE_RATE_HZ, Recorder
from voicecli.duplex.seam import Notices
from voicecli.duplex.speaker import Speaker
from voicecli.sound.reading import decode
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, Samples, silence


def _nobody(message: str, hint: str) -> None:
    """Is told and does nothing."""


class FileSource:
    """A file's sound at 16 kHz in pieces of any length, silence after its end."""

    def __init__(
        self, path: Path | None, track: str | None = None, notices: Notices = _nobody
    ) -> None:
        """Reads the beginning; raises AudioFileError. None is silence from the start.

        track, notices: as of sound.reading.decode.
        """
        self.n_samples = 0
        """Of the file, given out so far."""
        self._pieces: Iterator[Samples] = iter(())
        if path is not None:
            self._pieces = decode(path, track=track, on_damage=lambda text: notices(text, ""))
        self._rest = next(self._pieces, silence(0))

    @property
    def ended(self) -> bool:
        """Everything that the file holds was given out."""
        return len(self._rest) == 0

    def read(self, n_samples: int) -> Samples:
        out = silence(n_samples)
        n_read = 0
        while n_read < n_samples and not self.ended:
            piece = self._rest[: n_samples - n_read]
            out[n_read : n_read + len(piece)] = piece
            n_read += len(piece)
            self._rest = self._rest[len(piece) :]
            while len(self._rest) == 0 and (more := next(self._pieces, None)) is not None:
                self._rest = more
        self.n_samples += n_read
        return out


class FileDuplex:
    """Files in place of microphone and loudspeaker (see duplex.Duplex).

    The clock is the sample count, and stands still until the consumer asks for the next frame: two
    runs with the same calls write the same bytes. After the input's end, frames of silence follow.
    """

    stands_still = True

    def __init__(
        self,
        input_file: Path | None = None,
        output_file: Path | None = None,
        *,
        stereo: bool = False,
        track: str | None = None,
        notices: Notices = _nobody,
    ) -> None:
        """track: of an input with several, see sound.reading.decode."""
        self.speaker = Speaker(FILE_SAMPLE_RATE_HZ)
        self._input_file = input_file
        self._output_file = output_file
        self._stereo = stereo
        self._track = track
        self._notices = notices
        self._source = FileSource(None)
        self._recorder: Recorder | None = None
        self._muted = False
        self._frame_end = 0

    @property
    def input_ended(self) -> bool:
        """The last frame held the last sample of the input."""
        return self._source.ended

    def hurry(self, hurry: bool) -> None:
        """Frames come when they are asked for."""

    def mute(self, muted: bool) -> int:
        self._muted = muted
        return self._frame_end

    def describe(self) -> str:
        names = [str(path) for path in (self._input_file, self._output_file) if path is not None]
        return " -> ".join(names) or "silence"

    async def __aenter__(self) -> Self:
        """Open the input; raises AudioFileError."""
        self._source = FileSource(self._input_file, self._track, self._notices)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._recorder is not None:
            self._recorder.close()

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """Frame after frame; raises AudioFileError where the output can't be written.

        The output is opened here: it stays as it was where the conversation can't even begin.
        """
        if self._output_file is not None:
            self._recorder = Recorder(self._output_file, FILE_SAMPLE_RATE_HZ, stereo=self._stereo)
        # What was heard waits for nothing: each pull is one frame. Frame.played lags by the
        # resampler's delay (37 ms), which matters to no one without a room in between.
        lockstep = Lockstep(SAMPLE_RATE_HZ, FILE_SAMPLE_RATE_HZ, SAMPLE_RATE_HZ, patience_s=0)
        cutter = FrameCutter()
        block = np.empty(FRAME_SAMPLES * FILE_SAMPLE_RATE_HZ // SAMPLE_RATE_HZ, np.float32)
        while True:
            heard = self._source.read(FRAME_SAMPLES)
            self.speaker.fill(block)
            if self._recorder is not None:
                tapped = silence(FRAME_SAMPLES) if self._muted else heard
                self._recorder.feed(tapped, SAMPLE_RATE_HZ, block, FILE_SAMPLE_RATE_HZ)
            self.speaker.tick()
            for frame in cutter.feed(*lockstep.feed(heard, block)):
                self._frame_end = frame.end
                yield frame
            await asyncio.sleep(0)  # those that `tick` woke go first
