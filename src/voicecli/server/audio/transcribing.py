"""`/v1/audio/transcriptions` and `/v1/audio/translations`."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from voicecli.errors import VoicecliError
from voicecli.languages import language_of
from voicecli.languages.names import language_code
from voicecli.server.audio import formats
from voicecli.server.audio.models import stt_name
from voicecli.server.audio.recognition import check_language
from voicecli.server.audio.streaming import EventStream, sse
from voicecli.server.audio.uploads import Upload, read_upload
from voicecli.server.errors import ApiError
from voicecli.stt.whisper import Decoding
from voicecli.transcription.loading import BEAM_SIZE
from voicecli.transcription.pipeline import RecordingEnded, Transcribed, TranscriptionEvent
from voicecli.transcription.segments import Transcription

if TYPE_CHECKING:
    from voicecli.server.app import Server

router = APIRouter()

MAX_PROMPT_CHARS = 4096


@dataclass(frozen=True)
class Wanted:
    """What a request asks for."""

    task: str
    folder: Path
    """Of the model."""
    response_format: str
    language: str | None
    decoding: Decoding
    granularities: tuple[str, ...]
    logprobs: bool
    stream: bool

    @property
    def word_times(self) -> bool:
        subtitles = self.response_format in ("srt", "vtt")
        return subtitles or self.logprobs or "word" in self.granularities


@router.post("/v1/audio/transcriptions")
async def transcriptions(request: Request) -> Response:
    return await _answer(request, "transcribe")


@router.post("/v1/audio/translations")
async def translations(request: Request) -> Response:
    """What is said, in English."""
    return await _answer(request, "translate")


async def _answer(request: Request, task: str) -> Response:
    server: Server = request.app.state.server
    async with AsyncExitStack() as stack:
        # Before the body is read: what waits is in memory.
        free = await stack.enter_async_context(server.file_turns.turn())
        upload = await read_upload(request)
        wanted = _wanted(server, upload, task)
        await stack.enter_async_context(free)
        events = await stack.enter_async_context(
            aclosing(
                server.files.transcribe(
                    upload.sound,
                    wanted.folder,
                    wanted.decoding,
                    language=wanted.language,
                    word_times=wanted.word_times,
                    at_once=wanted.stream,
                )
            )
        )
        found = Transcription(wanted.language or "")
        if wanted.stream:
            first = await anext(events)  # what can't be read is told as an error of HTTP
            return EventStream(_streamed(first, events, found, wanted), stack.pop_all())
        async for event in events:
            if await request.is_disconnected():
                return Response(status_code=499)  # nginx's number; nobody reads it
            _add(found, event)
        return _whole(found, wanted)


def _add(found: Transcription, event: TranscriptionEvent) -> None:
    if isinstance(event, RecordingEnded):
        found.duration_s = event.duration_s
    else:
        found.language = event.language
        found.segments += event.segments


def _whole(found: Transcription, wanted: Wanted) -> Response:
    match wanted.response_format:
        case "json":
            return JSONResponse(formats.as_json(found, logprobs=wanted.logprobs))
        case "verbose_json":
            return JSONResponse(formats.as_verbose_json(found, wanted.task, wanted.granularities))
        case other:
            text = formats.as_text(found, other)
            return PlainTextResponse(text, media_type=formats.MEDIA_TYPES[other])


async def _streamed(
    first: TranscriptionEvent,
    rest: AsyncGenerator[TranscriptionEvent, None],
    found: Transcription,
    wanted: Wanted,
) -> AsyncIterator[bytes]:
    event: TranscriptionEvent | None = first
    try:
        while event is not None:
            _add(found, event)
            if isinstance(event, Transcribed):
                for delta in _deltas(event, found, wanted):
                    yield sse(delta)
            event = await anext(rest, None)
    except (ApiError, VoicecliError) as error:
        message = error.message
        yield sse({"error": {"message": message, "type": "server_error", "code": None}})
        return
    done = {"type": "transcript.text.done", **formats.as_json(found, logprobs=wanted.logprobs)}
    yield sse(done)


def _deltas(event: Transcribed, found: Transcription, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Joined, they are the text of the end."""
    n_before = len(found.segments) - len(event.segments)
    blank = " " if language_of(event.language).is_spaced else ""
    for i, segment in enumerate(event.segments):
        delta = (blank if n_before + i else "") + segment.text
        one: dict[str, Any] = {"type": "transcript.text.delta", "delta": delta}
        if wanted.logprobs:
            one["logprobs"] = formats.logprobs_of([segment])
        yield one


