"""What a session keeps of what was heard before the wake phrase: silence in its place, but for the
utterance that has the phrase."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples, silence

HELD_SAMPLES = 20 * SAMPLE_RATE_HZ
"""Older sound is no part of a call any more: the longest in which a phrase is looked for in time
has 15 s, and recognising it takes a few."""

BEFORE_SAMPLES = SAMPLE_RATE_HZ * 3 // 10
"""Kept before the onset: a word may begin softly."""


class HeldBack:
    """Pieces that wait in memory until it is known whether somebody was called."""

    def __init__(self, feed: Callable[[int, Samples, Samples], None]) -> None:
        """feed: takes a piece to be kept: the sample index of its beginning, and both sides."""
        self._feed = feed
        self._waiting: deque[tuple[int, Samples, Samples]] = deque()

    def add(self, start: int, heard: Samples, played: Samples) -> None:
        self._waiting.append((start, heard, played))
        while start - self._waiting[0][0] > HELD_SAMPLES:
            self._settle()

    def settle(self, onset: int | None = None) -> None:
        """It is known now. onset: of the call; None: there was none."""
        while self._waiting:
            self._settle(onset)

    def _settle(self, onset: int | None = None) -> None:
        start, heard, played = self._waiting.popleft()
        is_call = onset is not None and start + len(heard) > onset - BEFORE_SAMPLES
        self._feed(start, heard if is_call else silence(len(heard)), played)
