"""What a server tells those who run it, and that none of it is what was said."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import httpx
import pytest
import websockets
from prometheus_client.parser import text_string_to_metric_families

from serving import Served, served
from voicecli.server.app import ServeOptions
from voicecli.server.sessions import Limits

pytestmark = pytest.mark.slow

QUESTION = "What is three times four?"

UNITS = ("_seconds", "_total", "_active", "_info")
"""Base units and counts: https://prometheus.io/docs/practices/naming/"""


async def until(connection: Any, kind: str) -> None:
    while json.loads(await connection.recv())["type"] != kind:
        pass


async def typed_turn(where: Served) -> None:
    async with websockets.connect(
        where.websocket_url, additional_headers={"Authorization": "Bearer secret"}
    ) as connection:
        content = [{"type": "input_text", "text": QUESTION}]
        item = {"type": "message", "role": "user", "content": content}
        await connection.send(json.dumps({"type": "conversation.item.create", "item": item}))
        await connection.send(json.dumps({"type": "response.create"}))
        await until(connection, "response.done")
        (session,) = where.server.sessions.active.values()
        with pytest.raises(websockets.InvalidStatus):
            await websockets.connect(
                where.websocket_url, additional_headers={"Authorization": "Bearer secret"}
            )
    await session.ended.wait()


@pytest.mark.parametrize("log_text", [False, True])
def test_metrics_and_log_of_a_session(log_text: bool) -> None:
    async def scenario() -> tuple[str, list[dict[str, Any]]]:
        options = ServeOptions(token="secret", limits=Limits(max_sessions=1), log_text=log_text)
        async with served(options) as where, httpx.AsyncClient(base_url=where.url) as client:
            where.server.log = log = io.StringIO()
            await typed_turn(where)
            await client.get("/v1/no/such/thing", headers={"Authorization": "Bearer secret"})
            assert (await client.get("/metrics")).status_code == 401
            told = await client.get("/metrics", headers={"Authorization": "Bearer secret"})
            assert (await client.get("/healthz")).status_code == 200
            return told.text, [json.loads(line) for line in log.getvalue().splitlines()]

    told, log = asyncio.run(scenario())
    values: dict[str, float] = {}
    for family in text_string_to_metric_families(told):
        assert family.documentation
        for sample in family.samples:
            values[f"{sample.name} {' '.join(sample.labels.values())}".strip()] = sample.value
            name = sample.name
            for suffix in ("_bucket", "_count", "_sum", "_created"):
                name = name.removesuffix(suffix)
            assert name.startswith("voicecli_")
            assert name.endswith(UNITS) or sample.name.endswith("_created")
    assert values["voicecli_sessions_active websocket"] == 0
    assert values["voicecli_sessions_total hung_up websocket"] == 1
    assert values["voicecli_sessions_rejected_total full"] == 1
    assert values["voicecli_turns_total completed"] == 1
    assert values["voicecli_audio_seconds_total out"] > 0.5
    assert values["voicecli_queue_wait_seconds_count tts first"] >= 1
    assert values["voicecli_http_request_seconds_count GET none 404"] == 1
    assert values["voicecli_pacer_late_seconds"] >= 0
    ended = log[-1]
    assert (ended["event"], ended["transport"], ended["turns"]) == ("session_ended", "websocket", 1)
    assert ("twelve" in json.dumps(log)) == log_text
    assert "twelve" not in told
