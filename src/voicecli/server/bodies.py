"""How large and how slow the body of a request may be: an ASGI middleware, which counts on the
way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from voicecli.server.errors import ApiError

MAX_BYTES = 1024 * 1024
"""Of everything that is no recording."""

PIECE_S = 10.0
"""Who sends nothing for so long is cut off."""

WHOLE_S = 600.0
"""Who sends for longer, too."""


class Bodies:
    def __init__(self, app: ASGIApp, *, larger: Mapping[str, int] | None = None) -> None:
        """larger: bytes that may come to a path, where those are more than MAX_BYTES."""
        self._app = app
        self._larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        max_bytes = self._larger.get(scope["path"], MAX_BYTES)
        stated = Headers(scope=scope).get("content-length", "")
        if stated.isdecimal() and int(stated[:20]) > max_bytes:
            await ApiError(413, _too_large(max_bytes), "request_too_large").response()(
                scope, receive, send
            )
            return
        await self._app(scope, _Bounded(receive, max_bytes), send)


class _Bounded:
    """`receive`, which raises HTTPException for a body that is not to be waited for."""

    def __init__(self, receive: Receive, max_bytes: int) -> None:
        self._receive = receive
        self._max_bytes = max_bytes
        self._n_bytes = 0
        self._until_s = asyncio.get_running_loop().time() + WHOLE_S
        self._is_whole = False

    async def __call__(self) -> Any:
        if self._is_whole:  # from now on, it tells that the client is gone
            return await self._receive()
        try:
            async with asyncio.timeout(PIECE_S), asyncio.timeout_at(self._until_s):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, "the request came too slowly") from None
        self._n_bytes += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        if self._n_bytes > self._max_bytes:
            raise HTTPException(413, _too_large(self._max_bytes))
        return message


def _too_large(max_bytes: int) -> str:
    return f"a request of this kind may have {max_bytes / 1024 / 1024:.0f} MB"
