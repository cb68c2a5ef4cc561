"""One assistant turn: what it answers, how it is made, and how much of it was heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Protocol

from voicecli.audio import Clip, Samples, without_lead
from voicecli.endpointing import Speech
from voicecli.events import Event, ReplyText
from voicecli.history import heard_words, words_before_end
from voicecli.llm import Message
from voicecli.sentences import FIRST_CLAUSE_WORDS, sentences
from voicecli.speakable import speakable
from voicecli.speaker import Playback
from voicecli.spoken import spoken
from voicecli.stt import Transcript
from voicecli.timing import Stopwatch

NEARLY_OVER_WORDS = 2

ECHO_S = 1.0
"""So much of a reply may be heard again by the microphone: it takes up to 0.2 s to come back, and
what begins to be taken for the user is suspended 0.1 to 0.2 s later."""

Emit = Callable[[Event], None]


class Recognizer(Protocol):
    @property
    def busy(self) -> bool: ...
    async def transcribe(self, samples: Samples) -> Transcript: ...


class LanguageModel(Protocol):
    def stream(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]: ...


class Voice(Protocol):
    def stream(self, sentence: str) -> AsyncGenerator[Clip, None]: ...


@dataclass(eq=False)
class Reply:
    """May be begun before the user's turn is over; until then nothing of it is heard or shown."""

    utterances: list[Speech]
    """What it answers: everything said that is not yet in the history."""
    begun_at: int
    """Sample index of the moment in which it was begun."""
    may_ask_early: bool = True
    """The language model may be asked before the user's turn is over."""
    transcript: Transcript | None = None
    accepted: bool = False
    """The transcript is worth an answer."""
    confirmed: bool = False
    """The user's turn is over."""
    confirmed_at: int = 0
    """Sample index of that moment."""
    reopened: bool = False
    """The user's turn was not over after all: nothing of the reply is remembered."""
    interrupted: bool = False
    complete: bool = False
    """All of it was made."""
    spoken: list[tuple[str, Playback]] = field(default_factory=list)
    """Sentences as written, and how much of each was heard."""
    stopwatch: Stopwatch = field(default_factory=Stopwatch)
    timed: bool = False
    task: asyncio.Task[None] = field(init=False)
    _untold: list[Event] = field(default_factory=list)

    @property
    def running(self) -> bool:
        return not self.task.done()

    @property
    def may_be_heard(self) -> bool:
        return self.confirmed and self.accepted

    def tell(self, event: Event, emit: Emit) -> None:
        """Emit an event, or keep it until the reply may be heard."""
        if self.may_be_heard:
            emit(event)
        else:
            self._untold.append(event)

    def tell_kept(self, emit: Emit) -> None:
        untold, self._untold = self._untold, []
        for event in untold:
            emit(event)

    @property
    def is_unfinished(self) -> bool:
        """Something of it was not heard."""
        _, unheard = self.heard_and_unheard()
        return not self.complete or bool(unheard)

    @property
    def asks_now(self) -> bool:
        """It ends in a question, and hardly anything is left of it: who speaks now answers."""
        heard, unheard = self.heard_and_unheard()
        is_question = (heard + unheard).endswith(("?", "？"))
        return self.complete and is_question and len(unheard.split()) <= NEARLY_OVER_WORDS

    def last_words(self) -> str:
        """What was played within the last ECHO_S that something was, as it was spoken."""
        words: list[str] = []
        left_s = ECHO_S
        for _, playback in reversed(self.spoken):
            if left_s > 0:
                words = [*words_before_end(playback, left_s), *words]
                left_s -= playback.heard_samples / playback.clip.sample_rate_hz
        return " ".join(words)

    def heard_and_unheard(self) -> tuple[str, str]:
        """The reply's text so far, cut after the last word that was heard whole."""
        heard = unheard = ""
        for sentence, playback in self.spoken:
            words = heard_words(sentence, playback) if not unheard else ""
            heard += words
            unheard += sentence[len(words) :]
        return heard.strip(), unheard.strip()


@dataclass
class Answer:
    """Language model -> sentences -> voice, pulled piece by piece."""

    language_model: LanguageModel
    voice: Voice
    language: str
    pronunciations: Mapping[str, str]
    tell: Emit
    """Gets the text as it is written."""

    async def to(self, messages: Sequence[Message]) -> AsyncGenerator[tuple[str, Clip], None]:
        """Sentences as written, each with its sound, or with its beginning: what is still to come
        of it comes next, with no text. Closing it closes the model's stream."""
        async with (
            aclosing(self._written(messages)) as deltas,
            aclosing(speakable(deltas, self.language)) as plain,
            aclosing(
                sentences(plain, self.language, first_clause_words=FIRST_CLAUSE_WORDS)
            ) as pieces,
        ):
            is_first = True
            async for sentence in pieces:
                aloud = spoken(sentence.strip(), self.language, self.pronunciations)
                async with aclosing(self.voice.stream(aloud)) as clips:
                    async for clip in clips:
                        # Between sentences silence is a pause; before the first, only late.
                        yield sentence, without_lead(clip) if is_first else clip
                        sentence, is_first = "", False

    async def _written(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        async with aclosing(self.language_model.stream(messages)) as deltas:
            async for delta in deltas:
                self.tell(ReplyText(delta))
                yield delta


class Draft:
    """An answer to what the user seems to be saying, made as far as its first sentence.

    It becomes a reply if the user's words turn out to be these.
    """

    def __init__(self, text: str, answer: Answer, messages: Sequence[Message]) -> None:
        self.text = text
        self._answer = answer
        self._told: list[Event] = []
        answer.tell = self._told.append
        self._pieces = answer.to(messages)
        self._first = asyncio.ensure_future(anext(self._pieces))
        """The first sentence is made whoever waits for it; errors wait, too."""

    async def begin(self) -> None:
        """Wait for the first sentence."""
        await asyncio.wait([self._first])

    async def take_over(self, tell: Emit) -> AsyncGenerator[tuple[str, Clip], None]:
        """The whole answer, with its beginning as it was made."""
        for event in self._told:
            tell(event)
        self._answer.tell = tell
        try:
            yield await self._first
            async for piece in self._pieces:
                yield piece
        except StopAsyncIteration:
            pass  # the model had nothing to say
        finally:
            await self.discard()

    async def discard(self) -> None:
        """Close the model's stream."""
        if not self._first.done():
            self._first.cancel()
            await asyncio.wait([self._first])
        if not self._first.cancelled():
            self._first.exception()  # nobody wants to know it any more
        with suppress(RuntimeError):
            await self._pieces.aclose()
