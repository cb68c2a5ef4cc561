"""The page at `/`: this folder's files as they lie here, and what they have to know of the server.

index.html    all that is seen
style.css
app.js        buttons, keys and settings; what an event changes on the page
client.js     a session over WebRTC or a WebSocket, which comes back when it is lost
audio.js      microphone and loudspeaker
worklet.js    the microphone's samples, on the audio thread
transcript.js who said what, and what of it was heard; WAV and Markdown of it
gauges.js     levels, the latency of the last turn
"""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse

from voicecli.errors import VoicecliError
from voicecli.models import find_stt, installed_voices
from voicecli.models.formats import stt_languages
from voicecli.server.errors import ApiError

if TYPE_CHECKING:
    from voicecli.server.app import Server

router = APIRouter()

FOLDER = Path(__file__).parent

MEDIA_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
        " object-src 'none'"
    ),
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


@router.get("/")
async def index() -> FileResponse:
    return await file("index.html")


@router.get("/page/config")
async def config(request: Request) -> JSONResponse:
    """What can be chosen here."""
    return JSONResponse(await asyncio.to_thread(_config, request.app.state.server), headers=HEADERS)


@router.get("/page/{name}")
async def file(name: str) -> FileResponse:
    """Raises ApiError."""
    path = FOLDER / name
    media_type = MEDIA_TYPES.get(path.suffix)
    # The name holds no slash; it may still be one of a foreign file system's ways out.
    if media_type is None or path.parent != FOLDER or not path.is_file():
        raise ApiError(404, f"there is no /page/{name[:80]}", "not_found")
    return FileResponse(path, media_type=media_type, headers=HEADERS)


def _config(server: Server) -> dict[str, Any]:
    settings = server.engines.settings
    try:
        languages = list(stt_languages(find_stt(settings.stt.model, settings.stt.only_language)))
    except VoicecliError:  # a plug-in's
        languages = []
    voices = [{"name": one.name, "languages": list(one.languages)} for one in installed_voices()]
    return {
        "version": version("voicecli"),
        "ice_servers": list(server.options.ice_servers),
        "languages": languages,
        "voices": voices,
        "voice": server.engines.voice().name,
    }
