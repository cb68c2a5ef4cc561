"""The session on scripted events: every event that goes out is checked by the openai package."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Coroutine, Sequence
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.realtime import RealtimeServerEvent
from pydantic import TypeAdapter

from voicecli.conversation.events import (
    Dropped,
    Level,
    NotUnderstood,
    PartialTranscript,
    ReplyEnded,
    ReplyPlain,
    ReplyText,
    SpeechBegan,
    SpeechEnded,
    Stopped,
    TokensCounted,
    ToolCalled,
    UserSaid,
)
from voicecli.conversation.history import History, WordEnd
from voicecli.llm.messages import Message, ToolCall
from voicecli.server.realtime import client_events
from voicecli.server.realtime.fields import Fields
from voicecli.server.realtime.items import MAX_ITEMS, Item
from voicecli.server.realtime.response import Response
from voicecli.server.realtime.session import RealtimeSession
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples

SERVER_EVENT: TypeAdapter[Any] = TypeAdapter(RealtimeServerEvent)

KNOWN = {
    get_args(event.model_fields["type"].annotation)[0]
    for event in get_args(get_args(RealtimeServerEvent)[0])
}

TONE = np.full(480, 0.5, np.float32)
"""20 ms at 24 kHz."""


class ScriptedTalk:
    """Notes what it is asked for."""

    def __init__(self) -> None:
        self.history = History()
        self.index = 0
        self.asked: list[str] = []
        self.messages: Sequence[Message] | None = None
        self.heard: list[tuple[Samples, int]] = []

    async def configure(self, fields: Fields) -> Fields:
        self.asked.append("configure")
        return fields

    def hear(self, samples: Samples, rate_hz: int) -> None:
        self.heard.append((samples, rate_hz))

    def client_ms(self, index: int | None = None) -> int:
        return (self.index if index is None else index) * 1000 // SAMPLE_RATE_HZ

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run(work)

    def commit(self) -> None:
        self.asked.append("commit")

    def clear(self) -> None:
        self.asked.append("clear")

    async def respond(self, response: Response, messages: Sequence[Message] | None) -> None:
        self.asked.append("respond")
        self.messages = messages

    async def respond_aside(self, response: Response, messages: Sequence[Message]) -> None:
        self.asked.append("aside")
        self.messages = messages
        self.response = response

    def stop(self) -> None:
        self.asked.append("stop")

    def stop_aside(self, response: Response) -> None:
        self.asked.append("stop aside")

    def recognize(self, item: Item, samples: Samples, rate_hz: int) -> None:
        self.asked.append(f"recognize {len(samples) / rate_hz:g} s")
        self.item = item


class Client:
    """A session, and all that it sends."""

    def __init__(self, update: dict[str, Any] | None = None, **how: Any) -> None:
        self.talk = ScriptedTalk()
        self.events: list[dict[str, Any]] = []
        fields = Fields().updated(update or {})
        self.session = RealtimeSession(self.talk, fields, self._receive, **how)
        self.session.begin()

    def _receive(self, event: dict[str, Any]) -> None:
        assert event["type"] in KNOWN, event["type"]
        event = json.loads(json.dumps({"event_id": "event_1", **event}))
        SERVER_EVENT.validate_python(event, strict=True)
        self.events.append(event)

    def send(self, kind: str, **fields: Any) -> list[dict[str, Any]]:
        """What comes back."""
        before = len(self.events)
        asyncio.run(self.session.receive(json.dumps({"type": kind, **fields})))
        return self.events[before:]

    def tell(self, *events: Any) -> list[dict[str, Any]]:
        before = len(self.events)
        for event in events:
            if isinstance(event, np.ndarray):
                self.session.sound(event, 24_000)
            else:
                self.session.tell(event)
        return self.events[before:]

    def user_says(self, text: str) -> list[dict[str, Any]]:
        number = self.talk.history.add_user(text)
        return self.tell(SpeechBegan(16_000), SpeechEnded(32_000, 40_000), UserSaid(text, number))

    def reply_ends(self, heard: str, unheard: str = "", **how: Any) -> list[dict[str, Any]]:
        ends = [WordEnd(5, 300.0), WordEnd(len(heard), 600.0)]
        number = self.talk.history.add_assistant(heard, word_ends=ends)
        return self.tell(ReplyEnded(heard, unheard, bool(unheard), number=number, **how))


def types(events: Sequence[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events]


HEARD = [
    "input_audio_buffer.speech_started",
    "input_audio_buffer.speech_stopped",
    "input_audio_buffer.committed",
    "conversation.item.added",
    "conversation.item.done",
    "conversation.item.input_audio_transcription.completed",
]

ENDED = [
    "response.output_audio.done",
    "response.output_audio_transcript.done",
    "response.content_part.done",
    "response.output_item.done",
    "conversation.item.done",
    "response.done",
]


def test_a_spoken_turn() -> None:
    client = Client()
    assert types(client.events) == ["session.created"]
    events = client.user_says("what time is it")
    assert types(events) == [*HEARD, "response.created"]
    started, stopped, committed, added, done, completed, created = events
    assert started["audio_start_ms"] == 700  # with the padding of 300 ms
    assert stopped["audio_end_ms"] == 2500
    item_ids = {event["item_id"] for event in (started, stopped, committed, completed)}
    assert item_ids == {added["item"]["id"]} == {done["item"]["id"]}
    assert completed["transcript"] == "what time is it"
    assert done["item"]["content"] == [{"type": "input_audio", "transcript": None}]
    (retrieved,) = client.send("conversation.item.retrieve", item_id=done["item"]["id"])
    assert retrieved["item"]["content"][0]["transcript"] == "what time is it"
    assert completed["usage"] == {"type": "duration", "seconds": 1.8}
    assert created["response"]["status"] == "in_progress"

    events = client.tell(ReplyPlain("It is "), TONE, ReplyPlain("five."), TONE)
    assert types(events) == [
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
        "response.output_audio_transcript.delta",
        "response.output_audio.delta",
        "response.output_audio_transcript.delta",
        "response.output_audio.delta",
    ]
    assert events[1]["previous_item_id"] == added["item"]["id"]
    assert len(base64.b64decode(events[4]["delta"])) == 960
    events = client.reply_ends("It is five.")
    assert types(events) == ENDED
    assert events[1]["transcript"] == "It is five."
    response = events[-1]["response"]
    assert (response["status"], response["id"]) == ("completed", created["response"]["id"])
    assert response["output"] == [events[3]["item"]]
    assert response["output"][0]["status"] == "completed"


def test_an_interrupted_reply_is_over_before_the_next_item_and_keeps_what_was_heard() -> None:
    client = Client()
    client.user_says("tell me a story")
    client.tell(ReplyPlain("Once upon a time"), TONE)
    assert client.tell(SpeechBegan(80_000), SpeechEnded(90_000, 95_000)) == []
    ended = client.reply_ends("Once upon", "a time")
    assert types(ended) == [*HEARD[:2], *ENDED]
    response = ended[-1]["response"]
    assert response["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
    assert response["output"][0]["status"] == "incomplete"
    assert response["output"][0]["content"] == [{"type": "output_audio", "transcript": "Once upon"}]
    events = client.tell(UserSaid("stop", client.talk.history.add_user("stop")))
    assert types(events) == [*HEARD[2:], "response.created"]
    assert events[0]["item_id"] == ended[0]["item_id"]


def test_a_sign_of_listening_is_not_told() -> None:
    client = Client()
    client.user_says("tell me a story")
    client.tell(ReplyPlain("Once"), TONE)
    said = client.tell(
        SpeechBegan(80_000), SpeechEnded(90_000, 95_000), Dropped("mhm", "only a sign")
    )
    assert said == []
    assert types(client.tell(TONE)) == ["response.output_audio.delta"]


def test_speech_over_a_reply_is_told_at_once_to_who_wants_it_so() -> None:
    client = Client(eager_speech_started=True)
    client.user_says("tell me a story")
    client.tell(ReplyPlain("Once"), TONE)
    assert types(client.tell(SpeechBegan(80_000))) == HEARD[:1]


def test_stop_is_obeyed_and_not_answered() -> None:
    client = Client()
    client.user_says("tell me a story")
    client.tell(ReplyPlain("Once upon a time"), TONE, SpeechBegan(80_000), SpeechEnded(9, 95_000))
    client.reply_ends("Once upon", "a time")
    events = client.tell(Stopped("Stop."))
    assert types(events) == HEARD[2:]
    assert events[-1]["transcript"] == "Stop."
    assert client.session.response is None


def test_a_noise_leaves_no_item() -> None:
    client = Client()
    events = client.tell(SpeechBegan(80_000), SpeechEnded(90_000, 95_000), Dropped("", "a noise"))
    assert types(events) == [*HEARD, "conversation.item.deleted"]
    assert events[-2]["transcript"] == ""
    assert len(client.session.items) == 0


def test_who_is_asked_to_say_it_again_gets_a_response() -> None:
    client = Client()
    events = client.tell(
        SpeechBegan(80_000),
        SpeechEnded(90_000, 95_000),
        Dropped("wreck a nice beach", "unsure", was_said=True),
        ReplyPlain("Say it again?"),
        TONE,
    )
    assert types(events)[: len(HEARD) + 1] == [*HEARD, "response.created"]
    assert events[5]["transcript"] == "wreck a nice beach"
    done = client.tell(ReplyEnded("Say it again?", "", False))[-1]["response"]
    assert done["status"] == "completed"
    assert done["output"][0]["content"][0]["transcript"] == "Say it again?"


def test_words_come_as_deltas_that_only_grow() -> None:
    client = Client()
    events = client.tell(
        SpeechBegan(80_000),
        PartialTranscript("what", " tim"),
        PartialTranscript("what time", ""),
        PartialTranscript("", ""),
        PartialTranscript("which time is", ""),
        PartialTranscript("what time is it", ""),
    )
    assert [event["delta"] for event in events[1:]] == ["what", " time", " is it"]


def test_what_is_not_understood_fails_and_is_no_turn() -> None:
    client = Client()
    events = client.tell(
        SpeechBegan(80_000), SpeechEnded(90_000, 95_000), NotUnderstood("the model broke")
    )
    failed = "conversation.item.input_audio_transcription.failed"
    assert types(events) == [*HEARD[:-1], failed]
    assert events[-1]["error"]["message"] == "the model broke"


def test_a_reply_that_fails_says_so() -> None:
    client = Client()
    client.user_says("hello")
    events = client.tell(ReplyEnded("", "", False, error="the server hung up"))
    assert types(events) == ["response.done"]
    response = events[0]["response"]
    assert (response["status"], response["output"]) == ("failed", [])
    assert response["status_details"]["error"]["message"] == "the server hung up"


def test_a_transcription_session_never_answers() -> None:
    client = Client({"type": "transcription"})
    assert client.events[0]["session"]["type"] == "transcription"
    assert types(client.user_says("hello")) == HEARD
    assert client.send("response.create")[0]["type"] == "error"


def test_typed_turns() -> None:
    client = Client()
    content = [{"type": "input_text", "text": "hello"}]
    item = {"type": "message", "role": "user", "content": content}
    events = client.send("conversation.item.create", item=item)
    assert types(events) == ["conversation.item.added", "conversation.item.done"]
    assert client.talk.history.messages == [Message("user", "hello")]
    assert types(client.send("response.create")) == ["response.created"]
    assert client.talk.asked == ["respond"]
    refused = client.send("response.create", event_id="mine")
    assert refused[0]["error"]["code"] == "conversation_already_has_active_response"
    assert refused[0]["error"]["event_id"] == "mine"
    client.tell(ReplyPlain("Hi."), TONE)
    assert client.reply_ends("Hi.")[-1]["response"]["status"] == "completed"


def test_a_function_is_called_and_its_result_is_answered() -> None:
    tool = {"type": "function", "name": "weather", "parameters": {"type": "object"}}
    client = Client({"tools": [tool]})
    client.user_says("how is the weather")
    events = client.tell(ToolCalled("call_1", "weather", '{"place": "here"}'))
    assert types(events) == [
        "response.output_item.added",
        "conversation.item.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.output_item.done",
        "conversation.item.done",
    ]
    assert events[3]["arguments"] == '{"place": "here"}'
    (done,) = client.tell(ReplyEnded("", "", False))
    (item,) = done["response"]["output"]
    assert (item["type"], item["call_id"], item["status"]) == (
        *("function_call", "call_1", "completed"),
    )
    assert client.talk.history.messages == [Message("user", "how is the weather")]  # no result
    output = {"type": "function_call_output", "call_id": "call_1", "output": "rain"}
    events = client.send("conversation.item.create", item=output)
    assert types(events) == ["conversation.item.added", "conversation.item.done"]
    assert events[0]["previous_item_id"] == item["id"]
    call = ToolCall("call_1", "weather", '{"place": "here"}')
    assert client.talk.history.messages == [
        Message("user", "how is the weather"),
        Message("assistant", "", (call,)),
        Message("tool", "rain", tool_call_id="call_1"),
    ]
    assert types(client.send("response.create")) == ["response.created"]


def test_a_reply_at_its_limit_is_incomplete() -> None:
    client = Client()
    client.user_says("hello")
    client.tell(ReplyPlain("Hello"), TONE)
    response = client.reply_ends("Hello", cut_off=True, error="too long")[-1]["response"]
    assert response["status_details"]["reason"] == "max_output_tokens"


def test_the_tokens_of_a_response_are_counted() -> None:
    client = Client()
    client.user_says("hello")
    client.tell(ReplyPlain("Hello"), TONE, TokensCounted(9, 2, 3))
    usage = client.reply_ends("Hello")[-1]["response"]["usage"]
    assert (usage["input_tokens"], usage["output_tokens"], usage["total_tokens"]) == (9, 2, 11)
    assert usage["input_token_details"]["cached_tokens"] == 3


def test_text_alone() -> None:
    client = Client({"output_modalities": ["text"]})
    client.user_says("hello")
    client.tell(ReplyText("Hi "), ReplyPlain("not told"), ReplyText("there."))
    events = client.reply_ends("Hi there.")
    assert types(events) == ["response.output_text.done", *ENDED[2:]]
    content = events[-1]["response"]["output"][0]["content"]
    assert content == [{"type": "output_text", "text": "Hi there."}]


def test_cancel() -> None:
    client = Client()
    refused = client.send("response.cancel")
    assert refused[0]["error"]["code"] == "response_cancel_not_active"
    client.user_says("tell me a story")
    client.tell(ReplyPlain("Once"), TONE)
    assert client.send("response.cancel", response_id="resp_other")[0]["type"] == "error"
    assert client.send("response.cancel") == []
    assert client.talk.asked == ["stop"]
    response = client.reply_ends("Once", "upon a time")[-1]["response"]
    assert response["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}


def test_items_are_retrieved_deleted_and_put_in_order() -> None:
    client = Client()

    def create(text: str, **how: Any) -> list[dict[str, Any]]:
        content = [{"type": "input_text", "text": text}]
        item = {"role": "user", "content": content, "id": f"item_{text}"}
        return client.send("conversation.item.create", item=item, **how)

    create("b")
    assert create("a", previous_item_id="root")[0]["previous_item_id"] is None
    assert create("c", previous_item_id="item_b")[0]["previous_item_id"] == "item_b"
    assert create("aa", previous_item_id="item_a")[0]["previous_item_id"] == "item_a"
    assert [entry.message.content for entry in client.talk.history.entries] == [
        *("a", "aa", "b", "c")
    ]
    assert create("x", previous_item_id="item_y")[0]["error"]["code"] == "item_not_found"
    assert create("a")[0]["error"]["code"] == "item_already_exists"
    retrieved = client.send("conversation.item.retrieve", item_id="item_b")
    assert retrieved[0]["item"]["content"] == [{"type": "input_text", "text": "b"}]
    assert types(client.send("conversation.item.delete", item_id="item_b")) == [
        "conversation.item.deleted"
    ]
    assert client.talk.history.messages == [Message("user", "a aa c")]
    gone = client.send("conversation.item.retrieve", item_id="item_b")
    assert gone[0]["error"]["code"] == "item_not_found"


@pytest.mark.parametrize(
    ("end_ms", "left"),
    [(-1, ""), (0, ""), (300, "Hello"), (599, "Hello"), (600, "Hello you."), (9e9, "Hello you.")],
)
def test_truncate_cuts_the_history_and_never_refuses(end_ms: float, left: str) -> None:
    client = Client()
    client.user_says("hello")
    client.tell(ReplyPlain("Hello you."), TONE)
    item_id = client.reply_ends("Hello you.")[-1]["response"]["output"][0]["id"]
    events = client.send("conversation.item.truncate", item_id=item_id, audio_end_ms=end_ms)
    assert types(events) == ["conversation.item.truncated"]
    retrieved = client.send("conversation.item.retrieve", item_id=item_id)
    assert retrieved[0]["item"]["content"][0]["transcript"] == left
    said = [message.content for message in client.talk.history.messages]
    assert said == ["hello", *([left + (" —" if end_ms < 600 else "")] if left else [])]


def test_times_and_texts_that_only_json_can_hold() -> None:
    client = Client()
    client.user_says("hello")
    client.tell(ReplyPlain("Hello you."), TONE)
    item_id = client.reply_ends("Hello you.")[-1]["response"]["output"][0]["id"]
    for time in ("1e999", "NaN", "-Infinity"):
        text = f'{{"type": "conversation.item.truncate", "item_id": "{item_id}",'
        asyncio.run(client.session.receive(f'{text} "audio_end_ms": {time}}}'))
        assert client.events[-1]["type"] == "conversation.item.truncated"
    content = [{"type": "input_text", "text": "a\ud800b"}]
    added = client.send("conversation.item.create", item={"role": "user", "content": content})
    assert added[0]["item"]["content"][0]["text"] == "a?b"


def test_truncate_while_it_is_spoken_ends_it_there() -> None:
    client = Client()
    client.user_says("hello")
    added = client.tell(ReplyPlain("Hello you."), TONE)[1]
    item_id = added["item"]["id"]
    events = client.send("conversation.item.truncate", item_id=item_id, audio_end_ms=350)
    assert types(events) == ["conversation.item.truncated"]
    assert client.talk.asked == ["stop"]
    response = client.reply_ends("Hello you.", "And more.")[-1]["response"]
    assert response["output"][0]["content"][0]["transcript"] == "Hello"


def test_commit_without_turn_detection() -> None:
    client = Client({"audio": {"input": {"turn_detection": None}}})
    assert client.events[0]["session"]["audio"]["input"]["turn_detection"] is None
    empty = client.send("input_audio_buffer.commit")
    assert empty[0]["error"]["code"] == "input_audio_buffer_commit_empty"
    sound = base64.b64encode(bytes(48_000)).decode()
    assert client.send("input_audio_buffer.append", audio=sound) == []
    assert client.send("input_audio_buffer.commit") == []
    assert client.talk.asked == ["commit"]
    events = client.tell(SpeechEnded(16_000, 16_000), UserSaid("hello", 1))
    assert types(events) == HEARD[2:]  # nothing answers before response.create
    assert events[-1]["usage"]["seconds"] == 1.0
    assert types(client.send("response.create")) == ["response.created"]


def test_turns_that_are_committed_while_others_are_understood() -> None:
    """As by a client that sends recordings, faster than they last."""
    client = Client({"audio": {"input": {"turn_detection": None}}})
    one_s, half_s = (base64.b64encode(bytes(n)).decode() for n in (48_000, 24_000))
    for sound in (one_s, half_s):
        client.send("input_audio_buffer.append", audio=sound)
        assert client.send("input_audio_buffer.commit") == []
    client.send("input_audio_buffer.append", audio=half_s)
    first = client.tell(SpeechEnded(16_000, 16_000), UserSaid("one", 1))
    second = client.tell(SpeechEnded(24_000, 24_000), UserSaid("two", 2))
    assert types(first) == types(second) == HEARD[2:]
    assert [told[-1]["usage"]["seconds"] for told in (first, second)] == [1.0, 0.5]
    assert second[0]["previous_item_id"] == first[0]["item_id"]
    assert client.send("input_audio_buffer.commit") == []  # what came meanwhile was kept
    assert types(client.tell(Dropped("", "noise"))) == HEARD[2:]


def test_clear_leaves_a_turn_that_was_committed() -> None:
    client = Client({"audio": {"input": {"turn_detection": None}}})
    sound = base64.b64encode(bytes(48_000)).decode()
    client.send("input_audio_buffer.append", audio=sound)
    client.send("input_audio_buffer.commit")
    client.send("input_audio_buffer.clear")
    assert types(client.tell(UserSaid("one", 1))) == HEARD[2:]


def test_who_says_nothing_for_long_is_spoken_to() -> None:
    client = Client({"audio": {"input": {"turn_detection": {"idle_timeout_ms": 5000}}}})
    client.talk.index = 100 * SAMPLE_RATE_HZ
    assert client.tell(Level(-60.0)) == []  # nobody was answered yet
    client.user_says("hello")
    client.tell(ReplyPlain("Hi."), TONE)
    client.reply_ends("Hi.")
    client.talk.index += 5 * SAMPLE_RATE_HZ - 16
    assert client.tell(Level(-60.0)) == []
    client.talk.index += 16
    events = client.tell(Level(-60.0), Level(-60.0))
    assert types(events) == [
        *("input_audio_buffer.timeout_triggered", *HEARD[2:5], "response.created"),
    ]
    assert (events[0]["audio_start_ms"], events[0]["audio_end_ms"]) == (100_000, 105_000)
    assert client.talk.asked == ["respond"]


def test_clear() -> None:
    client = Client()
    assert types(client.send("input_audio_buffer.clear")) == ["input_audio_buffer.cleared"]
    assert client.talk.asked == ["clear"]


def test_sound_may_be_cut_anywhere() -> None:
    client = Client()
    wave = np.arange(-300, 300, dtype="<i2")
    data = wave.tobytes()
    for cut in (data[:1], data[1:400], data[400:401], data[401:]):
        client.send("input_audio_buffer.append", audio=base64.b64encode(cut).decode())
    heard = np.concatenate([samples for samples, _ in client.talk.heard])
    np.testing.assert_array_equal(heard * 32768, wave)


def test_session_update_merges_and_is_answered_by_the_whole() -> None:
    client = Client()
    update = {
        "instructions": "Be brief.",
        "audio": {"input": {"turn_detection": {"threshold": 0.7}}},
    }
    events = client.send("session.update", session=update)
    assert types(events) == ["session.updated"]
    session = events[0]["session"]
    assert session["instructions"] == "Be brief."
    detection = session["audio"]["input"]["turn_detection"]
    assert (detection["threshold"], detection["type"]) == (0.7, "server_vad")
    assert session["audio"]["output"]["format"] == {"type": "audio/pcm", "rate": 24_000}
    off = {"audio": {"input": {"turn_detection": None, "transcription": None}}}
    session = client.send("session.update", session=off)[0]["session"]
    assert session["audio"]["input"]["turn_detection"] is None
    semantic = {"audio": {"input": {"turn_detection": {"type": "semantic_vad"}}}}
    session = client.send("session.update", session=semantic)[0]["session"]
    assert session["audio"]["input"]["turn_detection"]["eagerness"] == "auto"
    assert session["instructions"] == "Be brief."


def test_the_beta_s_flat_session_is_understood() -> None:
    client = Client()
    old = {
        "modalities": ["text", "audio"],
        "voice": "alloy",
        "input_audio_format": "g711_ulaw",
        "output_audio_format": "pcm16",
        "turn_detection": {"type": "server_vad", "silence_duration_ms": 800},
        "input_audio_transcription": {"model": "whisper-1"},
    }
    session = client.send("session.update", session=old)[0]["session"]
    assert session["output_modalities"] == ["audio"]
    assert session["audio"]["input"]["format"] == {"type": "audio/pcmu"}
    assert session["audio"]["input"]["turn_detection"]["silence_duration_ms"] == 800
    assert session["audio"]["output"]["voice"] == "alloy"


def test_a_full_conversation_refuses_the_client_and_forgets_the_oldest_for_the_user() -> None:
    client = Client()
    item = {"role": "user", "content": [{"type": "input_text", "text": "x"}]}
    for _ in range(MAX_ITEMS):
        client.send("conversation.item.create", item=item)
    full = client.send("conversation.item.create", item=item)
    assert full[0]["error"]["code"] == "too_many_items"
    events = client.user_says("hello")
    assert types(events)[2] == "conversation.item.deleted"
    assert len(client.session.items) == len(client.talk.history.entries) == MAX_ITEMS


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(
    kind=st.sampled_from(sorted(client_events._EVENTS)),
    fields=st.dictionaries(
        st.sampled_from(
            "session audio item item_id content_index audio_end_ms response response_id"
            " previous_item_id event_id".split()
        ),
        JSON,
    ),
)
def test_whatever_a_client_sends_is_answered_and_ends_nothing(
    kind: str, fields: dict[str, Any]
) -> None:
    client = Client()
    events = client.send(kind, **fields)
    if any(event["type"] == "error" for event in events):
        assert len(events) == 1
    assert types(client.send("input_audio_buffer.clear")) == ["input_audio_buffer.cleared"]


@pytest.mark.parametrize(
    ("text", "code", "param"),
    [
        ("no json", "invalid_json", None),
        ("[1]", "invalid_json", None),
        ("[" * 100_000, "invalid_json", None),
        ("{}", "missing_required_parameter", "type"),
        ('{"type": "no.such"}', "invalid_value", "type"),
        ('{"type": "session.update"}', "missing_required_parameter", "session"),
        (
            '{"type": "session.update", "session": {"audio": {"output": {"speed": 9}}}}',
            *("invalid_value", "session.audio.output.speed"),
        ),
        (
            '{"type": "session.update", "session": {"audio": {"input": {"turn_detection":'
            ' {"type": "server_vad", "threshold": "x"}}}}}',
            *("invalid_value", "session.audio.input.turn_detection.threshold"),
        ),
        (
            '{"type": "input_audio_buffer.append", "audio": "%"}',
            *("invalid_value", "audio"),
        ),
        (
            '{"type": "conversation.item.create", "item": {"role": "user", "content":'
            ' [{"type": 1}]}}',
            *("invalid_value", "item.content[0].type"),
        ),
        (
            '{"type": "response.create", "response": {"max_output_tokens": 0}}',
            *("invalid_value", "response.max_output_tokens"),
        ),
    ],
)
def test_refusals_name_what_is_wrong(text: str, code: str, param: str | None) -> None:
    client = Client()
    asyncio.run(client.session.receive(text))
    (event,) = client.events[1:]
    assert (event["type"], event["error"]["code"]) == ("error", code)
    assert event["error"]["param"] == param


def test_a_response_beside_the_conversation() -> None:
    client = Client()
    client.user_says("hello")
    client.tell(ReplyPlain("Hi."), TONE)
    content = [{"type": "input_text", "text": "Classify this."}]
    ask = {
        "conversation": "none",
        "output_modalities": ["text"],
        "metadata": {"topic": "x"},
        "input": [{"type": "message", "role": "user", "content": content}],
    }
    created = client.send("response.create", response=ask)
    assert created[0]["response"]["conversation_id"] is None
    assert client.talk.messages == [Message("user", "Classify this.")]
    client.session.tell_aside(client.talk.response, ReplyText("done"))
    client.session.aside_ended(client.talk.response)
    done = client.events[-1]["response"]
    assert (done["metadata"], done["status"]) == ({"topic": "x"}, "completed")
    assert len(client.session.items) == 2  # the user's, and the reply that goes on
    client.tell(ReplyPlain(" You?"))
    assert client.reply_ends("Hi. You?")[-1]["response"]["status"] == "completed"


def test_an_item_of_sound_is_recognised() -> None:
    client = Client()
    sound = base64.b64encode(bytes(48_000)).decode()
    item = {"role": "user", "content": [{"type": "input_audio", "audio": sound}]}
    added = client.send("conversation.item.create", item=item)
    assert types(added) == ["conversation.item.added", "conversation.item.done"]
    assert client.talk.asked == ["recognize 1 s"]
    client.session.recognized(client.talk.item, "good morning", 1.0)
    assert client.events[-1]["transcript"] == "good morning"
    assert client.talk.history.messages == [Message("user", "good morning")]


def test_sound_of_an_item_is_not_told_back_and_what_is_no_sound_makes_no_item() -> None:
    client = Client()
    sounds = [base64.b64encode(bytes(24_000)).decode()] * 2
    content = [{"type": "input_audio", "audio": sound} for sound in sounds]
    added = client.send("conversation.item.create", item={"role": "user", "content": content})
    assert [one.get("audio") for one in added[0]["item"]["content"]] == [None, None]
    assert client.talk.asked == ["recognize 1 s"]  # as one
    content[1]["audio"] = "%"
    refused = client.send("conversation.item.create", item={"role": "user", "content": content})
    assert types(refused) == ["error"]
    assert len(client.session.items) == 1


def test_an_answer_that_was_asked_for_while_the_user_spoke_is_the_only_one_in_progress() -> None:
    client = Client()
    client.tell(SpeechBegan(16_000))
    (created,) = client.send("response.create")
    number = client.talk.history.add_user("hello")
    assert types(client.tell(SpeechEnded(32_000, 40_000), UserSaid("hello", number))) == HEARD[1:]
    client.tell(ReplyPlain("Hi."), TONE)
    done = client.reply_ends("Hi.")[-1]["response"]
    assert (done["id"], done["status"]) == (created["response"]["id"], "completed")


def test_a_call_has_its_own_events_of_sound() -> None:
    client = Client(sends_sound=False)
    client.user_says("hello")
    events = client.tell(ReplyPlain("Hi."), TONE)
    assert types(events)[-1] == "output_audio_buffer.started"
    assert types(client.reply_ends("Hi.")) == [*ENDED[1:], "output_audio_buffer.stopped"]
    assert client.send("input_audio_buffer.append", audio="AAAA")[0]["type"] == "error"