# -- what was asked for -----------------------------------------------------------------------


def _wanted(server: Server, upload: Upload, task: str) -> Wanted:
    """Raises ApiError for what can't be had."""
    folder = server.files.folder(stt_name(upload.get("model")))
    language = _language(upload.get("language"))
    check_language(folder, language, task)
    stream = _flag(upload, "stream")
    response_format = _format(upload.get("response_format") or "json", stream=stream)
    include = upload.all("include")
    for name in include:
        _one_of(name, ("logprobs",), "include[]")
    granularities = tuple(upload.all("timestamp_granularities"))
    for name in granularities:
        _one_of(name, ("word", "segment"), "timestamp_granularities[]")
    if granularities and response_format != "verbose_json":
        raise _invalid(
            "timestamp_granularities[] needs response_format verbose_json",
            "timestamp_granularities[]",
        )
    _check_temperature(upload.get("temperature"))
    _check_chunking(upload.get("chunking_strategy"))
    return Wanted(
        task,
        folder,
        response_format,
        language or server.engines.settings.stt.only_language,
        Decoding(
            task,
            BEAM_SIZE,
            _bounded(upload.get("prompt"), "prompt"),
            _bounded(", ".join(upload.all("keywords")), "keywords"),
        ),
        granularities,
        "logprobs" in include,
        stream,
    )


def _format(name: str, *, stream: bool) -> str:
    if name == "diarized_json":
        raise ApiError(
            400,
            "who speaks is not told apart here; choose another response_format, or transcribe each"
            " speaker's recording for itself",
            "diarization_not_available",
            param="response_format",
        )
    _one_of(name, formats.FORMATS, "response_format")
    if stream and name not in ("json", "text"):
        raise _invalid(f"a stream is no {name}; choose json or text", "response_format")
    return name


def _language(name: str | None) -> str | None:
    if name is None or name.lower() == "auto":
        return None
    code = language_code(name.partition("-")[0])
    if code is None:
        raise _invalid(f"{name[:40]!r} is no language; name it by its code, such as en", "language")
    return code


def _flag(upload: Upload, name: str) -> bool:
    value = (upload.get(name) or "false").lower()
    _one_of(value, ("true", "false", "1", "0"), name)
    return value in ("true", "1")


def _bounded(text: str | None, name: str) -> str | None:
    if text and len(text) > MAX_PROMPT_CHARS:
        raise _invalid(f"{name} may have {MAX_PROMPT_CHARS} characters", name)
    return text or None


def _check_temperature(text: str | None) -> None:
    """It is accepted and has no effect: what is doubtful is decoded again, ever less cold."""
    try:
        is_one = text is None or 0 <= float(text) <= 1
    except ValueError:
        is_one = False
    if not is_one:
        raise _invalid("a temperature is a number from 0 to 1", "temperature")


def _check_chunking(text: str | None) -> None:
    """It is accepted and has no effect: windows always end in silences, by our own VAD."""
    if text is None or text == "auto":
        return
    try:
        kind = json.loads(text)["type"]
    except (ValueError, RecursionError, TypeError, LookupError):
        kind = None
    if kind != "server_vad":
        raise _invalid('chunking_strategy is auto, or {"type": "server_vad"}', "chunking_strategy")


def _one_of(value: str, known: tuple[str, ...], param: str) -> None:
    if value not in known:
        raise _invalid(f"{param} {value[:40]!r} is none of {', '.join(known)}", param)


def _invalid(message: str, param: str) -> ApiError:
    return ApiError(400, message, "invalid_value", param=param)
