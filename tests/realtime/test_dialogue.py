"""A conversation that a Realtime server holds: servers that follow a script, and our own."""

from __future__ import annotations

import asyncio
import json
import wave
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fakes import write_pattern
from realtime_server import RATE_HZ, Scripted, converse, of, run
from serving import SMALL, served, spoken_pcm
from sse_server import Answer, Request, SseServer, calling, reply
from voicecli.conversation.events import (
    Dropped,
    Ended,
    Event,
    Notice,
    PartialTranscript,
    ReplyEnded,
    ReplyText,
    SpeechEnded,
    Started,
    ToolResult,
    TurnTimed,
    UserSaid,
)
from voicecli.conversation.history import History
from voicecli.errors import ServerError
from voicecli.llm.messages import Message
from voicecli.realtime.dialogue import RealtimeConversation
from voicecli.sound.wav import WavWriter
from voicecli.tools.box import Toolbox
from voicecli.tools.calculator import CALCULATOR
from voicecli.tools.elsewhere import ToolFunctions
from voicecli.tools.tool import Fixed


def loud_s(path: Path) -> float:
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return float(np.mean(np.abs(samples) > 8000) * file.getnframes() / file.getframerate())


def test_a_turn_is_heard_and_remembered(tmp_path: Path) -> None:
    sent: list[dict[str, Any]] = []

    async def script(server: Scripted) -> None:
        sent.append(await server.greet())
        await server.hear(0.5)
        assert server.peak > 5000
        await server.turn("What is it?", begin_s=0.13, end_s=0.4)
        await server.send("input_audio_buffer.speech_stopped", item_id="u", audio_end_ms=450)
        await server.reply(["It is ", "a tone. "], seconds=0.6)
        await server.hear(99)

    history = History()
    events = run(tmp_path, script, history=history)
    session = sent[0]["session"]
    assert session["type"] == "realtime"
    assert session["instructions"] == "Be short."
    assert session["audio"]["input"]["format"] == {"type": "audio/pcm", "rate": RATE_HZ}
    assert "turn_detection" not in session["audio"]["input"]  # the server's own
    (started,) = of(events, Started)
    assert started.llm.startswith("scripted at 127.0.0.1:")
    assert len(of(events, SpeechEnded)) == 1  # though the server told it twice
    assert of(events, UserSaid) == [UserSaid("What is it?")]
    assert PartialTranscript("Wha", "") in events
    assert of(events, ReplyEnded) == [ReplyEnded("It is a tone.", "", interrupted=False)]
    assert "".join(event.delta for event in of(events, ReplyText)) == "It is a tone. "
    assert [message.content for message in history.messages] == ["What is it?", "It is a tone."]
    (timed,) = of(events, TurnTimed)
    assert timed.first_audio_ms > 0
    assert of(events, Ended)[0].n_turns == 1
    assert loud_s(tmp_path / "heard.wav") == pytest.approx(0.6, abs=0.03)


def test_who_cuts_in_is_told_with_what_was_heard(tmp_path: Path) -> None:
    cut: list[dict[str, Any]] = []

    async def script(server: Scripted) -> None:
        await server.greet()
        await server.hear(0.4)
        await server.turn("Tell me.", begin_s=0.13, end_s=0.4)
        words = [f"word{i} " for i in range(10)]
        await server.reply(words, seconds=5.0, done=False)
        await server.hear(1.9)
        await server.send("input_audio_buffer.speech_started", item_id="v", audio_start_ms=1800)
        cut.append(await server.wait_for("conversation.item.truncate"))
        at = {"response_id": "r", "item_id": "a", "output_index": 0, "content_index": 0}
        await server.send("response.output_audio_transcript.delta", delta="too late", **at)
        await server.send("response.done", response={"id": "r", "status": "cancelled"})
        await server.send("input_audio_buffer.speech_stopped", item_id="v", audio_end_ms=2000)
        await server.reply(["Yes."], seconds=0.2)
        await server.hear(99)

    history = History()
    events = run(tmp_path, script, pattern="....######" + "." * 45, history=history)
    (truncated,) = cut
    first, second = of(events, ReplyEnded)
    assert (truncated["item_id"], truncated["content_index"]) == ("a", 0)
    n_heard = len(first.heard.split())
    word_ends_ms = [500 * i + 500 * len("word0") / len("word0 ") for i in range(10)]
    assert n_heard == sum(end_ms <= truncated["audio_end_ms"] for end_ms in word_ends_ms)
    assert 0 < n_heard < 10
    assert first.interrupted
    assert len((first.heard + " " + first.unheard).split()) == 10
    assert (second.heard, second.interrupted) == ("Yes.", False)
    assert of(events, Ended)[0].n_interruptions == 1
    assert history.messages[1].content.startswith(first.heard)
    assert "too late" not in str(events)


