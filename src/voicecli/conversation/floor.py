"""Whose turn it is. Pure: no clock, no audio, and no waiting: every transition is one call.

Free ── pause, over ──► Preparing(new) ── over, words ──► Speaking(new) ── done ──► Free
                                                              │ onset
Preparing(new, Suspended(old)) ◄── pause, over ── Suspended(old)
    │ over, words: old is cut off, Speaking(new)
    └ over, nothing: Speaking(old), from the first word that was not heard

The user's speech moves it (onset, pause, resume, over), the stop key, and a reply that was judged
or is done. What a transition has done is in `Hands`, and none of it waits: so nothing can come
between the two halves of a change, neither a frame nor Ctrl-C.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from voicecli.errors import VoicecliError
    from voicecli.hearing.endpointing import Speech

R = TypeVar("R")
"""A reply; the floor asks nothing of it."""


# ---- what was said -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Words:
    """Something that wants an answer."""

    text: str
    are_clear: bool = True
    """Else the answer is that they were not understood."""
    is_call: bool = False
    """The wake phrase alone: the answer is that the user is heard."""
    start_over: bool = False
    """They want all that was said before to be forgotten."""
    language: str = ""
    """ISO 639-1; empty where that isn't known."""
    doubted_language: str = ""
    """As of its transcript."""


@dataclass(frozen=True)
class Stop:
    """The user wants silence, and no answer to that."""

    text: str
    is_farewell: bool = False
    """From now on the wake phrase is needed."""


@dataclass(frozen=True)
class Nothing:
    """A noise, the loudspeaker, a sign of listening."""

    text: str
    reason: str
    was_said: bool = False
    """The user may have said something, all the same."""
    is_private: bool = False
    """Whoever spoke did not say the wake phrase: nothing of it is told."""


@dataclass(frozen=True)
class Failed:
    """It could not be recognised."""

    error: VoicecliError


Verdict = Words | Stop | Nothing | Failed


# ---- the states ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Free:
    """Nobody answers."""


@dataclass(frozen=True)
class Speaking(Generic[R]):
    """The reply may be heard, as soon as there is something of it."""

    reply: R


@dataclass(frozen=True)
class Suspended(Generic[R]):
    """The user speaks over a reply; it may be nothing."""

    reply: R
    reopened: bool
    """The turn that it answers was not over after all: nothing of the reply is remembered."""


@dataclass(frozen=True)
class Preparing(Generic[R]):
    """The user may go on, or is not understood yet: nothing is heard."""

    reply: R
    suspended: Suspended[R] | None = None
    """Goes on if there is nothing to answer."""
    verdict: Verdict | None = None
    """None: not understood yet."""
    turn_over: bool = False


State = Free | Speaking[R] | Suspended[R] | Preparing[R]


class Why(Enum):
    """What ended a reply."""

    HEARD = "all of it was heard"
    WORDS = "the user said something"
    KEY = "the user stopped it"
    LEFT = "the conversation ended"


class Hands(Protocol[R]):
    """What a transition has done. Each returns at once."""

    def begin(self, said: Sequence[Speech], /) -> R:
        """Begin a reply to what was said."""
        ...

    def cancel(self, reply: R, /) -> None:
        """End a reply that nobody heard, and leave no trace of it."""
        ...

    def take_turn(self, reply: R, words: Words, /) -> None:
        """The user's words, if clear, are in the history from now on; the reply may be heard."""
        ...

    def end(self, reply: R, why: Why, /, *, reopened: bool) -> None:
        """End a reply that had taken its turn; what was heard of it is remembered."""
        ...

    def go_on(self, reply: R, /) -> None:
        """Let a reply go on from the first word that was not heard."""
        ...

    def drop(self, reply: R, verdict: Stop | Nothing | Failed, /) -> None:
        """Tell why there is no answer."""
        ...

    def forget(self) -> None:
        """Forget all that was said and is not in the history."""
        ...

    def hold(self, held: bool, /) -> None:
        """Whether the loudspeaker has to be silent."""
        ...


