"""What is asked for otherwise than by speaking, on the sample clock: a frame is 32 ms."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from fakes import (
    SETTINGS,
    LevelDetector,
    ScriptedModel,
    ScriptedRecognizer,
    ToneVoice,
    write_pattern,
)
from voicecli.conversation.conversation import Conversation
from voicecli.conversation.events import (
    Ended,
    Event,
    Level,
    ReplyEnded,
    ReplyText,
    SpeechBegan,
    SpeechEnded,
    State,
    StateChanged,
    Stopped,
    UserSaid,
)
from voicecli.conversation.history import History
from voicecli.conversation.parts import Parts
from voicecli.duplex.files import FileDuplex
from voicecli.errors import LanguageModelError
from voicecli.hearing.echo import NoEcho
from voicecli.llm.messages import Message
from voicecli.settings import ListenSettings
from voicecli.sound.samples import FRAME_SAMPLES
from voicecli.tts.clip import TextOnly

E = TypeVar("E")

PUSH_TO_TALK = replace(SETTINGS, push_to_talk=True)

Wishes = dict[int, Callable[[Conversation], None]]
"""After so many frames, what is asked for."""


@dataclass
class Talk:
    """One conversation in files."""

    folder: Path
    history: History = field(default_factory=History)
    events: list[Event] = field(default_factory=list)

    def __call__(
        self,
        pattern: str,
        wishes: Wishes,
        *,
        texts: Sequence[str] = (),
        scripts: Sequence[Sequence[Any]] = (),
        stt_frames: int = 0,
        settings: ListenSettings = SETTINGS,
        **listen: Any,
    ) -> list[Event]:
        """What it told, without levels and states."""

        async def run() -> None:
            path = write_pattern(self.folder / "input.wav", pattern)
            async with FileDuplex(path) as duplex:
                self.model = ScriptedModel(duplex.speaker, scripts)
                self.recognizer = ScriptedRecognizer(duplex.speaker, texts)
                self.recognizer.delay_frames = stt_frames
                parts = Parts(
                    *(duplex, NoEcho(), LevelDetector(), self.recognizer, self.model, ToneVoice())
                )
                conversation = Conversation(parts, self.history, self._take, settings=settings)
                if listen:
                    conversation.listen(SETTINGS, **listen)
                self._wish = lambda n: wishes.get(n, lambda _: None)(conversation)
                await conversation.run()

        asyncio.run(run())
        kinds = (ReplyEnded, ReplyText, SpeechBegan, SpeechEnded, UserSaid)
        return [event for event in self.events if isinstance(event, kinds)]

    def of(self, kind: type[E]) -> E:
        """The last event of a kind."""
        return [event for event in self.events if isinstance(event, kind)][-1]

    n_frames = 0

    def _take(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, Level):
            self.n_frames += 1
            self._wish(self.n_frames)


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    return Talk(tmp_path)


def test_a_reply_to_what_was_typed(talk: Talk) -> None:
    talk.history.add_user("hello")
    told = talk("." * 40, {3: lambda it: it.respond()}, scripts=[["Hello you."]])
    assert told == [ReplyText("Hello you."), ReplyEnded("Hello you.", "", False)]
    assert talk.history.messages == [Message("user", "hello"), Message("assistant", "Hello you.")]


def test_a_reply_to_other_messages_by_another_answer(talk: Talk) -> None:
    messages = [Message("user", "one")]

    def respond(conversation: Conversation) -> None:
        answer = conversation.answer
        answer.voice, answer.language = TextOnly(), "en"
        conversation.respond(answer, messages)

    talk("." * 40, {3: respond}, scripts=[["Two three four."]])
    assert talk.model.requests == [messages]
    assert talk.history.messages == [Message("assistant", "Two three four.")]


def test_a_reply_that_fails_before_its_first_sound_ends(talk: Talk) -> None:
    error = LanguageModelError("the server hung up")
    told = talk("." * 40, {3: lambda it: it.respond()}, scripts=[[error]])
    assert [event.error for event in told if isinstance(event, ReplyEnded)] == [error.message]


def test_stopped_before_its_first_sound_it_ends(talk: Talk) -> None:
    wishes: Wishes = {3: lambda it: it.respond(), 6: lambda it: it.stop_reply()}
    told = talk("." * 40, wishes, scripts=[[20, "Hello."]])
    assert told == [ReplyEnded("", "", True)]
    assert talk.model.n_closed_early == 1


def test_the_next_reply_takes_the_place_of_the_one_before(talk: Talk) -> None:
    wishes: Wishes = {3: lambda it: it.respond(), 18: lambda it: it.respond()}
    told = talk("." * 60, wishes, scripts=[["One two three."], ["Four."]])
    assert told[1] == ReplyEnded("One", "two three.", True)
    assert told[-1] == ReplyEnded("Four.", "", False)


def test_a_reply_waits_for_who_is_speaking(talk: Talk) -> None:
    """It is suspended, and ended by the words."""
    told = talk(
        "..########............" + "." * 30,
        {6: lambda it: it.respond()},
        texts=["hello"],
        scripts=[["Never heard."], ["Hello."]],
    )
    said = [event for event in told if isinstance(event, UserSaid | ReplyEnded)]
    assert said == [
        ReplyEnded("", "Never heard.", True),
        UserSaid("hello"),
        ReplyEnded("Hello.", "", False),
    ]


def test_push_to_talk(talk: Talk) -> None:
    """Nothing that is heard means anything before commit; the reply waits for the words."""

    def commit(conversation: Conversation) -> None:
        conversation.commit()
        conversation.respond()

    told = talk(
        "..####....####.." + "." * 40,
        {16: commit},
        texts=["one two"],
        scripts=[["Three."]],
        stt_frames=5,
        manual=True,
        replies=False,
    )
    assert told == [
        SpeechEnded(16 * FRAME_SAMPLES, 16 * FRAME_SAMPLES),
        UserSaid("one two"),
        ReplyText("Three."),
        ReplyEnded("Three.", "", False),
    ]
    assert len(talk.recognizer.heard[0]) == 16 * FRAME_SAMPLES
    assert talk.model.requests == [[Message("user", "one two")]]


def test_commit_ends_a_turn_at_its_sample(talk: Talk) -> None:
    at = 12 * FRAME_SAMPLES
    wishes: Wishes = {4: lambda it: it.commit(at)}
    talk("..####....####.." + "." * 40, wishes, texts=["a"], manual=True, replies=False)
    assert len(talk.recognizer.heard[0]) == at


def test_commit_ends_what_is_being_said(talk: Talk) -> None:
    told = talk(
        "....########....." + "." * 30,
        {9: lambda it: it.commit(), 11: lambda it: it.clear()},
        texts=["hello"],
        scripts=[["Hello."]],
    )
    assert SpeechEnded(9 * FRAME_SAMPLES, 9 * FRAME_SAMPLES) in told
    assert UserSaid("hello") in told


def test_clear_forgets_what_was_said(talk: Talk) -> None:
    wishes: Wishes = {10: lambda it: it.clear(), 16: lambda it: it.commit()}
    talk("..####....####.." + "." * 40, wishes, texts=["two"], manual=True, replies=False)
    np.testing.assert_array_less(0.2, talk.recognizer.heard[0].max())
    assert len(talk.recognizer.heard[0]) == 6 * FRAME_SAMPLES
    assert talk.history.messages == [Message("user", "two")]


def test_two_turns_that_are_over_one_after_the_other(talk: Talk) -> None:
    """The second ends while the first is being recognised, and is recognised after it."""
    at = [10 * FRAME_SAMPLES, 14 * FRAME_SAMPLES]
    told = talk(
        "..########..####.." + "." * 40,
        {2: lambda it: it.commit(at[0]), 3: lambda it: it.commit(at[1])},
        texts=["one", "two"],
        stt_frames=8,
        manual=True,
        replies=False,
    )
    assert [event.text for event in told if isinstance(event, UserSaid)] == ["one", "two"]
    assert [len(heard) for heard in talk.recognizer.heard] == [at[0], at[1] - at[0]]


def test_what_is_said_after_clear_is_kept(talk: Talk) -> None:
    """`clear` is carried out late, behind a reply that waits for the words it answers: a turn that
    is being recognised is no more cleared by it than what was said since."""
    at = [6 * FRAME_SAMPLES, 8 * FRAME_SAMPLES, 20 * FRAME_SAMPLES]

    def press_again(conversation: Conversation) -> None:
        conversation.commit(at[0])
        conversation.respond()
        conversation.clear(at[1])
        conversation.commit(at[2])

    told = talk(
        "..####..############" + "." * 40,
        {2: press_again},
        texts=["one", "two"],
        scripts=[["Three four."]],
        stt_frames=6,
        manual=True,
        replies=False,
    )
    assert [event.text for event in told if isinstance(event, UserSaid)] == ["one", "two"]
    assert [len(heard) for heard in talk.recognizer.heard] == [at[0], at[2] - at[1]]


def test_clear_leaves_a_turn_that_is_being_recognised(talk: Talk) -> None:
    wishes: Wishes = {8: lambda it: it.commit(), 10: lambda it: it.clear()}
    told = talk(
        *("..####" + "." * 30, wishes),
        texts=["one"],
        stt_frames=8,
        manual=True,
        replies=False,
    )
    assert UserSaid("one") in told


def test_a_turn_without_an_onset_ends_the_reply(talk: Talk) -> None:
    told = talk(
        "." * 10 + "########" + "." * 40,
        {3: lambda it: it.respond(), 18: lambda it: it.commit()},
        texts=["and you"],
        scripts=[["One two three."]],
        manual=True,
        replies=False,
    )
    assert told[1:] == [
        SpeechEnded(18 * FRAME_SAMPLES, 18 * FRAME_SAMPLES),
        ReplyEnded("One", "two three.", True),
        UserSaid("and you"),
    ]


def test_clear_lets_a_suspended_reply_go_on(talk: Talk) -> None:
    talk.history.add_user("hello")
    told = talk(
        "." * 16 + "####" + "." * 60,
        {3: lambda it: it.respond(), 22: lambda it: it.clear()},
        scripts=[["One two three."]],
    )
    assert told[-1] == ReplyEnded("One two three.", "", False)
    assert not any(isinstance(event, UserSaid) for event in told)


def test_without_replies_what_is_said_is_understood(talk: Talk) -> None:
    told = talk("..####.............", {}, texts=["hello"], replies=False)
    assert told[-1] == UserSaid("hello")
    assert talk.model.requests == []


def test_who_may_not_interrupt_is_answered_afterwards(talk: Talk) -> None:
    told = talk(
        "." * 14 + "####" + "." * 90,
        {3: lambda it: it.respond()},
        texts=["and then"],
        scripts=[["One two three."], ["Four."]],
        interruptible=False,
    )
    assert [event for event in told if isinstance(event, UserSaid | ReplyEnded)] == [
        ReplyEnded("One two three.", "", False),
        UserSaid("and then"),
        ReplyEnded("Four.", "", False),
    ]


def test_typed_words_are_a_turn(talk: Talk) -> None:
    told = talk("." * 40, {3: lambda it: it.say(" hello \n")}, scripts=[["Hello you."]])
    assert told == [
        UserSaid("hello"),
        ReplyText("Hello you."),
        ReplyEnded("Hello you.", "", False),
    ]
    assert talk.model.requests == [[Message("user", "hello")]]
    assert talk.history.messages == [Message("user", "hello"), Message("assistant", "Hello you.")]
    assert talk.of(Ended).n_turns == 1


def test_typed_words_cut_a_reply_off(talk: Talk) -> None:
    wishes: Wishes = {3: lambda it: it.say("count"), 18: lambda it: it.say("and again")}
    talk("." * 70, wishes, scripts=[["One two three."], ["Four."]])
    assert [message.content for message in talk.model.requests[-1]] == [
        "count",
        "One —",
        "and again",
    ]
    assert talk.of(Ended).n_interruptions == 1


def test_typed_words_wait_for_what_was_spoken_before(talk: Talk) -> None:
    """It is still being recognised: both are asked in their order, and answered together."""
    told = talk(
        "....####........" + "." * 60,
        {20: lambda it: it.say("and two")},
        texts=["one"],
        scripts=[["Never."], ["Three."]],
        stt_frames=15,
    )
    assert [event.text for event in told if isinstance(event, UserSaid)] == ["one", "and two"]
    assert talk.history.messages == [Message("user", "one and two"), Message("assistant", "Three.")]


def test_a_typed_stop_is_obeyed_and_not_answered(talk: Talk) -> None:
    wishes: Wishes = {3: lambda it: it.say("count"), 18: lambda it: it.say("Stop!")}
    told = talk("." * 60, wishes, scripts=[["One two three."]])
    assert told[-1] == ReplyEnded("One", "two three.", True)
    assert talk.of(Stopped).text == "Stop!"


def test_typed_blanks_are_nothing(talk: Talk) -> None:
    assert talk("." * 10, {3: lambda it: it.say(" \n\t")}) == []


def test_a_repeated_reply_is_heard_and_not_remembered_again(talk: Talk) -> None:
    wishes: Wishes = {3: lambda it: it.say("hello"), 40: lambda it: it.repeat("Hello you.")}
    told = talk("." * 80, wishes, scripts=[["Hello you."]])
    assert [event.heard for event in told if isinstance(event, ReplyEnded)] == ["Hello you."] * 2
    assert len(talk.history.messages) == 2
    assert len(talk.model.requests) == 1


def test_a_key_starts_over(talk: Talk) -> None:
    """The reply ends, and the next is asked for without anything that came before it."""
    wishes: Wishes = {
        3: lambda it: it.respond(),
        18: lambda it: it.start_over(),
        24: lambda it: it.respond(),
    }
    told = talk("." * 70, wishes, scripts=[["One two three."], ["Four."]])
    assert told[-1] == ReplyEnded("Four.", "", False)
    assert talk.model.requests[0] == talk.model.requests[1]


def test_a_typed_start_over_is_obeyed(talk: Talk) -> None:
    wishes: Wishes = {
        3: lambda it: it.say("hello"),
        40: lambda it: it.say("Start over."),
        110: lambda it: it.say("who am i"),
    }
    talk("." * 150, wishes, scripts=[["Hello."], ["No idea."]])
    assert [message.content for message in talk.model.requests[-1]] == [
        *("Start over.", "All right, from the start.", "who am i"),
    ]


def test_a_turn_that_is_held_has_pauses(talk: Talk) -> None:
    """The key is down from frame 3 to 34; silence of 14 frames would end a turn otherwise."""
    told = talk(
        "......####" + "." * 14 + "####.." + "." * 60,
        {3: lambda it: it.hold_turn(), 30: lambda it: it.end_turn()},
        texts=["one two"],
        scripts=[["Three."]],
    )
    assert [event.text for event in told if isinstance(event, UserSaid)] == ["one two"]
    (heard,) = talk.recognizer.heard
    assert len(np.unique(heard[np.abs(heard) > 0.1])) == 8
    states = [event.state for event in talk.events if isinstance(event, StateChanged)]
    assert states[:2] == [State.LISTENING, State.HEARING]


def test_a_turn_that_is_held_ends_the_reply(talk: Talk) -> None:
    wishes: Wishes = {
        3: lambda it: it.say("count"),
        18: lambda it: it.hold_turn(),
        30: lambda it: it.end_turn(),
    }
    told = talk(
        "." * 20 + "######" + "." * 60, wishes, texts=["and you"], scripts=[["One two."]] * 2
    )
    assert ReplyEnded("One", "two.", True) in told
    assert UserSaid("and you") in told


def test_what_was_said_before_the_key_belongs_to_the_turn(talk: Talk) -> None:
    """The user pauses at frame 8, a reply is begun; the key comes in the hangover."""
    told = talk(
        "...#####......####..." + "." * 60,
        {14: lambda it: it.hold_turn(), 19: lambda it: it.end_turn()},
        texts=["one", "one two"],
        scripts=[["Never."], ["Three."]],
    )
    assert [event.text for event in told if isinstance(event, UserSaid)] == ["one two"]
    assert told[-1] == ReplyEnded("Three.", "", False)


def test_a_key_that_comes_again_forgets_nothing(talk: Talk) -> None:
    """It comes while what was said before is being recognised: both are one turn."""
    told = talk(
        "...#####......####..." + "." * 60,
        {
            2: lambda it: it.hold_turn(),
            4: lambda it: it.end_turn(),
            12: lambda it: it.hold_turn(),
            16: lambda it: it.end_turn(),
        },
        texts=["one two"],
        scripts=[["Three."]],
        stt_frames=12,
        settings=PUSH_TO_TALK,
    )
    assert [event.text for event in told if isinstance(event, UserSaid)] == ["one two"]
    first, both = (set(heard[heard > 0.1]) for heard in talk.recognizer.heard)
    assert (len(first), len(both)) == (5, 9)
    assert told[-1] == ReplyEnded("Three.", "", False)


def test_nothing_is_heard_before_the_key(talk: Talk) -> None:
    wishes: Wishes = {22: lambda it: it.hold_turn(), 32: lambda it: it.end_turn()}
    pattern = "...#####" + "." * 15 + "####.." + "." * 20 + "#####" + "." * 40
    told = talk(pattern, wishes, texts=["two"], scripts=[["Three."]], settings=PUSH_TO_TALK)
    assert [event.text for event in told if isinstance(event, UserSaid)] == ["two"]
    (heard,) = talk.recognizer.heard
    assert len(np.unique(heard[np.abs(heard) > 0.1])) == 4
