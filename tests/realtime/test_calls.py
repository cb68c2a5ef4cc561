"""Functions that a Realtime server calls: tools of ours, a server that follows a script."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from realtime_server import Scripted, of, run
from voicecli.conversation.answer import CUT_OFF
from voicecli.conversation.events import Notice, ReplyEnded, ToolCalled, ToolFailed, ToolResult
from voicecli.conversation.history import History
from voicecli.tools.box import Toolbox
from voicecli.tools.confirming import REFUSED
from voicecli.tools.elsewhere import ToolFunctions
from voicecli.tools.tool import Effect, Fixed, Tool, schema

CLEAR = {"name": "clear_list", "arguments": '{"which": "milk"}'}
QUESTION = "Shall I use clear list, with which milk? Yes or no?"


@dataclass
class Deeds:
    """Tools, and what was done by them."""

    done: list[Mapping[str, Any]] = field(default_factory=list)
    go: asyncio.Event = field(default_factory=asyncio.Event)
    """What is being done is then over."""

    def __post_init__(self) -> None:
        self.go.set()

    def functions(self, **limits: Any) -> ToolFunctions:
        async def act(arguments: Mapping[str, Any]) -> str:
            self.done.append(arguments)
            await self.go.wait()
            return "noon"

        text = {"type": "string"}
        tools = [
            Tool("clock", "The time.", schema(), act, Effect.NONE),
            Tool("clear_list", "Clears.", schema(which=text), act, Effect.CHANGES),
        ]
        return ToolFunctions(Toolbox([Fixed(tools)], **limits))


async def call(server: Scripted, number: int, *calls: Mapping[str, str]) -> list[dict[str, Any]]:
    """A reply that calls; the events that answer it, without sound."""
    name = f"r{number}"
    await server.send("response.created", response={"id": name, "status": "in_progress"})
    for i, one in enumerate(calls):
        item = {"id": f"f{number}{i}", "type": "function_call", "call_id": f"c{number}{i}", **one}
        await server.send("response.output_item.done", response_id=name, item=item)
    await server.send("response.done", response={"id": name, "status": "completed"})
    outputs = [(await server.wait_for("conversation.item.create"))["item"] for _ in calls]
    return [*outputs, await server.wait_for("response.create")]


def said(server: Scripted, text: str) -> Any:
    return server.turn(text, begin_s=0.13, end_s=0.4)


def test_calls_are_carried_out_and_the_server_goes_on_once(tmp_path: Path) -> None:
    deeds, answers, history = Deeds(), list[dict[str, Any]](), History()
    clock = {"name": "clock", "arguments": "{}"}

    async def script(server: Scripted) -> None:
        updated = await server.greet()
        assert [tool["name"] for tool in updated["session"]["tools"]] == ["clock", "clear_list"]
        assert {tool["type"] for tool in updated["session"]["tools"]} == {"function"}
        answers.extend(await call(server, 1, clock, {"name": "what", "arguments": ""}))
        await server.reply(["Noon."], seconds=0.2)
        await server.hear(99)

    events = run(tmp_path, script, pattern="." * 30, functions=deeds.functions(), history=history)
    assert [one["output"] for one in answers[:2]] == [
        "noon",
        'There is no tool "what". There are: clock, clear_list.',
    ]
    assert [(one["type"], one["call_id"]) for one in answers[:2]] == [
        ("function_call_output", "c10"),
        ("function_call_output", "c11"),
    ]
    assert "response" not in answers[2]
    assert of(events, ToolCalled)[0] == ToolCalled("c10", "clock", "{}")
    assert of(events, ToolResult) == [ToolResult("c10", "clock", "{}", "noon")]
    assert [failed.name for failed in of(events, ToolFailed)] == ["what"]
    assert of(events, ReplyEnded)[0].heard == "Noon."
    # What is remembered is what a model is told, and a line that is opened again.
    assert [m.role for m in history.messages] == ["assistant", "tool"] * 2 + ["assistant"]


def asked_and_answered(tmp_path: Path, words: str) -> tuple[Deeds, list[Any], list[dict[str, Any]]]:
    deeds, answers = Deeds(), list[dict[str, Any]]()

    async def script(server: Scripted) -> None:
        await server.greet()
        await said(server, "Clear it.")
        answers.extend(await call(server, 1, CLEAR))
        assert deeds.done == []
        await server.reply(["Shall I use clear list, ", "with which milk? Yes or no?"], seconds=0.1)
        await server.hear(0.6)
        await said(server, words)
        answers.extend(await call(server, 2, CLEAR))
        await server.reply(["Well."], seconds=0.1)
        await server.hear(99)

    events = run(tmp_path, script, pattern="." * 40, functions=deeds.functions())
    return deeds, events, answers


def test_what_changes_something_waits_for_the_users_yes(tmp_path: Path) -> None:
    deeds, events, (asked, asks, output, goes_on) = asked_and_answered(tmp_path, "Yes, please.")
    assert QUESTION in asked["output"]
    assert asks["response"]["instructions"].endswith(QUESTION)
    assert asks["response"]["tool_choice"] == "none"
    assert output["output"] == "noon"
    assert "response" not in goes_on
    assert deeds.done == [{"which": "milk"}]
    assert [type(e) for e in events if isinstance(e, ToolResult | ToolFailed)] == [
        ToolFailed,
        ToolResult,
    ]


def test_a_no_is_one(tmp_path: Path) -> None:
    deeds, _, (_, _, output, _) = asked_and_answered(tmp_path, "No.")
    assert deeds.done == []
    assert output["output"] == REFUSED


def test_other_words_are_no_answer(tmp_path: Path) -> None:
    deeds, _, (_, _, output, asks) = asked_and_answered(tmp_path, "What is on it?")
    assert deeds.done == []
    assert QUESTION in output["output"]
    assert "instructions" in asks["response"]


def test_words_that_come_after_the_call_are_waited_for(tmp_path: Path) -> None:
    deeds, answers = Deeds(), list[dict[str, Any]]()
    functions = deeds.functions()

    async def script(server: Scripted) -> None:
        await server.greet()
        await call(server, 1, CLEAR)
        await server.reply([QUESTION], seconds=0.1)
        await server.hear(0.8)
        await server.send("input_audio_buffer.speech_started", item_id="u", audio_start_ms=500)
        await server.send("input_audio_buffer.speech_stopped", item_id="u", audio_end_ms=700)
        await server.send("response.created", response={"id": "r2", "status": "in_progress"})
        item = {"id": "f", "type": "function_call", "call_id": "c2", **CLEAR}
        await server.send("response.output_item.done", response_id="r2", item=item)
        await server.send("response.done", response={"id": "r2", "status": "completed"})
        await server.hear(1.2)
        assert deeds.done == []
        words = "conversation.item.input_audio_transcription.completed"
        await server.send(words, item_id="u", content_index=0, transcript="Yes.")
        answers.append((await server.wait_for("conversation.item.create"))["item"])
        await server.wait_for("response.create")
        await server.reply(["Well."], seconds=0.1)
        await server.hear(99)

    run(tmp_path, script, pattern="." * 40, functions=functions)
    assert answers[0]["output"] == "noon"
    assert len(deeds.done) == 1


def test_who_cuts_in_ends_the_call(tmp_path: Path) -> None:
    deeds, sent = Deeds(), list[Any]()
    deeds.go.clear()

    async def script(server: Scripted) -> None:
        await server.greet()
        await server.send("response.created", response={"id": "r", "status": "in_progress"})
        item = {"id": "f", "type": "function_call", "call_id": "c", "name": "clock"}
        await server.send(
            "response.output_item.done", response_id="r", item={**item, "arguments": "{}"}
        )
        await server.send("response.done", response={"id": "r", "status": "completed"})
        while not deeds.done:
            await server.receive()
        await said(server, "Stop.")
        sent.append((await server.wait_for("conversation.item.create"))["item"]["output"])
        await server.hear(0.8)
        sent.extend(event["type"] for event in server.events)
        await server.reply(["Well."], seconds=0.1)
        await server.hear(99)

    events = run(tmp_path, script, pattern="." * 40, functions=deeds.functions())
    assert sent == [CUT_OFF]
    assert of(events, ToolFailed) == [ToolFailed("c", "clock", "{}", CUT_OFF)]


def test_a_result_that_comes_on_another_line_brings_its_call(tmp_path: Path) -> None:
    deeds = Deeds()
    deeds.go.clear()
    told: list[Sequence[Any]] = []

    async def first(server: Scripted) -> None:
        await server.greet()
        await server.send("response.created", response={"id": "r", "status": "in_progress"})
        item = {"id": "f", "type": "function_call", "call_id": "c", "name": "clock"}
        await server.send(
            "response.output_item.done", response_id="r", item={**item, "arguments": "{}"}
        )
        while not deeds.done:
            await server.receive()
        await server.connection.close(1001, "going away")

    async def second(server: Scripted) -> None:
        await server.greet()
        await server.hear(0.3)
        assert server.events == []  # what is being done is not asked for again
        deeds.go.set()
        items = [(await server.wait_for("conversation.item.create"))["item"] for _ in range(2)]
        told.append([(item["type"], item["call_id"]) for item in items])
        await server.wait_for("response.create")
        await server.reply(["Noon."], seconds=0.1)
        await server.hear(99)

    events = run(tmp_path, first, second, pattern="." * 40, functions=deeds.functions())
    assert told == [[("function_call", "c"), ("function_call_output", "c")]]
    assert len(deeds.done) == 1
    assert of(events, ReplyEnded)[0].heard == "Noon."


def test_calls_without_end_are_ended(tmp_path: Path) -> None:
    deeds, choices = Deeds(), list[Any]()
    clock = {"name": "clock", "arguments": "{}"}

    async def script(server: Scripted) -> None:
        await server.greet()
        for number in range(2):
            *_, asks = await call(server, number, clock)
            choices.append(asks.get("response", {}).get("tool_choice"))
        await server.send("response.created", response={"id": "r", "status": "in_progress"})
        item = {"id": "f", "type": "function_call", "call_id": "c", **clock}
        await server.send("response.output_item.done", response_id="r", item=item)
        await server.send("response.done", response={"id": "r", "status": "completed"})
        await server.wait_for("conversation.item.create")
        await server.hear(0.8)
        choices.extend(event["type"] for event in server.events)
        await server.hear(99)

    events = run(tmp_path, script, pattern="." * 40, functions=deeds.functions(max_steps=1))
    assert choices == [None, "none"]
    assert any("without end" in notice.message for notice in of(events, Notice))


def test_tools_that_come_later_are_told(tmp_path: Path) -> None:
    tools = [Tool("clock", "The time.", schema(), Deeds().functions, Effect.NONE)]
    names: list[list[str]] = []

    async def script(server: Scripted) -> None:
        updated = await server.greet()
        names.append([tool["name"] for tool in updated["session"]["tools"]])
        tools.append(Tool("bell", "Rings.", schema(), Deeds().functions, Effect.NONE))
        updated = await server.wait_for("session.update")
        names.append([tool["name"] for tool in updated["session"]["tools"]])
        await server.hear(99)

    functions = ToolFunctions(Toolbox([Fixed(tools)]))
    run(tmp_path, script, pattern="." * 40, functions=functions)
    assert names == [["clock"], ["clock", "bell"]]
