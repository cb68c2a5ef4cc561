"""What was recognised, and how doubtful it is. And what a recogniser is."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from voicecli.sound.samples import Samples

DOUBTFUL_LOGPROB = -1.0

DOUBTFUL_COMPRESSION = 2.4
"""openai-whisper's limits for a failed decoding."""


@dataclass(frozen=True, slots=True)
class Transcript:
    text: str
    language: str
    """ISO 639-1."""
    avg_logprob: float
    """Mean log probability of the tokens; the lower, the less sure."""
    no_speech_prob: float
    """Whisper's own opinion that nothing was said."""
    cut_off: bool = False
    """The model wrote more than can have been said, and was stopped."""
    is_unsure: bool = False
    """By the model's own scale (its card) these are more likely not the words than the words."""


class Recognizer(Protocol):
    """Utterances in, transcripts out; docs/engines.md tells what each method owes its callers."""

    name: str
    """For the screen."""

    @property
    def busy(self) -> bool:
        """It works: what is asked of it now would have to wait. Then nobody asks for a partial
        transcript."""
        ...

    async def transcribe(self, samples: Samples, language: str | None = None) -> Transcript:
        """What is said in `samples` (16 kHz, mono). Empty text where nothing is.

        language: ISO 639-1, of who speaks; None leaves it to the recogniser's own settings.
        Raises ModelError.
        """
        ...

    async def warm_up(self) -> None:
        """Load what is needed, so that the first utterance need not wait for it; raises
        ModelError."""
        return


class InLanguage(Recognizer):
    """A recogniser that many users share, for one of them, who speaks this language."""

    def __init__(self, recognizer: Recognizer, language: str) -> None:
        self.name = recognizer.name
        self._recognizer = recognizer
        self._language = language

    @property
    def busy(self) -> bool:
        return self._recognizer.busy

    async def transcribe(self, samples: Samples, language: str | None = None) -> Transcript:
        return await self._recognizer.transcribe(samples, language or self._language)

    async def warm_up(self) -> None:
        await self._recognizer.warm_up()


def compression(text: str) -> float:
    """zlib's ratio: high where a text repeats itself."""
    data = text.encode()
    return len(data) / len(zlib.compress(data))
