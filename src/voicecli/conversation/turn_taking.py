"""Turns of the user and of the assistant: what happens when the floor changes.

Floor decides whose turn it is; what that does to the replies, the loudspeaker and the history is
done here, in its `Hands`. Each of them returns at once: what takes time is a task (replies.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from voicecli.conversation.answer import Answer, Emit, Recital
from voicecli.conversation.attention import Attention
from voicecli.conversation.completeness import is_start_over, is_stop
from voicecli.conversation.draft import Drafts
from voicecli.conversation.events import (
    Event,
    PartialTranscript,
    ReplyEnded,
    ReplyResumed,
    SpeechBegan,
    StartedOver,
    ToolFailed,
    ToolResult,
    UserSaid,
)
from voicecli.conversation.floor import Failed, Floor, Free, Nothing, Speaking, Stop, Why, Words
from voicecli.conversation.heard import first_unheard_sample
from voicecli.conversation.history import History
from voicecli.conversation.jobs import Jobs
from voicecli.conversation.judging import Judge
from voicecli.conversation.partials import Partials
from voicecli.conversation.replies import Replies
from voicecli.conversation.reply import Reply
from voicecli.conversation.report import Report
from voicecli.duplex.ducking import Ducker
from voicecli.duplex.speaker import Speaker
from voicecli.hearing.ears import Ears
from voicecli.hearing.endpointing import Speech, SpeechPaused, Utterance
from voicecli.llm.messages import Message, ToolCall
from voicecli.settings import ListenSettings, Speculate
from voicecli.stt.transcript import Recognizer, Transcript
from voicecli.text.foreign import foreign_language


class TurnTaking:
    """The floor and its hands. What the user does comes in, aloud or by a key."""

    def __init__(
        self,
        answer: Answer,
        history: History,
        emit: Emit,
        *,
        ears: Ears,
        speaker: Speaker,
        ducker: Ducker,
        judge: Judge,
        attention: Attention,
        jobs: Jobs,
        report: Report,
        speculate: Speculate,
        draft: bool,
    ) -> None:
        """answer, speculate, draft: see Conversation."""
        self.answer = answer
        self.floor: Floor[Reply] = Floor(self)
        self._history = history
        self._emit = emit
        self._ears = ears
        self._speaker = speaker
        self._judge = judge
        self._attention = attention
        self._jobs = jobs
        self._report = report
        self._may_ask_early = speculate == "full"
        self._may_draft = draft and speculate == "full"
        self._answers = True
        self._language = ""
        """Of the turn that was taken last."""
        self._pending: list[Speech] = []
        """Said, and not yet in the history."""
        self._drafts = Drafts(lambda language: self.answer.in_language(language), jobs)
        self.partials = Partials(judge.recognizer, ears, jobs, speaker, self._show_partial)
        self._replies = Replies(
            *(self.floor, judge, self._drafts, self.partials, history),
            *(speaker, ducker, jobs, emit),
        )

    # ---- the user speaks ----------------------------------------------------------------------

    def listen(self, settings: ListenSettings, *, replies: bool) -> None:
        """From now on by these settings. replies: see Conversation.listen."""
        self._judge.settings = settings
        self._answers = replies
        self._drafts.discard()

    def recognize_by(self, recognizer: Recognizer) -> None:
        """From the next transcription on."""
        self._judge.recognizer = self.partials.recognizer = recognizer
        self._replies.begin_anew()

    def begin_turn(self) -> None:
        """The user begins to speak."""
        self._replies.begin_turn()
        self.partials.begin_turn()
        self._drafts.begin_turn()

    def onset(self, onset: int) -> None:
        """The user takes the floor, with the sample of that index."""
        newest = self._replies.newest
        self.floor.onset(reopens=newest is not None and newest.is_reopened_at(onset))

    def pause(self, so_far: SpeechPaused) -> None:
        """The user falls silent, and may go on."""
        self.floor.pause([*self._pending, so_far])

    def add(self, utterance: Utterance) -> None:
        """The user has said this; whether the turn is over with it says `over`."""
        self._pending.append(utterance)

    def over(self) -> None:
        """The user's turn is over, if anything was said in it."""
        if self._pending:
            self.floor.over(list(self._pending)).over_at = self._ears.now
            self._speaker.tick()

    def unsay(self) -> None:
        """What the user said was not said, where it is no turn yet."""
        if not self.floor.turn_is_over:
            self._pending.clear()
            self.floor.unsaid()

    def tell_progress(self) -> None:
        """Another frame was heard: what of the newest reply is audible by now?"""
        if (newest := self._replies.newest) is not None:
            self._report.first_audio(newest, self._speaker.latency_s)
            newest.tell_begun()

    @property
    def is_answering(self) -> bool:
        """A reply is heard, or is suspended."""
        return isinstance(self.floor.state, Speaking) or self.floor.suspended is not None

    # ---- a turn without a voice ---------------------------------------------------------------

    def say(self, text: str) -> None:
        """The user's turn is these words."""
        self.floor.stop(Why.WORDS)
        if found := foreign_language(text, self._language or self.answer.language):
            self._language = found.code
        answer = self.answer.in_language(self._language)
        if is_stop(text, answer.language):
            self._report.no_answer(Stop(text))
            return
        start_over = is_start_over(text, answer.language)
        self._user_said(text, start_over=start_over)
        if start_over:
            answer.language_model = Recital(answer.phrases.started_over)
        self.speak(answer, None)

    def repeat(self, text: str) -> None:
        """Speak what is in the history already."""
        self.speak(replace(self.answer, language_model=Recital(text)), [], is_aside=True)

    def start_over(self) -> None:
        """End the reply, and forget all that was said."""
        self.floor.stop()
        self._history.start_over()
        self._emit(StartedOver())

    def speak(
        self,
        answer: Answer | None,
        messages: Sequence[Message] | None,
        *,
        is_aside: bool = False,
    ) -> None:
        """Begin a reply that answers nothing said aloud: see Conversation.respond. is_aside: it is
        not remembered."""
        now = self._ears.now
        reply = Reply([], now, self._tell, over_at=now, may_be_heard=True, is_aside=is_aside)
        answer = (answer or self.answer).in_language(self._language)
        self._replies.say(reply, answer, messages)
        self.floor.speak(reply, user_speaks=self._ears.endpointer.in_speech)

    def leave(self) -> None:
        """The conversation ends."""
        self.floor.leave()
        self._drafts.discard()

    # ---- what the floor has done (floor.Hands) ------------------------------------------------

    def begin(self, said: Sequence[Speech]) -> Reply:
        reply = Reply(list(said), self._ears.now, self._tell)
        reply.answers = self._answers
        reply.needs_call = self._attention.needs_call
        reply.called = self._attention.called
        reply.may_ask_early = self._may_ask_early
        self._replies.answer(reply)
        return reply

    def cancel(self, reply: Reply) -> None:
        if reply.spoken:
            self._speaker.stop()
        self._jobs.end(reply.task)
        self._drafts.discard()

    def take_turn(self, reply: Reply, words: Words) -> None:
        """Audio is forgotten only here, when its text is in the history, and in `forget`."""
        self._replies.newest = reply
        self._pending.clear()
        if reply.needs_call:  # not told before the phrase was heard
            self._emit(SpeechBegan(reply.utterances[0].onset))
        if words.is_call:
            reply.is_aside = True
        elif words.are_clear:
            self._language = words.language
            self._judge.recognizer.settle(words.language, words.doubted_language)
            self._user_said(words.text, start_over=words.start_over)
        else:
            reply.is_aside = True
            self._report.not_understood(words.text)
        reply.may_be_heard = True
        reply.tell_kept()

    def end(self, reply: Reply, why: Why, *, reopened: bool) -> None:
        cut_off = why is not Why.HEARD and reply.is_unfinished
        interrupted = cut_off and why is not Why.LEFT
        if why is not Why.HEARD:
            self._jobs.end(reply.task)
        if not reply.answers:
            return
        if reply.spoken and why in (Why.WORDS, Why.KEY):
            self._speaker.stop()
        reopened |= reply.is_aside
        self._report.n_interruptions += why is Why.WORDS and interrupted and not reopened
        reply.tell_begun()
        heard, unheard = reply.heard_and_unheard()
        number = 0
        # A call that is cancelled tells so later, when more was said.
        reply.emit = partial(self._tell, after=self._history.newest)
        if not reopened:
            ends = reply.word_ends()
            number = self._history.add_assistant(heard, interrupted=cut_off, word_ends=ends)
        self._attention.wake(self._ears.now)
        self._emit(ReplyEnded(heard, unheard, interrupted, number, reply.error, reply.cut_off))

    def go_on(self, reply: Reply) -> None:
        if reply.spoken and reply.is_unfinished:
            self._report.n_false_interruptions += 1
            self._speaker.rewind(first_unheard_sample)
            self._speaker.duck(0.0)
            self._emit(ReplyResumed())

    def drop(self, reply: Reply, verdict: Stop | Nothing | Failed) -> None:
        self._drafts.discard()
        if isinstance(verdict, Stop) and verdict.is_farewell:
            self._attention.fall_asleep()
        elif isinstance(verdict, Stop):
            self._attention.wake(self._ears.now)
        self._report.no_answer(verdict)

    def forget(self) -> None:
        self._pending.clear()
        self._drafts.discard()

    def hold(self, held: bool) -> None:
        if held:
            self._speaker.hold()
        else:
            self._speaker.release()

    # ---- within -------------------------------------------------------------------------------

    def _user_said(self, text: str, *, start_over: bool = False) -> None:
        self._report.understood()
        if start_over:
            self._history.start_over()
        self._emit(UserSaid(text, self._history.add_user(text)))
        if start_over:
            self._emit(StartedOver())

    def _tell(self, event: Event, after: int | None = None) -> None:
        """What a reply does that may be heard: calls of tools are remembered, whatever is heard;
        of one that is over behind that entry of the history."""
        if isinstance(event, ToolResult | ToolFailed):
            call = ToolCall(event.id, event.name, event.arguments)
            self._history.add_call(call, event.content, after)
        self._emit(event)

    def _show_partial(self, shown: PartialTranscript, transcript: Transcript) -> None:
        self._emit(shown)
        self._drafts.discard_unless(transcript.text)
        may_draft = self._may_draft and self._answers
        if may_draft and isinstance(self.floor.state, Free) and not self._pending:
            self._drafts.consider(transcript, self._history.with_user(transcript.text))
