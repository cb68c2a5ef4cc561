"""A server of the Realtime API that follows a script, and a conversation with it in files."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import websockets
from websockets.asyncio.server import ServerConnection, serve

from fakes import SETTINGS, LevelDetector, write_pattern
from voicecli.conversation.events import Event
from voicecli.conversation.history import History
from voicecli.duplex.files import FileDuplex
from voicecli.hearing.ears import Ears
from voicecli.hearing.echo import NoEcho
from voicecli.realtime.addresses import parse_realtime_url
from voicecli.realtime.calls import NoFunctions
from voicecli.realtime.dialogue import RealtimeConversation
from voicecli.realtime.session import session_fields

RATE_HZ = 24_000

Script = Callable[["Scripted"], Awaitable[None]]


class Scripted:
    """The server's side of one connection."""

    def __init__(self, connection: ServerConnection) -> None:
        self.connection = connection
        self.events: list[dict[str, Any]] = []
        """That came, but sound."""
        self.n_samples = 0
        """Of the sound that came, at 24 kHz."""
        self.peak = 0

    async def send(self, kind: str, **fields: Any) -> None:
        await self.connection.send(json.dumps({"type": kind, "event_id": "e", **fields}))

    async def receive(self) -> dict[str, Any]:
        event = json.loads(await self.connection.recv())
        if event["type"] == "input_audio_buffer.append":
            sound = np.frombuffer(base64.b64decode(event["audio"]), "<i2")
            self.n_samples += len(sound)
            self.peak = max(self.peak, int(np.abs(sound).max(initial=0)))
        else:
            self.events.append(event)
        return event

    async def hear(self, seconds: float) -> None:
        """Until so much sound has come, on this line."""
        while self.n_samples < seconds * RATE_HZ:
            await self.receive()

    async def wait_for(self, kind: str) -> dict[str, Any]:
        while True:
            for event in self.events:
                if event["type"] == kind:
                    self.events.remove(event)
                    return event
            await self.receive()

    async def greet(self) -> dict[str, Any]:
        await self.send("session.created", session={"model": "scripted"})
        return await self.wait_for("session.update")

    async def turn(self, text: str, *, begin_s: float, end_s: float) -> None:
        """The user's words, heard between these times."""
        await self.send(
            "input_audio_buffer.speech_started", item_id="u", audio_start_ms=1000 * begin_s
        )
        await self.send("input_audio_buffer.speech_stopped", item_id="u", audio_end_ms=1000 * end_s)
        await self.send("input_audio_buffer.committed", item_id="u", previous_item_id=None)
        await self.send("conversation.item.added", item={"id": "u", "type": "message"})
        words = "conversation.item.input_audio_transcription"
        await self.send(f"{words}.delta", item_id="u", content_index=0, delta=text[:3])
        await self.send(f"{words}.completed", item_id="u", content_index=0, transcript=text)

    async def reply(self, words: Sequence[str], *, seconds: float, done: bool = True) -> None:
        """Words and a tone, sooner than they are heard."""
        await self.send("response.created", response={"id": "r", "status": "in_progress"})
        await self.send("conversation.item.added", item={"id": "a", "type": "message"})
        at = {"response_id": "r", "item_id": "a", "output_index": 0, "content_index": 0}
        tone = np.full(round(seconds * RATE_HZ / len(words)), 16000, "<i2").tobytes()
        for word in words:
            await self.send("response.output_audio_transcript.delta", delta=word, **at)
            sound = base64.b64encode(tone).decode()
            await self.send("response.output_audio.delta", delta=sound, **at)
        if done:
            await self.send("response.done", response={"id": "r", "status": "completed"})


@asynccontextmanager
async def scripted(*scripts: Script, refusals: Sequence[Any] = ()) -> AsyncIterator[str]:
    """A server whose connections follow one script each, after these refusals; its URL."""
    left, refused = list(scripts), list(refusals)
    failures: list[BaseException] = []

    async def talk(connection: ServerConnection) -> None:
        try:
            await left.pop(0)(Scripted(connection))
            await connection.wait_closed()
        except websockets.ConnectionClosed:
            pass
        except BaseException as error:
            failures.append(error)
            raise

    def refuse(connection: ServerConnection, request: Any) -> Any:
        if refused:
            status, headers, body = refused.pop(0)
            response = connection.respond(status, body)
            for name, value in headers.items():
                response.headers[name] = value
            return response
        return None

    async with serve(talk, "127.0.0.1", 0, process_request=refuse) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"ws://127.0.0.1:{port}/v1/realtime"
        assert failures == []


async def converse(
    url: str,
    said: Path,
    heard: Path,
    *,
    history: History | None = None,
    functions: Any = NoFunctions(),  # noqa: B008
    during: Callable[[RealtimeConversation, list[Event]], Awaitable[None]] | None = None,
) -> list[Event]:
    events: list[Event] = []
    echo = NoEcho()
    async with asyncio.timeout(60), FileDuplex(said, heard) as duplex:
        conversation = RealtimeConversation(
            duplex,
            Ears(echo, LevelDetector(), SETTINGS),
            echo,
            parse_realtime_url(url, "scripted"),
            session_fields(instructions="Be short."),
            History() if history is None else history,
            events.append,
            functions=functions,
        )
        beside = asyncio.ensure_future(during(conversation, events)) if during else None
        await conversation.run()
        if beside is not None:
            await beside
    return events


def run(
    tmp_path: Path, *scripts: Script, pattern: str = "....######.........", **how: Any
) -> list[Event]:
    said = write_pattern(tmp_path / "said.wav", pattern)
    refusals = how.pop("refusals", ())

    async def scenario() -> list[Event]:
        async with scripted(*scripts, refusals=refusals) as url:
            return await converse(url, said, tmp_path / "heard.wav", **how)

    return asyncio.run(scenario())


def of(events: list[Event], kind: type) -> list[Any]:
    return [event for event in events if type(event) is kind]
