"""Stock clients hold conversations with a server that runs: the openai package, and aiortc."""

from __future__ import annotations

import asyncio
import base64
import json
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import numpy as np
import pytest
import websockets
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from openai import AsyncOpenAI

from server_callers import Microphone
from serving import SMALL, Served, served, spoken_pcm
from sse_server import DONE, FINISH, SseServer, chunk, reply, stream
from sse_server import event as sse_event
from voicecli.server.app import ServeOptions
from voicecli.server.sessions import Limits
from voicecli.settings import LlmSettings
from voicecli.stt.transcript import Recognizer, Transcript

pytestmark = [pytest.mark.slow, pytest.mark.call]

SUM, OTHER_SUM, CLOCK = "What is seven plus twelve?", "What is two times three?", "What time is it?"
JOKE = "Tell me a joke."
PIECE = 1920
"""40 ms of PCM at 24 kHz."""


@pytest.fixture(scope="module")
def said() -> dict[str, bytes]:
    """Sentences, said by the voice on board, 24 kHz."""
    return {text: spoken_pcm(text) for text in (SUM, OTHER_SUM, CLOCK)}


def run(scenario: Coroutine[Any, Any, None]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(100):
            await scenario

    asyncio.run(limited())


class Person:
    """Someone at the other end of the openai package's connection."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.events: list[Any] = []

    async def until(self, kind: str) -> Any:
        """The next event of that type; all before it are kept, too."""
        async for event in self.connection:
            self.events.append(event)
            if event.type == kind:
                return event
        raise AssertionError(f"no {kind} in {[event.type for event in self.events]}")

    async def append(self, data: bytes) -> None:
        await self.connection.input_audio_buffer.append(audio=base64.b64encode(data).decode())

    async def say(self, pcm: bytes, silence_s: float = 1.5) -> None:
        """In real time, and then silence."""
        pcm += bytes(int(silence_s * 24_000) * 2)
        for i in range(0, len(pcm), PIECE):
            await self.append(pcm[i : i + PIECE])
            await asyncio.sleep(0.04)

    async def type(self, text: str) -> None:
        content = [{"type": "input_text", "text": text}]
        item = {"type": "message", "role": "user", "content": content}
        await self.connection.conversation.item.create(item=item)

    async def say_when_turns_are_over(self) -> None:
        """From now on the server doesn't look for it."""
        off = {"type": "realtime", "audio": {"input": {"turn_detection": None}}}
        await self.connection.session.update(session=off)
        await self.until("session.updated")

    async def reply(self) -> Any:
        """The response that ends next."""
        return (await self.until("response.done")).response

    def sound_s(self, response_id: str) -> float:
        deltas = [
            base64.b64decode(event.delta)
            for event in self.events
            if event.type == "response.output_audio.delta" and event.response_id == response_id
        ]
        return len(b"".join(deltas)) / 48_000


@asynccontextmanager
async def connected(where: Served, key: str = "x", **query: str) -> AsyncIterator[Person]:
    async with (
        AsyncOpenAI(api_key=key, base_url=f"{where.url}/v1") as client,
        client.realtime.connect(model="voicecli", extra_query=query) as connection,
    ):
        person = Person(connection)
        await person.until("session.created")
        yield person


def transcript(response: Any) -> str:
    return response.output[0].content[0].transcript


def test_spoken_turns(said: dict[str, bytes]) -> None:
    async def scenario() -> None:
        async with served() as where, connected(where) as person:
            for question, answer in ((SUM, "nineteen"), (OTHER_SUM, "six"), (SUM, "nineteen")):
                saying = asyncio.ensure_future(person.say(said[question]))
                heard = await person.until("conversation.item.input_audio_transcription.completed")
                assert heard.transcript.lower().startswith(question.lower()[:12])
                response = await person.reply()
                await saying
                assert response.status == "completed"
                assert answer in transcript(response)
                assert person.sound_s(response.id) > 0.8

    run(scenario())


def test_barge_in_ends_the_reply_and_the_history_holds_what_was_heard(
    said: dict[str, bytes],
) -> None:
    async def scenario() -> None:
        async with served() as where, connected(where) as person:
            await person.type(JOKE)
            await person.connection.response.create()
            await person.until("response.output_audio.delta")
            saying = asyncio.ensure_future(person.say(said[SUM]))
            response = await person.reply()
            assert response.status == "cancelled"
            assert response.status_details.reason == "turn_detected"
            item = response.output[0]
            assert item.status == "incomplete"
            heard = transcript(response)
            await person.connection.conversation.item.retrieve(item_id=item.id)
            retrieved = (await person.until("conversation.item.retrieved")).item
            assert retrieved.content[0].transcript == heard
            written = [
                event.transcript
                for event in person.events
                if event.type == "response.output_audio_transcript.done"
            ]
            assert written[0].startswith(heard)
            assert len(heard) < len(written[0])
            response = await person.reply()
            await saying
            assert "nineteen" in transcript(response)

    run(scenario())


def test_typed_turns_text_replies_and_answers_beside_the_conversation() -> None:
    async def scenario() -> None:
        async with served() as where, connected(where) as person:
            await person.type("What is three times four?")
            await person.connection.response.create()
            response = await person.reply()
            assert "twelve" in transcript(response)
            assert person.sound_s(response.id) > 0.5
            await person.type("What is three times five?")
            await person.connection.response.create(response={"output_modalities": ["text"]})
            response = await person.reply()
            assert "fifteen" in response.output[0].content[0].text
            assert person.sound_s(response.id) == 0
            content = [{"type": "input_text", "text": "What is nine plus nine?"}]
            ask = {"conversation": "none", "input": [{"role": "user", "content": content}]}
            await person.connection.response.create(response=ask)
            response = await person.reply()
            assert response.conversation_id is None
            assert "eighteen" in transcript(response)
            (session,) = where.server.sessions.active.values()
            assert session.transport == "websocket"

    run(scenario())


def test_a_response_that_can_not_be_made_fails_and_the_session_goes_on() -> None:
    async def scenario() -> None:
        async with served() as where, connected(where) as person:
            await person.type("What is three times four?")
            nobody = {"audio": {"output": {"voice": "nobody"}}}
            for how in (nobody, {"conversation": "none", **nobody}):
                await person.connection.response.create(response=how)
                response = await person.reply()
                assert response.status == "failed"
                assert "nobody" in response.status_details.error.message  # type: ignore[attr-defined]
            await person.connection.response.create()
            assert "twelve" in transcript(await person.reply())

    run(scenario())


def test_a_language_that_nobody_here_hears_is_refused() -> None:
    async def scenario() -> None:
        async with served() as where, connected(where) as person:
            transcription = {"audio": {"input": {"transcription": {"language": "de"}}}}
            await person.connection.session.update(session={"type": "realtime", **transcription})
            error = (await person.until("error")).error
            assert error.param == "session.audio.input.transcription.language"
            assert error.message == "the model stt-en knows English only, no German"
            await person.type("What is three times four?")
            await person.connection.response.create()
            assert "twelve" in transcript(await person.reply())

    run(scenario())


def test_a_reply_without_end_is_cut_off() -> None:
    async def scenario() -> None:
        options = ServeOptions(limits=Limits(reply_s=0.5))
        async with served(options) as where, connected(where) as person:
            await person.type(JOKE)
            await person.connection.response.create()
            response = await person.reply()
            assert response.status == "incomplete"
            assert response.status_details.reason == "max_output_tokens"
            assert 0.5 <= person.sound_s(response.id) < 0.9
            await person.connection.session.update(
                session={"type": "realtime", "output_modalities": ["text"]}
            )
            await person.type("What is three times four?")
            await person.connection.response.create()
            assert (await person.reply()).status == "completed"

    run(scenario())


def test_push_to_talk(said: dict[str, bytes]) -> None:
    async def scenario() -> None:
        async with served() as where, connected(where) as person:
            await person.say_when_turns_are_over()
            await person.append(said[SUM])
            await person.connection.input_audio_buffer.commit()
            await person.connection.response.create()  # nobody waits for the transcript
            response = await person.reply()
            assert "nineteen" in transcript(response)
            kinds = [event.type for event in person.events]
            assert "input_audio_buffer.speech_started" not in kinds
            await person.connection.input_audio_buffer.commit()
            error = (await person.until("error")).error
            assert error.code == "input_audio_buffer_commit_empty"

    run(scenario())


def test_recordings_come_faster_than_they_are_understood(said: dict[str, bytes]) -> None:
    async def scenario() -> None:
        async with served() as where, connected(where) as person:
            await person.say_when_turns_are_over()
            for text in (SUM, OTHER_SUM):
                await person.append(said[text])
                await person.connection.input_audio_buffer.commit()
            await person.connection.input_audio_buffer.clear()  # and of these nothing is lost
            kind = "conversation.item.input_audio_transcription.completed"
            understood = [(await person.until(kind)) for _ in range(2)]
            assert "seven plus twelve" in understood[0].transcript.lower()
            assert "two times three" in understood[1].transcript.lower()
            assert understood[0].item_id != understood[1].item_id
            await person.connection.response.create()
            response_id = (await person.until("response.output_audio.delta")).response_id
            await person.append(said[CLOCK])
            await person.connection.input_audio_buffer.commit()
            response = await person.reply()  # or as much of it as was heard before these words
            assert response.id == response_id
            if response.status == "cancelled":
                assert response.status_details.reason == "turn_detected"
            assert "time" in (await person.until(kind)).transcript.lower()

    run(scenario())


def test_a_function_call_goes_all_the_way() -> None:
    first = {"index": 0, "id": "c1", "function": {"name": "weather", "arguments": '{"at":'}}
    rest = {"index": 0, "function": {"arguments": ' "home"}'}}
    deltas = [chunk({"tool_calls": [piece]}) for piece in (first, rest)]

    async def scenario(language_model: SseServer) -> None:
        llm = LlmSettings(base_url=language_model.base_url, model="test-model")
        async with served(settings=replace(SMALL, llm=llm)) as where, connected(where) as person:
            tool = {"type": "function", "name": "weather", "parameters": {"type": "object"}}
            session = {"type": "realtime", "tools": [tool], "instructions": "Be brief."}
            await person.connection.session.update(session=session)
            await person.type("how is the weather")
            await person.connection.response.create()
            response = await person.reply()
            (item,) = response.output
            assert (item.name, json.loads(item.arguments)) == ("weather", {"at": "home"})
            result = {"type": "function_call_output", "call_id": item.call_id, "output": "rain"}
            await person.connection.conversation.item.create(item=result)
            await person.connection.response.create()
            response = await person.reply()
            assert transcript(response) == "It rains."
            assert (response.usage.input_tokens, response.usage.output_tokens) == (30, 4)

    with SseServer() as language_model:
        counts = {"prompt_tokens": 30, "completion_tokens": 4}
        usage = sse_event({"choices": [], "usage": counts})
        language_model.script(
            stream(*deltas, chunk({}, "tool_calls"), DONE),
            reply("It rains.", then=(FINISH, usage, DONE)),
        )
        run(scenario(language_model))
        asked, second = language_model.chats
        assert asked.body["tools"][0]["function"]["name"] == "weather"
        assert [message["role"] for message in second.messages] == [
            *("system", "user", "assistant", "tool"),
        ]
        assert second.messages[-1]["content"] == "rain"


def test_who_lost_the_connection_goes_on_with_the_conversation() -> None:
    async def scenario() -> None:
        async with served() as where:
            async with connected(where) as person:
                await person.connection.session.update(
                    session={"type": "realtime", "output_modalities": ["text"]}
                )
                await person.type("What is three times four?")
                await person.connection.response.create()
                item = (await person.reply()).output[0]
                token = person.events[0].session.resume_token
            for expected in (2, 0):  # once alone
                async with connected(where, resume=token) as person:
                    session = person.events[0].session
                    assert session.resumed_items == expected
                    assert session.output_modalities == [["audio"], ["text"]][expected // 2]
                    await person.connection.conversation.item.retrieve(item_id=item.id)
                    kind = "conversation.item.retrieved" if expected else "error"
                    found = await person.until(kind)
                    if expected:
                        assert found.item.content == item.content

    run(scenario())


def test_a_reply_that_a_broken_connection_cut_is_remembered_as_it_was_heard() -> None:
    long = "One two three four five, and six seven eight nine ten, and so it goes on and on."

    async def scenario(language_model: SseServer) -> None:
        llm = LlmSettings(base_url=language_model.base_url, model="test-model")
        async with served(settings=replace(SMALL, llm=llm)) as where:
            async with connected(where) as person:
                token = person.events[0].session.resume_token
                await person.type("Count.")
                await person.connection.response.create()
                for _ in range(30):  # 0.6 s, and what is ahead
                    item_id = (await person.until("response.output_audio.delta")).item_id
                person.connection._connection.transport.abort()
            async with connected(where, resume=token) as person:
                assert person.events[0].session.resumed_items == 2
                await person.connection.conversation.item.retrieve(item_id=item_id)
                item = (await person.until("conversation.item.retrieved")).item
                assert item.status == "incomplete"
                heard = item.content[0].transcript
                assert heard
                assert long.startswith(heard)
                assert len(heard) < 40
                await person.type("Go on.")
                await person.connection.response.create()
                await person.reply()
        told = [message["content"] for message in language_model.chats[1].messages[1:]]
        assert told == ["Count.", f"{heard} \u2014", "Go on."]

    with SseServer() as language_model:
        language_model.script(reply(long), reply("Okay."))
        run(scenario(language_model))


def test_the_language_that_a_session_names_reaches_the_recogniser(said: dict[str, bytes]) -> None:
    class Parrot(Recognizer):
        """Says in which language it heard something."""

        name, busy = "parrot", True

        def __init__(self, language: str | None) -> None:
            self._language = language

        async def transcribe(self, samples: Any, language: str | None = None) -> Transcript:
            return Transcript(f"This is {self._language}.", "en", -0.1, 0.0)

    async def scenario() -> None:
        async with served() as where:
            where.server.engines.conversation_recognizer = (  # type: ignore[method-assign]
                lambda settings, _language: Parrot(settings.language)
            )
            async with connected(where) as person:
                for language in ("fr", "de"):
                    transcription = {"audio": {"input": {"transcription": {"language": language}}}}
                    session = {"type": "realtime", **transcription}
                    await person.connection.session.update(session=session)
                    await person.say(said[SUM], 1.0)
                    done = "conversation.item.input_audio_transcription.completed"
                    assert (await person.until(done)).transcript == f"This is {language}."

    run(scenario())


def test_one_user_s_words_never_reach_another(said: dict[str, bytes]) -> None:
    async def scenario() -> None:
        async with served() as where, connected(where) as one, connected(where) as other:
            for person, canary in ((one, "canary"), (other, "sparrow")):
                session = {"type": "realtime", "instructions": f"Say {canary}."}
                await person.connection.session.update(session=session)
                await person.type(f"{canary} {canary}")
            saying = [
                asyncio.ensure_future(person.say(said[text]))
                for person, text in ((one, SUM), (other, OTHER_SUM))
            ]
            first, second = await asyncio.gather(one.reply(), other.reply())
            await asyncio.gather(*saying)
            assert "nineteen" in transcript(first)
            assert "six" in transcript(second)
            seen = ["".join(event.to_json() for event in it.events) for it in (one, other)]
            assert "canary" in seen[0]
            assert not any(word in seen[0] for word in ("sparrow", "times three"))
            assert not any(word in seen[1] for word in ("canary", "plus twelve"))

    run(scenario())


def test_who_does_not_read_is_cut_off_and_the_others_are_not() -> None:
    async def scenario() -> None:
        async with served() as where, connected(where) as person:
            slow = await websockets.connect(where.websocket_url, max_queue=1)
            update = json.dumps(
                {"type": "session.update", "session": {"instructions": "x" * 90_000}}
            )
            for _ in range(100):  # 9 MB of answers
                await slow.send(update)
            for _ in range(200):
                if len(where.server.sessions.active) == 1:
                    break
                await asyncio.sleep(0.1)
            assert len(where.server.sessions.active) == 1
            await person.type("What is three times four?")
            await person.connection.response.create()
            assert "twelve" in transcript(await person.reply())
            slow.transport.abort()

    run(scenario())


def test_cancel_and_the_next_response() -> None:
    async def scenario() -> None:
        async with served() as where, connected(where) as person:
            await person.type(JOKE)
            await person.connection.response.create()
            await person.until("response.output_audio.delta")
            await person.connection.response.create()
            assert (await person.until("error")).error.code == (
                "conversation_already_has_active_response"
            )
            await person.connection.response.cancel()
            response = await person.reply()
            assert response.status_details.reason == "client_cancelled"
            await person.type("What is three times four?")
            await person.connection.response.create()
            assert (await person.reply()).status == "completed"

    run(scenario())


def test_who_is_one_too_many_is_told_when_to_come_back() -> None:
    async def scenario() -> None:
        options = ServeOptions(limits=Limits(max_sessions=1))
        async with served(options) as where:
            async with connected(where):
                with pytest.raises(websockets.InvalidStatus) as caught:
                    await websockets.connect(where.websocket_url)
                response = caught.value.response
                assert response.status_code == 503
                assert int(response.headers["Retry-After"]) > 0
                assert json.loads(response.body)["error"]["code"] == "full"
                async with httpx.AsyncClient() as client:
                    ready = await client.get(f"{where.url}/readyz")
                    assert (ready.status_code, ready.json()["status"]) == (503, "full")
            async with connected(where):
                pass

    run(scenario())


def test_an_ephemeral_key_opens_the_session_that_it_was_made_for() -> None:
    async def scenario() -> None:
        async with served(ServeOptions(token="secret")) as where:
            async with AsyncOpenAI(api_key="secret", base_url=f"{where.url}/v1") as client:
                session = {"type": "realtime", "instructions": "Be brief."}
                made = await client.realtime.client_secrets.create(session=session)
                assert made.value.startswith("ek_")
                assert made.session.instructions == "Be brief."
            async with connected(where, made.value) as person:
                assert person.events[0].session.instructions == "Be brief."
            for key in (made.value, "wrong"):
                with pytest.raises(websockets.InvalidStatus) as caught:
                    async with connected(where, key):
                        pass
                assert caught.value.response.status_code == 401

    run(scenario())


class Caller:
    """A WebRTC client of the Realtime API."""

    def __init__(self) -> None:
        self.microphone = Microphone()
        self.events: list[dict[str, Any]] = []
        self.loudest = 0
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.sender = self.connection.addTrack(self.microphone)
        self.channel = self.connection.createDataChannel("oai-events")
        self.channel.on("message", self._take)
        self.connection.on("track", lambda track: asyncio.ensure_future(self._hear(track)))
        self._news = asyncio.Event()
        self._n_seen = 0

    def _take(self, message: str) -> None:
        self.events.append(json.loads(message))
        self._news.set()

    async def _hear(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame: Any = await track.recv()
                self.loudest = max(self.loudest, int(np.abs(frame.to_ndarray()).max()))
        except MediaStreamError:
            pass

    def send(self, kind: str, **fields: Any) -> None:
        self.channel.send(json.dumps({"type": kind, **fields}))

    async def call(self, where: Served, **how: Any) -> httpx.Response:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        sdp = self.connection.localDescription.sdp
        async with httpx.AsyncClient() as client:
            how = how or {"content": sdp, "headers": {"Content-Type": "application/sdp"}}
            if "session" in how:
                how = {"files": {"sdp": (None, sdp), "session": (None, how["session"])}}
            response = await client.post(f"{where.url}/v1/realtime/calls", **how)
        if response.is_success:
            answer = RTCSessionDescription(response.text, "answer")
            await self.connection.setRemoteDescription(answer)
        return response

    def disturb(self, deal: Callable[[bytes], list[bytes]]) -> None:
        """Let `deal` say what becomes of each packet of sound."""
        transport = self.sender.transport
        send = transport._send_rtp

        async def disturbed(data: bytes) -> None:
            for packet in deal(data):
                await send(packet)

        transport._send_rtp = disturbed

    async def until(self, kind: str) -> dict[str, Any]:
        while True:
            while self._n_seen < len(self.events):
                self._n_seen += 1
                if self.events[self._n_seen - 1]["type"] == kind:
                    return self.events[self._n_seen - 1]
            self._news.clear()
            await self._news.wait()


def losing(share: float) -> Callable[[bytes], list[bytes]]:
    """Some packets are lost, some overtake the next one."""
    drawn, held = random.Random(7), list[bytes]()

    def deal(data: bytes) -> list[bytes]:
        packets, held[:] = [data, *held], []
        if drawn.random() < share:
            return packets[1:]
        if drawn.random() < share:
            held[:] = packets
            return []
        return packets

    return deal


def test_a_call_with_loss_and_reordered_packets() -> None:
    sentences = [spoken_pcm(text, 48_000) for text in (SUM, OTHER_SUM)]

    async def scenario() -> None:
        async with served() as where:
            caller = Caller()
            response = await caller.call(where, session='{"instructions": "Be brief."}')
            assert response.status_code == 201
            call_id = response.headers["Location"].removeprefix("/v1/realtime/calls/")
            assert call_id in where.server.calls
            created = await caller.until("session.created")
            assert created["session"]["instructions"] == "Be brief."
            caller.disturb(losing(0.02))
            for sentence, answer in zip(sentences, ("nineteen", "six"), strict=True):
                caller.microphone.say(sentence)
                done = await caller.until("response.done")
                assert done["response"]["status"] == "completed"
                assert answer in done["response"]["output"][0]["content"][0]["transcript"]
                await caller.until("output_audio_buffer.stopped")
            assert caller.loudest > 1000
            assert not [e for e in caller.events if e["type"] == "response.output_audio.delta"]
            caller.send("input_audio_buffer.append", audio="AAAA")
            await caller.until("error")
            await watched_and_hung_up(where, call_id, caller)

    run(scenario())


async def watched_and_hung_up(where: Served, call_id: str, caller: Caller) -> None:
    """A second channel sees the call's events; whoever hangs up, nothing of it is left."""
    url = f"ws://127.0.0.1:{where.port}/v1/realtime?call_id={call_id}"
    async with websockets.connect(url) as watcher:
        await watcher.send(json.dumps({"type": "session.update", "session": {}}))
        assert json.loads(await watcher.recv())["type"] == "session.updated"
        await caller.until("session.updated")
        async with httpx.AsyncClient() as client:
            hangup = f"{where.url}/v1/realtime/calls/{call_id}/hangup"
            assert (await client.post(hangup)).status_code == 200
            await watcher.wait_closed()
            for _ in range(200):
                if not where.server.calls:
                    break
                await asyncio.sleep(0.05)
            assert where.server.sessions.active == {}
            assert (await client.post(hangup)).json()["error"]["code"] == "call_not_found"
    await caller.connection.close()


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ({"content": "no sdp", "headers": {"Content-Type": "application/sdp"}}, 400, "invalid_sdp"),
        (
            {"content": "", "headers": {"Content-Type": "application/sdp"}},
            *(400, "missing_required_parameter"),
        ),
        ({"json": {"sdp": "x"}}, 415, "invalid_media_type"),
        (
            {"content": "v" * 300_000, "headers": {"Content-Type": "application/sdp"}},
            *(413, "request_too_large"),
        ),
        ({"files": {"sdp": (None, "v=0"), "session": (None, "[]")}}, 400, "invalid_json"),
    ],
)
def test_offers_that_can_not_be_answered(how: dict[str, Any], status: int, code: str) -> None:
    async def scenario() -> None:
        async with served() as where:
            caller = Caller()
            response = await caller.call(where, **how)
            assert (response.status_code, response.json()["error"]["code"]) == (status, code)
            assert where.server.sessions.active == {}
            await caller.connection.close()

    run(scenario())
