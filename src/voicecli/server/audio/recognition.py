"""Recordings -> transcriptions, on threads that give way to the conversations.

A model of its own: what the conversations have would be taken from them for a whole window.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from voicecli.errors import AudioFileError, VoicecliError
from voicecli.models import find_stt, installed_stt, limits_of, name_of
from voicecli.models.formats import stt_languages
from voicecli.printable import in_one_line
from voicecli.server.audio.uploads import UploadedSound
from voicecli.server.errors import ApiError
from voicecli.settings import SttSettings
from voicecli.stt.whisper import Decoding, Whisper, card_says
from voicecli.transcription.pipeline import (
    ReadOptions,
    Recording,
    Transcribed,
    TranscriptionEvent,
    transcribe,
)
from voicecli.transcription.recognition import WindowRecognizer
from voicecli.worker import Worker

NICENESS = 10
"""Of the threads that work on recordings: someone who talks goes first."""

BATCH_SIZE = 4

MAX_DURATION_S = 4 * 3600.0
"""A small file can hold days of silence."""


class FileRecognition:
    """One recording at a time. The model that was used last stays loaded."""

    def __init__(self, settings: SttSettings) -> None:
        self._settings = settings
        self._worker = Worker("files")
        self._loaded: tuple[Path, Whisper] | None = None

    def folder(self, name: str | None) -> Path:
        """Of the model of that name, or of the one that the server uses; raises ApiError."""
        chosen = name or self._settings.model
        try:
            if name is not None and name not in {model.name for model in installed_stt()}:
                raise _no_such_model(name)
            folder = find_stt(chosen, self._settings.only_language)
        except VoicecliError as error:
            raise ApiError(400, error.message, "model_not_available", param="model") from None
        if chosen is None and (limits := limits_of(folder)):
            raise ApiError(
                400,
                f"there is no model here that could transcribe: {limits[0]}",
                "model_not_available",
                param="model",
            )
        return folder

    async def transcribe(
        self,
        sound: UploadedSound,
        folder: Path,
        decoding: Decoding,
        *,
        language: str | None,
        word_times: bool,
        at_once: bool,
    ) -> AsyncGenerator[TranscriptionEvent, None]:
        """What is said, window by window, and the end. Raises ApiError, ModelError.

        at_once: as soon as something is heard, rather than fast.
        """
        whisper = await self._worker.run(self._load, folder)
        recognizer = WindowRecognizer(
            whisper, decoding, by_utterance=card_says(folder, "utterances"), word_times=word_times
        )
        events = transcribe(
            [Recording(sound, sound.name)],
            recognizer,
            ReadOptions(clip_s=(0.0, MAX_DURATION_S)),
            language=language if whisper.is_multilingual else "en",
            batch_size=BATCH_SIZE,
            at_once=at_once,
        )
        try:
            while (event := await self._worker.run(next, events, None)) is not None:
                yield _checked(event)
        finally:
            sound.given_up = True
            await self._worker.run(events.close)

    def _load(self, folder: Path) -> Whisper:
        if sys.platform == "linux":  # where threads have a niceness, which those they start inherit
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        if self._loaded is None or self._loaded[0] != folder:
            self._loaded = None
            self._loaded = folder, Whisper(folder, self._settings)
        return self._loaded[1]


def check_language(folder: Path, language: str | None, task: str) -> None:
    """Raises ApiError where the model can't do that."""
    known = stt_languages(folder)
    if task == "translate" and known == ("en",):
        raise ApiError(
            400,
            f"the model {name_of(folder)} knows English only, and can't translate; choose another"
            " of GET /v1/models",
            "model_can_not_translate",
            param="model",
        )
    if language is not None and known and language not in known:
        raise ApiError(
            400,
            f"the model {name_of(folder)} doesn't understand {language!r}",
            "language_not_supported",
            param="language",
        )


def _checked(event: TranscriptionEvent) -> TranscriptionEvent:
    if isinstance(event, Transcribed):
        clean = (replace(one, text=in_one_line(one.text)) for one in event.segments)
        return replace(event, segments=tuple(one for one in clean if one.text))
    if isinstance(event.error, AudioFileError):
        raise ApiError(400, event.error.message, "invalid_audio", param="file")
    if event.error is not None:
        raise event.error
    if event.duration_s >= MAX_DURATION_S:
        hours = MAX_DURATION_S / 3600
        raise ApiError(
            400, f"a recording may last {hours:g} hours; cut it", "audio_too_long", param="file"
        )
    return event


def _no_such_model(name: str) -> ApiError:
    known = ", ".join(model.name for model in installed_stt())
    return ApiError(
        404,
        f"there is no model {name[:80]!r} here; there are: {known}",
        "model_not_found",
        param="model",
    )
