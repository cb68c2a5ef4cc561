"""The built-in replies as an OpenAI-compatible server without a socket."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import httpx

from voicecli.llm.builtin.requests import answer
from voicecli.llm.messages import BUILTIN, Message


class ResponderTransport(httpx.AsyncBaseTransport):
    """An OpenAI-compatible server without a socket: /v1/models and /v1/chat/completions."""

    def __init__(self, clock: Callable[[], datetime] = datetime.now) -> None:
        self._clock = clock

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/models":
            return httpx.Response(200, json={"data": [{"id": BUILTIN, "object": "model"}]})
        if request.url.path != "/v1/chat/completions":
            return httpx.Response(404, json={"error": {"message": "there is nothing here"}})
        body = json.loads(await request.aread())
        messages = [Message(m["role"], m["content"] or "") for m in body["messages"]]
        return httpx.Response(
            200,
            headers={"Content-Type": "text/event-stream"},
            content=_events(answer(messages, self._clock())),
        )


async def _events(text: str) -> AsyncIterator[bytes]:
    """The reply as a server streams it, a word an event."""
    deltas = [{"content": word} for word in re.findall(r"\s*\S+", text)]
    for delta, finish_reason in [*((delta, None) for delta in deltas), ({}, "stop")]:
        choice: dict[str, Any] = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        yield f"data: {json.dumps({'model': BUILTIN, 'choices': [choice]})}\n\n".encode()
    yield b"data: [DONE]\n\n"
