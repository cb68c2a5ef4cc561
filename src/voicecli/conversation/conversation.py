"""THE HEART: one listening loop, one cancellable reply.

The loop hears every frame and never waits for a reply. A reply is one task: recognition, language
model, sentences, voice, loudspeaker, each pulling the one before. It is begun in the first pause,
or from a partial transcript before it, and is held back until the hangover is over. The user's next
word cancels it: before that moment without trace, afterwards with a history that holds what was
heard.

Whoever speaks during a reply suspends it first. What was said is recognised; if it was nothing, a
"mhm" or the loudspeaker itself, the reply goes on from the first word that was not heard.

Here are the loop, and what is asked for otherwise than by speaking. What the user says goes through
listening.py to the floor (floor.py: whose turn it is, and what follows from what). What the floor
has done is in turn_taking.py; what a reply does, from the words to its last sound, in replies.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from math import inf

from voicecli.conversation.answer import Answer, Habits
from voicecli.conversation.attention import Attention
from voicecli.conversation.effort import Effort
from voicecli.conversation.events import Event
from voicecli.conversation.history import History
from voicecli.conversation.jobs import Jobs
from voicecli.conversation.judging import Judge
from voicecli.conversation.listening import TAIL_SAMPLES, Listening
from voicecli.conversation.parts import Parts
from voicecli.conversation.report import Report
from voicecli.conversation.turn_taking import TurnTaking
from voicecli.conversation.wishes import Wish, Wishes
from voicecli.duplex.ducking import Ducker
from voicecli.duplex.speaker import Speaker
from voicecli.hearing.ears import Ears
from voicecli.llm.messages import Message
from voicecli.settings import ListenSettings, Speculate, WakeSettings
from voicecli.sound.samples import Frame
from voicecli.stt.transcript import Recognizer
from voicecli.worker import Priority, asked_priority


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
        self._duplex, speaker = parts.duplex, parts.duplex.speaker
        self._jobs = Jobs()
        self._wishes = Wishes()
        self._report = Report(emit)
        self._ears = Ears(parts.echo, parts.detector, settings, parts.faint_detector)
        ducker = Ducker(speaker)
        attention = Attention(wake or WakeSettings(), parts.wake_word)
        judge = Judge(
            *(parts.recognizer, parts.turn_detector, self._ears.endpointer, settings, emit),
            wake=wake,
            spotter=parts.spotter,
            recognizes_elsewhere=parts.recognizes_elsewhere,
        )
        answer = Answer(
            *(parts.language_model, parts.voice, language, pronunciations or {}, emit, Habits()),
            others=parts.others,
            until_taken=partial(_until_taken, speaker),
        )
        self._turns = TurnTaking(
            *(answer, history, emit),
            ears=self._ears,
            speaker=speaker,
            ducker=ducker,
            judge=judge,
            attention=attention,
            jobs=self._jobs,
            report=self._report,
            speculate=speculate,
            draft=draft,
        )
        self._listening = Listening(
            *(parts.duplex, self._ears, attention, ducker, self._turns, self._wishes),
            *(settings, emit),
            recognizes_pauses=speculate != "off",
        )

    async def run(self) -> None:
        frames = self._duplex.frames()
        self._listening.begin()
        try:
            async with self._jobs, aclosing(frames):
                async for frame in frames:
                    await self._hear(frame)
                    if self._duplex.input_ended and self._nothing_left():
                        break
        finally:
            self._turns.leave()
            await self._jobs.settled()
            self._report.end()

    async def _hear(self, frame: Frame) -> None:
        heard = self._listening.hear(frame)
        while wish := self._wishes.next(self._ears.now, self._turns.floor.state):
            wish.carry_out()
        self._turns.tell_progress()
        self._listening.recognize_so_far(heard)
        if self._duplex.stands_still:
            await self._jobs.let_work(self._duplex.speaker)
        # If nothing is being said, nobody waits for the moment when somebody begins.
        self._duplex.hurry(self._listening.is_hearing or len(self._jobs) > 0)
        self._report.state(self._listening.state())

    def _nothing_left(self) -> bool:
        speaks = self._duplex.speaker.speaking
        busy = self._ears.endpointer.in_speech or self._jobs or speaks
        return not (busy or self._wishes)

    # ---- what may be another while it runs ----------------------------------------------------

    @property
    def answer(self) -> Answer:
        """What replies are made by. May be another from the next turn on."""
        return self._turns.answer

    @answer.setter
    def answer(self, answer: Answer) -> None:
        self._turns.answer = answer

    @property
    def effort(self) -> Effort:
        """May be that of many conversations on one machine."""
        return self._listening.effort

    @effort.setter
    def effort(self, effort: Effort) -> None:
        self._listening.effort = effort

    def recognize_by(self, recognizer: Recognizer) -> None:
        """From the next transcription on."""
        self._turns.recognize_by(recognizer)

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
        self._listening.listen(settings, manual=manual, interruptible=interruptible)
        self._turns.listen(settings, replies=replies)

    @property
    def muted(self) -> bool:
        return self._listening.muted

    def mute(self, muted: bool) -> None:
        """While muted, what the microphone hears goes nowhere: silence takes its place."""
        self._listening.mute(muted)

    # ---- what the user asks for otherwise than by speaking ------------------------------------

    def stop_reply(self) -> None:
        """End the reply that is heard, or in the making; listening goes on."""
        self._wishes.add(Wish(self._turns.floor.stop))

    def say(self, text: str) -> None:
        """Take typed words as a turn of the user's: they end what is being said, and are answered.

        What was spoken before, and is still being recognised, is waited for.
        """
        if text := text.strip():
            self._wishes.add(Wish(lambda: self._turns.say(text), when_settled=True))

    def repeat(self, text: str) -> None:
        """Speak what a reply said, once more; it is in the history already."""
        self._wishes.add(Wish(lambda: self._turns.repeat(text), when_settled=True))

    def start_over(self) -> None:
        """End the reply, and forget all that was said; listening goes on."""
        self._wishes.add(Wish(self._turns.start_over))

    def respond(
        self, answer: Answer | None = None, messages: Sequence[Message] | None = None
    ) -> None:
        """Reply without being spoken to: to the history, or to `messages` in its place.

        answer: what makes this one reply. What the user said before, and is still being
        recognised, is waited for.
        """
        wish = Wish(lambda: self._turns.speak(answer, messages), when_understood=True)
        self._wishes.add(wish)

    def commit(self, at: int = 0) -> None:
        """The user's turn is over at that sample index; nothing else has to tell it. The turn
        before, if it is still being recognised, is waited for; what is heard meanwhile is kept."""
        commit = partial(self._listening.commit, at or inf)
        self._wishes.add(Wish(commit, at, when_understood=True))

    def clear(self, at: int = 0) -> None:
        """What the user said up to that sample index was not said, where it is no turn yet."""
        self._wishes.add(Wish(partial(self._listening.clear, at or inf), at))

    def hold_turn(self) -> None:
        """The user's turn begins, ends what is being said, and lasts until `end_turn`, whatever
        pauses there are in it. What was heard just before, and is no turn yet, belongs to it."""
        self._wishes.add(Wish(self._listening.hold_turn))

    def end_turn(self) -> None:
        """What was heard until now is the user's turn."""
        now = self._duplex.mute(False)
        self._wishes.add(Wish(self._listening.end_turn, now + TAIL_SAMPLES))


async def _until_taken(speaker: Speaker) -> None:
    """Until what is being made is not made on suspicion any more."""
    priority = asked_priority()
    await speaker.until(lambda: priority() is not Priority.SPECULATION)
