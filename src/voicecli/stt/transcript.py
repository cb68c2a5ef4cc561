"""What was recognised, and how doubtful it is. And what a recogniser is."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from voicecli.sound.samples import Samples

DOUBTFUL_LOGPROB = -1.0

DOUBTFUL_COMPRESSION = 2.4
"""openai-whisper's limits for a failed decoding."""

SILENT_PROB = 0.6
"""openai-whisper's limit: where the model doubts the words, and that there were any, there were
none."""

MAX_LOOP_WORDS = 15
"""What a model makes of too little silence after the speech: a whole sentence again, which the
text's compression does not show before the fourth time."""

_WORD = re.compile(r"\w+(?:['’]\w+)*")


@dataclass(frozen=True, slots=True)
class Ending:
    """What the recogniser would have written after the last word, had it to go on."""

    broken_off: float
    """Probability of a hyphen: the last word is not whole, or is held."""
    another_word: float
    """Probability of one more word, in place of a full stop or the end."""


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
    ending: Ending | None = None
    """None where the recogniser can't tell."""
    doubted_language: str = ""
    """ISO 639-1 of what it sounded like, where that was not believed."""

    @property
    def is_silent(self) -> bool:
        """By the model's own account nothing was said."""
        return self.no_speech_prob > SILENT_PROB and self.avg_logprob < DOUBTFUL_LOGPROB

    @property
    def is_doubtful(self) -> bool:
        """Worth another try."""
        return (
            self.cut_off
            or compression(self.text) > DOUBTFUL_COMPRESSION
            or (self.avg_logprob < DOUBTFUL_LOGPROB and not self.is_silent)
        )


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word, and when it was said: in what was heard, or in the recording."""

    start_s: float
    end_s: float
    text: str
    """With the blank before it, where the language writes one."""
    probability: float


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

    def settle(self, language: str, doubted: str) -> None:
        """A turn in this language was taken; what it also sounded like, as its transcript said."""
        return

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
    """zlib's ratio: high where a text repeats itself; 0 for none."""
    data = text.encode()
    return len(data) / len(zlib.compress(data)) if data else 0.0


def has_loop(text: str) -> bool:
    """Whether two to fifteen words come twice in a row somewhere, or one word three times, or
    nothing is said but twice the same."""
    words = _WORD.findall(text.lower())
    n = len(words)
    twice = any(
        words[i : i + size] == words[i + size : i + 2 * size]
        for size in range(2, min(MAX_LOOP_WORDS, n // 2) + 1)
        for i in range(n - 2 * size + 1)
    )
    thrice = any(words[i] == words[i + 1] == words[i + 2] for i in range(n - 2))
    return twice or thrice or (n == 2 and words[0] == words[1])
