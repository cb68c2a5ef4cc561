"""How a reply is asked for, and how else, where a server refuses the form. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import httpx

from voicecli.llm.messages import Message, Options
from voicecli.settings import LlmSettings

DEFAULT_SYSTEM_PROMPT = (
    "You are a voice assistant. Everything you write is read aloud, and what the user says comes "
    "from a speech recogniser that mishears now and then. Answer in the user's language, as people "
    "talk: one to three short sentences, more only when asked for. Plain text only: no markdown, "
    "no lists, no headings, no tables, no code, no links, no emoji. If something is unclear, ask "
    "one short question."
)
"""Without date or time, so that servers can keep the prompt's state from turn to turn."""

_NOT_TAKEN = re.compile(
    r"not? (?:be )?(?:support|permit|allow|enabled|recogni|valid|available)|n't (?:support|allow)|"
    r"unsupported|unknown|unexpected|unrecogni[sz]ed|extra (?:input|field)|invalid (?:role|param)|"
    r"instead|deprecated|must alternate|only (?:user|supports?)",
    re.IGNORECASE,
)
_SYSTEM = re.compile(
    r"\b(?:system|developer)\b.{0,40}\b(?:role|messages?|prompts?|instructions?)|"
    r"\brole\b.{0,40}\b(?:system|developer)|roles? must alternate|only user and assistant",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Form:
    """What a server takes. Each thing that it refuses is asked for in another way from then on."""

    limits: tuple[str, ...] = ("max_tokens", "max_completion_tokens")
    """Names for the limit that are left to try; the first is sent."""
    system_role: bool = True
    """Else the system prompt stands in the user's first message."""
    temperature: bool = True
    stream: bool = True
    usage: bool = True

    def after(self, said: str, body: dict[str, Any]) -> Form | None:
        """The form to try next, where the server's words refuse something of `body`."""
        if not _NOT_TAKEN.search(said):
            return None
        if self.limits and self.limits[0] in body and self.limits[0] in said:
            return replace(self, limits=self.limits[1:])
        if "temperature" in body and "temperature" in said:
            return replace(self, temperature=False)
        if "stream_options" in body and re.search("stream_options|include_usage", said):
            return replace(self, usage=False)
        has_system = any(message["role"] == "system" for message in body["messages"])
        if has_system and _SYSTEM.search(said):
            return replace(self, system_role=False)
        is_stream = body["stream"] and re.search(r"\bstream(?:ing|s|ed)?\b", said, re.IGNORECASE)
        return replace(self, stream=False) if is_stream else None


def first_form(url: httpx.URL) -> Form:
    """OpenAI's newer models refuse the old name of the limit, others don't know the new one."""
    known = Form().limits
    return Form(known[::-1] if url.host == "api.openai.com" else known)


def prompted(messages: Sequence[Message], settings: LlmSettings) -> Sequence[Message]:
    """With the system prompt in front, unless they bring their own."""
    system = settings.system if settings.system is not None else DEFAULT_SYSTEM_PROMPT
    if not system or (messages and messages[0].role == "system"):
        return messages
    return [Message("system", system), *messages]


def request_body(
    model: str,
    messages: Sequence[Message],
    settings: LlmSettings,
    form: Form,
    options: Options,
) -> dict[str, Any]:
    messages = prompted(messages, settings)
    if not form.system_role:
        messages = _without_system(messages)
    body: dict[str, Any] = {
        "model": model,
        "messages": [_entry(message) for message in messages],
        "stream": form.stream,
    }
    temperature = settings.temperature if options.temperature is None else options.temperature
    if temperature is not None and form.temperature:
        body["temperature"] = temperature
    max_tokens = settings.max_tokens if options.max_tokens is None else options.max_tokens
    if max_tokens is not None and form.limits:
        body[form.limits[0]] = max_tokens
    if options.counts_tokens and form.stream and form.usage:
        body["stream_options"] = {"include_usage": True}
    if options.tools:
        body["tools"] = list(options.tools)
        if options.tool_choice is not None:
            body["tool_choice"] = options.tool_choice
    return body


def _entry(message: Message) -> dict[str, Any]:
    entry: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        entry["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
    if message.tool_call_id:
        entry["tool_call_id"] = message.tool_call_id
    return entry


def _without_system(messages: Sequence[Message]) -> list[Message]:
    """The system's words in front of the user's first."""
    system = "\n\n".join(m.content for m in messages if m.role == "system")
    rest = [message for message in messages if message.role != "system"]
    if rest and rest[0].role == "user":
        return [Message("user", f"{system}\n\n{rest[0].content}"), *rest[1:]]
    return [Message("user", system), *rest]


# -- what is left out where the context is full ----------------------------------------------


def turns(messages: Sequence[Message]) -> list[list[Message]]:
    """From one message of the user's to before the next; what stands before the first is one."""
    found: list[list[Message]] = []
    for message in messages:
        if message.role == "user" or not found:
            found.append([])
        found[-1].append(message)
    return found


def without_oldest(messages: Sequence[Message], n_turns: int) -> list[Message] | None:
    """Without so many turns, but never without the last or the system's; None where none may go."""
    system = [message for message in messages if message.role == "system"]
    rest = turns([message for message in messages if message.role != "system"])
    if len(rest) < 2:
        return None
    kept = rest[min(n_turns, len(rest) - 1) :]
    return [*system, *(message for turn in kept for message in turn)]


def size_chars(messages: Sequence[Message]) -> int:
    return sum(len(message.content) for message in messages if message.role != "system")
