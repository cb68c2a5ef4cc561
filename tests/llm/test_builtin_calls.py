"""What the built-in replies do by tools: the call a request is, and what is said of its result."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from voicecli.llm.builtin.calls import (
    FOR_HOW_LONG,
    FOR_WHEN,
    WHICH_ONE,
    WantedCall,
    reply_to,
    wanted_in,
)
from voicecli.llm.builtin.requests import NO_TIMER
from voicecli.llm.client import ChatClient
from voicecli.llm.messages import BUILTIN, CallEnded, Message, Options
from voicecli.settings import LlmSettings
from voicecli.tools.box import Toolbox
from voicecli.tools.calculator import CALCULATOR
from voicecli.tools.clock import clock_tool
from voicecli.tools.model import WithTools
from voicecli.tools.timers import Timers
from voicecli.tools.tool import Fixed

NOW = datetime(2026, 11, 20, 10, 30)  # a Friday
TOOLS = {"set_timer", "set_alarm", "list_timers", "cancel_timer", "get_time", "calculate"}


def wanted(text: str, *before: str) -> WantedCall | str | None:
    said = [Message("assistant", one) for one in before]
    return wanted_in([*said, Message("user", text)], TOOLS, NOW)


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("set a timer for ten minutes", "set_timer", {"minutes": 10}),
        ("Can you set a 10-minute timer, please?", "set_timer", {"minutes": 10}),
        ("Set a pasta timer for 9 minutes.", "set_timer", {"minutes": 9, "name": "pasta"}),
        ("set a timer for the eggs for 5 minutes", "set_timer", {"minutes": 5, "name": "eggs"}),
        ("set a five minute timer for the eggs", "set_timer", {"minutes": 5, "name": "eggs"}),
        ("timer 90 seconds", "set_timer", {"minutes": 1, "seconds": 30}),
        ("set a timer for half an hour", "set_timer", {"minutes": 30}),
        ("set a timer for an hour and a half", "set_timer", {"hours": 1, "minutes": 30}),
        ("set a timer for one and a half minutes", "set_timer", {"minutes": 1, "seconds": 30}),
        ("a timer for one hour and 20 minutes", "set_timer", {"hours": 1, "minutes": 20}),
        (
            "Remind me to call mum in twenty minutes.",
            *("set_timer", {"minutes": 20, "name": "call mum"}),
        ),
        ("wake me up in two hours", "set_timer", {"hours": 2}),
        ("Wake me up at seven.", "set_alarm", {"time": "07:00", "date": "2026-11-21"}),
        ("wake me at half past six tomorrow", "set_alarm", {"time": "06:30", "date": "2026-11-21"}),
        ("set an alarm for 7:30", "set_alarm", {"time": "19:30", "date": "2026-11-20"}),
        ("set an alarm for 7:30 a.m.", "set_alarm", {"time": "07:30", "date": "2026-11-21"}),
        (
            "set the alarm to a quarter to eight in the evening",
            *("set_alarm", {"time": "19:45", "date": "2026-11-20"}),
        ),
        ("set an alarm for noon", "set_alarm", {"time": "12:00", "date": "2026-11-20"}),
        ("set an alarm for 14:05", "set_alarm", {"time": "14:05", "date": "2026-11-20"}),
        ("what timers do I have", "list_timers", {}),
        ("How much time is left?", "list_timers", {}),
        ("cancel the timer", "cancel_timer", {"which": "timer"}),
        ("cancel the alarm", "cancel_timer", {"which": "alarm"}),
        ("cancel the alarm for 14:05", "cancel_timer", {"which": "14:05"}),
        ("cancel the timer for ten minutes", "cancel_timer", {"which": "10 minutes"}),
        ("cancel the pasta timer", "cancel_timer", {"which": "pasta"}),
        ("stop the ten minute timer", "cancel_timer", {"which": "10 minutes"}),
        ("cancel all timers", "cancel_timer", {"which": "all"}),
        ("what time is it", "get_time", {}),
        ("What time is it in New York?", "get_time", {"timezone": "America/New_York"}),
        ("what is the square root of sixteen", "calculate", {"expression": "sqrt(16)"}),
        ("what is 2 to the power of 10", "calculate", {"expression": "(2)**(10)"}),
    ],
)
def test_calls(text: str, name: str, arguments: dict[str, object]) -> None:
    found = wanted(text)
    assert isinstance(found, WantedCall)
    assert (found.name, found.arguments) == (name, arguments)


@pytest.mark.parametrize(
    "text",
    [
        *("don't set a timer for ten minutes", "what is seven plus twelve", "tell me a joke", ""),
        "How do people usually set a timer for ten minutes on old ovens?",
        "The timer was set for ten minutes by my grandmother yesterday",
        "what time is it in Atlantis",
    ],
)
def test_calls_nothing(text: str) -> None:
    assert wanted(text) is None


def test_what_is_missing_is_asked_for() -> None:
    assert wanted("set a timer") == FOR_HOW_LONG
    assert wanted("set an alarm please") == FOR_WHEN
    timer, alarm = wanted("ten minutes", FOR_HOW_LONG), wanted("seven thirty", FOR_WHEN)
    assert isinstance(timer, WantedCall)
    assert isinstance(alarm, WantedCall)
    assert timer.arguments == {"minutes": 10}
    assert alarm.arguments["time"] == "19:30"
    assert wanted("ten minutes", "It is ten thirty.") is None


@pytest.mark.parametrize(
    ("asked", "question", "answer", "name"),
    [
        ("set a pasta timer", FOR_HOW_LONG, "nine minutes", "pasta"),
        ("set a timer for the eggs", FOR_HOW_LONG, "for six minutes please", "eggs"),
        ("set an alarm for swimming", FOR_WHEN, "at nine", "swimming"),
        ("set a timer", FOR_HOW_LONG, "nine minutes", None),
    ],
)
def test_what_it_is_for_is_known_behind_the_question(
    asked: str, question: str, answer: str, name: str | None
) -> None:
    said = [Message("user", asked), Message("assistant", question), Message("user", answer)]
    call = reply_to(said, TOOLS, NOW)
    assert isinstance(call, WantedCall)
    assert call.arguments.get("name") == name


def test_without_tools_there_is_none() -> None:
    asked = [Message("user", "set a timer for ten minutes")]
    assert reply_to(asked, set(), NOW) == NO_TIMER


@pytest.mark.parametrize("result", ["the time is over", "", "It failed: ValueError: x"])
def test_a_call_that_came_to_nothing_is_admitted(result: str) -> None:
    asked = [Message("user", "set a timer for ten minutes"), Message("tool", result)]
    assert str(reply_to(asked, TOOLS, NOW)).startswith("Sorry, that did not work")


def test_a_conversation_with_tools() -> None:
    """Asked through the client, as any model is."""

    def at() -> datetime:
        return datetime(2026, 11, 20, 10, 30, tzinfo=UTC)

    timers = Timers(lambda: NOW.timestamp())
    box = Toolbox([Fixed([clock_tool(at), CALCULATOR, *timers.tools()])])
    told: list[Message] = []

    async def main() -> list[str]:
        async with ChatClient(LlmSettings(base_url=BUILTIN)) as client:
            await client.connect()
            model = WithTools(client, box)
            replies = []
            for text in asked:
                told.append(Message("user", text))
                said = ""
                async for part in model.respond(told, Options(tool_choice="auto")):
                    if isinstance(part, CallEnded):
                        call = part.call
                        told.append(Message("assistant", "", (call,)))
                        told.append(Message("tool", part.content, tool_call_id=call.id))
                    elif isinstance(part, str):
                        said += part
                told.append(Message("assistant", said))
                replies.append(said)
            return replies

    asked = {
        "Set a pasta timer for nine minutes.": "The pasta timer is set for nine minutes.",
        "set a timer for an hour and tell me a joke": "The timer is set for one hour. Here is a "
        "joke. Why is nobody a friend of seven? Seven ate nine.",
        "how much time is left": "The pasta timer rings in nine minutes. "
        "The timer for one hour rings in one hour.",
        "cancel the timer": "Which one?",
        "the pasta one": "The pasta timer is cancelled.",
        "cancel the pasta timer please": "There is no such timer.",
        "stop the timer": "The timer for one hour is cancelled.",
        "set a tea timer for one minute": "The tea timer is set for one minute.",
        "cancel the alarm.": "The tea timer is cancelled.",
        "what timers are there now": "No timer is running.",
        "what time is it in Tokyo": "In Tokyo it is seven thirty in the evening.",
        "what time is it": "It is ten thirty.",
        "what is the square root of 16": "The square root of sixteen is four.",
        "and times three": "Four times three is twelve.",
    }
    assert asyncio.run(main()) == list(asked.values())


@pytest.mark.parametrize(
    ("answer", "which"),
    [
        ("The pasta one.", "pasta"),
        ("pasta", "pasta"),
        ("the alarm", "alarm"),
        ("the timer, please", "timer"),
        ("ten minutes", "10 minutes"),
        ("the one for ten minutes", "10 minutes"),
        ("the one hour timer", "1 hour"),
        ("the one at 14:05", "14:05"),
        ("Both of them.", "all"),
        ("all", "all"),
    ],
)
def test_which_one_is_answered(answer: str, which: str) -> None:
    call = wanted(answer, WHICH_ONE)
    assert isinstance(call, WantedCall)
    assert (call.name, call.arguments) == ("cancel_timer", {"which": which})


@pytest.mark.parametrize("answer", ["what is two plus two", "I do not know any more, sorry"])
def test_not_every_answer_says_which(answer: str) -> None:
    assert wanted(answer, WHICH_ONE) is None
