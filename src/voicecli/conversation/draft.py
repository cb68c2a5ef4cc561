"""An answer begun before the user has ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import suppress

from voicecli.conversation.answer import Answer, Emit
from voicecli.conversation.completeness import is_start_over, is_stop, same_words
from voicecli.conversation.events import Event
from voicecli.conversation.jobs import Jobs
from voicecli.conversation.patience import seems_over
from voicecli.llm.messages import Message
from voicecli.stt.transcript import Transcript
from voicecli.tts.clip import Clip
from voicecli.worker import Priority, asked_priority, at

MAX_DRAFTS = 3
"""Begun while one utterance is said; from then on, its first pause is waited for."""


class Draft:
    """An answer to what the user seems to be saying, made as far as its first sentence.

    It becomes a reply if the user's words turn out to be these.
    """

    def __init__(
        self,
        text: str,
        answer: Answer,
        messages: Sequence[Message],
        after: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """after: what is waited for before the model is asked."""
        self.text = text
        self._answer = answer
        self._told: list[Event] = []
        answer.tell = self._told.append
        self._pieces = answer.to(messages)
        self._priority = lambda: Priority.SPECULATION
        with at(lambda: self._priority()):
            self._first = asyncio.ensure_future(self._make_first(after))
        """The first sentence is made whoever waits for it; errors wait, too."""

    async def _make_first(
        self, after: Callable[[], Awaitable[None]] | None
    ) -> tuple[str, Clip] | None:
        if after is not None:
            await after()
        return await anext(self._pieces, None)

    async def begin(self) -> None:
        """Wait for the first sentence."""
        await asyncio.wait([self._first])

    async def take_over(self, tell: Emit) -> AsyncGenerator[tuple[str, Clip], None]:
        """The whole answer, with its beginning as it was made."""
        self._priority = asked_priority()
        for event in self._told:
            tell(event)
        self._answer.tell = tell
        try:
            first = await self._first
            if first is None:
                return  # the model had nothing to say
            yield first
            async for piece in self._pieces:
                yield piece
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


class Drafts:
    """At most one draft, of what the user is saying."""

    def __init__(self, new_answer: Callable[[str], Answer], jobs: Jobs) -> None:
        """new_answer: to what was said in a language."""
        self._new_answer = new_answer
        self._jobs = jobs
        self._draft: Draft | None = None
        self._job: asyncio.Task[None] | None = None
        self._n_begun = 0

    def begin_turn(self) -> None:
        """The user begins to speak."""
        self._n_begun = 0

    def discard_unless(self, text: str) -> None:
        """The user says `text` by now."""
        if self._draft is not None and not same_words(self._draft.text, text):
            self.discard()

    def consider(self, transcript: Transcript, messages: Sequence[Message]) -> None:
        """Begin to answer `messages`, if the user seems to have said it all."""
        if self._draft is not None or self._n_begun >= MAX_DRAFTS:
            return
        text, language = transcript.text, transcript.language
        is_command = is_stop(text, language) or is_start_over(text, language)
        if seems_over(transcript) and not is_command:
            self._n_begun += 1
            self.begin(text, language, messages)

    def begin(self, text: str, language: str, messages: Sequence[Message]) -> None:
        """Begin to answer `messages`, of which `text` is the newest thing said, in a language."""
        self.discard()
        answer = self._new_answer(language)
        self._draft = draft = Draft(text, answer, messages, self._jobs.settled)
        self._job = self._jobs.start(draft.begin(), "draft")

    async def answer(
        self, text: str, language: str, messages: Callable[[], Sequence[Message]], tell: Emit
    ) -> AsyncGenerator[tuple[str, Clip], None]:
        """The answer to `messages`, of which `text` is the newest thing said: the draft, if that is
        what it answers, or a new one. They are asked for when what was ended has told its end."""
        self.discard_unless(text)
        draft, self._draft = self._draft, None
        if draft is not None and self._job is not None:
            self._job.cancel()  # from now on it is the reply that waits
            return draft.take_over(tell)
        await self._jobs.settled()
        return self._told(language, tell).to(messages())

    def that_it_was_not_understood(
        self, language: str, tell: Emit
    ) -> AsyncGenerator[tuple[str, Clip], None]:
        """Said at once, in place of an answer."""
        answer = self._told(language, tell)
        return answer.say(answer.phrases.not_understood)

    def that_it_listens(self, language: str, tell: Emit) -> AsyncGenerator[tuple[str, Clip], None]:
        """Likewise, to the wake phrase alone: "Yes?"."""
        answer = self._told(language, tell)
        return answer.say(f"{answer.phrases.yes.capitalize()}?")

    def that_it_starts_over(
        self, language: str, tell: Emit
    ) -> AsyncGenerator[tuple[str, Clip], None]:
        """Likewise."""
        answer = self._told(language, tell)
        return answer.say(answer.phrases.started_over)

    def _told(self, language: str, tell: Emit) -> Answer:
        answer = self._new_answer(language)
        answer.tell = tell
        return answer

    def discard(self) -> None:
        draft, self._draft = self._draft, None
        if draft is not None:
            self._jobs.clear_away(draft.discard())
