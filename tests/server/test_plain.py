"""/ws and /rtc: what docs/asyncapi.yaml says is what goes over the wire; aiortc calls."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import jsonschema
import numpy as np
import pytest
import websockets
import yaml
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from server_callers import Microphone, loudest_of
from serving import SMALL, Served, served, spoken_pcm
from sse_server import SseServer, reply
from voicecli.conversation import events as told
from voicecli.server.app import ServeOptions
from voicecli.server.plain import MessageNames, PlainMessages
from voicecli.server.plain_websocket import SoundIn
from voicecli.server.sessions import Limits
from voicecli.settings import LlmSettings, SttSettings
from voicecli.stt.transcript import Recognizer, Transcript

pytestmark = [pytest.mark.slow, pytest.mark.call]

ASYNCAPI = yaml.safe_load(
    (Path(__file__).parents[2] / "docs/asyncapi.yaml").read_text(encoding="utf-8")
)
SUM = "What is seven plus twelve?"
JOKE = {"type": "text", "text": "Tell me a joke."}
TIMES = {"type": "text", "text": "What is three times four?"}


def schemas_of(operation: str) -> dict[str, Any]:
    """By type of the message; binary ones have none."""
    names = [one["$ref"].rsplit("/", 1)[1] for one in ASYNCAPI["operations"][operation]["messages"]]
    payloads = {name: ASYNCAPI["components"]["messages"][name]["payload"] for name in names}
    return {name: schema for name, schema in payloads.items() if schema["type"] == "object"}


def run(scenario: Coroutine[Any, Any, None]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(100):
            await scenario

    asyncio.run(limited())


class Person:
    """The other end of /ws. Everything that goes either way is checked by the description."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.seen: list[Any] = []

    async def until(self, kind: str) -> Any:
        """The next message of that type, or of sound; all before it are kept, too."""
        async for message in self.connection:
            if isinstance(message, str):
                message = json.loads(message)
                jsonschema.validate(message, schemas_of("toClient")[message["type"]])
            self.seen.append(message)
            if kind == (message["type"] if isinstance(message, dict) else "sound"):
                return message
        raise AssertionError(f"no {kind} in {self.seen}")

    async def send(self, message: dict[str, Any]) -> None:
        jsonschema.validate(message, schemas_of("toServer")[message["type"]])
        await self.connection.send(json.dumps(message))

    async def say(self, data: bytes, piece: int = 1281) -> None:
        """Much faster than real time, in pieces that cut samples in two."""
        for i in range(0, len(data), piece):
            await self.connection.send(data[i : i + piece])

    def types(self) -> list[str]:
        return [one["type"] if isinstance(one, dict) else "sound" for one in self.seen]


@asynccontextmanager
async def connected(where: Served, query: str = "") -> AsyncIterator[Person]:
    async with websockets.connect(f"ws://127.0.0.1:{where.port}/ws{query}") as connection:
        yield Person(connection)


def length_s(data: bytes, format: str) -> float:
    with av.open(io.BytesIO(data)) as container:
        assert container.format.name == format
        frames = list(container.decode(audio=0))
        return sum(frame.samples / frame.sample_rate for frame in frames)


def test_a_spoken_turn_and_typed_ones() -> None:
    said = spoken_pcm(SUM, 16_000) + bytes(2 * 16_000 * 2)

    async def scenario() -> None:
        async with served() as where, connected(where) as person:
            await person.say(said)
            assert (await person.until("transcription"))["text"] == SUM
            assert "nineteen" in (await person.until("chat_response"))["text"]
            assert 1 < length_s(await person.until("sound"), "wav") < 4
            turn = [kind for kind in person.types() if kind != "partial"]
            assert turn == ["vad", "vad", "transcription", "chat_response", "sound"]
            assert [one["status"] for one in person.seen[:1]] == ["active"]
            await person.send(TIMES)
            assert "twelve" in (await person.until("chat_response"))["text"]
            assert length_s(await person.until("sound"), "wav") > 0.8
            await person.send({"type": "ping"})
            await person.until("pong")

    run(scenario())


