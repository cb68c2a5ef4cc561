"""What servers say of an error, in the many ways that they have. Pure."""

from __future__ import annotations

import json
import math
from typing import Any

from voicecli.printable import in_one_line

MAX_DEPTH = 8
"""Levels of an error in which a reason is looked for."""

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
        inner = parsed_json(said)
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


def parsed_json(text: str) -> dict[str, Any] | list[Any] | None:
    """The object or list that a text is in JSON; None for any other."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def error_text(body: str) -> str:
    """What an answer with an error status says; empty where it is a web page."""
    parsed = parsed_json(body)
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
