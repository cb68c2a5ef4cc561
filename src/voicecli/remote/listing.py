"""The models that a server lists, and which of them answers. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

NO_CHAT_MODELS = re.compile(
    r"embed|minilm|bge-|\be5-|rerank|whisper|parakeet|canary|wav2vec|\bstt\b|transcri|"
    r"(?:^|[^a-z])(?:tts|asr|ocr)(?:[^a-z]|$)|tts-|kokoro|piper|bark\b|xtts|orpheus|chatterbox|"
    r"(?:^|[^a-z])(?:image|video)(?:[^a-z]|$)|dall-e|imagen|stable-diffusion|sdxl|flux|\bveo-|"
    r"\bsora|moderation|guard|davinci|babbage|turbo-instruct|realtime|silero",
    re.IGNORECASE,
)
"""In the names of models that servers list and that can't answer."""

CHAT_TASKS = re.compile(
    r"chat|^text$|text-generation|conversational|llm|vlm|language|text2text|any-to-any"
)
"""In the `task` or `type` of an entry that has one; another means that it doesn't answer."""


@dataclass(frozen=True)
class Listed:
    """One entry of the list."""

    id: str
    can_chat: bool = True
    context_tokens: int | None = None
    """How long a conversation may be; None where the list doesn't tell."""


@dataclass(frozen=True)
class Listing:
    models: tuple[Listed, ...]
    next_after: str = ""
    """The id behind which the list goes on; empty where it is complete."""

    @property
    def ids(self) -> list[str]:
        return [model.id for model in self.models]

    def context_tokens_of(self, model: str) -> int | None:
        return next((one.context_tokens for one in self.models if one.id == model), None)

    @property
    def chatting(self) -> list[str]:
        return [model.id for model in self.models if model.can_chat]


def parse_listing(body: bytes) -> Listing | None:
    """An answer of /v1/models; None where it is no such answer. Raises ValueError."""
    parsed = json.loads(body.decode("utf-8", "replace"))
    entries = parsed
    if isinstance(parsed, dict):
        keys = [key for key in ("data", "models") if key in parsed]
        if not keys:
            return None
        entries = parsed[keys[0]] or []  # Ollama without a model says null
    if not isinstance(entries, list):
        return None
    models = tuple(listed for entry in entries if (listed := _listed(entry)) is not None)
    if isinstance(parsed, list) and not models:
        return None
    more = isinstance(parsed, dict) and parsed.get("has_more") is True and models
    return Listing(models, models[-1].id if more else "")


def model_ids(body: bytes) -> list[str] | None:
    """The ids alone."""
    listing = parse_listing(body)
    return None if listing is None else listing.ids


def _listed(entry: object) -> Listed | None:
    if isinstance(entry, str):
        return Listed(entry, can_chat(entry)) if entry else None
    if not isinstance(entry, dict):
        return None
    name = next((entry[k] for k in ("id", "name", "model") if isinstance(entry.get(k), str)), "")
    if not name:
        return None
    return Listed(name, can_chat(name) and _chats_by_kind(entry), _context_tokens(entry))


def _context_tokens(entry: dict[str, Any]) -> int | None:
    """Names: vLLM's, OpenRouter's, Groq's, Mistral's."""
    names = ("max_model_len", "context_length", "context_window", "max_context_length")
    told = (entry.get(name) for name in names)
    return next((tokens for tokens in told if type(tokens) is int and tokens > 0), None)


def can_chat(name: str) -> bool:
    """Whether a model of this name answers, as far as the name tells."""
    return NO_CHAT_MODELS.search(name) is None


def _chats_by_kind(entry: dict[str, Any]) -> bool:
    for key in ("task", "pipeline_tag", "type"):
        kind = entry.get(key)
        if isinstance(kind, str) and kind.lower() not in ("", "model"):
            return CHAT_TASKS.search(kind.lower()) is not None
    capabilities = entry.get("capabilities")
    return not (isinstance(capabilities, dict) and capabilities.get("completion_chat") is False)


def choose_model(wanted: str | None, listed: Sequence[str]) -> str | None:
    """The wanted model as the server spells it, else the first that chats; None where none is it.

    Ollama lists llama3.2 as llama3.2:latest, Gemini puts `models/` in front, others the owner.
    """
    if not wanted:
        return next(filter(can_chat, listed), listed[0] if listed else None)
    for name in (wanted, f"{wanted}:latest"):
        if name in listed:
            return name
    alike = [name for name in listed if _bare(name) == _bare(wanted)]
    same_case = [name for name in listed if name.casefold() == wanted.casefold()]
    found = same_case or alike
    return found[0] if len(found) == 1 or same_case else None


def _bare(name: str) -> str:
    """Without case, owner and `:latest`."""
    return name.casefold().rpartition("/")[2].removesuffix(":latest")
