"""A recogniser that looks for the wake phrase, also where it would have written something else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from voicecli.conversation.wake import Place, called_in, places, spellings
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples
from voicecli.stt.recognizer import WhisperRecognizer
from voicecli.stt.transcript import Recognizer, Transcript
from voicecli.stt.whisper import WINDOW_S

MIN_LOGPROB = -6.0
"""Of the phrase as the beginning of what was said. In noise at 20 dB "hey computer" is more likely,
whoever speaks; where somebody says "a computer", "they compute" or "take computer", it is less."""

MIN_REST_LOGPROB = -1.7
"""Of what follows the first word. Noise takes that, a short one, first; and "hey, commuter" is no
"hey computer"."""

MIN_COMMA_LOGPROB = -1.5
"""Of a comma behind the phrase, where none was written, and what then follows, against the same
without it. Of calls that were spoken without a pause it is more likely; in "pay computer bills on
time", heard as "hey computer bills", less."""


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
        if found := list(places(plain.text, self._phrase)):
            return await self._call_in(plain, found, samples, language)
        begun = await self._recognizer.transcribe_if_begun(
            samples, self._openings, is_likely, language
        )
        if begun is None and called_in(plain.text, self._phrase):
            return replace(plain, text="")  # "hey, computers" is spelt alike, and was heard well
        if begun is None:
            return plain
        return await self._call_in(begun, places(begun.text, self._phrase), samples, language)

    async def _call_in(
        self, transcript: Transcript, found: Iterable[Place], samples: Samples, language: str
    ) -> Transcript:
        """From where somebody is called on; empty where nobody is."""
        for place in found:
            if place.is_set_off or await self._reads_as_set_off(place, samples, language):
                return replace(transcript, text=place.phrase + place.behind)
        return replace(transcript, text="")

    async def _reads_as_set_off(self, place: Place, samples: Samples, language: str) -> bool:
        if len(samples) > WINDOW_S * SAMPLE_RATE_HZ:
            return False  # more than can be asked about at once
        head = f" {place.before}{place.phrase}"
        texts = [(head, f",{place.sentence}"), (head, place.sentence)]
        with_comma, without = await self._recognizer.logprobs(samples, texts, language)
        return with_comma[-1] - without[-1] >= MIN_COMMA_LOGPROB
