"""The recogniser of a transcription: loaded, and as many workers as the machine bears."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from io import FileIO
from math import ceil
from pathlib import Path

from voicecli.errors import ModelMissingError, SettingsError
from voicecli.models import check_language, find_stt, limits_of, name_of
from voicecli.plugins import maker
from voicecli.settings import Settings, SttSettings
from voicecli.settings.servers import server_in, servers_in
from voicecli.sound.reading import duration_s
from voicecli.speech_engines import (
    WHISPER,
    Surroundings,
    checked_order,
    is_stt_model,
    remote_recognizers,
)
from voicecli.stt.whisper import WINDOW_S, Decoding, Whisper, card_says, import_whisper
from voicecli.transcription.recognition import HearsWindows, WindowRecognizer

BEAM_SIZE = 5
"""As openai-whisper's and faster-whisper's; in a conversation 1 is quicker."""

MAX_WORKERS = 4
"""More than this need much memory; on larger machines each gets several threads."""

CUDA_BATCH_SIZE = 8


@dataclass(frozen=True)
class Workers:
    n_workers: int
    n_threads: int
    """Of each."""
    batch_size: int = 2
    """Windows that one recognises at once. More are hardly quicker on a CPU, and the last batches
    leave workers without work: 8.7 minutes take 19 s by 2, 25 s by 4 (base, two cores), and 180 MB
    more."""


def workers(
    stt: SttSettings, paths: Sequence[Path | FileIO], jobs: int | None, threads: int | None
) -> Workers:
    """As many workers as there are cores, with one thread each (see stt.whisper); where there is
    less to do, fewer with more. Of a server, as many requests at once.

    jobs, threads: as the user wants them.
    """
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    n_threads = threads or n_cores or 1
    if servers_in(stt.engine):
        return Workers(jobs or MAX_WORKERS, n_threads)
    if _is_cuda(stt):
        return Workers(jobs or 1, n_threads, CUDA_BATCH_SIZE)
    n_workers = jobs or min(n_threads, MAX_WORKERS, _most_windows(paths))
    return Workers(n_workers, max(1, n_threads // n_workers))


def _most_windows(paths: Sequence[Path | FileIO]) -> int:
    """How many windows the recordings have at most, as far as that matters."""
    if len(paths) > 1 or not isinstance(paths[0], Path):
        return MAX_WORKERS
    length_s = duration_s(paths[0])
    return MAX_WORKERS if length_s is None else max(1, ceil(length_s / WINDOW_S))


def _is_cuda(stt: SttSettings) -> bool:
    import_whisper()
    import ctranslate2

    found = ctranslate2.get_cuda_device_count() > 0
    return stt.device == "cuda" or (stt.device == "auto" and found)


def recognizer(
    settings: Settings,
    decoding: Decoding,
    speed: Workers,
    *,
    notices: Callable[[str, str], None],
    word_times: bool,
    tells_languages: bool,
) -> HearsWindows:
    """A model here, or servers. Raises ModelError, SettingsError, NetworkError."""
    named = checked_order(settings.stt.engine, "stt.engine")
    here = [_model_or_whisper(entry) for entry in named if server_in(entry) is None]

    def local(entry: str, model: str | None) -> HearsWindows:
        stt = replace(settings.stt, model=model if entry == WHISPER else entry)
        return _here(stt, decoding, speed, word_times=word_times, tells_languages=tells_languages)

    if len(here) == len(named):
        return local(here[0], settings.stt.model)
    if decoding.task != "transcribe":
        raise SettingsError(
            "servers transcribe, and do not translate", "leave out --task translate, or --stt-url"
        )
    from voicecli.transcription.remote import WindowModel, WindowsElsewhere, WindowServer

    around = Surroundings(settings.offline, notices, lambda connection: None)
    prompt = " ".join(filter(None, (decoding.initial_prompt, decoding.hotwords))) or None
    servers = [WindowServer(one, prompt) for one in remote_recognizers(settings.stt, around)]
    stand_bys = [WindowModel(entry, partial(local, entry, None)) for entry in here]
    return WindowsElsewhere([*servers, *stand_bys], notices, n_at_once=speed.n_workers)


def _model_or_whisper(entry: str) -> str:
    """Plug-ins hear utterances, not windows: Whisper does that for them."""
    if entry == WHISPER or is_stt_model(entry):
        return entry
    maker("recognizers", entry, "speech recognition engine")
    return WHISPER


def model_folder(stt: SttSettings) -> Path:
    """Of the model that transcribes. Raises ModelMissingError."""
    folder = find_stt(stt.model, stt.only_language)
    if stt.model is None and (limits := limits_of(folder)):
        message, hint = limits
        raise ModelMissingError(
            f"there is no model here that could transcribe: {message}",
            f"{hint}; to use it all the same: --stt-model {name_of(folder)}",
        )
    return folder


def _here(
    stt: SttSettings, decoding: Decoding, speed: Workers, *, word_times: bool, tells_languages: bool
) -> WindowRecognizer:
    folder = model_folder(stt)
    if stt.only_language is not None:
        check_language(folder, stt.only_language)
    whisper = Whisper(folder, stt, n_threads=speed.n_threads, n_workers=speed.n_workers)
    if not whisper.is_multilingual and decoding.task != "transcribe":
        raise SettingsError(
            f"the model {name_of(folder)} knows English only",
            "choose another with --stt-model; `voicecli models` lists them",
        )
    by_utterance = card_says(folder, "utterances")
    return WindowRecognizer(
        whisper,
        decoding,
        by_utterance=by_utterance,
        word_times=word_times,
        tells_languages=tells_languages,
    )
