"""How busy the engines are, and what is left out for it: first what nobody misses, at last the next
user.

Measured is how long jobs of replies wait for their engine's thread. Partial transcripts, which are
made where there is time for them, say nothing.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from voicecli.conversation.effort import Effort
from voicecli.timing import percentile
from voicecli.worker import Job, Priority

WINDOW_S = 10.0

MIN_JOBS = 5
"""Fewer say nothing yet."""

NO_PARTIALS_S, NO_SPECULATION_S, NOBODY_MORE_S = 0.1, 0.2, 0.4
"""Waits (p95) beyond which something is left out. Two engines are waited for in a turn, so that at
the last of them a turn takes most of a second longer than it would alone."""

SETTLE_S = 0.25


@dataclass
class Load:
    """Of the engines of one process."""

    now_s: Callable[[], float] = time.monotonic
    effort: Effort = field(default_factory=Effort)
    """Of all conversations."""
    wait_s: float = 0.0
    """p95 of the last WINDOW_S."""
    _waits: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=10_000))

    def job(self, job: Job) -> None:
        """From any thread."""
        if not job.dropped and job.priority < Priority.PARTIAL:
            self._waits.append((self.now_s(), job.wait_s))

    def settle(self) -> None:
        """Now and then: what holds until the next time."""
        oldest_s = self.now_s() - WINDOW_S
        while self._waits and self._waits[0][0] < oldest_s:
            self._waits.popleft()
        waits = [wait_s for _, wait_s in tuple(self._waits)]
        self.wait_s = (percentile(waits, 95) or 0.0) if len(waits) >= MIN_JOBS else 0.0
        self.effort.partials = self.wait_s <= NO_PARTIALS_S
        self.effort.speculation = self.wait_s <= NO_SPECULATION_S

    @property
    def is_too_much(self) -> bool:
        """Nobody more is admitted."""
        return self.wait_s > NOBODY_MORE_S
