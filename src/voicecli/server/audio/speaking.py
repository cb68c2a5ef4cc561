"""`/v1/audio/speech`: text -> speech, sent while it is made."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, BeforeValidator, Field

from voicecli.errors import VoicecliError
from voicecli.server.audio.encoding import MEDIA_TYPES, WHOLE, Encoding, encoding_for
from voicecli.server.audio.models import FOREIGN_TTS, OURS
from voicecli.server.audio.streaming import EventStream, HeldStream, sse
from voicecli.server.errors import ApiError
from voicecli.server.voices import chosen_voice, voice_names
from voicecli.text.aloud.pronunciations import pronunciations_of
from voicecli.text.markdown import speakable
from voicecli.text.sentences import FIRST_CLAUSE_WORDS, sentences
from voicecli.tts.reading import Reading

if TYPE_CHECKING:
    from voicecli.server.app import Server
    from voicecli.tts.clip import Clip, Voice

router = APIRouter()

SPEED = (0.25, 4.0)

WARNING = "X-Voicecli-Warning"
"""Tells, in a sentence, what of the text no voice here can read and is left out."""


def _id_of(voice: object) -> object:
    return voice.get("id") if isinstance(voice, dict) else voice


class SpeechRequest(BaseModel):
    input: str = Field(min_length=1, max_length=4096)
    model: str = Field(OURS, max_length=128)
    voice: Annotated[str, BeforeValidator(_id_of)] = Field("default", max_length=128)
    response_format: Literal["mp3", "opus", "aac", "flac", "wav", "pcm"] = "mp3"
    speed: float = Field(1.0, ge=SPEED[0], le=SPEED[1])
    stream_format: Literal["audio", "sse"] = "audio"
    instructions: str | None = Field(None, max_length=4096)
    """Accepted; these voices have one way to speak."""


@router.post("/v1/audio/speech")
async def speech(request: Request, wanted: SpeechRequest) -> Response:
    server: Server = request.app.state.server
    voice = await asyncio.to_thread(_voice, server, wanted)
    async with AsyncExitStack() as stack:
        free = await stack.enter_async_context(server.speech_turns.turn())
        await stack.enter_async_context(free)
        hurry = wanted.response_format not in WHOLE
        reading = _reading(server, voice, whole=not hurry)
        pieces = _clips(reading, voice.language or "en", wanted.input, hurry=hurry)
        clips = await stack.enter_async_context(aclosing(pieces))
        first = await anext(clips, None)  # what fails now is told as an error of HTTP
        if first is None:
            error = reading.nothing_said()
            raise ApiError(400, f"{error.message}; {error.hint}", "invalid_value", param="input")
        encoding = encoding_for(wanted.response_format, first.sample_rate_hz)
        stack.callback(encoding.abandon)
        pieces = _encoded(first, clips, encoding)
        held = stack.pop_all()
    if wanted.stream_format == "sse":
        answer = EventStream(_events(pieces), held)
    else:
        answer = HeldStream(pieces, held, MEDIA_TYPES[wanted.response_format])
    if lost := reading.lost_of(wanted.input):
        answer.headers[WARNING] = lost
    return answer


def _voice(server: Server, wanted: SpeechRequest) -> Voice:
    """Raises ApiError."""
    known = voice_names()
    if wanted.model != OURS and wanted.model not in FOREIGN_TTS and wanted.model not in known:
        raise ApiError(
            404,
            f"there is no model {wanted.model[:80]!r} here that speaks; {OURS!r} does",
            "model_not_found",
            param="model",
        )
    settings = server.engines.settings.tts
    if wanted.model in known:
        settings = replace(settings, voice=wanted.model)
    try:
        name = chosen_voice(wanted.voice, settings)
        speed = min(SPEED[1], max(SPEED[0], settings.speed * wanted.speed))
        return server.engines.voice(replace(settings, voice=name, speed=speed), continuous=True)
    except VoicecliError as error:
        raise ApiError(400, error.message, "invalid_value", param="voice") from None


def _reading(server: Server, voice: Voice, *, whole: bool) -> Reading:
    tts = server.engines.settings.tts
    others = server.engines.other_voices(tts)
    return Reading(voice, voice.language or "en", others, pronunciations_of(tts), whole=whole)


async def _clips(
    reading: Reading, code: str, text: str, *, hurry: bool
) -> AsyncGenerator[Clip, None]:
    """hurry: someone waits for the first sound."""

    async def deltas() -> AsyncIterator[str]:
        yield text

    first_clause_words = FIRST_CLAUSE_WORDS if hurry else None
    async for sentence in sentences(
        speakable(deltas(), code), code, first_clause_words=first_clause_words
    ):
        async with aclosing(reading.clips(sentence)) as clips:
            async for _, clip in clips:
                yield clip


async def _encoded(
    first: Clip, rest: AsyncGenerator[Clip, None], encoding: Encoding
) -> AsyncGenerator[bytes, None]:
    clip: Clip | None = first
    while clip is not None:
        if data := await asyncio.to_thread(encoding.feed, clip.samples):
            yield data
        clip = await anext(rest, None)
    yield await asyncio.to_thread(encoding.finish)


async def _events(pieces: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    try:
        async for piece in pieces:
            if piece:
                audio = base64.b64encode(piece).decode()
                yield sse({"type": "speech.audio.delta", "audio": audio})
    except VoicecliError as error:
        yield sse({"error": {"message": error.message, "type": "server_error", "code": None}})
        return
    # Nothing is counted in tokens here.
    usage: dict[str, Any] = dict.fromkeys(("input_tokens", "output_tokens", "total_tokens"), 0)
    yield sse({"type": "speech.audio.done", "usage": usage})
