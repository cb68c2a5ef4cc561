"""What goes wrong between here and a server, in words for the user; how long to wait."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
from httpx_sse import SSEError

from voicecli.errors import LanguageModelError

RETRY_DELAYS_S = (0.3, 0.9, 2.7)
"""Before the second, third and fourth try: someone is waiting for an answer."""

MAX_WAIT_S = 20.0
"""Longest wait for one reply's next tries together, whatever Retry-After asks for."""

FOREIGN_ERRORS = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.CookieConflict,
    httpx.StreamError,
    SSEError,
    ValueError,  # no JSON, or no UTF-8
    RecursionError,  # JSON a thousand levels deep
    OSError,
)
"""What the libraries raise here; all of it leaves this module as LanguageModelError."""


class _RefusalError(LanguageModelError):
    """The server answered, with a status that is no success."""

    def __init__(
        self,
        message: str,
        hint: str,
        *,
        retryable: bool = False,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, hint, retryable=retryable)
        self.retry_after_s = retry_after_s


class _Backoff:
    """Waits before the next try, or raises where there should be none."""

    def __init__(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._sleep = sleep
        self._delays_s = iter(RETRY_DELAYS_S)
        self._left_s = MAX_WAIT_S

    async def wait(self, error: LanguageModelError) -> None:
        delay_s = next(self._delays_s, None)
        if delay_s is None or not error.retryable:
            raise error
        if isinstance(error, _RefusalError) and error.retry_after_s is not None:
            delay_s = error.retry_after_s
        if delay_s > self._left_s:
            raise error
        self._left_s -= delay_s
        await self._sleep(delay_s)
