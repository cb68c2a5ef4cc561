"""What OpenAI-compatible servers answer, and what it means. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from voicecli.printable import in_one_line

MAX_DEPTH = 8
"""Levels of an error in which a reason is looked for."""


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
        return _failed(_parsed(text) or text)
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
    return _failed(choice) if choice.get("error") else _spoken(choice)


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


# -- errors -----------------------------------------------------------------------------------

_REASONS = (
    *("message", "msg", "error_msg", "error_message", "status_msg", "errors", "error"),
    *("detail", "details", "base_resp", "reason", "description", "title", "type", "code"),
)
"""Where servers put what is wrong, the best first."""

_NO_REASONS = {"id", "request_id", "object", "param", "path", "status", "timestamp", "created"}
"""What stands beside it."""

_SIGNS = ("message", "msg", "error_msg", "error_message", "status_msg", "errors", "detail")
"""What no answer has at its top but one that reports an error."""


def error_in(body: dict[str, Any]) -> str | None:
    """The error that a JSON object reports, in the ways that servers have; None without one."""
    error = body.get("error")
    is_error = bool(error) or "error" in (body.get("object"), body.get("type"))
    if not body.get("choices"):
        base = body.get("base_resp")
        is_error = (
            is_error
            or any(isinstance(body.get(key), str | list) and body[key] for key in _SIGNS)
            or (isinstance(error, dict | str) and "choices" not in body)
            or (isinstance(base, dict) and bool(base.get("status_code")))
            or (error_code(body) or 0) >= 400
        )
    if not is_error:
        return None
    return reason(error if isinstance(error, dict | list) and error else body) or (
        "it doesn't say why"
    )


def error_code(body: dict[str, Any]) -> int | None:
    error = body.get("error")
    code = (error if isinstance(error, dict) else body).get("code")
    text = str(code)  # a status of HTTP, or the server's own word or number
    return int(text) if text.isascii() and text.isdecimal() and len(text) == 3 else None


def error_kind(body: object) -> str:
    """Its type and its code, which say more than some messages."""
    error = body.get("error") if isinstance(body, dict) else None
    source = error if isinstance(error, dict) else body
    words = [source.get(key) for key in ("type", "code")] if isinstance(source, dict) else []
    return " ".join(word for word in words if isinstance(word, str))


def reason(said: object, depth: int = 0) -> str:
    """The first text in what a server says of an error; empty where there is none."""
    if depth > MAX_DEPTH:
        return ""
    if isinstance(said, str):
        # Who passes on another's error often wraps its JSON in a string.
        inner = _parsed(said)
        return (reason(inner, depth + 1) if inner is not None else "") or said.strip()
    if isinstance(said, list):
        return next(filter(None, (reason(entry, depth + 1) for entry in said)), "")
    if not isinstance(said, dict):
        return ""
    metadata = said.get("metadata")
    found = reason(metadata.get("raw"), depth + 1) if isinstance(metadata, dict) else ""
    for key in _REASONS:
        found = found or reason(said.get(key), depth + 1)
    for key in () if found else said.keys() - _NO_REASONS:
        found = found or reason(said[key], depth + 1)
    code = said.get("code")
    return found or (str(code) if isinstance(code, int) else "")


def _parsed(text: str) -> dict[str, Any] | list[Any] | None:
    """The object or list that a text is in JSON; None for any other."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def error_text(body: str) -> str:
    """What an answer with an error status says; empty where it is a web page."""
    parsed = _parsed(body)
    if parsed is not None:
        return reason(parsed)
    return "" if body.lstrip().startswith(("<", "{", "[")) else body.strip()


def say_duration(seconds: float) -> str:
    """`40 seconds`, `3 minutes`, `2 hours`: rounded up, so that it is late enough."""
    for size, unit in ((3600, "hour"), (60, "minute"), (1, "second")):
        if seconds > size or unit == "second":
            count = max(1, math.ceil(seconds / size))
            return f"{count} {unit}{'s' if count > 1 else ''}"
    raise AssertionError


def clean(text: str) -> str:
    """Text that a server sent, fit for one line of a terminal: no control characters, bounded."""
    return in_one_line(text[:10_000], 200)
