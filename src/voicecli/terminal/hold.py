"""A key that is held while something lasts, also where the terminal tells of no letting go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

REPEAT_S = 0.12
"""A key that is held comes again within this: keyboards repeat 10 to 30 times a second."""

RELEASE_S = 0.3
"""One that has come so often, and no longer comes, was let go."""


class CallLater(Protocol):
    def __call__(self, delay_s: float, call: Callable[[], None], /) -> asyncio.TimerHandle: ...


class HeldKey:
    """Pressed once it begins, pressed again it ends; held, it ends when it is let go.

    Letting go is told by the terminal, or shows by the key's repetition: what comes twice within
    REPEAT_S is held.
    """

    def __init__(
        self, begin: Callable[[], None], end: Callable[[], None], call_later: CallLater
    ) -> None:
        self._begin = begin
        self._end = end
        self._call_later = call_later
        self._on = self._held = False
        self._ending: asyncio.TimerHandle | None = None

    def pressed(self) -> None:
        if not self._on:
            self._on, self._held = True, False
            self._begin()
            return
        # One more is a repetition, or it ends what lasts: the next tells, or its absence.
        self._held = self._held or self._ending is not None
        self._end_in(RELEASE_S if self._held else REPEAT_S)

    def let_go(self) -> None:
        if self._on:
            self._end_in(0)

    def _end_in(self, delay_s: float) -> None:
        if self._ending is not None:
            self._ending.cancel()
        self._ending = self._call_later(delay_s, self._over)

    def _over(self) -> None:
        self._on, self._ending = False, None
        self._end()
