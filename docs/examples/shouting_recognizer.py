"""A speech recogniser: it hears how long somebody spoke, and no words."""

from __future__ import annotations

from voicecli.errors import ModelError
from voicecli.settings import SttSettings
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples, level_db
from voicecli.stt.transcript import Recognizer, Transcript
from voicecli.worker import Worker


class ShoutingRecognizer(Recognizer):
    def __init__(self, settings: SttSettings) -> None:
        self.name = settings.model or "shouting"
        self._language = settings.language or "en"
        self._worker = Worker("shouting")  # a thread of its own: the event loop never waits

    @property
    def busy(self) -> bool:
        return self._worker.busy

    async def transcribe(self, samples: Samples, language: str | None = None) -> Transcript:
        return await self._worker.run(self._transcribe, samples, language or self._language)

    def _transcribe(self, samples: Samples, language: str) -> Transcript:
        try:
            loudness_db = level_db(samples)
        except ValueError as error:  # whatever the library behind it raises
            raise ModelError(f"{self.name} failed ({error})", "try another model") from error
        n_words = round(len(samples) / SAMPLE_RATE_HZ / 0.4) if loudness_db > -50 else 0
        # Sure of itself, and sure that somebody spoke; silence is a transcript without text.
        return Transcript(" ".join(["ah"] * n_words), language, avg_logprob=0, no_speech_prob=0)


def recognizers():
    """What the entry point's module is asked for: a name for `stt.engine`, and what makes it."""
    return {"shouting": ShoutingRecognizer}
