"""Blocks of the audio thread in, Frames out: what was heard, beside what was played meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from voicecli.duplex.lockstep import FrameCutter, Lockstep, _fit
from voicecli.sound.samples import (
    FRAME_SAMPLES,
    SAMPLE_BYTES,
    SAMPLE_RATE_HZ,
    Frame,
    Samples,
    silence,
)

BLOCKS_AT_ONCE = 32
"""Taken together: a joined third of a second costs little more than 10 ms. Others live too, while a
late consumer catches up."""

INBOX_S = 30.0
"""Sound kept for a consumer that is late: models that load, a machine that swaps."""


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """The time during which the rates stay what they are."""

    first_index: int
    """16 kHz index of its first sample."""
    heard_hz: int
    played_hz: int
    clock_hz: int
    """Of the blocks: heard_hz, or played_hz where a file stands in for the microphone."""

    def index(self, n_samples: int) -> int:
        """16 kHz index after so many samples of it."""
        return self.first_index + n_samples * SAMPLE_RATE_HZ // self.clock_hz

    def n_samples(self, index: int) -> int:
        """The least number of samples that reach a 16 kHz index."""
        return -((self.first_index - index) * self.clock_hz // SAMPLE_RATE_HZ)


class Block(NamedTuple):
    """What one callback of the audio thread hands over."""

    stretch: Stretch
    n_before: int
    """Samples of the stretch before it."""
    n_after: int
    heard: bytes
    """Samples; none where a file stands in for the microphone."""
    played: bytes | None
    """Samples; None is silence, as long as what was heard."""

    @property
    def start(self) -> int:
        """16 kHz index of its first sample."""
        return self.stretch.index(self.n_before)

    @property
    def end(self) -> int:
        """16 kHz index after it."""
        return self.stretch.index(self.n_after)


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
        self._queued_from = 0
        """16 kHz index of the first sample that is queued."""
        self._stretch = Stretch(0, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ)
        self._n_pushed = 0
        """Of this stretch."""
        self._n_wanted = 0
        """Nobody is woken before so many are pushed: waking up costs more than the rest."""
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
        clock_hz = played_hz if self._source else heard_hz
        self._stretch = Stretch(self.index, heard_hz, played_hz, clock_hz)
        self._n_pushed = self._n_wanted = 0

    @property
    def index(self) -> int:
        """16 kHz index of the next sample that is pushed. Any thread may ask."""
        return self._stretch.index(self._n_pushed)

    # ---- the audio thread's side --------------------------------------------------------------

    def push(self, heard: Samples | memoryview | None, played: Samples | memoryview | None) -> None:
        """Hand over one block; both are copied.

        heard: None where the constructor got a source: then what was played sets the pace.

        played: None is silence, as long as what was heard.
        """
        heard_bytes = b"" if heard is None else bytes(heard)
        played_bytes = None if played is None else bytes(played)
        n_before = self._n_pushed
        n_after = n_before + len(heard_bytes or played_bytes or b"") // SAMPLE_BYTES
        self._inbox.append(Block(self._stretch, n_before, n_after, heard_bytes, played_bytes))
        self._n_pushed = n_after
        if n_after >= self._n_wanted:
            self._tell()

    def _tell(self) -> None:
        """Enough is queued, or too much."""
        with self._lock:
            while self.index - self._queued_from > self._inbox_samples:
                lost = self._inbox.popleft()
                self.dropped_samples += lost.end - lost.start
                self._queued_from = lost.end
            wake, self._woken = not self._woken, True
        if wake:
            with suppress(RuntimeError):  # the event loop has closed: nobody listens any more
                self._loop.call_soon_threadsafe(self._wake)

    # ---- the event loop's side ----------------------------------------------------------------

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """Frame after frame, until `close` and everything pushed before it."""
        while True:
            while blocks := self._take():
                for frame in self._feed(blocks):
                    yield frame
                await asyncio.sleep(0)  # others live too, while a late consumer catches up
            if self._closed:
                return
            n_wanted = self._cutter.n_wanted + (self.frames_at_once - 1) * FRAME_SAMPLES
            self._n_wanted = self._stretch.n_samples(self._queued_from + n_wanted)
            self._arrived.clear()
            await self._arrived.wait()

    def close(self) -> None:
        """Let `frames` end after what is in the inbox."""
        self._closed = True
        self._arrived.set()

    def empty(self) -> None:
        """Give what nobody consumed to the tap."""
        while blocks := self._take():
            for _ in self._feed(blocks):
                pass

    def _wake(self) -> None:
        self._woken = False
        self._arrived.set()
        self._on_block()

    def _take(self) -> list[Block]:
        """Blocks that wait and go on from one another; none where none waits."""
        blocks: list[Block] = []
        with self._lock:
            while self._inbox and len(blocks) < BLOCKS_AT_ONCE:
                if blocks and not self._goes_on(blocks[-1], self._inbox[0]):
                    break
                blocks.append(self._inbox.popleft())
                self._queued_from = blocks[-1].end
        return blocks

    def _goes_on(self, block: Block, next_: Block) -> bool:
        return (
            next_.stretch is block.stretch
            and next_.n_before == block.n_after
            and self._is_muted(next_) == self._is_muted(block)
        )

    def _is_muted(self, block: Block) -> bool:
        return self._muted or block.start < self._heard_from

    def _feed(self, blocks: list[Block]) -> Iterator[Frame]:
        first, last = blocks[0], blocks[-1]
        stretch = first.stretch
        if stretch is not self._current or first.start != self._expected_index:
            yield from self._begin(first)
        self._expected_index = last.end
        if self._source is not None:
            heard, heard_hz = self._source(last.end - first.start), SAMPLE_RATE_HZ
        else:
            heard, heard_hz = _joined(block.heard for block in blocks), stretch.heard_hz
        played = _joined(
            bytes(len(block.heard)) if block.played is None else block.played for block in blocks
        )
        if self._tap is not None:
            tapped = silence(len(heard)) if self._is_muted(first) else heard
            self._tap(tapped, heard_hz, played, stretch.played_hz)
        assert self._lockstep is not None
        yield from self._cutter.feed(*self._lockstep.feed(heard, played))

    def _begin(self, block: Block) -> Iterator[Frame]:
        """A new stretch, or the first block after lost ones: the resamplers start anew."""
        if self._lockstep is not None:
            n_missing = max(0, self._expected_index - self._cutter.end)
            rest = self._lockstep.feed(silence(0), silence(0), last=True)
            yield from self._cutter.feed(*(_fit(channel, n_missing) for channel in rest))
        lost = block.start - self._expected_index
        if lost and self._source is not None:
            self._source(lost)
        if lost and self._tap is not None:
            self._tap(silence(lost), SAMPLE_RATE_HZ, silence(lost), SAMPLE_RATE_HZ)
        if self._cutter.end != block.start:
            self._cutter = FrameCutter(block.start)
        self._current = stretch = block.stretch
        if self._source is not None:  # a file echoes nothing: no need to wait for what was played
            self._lockstep = Lockstep(
                SAMPLE_RATE_HZ, stretch.played_hz, SAMPLE_RATE_HZ, patience_s=0
            )
        else:
            self._lockstep = Lockstep(
                stretch.heard_hz, stretch.played_hz, SAMPLE_RATE_HZ, early=True
            )


def _joined(blocks: Iterable[bytes]) -> Samples:
    return np.frombuffer(b"".join(blocks), np.float32)
