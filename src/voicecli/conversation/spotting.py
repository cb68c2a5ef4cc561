"""A recogniser that expects the wake phrase, and one that does not have to invent it."""

from __future__ import annotations

from voicecli.conversation.wake import called_in, reminds_of
from voicecli.sound.samples import Samples
from voicecli.stt.transcript import Recognizer, Transcript


class Spotter(Recognizer):
    """Who expects the phrase hears it where it was said badly, and also in mere noise: of what it
    finds, the other one has to have heard the longest word."""

    def __init__(self, expecting: Recognizer, plain: Recognizer, phrase: str) -> None:
        self.name = plain.name
        self._expecting = expecting
        self._plain = plain
        self._phrase = phrase

    @property
    def busy(self) -> bool:
        return self._plain.busy

    async def transcribe(self, samples: Samples, language: str | None = None) -> Transcript:
        expected = await self._expecting.transcribe(samples, language)
        if called_in(expected.text, self._phrase) is None:
            return expected
        plain = await self._plain.transcribe(samples, language)
        return expected if reminds_of(plain.text, self._phrase) else plain
