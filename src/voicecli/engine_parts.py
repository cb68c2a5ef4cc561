"""What `engines.py` puts together: each made of its settings, or by a plug-in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from weakref import WeakValueDictionary

from voicecli.errors import LanguageModelError, ModelError

if TYPE_CHECKING:
    from voicecli.hearing.detectors import SpeechDetector, TurnDetector, WakeWord
    from voicecli.llm.messages import LanguageModel
    from voicecli.settings import LlmSettings, SttSettings, TtsSettings, WakeSettings
    from voicecli.stt.transcript import Recognizer
    from voicecli.tts.clip import Voice

OPENAI = "openai"
"""The language model engine on board."""

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Shared(Generic[T]):
    """One for each key, for as long as somebody has it. Any thread may ask."""

    def __init__(self) -> None:
        self._made: WeakValueDictionary[Hashable, T] = WeakValueDictionary()
        self._lock = threading.Lock()

    def get(self, key: K, make: Callable[[K], T]) -> T:
        with self._lock:
            found = self._made.get(key)
            if found is None:
                self._made[key] = found = make(key)
            return found


def warm_text(language: str) -> None:
    """The first number and the first markdown load their libraries, a tenth of a second."""
    from voicecli.text.aloud import spoken
    from voicecli.text.markdown import speakable_text

    spoken(speakable_text("**1**", language), language)


def system_prompt(settings: LlmSettings) -> str:
    if settings.system is not None:
        return settings.system
    from voicecli.llm.request import DEFAULT_SYSTEM_PROMPT

    return DEFAULT_SYSTEM_PROMPT


def plugged_recognizer(settings: SttSettings) -> Recognizer:
    return _plugged("recognizers", settings.engine, "speech recognition engine", settings)


def voice_named_for(code: str) -> str | None:
    """Of the voices on this machine the first that speaks a language."""
    from voicecli.models import installed_voices

    return next((model.name for model in installed_voices() if code in model.languages), None)


def plugged_voice(settings: TtsSettings) -> Voice:
    return _plugged("voices", settings.engine, "voice engine", settings)


def make_language_model(
    settings: LlmSettings, *, offline: bool, notices: Callable[[str, str], None]
) -> LanguageModel:
    if settings.engine != OPENAI:
        return _plugged("language_models", settings.engine, "language model engine", settings)
    from voicecli.llm.client import ChatClient

    return ChatClient(settings, offline=offline, notices=notices)


def make_vad() -> SpeechDetector:
    from voicecli.hearing.vad import SileroVad

    return SileroVad()


def make_wake_word(settings: WakeSettings) -> WakeWord | None:
    """What hears the phrase by its sound; None where every utterance has to be recognised."""
    if settings.phrase is None:
        return None
    from voicecli.hearing.wake_word import MicroWakeWordModel, card_for

    card = Path(settings.model) if settings.model else card_for(settings.phrase)
    return None if card is None else MicroWakeWordModel(card)


def make_turn_detector(path: Path) -> TurnDetector:
    from voicecli.hearing.turn_detector import SmartTurnDetector

    return SmartTurnDetector(path)


# -- what plug-ins bring ----------------------------------------------------------------------


def _plugged(kind: str, name: str, noun: str, settings: object) -> Any:
    """What a plug-in makes of the settings.

    Raises SettingsError where none knows the name, ModelError where the plug-in fails.
    """
    from voicecli.plugins import Plugged, maker, told

    make = maker(kind, name, noun)
    error = LanguageModelError if kind == "language_models" else ModelError
    with told(f"the {noun} {name}", error):
        return Plugged(make(settings), f"the {noun} {name}", error)
