"""Blocks of the audio thread in, Frames out: what was heard, beside what was played meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from voicecli.audio import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, Resampler, Samples, silence

INBOX_S = 30.0
"""Sound kept for a consumer that is late: models that load, a machine that swaps."""

MAX_LEAD_S = 0.2
"""How far what was played may run ahead of what was heard. Blocks on their way and the resampler
(soxr holds back up to 37 ms from 48 kHz, 115 ms from 8 kHz, `early` half of that) stay below it;
more is a drift of two clocks, and is cut off."""

PATIENCE_S = 0.05
"""How long what was heard waits for what was played, likewise: enough for 48 kHz and a block."""


class Lockstep:
    """Resamples two channels to one rate and gives out pieces of them that happened together.

    Two channels of one stream come out as they went in. Where two devices keep two clocks, what
    was heard sets the pace: silence takes the place of what was played but did not come in time,
    and what was played too much is left out.
    """

    def __init__(
        self,
        heard_hz: int,
        played_hz: int,
        to_hz: int,
        *,
        patience_s: float = PATIENCE_S,
        early: bool = False,
    ) -> None:
        """early: see audio.Resampler."""
        self._resamplers = tuple(
            Resampler(from_hz, to_hz, early=early) for from_hz in (heard_hz, played_hz)
        )
        self._waiting = silence(0), silence(0)
        self._patience_samples = int(patience_s * to_hz)
        self._max_lead_samples = int(MAX_LEAD_S * to_hz)

    def feed(
        self, heard: Samples, played: Samples, *, last: bool = False
    ) -> tuple[Samples, Samples]:
        """Two pieces of the same length. The last ones are as long as what was heard."""
        heard, played = (
            np.concatenate([waiting, resampler.feed(samples, last=last)])
            for waiting, resampler, samples in zip(
                self._waiting, self._resamplers, (heard, played), strict=True
            )
        )
        n_late = len(heard) - len(played)
        if n_late > (0 if last else self._patience_samples):
            played = np.concatenate([played, silence(n_late)])
        if -n_late > self._max_lead_samples:
            played = played[-n_late - self._max_lead_samples :]
        n_both = min(len(heard), len(played))
        self._waiting = heard[n_both:], played[n_both:]
        return heard[:n_both], played[:n_both]


def _fit(samples: Samples, n_samples: int) -> Samples:
    """The resampler rounds, so the last piece may be a sample too long or too short."""
    short = max(0, n_samples - len(samples))
    return np.concatenate([samples[:n_samples], silence(short)])


class FrameCutter:
    """Cuts pairs of equally long pieces at 16 kHz into Frames."""

    def __init__(self, start: int = 0) -> None:
        self.start = start
        """Index of the next Frame's first sample."""
        self._heard = silence(0)
        self._played = silence(0)

    @property
    def end(self) -> int:
        """Index after the last sample that was fed."""
        return self.start + len(self._heard)

    @property
    def n_wanted(self) -> int:
        """So many samples are missing to the next Frame."""
        return FRAME_SAMPLES - len(self._heard)

    def feed(self, heard: Samples, played: Samples) -> Iterator[Frame]:
        self._heard = np.concatenate([self._heard, heard])
        self._played = np.concatenate([self._played, played])
        n_whole = len(self._heard) // FRAME_SAMPLES * FRAME_SAMPLES
        wholes = self._heard[:n_whole], self._played[:n_whole]
        self._heard, self._played = self._heard[n_whole:], self._played[n_whole:]
        for i in range(0, n_whole, FRAME_SAMPLES):
            cut = slice(i, i + FRAME_SAMPLES)
            frame = Frame(wholes[0][cut], self.start, wholes[1][cut])
            self.start += FRAME_SAMPLES
            yield frame


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """The time during which the rates stay what they are."""

    first_index: int
    """16 kHz index of its first sample."""
    heard_hz: int
    played_hz: int


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """What one callback of the audio thread hands over."""

    stretch: Stretch
    index: int
    """16 kHz index of its first sample."""
    n_samples: int
    """At 16 kHz."""
    heard: Samples | None
    """None where a file stands in for the microphone."""
    played: Samples


Tap = Callable[[Samples, int, Samples, int], None]
"""Gets heard, heard_hz, played, played_hz of everything that becomes Frames, in one piece after the
other; lost sound is silence."""


