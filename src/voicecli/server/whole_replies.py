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

    def __init__(
        self, sample_rate_hz: int, on_reply: OnReply, *, at_once: bool, most_s: float
    ) -> None:
        """at_once: it is made as fast as it can be, rather than a little ahead of its being heard;
        else only its end is told, without its sound.

        most_s: so much of a reply is given away as one piece, before it is all made; what follows
        is made no faster than it is heard.
        """
        super().__init__(sample_rate_hz)
        self._on_reply = on_reply
        self._at_once = at_once
        self._most_s = most_s
        self._reply: list[Playback] = []

    def queue(self, clip: Clip) -> Playback:
        playback = super().queue(clip)
        self._reply.append(playback)
        return playback

    async def room(self) -> None:
        clips = [playback.clip for playback in self._reply]
        made_s = sum(len(clip.samples) / clip.sample_rate_hz for clip in clips)
        if self._at_once and made_s < self._most_s:
            await asyncio.sleep(0)
            return
        if self._at_once:
            await self._give_away()
        await super().room()

    def stop(self) -> None:
        self._reply.clear()
        super().stop()

    async def drain(self) -> None:
        """All of it is made; and it may be heard as soon as nobody holds it back any more."""
        await self._give_away()
        await super().drain()

    async def _give_away(self) -> None:
        await self.until(lambda: not self._held or not self._reply)
        clips = [playback.clip for playback in self._reply]
        self._reply.clear()
        if clips:
            samples = np.concatenate([clip.samples for clip in clips])
            await self._on_reply(samples, clips[0].sample_rate_hz)
