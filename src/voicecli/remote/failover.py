"""Several engines for one task: the next takes the place of one that fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, Protocol, TypeVar

from voicecli.errors import ModelError
from voicecli.timing import now_s

REST_S = 60.0
"""So long nobody asks an engine that failed, unless no other is left."""


class Named(Protocol):
    @property
    def name(self) -> str: ...


E = TypeVar("E", bound=Named)
T = TypeVar("T")


class Order(Generic[E]):
    """Which of the engines is asked first, and who hears of it."""

    def __init__(
        self,
        engines: Sequence[E],
        notices: Callable[[str, str], None],
        clock_s: Callable[[], float] = now_s,
    ) -> None:
        self._engines = engines
        self._notices = notices
        self._clock_s = clock_s
        self._rests_until_s: dict[int, float] = {}
        self._answering = 0

    @property
    def name(self) -> str:
        """For the screen: `whisper-1 at box:8000, else base`."""
        return ", else ".join(engine.name for engine in self._engines)

    @property
    def first(self) -> E:
        return self._engines[self._turns()[0]]

    def in_turn(self) -> list[E]:
        """All of them, the first to be asked first."""
        return [self._engines[i] for i in self._turns()]

    async def ask(self, job: Callable[[E], Awaitable[T]]) -> T:
        """What the first says that can do it. Raises ModelError, the last one's, where none can."""
        failure: ModelError | None = None
        for engine in self.in_turn():
            try:
                done = await job(engine)
            except ModelError as error:
                self.failed(engine, failure := error)
            else:
                self.answered(engine)
                return done
        assert failure is not None  # of no engine at all no order is made
        raise failure

    def _turns(self) -> list[int]:
        now = self._clock_s()
        return sorted(
            range(len(self._engines)), key=lambda i: (self._rests_until_s.get(i, 0.0) > now, i)
        )

    def answered(self, engine: E) -> None:
        """It did what it was asked for."""
        i = self._engines.index(engine)
        self._rests_until_s.pop(i, None)
        if i < self._answering:
            self._notices(f"{engine.name} answers again", "")
        self._answering = i

    def failed(self, engine: E, error: ModelError) -> None:
        """It did not; the next one of `in_turn` is asked."""
        i = self._engines.index(engine)
        self._rests_until_s[i] = self._clock_s() + REST_S
        after = [self._engines[j] for j in self._turns() if j != i]
        if after and i <= self._answering:
            self._notices(
                f"{error.message}: {after[0].name} takes its place",
                f"{engine.name} is tried again in {REST_S:g} s",
            )
