"""Who may work now: so many at once, some who wait, and the others come back later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from voicecli.server.errors import ApiError

RETRY_AFTER_S = 5


@dataclass
class RequestTurns:
    """The server has one token, so these are the turns of all who have it."""

    n_at_once: int
    n_waiting: int
    """So many wait their turn; who comes then is refused."""
    _n_admitted: int = 0
    _free: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._free = asyncio.Semaphore(self.n_at_once)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[asyncio.Semaphore]:
        """A place in the queue; who has one takes the semaphore to work.

        Raises ApiError where too many wait.
        """
        if self._n_admitted >= self.n_at_once + self.n_waiting:
            raise ApiError(
                429,
                f"{self.n_waiting} of your requests of this kind wait already; try again later",
                "rate_limit_exceeded",
                headers={"Retry-After": str(RETRY_AFTER_S)},
            )
        self._n_admitted += 1
        try:
            yield self._free
        finally:
            self._n_admitted -= 1
