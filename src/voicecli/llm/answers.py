"""What OpenAI-compatible servers answer, and what it means. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from voicecli.llm.messages import Usage
from voicecli.remote.said import error_code, error_in, error_kind, parsed_json, reason


@dataclass(frozen=True)
class CallPiece:
    """Part of a tool call, as it stands in one chunk."""

    index: int
    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Chunk:
    """What one event of the stream tells."""

    content: str = ""
    """Text of the reply."""
    whole: str = ""
    """Text of the whole reply: some servers repeat it at the end, others send nothing else."""
    calls: tuple[CallPiece, ...] = ()
    is_alive: bool = False
    """True where the model made something, said or only thought."""
    is_waiting: bool = False
    """True where the server tells, by an empty token, that the model is at work."""
    is_done: bool = False
    """True where nothing can follow."""
    finish_reason: str | None = None
    usage: Usage | None = None
    """Of the whole request, so far."""
    error: str | None = None
    kind: str = ""
    """Type and code of the error, as the server calls them."""
    is_overload: bool = False
    """True where the error may pass."""


def parse_chunk(data: str | bytes, name: str = "") -> Chunk:
    """One event's data, or a whole answer of a server that doesn't stream. Raises ValueError.

    :param name: of the event; `error` makes an error of anything.
    """
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
    text = text.strip()
    if name != "error" and text == "[DONE]":
        return Chunk(is_done=True)
    if name == "error":
        return _failed(parsed_json(text) or text)
    if text[:1] not in ("{", "["):  # a ping, null
        return Chunk()
    body = json.loads(text)
    if isinstance(body, list) and body and isinstance(body[0], dict):
        body = body[0]
    if not isinstance(body, dict):
        raise ValueError(f"{body!r:.40} is no part of a reply")
    if error_in(body) is not None:
        return _failed(body)
    choices = body.get("choices")
    if isinstance(choices, list) and choices:
        choice = choices[0]
    else:  # Ollama's own API
        choice = {"delta": body.get("message"), "finish_reason": body.get("done_reason")}
    if not isinstance(choice, dict):
        return Chunk()
    return _failed(choice) if choice.get("error") else replace(_spoken(choice), usage=_usage(body))


def _usage(body: dict[str, Any]) -> Usage | None:
    usage = body.get("usage")
    if not isinstance(usage, dict):
        return None
    details = usage.get("prompt_tokens_details")
    counts = (
        usage.get("prompt_tokens"),
        usage.get("completion_tokens"),
        details.get("cached_tokens") if isinstance(details, dict) else 0,
    )
    return Usage(*(count if isinstance(count, int) and count > 0 else 0 for count in counts))


def _failed(body: object) -> Chunk:
    code = error_code(body) if isinstance(body, dict) else None
    overload = code == 429 or (code is not None and code >= 500)
    return Chunk(
        error=reason(body) or "it doesn't say why", kind=error_kind(body), is_overload=overload
    )


def _spoken(choice: dict[str, Any]) -> Chunk:
    finish = choice.get("finish_reason")
    has_finish = isinstance(finish, str) and finish not in ("", "null")
    finish_reason = finish if has_finish else None
    delta, message = choice.get("delta"), choice.get("message")
    whole = _text_in(message) if isinstance(message, dict) else ""
    if isinstance(delta, dict) and delta:
        content = _text_in(delta)
    else:
        delta = message if isinstance(message, dict) else {}
        content = text if isinstance(text := choice.get("text"), str) else ""
    made = any(value for key, value in delta.items() if key != "role") or bool(content)
    return Chunk(
        content,
        whole,
        tuple(_calls(delta.get("tool_calls"))),
        is_alive=made,
        is_waiting="content" in delta and not made and not delta.get("role"),
        finish_reason=finish_reason,
    )


def _text_in(delta: dict[str, Any]) -> str:
    """What is to be said; where the model refuses to answer, that."""
    refusal = delta.get("refusal")
    return content_text(delta.get("content")) or (refusal if isinstance(refusal, str) else "")


def content_text(content: object) -> str:
    """Text of a `content`: a string, null, or (Mistral) a list of parts, thoughts among them."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    parts = (part for part in content if isinstance(part, dict))
    texts = (part.get("text") or part.get("refusal") for part in parts)
    return "".join(text for text in texts if isinstance(text, str))


def _calls(listed: object) -> Iterator[CallPiece]:
    for position, call in enumerate(listed if isinstance(listed, list) else []):
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(function, dict):
            continue
        arguments, index = function.get("arguments"), call.get("index")
        if isinstance(arguments, dict):  # Ollama's own way
            arguments = json.dumps(arguments, ensure_ascii=False)
        yield CallPiece(
            index if isinstance(index, int) else position,
            str(call.get("id") or ""),
            str(function.get("name") or ""),
            arguments if isinstance(arguments, str) else "",
        )
