"""What OpenAI-compatible servers answer, and what it means. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from voicecli.printable import in_one_line

NO_CHAT_MODELS = ("embed", "minilm", "bge-", "rerank", "whisper", "tts", "dall-e", "moderation")
"""Parts of the names of models that servers list and that can't answer."""


@dataclass(frozen=True)
class Chunk:
    """What one event of the stream tells."""

    content: str = ""
    """Text of the reply."""
    is_alive: bool = False
    """True where the model made something, said or only thought."""
    finish_reason: str | None = None
    error: str | None = None
    is_overload: bool = False
    """True where the error may pass."""


def parse_chunk(data: str | bytes) -> Chunk:
    """One event's data, or a whole answer of a server that doesn't stream. Raises ValueError."""
    if data == "[DONE]":
        return Chunk(finish_reason="stop")
    body = json.loads(data)
    if not isinstance(body, dict):
        raise ValueError(f"{body!r:.40} is no part of a reply")
    if (error := error_in(body)) is not None:
        code = error_code(body)
        return Chunk(error=error, is_overload=code == 429 or (code is not None and code >= 500))
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(choice, dict):
        return Chunk()
    delta = choice.get("delta") or choice.get("message")
    finish = choice.get("finish_reason")
    finish_reason = finish if isinstance(finish, str) else None
    if not isinstance(delta, dict):
        return Chunk(finish_reason=finish_reason)
    content = content_text(delta.get("content"))
    thought = (delta.get(key) for key in ("content", "reasoning_content", "reasoning"))
    return Chunk(content, bool(content) or any(thought), finish_reason)


def content_text(content: object) -> str:
    """Text of a `content`: a string, null, or (Mistral) a list of parts, thoughts among them."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    texts = (part.get("text") for part in content if isinstance(part, dict))
    return "".join(text for text in texts if isinstance(text, str))


def error_in(body: dict[str, Any]) -> str | None:
    """The error that a JSON object reports, in the ways that servers have; None without one."""
    error = body.get("error")
    if error is None and body.get("object") == "error":
        error = body
    if error is None and "choices" not in body:
        error = body.get("detail")  # FastAPI
    if error is None:
        return None
    if isinstance(error, dict):
        error = error.get("message") or error.get("type") or error.get("code")
    return str(error) if error else "it doesn't say why"


def error_code(body: dict[str, Any]) -> int | None:
    error = body.get("error")
    code = (error if isinstance(error, dict) else body).get("code")
    return int(code) if isinstance(code, int | str) and str(code).isdecimal() else None


def error_text(body: str) -> str:
    """What an answer with an error status says; empty where it is no JSON (but a web page)."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return (error_in(parsed) or "") if isinstance(parsed, dict) else ""


def model_ids(body: bytes) -> list[str] | None:
    """The ids in an answer of /v1/models; None where it is no such answer. Raises ValueError."""
    parsed = json.loads(body)
    if not isinstance(parsed, dict) or "data" not in parsed:
        return None
    models = parsed["data"] or []  # Ollama without a model says null
    if not isinstance(models, list):
        return None
    ids = (model.get("id") for model in models if isinstance(model, dict))
    return [model for model in ids if isinstance(model, str) and model]


def choose_model(wanted: str | None, listed: Sequence[str]) -> str | None:
    """The wanted model (Ollama lists llama3.2 as llama3.2:latest), else the first that chats."""
    if wanted:
        return next((name for name in (wanted, f"{wanted}:latest") if name in listed), None)
    chatting = (m for m in listed if not any(part in m.lower() for part in NO_CHAT_MODELS))
    return next(chatting, listed[0] if listed else None)


def media_type(response: httpx.Response) -> str:
    return response.headers.get("content-type", "").partition(";")[0].strip().lower()


def is_framed(response: httpx.Response) -> bool:
    """True where HTTP itself tells a complete answer from one that was cut off."""
    return "transfer-encoding" in response.headers or "content-length" in response.headers


def retry_after_s(header: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, given as a number or an HTTP date; else None."""
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            when = parsedate_to_datetime(header)
        except ValueError:
            return None
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
        seconds = (when - now).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None


def say_duration(seconds: float) -> str:
    """`40 seconds`, `3 minutes`, `2 hours`: rounded up, so that it is late enough."""
    for size, unit in ((3600, "hour"), (60, "minute"), (1, "second")):
        if seconds > size or unit == "second":
            count = max(1, math.ceil(seconds / size))
            return f"{count} {unit}{'s' if count > 1 else ''}"
    raise AssertionError


def clean(text: str) -> str:
    """Text that a server sent, fit for one line of a terminal: no control characters, bounded."""
    return in_one_line(text, 200)
