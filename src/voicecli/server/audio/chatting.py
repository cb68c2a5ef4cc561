"""`/v1/chat/completions`: the language model of the conversations, for whoever has the token.

Off unless asked for (`voicecli serve --chat`): the key that it is asked with is the server's.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from voicecli.errors import VoicecliError
from voicecli.llm.messages import Message, Options, Part, ToolCall, Usage
from voicecli.server.audio.streaming import EventStream, sse
from voicecli.server.errors import ApiError
from voicecli.server.realtime.items import new_id

if TYPE_CHECKING:
    from voicecli.server.app import Server

router = APIRouter()

MAX_CHARS = 100_000
"""Of a message."""


class TextPart(BaseModel):
    type: Literal["text"]
    text: str = Field(max_length=MAX_CHARS)


class CalledFunction(BaseModel):
    name: str
    arguments: str


class ChatCall(BaseModel):
    id: str
    function: CalledFunction


class ChatMessage(BaseModel):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[TextPart] | None = None
    tool_calls: list[ChatCall] = []
    tool_call_id: str = ""

    def message(self) -> Message:
        content = self.content or ""
        if not isinstance(content, str):
            content = "\n".join(part.text for part in content)
        calls = tuple(
            ToolCall(call.id, call.function.name, call.function.arguments)
            for call in self.tool_calls
        )
        role = "system" if self.role == "developer" else self.role
        return Message(role, content, calls, self.tool_call_id)


class ChatRequest(BaseModel):
    messages: list[ChatMessage] = Field(min_length=1, max_length=500)
    model: str = Field("", max_length=128)
    """Whatever it says, the one that the server was started with answers."""
    stream: bool = False
    stream_options: dict[str, Any] = {}
    temperature: float | None = Field(None, ge=0, le=2)
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    tools: list[dict[str, Any]] = Field([], max_length=128)
    tool_choice: str | dict[str, Any] | None = None

    def options(self) -> Options:
        max_tokens = self.max_completion_tokens or self.max_tokens
        return Options(
            self.tools, self.tool_choice, max_tokens, self.temperature, counts_tokens=True
        )


@router.post("/v1/chat/completions")
async def chat(request: Request, wanted: ChatRequest) -> Response:
    server: Server = request.app.state.server
    if not server.options.chat:
        raise ApiError(
            404,
            "the language model is not offered here; `voicecli serve --chat` does",
            "chat_not_offered",
        )
    model = await server.engines.language_model(replace(server.engines.settings.llm, system=""))
    messages = [message.message() for message in wanted.messages]
    head = {"id": new_id("chatcmpl"), "created": int(time.time()), "model": model.name}
    async with AsyncExitStack() as stack:
        parts = await stack.enter_async_context(aclosing(model.respond(messages, wanted.options())))
        if wanted.stream:
            first = await anext(parts, None)  # what fails now is told as an error of HTTP
            counts_tokens = wanted.stream_options.get("include_usage") is True
            events = _streamed(first, parts, head, counts_tokens=counts_tokens)
            return EventStream(events, stack.pop_all())
        return JSONResponse(_completion([part async for part in parts], head))


def _completion(parts: list[Part], head: dict[str, Any]) -> dict[str, Any]:
    text = "".join(part for part in parts if isinstance(part, str))
    calls = [part for part in parts if isinstance(part, ToolCall)]
    message: dict[str, Any] = {"role": "assistant", "content": text or None}
    if calls:
        message["tool_calls"] = [_call(call) for call in calls]
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}
    usage = sum((part for part in parts if isinstance(part, Usage)), Usage())
    return {**head, "object": "chat.completion", "choices": [choice], "usage": _counts(usage)}


def _counts(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
    }


async def _streamed(
    first: Part | None,
    rest: AsyncGenerator[Part, None],
    head: dict[str, Any],
    *,
    counts_tokens: bool,
) -> AsyncIterator[bytes]:
    def chunk(delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        return sse({**head, "object": "chat.completion.chunk", "choices": [choice]})

    part, n_calls, usage = first, 0, Usage()
    yield chunk({"role": "assistant", "content": ""})
    try:
        while part is not None:
            if isinstance(part, str):
                yield chunk({"content": part})
            elif isinstance(part, ToolCall):
                yield chunk({"tool_calls": [{"index": n_calls, **_call(part)}]})
                n_calls += 1
            elif isinstance(part, Usage):
                usage = part
            part = await anext(rest, None)
    except VoicecliError as error:
        yield sse({"error": {"message": error.message, "type": "server_error", "code": None}})
        return
    yield chunk({}, "tool_calls" if n_calls else "stop")
    if counts_tokens:
        counts = {"choices": [], "usage": _counts(usage)}
        yield sse({**head, "object": "chat.completion.chunk", **counts})
    yield b"data: [DONE]\n\n"


def _call(call: ToolCall) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}
