"""Answers that are sent while they are made."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from typing import Any

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

SLOW_READER_S = 60.0
"""Who takes nothing for so long is cut off: what was made for them would be kept for ever. Players
read no faster than they play, and much is on its way."""


def sse(event: Mapping[str, Any]) -> bytes:
    return f"data: {json.dumps(event, separators=(',', ':'))}\n\n".encode()


class HeldStream(StreamingResponse):
    """An answer that lets go of what it was made with, also where nobody reads it to its end."""

    def __init__(
        self, content: AsyncIterator[bytes], held: AsyncExitStack, media_type: str
    ) -> None:
        super().__init__(content, media_type=media_type)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_in_time(message: Any) -> None:
            async with asyncio.timeout(SLOW_READER_S):
                await send(message)

        async with self._held:
            await super().__call__(scope, receive, send_in_time)


class EventStream(HeldStream):
    """Server-sent events."""

    def __init__(self, content: AsyncIterator[bytes], held: AsyncExitStack) -> None:
        super().__init__(content, held, "text/event-stream")
        self.headers["Cache-Control"] = "no-store"
