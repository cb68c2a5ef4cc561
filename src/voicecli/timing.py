"""Latency per turn and stage: the wall clock of everything that is heard."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

now_s = time.perf_counter


@dataclass
class Stopwatch:
    """Marks of one reply, in seconds of the wall clock since it was begun."""

    begun_s: float = field(default_factory=now_s)
    marks: dict[str, float] = field(default_factory=dict)

    def mark(self, name: str) -> None:
        """Remember when `name` happened for the first time."""
        self.marks.setdefault(name, now_s() - self.begun_s)

    def between_ms(self, earlier: str | None, later: str) -> float:
        """Milliseconds from one mark (None: the beginning) to another; 0 where one is missing."""
        start = self.marks.get(earlier) if earlier else 0.0
        end = self.marks.get(later)
        return 0.0 if start is None or end is None else 1000 * (end - start)


def percentile(values: list[float], percent: float) -> float | None:
    """The nearest-rank percentile; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
