"""Whose turn it is: every path that a user, a recogniser, a reply and a key can take together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from voicecli.conversation.floor import (
    Failed,
    Floor,
    Free,
    Nothing,
    Preparing,
    Speaking,
    Stop,
    Suspended,
    Verdict,
    Why,
    Words,
)
from voicecli.errors import ModelError

WORDS = Words("hello")
VERDICTS: dict[str, Verdict] = {
    "words": WORDS,
    "stop said": Stop("stop"),
    "nothing": Nothing("", "noise"),
    "failed": Failed(ModelError("no memory")),
}


@dataclass(eq=False)
class Reply:
    """What has become of one reply."""

    is_heard: bool = False
    end: str = ""


@dataclass
class Hands:
    """Keeps the books, and complains at once."""

    replies: list[Reply] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    held: bool = False
    n_unanswered: int = 0
    """Utterances that are kept, and not in the history."""
    turn_is_over: bool = False

    @property
    def living(self) -> set[Reply]:
        return {reply for reply in self.replies if not reply.end}

    def begin(self, said) -> Reply:
        self.log.append("begin")
        self.replies.append(reply := Reply())
        return reply

    def cancel(self, reply: Reply) -> None:
        assert not reply.is_heard
        self._end(reply, "cancel")

    def take_turn(self, reply: Reply, words: Words) -> None:
        assert reply in self.living
        assert self.living == {reply}, "two replies would be heard"
        assert self.turn_is_over
        assert words == WORDS
        reply.is_heard = True
        self.n_unanswered = 0
        self.log.append("take turn")

    def end(self, reply: Reply, why: Why, *, reopened: bool) -> None:
        assert reply.is_heard
        self._end(reply, f"{why.name}{' reopened' if reopened else ''}")

    def go_on(self, reply: Reply) -> None:
        assert reply in self.living
        assert reply.is_heard
        self.log.append("go on")

    def drop(self, reply: Reply, verdict: Verdict) -> None:
        assert not reply.is_heard
        self._end(reply, "drop")

    def forget(self) -> None:
        self.n_unanswered = 0
        self.log.append("forget")

    def hold(self, held: bool) -> None:
        assert held != self.held, "told twice"
        self.held = held

    def _end(self, reply: Reply, how: str) -> None:
        assert reply in self.living, "ended twice"
        reply.end = how
        self.log.append(how)


@dataclass
class Conversation:
    """A floor, and what the user does."""

    hands: Hands = field(default_factory=Hands)
    floor: Floor[Reply] = field(init=False)
    user: str = "silent"

    def __post_init__(self) -> None:
        self.floor = Floor(self.hands)

    def moves(self) -> Iterator[str]:
        """All that can happen now."""
        match self.user:
            case "silent":
                yield from ("onset", "onset soon", "commit")
            case "speaks":
                yield from ("pause", "cut for its length", "clear")
            case "pauses":
                yield from ("resume", "over", "clear")
        yield from ("stop", "hold", "leave")
        match self.floor.state:
            case Preparing(verdict=None):
                yield from VERDICTS
            case Speaking():
                yield "done"
        if any(reply.end for reply in self.hands.replies):
            yield "too late"

    def move(self, name: str) -> None:
        floor, hands = self.floor, self.hands
        n_unanswered = hands.n_unanswered
        hands.log.clear()
        match name:
            case "onset" | "onset soon":
                self.user = "speaks"
                hands.turn_is_over = False
                floor.onset(reopens=name == "onset soon")
            case "pause":
                self.user = "pauses"
                floor.pause([])
            case "resume":
                self.user = "speaks"
                floor.resume()
            case "over" | "cut for its length" | "commit":
                self.user = "silent"
                hands.turn_is_over = True
                hands.n_unanswered += 1
                assert floor.over([]) is hands.replies[-1]
            case _ if name in VERDICTS:
                floor.judged(floor.state.reply, VERDICTS[name])
            case "done":
                floor.done(floor.state.reply)
            case "too late":
                self._tell_late()
            case _:
                self._ask(name)
        if hands.n_unanswered < n_unanswered:
            assert {"take turn", "forget"} & set(hands.log)

    def _ask(self, name: str) -> None:
        """Otherwise than by speaking."""
        floor, hands = self.floor, self.hands
        match name:
            case "stop":
                floor.stop()
                assert not any(reply.is_heard for reply in hands.living)
                if hands.turn_is_over:
                    assert isinstance(floor.state, Free)
            case "hold":
                floor.stop(Why.WORDS)
                floor.resume()
                self.user = "speaks"
                hands.turn_is_over = False
                assert hands.living == set()
                assert "forget" not in hands.log
            case "clear":
                self.user = "silent"
                floor.unsaid()
            case "leave":
                floor.leave()
                assert hands.living == set()

    def _tell_late(self) -> None:
        """A task that was cancelled, or is about to end."""
        state = self.floor.state
        for reply in [reply for reply in self.hands.replies if reply.end]:
            self.floor.judged(reply, WORDS)
            self.floor.done(reply)
        assert (self.floor.state, self.hands.log) == (state, [])

    def check(self) -> None:
        state, hands = self.floor.state, self.hands
        suspended = self.floor.suspended
        mine = {suspended.reply} if suspended is not None else set()
        if isinstance(state, Preparing | Speaking):
            mine.add(state.reply)
        assert mine == hands.living, "a reply was lost, or lives on"
        assert hands.held == self.floor.holds == isinstance(state, Preparing | Suspended)
        match state:
            case Speaking(reply):
                assert reply.is_heard
            case Preparing(reply, turn_over=turn_over, verdict=verdict):
                assert not reply.is_heard
                assert not turn_over or verdict is None
                assert turn_over == (self.user == "silent")
            case Suspended():
                assert self.user != "silent"

    def key(self) -> tuple[object, ...]:
        """What the future depends on."""

        def of(state: object) -> object:
            match state:
                case Suspended(_, reopened):
                    return "suspended", reopened
                case Preparing(_, suspended, verdict, turn_over):
                    return "preparing", of(suspended), type(verdict), turn_over
            return type(state)

        ended = any(reply.end for reply in self.hands.replies)
        failed = min(self.floor._n_failures, 2)
        books = self.hands.turn_is_over, self.hands.n_unanswered > 0, ended
        return of(self.floor.state), self.user, failed, books


def played(path: tuple[str, ...]) -> Conversation:
    conversation = Conversation()
    for name in path:
        conversation.move(name)
        conversation.check()
    return conversation


def test_every_path() -> None:
    """No reply is lost or ended twice, two are never heard, nothing is heard before its turn is
    over and judged, and the loudspeaker is held exactly as long."""
    seen: set[object] = set()
    n_transitions = 0
    ends: set[str] = set()
    paths: list[tuple[str, ...]] = [()]
    while paths:
        path = paths.pop(0)
        conversation = played(path)
        ends |= {reply.end for reply in conversation.hands.replies}
        if conversation.key() in seen or path[-1:] == ("leave",):
            continue
        seen.add(conversation.key())
        for name in conversation.moves():
            n_transitions += 1
            paths.append((*path, name))
    assert len(seen) >= 90
    assert n_transitions >= 400
    assert ends >= {"", "cancel", "drop", "HEARD", "WORDS", "WORDS reopened", "KEY", "LEFT"}


SPEAKING = ("onset", "pause", "words", "over")


@pytest.mark.parametrize(
    ("path", "log", "state"),
    [
        (SPEAKING, ["take turn"], Speaking),
        ((*SPEAKING, "done"), ["HEARD"], Free),
        ((*SPEAKING, "onset"), [], Suspended),
        ((*SPEAKING, "stop"), ["KEY", "forget"], Free),
        ((*SPEAKING, "leave"), ["LEFT"], Free),
        # What interrupts is remembered in the same step as what it interrupts, or neither is.
        ((*SPEAKING, "onset", "pause", "words", "over"), ["WORDS", "take turn"], Speaking),
        ((*SPEAKING, "onset", "pause", "over", "words"), ["WORDS", "take turn"], Speaking),
        ((*SPEAKING, "onset", "cut for its length", "words"), ["WORDS", "take turn"], Speaking),
        (
            (*SPEAKING, "onset soon", "pause", "over", "words"),
            ["WORDS reopened", "take turn"],
            Speaking,
        ),
        # By a key, or a client's word, also without an onset; nothing that was said is forgotten.
        ((*SPEAKING, "commit", "words"), ["WORDS", "take turn"], Speaking),
        ((*SPEAKING, "commit", "nothing"), ["forget", "drop", "go on"], Speaking),
        (("onset", "pause", "over", "commit"), ["cancel", "begin"], Preparing),
        (("onset", "pause", "over", "hold"), ["cancel"], Free),
        ((*SPEAKING, "hold"), ["WORDS"], Free),
        # It may be nothing: the reply goes on, and is then a reply like any other.
        ((*SPEAKING, "onset", "pause", "over", "nothing"), ["forget", "drop", "go on"], Speaking),
        (
            (*SPEAKING, "onset soon", "pause", "nothing", "over", "onset", "stop"),
            ["KEY"],
            Free,
        ),
        # A command ends the reply, and is not answered.
        ((*SPEAKING, "onset", "pause", "stop said", "over"), ["WORDS", "forget", "drop"], Free),
        (("onset", "pause", "over", "stop said"), ["forget", "drop"], Free),
        ((*SPEAKING, "onset", "pause", "stop said", "resume"), ["cancel"], Suspended),
        # The user may go on in any pause.
        (("onset", "pause", "words", "resume"), ["cancel"], Free),
        ((*SPEAKING, "onset", "pause", "words", "resume"), ["cancel"], Suspended),
        (("onset", "pause", "over", "onset"), ["cancel"], Free),
        # What can't be recognised is kept for the next try, once.
        (("onset", "pause", "over", "failed"), ["drop"], Free),
        (("onset", "pause", "over", "failed") * 2, ["forget", "drop"], Free),
        (("onset", "pause", "failed", "resume", "pause", "over", "failed"), ["drop"], Free),
        # The stop key takes back what is being understood, and not what is still being said.
        (("onset", "pause", "over", "stop"), ["forget", "cancel"], Free),
        (("onset", "pause", "stop"), [], Preparing),
        ((*SPEAKING, "onset", "pause", "words", "stop"), ["KEY"], Preparing),
    ],
)
def test_a_step(path: tuple[str, ...], log: list[str], state: type) -> None:
    conversation = played(path)
    assert conversation.hands.log == log
    assert isinstance(conversation.floor.state, state)