class Microphone:
    """The inbox between the audio thread, which pushes blocks, and one consumer of Frames.

    The inbox holds INBOX_S. When it is full it drops the oldest block; the Frames after that carry
    the indices that they would have had anyway.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        on_block: Callable[[], None] = lambda: None,
        source: Callable[[int], Samples] | None = None,
        tap: Tap | None = None,
        inbox_s: float = INBOX_S,
    ) -> None:
        """on_block: called on the event loop after blocks came, enough for a Frame if Frames are
        consumed.

        source: gives the next n samples at 16 kHz in place of a microphone.
        """
        self.dropped_samples = 0
        """At 16 kHz, since the start."""
        self.frames_at_once = 1
        """So many Frames are waited for: a processor that slept takes several times as long for the
        first as for the next one (Silero on a virtual machine: 0.5 and 0.07 ms)."""
        self._loop = loop
        self._on_block = on_block
        self._source = source
        self._tap = tap
        self._inbox_samples = int(inbox_s * SAMPLE_RATE_HZ)
        self._lock = threading.Lock()
        self._inbox: deque[Block] = deque()
        self._n_queued = 0
        self._n_wanted = 0
        """Nobody is woken before so many samples are queued: waking up costs more than the rest."""
        self._stretch = Stretch(0, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ)
        self._n_pushed = 0
        self._woken = False
        self._arrived = asyncio.Event()
        self._closed = False
        self._current: Stretch | None = None
        self._lockstep: Lockstep | None = None
        self._cutter = FrameCutter()
        self._expected_index = 0
        self._muted = False
        self._heard_from = 0

    def mute(self, muted: bool) -> int:
        """From now on the tap gets silence, or what is heard again; what waits counts as muted.

        Returns the index of the next sample that is pushed. The Frames are what they were.
        """
        self._muted, self._heard_from = muted, self.index
        return self._heard_from

    def retune(self, heard_hz: int, played_hz: int) -> None:
        """The rates of the blocks from now on. No block may be pushed meanwhile."""
        self._stretch, self._n_pushed = Stretch(self.index, heard_hz, played_hz), 0

    @property
    def index(self) -> int:
        """16 kHz index of the next sample that is pushed. Any thread may ask."""
        clock_hz = self._stretch.played_hz if self._source else self._stretch.heard_hz
        return self._stretch.first_index + self._n_pushed * SAMPLE_RATE_HZ // clock_hz

    # ---- the audio thread's side --------------------------------------------------------------

    def push(self, heard: Samples | None, played: Samples) -> None:
        """Hand over one block; both are copied.

        heard: None where the constructor got a source: then what was played sets the pace.
        """
        index = self.index
        self._n_pushed += len(played if heard is None else heard)
        n_samples = self.index - index
        copy = None if heard is None else heard.copy()
        block = Block(self._stretch, index, n_samples, copy, played.copy())
        with self._lock:
            self._inbox.append(block)
            self._n_queued += n_samples
            while self._n_queued > self._inbox_samples:
                lost = self._inbox.popleft().n_samples
                self._n_queued -= lost
                self.dropped_samples += lost
            wake = not self._woken and self._n_queued >= self._n_wanted
            self._woken = self._woken or wake
        if wake:
            with suppress(RuntimeError):  # the event loop has closed: nobody listens any more
                self._loop.call_soon_threadsafe(self._wake)

    # ---- the event loop's side ----------------------------------------------------------------

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """Frame after frame, until `close` and everything pushed before it."""
        while True:
            while (block := self._take()) is not None:
                for frame in self._feed(block):
                    yield frame
                await asyncio.sleep(0)  # others live too, while a late consumer catches up
            if self._closed:
                return
            self._n_wanted = self._cutter.n_wanted + (self.frames_at_once - 1) * FRAME_SAMPLES
            self._arrived.clear()
            await self._arrived.wait()

    def close(self) -> None:
        """Let `frames` end after what is in the inbox."""
        self._closed = True
        self._arrived.set()

    def empty(self) -> None:
        """Give what nobody consumed to the tap."""
        while (block := self._take()) is not None:
            for _ in self._feed(block):
                pass

    def _wake(self) -> None:
        self._woken = False
        self._arrived.set()
        self._on_block()

    def _take(self) -> Block | None:
        with self._lock:
            if not self._inbox:
                return None
            block = self._inbox.popleft()
            self._n_queued -= block.n_samples
            return block

    def _feed(self, block: Block) -> Iterator[Frame]:
        stretch = block.stretch
        if stretch is not self._current or block.index != self._expected_index:
            yield from self._begin(block)
        self._expected_index = block.index + block.n_samples
        heard, heard_hz = block.heard, stretch.heard_hz
        if heard is None:
            assert self._source is not None
            heard, heard_hz = self._source(block.n_samples), SAMPLE_RATE_HZ
        if self._tap is not None:
            is_muted = self._muted or block.index < self._heard_from
            tapped = silence(len(heard)) if is_muted else heard
            self._tap(tapped, heard_hz, block.played, stretch.played_hz)
        assert self._lockstep is not None
        yield from self._cutter.feed(*self._lockstep.feed(heard, block.played))

    def _begin(self, block: Block) -> Iterator[Frame]:
        """A new stretch, or the first block after lost ones: the resamplers start anew."""
        if self._lockstep is not None:
            n_missing = max(0, self._expected_index - self._cutter.end)
            rest = self._lockstep.feed(silence(0), silence(0), last=True)
            yield from self._cutter.feed(*(_fit(channel, n_missing) for channel in rest))
        lost = block.index - self._expected_index
        if lost and self._source is not None:
            self._source(lost)
        if lost and self._tap is not None:
            self._tap(silence(lost), SAMPLE_RATE_HZ, silence(lost), SAMPLE_RATE_HZ)
        if self._cutter.end != block.index:
            self._cutter = FrameCutter(block.index)
        self._current = stretch = block.stretch
        if block.heard is None:  # a file echoes nothing: no need to wait for what was played
            self._lockstep = Lockstep(
                SAMPLE_RATE_HZ, stretch.played_hz, SAMPLE_RATE_HZ, patience_s=0
            )
        else:
            self._lockstep = Lockstep(
                stretch.heard_hz, stretch.played_hz, SAMPLE_RATE_HZ, early=True
            )
