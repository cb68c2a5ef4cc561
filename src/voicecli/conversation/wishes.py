"""What is asked for otherwise than by speaking: done by the listening loop, in its order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from voicecli.conversation.floor import Preparing, Speaking, State


@dataclass(frozen=True)
class Wish:
    """Something to be done."""

    carry_out: Callable[[], None]
    at: int = 0
    """Not before this sample index was heard."""
    when_understood: bool = False
    """Not while what the user said is being recognised."""
    when_settled: bool = False
    """Not in a pause of the user's either, who may go on."""
    when_quiet: bool = False
    """Not while a reply speaks."""

    def has_time(self, now: int, state: State) -> bool:
        match state:
            case Preparing(turn_over=True) if self.when_understood:
                return True
            case Preparing() if self.when_settled:
                return True
            case Speaking() if self.when_quiet:
                return True
        return self.at > now


class Wishes:
    """One after the other: none overtakes another."""

    def __init__(self) -> None:
        self._waiting: deque[Wish] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, wish: Wish) -> None:
        self._waiting.append(wish)

    def next(self, now: int, state: State) -> Wish | None:
        """The next one, if its time has come."""
        if not self._waiting or self._waiting[0].has_time(now, state):
            return None
        return self._waiting.popleft()