class Floor(Generic[R]):
    """The state, and every way from one to another."""

    def __init__(self, hands: Hands[R]) -> None:
        self.state: State[R] = Free()
        self._hands = hands
        self._n_failures = 0
        """Of the recogniser, one after the other."""

    @property
    def holds(self) -> bool:
        """The loudspeaker is held: what is queued is not heard yet."""
        return isinstance(self.state, Preparing | Suspended)

    @property
    def turn_is_over(self) -> bool:
        """The user's turn, which is being recognised."""
        return isinstance(self.state, Preparing) and self.state.turn_over

    @property
    def suspended(self) -> Suspended[R] | None:
        """The reply over which the user spoke, until it is known what was said."""
        match self.state:
            case Suspended() as suspended:
                return suspended
            case Preparing(suspended=suspended):
                return suspended
        return None

    # ---- the user -----------------------------------------------------------------------------

    def onset(self, *, reopens: bool) -> None:
        """The user begins to speak. reopens: so soon after the turn was taken that it wasn't over.

        A reply that speaks may have been interrupted by nothing: it is only suspended.
        """
        match self.state:
            case Speaking(reply):
                self._become(Suspended(reply, reopens))
            case Preparing() as state:
                self._take_back(state)

    def pause(self, said: Sequence[Speech]) -> None:
        """The user falls silent, and may go on. said: all that is not in the history."""
        self._prepare(said)

    def resume(self) -> None:
        """The user goes on."""
        if isinstance(self.state, Preparing):
            self._take_back(self.state)

    def over(self, said: Sequence[Speech]) -> R:
        """The user's turn is over; returns the reply to it."""
        state = self.state
        if not isinstance(state, Preparing) or state.turn_over:
            state = self._prepare(said)
        self._settle(replace(state, turn_over=True))
        return state.reply

    def stop(self, why: Why = Why.KEY) -> None:
        """The user wants no answer: a turn that is being understood is taken back with it. By other
        words, which come: then what was said belongs to them."""
        match self.state:
            case Speaking(reply):
                self._hands.end(reply, why, reopened=False)
                self._become(Free())
                if why is Why.KEY:
                    self._hands.forget()
            case Suspended():
                self._end_suspended(why)
                self._become(Free())
            case Preparing(turn_over=turn_over) as state:
                self._end_suspended(why)
                prepared = replace(state, suspended=None)
                self._become(prepared)
                if turn_over:
                    if why is Why.KEY:
                        self._hands.forget()
                    self._take_back(prepared)

    def leave(self) -> None:
        """The conversation ends: what was heard until now was heard."""
        match self.state:
            case Speaking(reply):
                self._hands.end(reply, Why.LEFT, reopened=False)
            case Suspended():
                self._end_suspended(Why.LEFT)
            case Preparing(reply):
                self._end_suspended(Why.LEFT)
                self._hands.cancel(reply)
        self._become(Free())

    def unsaid(self) -> None:
        """What the user is saying is taken back: a reply over which it was said goes on."""
        if isinstance(self.state, Preparing):
            self._take_back(self.state)
        if isinstance(self.state, Suspended):
            self._go_on(self.state)

    # ---- the reply ----------------------------------------------------------------------------

    def speak(self, reply: R, *, user_speaks: bool) -> None:
        """A reply that was not asked for aloud takes the place of any other.

        user_speaks: then it waits until it is known what is said.
        """
        self.stop()
        if isinstance(self.state, Preparing):
            self._take_back(self.state)
        self._become(Suspended(reply, reopened=False) if user_speaks else Speaking(reply))

    def judged(self, reply: R, verdict: Verdict) -> None:
        """What the reply answers was recognised."""
        match self.state:
            case Preparing(new) as state if new is reply:
                self._settle(replace(state, verdict=verdict))

    def done(self, reply: R) -> None:
        """All of the reply was heard."""
        if self.state == Speaking(reply):
            self._hands.end(reply, Why.HEARD, reopened=False)
            self._become(Free())

    # ---- within -------------------------------------------------------------------------------

    def _become(self, state: State[R]) -> None:
        held, self.state = self.holds, state
        if held != self.holds:
            self._hands.hold(self.holds)

    def _prepare(self, said: Sequence[Speech]) -> Preparing[R]:
        if isinstance(self.state, Speaking):  # a turn by key, or a client's: it had no onset
            self.onset(reopens=False)
        suspended = self.suspended
        if isinstance(self.state, Preparing):
            self._hands.cancel(self.state.reply)
        state = Preparing(self._hands.begin(said), suspended)
        self._become(state)
        return state

    def _take_back(self, state: Preparing[R]) -> None:
        """The user's turn was not over."""
        self._hands.cancel(state.reply)
        self._become(state.suspended or Free())

    def _settle(self, state: Preparing[R]) -> None:
        """What becomes of a reply, once its turn is over and it is judged."""
        self._become(state)
        if not isinstance(state.verdict, Failed | None):
            self._n_failures = 0
        if not state.turn_over:
            return
        match state.verdict:
            case Words() as words:
                self._end_suspended(Why.WORDS)
                self._hands.take_turn(state.reply, words)
                self._become(Speaking(state.reply))
            case Stop() as verdict:
                self._end_suspended(Why.WORDS)
                self._hands.forget()
                self._hands.drop(state.reply, verdict)
                self._become(Free())
            case Nothing() | Failed() as verdict:
                # What could not be recognised is tried again with what is said next, once.
                self._n_failures += isinstance(verdict, Failed)
                if self._n_failures != 1:
                    self._hands.forget()
                self._hands.drop(state.reply, verdict)
                self._go_on(state.suspended)

    def _go_on(self, suspended: Suspended[R] | None) -> None:
        if suspended is None:
            self._become(Free())
        else:
            self._hands.go_on(suspended.reply)
            self._become(Speaking(suspended.reply))

    def _end_suspended(self, why: Why) -> None:
        if (suspended := self.suspended) is not None:
            self._hands.end(suspended.reply, why, reopened=suspended.reopened)
