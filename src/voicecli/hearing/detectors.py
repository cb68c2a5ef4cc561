"""What the ears need to be told: is this speech, and is the user's turn over?"""

from __future__ import annotations

from typing import Protocol

from voicecli.sound.samples import Samples


class SpeechDetector(Protocol):
    """Hears one microphone, frame after frame (vad.py)."""

    def probability(self, frame: Samples) -> float:
        """Of speech in the next 512 samples at 16 kHz, 0..1."""
        ...

    def reset(self) -> None:
        """Forget what was heard."""
        ...


class TurnDetector(Protocol):
    """Hears whole utterances, of any number of users (turn_detector.py)."""

    async def probability(self, samples: Samples) -> float:
        """That nothing more follows what was said in `samples` (16 kHz), 0..1; raises
        ModelError."""
        ...


class WakeWord(Protocol):
    """Listens for one phrase by its sound, frame after frame (wake_word.py)."""

    def is_heard(self, frame: Samples) -> bool:
        """It ends in, or just before, the next 512 samples at 16 kHz."""
        ...
