"""A recogniser that looks for the wake phrase, also where it would have written something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from voicecli.conversation.wake import called_in, says, spellings
from voicecli.sound.samples import Samples
from voicecli.stt.recognizer import WhisperRecognizer
from voicecli.stt.transcript import Recognizer, Transcript

MIN_LOGPROB = -6.0
"""Of the phrase as the beginning of what was said. In noise at 20 dB "hey computer" is more likely,
whoever speaks; where somebody says "a computer", "they compute" or "take computer", it is less."""

MIN_REST_LOGPROB = -1.7
"""Of what follows the first word. Noise takes that, a short one, first; and "hey, commuter" is no
"hey computer"."""


def is_likely(logprobs: Sequence[float]) -> bool:
    """Of the phrase, whose first word and rest are so likely."""
    return sum(logprobs) >= MIN_LOGPROB and logprobs[-1] >= MIN_REST_LOGPROB


class Spotter(Recognizer):
    """Noise makes "A computer" of "Hey computer", and a recogniser writes down the likelier of the
    two: where it is not in the transcript, it is asked how likely the phrase is."""

    def __init__(self, recognizer: WhisperRecognizer, phrase: str, language: str) -> None:
        self.name = recognizer.name
        self._recognizer = recognizer
        self._phrase = phrase
        self._language = language
        self._openings = spellings(phrase)

    @property
    def busy(self) -> bool:
        return self._recognizer.busy

    async def transcribe(self, samples: Samples, language: str | None = None) -> Transcript:
        language = language or self._language
        plain = await self._recognizer.transcribe(samples, language)
        if says(plain.text, self._phrase):
            return plain
        begun = await self._recognizer.transcribe_if_begun(
            samples, self._openings, is_likely, language
        )
        if begun is None and called_in(plain.text, self._phrase):
            return replace(plain, text="")  # "hey, computers" is spelt alike, and was heard well
        return begun or plain
