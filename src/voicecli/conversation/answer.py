"""Language model, sentences, voice: one answer, pulled piece by piece."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from voicecli.conversation.events import (
    Event,
    Notice,
    ReplyPlain,
    ReplyText,
    TokensCounted,
    ToolCalled,
    ToolFailed,
    ToolResult,
)
from voicecli.errors import LanguageModelError
from voicecli.languages import Phrases, language_of, primary
from voicecli.languages.names import name_of
from voicecli.llm.messages import (
    ANSWER_IN,
    CallBegins,
    CallEnded,
    LanguageModel,
    Message,
    Options,
    Part,
    ToolCall,
    Usage,
)
from voicecli.sound.samples import silence
from voicecli.text.markdown import speakable
from voicecli.text.markdown.turns import own_turn
from voicecli.text.sentences import FIRST_CLAUSE_WORDS, TAKEN_BACK, sentences
from voicecli.tts.clip import Clip, Voice, without_lead
from voicecli.tts.voices import OtherVoices, Passage, passages, read_aloud

Emit = Callable[[Event], None]


CUT_OFF = "The user cut in before it was over. It may or may not have been done."
"""What the model is told of a call that was begun."""

NO_CLIP = Clip(silence(0), 1)
"""Comes with TAKEN_BACK."""


async def at_once() -> None:
    """Nothing is waited for."""


@dataclass
class Habits:
    """What a language model was seen to do; shared by its answers."""

    thinks_first: bool = False
    """It writes down its thoughts, and only their end is marked."""
    foreign_told: set[str] = field(default_factory=set)
    """Languages of which the user knows that no voice speaks them."""
    apologised: bool = False
    """That was also said aloud, in place of what could not be read."""
    languages: set[str] = field(default_factory=set)
    """In which the user spoke, as ISO 639-1."""


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
    """Of the turn that it answers, as far as that is known."""
    pronunciations: Mapping[str, str]
    tell: Emit
    """Gets the text as it is written."""
    habits: Habits = field(default_factory=Habits)
    options: Options = Options()
    """Of each request: tools, and what is otherwise than in the settings."""
    others: OtherVoices = OtherVoices()
    """Read what the voice doesn't speak."""
    until_taken: Callable[[], Awaitable[None]] = at_once
    """Waits until the answer is not made on suspicion any more: then calls may do something."""

    def in_language(self, language: str) -> Answer:
        """To what was said in this language, as ISO 639-1; empty where that isn't known."""
        if language:
            self.habits.languages.add(primary(language))
        if not language or primary(language) == primary(self.language):
            return replace(self)
        self.others.of(primary(language))  # it is loaded while the model is asked
        return replace(self, language=language)

    def _instructed(self, messages: Sequence[Message]) -> Sequence[Message]:
        """With the language to answer in, where the model might take another. English is that of
        the system prompt."""
        code = primary(self.language)
        if self.habits.languages <= {"en"} or code not in self.habits.languages:
            return messages
        return [Message("system", ANSWER_IN.format(name_of(code))), *messages]

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

    def _tell_foreign(self, part: Passage) -> None:
        """Once a language: there is no voice for this."""
        for code in set(part.missing) - self.habits.foreign_told:
            self.habits.foreign_told.add(code)
            speaks = name_of(part.voice.language)
            self.tell(
                Notice(
                    f"the answer is {name_of(code)}, and the voice speaks {speaks}",
                    self.others.how_to_get(code),
                )
            )

    async def _spoken(self, sentence: str) -> AsyncGenerator[tuple[str, Clip], None]:
        parts = passages(sentence, self.language, self.voice, self.others)
        for part in parts:
            self._tell_foreign(part)
        if all(part.is_lost for part in parts) and not self.habits.apologised:
            self.habits.apologised = True
            code = self.voice.language
            apology = Passage(language_of(code).phrases.no_voice, code, self.voice)
            async with aclosing(read_aloud([apology])) as clips:
                async for text, clip in clips:
                    yield sentence if text else "", clip
            return
        async with aclosing(read_aloud(parts, self.pronunciations)) as clips:
            async for text, clip in clips:
                yield text, clip

    async def _asked(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        """The text of what the model writes; calls of tools are told, and so is what comes of
        those that are carried out here."""
        model = self.language_model
        parts: AsyncGenerator[Part, None] = (
            model.stream(self._instructed(messages))
            if self.options == Options()
            else model.respond(
                self._instructed(messages), replace(self.options, language=self.language)
            )
        )
        running: ToolCall | None = None
        try:
            async with aclosing(parts):
                async for part in parts:
                    match part:
                        case str():
                            yield part
                        case ToolCall():
                            self.tell(ToolCalled(part.id, part.name, part.arguments))
                        case CallBegins(call, is_free):
                            if not is_free:
                                await self.until_taken()
                            running = call
                        case Usage():
                            counts = part.input_tokens, part.output_tokens, part.cached_tokens
                            self.tell(TokensCounted(*counts))
                        case CallEnded():
                            running = None
                            self._tell_ended(part)
        finally:
            if running is not None:
                self._tell_ended(CallEnded(running, CUT_OFF, failed=True))

    def _tell_ended(self, ended: CallEnded) -> None:
        call, kind = ended.call, ToolFailed if ended.failed else ToolResult
        self.tell(kind(call.id, call.name, call.arguments, ended.content))

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
