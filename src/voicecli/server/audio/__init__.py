"""OpenAI's audio endpoints, by the engines of this process.

transcribing   POST /v1/audio/transcriptions and /translations
uploads        a form with a recording in it, bounded while it comes
recognition    recordings -> transcriptions, on threads that give way to conversations
formats        transcriptions as OpenAI writes them, pure
speaking       POST /v1/audio/speech
encoding       clips -> MP3, Opus, AAC, FLAC, WAV, PCM, as they are made
models         GET /v1/models, and what the names of others mean here
turns          who may work now, who waits, who is refused
chatting       POST /v1/chat/completions, passed on: off unless asked for
"""

from __future__ import annotations

from fastapi import APIRouter

from voicecli.server.audio import chatting, models, speaking, transcribing

router = APIRouter()
for part in (transcribing, speaking, models, chatting):
    router.include_router(part.router)
