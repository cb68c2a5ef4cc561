"""The server as one ASGI application that loads and ends by itself, for who brings a server of his
own to run it in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

from voicecli.errors import VoicecliError
from voicecli.server.app import ServeOptions, create_app, running

if TYPE_CHECKING:
    from fastapi import FastAPI

    from voicecli.settings import Settings

Message = MutableMapping[str, Any]


class Application:
    """Models are loaded when its lifespan begins, and turns are finished before that ends."""

    def __init__(self, settings: Settings, options: ServeOptions) -> None:
        self._settings = settings
        self._options = options
        self._app: FastAPI | None = None

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope["type"] != "lifespan":
            assert self._app is not None, "its lifespan has not begun"
            await self._app(scope, receive, send)
            return
        await receive()  # lifespan.startup
        async with AsyncExitStack() as stack:
            try:
                server = await stack.enter_async_context(running(self._settings, self._options))
            except VoicecliError as error:
                await send({"type": "lifespan.startup.failed", "message": str(error)})
                return
            self._app = create_app(server)
            await send({"type": "lifespan.startup.complete"})
            await receive()  # lifespan.shutdown
            await server.sessions.drain(self._options.limits.grace_s)
        await send({"type": "lifespan.shutdown.complete"})
