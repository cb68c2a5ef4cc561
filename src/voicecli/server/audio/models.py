"""`/v1/models`, and what the names that clients bring with them mean here."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request

from voicecli.models import installed_stt, installed_voices
from voicecli.server.errors import ApiError

if TYPE_CHECKING:
    from voicecli.server.app import Server

router = APIRouter()

OURS = "voicecli"
"""The conversation, and the default of everything."""

FOREIGN_STT = frozenset(
    """
    whisper-1 gpt-4o-transcribe gpt-4o-mini-transcribe gpt-4o-mini-transcribe-2025-12-15
    gpt-4o-transcribe-diarize
    """.split()
)
FOREIGN_TTS = frozenset(
    """
    tts-1 tts-1-hd tts-1-1106 tts-1-hd-1106 gpt-4o-mini-tts gpt-4o-mini-tts-2025-03-20
    gpt-4o-mini-tts-2025-12-15
    """.split()
)
"""OpenAI's, which clients name without thinking: the server's own default does it."""


def stt_name(name: str | None) -> str | None:
    """The name of an installed recogniser; None is the server's own."""
    return None if name in (OURS, None) or name in FOREIGN_STT else name


@router.get("/v1/models")
async def models(request: Request) -> dict[str, Any]:
    listed = await _listed(request.app.state.server)
    return {"object": "list", "data": list(listed.values())}


@router.get("/v1/models/{name:path}")
async def model(request: Request, name: str) -> dict[str, Any]:
    listed = await _listed(request.app.state.server)
    if name not in listed:
        raise ApiError(
            404, f"there is no model {name[:80]!r} here", "model_not_found", param="model"
        )
    return listed[name]


async def _listed(server: Server) -> dict[str, dict[str, Any]]:
    """The conversation, recognisers, voices, and the language model."""
    installed = await asyncio.to_thread(lambda: [*installed_stt(), *installed_voices()])
    listed = {OURS: _entry(OURS, "conversation", 0)}
    for one in installed:
        listed[one.name] = _entry(one.name, one.kind, _made_at(one.path))
    language_model = await server.engines.language_model()
    listed.setdefault(language_model.name, _entry(language_model.name, "llm", 0))
    return listed


def _entry(name: str, kind: str, created: int) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": created, "owned_by": OURS, "kind": kind}


def _made_at(path: Path) -> int:
    try:
        return int(path.stat().st_mtime)
    except OSError:
        return 0
