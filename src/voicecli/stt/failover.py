"""Several recognisers for one task."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from voicecli.errors import ModelError
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
    def name(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        return self._order.name

    @property
    def busy(self) -> bool:
        return self._order.first.busy

    async def transcribe(self, samples: Samples, language: str | None = None) -> Transcript:
        for recognizer in self._order.in_turn():
            try:
                transcript = await recognizer.transcribe(samples, language)
            except ModelError as error:
                last = error
                self._order.failed(recognizer, error)
            else:
                self._order.answered(recognizer)
                return transcript
        raise last

    async def warm_up(self) -> None:
        """Make the first ready that can be; the others wait until they are needed."""
        for recognizer in self._order.in_turn():
            try:
                await recognizer.warm_up()
            except ModelError as error:
                last = error
                self._order.failed(recognizer, error)
            else:
                return
        raise last
