"""What a reply does: recognition, language model, voice, until its last sound was heard.

Each reply is one task, which waits wherever it likes; what it finds out it tells the floor, in
one call.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Coroutine, Sequence
from dataclasses import dataclass

from voicecli.conversation.answer import Answer, Emit
from voicecli.conversation.draft import Drafts
from voicecli.conversation.events import Notice
from voicecli.conversation.floor import Failed, Floor, Speaking, Verdict, Words
from voicecli.conversation.history import History
from voicecli.conversation.jobs import Jobs
from voicecli.conversation.judging import Judge
from voicecli.conversation.partials import Partials
from voicecli.conversation.reply import Reply
from voicecli.duplex.ducking import Ducker
from voicecli.duplex.speaker import Speaker
from voicecli.errors import LanguageModelError, VoicecliError
from voicecli.llm.messages import Message
from voicecli.tts.clip import Clip
from voicecli.worker import at

MAX_HELD_REPLIES = 3
"""For which the model was asked in the pauses of one utterance; from then on, its end is waited
for."""


@dataclass(eq=False)
class Replies:
    """Begins the tasks of a conversation's replies."""

    floor: Floor[Reply]
    judge: Judge
    drafts: Drafts
    partials: Partials
    history: History
    speaker: Speaker
    ducker: Ducker
    jobs: Jobs
    emit: Emit
    newest: Reply | None = None
    """Of the replies that took their turn."""
    _n_asked: int = 0
    """In the pauses of the open utterance."""

    def begin_turn(self) -> None:
        """The user begins to speak."""
        self._n_asked = 0
        onset, newest = self.partials.onset, self.newest
        self.partials.before = newest.before_one_at(onset) if newest is not None else None

    def begin_anew(self) -> None:
        """The next turn goes on from none: another recogniser heard that."""
        if self.newest is not None:
            self.newest.text = ""

    def answer(self, reply: Reply) -> None:
        """Begin to understand what was said, and to answer it."""
        reply.before = self.partials.before
        if len(reply.utterances) == 1:
            reply.early = self.partials.early
        self._start(reply, self._answer(reply))

    def say(self, reply: Reply, answer: Answer, messages: Sequence[Message] | None) -> None:
        """Begin to say what nobody asked for aloud: to the history, or to `messages` in its
        place."""
        self.newest = reply
        reply.understood = True
        self._start(reply, self._say(reply, answer, messages))

    def _start(self, reply: Reply, job: Coroutine[None, None, None]) -> None:
        with at(reply.priority):
            reply.task = self.jobs.start(job, "reply")

    async def _answer(self, reply: Reply) -> None:
        verdict = await self._understand(reply)
        self.floor.judged(reply, verdict)
        if isinstance(verdict, Words):
            reply.text = verdict.text if verdict.are_clear else ""
            if reply.answers:
                await self._respond(reply, verdict)
            await self._end_when_heard(reply)

    async def _say(self, reply: Reply, answer: Answer, messages: Sequence[Message] | None) -> None:
        answer.tell = reply.tell
        await self.jobs.settled()
        pieces = answer.to(self.history.messages if messages is None else messages)
        await self._play(reply, pieces)
        await self._end_when_heard(reply)

    async def _end_when_heard(self, reply: Reply) -> None:
        await self.speaker.drain()
        await self.speaker.until(lambda: self.floor.state == Speaking(reply))
        self.floor.done(reply)

    async def _play(self, reply: Reply, pieces: AsyncGenerator[tuple[str, Clip], None]) -> None:
        try:
            await reply.play(pieces, self.speaker)
        except VoicecliError as error:
            await self.speaker.until(lambda: reply.may_be_heard)
            reply.error = error.message
            reply.cut_off = isinstance(error, LanguageModelError) and error.cut_off
            if not reply.spoken and not reply.is_aside:
                self.history.fail()
            self.emit(Notice(error.message, error.hint))

    async def _understand(self, reply: Reply) -> Verdict:
        try:
            transcript = await self.judge.transcribe(reply)
        except VoicecliError as error:
            return Failed(error)
        if reply.early is None:
            self.partials.final_came(reply.begun_at)
        newest, speech = self.newest, reply.utterances[-1]
        may_be_echo = newest is not None and speech.onset < self.ducker.heard_until
        verdict = self.judge.verdict(
            *(reply, transcript),
            suspended=self.floor.suspended,
            newest=newest,
            played=newest.last_words() if may_be_echo else "",
        )
        if not isinstance(verdict, Words) or not _asks_the_model(verdict):
            self.drafts.discard()
        return verdict

    async def _respond(self, reply: Reply, words: Words) -> None:
        if not _asks_the_model(words):
            await self.speaker.until(lambda: reply.may_be_heard)
            said = self.drafts.that_it_was_not_understood
            if words.is_call:
                said = self.drafts.that_it_listens
            elif words.start_over:
                said = self.drafts.that_it_starts_over
            await self._play(reply, said(words.language, reply.tell))
            return
        await self._wait_to_ask(reply, words)
        reply.stopwatch.mark("asked")

        def messages() -> Sequence[Message]:
            # Heard, the user's words are in the history already.
            return self.history.with_user("" if reply.may_be_heard else words.text)

        answer = await self.drafts.answer(words.text, words.language, messages, reply.tell)
        await self._play(reply, answer)

    async def _wait_to_ask(self, reply: Reply, words: Words) -> None:
        """A reply that was suspended may yet go on, as long as the user's turn is not over."""
        suspended = self.floor.suspended
        reply.may_ask_early &= self._n_asked < MAX_HELD_REPLIES
        self._n_asked += not reply.may_be_heard
        if suspended is not None and suspended.reply.is_calling:
            reply.may_ask_early = False  # nobody knows yet what will have been done
        if suspended is not None and reply.may_ask_early:
            history, old = self.history.copy(), suspended.reply
            if not suspended.reopened:
                heard, _ = old.heard_and_unheard()
                history.add_assistant(heard, interrupted=old.is_unfinished)
            self.drafts.begin(words.text, words.language, history.with_user(words.text))
        if suspended is not None or not reply.may_ask_early:
            await self.speaker.until(lambda: reply.may_be_heard)


def _asks_the_model(words: Words) -> bool:
    """Else the answer is known."""
    return words.are_clear and not words.start_over and not words.is_call