def test_the_reply_comes_whole_and_ends_where_the_next_turn_begins() -> None:
    async def scenario() -> None:
        async with served() as where, connected(where, "?audio=mp3") as person:
            await person.send(JOKE)
            joke = (await person.until("chat_response"))["text"]
            assert length_s(await person.until("sound"), "mp3") > 3  # long before it was heard
            await person.send(TIMES)
            heard = (await person.until("interrupted"))["heard"]
            assert len(heard) < len(joke)
            assert joke.startswith(heard)
            assert "twelve" in (await person.until("chat_response"))["text"]
            await person.until("sound")
            await person.send({"type": "clear"})
            await person.until("cleared")
            (place,) = where.server.sessions.active.values()
            assert place.transport == "websocket"

    run(scenario())


def test_a_reply_without_end_comes_as_far_as_one_may_go() -> None:
    async def scenario() -> None:
        options = ServeOptions(limits=Limits(reply_s=1.0))
        async with served(options) as where, connected(where) as person:
            await person.send(JOKE)
            begun = (await person.until("chat_response"))["text"]
            assert length_s(await person.until("sound"), "wav") > 1
            heard = (await person.until("interrupted"))["heard"]
            assert heard
            assert begun.startswith(heard)
            assert "seven ate nine" not in heard.lower()
            await person.send(TIMES)
            assert "twelve" in (await person.until("chat_response"))["text"]

    run(scenario())


def test_chinese_is_told_as_it_is_written() -> None:
    """The words come from a script: no recogniser on board knows them."""
    said, question, answer = spoken_pcm(SUM, 16_000), "北京科技馆在哪里？", "在北京，离这里不远。"

    class Mandarin(Recognizer):
        name, busy = "mandarin", True

        async def transcribe(self, samples: Any, language: str | None = None) -> Transcript:
            return Transcript(question, "zh", -0.1, 0.0)

    async def scenario(language_model: SseServer) -> None:
        llm = LlmSettings(base_url=language_model.base_url, model="test-model")
        async with served(settings=replace(SMALL, llm=llm)) as where:
            asked: list[str | None] = []

            def recognizer(settings: SttSettings, _language: str) -> Recognizer:
                asked.append(settings.language)
                return Mandarin()

            where.server.engines.conversation_recognizer = recognizer  # type: ignore[method-assign]
            async with connected(where, "?language=zh") as person:
                await person.say(said)
                assert (await person.until("transcription"))["text"] == question
                assert (await person.until("chat_response"))["text"] == answer
            assert asked == ["zh"]
        assert language_model.chats[0].messages[-1]["content"] == question

    with SseServer() as language_model:
        language_model.respond = lambda _: reply(answer)
        run(scenario(language_model))


def test_a_stream() -> None:
    async def scenario() -> None:
        async with served() as where, connected(where, "?stream=1") as person:
            await person.send(TIMES)
            assert (await person.until("audio_start"))["rate"] == 24_000
            await person.until("audio_end")
            pcm = b"".join(one for one in person.seen if isinstance(one, bytes))
            assert 0.8 < len(pcm) / 48_000 < 4
            assert person.types().count("chat_response") == 1

    run(scenario())


def test_what_is_wrong_is_told_and_the_connection_goes_on() -> None:
    async def scenario() -> None:
        async with served(ServeOptions(limits=Limits(max_sessions=1))) as where:
            async with connected(where, "?format=f32&rate=48000") as person:
                bad = ("x", "[]", "{}", '{"type": "dance"}', '{"type": "text"}', "[" * 50_000)
                for text in (*bad, '{"type": "text", "text": " "}', '{"type": ["text"]}'):
                    await person.connection.send(text)
                    await person.until("error")
                await person.say(np.full(4800, np.nan, "<f4").tobytes())
                await person.send({"type": "ping"})
                await person.until("pong")
                with pytest.raises(websockets.InvalidStatus) as caught:
                    await websockets.connect(f"ws://127.0.0.1:{where.port}/ws")
                assert caught.value.response.status_code == 503
            for query in ("?rate=5", "?rate=x", "?format=s24", "?audio=ogg"):
                with pytest.raises(websockets.InvalidStatus) as caught:
                    await websockets.connect(f"ws://127.0.0.1:{where.port}/ws{query}")
                assert caught.value.response.status_code == 400

    run(scenario())


