"""The server inside a server of others: any ASGI server, and Ray Serve."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
import uvicorn
import websockets

from serving import SMALL
from voicecli.server.app import ServeOptions
from voicecli.server.asgi import Application
from voicecli.server.serving import listen
from voicecli.server.sessions import Limits

ONE = ServeOptions(limits=Limits(max_sessions=1, grace_s=20.0))


def question(text: str) -> list[str]:
    content = [{"type": "input_text", "text": text}]
    item = {"type": "message", "role": "user", "content": content}
    created = {"type": "conversation.item.create", "item": item}
    return [json.dumps(created), json.dumps({"type": "response.create"})]


async def reply(connection: Any) -> str:
    async for message in connection:
        event = json.loads(message)
        if event["type"] == "response.output_audio_transcript.done":
            return event["transcript"]
    raise AssertionError("no reply")


def test_any_asgi_server_runs_it_and_ends_it_in_order() -> None:
    async def scenario() -> None:
        with listen("127.0.0.1", 0) as listener:
            config = uvicorn.Config(
                Application(SMALL, ONE), ws="websockets-sansio", log_level="warning"
            )
            server = uvicorn.Server(config)
            serving = asyncio.ensure_future(server.serve([listener]))
            url = f"ws://127.0.0.1:{listener.getsockname()[1]}/v1/realtime?model=voicecli"
            while not server.started:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            async with websockets.connect(url) as connection:
                for event in question("What is two times three?"):
                    await connection.send(event)
                assert "six" in await reply(connection)
            server.should_exit = True
            await serving

    asyncio.run(asyncio.wait_for(scenario(), 60))


def test_what_can_not_be_loaded_is_told_before_anybody_is_served() -> None:
    missing = replace(SMALL, stt=replace(SMALL.stt, model="/nowhere"))
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "lifespan.startup"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(Application(missing, ONE)({"type": "lifespan"}, receive, send))
    (failed,) = sent
    assert failed["type"] == "lifespan.startup.failed"
    assert "/nowhere" in failed["message"]


@pytest.mark.slow
@pytest.mark.call
@pytest.mark.filterwarnings("default")  # Ray's own
def test_a_full_replica_of_ray_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    ray = pytest.importorskip("ray")
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_raylet_start_wait_time_s", "180")
    monkeypatch.setenv("VOICECLI_STT_MODEL", str(SMALL.stt.model))
    monkeypatch.setenv("VOICECLI_TTS_VOICE", str(SMALL.tts.voice))
    monkeypatch.setenv("VOICECLI_LLM_BASE_URL", "built-in")
    from ray import serve

    from voicecli.server.ray import Arguments, app

    with listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]

    async def scenario() -> None:
        url = f"ws://127.0.0.1:{port}/v1/realtime?model=voicecli"
        async with websockets.connect(url) as connection:
            with pytest.raises(websockets.InvalidStatus) as refused:
                await websockets.connect(url)
            assert refused.value.response.status_code == 503
            assert refused.value.response.headers["Retry-After"]
            for event in question("What is two times three?"):
                await connection.send(event)
            assert "six" in await reply(connection)

    ray.init(
        num_cpus=2,
        object_store_memory=100_000_000,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
    )
    try:
        serve.start(http_options={"host": "127.0.0.1", "port": port}, logging_config=None)
        serve.run(app(Arguments(max_sessions=1, cpus=1)))
        asyncio.run(asyncio.wait_for(scenario(), 60))
    finally:
        serve.shutdown()
        ray.shutdown()
