"""The end of a server: a process gets the signal while people talk to it."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import websockets

from serving import SMALL, spoken_pcm

pytestmark = [pytest.mark.slow, pytest.mark.call]

SUM = "What is seven plus twelve?"
PIECE = 1920


class Process:
    """`voicecli serve`."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process = process
        self.url = url.rstrip("/")

    def connect(self) -> Any:
        return websockets.connect(self.url.replace("http", "ws", 1) + "/v1/realtime")

    async def until(self, path: str, status: int) -> httpx.Response:
        async with httpx.AsyncClient() as client:
            while True:
                response = await client.get(self.url + path)
                if response.status_code == status:
                    return response
                await asyncio.sleep(0.02)


@asynccontextmanager
async def process(*options: str) -> AsyncIterator[Process]:
    command = f"serve --port 0 --offline --stt-model stt-en --voice {SMALL.tts.voice}"
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "voicecli", *command.split(), "--base-url", "built-in", *options),
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert started.stderr is not None
    try:
        while "serving at" not in (line := (await started.stderr.readline()).decode()):
            assert line, "it ended before it served"
        yield Process(started, line.split()[-1])
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()


async def until(connection: Any, kind: str) -> dict[str, Any]:
    while True:
        event = json.loads(await connection.recv())
        if event["type"] == kind:
            return event


async def completed(connection: Any) -> dict[str, Any]:
    """The response that is heard to its end; one before it may have come into a pause."""
    while (response := (await until(connection, "response.done"))["response"]) is not None:
        if response["status"] == "completed":
            break
    return response


async def say(connection: Any, pcm: bytes) -> None:
    """In real time."""
    for i in range(0, len(pcm), PIECE):
        audio = base64.b64encode(pcm[i : i + PIECE]).decode()
        await connection.send(json.dumps({"type": "input_audio_buffer.append", "audio": audio}))
        await asyncio.sleep(0.04)


async def ask_for_a_joke(connection: Any) -> None:
    content = [{"type": "input_text", "text": "Tell me a joke."}]
    item = {"type": "message", "role": "user", "content": content}
    await connection.send(json.dumps({"type": "conversation.item.create", "item": item}))
    await connection.send(json.dumps({"type": "response.create"}))


def test_turns_are_finished_before_the_server_ends() -> None:
    pcm = spoken_pcm(SUM)

    async def scenario() -> None:
        async with process() as server, asyncio.timeout(60):
            async with server.connect() as asks, server.connect() as hears, server.connect():
                await ask_for_a_joke(hears)
                await until(hears, "response.output_audio.delta")
                saying = asyncio.ensure_future(say(asks, pcm))
                await until(asks, "input_audio_buffer.speech_started")
                server.process.send_signal(signal.SIGTERM)
                refused = await server.until("/readyz", 503)
                assert refused.json()["status"] == "draining"
                with pytest.raises(websockets.InvalidStatus) as caught:
                    await server.connect()
                assert caught.value.response.status_code == 503
                assert int(caught.value.response.headers["Retry-After"]) > 0
                joke, answer = await asyncio.gather(completed(hears), completed(asks))
                assert "nineteen" in answer["output"][0]["content"][0]["transcript"]
                assert joke["output"][0]["content"][0]["transcript"].endswith((".", "!", "?"))
                await saying
                for connection in (asks, hears):
                    await connection.wait_closed()
                    assert connection.close_code == 1001
            assert await server.process.wait() == 0

    asyncio.run(scenario())


@pytest.mark.parametrize("how", ["second signal", "no grace"])
def test_who_asks_twice_or_gives_no_grace_does_not_wait(how: str) -> None:
    async def scenario() -> None:
        options = ["--grace", "0"] if how == "no grace" else []
        async with process(*options) as server, asyncio.timeout(60), server.connect() as hears:
            await ask_for_a_joke(hears)
            await until(hears, "response.output_audio.delta")
            server.process.send_signal(signal.SIGINT)
            if how == "second signal":
                await server.until("/readyz", 503)
                server.process.send_signal(signal.SIGINT)
            with pytest.raises(websockets.ConnectionClosed):
                await completed(hears)
            assert await server.process.wait() == 0

    asyncio.run(scenario())