def test_samples_in_pieces_of_any_length() -> None:
    samples = np.linspace(-1, 1, 1000, dtype="<f4")
    for format, data in (
        ("f32", samples.tobytes()),
        ("s16", (samples * 32767).astype("<i2").tobytes()),
    ):
        sound = SoundIn(format)
        pieces = [sound.feed(data[i : i + 7]) for i in range(0, len(data), 7)]
        assert np.allclose(np.concatenate(pieces), samples, atol=1e-4)


def test_messages_of_events() -> None:
    """Pure; what is told on change is not told twice."""
    sent: list[dict[str, Any]] = []
    messages = PlainMessages(sent.append, MessageNames("asr_partial_result", "asr_result"))
    for event in (
        *(told.SpeechBegan(0), told.SpeechBegan(1), told.PartialTranscript("one", "two")),
        *(told.PartialTranscript("one two", ""), told.PartialTranscript("你好", "世界")),
        *(told.SpeechEnded(1, 2), told.UserSaid("One two.", 1)),
        *(told.ReplyPlain("Three"), told.ReplyPlain(" four.")),
        told.ReplyEnded("Three", "four.", interrupted=True, error="it broke"),
    ):
        messages.take(event)
    assert sent == [
        {"type": "vad", "status": "active"},
        {"type": "asr_partial_result", "text": "one two"},
        {"type": "asr_partial_result", "text": "你好世界"},
        {"type": "vad", "status": "inactive"},
        {"type": "asr_result", "text": "One two."},
        {"type": "chat_response", "text": "Three four."},
        {"type": "interrupted", "heard": "Three"},
        {"type": "error", "message": "it broke"},
    ]


def test_a_call() -> None:
    said = spoken_pcm(SUM, 48_000)

    async def scenario() -> None:
        async with served() as where:
            connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
            microphone = Microphone()
            connection.addTrack(microphone)
            loudest = loudest_of(connection)
            async with websockets.connect(f"ws://127.0.0.1:{where.port}/rtc") as signalling:

                async def until(kind: str) -> dict[str, Any]:
                    async for text in signalling:
                        seen.append(message := json.loads(text))
                        if message["type"] == kind:
                            return message
                    raise AssertionError(f"no {kind} in {seen}")

                seen: list[dict[str, Any]] = []
                for bad in ("x", '{"type": "offer"}', '{"type": "offer", "sdp": "v=1"}'):
                    await signalling.send(bad)
                    await until("error")
                await connection.setLocalDescription(await connection.createOffer())
                # The offer goes without its candidates, which follow, as browsers do it.
                sdp = connection.localDescription.sdp.splitlines(keepends=True)
                found = [line[2:].strip() for line in sdp if line.startswith("a=candidate")]
                bare = "".join(line for line in sdp if "candidate" not in line)
                await signalling.send(json.dumps({"type": "offer", "sdp": bare}))
                answer = (await until("answer"))["sdp"]
                await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
                for line in found:
                    one = {"candidate": line, "sdpMid": "0", "sdpMLineIndex": 0}
                    await signalling.send(json.dumps({"type": "candidate", "candidate": one}))
                await signalling.send(
                    json.dumps({"type": "candidate", "candidate": {"candidate": 5}})
                )
                await until("error")
                await signalling.send(json.dumps({"type": "candidate", "candidate": None}))
                microphone.say(said)
                assert (await until("asr_result"))["text"] == SUM
                assert [one for one in seen if one["type"] == "asr_partial_result"]
                assert "nineteen" in (await until("chat_response"))["text"]
                for _ in range(200):
                    if loudest[0] > 1000:
                        break
                    await asyncio.sleep(0.05)
                assert loudest[0] > 1000
            for _ in range(200):
                if not where.server.sessions.active:
                    break
                await asyncio.sleep(0.05)
            assert where.server.sessions.active == {}
            await connection.close()

    run(scenario())
