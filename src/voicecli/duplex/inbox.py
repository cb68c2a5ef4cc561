"""Blocks of the audio thread in, Frames out: what was heard, beside what was played meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from voicecli.duplex.lockstep import FrameCutter, Lockstep, _fit
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, Samples, silence

INBOX_S = 30.0
"""Sound kept for a consumer that is late: models that load, a machine that swaps."""


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


class Inbox:
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
