"""A network session as a Duplex: a pacer of 20 ms takes the place of PortAudio's callback.

sound from the client -> feed() -> Inbox -> frames()                       (as soon as it comes)
                  tick(): nothing came for 100 ms? 20 ms of silence -> Inbox
                          Speaker.fill -> on_sound -> to the client

What was heard sets the pace: frames are worked off as fast as they come, ten seconds at once too.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

import numpy as np

from voicecli.duplex.inbox import Inbox
from voicecli.duplex.speaker import Speaker
from voicecli.sound.resampling import Resampler, resample
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, Samples, silence

logger = logging.getLogger(__name__)

TICK_MS = 20

STARVED_MS = 100
"""After so long without sound the client has muted, or is gone: silence takes its place, so that
hangover and playback don't stand still. Less would cut words where a network is uneven."""

LEAD_MS = 200
"""How far ahead of its being heard sound is sent over a WebSocket: enough for an uneven network,
and so much more than the user is counted as heard where he cuts in."""

INBOX_S = 900.0
"""More than one append can hold, which comes at once; the socket is not read while much waits."""

MAX_WAITING_SAMPLES = 10 * SAMPLE_RATE_HZ
"""Where more waits to be listened to, no more is taken from the client for a while."""

MAX_LEAD_SAMPLES = SAMPLE_RATE_HZ // 2
"""Of what was played before what was heard meanwhile."""

BLOCK_SAMPLES = SAMPLE_RATE_HZ // 5
"""0.2 s take some milliseconds of work."""

FRAMES_AT_ONCE = 3
"""As devices.py has it where nothing is going on: waking up costs more than listening."""

MAX_GAPS = 1000
"""Silences of ours that are remembered one by one; events are about the last seconds."""

LATE_AVERAGE_MS = 2000
"""Time constant of the average: one late tick says nothing."""

MAX_LATE_S = 0.5
"""A pacer that is later than this skips ahead: it would only pour out what is no longer current."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Silence of ours between two pieces of the client's sound."""

    start: int
    """16 kHz index of its first sample."""
    end: int
    n_before: int
    """So much silence of ours lies before it."""


