"""Listening: of every frame, what the user does by it, and whether that takes the floor.

It never waits: neither for a reply nor for the recogniser.
"""

from __future__ import annotations

from math import inf

from voicecli.conversation.answer import Emit
from voicecli.conversation.attention import Attention
from voicecli.conversation.effort import Effort
from voicecli.conversation.events import Level, Notice, SpeechBegan, SpeechEnded, State
from voicecli.conversation.floor import Free, Speaking, Why
from voicecli.conversation.turn_taking import TurnTaking
from voicecli.conversation.wishes import Wish, Wishes
from voicecli.duplex.ducking import Ducker
from voicecli.duplex.seam import Duplex
from voicecli.hearing.ears import Ears, Heard
from voicecli.hearing.endpointing import (
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    Utterance,
)
from voicecli.hearing.faintness import FAINT_HINT, faint_message
from voicecli.settings import ListenSettings
from voicecli.sound.samples import SAMPLE_RATE_HZ, Frame, level_db

TAIL_SAMPLES = SAMPLE_RATE_HZ // 5
"""So much is heard after a turn was ended by a key: fingers are faster than tongues."""

MAX_CALL_SAMPLES = 15 * SAMPLE_RATE_HZ
"""In what is longer, the wake phrase is looked for when it is over, and not in every pause: others
talk, or a television."""


class Listening:
    """The microphone's side of a conversation. Feed it every frame."""

    def __init__(
        self,
        duplex: Duplex,
        ears: Ears,
        attention: Attention,
        ducker: Ducker,
        turns: TurnTaking,
        wishes: Wishes,
        settings: ListenSettings,
        emit: Emit,
        *,
        recognizes_pauses: bool,
    ) -> None:
        """recognizes_pauses: what was said is recognised in every pause, not only at the end."""
        self.effort = Effort()
        self._duplex = duplex
        self._ears = ears
        self._endpointer = ears.endpointer
        self._attention = attention
        self._ducker = ducker
        self._turns = turns
        self._wishes = wishes
        self._settings = settings
        self._emit = emit
        self._recognizes_pauses = recognizes_pauses
        self._interruptible = True
        self._key_is_held = False
        """The user's turn is over when a key says so."""

    def begin(self) -> None:
        if self._settings.push_to_talk:
            self.mute(True)

    def hear(self, frame: Frame) -> Heard:
        heard = self._ears.hear(frame)
        self._emit(Level(level_db(heard.frame.samples)))
        self._ducker.feed(heard.frame, may_be_user=heard.may_be_user)
        self._attention.hear(heard.frame.samples)
        for event in heard.events:
            match event:
                case SpeechStarted():
                    self._user_starts(event)
                case SpeechPaused():
                    self._user_pauses(event)
                case SpeechResumed():
                    self._turns.floor.resume()
                case Utterance():
                    self._user_ends(event)
        if heard.faint_db is not None:
            self._emit(Notice(faint_message(heard.faint_db), FAINT_HINT))
        return heard

    def recognize_so_far(self, heard: Heard) -> None:
        """What is being said is shown while it is said."""
        if self.effort.partials and not self._attention.needs_call:
            self._turns.partials.feed(hushed=heard.hushed)

    @property
    def is_hearing(self) -> bool:
        """The user is speaking, or holds the key."""
        return self._endpointer.in_speech or self._key_is_held

    def state(self) -> State:
        """What the conversation does, as it is shown."""
        if self.muted:
            return State.MUTED
        is_not_called = self._attention.needs_call and self._endpointer.in_speech
        if self._is_asleep or is_not_called:
            return State.ASLEEP
        if self.is_hearing:
            return State.HEARING
        if isinstance(self._turns.floor.state, Free):
            return State.LISTENING
        return State.SPEAKING if self._duplex.speaker.speaking else State.THINKING

    # ---- what the user says -------------------------------------------------------------------

    def _user_starts(self, event: SpeechStarted) -> None:
        self._attention.begin_turn(needs_call=self._is_asleep)
        if not self._attention.needs_call:
            self._emit(SpeechBegan(event.onset))
        self._turns.begin_turn()
        if not self._reply_keeps_floor:
            self._turns.onset(event.onset)

    def _user_pauses(self, event: SpeechPaused) -> None:
        if self._attention.is_unheard:
            return
        if self._attention.needs_call and len(event.samples) > MAX_CALL_SAMPLES:
            return
        if self._recognizes_pauses and self.effort.speculation and not self._reply_keeps_floor:
            # The words are wanted at every pause: they say how long it may be.
            self._turns.pause(event)

    def _user_ends(self, utterance: Utterance) -> None:
        if self._attention.is_unheard:
            return
        if not self._attention.needs_call:
            self._emit(SpeechEnded(utterance.speech_end, self._ears.now))
        self._turns.add(utterance)
        if self._reply_keeps_floor:
            self._wishes.add(Wish(self._turns.over, when_quiet=True))
        else:
            self._turns.over()

    @property
    def _is_asleep(self) -> bool:
        """Nobody speaks whom the phrase would have to wake."""
        return self._attention.is_asleep(self._ears.now) and not self._turns.is_answering

    @property
    def _reply_keeps_floor(self) -> bool:
        """Who speaks now is understood after the reply."""
        return not self._interruptible and isinstance(self._turns.floor.state, Speaking)

    # ---- what the user asks for otherwise -----------------------------------------------------

    def commit(self, end: float = inf) -> None:
        """The user's turn is over; what was heard after that sample index is of the next."""
        if (utterance := self._endpointer.commit(end)) is not None:
            self._user_ends(utterance)

    def clear(self, end: float = inf) -> None:
        """Nothing was said up to that sample index."""
        self._endpointer.clear(end)
        self._turns.unsay()

    def hold_turn(self) -> None:
        """The user's turn begins, and lasts until a key says so."""
        self._key_is_held = True
        self._attention.needs_call = False  # a key is as good as the phrase
        self._turns.floor.stop(Why.WORDS)
        self._turns.floor.resume()
        if self._settings.push_to_talk:
            self.mute(False)
        self._ears.adopt(self._settings, manual=True)

    def end_turn(self) -> None:
        """A key says so."""
        self._key_is_held = False
        self.commit()
        self._ears.adopt(self._settings)
        if self._settings.push_to_talk:
            self.mute(True)

    def listen(self, settings: ListenSettings, *, manual: bool, interruptible: bool) -> None:
        """From now on by these settings. manual, interruptible: see Conversation.listen."""
        self._settings = settings
        self._ears.adopt(settings, manual=manual)
        self._interruptible = interruptible

    @property
    def muted(self) -> bool:
        return self._ears.muted

    def mute(self, muted: bool) -> None:
        """While muted, what the microphone hears goes nowhere: silence takes its place."""
        self._ears.mute(muted, self._duplex.mute(muted))
