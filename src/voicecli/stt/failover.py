"""Several recognisers for one task."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from voicecli.remote.failover import Order
from voicecli.sound.samples import Samples
from voicecli.stt.transcript import Recognizer, Transcript


class FailoverRecognizer(Recognizer):
    """The next one hears the same utterance where one fails: nothing of it is lost."""

    def __init__(
        self, recognizers: Sequence[Recognizer], notices: Callable[[str, str], None]
    ) -> None:
        self._order = Order(recognizers, notices)

    @property
    def name(self) -> str:  # pyrefly: ignore[bad-override]  nobody sets it
        return self._order.name

    @property
    def busy(self) -> bool:
        return self._order.first.busy

    async def transcribe(self, samples: Samples, language: str | None = None) -> Transcript:
        return await self._order.ask(lambda engine: engine.transcribe(samples, language))

    async def warm_up(self) -> None:
        """Make the first ready that can be; the others wait until they are needed."""
        await self._order.ask(lambda engine: engine.warm_up())
