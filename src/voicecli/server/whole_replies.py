"""A loudspeaker at the other end that wants each reply in one piece."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np

from voicecli.duplex.speaker import Playback, Speaker
from voicecli.sound.samples import Samples
from voicecli.tts.clip import Clip

OnReply = Callable[[Samples, int], Awaitable[None]]
"""Gets a reply's sound and its rate; no samples where there is nothing to hear."""


class WholeReplies(Speaker):
    """Gives each reply away as soon as it is made, and counts as heard what can have been heard."""

    def __init__(self, sample_rate_hz: int, on_reply: OnReply, *, at_once: bool) -> None:
        """at_once: it is made as fast as it can be, rather than a little ahead of its being heard;
        else only its end is told, without its sound."""
        super().__init__(sample_rate_hz)
        self._on_reply = on_reply
        self._at_once = at_once
        self._reply: list[Playback] = []

    def queue(self, clip: Clip) -> Playback:
        playback = super().queue(clip)
        self._reply.append(playback)
        return playback

    async def room(self) -> None:
        if self._at_once:
            await asyncio.sleep(0)
        else:
            await super().room()

    def stop(self) -> None:
        self._reply.clear()
        super().stop()

    async def drain(self) -> None:
        """All of it is made; and it may be heard as soon as nobody holds it back any more."""
        await self.until(lambda: not self._held or not self._reply)
        clips = [playback.clip for playback in self._reply]
        self._reply.clear()
        if clips:
            samples = np.concatenate([clip.samples for clip in clips])
            await self._on_reply(samples, clips[0].sample_rate_hz)
        await super().drain()
