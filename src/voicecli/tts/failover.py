"""Several voices for one task."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from voicecli.errors import ModelError
from voicecli.remote.failover import Order
from voicecli.sound.resampling import Resampler
from voicecli.sound.samples import silence
from voicecli.tts.clip import Clip, Voice

SAID_AT_MOST = 0.9
"""Of a sentence that broke off, by the guess how long it is: its end can't have been said."""


class FailoverVoice(Voice):
    """The next one says the rest of a sentence where one fails; where none is left, the first."""

    def __init__(self, voices: Sequence[Voice], notices: Callable[[str, str], None]) -> None:
        self._order = Order(voices, notices)
        self.language = next((voice.language for voice in voices if voice.language), "")

    @property
    def name(self) -> str:  # pyrefly: ignore[bad-override]  nobody sets it
        return self._order.name

    async def load(self) -> None:
        await self._order.ask(lambda voice: voice.load())

    async def warm_up(self) -> None:
        """Make the first ready that can be; the others wait until they are needed."""
        await self._order.ask(lambda voice: voice.warm_up())

    def count_phonemes(self, text: str) -> int:
        return len(text)

    async def stream(self, sentence: str) -> AsyncGenerator[Clip, None]:
        rest, begun = sentence, _Begun()
        failure: ModelError | None = None
        turns = self._order.in_turn()
        for i, voice in enumerate([*turns, turns[0]]):
            if i == len(turns) and begun.first is None:
                break  # what broke off is worth another try; what never began had its tries
            try:
                async with aclosing(voice.stream(rest)) as clips:
                    async for clip in clips:
                        yield begun.with_more(clip)
            except ModelError as error:
                self._order.failed(voice, failure := error)
                rest = unsaid(sentence, begun.share)
                begun.is_other = begun.first is not None
            else:
                self._order.answered(voice)
                if begun.is_other:
                    yield begun.end()
                return
        assert failure is not None  # there is a voice
        raise failure


class _Begun:
    """A sentence of which some was said, perhaps by another voice than says the rest."""

    def __init__(self) -> None:
        self.first: Clip | None = None
        self.is_other = False
        self._n_said = 0
        self._resampler: Resampler | None = None

    @property
    def share(self) -> float:
        """So much of it was said."""
        if self.first is None or not self.first.n_samples:
            return 0.0
        return min(SAID_AT_MOST, self._n_said / self.first.n_samples)

    def with_more(self, clip: Clip) -> Clip:
        """A clip as it follows those before."""
        if self.first is None:
            self.first = clip
        if not self.is_other or clip is self.first:
            self._n_said += len(clip.samples)
            return clip
        rate_hz = self.first.sample_rate_hz
        if self._resampler is None:
            self._resampler = Resampler(clip.sample_rate_hz, rate_hz)
        return Clip(self._resampler.feed(clip.samples), rate_hz)

    def end(self) -> Clip:
        """The last piece, where another voice has said the rest."""
        assert self.first is not None
        rest = (
            silence(1) if self._resampler is None else self._resampler.feed(silence(1), last=True)
        )
        return Clip(rest, self.first.sample_rate_hz, is_last=True)


def unsaid(sentence: str, share: float) -> str:
    """What is left when so much of it was said: from the word on that was being said."""
    at = int(len(sentence) * share)
    return sentence[sentence.rfind(" ", 0, at) + 1 :] if " " in sentence[:at] else sentence