def test_a_line_that_breaks_is_opened_again_with_all_that_was_said(tmp_path: Path) -> None:
    heard: list[int] = []
    restored: list[list[dict[str, Any]]] = []

    async def first(server: Scripted) -> None:
        await server.greet()
        await server.hear(0.4)
        await server.turn("One.", begin_s=0.13, end_s=0.4)
        await server.reply(["First."], seconds=0.2)
        await server.hear(1.2)
        heard.append(server.n_samples)
        await server.connection.close(1011, "out of order")

    async def second(server: Scripted) -> None:
        await server.greet()
        await server.hear(0.6)
        restored.append(server.events)
        await server.turn("Two.", begin_s=0.1, end_s=0.3)
        await server.reply(["Second."], seconds=0.2)
        try:
            await server.hear(99)
        finally:
            heard.append(server.n_samples)

    pattern = "....######" + "." * 70
    history = History()
    events = run(tmp_path, first, second, pattern=pattern, history=history)
    created = [event["item"] for event in restored[0] if event["type"].endswith("item.create")]
    assert [(item["role"], item["content"][0]["text"]) for item in created] == [
        ("user", "One."),
        ("assistant", "First."),
    ]
    assert [message.content for message in history.messages] == [
        "One.",
        "First.",
        "Two.",
        "Second.",
    ]
    messages = [notice.message for notice in of(events, Notice)]
    assert "out of order" in messages[0]
    assert "goes on" in messages[1]
    # No sound was lost between the two lines.
    with wave.open(str(tmp_path / "heard.wav")) as file:
        lasted_s = file.getnframes() / file.getframerate()
    assert sum(heard) / RATE_HZ == pytest.approx(lasted_s, abs=0.2)


def test_an_answer_that_a_broken_line_lost_is_asked_for_again(tmp_path: Path) -> None:
    async def first(server: Scripted) -> None:
        await server.greet()
        await server.hear(0.4)
        await server.turn("One.", begin_s=0.13, end_s=0.4)
        await server.send("response.created", response={"id": "r", "status": "in_progress"})
        await server.connection.close(1001, "going away")

    async def second(server: Scripted) -> None:
        await server.greet()
        await server.wait_for("response.create")
        await server.reply(["Here it is."], seconds=0.2)
        await server.hear(99)

    events = run(tmp_path, first, second)
    assert of(events, ReplyEnded) == [ReplyEnded("Here it is.", "", interrupted=False)]


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ((401, {}, '{"error": {"message": "no such key"}}'), "no such key"),
        ((404, {}, "nothing here"), "doesn't find model"),
    ],
)
def test_a_server_that_refuses_says_why(tmp_path: Path, refusal: Any, said: str) -> None:
    with pytest.raises(ServerError) as caught:
        run(tmp_path, refusals=[refusal])
    assert said in caught.value.message
    assert caught.value.hint


def test_a_server_without_a_place_is_asked_again(tmp_path: Path) -> None:
    async def script(server: Scripted) -> None:
        await server.greet()
        await server.hear(99)

    busy = (503, {"Retry-After": "0.1"}, '{"error": {"message": "full"}}')
    events = run(tmp_path, script, refusals=[busy, busy])
    assert "full" in of(events, Notice)[0].message
    assert len(of(events, Started)) == 1


def test_nobody_is_there(tmp_path: Path) -> None:
    said = write_pattern(tmp_path / "said.wav", "....")
    with pytest.raises(ServerError) as caught:
        asyncio.run(converse("ws://127.0.0.1:9/v1/realtime", said, tmp_path / "heard.wav"))
    assert "can't reach the Realtime server at 127.0.0.1:9" in caught.value.message


def test_a_server_that_hangs_up_instead_of_greeting(tmp_path: Path) -> None:
    async def script(server: Scripted) -> None:
        await server.connection.close(3000, "invalid_api_key")

    with pytest.raises(ServerError, match=r"does not begin a session: .*invalid_api_key"):
        run(tmp_path, script, script, script)


EVENTS = (
    *("error", "session.updated", "conversation.item.added", "conversation.item.created"),
    *("conversation.item.done", "conversation.item.retrieved", "conversation.item.deleted"),
    *("conversation.item.truncated", "conversation.created", "rate_limits.updated"),
    *("input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped"),
    *("input_audio_buffer.committed", "input_audio_buffer.cleared"),
    *("input_audio_buffer.timeout_triggered", "input_audio_buffer.dtmf_event_received"),
    *("conversation.item.input_audio_transcription.delta",),
    *("conversation.item.input_audio_transcription.completed",),
    *("conversation.item.input_audio_transcription.failed",),
    *("conversation.item.input_audio_transcription.segment",),
    *("response.created", "response.done", "response.output_item.added"),
    *("response.output_item.done", "response.content_part.added", "response.content_part.done"),
    *("response.output_audio.delta", "response.output_audio.done"),
    *("response.output_audio_transcript.delta", "response.output_audio_transcript.done"),
    *("response.output_text.delta", "response.output_text.done"),
    *("response.function_call_arguments.delta", "response.function_call_arguments.done"),
    *("response.mcp_call.in_progress", "mcp_list_tools.completed"),
    *("output_audio_buffer.started", "output_audio_buffer.stopped", "output_audio_buffer.cleared"),
    *("voicecli.partial_transcript", "voicecli.dropped", "voicecli.notice", "something.new"),
)

