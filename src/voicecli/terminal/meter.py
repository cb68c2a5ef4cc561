"""A level on one line of the terminal, redrawn as it moves."""

from __future__ import annotations

import sys
from typing import Self

FLOOR_DB = -70.0
WIDTH = 30


def bar(level_db: float) -> str:
    """`█████████-----  -31 dB`; full at 0 dBFS."""
    n_full = round(WIDTH * (1 - min(1.0, max(0.0, level_db / FLOOR_DB))))
    return f"{'█' * n_full}{'░' * (WIDTH - n_full)} {level_db:4.0f} dB"


class Meter:
    """Shows the levels that it is called with, on stderr if that is a terminal; a context manager.

    Falls at 20 dB a second, as meters do: what jumps can't be read.
    """

    FALL_DB = 0.6
    """Per frame of 32 ms."""

    def __init__(self) -> None:
        self._shown_db = FLOOR_DB
        self._draws = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._draws:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)  # noqa: T201

    def __call__(self, level_db: float) -> None:
        self._shown_db = max(level_db, self._shown_db - self.FALL_DB)
        if self._draws:
            print(f"\r  {bar(self._shown_db)}", end="", file=sys.stderr, flush=True)  # noqa: T201
