"""Asking a language model in tests: one reply, or only the choice of server and model."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import httpx

from sse_server import SseServer
from voicecli.llm.client import ChatClient
from voicecli.llm.messages import Message
from voicecli.settings import LlmSettings

ASK = [Message("user", "hello")]
KEY = "sk-very-secret"


class Pauses:
    """Stands in for asyncio.sleep: notes how long a retry would wait, and doesn't."""

    def __init__(self) -> None:
        self.asked_s: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.asked_s.append(seconds)


def settings_for(server: SseServer, **changes: object) -> LlmSettings:
    return LlmSettings(**{"base_url": server.base_url, "model": "test-model"} | changes)  # type: ignore[arg-type]


def ask(
    settings: LlmSettings,
    *,
    messages: list[Message] = ASK,
    pauses: Pauses | None = None,
    got: list[str] | None = None,
    offline: bool = False,
    transport: httpx.AsyncBaseTransport | None = None,
) -> str:
    """One reply, whole. What came before an error is in `got`."""
    got = [] if got is None else got

    async def talk() -> None:
        async with ChatClient(
            settings, offline=offline, sleep=pauses or Pauses(), transport=transport
        ) as model:
            await model.connect()
            async with aclosing(model.stream(messages)) as deltas:
                async for delta in deltas:
                    got.append(delta)

    asyncio.run(talk())
    return "".join(got)


def connected(settings: LlmSettings, **options: object) -> ChatClient:
    async def connect() -> ChatClient:
        async with ChatClient(settings, **options) as model:  # type: ignore[arg-type]
            await model.connect()
            return model

    return asyncio.run(connect())
