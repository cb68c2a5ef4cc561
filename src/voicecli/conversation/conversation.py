"""THE HEART: one listening loop, one cancellable reply.

The loop hears every frame and never waits for a reply. A reply is one task: recognition, language
model, sentences, voice, loudspeaker, each pulling the one before. It is begun in the first pause,
or from a partial transcript before it, and is held back until the hangover is over. The user's next
word cancels it: before that moment without trace, afterwards with a history that holds what was
heard.

Whoever speaks during a reply suspends it first. What was said is recognised; if it was nothing, a
"mhm" or the loudspeaker itself, the reply goes on from the first word that was not heard.

Whose turn it is, and what follows from what, says floor.py. Here is what it has done; what a reply
does, from the words to its last sound, is in replies.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial

from voicecli.conversation.answer import Answer, Habits, Recital
from voicecli.conversation.completeness import is_start_over, is_stop
from voicecli.conversation.draft import Drafts
from voicecli.conversation.effort import Effort
from voicecli.conversation.events import (
    Event,
    Level,
    Notice,
    PartialTranscript,
    ReplyEnded,
    ReplyResumed,
    SpeechBegan,
    SpeechEnded,
    StartedOver,
    State,
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
from voicecli.conversation.parts import Parts
from voicecli.conversation.replies import Replies
from voicecli.conversation.reply import Reply
from voicecli.conversation.report import Report
from voicecli.conversation.wake import Called, Sleep
from voicecli.conversation.wishes import Wish, Wishes
from voicecli.duplex.ducking import Ducker
from voicecli.hearing.ears import Ears
from voicecli.hearing.endpointing import (
    Speech,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    Utterance,
)
from voicecli.hearing.faintness import FAINT_HINT, faint_message
from voicecli.llm.messages import Message, ToolCall
from voicecli.settings import ListenSettings, Speculate, WakeSettings
from voicecli.sound.samples import SAMPLE_RATE_HZ, Frame, level_db
from voicecli.stt.transcript import Recognizer, Transcript
from voicecli.text.foreign import foreign_language
from voicecli.worker import Priority, asked_priority

TAIL_SAMPLES = SAMPLE_RATE_HZ // 5
"""So much is heard after a turn was ended by a key: fingers are faster than tongues."""

MAX_CALL_SAMPLES = 15 * SAMPLE_RATE_HZ
"""In what is longer, the wake phrase is looked for when it is over, and not in every pause: others
talk, or a television."""


class Conversation:
    """Give it the parts and a place for its events, then `await run()`.

    It ends when the duplex's input does (a file), after the last reply was heard; with a microphone
    it runs until it is cancelled.
    """

    def __init__(
        self,
        parts: Parts,
        history: History,
        emit: Callable[[Event], None],
        *,
        settings: ListenSettings | None = None,
        wake: WakeSettings | None = None,
        language: str = "en",
        pronunciations: Mapping[str, str] | None = None,
        speculate: Speculate = "full",
        draft: bool = False,
    ) -> None:
        """draft: answers may be begun from partial transcripts. For a model that costs nothing."""
        settings = settings or ListenSettings()
        self._duplex = parts.duplex
        self._speaker = parts.duplex.speaker
        self._history = history
        self._emit = emit
        self._speculate: Speculate = speculate
        self._may_draft = draft and speculate == "full"
        self._jobs = Jobs()
        self._ears = Ears(parts.echo, parts.detector, settings, parts.faint_detector)
        self._endpointer = self._ears.endpointer
        self._ducker = Ducker(self._speaker)
        self._judge = Judge(
            *(parts.recognizer, parts.turn_detector, self._endpointer, settings, emit),
            wake=wake,
            spotter=parts.spotter,
            recognizes_elsewhere=parts.recognizes_elsewhere,
        )
        self._sleep = Sleep(wake or WakeSettings())
        self._wake_word = parts.wake_word
        self._needs_call = False
        """What is being said means nothing without the wake phrase."""
        self._is_called = False
        """The phrase was heard in it by its sound."""
        self._partials = Partials(
            *(parts.recognizer, self._ears, self._jobs, self._speaker, self._show_partial)
        )
        self.answer = Answer(
            *(parts.language_model, parts.voice, language, pronunciations or {}, emit, Habits()),
            others=parts.others,
            until_taken=self._until_taken,
        )
        """What replies are made by. May be another from the next turn on."""
        self.effort = Effort()
        """May be that of many conversations on one machine."""
        self._drafts = Drafts(lambda language: self.answer.in_language(language), self._jobs)
        self._report = Report(emit)
        self._floor: Floor[Reply] = Floor(self)
        self._language = ""
        """Of the turn that was taken last."""
        self._pending: list[Speech] = []
        """Said, and not yet in the history."""
        self._wishes = Wishes()
        self._settings = settings
        self._holds = False
        """The user's turn is over when it is said so."""
        self._answers = True
        self._interruptible = True
        self._replies = Replies(
            *(self._floor, self._judge, self._drafts, self._partials, history),
            *(self._speaker, self._ducker, self._jobs, emit),
        )

    async def run(self) -> None:
        frames = self._duplex.frames()
        if self._settings.push_to_talk:
            self.mute(True)
        try:
            async with self._jobs, aclosing(frames):
                async for frame in frames:
                    await self._hear(frame)
                    if self._duplex.input_ended and self._nothing_left():
                        break
        finally:
            self._floor.leave()
            self._drafts.discard()
            await self._jobs.settled()
            self._report.end()

    # ---- what the user asks for otherwise than by speaking ------------------------------------

    def stop_reply(self) -> None:
        """End the reply that is heard, or in the making; listening goes on."""
        self._wishes.add(Wish(self._floor.stop))

    def say(self, text: str) -> None:
        """Take typed words as a turn of the user's: they end what is being said, and are answered.

        What was spoken before, and is still being recognised, is waited for.
        """
        if text := text.strip():
            self._wishes.add(Wish(lambda: self._say(text), when_settled=True))

    def repeat(self, text: str) -> None:
        """Speak what a reply said, once more; it is in the history already."""
        answer = replace(self.answer, language_model=Recital(text))
        wish = Wish(lambda: self._speak(answer, [], is_aside=True), when_settled=True)
        self._wishes.add(wish)

    def start_over(self) -> None:
        """End the reply, and forget all that was said; listening goes on."""
        self._wishes.add(Wish(self._start_over))

    def respond(
        self, answer: Answer | None = None, messages: Sequence[Message] | None = None
    ) -> None:
        """Reply without being spoken to: to the history, or to `messages` in its place.

        answer: what makes this one reply. What the user said before, and is still being
        recognised, is waited for.
        """
        wish = Wish(lambda: self._speak(answer, messages), when_understood=True)
        self._wishes.add(wish)

    def commit(self, at: int = 0) -> None:
        """The user's turn is over at that sample index; nothing else has to tell it."""
        self._wishes.add(Wish(self._commit, at))

    def clear(self, at: int = 0) -> None:
        """What the user said up to that sample index was not said, where it is no turn yet."""
        self._wishes.add(Wish(self._clear, at))

    def hold_turn(self) -> None:
        """The user's turn begins, ends what is being said, and lasts until `end_turn`, whatever
        pauses there are in it. What was heard just before, and is no turn yet, belongs to it."""
        self._wishes.add(Wish(self._hold_turn))

    def end_turn(self) -> None:
        """What was heard until now is the user's turn."""
        now = self._duplex.mute(False)
        self._wishes.add(Wish(self._end_turn, now + TAIL_SAMPLES))

    def listen(
        self,
        settings: ListenSettings,
        *,
        manual: bool = False,
        replies: bool = True,
        interruptible: bool = True,
    ) -> None:
        """From now on by these settings.

        manual: only `commit` ends a turn, and nothing that is heard interrupts a reply. replies:
        else what the user says is understood, and `respond` is waited for. interruptible: else who
        speaks over a reply is understood after it.
        """
        self._settings = settings
        self._ears.adopt(settings, manual=manual)
        self._judge.settings = settings
        self._answers, self._interruptible = replies, interruptible
        self._drafts.discard()

    def recognize_by(self, recognizer: Recognizer) -> None:
        """From the next transcription on."""
        self._judge.recognizer = self._partials.recognizer = recognizer

    @property
    def muted(self) -> bool:
        return self._ears.muted

    def mute(self, muted: bool) -> None:
        """While muted, what the microphone hears goes nowhere: silence takes its place."""
        heard_from = self._duplex.mute(muted)
        self._ears.mute(until=math.inf if muted else heard_from)

    # ---- the listening loop -------------------------------------------------------------------

    async def _hear(self, frame: Frame) -> None:
        heard = self._ears.hear(frame)
        self._emit(Level(level_db(heard.frame.samples)))
        self._ducker.feed(heard.frame, may_be_user=heard.may_be_user)
        self._listen_for_call(heard.frame)
        for event in heard.events:
            match event:
                case SpeechStarted():
                    self._user_starts(event)
                case SpeechPaused():
                    self._user_pauses(event)
                case SpeechResumed():
                    self._floor.resume()
                case Utterance():
                    self._user_ends(event)
        if heard.faint_db is not None:
            self._emit(Notice(faint_message(heard.faint_db), FAINT_HINT))
        self._carry_out_wishes()
        if (newest := self._replies.newest) is not None:
            self._report.first_audio(newest, self._speaker.latency_s)
            newest.tell_begun()
        if self.effort.partials and not self._needs_call:
            self._partials.feed(hushed=heard.hushed)
        if self._duplex.stands_still:
            await self._jobs.let_work(self._speaker)
        # If nothing is being said, nobody waits for the moment when somebody begins.
        self._duplex.hurry(self._endpointer.in_speech or self._holds or len(self._jobs) > 0)
        self._report.state(self._state())

    def _carry_out_wishes(self) -> None:
        while wish := self._wishes.next(self._ears.now, self._floor.state):
            wish.carry_out()

    def _commit(self) -> None:
        utterance = self._endpointer.commit()
        if utterance is not None:
            self._user_ends(utterance)

    def _clear(self) -> None:
        self._endpointer.clear()
        self._pending.clear()
        self._floor.unsaid()

    def _say(self, text: str) -> None:
        self._floor.stop(Why.WORDS)
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
        self._speak(answer, None)

    def _user_said(self, text: str, *, start_over: bool = False) -> None:
        self._report.understood()
        if start_over:
            self._history.start_over()
        self._emit(UserSaid(text, self._history.add_user(text)))
        if start_over:
            self._emit(StartedOver())

    def _start_over(self) -> None:
        self._floor.stop()
        self._history.start_over()
        self._emit(StartedOver())

    def _hold_turn(self) -> None:
        self._holds = True
        self._needs_call = False  # a key is as good as the phrase
        self._floor.stop(Why.WORDS)
        self._floor.resume()
        if self._settings.push_to_talk:
            self.mute(False)
        self._ears.adopt(self._settings, manual=True)

    def _end_turn(self) -> None:
        self._holds = False
        self._commit()
        self._ears.adopt(self._settings)
        if self._settings.push_to_talk:
            self.mute(True)

    def _speak(
        self,
        answer: Answer | None,
        messages: Sequence[Message] | None,
        *,
        is_aside: bool = False,
    ) -> None:
        reply = Reply([], self._ears.now, self._tell, over_at=self._ears.now, may_be_heard=True)
        reply.is_aside = is_aside
        answer = (answer or self.answer).in_language(self._language)
        self._replies.say(reply, answer, messages)
        self._floor.speak(reply, user_speaks=self._endpointer.in_speech)

    def _tell(self, event: Event, after: int | None = None) -> None:
        """What a reply does that may be heard: calls of tools are remembered, whatever is heard;
        of one that is over behind that entry of the history."""
        if isinstance(event, ToolResult | ToolFailed):
            call = ToolCall(event.id, event.name, event.arguments)
            self._history.add_call(call, event.content, after)
        self._emit(event)

    async def _until_taken(self) -> None:
        priority = asked_priority()
        await self._speaker.until(lambda: priority() is not Priority.SPECULATION)

    def _listen_for_call(self, frame: Frame) -> None:
        if self._wake_word is not None and self._wake_word.is_heard(frame.samples):
            self._is_called = True

    @property
    def _is_asleep(self) -> bool:
        """Nobody speaks whom the phrase would have to wake."""
        is_heard = isinstance(self._floor.state, Speaking) or self._floor.suspended is not None
        return self._sleep.is_deep(self._ears.now) and not is_heard

    def _user_starts(self, event: SpeechStarted) -> None:
        self._needs_call, self._is_called = self._is_asleep, False
        if not self._needs_call:
            self._emit(SpeechBegan(event.onset))
        self._replies.begin_turn()
        self._partials.begin_turn()
        self._drafts.begin_turn()
        if self._keeps_floor:
            return
        newest = self._replies.newest
        self._floor.onset(reopens=newest is not None and newest.is_reopened_at(event.onset))

    def _user_pauses(self, event: SpeechPaused) -> None:
        if self._is_unheard or (self._needs_call and len(event.samples) > MAX_CALL_SAMPLES):
            return
        if self._speculate != "off" and self.effort.speculation and not self._keeps_floor:
            # The words are wanted at every pause: they say how long it may be.
            self._floor.pause([*self._pending, event])

    @property
    def _is_unheard(self) -> bool:
        """The phrase is listened for by its sound, and was not heard in what is being said."""
        return self._needs_call and self._wake_word is not None and not self._is_called

    def _user_ends(self, utterance: Utterance) -> None:
        if self._is_unheard:
            return
        if not self._needs_call:
            self._emit(SpeechEnded(utterance.speech_end, self._ears.now))
        self._pending.append(utterance)
        if self._keeps_floor:
            self._wishes.add(Wish(self._turn_over, when_quiet=True))
        else:
            self._turn_over()

    def _turn_over(self) -> None:
        if self._pending:
            self._floor.over(list(self._pending)).over_at = self._ears.now
            self._speaker.tick()

    @property
    def _keeps_floor(self) -> bool:
        """Who speaks now is understood after the reply."""
        return not self._interruptible and isinstance(self._floor.state, Speaking)

    def _state(self) -> State:
        if self.muted:
            return State.MUTED
        if self._is_asleep or self._needs_call and self._endpointer.in_speech:
            return State.ASLEEP
        if self._endpointer.in_speech or self._holds:
            return State.HEARING
        if isinstance(self._floor.state, Free):
            return State.LISTENING
        return State.SPEAKING if self._speaker.speaking else State.THINKING

    def _nothing_left(self) -> bool:
        busy = self._endpointer.in_speech or self._jobs or self._speaker.speaking
        return not (busy or self._wishes)

    def _show_partial(self, partial: PartialTranscript, transcript: Transcript) -> None:
        self._emit(partial)
        self._drafts.discard_unless(transcript.text)
        may_draft = self._may_draft and self._answers
        if may_draft and isinstance(self._floor.state, Free) and not self._pending:
            self._drafts.consider(transcript, self._history.with_user(transcript.text))

    # ---- what the floor has done --------------------------------------------------------------

    def begin(self, said: Sequence[Speech]) -> Reply:
        reply = Reply(list(said), self._ears.now, self._tell)
        reply.answers = self._answers
        reply.needs_call = self._needs_call
        reply.called = Called("") if self._is_called else None
        reply.may_ask_early = self._speculate == "full"
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
        self._sleep.wake(self._ears.now)
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
            self._sleep.fall()
        elif isinstance(verdict, Stop):
            self._sleep.wake(self._ears.now)
        self._report.no_answer(verdict)

    def forget(self) -> None:
        self._pending.clear()
        self._drafts.discard()

    def hold(self, held: bool) -> None:
        if held:
            self._speaker.hold()
        else:
            self._speaker.release()
