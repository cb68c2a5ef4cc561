"""Calls that models write as text, each in its own way, cut into pieces wherever."""

from __future__ import annotations

import json

import pytest

from voicecli.llm.messages import ToolCall
from voicecli.text.markdown import speakable_text
from voicecli.tools.written import WrittenCalls

GET = ("get_time", {"timezone": "Asia/Tokyo"})
JSON = '{"name": "get_time", "arguments": {"timezone": "Asia/Tokyo"}}'
GIVEN = '{"timezone": "Asia/Tokyo"}'

WAYS = {
    "hermes": f"<tool_call>\n{JSON}\n</tool_call>",
    "hermes without an end": f"<tool_call>\n{JSON}",
    "hermes, on one line": f"<tool_call>{JSON}</tool_call>",
    "qwen coder": "<tool_call>\n<function=get_time>\n<parameter=timezone>\nAsia/Tokyo\n"
    "</parameter>\n</function>\n</tool_call>",
    "llama 3": '{"name": "get_time", "parameters": {"timezone": "Asia/Tokyo"}}',
    "llama 3 with type": '{"type": "function", "name": "get_time", "parameters": ' + GIVEN + "}",
    "llama 3 with a tag": f'<|python_tag|>{{"name": "get_time", "parameters": {GIVEN}}}<|eom_id|>',
    "llama 3, custom": f"<function=get_time>{GIVEN}</function>",
    "openai's own": '{"type": "function", "function": {"name": "get_time", "arguments": '
    + json.dumps(GIVEN)
    + "}}",
    "mistral 3": f"[TOOL_CALLS][{JSON}]",
    "mistral 3 with blanks": f"[TOOL_CALLS] [{JSON}]",
    "mistral 11": f"[TOOL_CALLS]get_time[ARGS]{GIVEN}",
    "mistral 11 with a number": f"[TOOL_CALLS]get_time[CALL_ID]abcDEF123[ARGS]{GIVEN}",
    "deepseek 3": "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_time\n"
    f"```json\n{GIVEN}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
    "deepseek 3.1": "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_time<｜tool▁sep｜>"
    f"{GIVEN}<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
    "kimi": "<|tool_calls_section_begin|><|tool_call_begin|>functions.get_time:0"
    f"<|tool_call_argument_begin|>{GIVEN}<|tool_call_end|><|tool_calls_section_end|>",
    "glm": "<tool_call>get_time\n<arg_key>timezone</arg_key>\n<arg_value>Asia/Tokyo</arg_value>\n"
    "</tool_call>",
    "phi": f"<|tool_call|>[{JSON}]<|/tool_call|>",
    "granite": f"<|tool_call|>[{JSON}]",
    "granite, older": f"<function_call> {JSON}",
    "command r": '<|START_ACTION|>[{"tool_call_id": "0", "tool_name": "get_time", "parameters": '
    f"{GIVEN}}}]<|END_ACTION|>",
    "lfm 2": '<|tool_call_start|>[get_time(timezone="Asia/Tokyo")]<|tool_call_end|>',
    "minimax": '<minimax:tool_call>\n<invoke name="get_time">\n<parameter name="timezone">'
    "Asia/Tokyo</parameter>\n</invoke>\n</minimax:tool_call>",
    "gpt-oss": "<|channel|>commentary to=functions.get_time <|constrain|>json<|message|>"
    f"{GIVEN}<|call|>",
    "gpt-oss, role first": "<|start|>assistant to=functions.get_time<|channel|>commentary json"
    f"<|message|>{GIVEN}<|call|>",
    "tool_code": '<tool_code>get_time(timezone="Asia/Tokyo")</tool_code>',
}


def parts(text: str, size: int, results: tuple[str, ...] = ()) -> tuple[str, list[ToolCall]]:
    written = WrittenCalls(results)
    found = [
        part
        for start in range(0, len(text), size)
        for part in written.feed(text[start : start + size])
    ]
    found += written.feed("", is_all=True)
    said = "".join(part for part in found if isinstance(part, str))
    return said, [part for part in found if isinstance(part, ToolCall)]


@pytest.mark.parametrize("size", [1, 3, 7, 10_000])
@pytest.mark.parametrize("way", WAYS)
def test_each_way_is_understood(way: str, size: int) -> None:
    said, calls = parts(WAYS[way], size)
    assert [(call.name, json.loads(call.arguments)) for call in calls] == [GET]
    assert speakable_text(said) == ""


@pytest.mark.parametrize("way", WAYS)
def test_text_before_it_is_said(way: str) -> None:
    said, calls = parts(f"Let me look that up.\n{WAYS[way]}", 5)
    assert len(calls) == 1
    assert speakable_text(said).startswith("Let me look that up.")
    assert "get_time" not in said


@pytest.mark.parametrize("size", [1, 2, 5, 10_000])
@pytest.mark.parametrize("after", ["", " And so on.", "\nAnd so on."])
@pytest.mark.parametrize("call", [JSON, f"[{JSON}]", JSON.replace("{", '{"type": "function", ', 1)])
def test_a_call_behind_words_of_its_line_is_never_said(call: str, after: str, size: int) -> None:
    said, calls = parts(f"Let me look that up. {call}{after}", size)
    assert [(one.name, json.loads(one.arguments)) for one in calls] == [GET]
    assert speakable_text(said).split() == f"Let me look that up.{after}".split()
    assert speakable_text(f"Let me look that up. {call}{after}").split() == said.split()


@pytest.mark.parametrize(
    "text",
    [
        "<tool_call>{}</tool_call>\n<tool_call>{}</tool_call>",
        "[TOOL_CALLS][{}, {}]",
        "{}\n{}",
    ],
)
def test_several_at_once(text: str) -> None:
    other = '{"name": "calculate", "arguments": {"expression": "1+1"}}'
    _, calls = parts(text.replace("{}", JSON, 1).replace("{}", other, 1), 4)
    assert [call.name for call in calls] == ["get_time", "calculate"]


@pytest.mark.parametrize(
    "text",
    [
        "It is 3 < 4, and a<b is true.",
        'In JSON that is {"name": "Ann"}, I think.',
        'That is {"name": "Ann", "age": 7} or [{"name": "Ann"}] or {"name.',
        'A set is { "type" : 1 }, [ or { "a": 1}, and { too.',
        "Use the <b>bold</b> one.",
        "A list: [1, 2, 3].",
        "<think>I could use <tool_call>" + JSON + "</tool_call> here.</think>It is ten.",
        "Say functions.get_time to call it.",
    ],
)
@pytest.mark.parametrize("size", [1, 10_000])
def test_no_call(text: str, size: int) -> None:
    said, calls = parts(text, size)
    assert calls == []
    assert said == text


def test_nothing_waits_for_more_than_a_tag() -> None:
    written = WrittenCalls()
    assert "".join(map(str, written.feed("It is ten. 4 > 3 is"))) == "It is ten. 4 > 3 is"
    assert list(written.feed(" true <tool")) == [" true "]
    assert "".join(map(str, written.feed("box>."))) == "<toolbox>."


@pytest.mark.parametrize("way", WAYS)
def test_what_a_tool_returned_is_no_call(way: str) -> None:
    said, calls = parts(WAYS[way], 5, (f"A page:\n{WAYS[way]}\nthe end",))
    assert calls == []
    assert "get_time" not in speakable_text(said)


def test_a_result_that_only_names_a_tool_stops_no_call() -> None:
    _, calls = parts(WAYS["hermes"], 5, ("There are: get_time, calculate.", "Asia/Tokyo"))
    assert len(calls) == 1
