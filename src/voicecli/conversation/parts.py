"""What a conversation is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from voicecli.duplex.seam import Duplex
from voicecli.hearing.detectors import SpeechDetector, TurnDetector, WakeWord
from voicecli.hearing.echo import Echo
from voicecli.llm.messages import LanguageModel
from voicecli.stt.transcript import Recognizer
from voicecli.tts.clip import Voice
from voicecli.tts.voices import OtherVoices


@dataclass(frozen=True)
class Parts:
    duplex: Duplex
    echo: Echo
    detector: SpeechDetector
    recognizer: Recognizer
    language_model: LanguageModel
    voice: Voice
    turn_detector: TurnDetector | None = None
    faint_detector: Callable[[], SpeechDetector] | None = None
    """Makes one more detector, for those who speak too quietly."""
    others: OtherVoices = OtherVoices()
    spotter: Recognizer | None = None
    """Looks for the wake phrase in what is said: on this machine. None: the recogniser itself."""
    recognizes_elsewhere: bool = False
    """What is said goes to another machine: not before the phrase."""
    wake_word: WakeWord | None = None
    """Hears the phrase by its sound; nothing is recognised before."""
