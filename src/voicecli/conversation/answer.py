"""Language model, sentences, voice: one answer, pulled piece by piece."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from voicecli.conversation.events import Event, ReplyText
from voicecli.llm.messages import LanguageModel, Message
from voicecli.text.aloud import spoken
from voicecli.text.markdown import speakable
from voicecli.text.sentences import FIRST_CLAUSE_WORDS, sentences
from voicecli.tts.clip import Clip, Voice, without_lead

Emit = Callable[[Event], None]


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
