"""The built-in replies as an OpenAI-compatible server without a socket."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any

import httpx

from voicecli.llm.builtin.calls import WantedCall, reply_to
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
        tools = {tool["function"]["name"] for tool in body.get("tools", ())}
        return httpx.Response(
            200,
            headers={"Content-Type": "text/event-stream"},
            content=_events(
                reply_to(messages, tools, self._clock()),
                _n_words(messages) if "stream_options" in body else None,
            ),
        )


def _n_words(messages: Sequence[Message]) -> int:
    return sum(len(message.content.split()) for message in messages)


async def _events(reply: str | WantedCall, n_asked: int | None) -> AsyncIterator[bytes]:
    """The reply as a server streams it, a word an event: words are its tokens.

    n_asked: those of the request, for who wants to know; None for others.
    """
    finish_reason, deltas = _deltas(reply)
    for delta, reason in [*((delta, None) for delta in deltas), ({}, finish_reason)]:
        choice: dict[str, Any] = {"index": 0, "delta": delta, "finish_reason": reason}
        yield f"data: {json.dumps({'model': BUILTIN, 'choices': [choice]})}\n\n".encode()
    if n_asked is not None:
        usage = {"prompt_tokens": n_asked, "completion_tokens": len(deltas)}
        told = {"model": BUILTIN, "choices": [], "usage": usage}
        yield f"data: {json.dumps(told)}\n\n".encode()
    yield b"data: [DONE]\n\n"


def _deltas(reply: str | WantedCall) -> tuple[str, list[dict[str, Any]]]:
    """Why it ends, and what it is made of."""
    if isinstance(reply, str):
        return "stop", [{"content": word} for word in re.findall(r"\s*\S+", reply)]
    function = {"name": reply.name, "arguments": json.dumps(reply.arguments)}
    call = {"index": 0, "id": "call", "type": "function", "function": function}
    return "tool_calls", [{"tool_calls": [call]}]
