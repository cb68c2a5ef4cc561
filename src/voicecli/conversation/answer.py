"""Language model, sentences, voice: one answer, pulled piece by piece."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from voicecli.conversation.events import (
    Event,
    Notice,
    ReplyPlain,
    ReplyText,
    TokensCounted,
    ToolCalled,
)
from voicecli.errors import LanguageModelError
from voicecli.languages import Phrases, language_of
from voicecli.languages.names import name_of
from voicecli.llm.messages import LanguageModel, Message, Options, Part, ToolCall, Usage
from voicecli.sound.samples import silence
from voicecli.text.aloud import spoken
from voicecli.text.foreign import foreign_language
from voicecli.text.markdown import speakable
from voicecli.text.markdown.turns import own_turn
from voicecli.text.sentences import FIRST_CLAUSE_WORDS, TAKEN_BACK, sentences
from voicecli.tts.clip import Clip, Voice, without_lead

Emit = Callable[[Event], None]


NO_CLIP = Clip(silence(0), 1)
"""Comes with TAKEN_BACK."""


@dataclass
class Habits:
    """What a language model was seen to do; shared by its answers."""

    thinks_first: bool = False
    """It writes down its thoughts, and only their end is marked."""
    foreign_told: bool = False
    """The user knows that it answers in a language that the voice does not speak."""


class Recital(LanguageModel):
    """In place of a model: a text that is there already."""

    name = "recital"
    is_local = True

    def __init__(self, text: str) -> None:
        self._text = text

    async def stream(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        yield self._text


@dataclass
class Answer:
    """Language model -> sentences -> voice, pulled piece by piece."""

    language_model: LanguageModel
    voice: Voice
    language: str
    pronunciations: Mapping[str, str]
    tell: Emit
    """Gets the text as it is written."""
    habits: Habits = field(default_factory=Habits)
    options: Options = Options()
    """Of each request: tools, and what is otherwise than in the settings."""

    async def to(self, messages: Sequence[Message]) -> AsyncGenerator[tuple[str, Clip], None]:
        """Sentences as written, each with its sound, or with its beginning: what is still to come
        of it comes next, with no text. TAKEN_BACK in place of a sentence: all before was a thought.
        Closing it closes the model's stream.

        Where the model's stream breaks off, what came of it is made before the error is raised.
        """
        thinks_first = self.habits.thinks_first
        broke_off: list[LanguageModelError] = []
        async with (
            aclosing(self._written(messages, broke_off)) as deltas,
            aclosing(speakable(deltas, self.language, thinks_first=thinks_first)) as plain,
            aclosing(self._told(plain)) as said,
            aclosing(
                sentences(said, self.language, first_clause_words=FIRST_CLAUSE_WORDS)
            ) as pieces,
        ):
            is_first = True
            async for sentence in pieces:
                if sentence is TAKEN_BACK:
                    self.habits.thinks_first = is_first = True
                    yield TAKEN_BACK, NO_CLIP
                    continue
                async with aclosing(self._spoken(sentence)) as clips:
                    async for text, clip in clips:
                        # Between sentences silence is a pause; before the first, only late.
                        yield text, without_lead(clip) if is_first else clip
                        is_first = False
        if broke_off:
            raise broke_off[0]

    @property
    def phrases(self) -> Phrases:
        """What is said in the voice's language where no model is asked."""
        return language_of(self.language).phrases

    async def say(self, sentence: str) -> AsyncGenerator[tuple[str, Clip], None]:
        """In place of an answer; no model is asked."""
        self.tell(ReplyText(sentence))
        self.tell(ReplyPlain(sentence))
        async with aclosing(self._spoken(sentence)) as clips:
            async for text, clip in clips:
                yield text, without_lead(clip) if text else clip

    def _tell_foreign(self, sentence: str) -> None:
        """Once: the voice can't say this."""
        if self.habits.foreign_told or not (found := foreign_language(sentence, self.language)):
            return
        self.habits.foreign_told = True
        self.tell(
            Notice(
                f"the answer is {found.name}, and the voice speaks {name_of(self.language)}",
                f"`voicecli models --language {found.code}` lists voices; --voice takes one",
            )
        )

    async def _spoken(self, sentence: str) -> AsyncGenerator[tuple[str, Clip], None]:
        self._tell_foreign(sentence)
        aloud = spoken(sentence.strip(), self.language, self.pronunciations)
        async with aclosing(self.voice.stream(aloud)) as clips:
            async for clip in clips:
                yield sentence, clip
                sentence = ""

    async def _asked(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        """The text of what the model writes; calls of tools are told."""
        model = self.language_model
        parts: AsyncGenerator[Part, None] = (
            model.stream(messages)
            if self.options == Options()
            else model.respond(messages, self.options)
        )
        async with aclosing(parts):
            async for part in parts:
                if isinstance(part, str):
                    yield part
                elif isinstance(part, ToolCall):
                    self.tell(ToolCalled(part.id, part.name, part.arguments))
                elif isinstance(part, Usage):
                    counts = part.input_tokens, part.output_tokens, part.cached_tokens
                    self.tell(TokensCounted(*counts))

    async def _told(self, plain: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
        async with aclosing(plain):
            async for delta in plain:
                if delta is not TAKEN_BACK:
                    self.tell(ReplyPlain(delta))
                yield delta

    async def _written(
        self, messages: Sequence[Message], broke_off: list[LanguageModelError]
    ) -> AsyncGenerator[str, None]:
        stream = self._asked(messages)
        async with (
            aclosing(_as_far_as_it_comes(stream, broke_off)) as deltas,
            aclosing(own_turn(deltas, self.language)) as own,
        ):
            async for delta in own:
                self.tell(ReplyText(delta))
                yield delta


async def _as_far_as_it_comes(
    stream: AsyncGenerator[str, None], broke_off: list[LanguageModelError]
) -> AsyncGenerator[str, None]:
    """An error that ends a stream which had begun goes into `broke_off`."""
    begun = False
    try:
        async with aclosing(stream) as deltas:
            async for delta in deltas:
                begun = True
                yield delta
    except LanguageModelError as error:
        if not begun:
            raise
        broke_off.append(error)
