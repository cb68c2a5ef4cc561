"""A recogniser that many share, for one conversation, in which a language is kept until another
one is certain."""

from __future__ import annotations

from dataclasses import replace

from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples
from voicecli.stt.languages import SURE_LANGUAGE_S, Earlier
from voicecli.stt.recognizer import WhisperRecognizer
from voicecli.stt.transcript import Recognizer, Transcript
from voicecli.text.foreign import foreign_language


class InConversation(Recognizer):
    """One word that sounds like another language changes nothing; `settle` tells of each turn."""

    def __init__(self, recognizer: Recognizer, language: str) -> None:
        """language: ISO 639-1, in which the conversation probably begins."""
        self.name = recognizer.name
        self._recognizer = recognizer
        self._earlier = Earlier(language)

    @property
    def busy(self) -> bool:
        return self._recognizer.busy

    async def transcribe(self, samples: Samples, language: str | None = None) -> Transcript:
        if isinstance(self._recognizer, WhisperRecognizer):
            return await self._recognizer.transcribe(samples, language, self._earlier)
        found = await self._recognizer.transcribe(samples, language)
        return found if language else self._believed(found, len(samples) / SAMPLE_RATE_HZ)

    def _believed(self, found: Transcript, duration_s: float) -> Transcript:
        """A server tells no probability: of what is short the words have to be of the language."""
        spoken = self._earlier.spoken
        by_words = foreign_language(found.text, spoken)
        is_sure = duration_s > SURE_LANGUAGE_S or (by_words and by_words.code == found.language)
        return found if is_sure and found.language else replace(found, language=spoken)

    def settle(self, language: str, doubted: str) -> None:
        self._earlier = Earlier(language or self._earlier.spoken, doubted)

    async def warm_up(self) -> None:
        await self._recognizer.warm_up()