ODD: tuple[dict[str, Any], ...] = (
    {},
    {"item": None, "response": None, "delta": None, "error": None},
    {"item": [], "response": 7, "delta": 7, "error": "no", "audio_start_ms": "x"},
    {
        "item": {"id": 7, "type": "function_call"},
        "response": {"id": None},
        "response_id": "None",
        "item_id": {},
        "delta": "!!",
        "transcript": 3,
        "audio_start_ms": -1,
        "audio_end_ms": 1e9,
        "error": {"message": ["x\x1b[2J"]},
    },
)


def test_every_event_may_hold_anything(tmp_path: Path) -> None:
    """And the conversation goes on."""

    async def script(server: Scripted) -> None:
        await server.greet()
        for odd in ODD:
            for kind in EVENTS:
                await server.connection.send(json.dumps({"type": kind, **odd}))
        for message in ("", "[]", "nothing", '{"type": 7}', b"\xff\x00", "[" * 100_000):
            await server.connection.send(message)
        await server.hear(0.4)
        await server.turn("Still there?", begin_s=0.13, end_s=0.4)
        await server.reply(["Yes."], seconds=0.2)
        await server.hear(99)

    events = run(tmp_path, script)
    assert UserSaid("Still there?") in events
    assert of(events, ReplyEnded)[-1].heard == "Yes."
    assert "\x1b" not in str([notice.message for notice in of(events, Notice)])


def test_typing_stopping_and_beginning_anew(tmp_path: Path) -> None:
    sent: list[str] = []

    async def script(server: Scripted) -> None:
        await server.greet()
        typed = await server.wait_for("conversation.item.create")
        sent.append(typed["item"]["content"][0]["text"])
        await server.wait_for("response.create")
        await server.reply(["A ", "long ", "story. "], seconds=9.0, done=False)
        sent.append((await server.wait_for("response.cancel"))["type"])
        await server.wait_for("conversation.item.truncate")
        sent.append((await server.wait_for("conversation.item.delete"))["item_id"])
        await server.hear(99)

    async def during(conversation: RealtimeConversation, events: list[Event]) -> None:
        while not of(events, Started):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        conversation.say("Tell me.")
        while conversation._speaker.queued_s < 1:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        conversation.stop_reply()
        conversation.start_over()
        conversation.mute(True)
        assert conversation.muted

    history = History()
    events = run(tmp_path, script, during=during, history=history, pattern="." * 60)
    assert sent == ["Tell me.", "response.cancel", "a"]
    assert history.messages == []
    (ended,) = of(events, ReplyEnded)
    assert ended.unheard


def test_what_was_said_before_is_told_at_once(tmp_path: Path) -> None:
    """talk --resume."""
    told: list[dict[str, Any]] = []

    async def script(server: Scripted) -> None:
        await server.greet()
        told.append(await server.wait_for("conversation.item.create"))
        told.append(await server.wait_for("conversation.item.create"))
        await server.hear(99)

    history = History()
    history.insert(Message("user", "Hello."))
    history.insert(Message("assistant", "Good day."))
    run(tmp_path, script, history=history, pattern="....")
    assert [event["item"]["content"][0]["text"] for event in told] == ["Hello.", "Good day."]


@pytest.mark.slow
def test_our_own_server_answers_what_was_spoken_with_a_tool_of_ours(tmp_path: Path) -> None:
    said = tmp_path / "said.wav"
    wav = WavWriter(said, RATE_HZ)
    quiet = np.zeros(RATE_HZ // 2, np.float32)
    question = np.frombuffer(spoken_pcm("What is seven plus twelve?"), "<i2") / 32768
    wav.write(np.concatenate([quiet, question.astype(np.float32), quiet]))
    wav.close()
    history = History()
    functions = ToolFunctions(Toolbox([Fixed([CALCULATOR])]))

    async def scenario(model: SseServer) -> list[Event]:
        llm = replace(SMALL.llm, base_url=model.base_url, model="test-model")
        async with served(settings=replace(SMALL, llm=llm)) as where:
            url, heard = where.websocket_url, tmp_path / "heard.wav"
            return await converse(url, said, heard, history=history, functions=functions)

    def answer(request: Request) -> Answer:
        is_answered = request.messages[-1]["role"] == "tool"
        sum_of = ("calculate", '{"expression": "7 + 12"}')
        return reply("It is nineteen.") if is_answered else calling(sum_of)

    with SseServer(answer) as model:
        events = asyncio.run(scenario(model))
        first, *_, last = model.chats
    (user,) = of(events, UserSaid)
    assert "seven plus twelve" in user.text.lower()
    assert [tool["function"]["name"] for tool in first.body["tools"]] == ["calculate"]
    (result,) = of(events, ToolResult)
    assert result.content == "19"
    assert last.messages[-1]["role"] == "tool"
    assert last.messages[-1]["content"] == "19"
    (ended,) = of(events, ReplyEnded)
    assert ended.heard == "It is nineteen."
    assert [message.role for message in history.messages] == [
        *("user", "assistant", "tool", "assistant")
    ]
    assert not of(events, Dropped)
    assert loud_s(tmp_path / "heard.wav") > 0.1
