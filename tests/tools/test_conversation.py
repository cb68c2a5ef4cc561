"""Calls of tools within a conversation, on the sample clock: when they are made, what of them is
remembered, and what cutting in does. One character of a pattern is 32 ms."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import pytest

from fakes import (
    SETTINGS,
    LevelDetector,
    ScriptedRecognizer,
    ToneVoice,
    pass_frames,
    write_pattern,
)
from voicecli.conversation.answer import CUT_OFF
from voicecli.conversation.conversation import Conversation, Parts
from voicecli.conversation.events import (
    Event,
    ReplyEnded,
    ToolCalled,
    ToolFailed,
    ToolResult,
    UserSaid,
)
from voicecli.conversation.history import History
from voicecli.duplex.files import FileDuplex
from voicecli.duplex.speaker import Speaker
from voicecli.hearing.echo import NoEcho
from voicecli.llm.messages import LanguageModel, Message, Options, Part, ToolCall
from voicecli.tools.box import Toolbox
from voicecli.tools.model import WithTools
from voicecli.tools.tool import Arguments, Effect, Fixed, Tool, schema

T = TypeVar("T")
CALL = ToolCall("", "look", "{}")


class Scripted(LanguageModel):
    """Answers with the next script."""

    name = "scripted"

    def __init__(self, speaker: Speaker, scripts: Sequence[Sequence[Part | int]]) -> None:
        self.requests: list[list[Message]] = []
        self._speaker = speaker
        self._scripts = list(scripts)

    async def stream(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        raise NotImplementedError
        yield ""

    async def respond(
        self, messages: Sequence[Message], options: Options
    ) -> AsyncGenerator[Part, None]:
        self.requests.append(list(messages))
        for step in self._scripts.pop(0):
            if isinstance(step, int):
                await pass_frames(self._speaker, step)
            else:
                yield step


@dataclass
class Outcome:
    events: list[Event]
    history: History
    model: Scripted
    begun_after: list[tuple[str, ...]]
    """Of each call that was begun: what the user had said by then."""
    n_cancelled: int

    def of(self, kind: type[T]) -> list[T]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def remembered(self) -> list[tuple[str, str]]:
        return [(m.role, m.content or m.tool_calls[0].name) for m in self.history.messages]


@pytest.fixture
def talk(tmp_path: Path) -> Callable[..., Outcome]:
    def run(
        pattern: str,
        texts: Sequence[str],
        *scripts: Sequence[Part | int],
        effect: Effect = Effect.READS,
        frames: int = 0,
    ) -> Outcome:
        """frames: so long a call lasts."""
        duplex = FileDuplex(write_pattern(tmp_path / "in.wav", pattern), tmp_path / "out.wav")
        speaker = duplex.speaker
        events: list[Event] = []
        history, model = History(), Scripted(speaker, scripts)
        outcome = Outcome(events, history, model, [], 0)

        async def look(arguments: Arguments) -> str:
            said = [event.text for event in events if isinstance(event, UserSaid)]
            outcome.begun_after.append(tuple(said))
            try:
                await pass_frames(speaker, frames)
            except asyncio.CancelledError:
                outcome.n_cancelled += 1
                raise
            return "a cat"

        async def main() -> None:
            async with duplex:
                recognizer = ScriptedRecognizer(speaker, texts)
                parts = Parts(*(duplex, NoEcho(), LevelDetector(), recognizer, model, ToneVoice()))
                conversation = Conversation(parts, history, events.append, settings=SETTINGS)
                box = Toolbox([Fixed([Tool("look", "", schema(), look, effect)])])
                conversation.answer = replace(
                    conversation.answer,
                    language_model=WithTools(model, box),
                    options=Options(tool_choice="auto"),
                )
                await conversation.run()

        asyncio.run(main())
        return outcome

    return run


SAID = "....######" + "." * 40


def test_a_call_waits_for_the_end_of_the_turn(talk: Callable[..., Outcome]) -> None:
    """The model is asked in the pause, 5 frames after the last word; the call comes after 10."""
    outcome = talk(SAID, ["what is there"], [CALL], ["A cat."])
    assert outcome.begun_after == [("what is there",)]
    kinds = [type(event) for event in outcome.events]
    assert kinds.index(UserSaid) < kinds.index(ToolCalled) < kinds.index(ToolResult)
    assert outcome.remembered == [
        ("user", "what is there"),
        ("assistant", "look"),
        ("tool", "a cat"),
        ("assistant", "A cat."),
    ]


def test_what_tells_nobody_need_not_wait(talk: Callable[..., Outcome]) -> None:
    outcome = talk(SAID, ["what is there"], [CALL], ["A cat."], effect=Effect.NONE)
    assert outcome.begun_after == [()]
    kinds = [type(event) for event in outcome.events]
    assert kinds.index(UserSaid) < kinds.index(ToolCalled)  # told, and remembered, in order
    assert [role for role, _ in outcome.remembered] == ["user", "assistant", "tool", "assistant"]


def test_a_pause_calls_nothing(talk: Callable[..., Outcome]) -> None:
    """Who goes on speaking was not finished: nothing was done for the first half."""
    pattern = "....######......######" + "." * 40
    outcome = talk(pattern, ["delete all", "delete all but one"], [CALL], [CALL], ["Done."])
    assert outcome.begun_after == [("delete all but one",)]
    assert len(outcome.of(ToolCalled)) == 1


def test_cutting_in_cancels_the_call_and_is_remembered(talk: Callable[..., Outcome]) -> None:
    pattern = "....######" + "." * 40 + "######" + "." * 60
    texts = ["what is there", "never mind the cat"]
    outcome = talk(pattern, texts, ["Let me see.", CALL], ["Fine."], frames=500)
    assert outcome.n_cancelled == 1
    [failed] = outcome.of(ToolFailed)
    assert (failed.name, failed.content) == ("look", CUT_OFF)
    asked = outcome.model.requests[-1]
    assert [m.content for m in asked if m.role == "tool"] == [CUT_OFF]
    assert asked[-1] == Message("user", "never mind the cat")


def test_what_was_done_is_remembered_though_nothing_was_heard(
    talk: Callable[..., Outcome],
) -> None:
    """The model's second answer never comes, as the user cuts in."""
    pattern = "....######" + "." * 40 + "######" + "." * 60
    outcome = talk(pattern, ["what is there", "and now what"], [CALL], [500, "No."], ["Fine."])
    assert [event.heard for event in outcome.of(ReplyEnded)] == ["", "Fine."]
    roles = [message.role for message in outcome.model.requests[-1]]
    assert roles == ["user", "assistant", "tool", "assistant", "user"]


def test_yes_is_the_next_turn(talk: Callable[..., Outcome]) -> None:
    pattern = "....######" + "." * 140 + "######" + "." * 60
    outcome = talk(pattern, ["delete it", "Yes."], [CALL], ["Gone."], effect=Effect.CHANGES)
    first, second = outcome.of(ReplyEnded)
    assert first.heard == "Shall I use look? Yes or no?"
    assert second.heard == "Gone."
    assert outcome.begun_after == [("delete it", "Yes.")]
    assert [role for role, _ in outcome.remembered] == [
        *("user", "assistant", "user", "assistant", "tool", "assistant"),
    ]
