"""A duplex: the microphone hears the loudspeaker, as in a phone that is held to itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Self

import numpy as np

from voicecli.duplex.speaker import Speaker
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, Samples, silence


class LoopingDuplex:
    stands_still = True  # time passes when a frame is asked for

    def __init__(self, n_frames: int) -> None:
        self.speaker = Speaker(SAMPLE_RATE_HZ)
        self._left = n_frames
        self._end = 0

    @property
    def input_ended(self) -> bool:
        return self._left <= 0

    async def frames(self) -> AsyncGenerator[Frame, None]:
        heard: Samples = silence(FRAME_SAMPLES)
        while True:
            played = np.empty(FRAME_SAMPLES, np.float32)
            self.speaker.fill(played)  # at 16 kHz already: nothing to resample
            self.speaker.tick()  # whoever waits for this moment may go on
            self._left -= 1
            frame = Frame(heard, self._end, played)
            self._end = frame.end
            yield frame
            heard = played
            await asyncio.sleep(0)

    def hurry(self, hurry: bool) -> None:
        """Frames come when they are asked for."""

    def mute(self, muted: bool) -> int:
        return self._end

    def describe(self) -> str:
        return "a loop"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """There is nothing to close."""
