"""Neither microphone nor loudspeaker: for who types and reads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from types import TracebackType
from typing import Self

from voicecli.duplex.speaker import Speaker
from voicecli.sound.samples import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, silence


class SilentDuplex:
    """Silence at the pace of the clock (see duplex.Duplex)."""

    stands_still = False
    input_ended = False

    def __init__(self) -> None:
        self.speaker = Speaker(SAMPLE_RATE_HZ)
        self._frame_end = 0

    def hurry(self, hurry: bool) -> None:
        """Its pace is its own."""

    def mute(self, muted: bool) -> int:
        return self._frame_end

    def describe(self) -> str:
        return "no sound"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    async def frames(self) -> AsyncGenerator[Frame, None]:
        while True:
            block = silence(FRAME_SAMPLES)
            self.speaker.fill(block)
            self.speaker.tick()
            frame = Frame(silence(FRAME_SAMPLES), self._frame_end, block)
            self._frame_end = frame.end
            yield frame
            await asyncio.sleep(FRAME_MS / 1000)