class NetworkDuplex:
    """A microphone and a loudspeaker at the other end of a network."""

    stands_still = False

    def __init__(
        self,
        *,
        played_hz: int,
        on_sound: Callable[[Samples], None],
        lead_ms: int = LEAD_MS,
        continuous: bool = False,
        description: str = "network",
    ) -> None:
        """on_sound: gets what is to be played, at `played_hz`; 20 ms, or several times that.

        continuous: also the silence in between, for a track that has to be fed.
        """
        self.speaker = Speaker(played_hz)
        self.speaker.latency_s = lead_ms / 1000
        self._on_sound = on_sound
        self._lead_ticks = lead_ms // TICK_MS
        self._ahead_ticks = 0
        """So much was sent and can't have been heard yet."""
        self._continuous = continuous
        self._description = description
        self._played = silence(0)
        """At 16 kHz, and not yet beside what was heard."""
        self._inbox = Inbox(asyncio.get_running_loop(), inbox_s=INBOX_S)
        self._resampler: Resampler | None = None
        self._heard_hz = SAMPLE_RATE_HZ
        self._starved_ms = 0
        self._gaps: deque[Gap] = deque(maxlen=MAX_GAPS)
        self._hung_up = False
        self._hung_up_at = 0
        self._frame_end = 0
        self._heard_some = asyncio.Event()

    # ---- the network's side -------------------------------------------------------------------

    @property
    def index(self) -> int:
        """Of the next sample that comes, 16 kHz."""
        return self._inbox.index

    async def room(self) -> None:
        """Wait while much of what came was not listened to yet."""
        while self._inbox.index - self._frame_end > MAX_WAITING_SAMPLES:
            self._heard_some.clear()
            await self._heard_some.wait()

    def feed(self, samples: Samples, rate_hz: int) -> None:
        """What the client's microphone heard, however much of it."""
        if rate_hz != self._heard_hz:
            self._flush()
            self._heard_hz = rate_hz
        self._starved_ms = 0
        if self._resampler is None:
            self._resampler = Resampler(rate_hz, SAMPLE_RATE_HZ, early=True)
        self._push(self._resampler.feed(samples))

    def client_ms(self, index: int) -> int:
        """That sample's place in what the client sent: silence of ours is left out."""
        silent = 0
        for gap in reversed(self._gaps):
            if gap.start <= index:
                silent = gap.n_before + min(index, gap.end) - gap.start
                break
        return max(0, index - silent) * 1000 // SAMPLE_RATE_HZ

    def hang_up(self) -> None:
        """Nothing more comes; what came is still given out, and then silence."""
        if not self._hung_up:
            self._flush()
            self._hung_up, self._hung_up_at = True, self._inbox.index

    def tick(self) -> None:
        """20 ms are over."""
        self._starved_ms += TICK_MS
        if self._hung_up or self._starved_ms > STARVED_MS:
            self._flush()
            self._add_silence(SAMPLE_RATE_HZ * TICK_MS // 1000)
        if blocks := self._due_blocks():
            sound = np.concatenate(blocks)
            played = resample(sound, self.speaker.sample_rate_hz, SAMPLE_RATE_HZ)
            self._played = np.concatenate([self._played, played])[-MAX_LEAD_SAMPLES:]
            self._on_sound(sound)
        self.speaker.tick()

    def skip(self, n_ticks: int) -> None:
        """The pacer was late: so much time has passed without a tick."""
        self._ahead_ticks = max(0, self._ahead_ticks - n_ticks)
        self._starved_ms += n_ticks * TICK_MS

    def complete_frame(self) -> int:
        """Let what came be listened to at once, to its last sample; returns the index after it."""
        self._flush()
        end = self._inbox.index
        if n_missing := -end % FRAME_SAMPLES:
            self._add_silence(n_missing)
        return end

    def add_silence(self, n_samples: int) -> None:
        """What the client sent and the network lost, 16 kHz: its clock went on.

        Silence that stands there already, because nothing came, is part of it.
        """
        self._flush()
        if self._gaps and self._gaps[-1].end == self._inbox.index:
            gap = self._gaps.pop()
            n_there = min(n_samples, gap.end - gap.start)
            n_samples -= n_there
            if gap.end - n_there > gap.start:
                self._gaps.append(replace(gap, end=gap.end - n_there))
        self._push(silence(n_samples))

    def _push(self, samples: Samples) -> None:
        """In pieces: others live too, between two blocks of the inbox."""
        for i in range(0, len(samples), BLOCK_SAMPLES):
            block = samples[i : i + BLOCK_SAMPLES]
            self._inbox.push(block, self._played_meanwhile(len(block)))

    def _played_meanwhile(self, n_samples: int) -> Samples:
        """What stands beside so much of what was heard."""
        played = silence(n_samples)
        taken, self._played = self._played[:n_samples], self._played[n_samples:]
        played[: len(taken)] = taken
        return played

    def _flush(self) -> None:
        """What the resampler holds back belongs before what comes next."""
        if self._resampler is not None:
            self._push(self._resampler.feed(silence(0), last=True))
            self._resampler = None

    def _add_silence(self, n_samples: int) -> None:
        start = self._inbox.index
        self._push(silence(n_samples))
        if self._gaps and self._gaps[-1].end == start:
            self._gaps[-1] = replace(self._gaps[-1], end=self._inbox.index)
        else:
            last = self._gaps[-1] if self._gaps else Gap(0, 0, 0)
            n_before = last.n_before + last.end - last.start
            self._gaps.append(Gap(start, self._inbox.index, n_before))

    def _due_blocks(self) -> list[Samples]:
        """20 ms of sound, and at its beginning as much more as it is to be ahead."""
        self._ahead_ticks = max(0, self._ahead_ticks - 1)
        blocks: list[Samples] = []
        while self._continuous or self.speaker.speaking or not self.speaker.drained:
            block = np.empty(self.speaker.sample_rate_hz * TICK_MS // 1000, np.float32)
            behind_ticks = self._lead_ticks - self._ahead_ticks
            speaks = self.speaker.speaking
            self.speaker.fill(
                block, self._inbox.index - behind_ticks * SAMPLE_RATE_HZ * TICK_MS // 1000
            )
            speaks = speaks or bool(block.any())  # a fade
            if speaks or self._continuous:
                blocks.append(block)
            if not speaks:
                break
            self._ahead_ticks += 1
            if self._ahead_ticks > self._lead_ticks:
                break
        return blocks

    # ---- the conversation's side (see duplex.Duplex) ------------------------------------------

    @property
    def input_ended(self) -> bool:
        return self._hung_up and self._frame_end >= self._hung_up_at

    async def frames(self) -> AsyncGenerator[Frame, None]:
        async with aclosing(self._inbox.frames()) as frames:
            async for frame in frames:
                self._frame_end = frame.end
                self._heard_some.set()
                yield frame

    def hurry(self, hurry: bool) -> None:
        self._inbox.frames_at_once = 1 if hurry else FRAMES_AT_ONCE

    def mute(self, muted: bool) -> int:
        return self._inbox.mute(muted)

    def describe(self) -> str:
        return self._description

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._inbox.close()


class Pacer:
    """The clock of all sessions: one task that ticks for each, every 20 ms."""

    def __init__(
        self,
        now_s: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.late_s = 0.0
        """How late ticks are, on average; what a busy event loop costs everybody."""
        self.n_skips = 0
        """Times that it was more than MAX_LATE_S late."""
        self.ticked_at_s = now_s()
        self._now_s = now_s
        self._sleep = sleep
        self._duplexes: set[NetworkDuplex] = set()

    def add(self, duplex: NetworkDuplex) -> None:
        self._duplexes.add(duplex)

    def remove(self, duplex: NetworkDuplex) -> None:
        self._duplexes.discard(duplex)

    async def run(self) -> None:
        """Until it is cancelled."""
        due_s = self._now_s()
        while True:
            due_s += TICK_MS / 1000
            if (early_s := due_s - self._now_s()) > 0:
                await self._sleep(early_s)
            else:
                await self._sleep(0)
            self.ticked_at_s = self._now_s()
            late_s = max(0.0, self.ticked_at_s - due_s)
            self.late_s += (late_s - self.late_s) * TICK_MS / LATE_AVERAGE_MS
            if late_s > MAX_LATE_S:
                n_ticks = int(1000 * late_s / TICK_MS)
                due_s += n_ticks * TICK_MS / 1000
                self.n_skips += 1
                for duplex in self._duplexes:
                    duplex.skip(n_ticks)
            for duplex in tuple(self._duplexes):
                try:
                    duplex.tick()
                except Exception:  # one session must not silence the others
                    logger.exception("a session's tick failed")
                    self._duplexes.discard(duplex)
