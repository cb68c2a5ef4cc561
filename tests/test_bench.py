from __future__ import annotations

import asyncio
import json

import httpx
import numpy as np
import pytest

from programs import run_voicecli
from voicecli.audio import SAMPLE_RATE_HZ
from voicecli.bench.room import Room
from voicecli.bench.server import ANSWER, serve
from voicecli.devices import StreamPlan
from voicecli.llm import LanguageModel, Message
from voicecli.settings import LlmSettings


def test_a_room_keeps_both_sides_on_one_timeline() -> None:
    room = Room(2.0)
    tone = np.concatenate([np.zeros(160), np.full(800, 0.5), np.zeros(160)]).astype(np.float32)
    start, end = room.say(tone)
    assert end - start == 800

    def echo(indata, outdata, n, *_):
        outdata[:] = indata

    stream = room.open(StreamPlan(echo, lambda: None))
    while room.position < SAMPLE_RATE_HZ // 2:
        pass
    stream.close()
    assert room.first_heard(0) == start
    assert room.last_heard(0) == end - 1
    assert room.first_heard(end) is None


def test_the_server_is_a_server() -> None:
    async def ask() -> tuple[list[str], int]:
        async with serve(0.0, 10_000) as base_url:
            async with LanguageModel(LlmSettings(base_url=base_url)) as model:
                await model.connect()
                twice = [
                    "".join([delta async for delta in model.stream([Message("user", "hello")])])
                    for _ in range(2)
                ]
            async with httpx.AsyncClient() as client:
                status = (await client.get(f"{base_url}/models")).status_code
            return twice, status

    answers, status = asyncio.run(ask())
    assert [answer.strip() for answer in answers] == [ANSWER, ANSWER]
    assert status == 200


@pytest.mark.timeout(200)
def test_every_metric_is_measured_and_a_missed_budget_is_an_error() -> None:
    done = run_voicecli("bench", "--turns", "1", "--json", "--budget", "first-audio=1")
    metrics = json.loads(done.stdout)
    assert {
        *("vad", "tts-first-audio", "tts-rtf", "first-audio-own", "first-audio", "endpoint-lag"),
        *("hangover", "stt", "barge-in", "idle", "start", "memory"),
    } == metrics.keys()
    assert all(metric["p50"] is not None for metric in metrics.values())
    assert done.returncode == 1
    assert "first-audio is" in done.stderr


@pytest.mark.parametrize("budget", ["first-audio", "first-audio=soon"])
def test_a_budget_is_a_name_and_a_number(budget: str) -> None:
    done = run_voicecli("bench", "--budget", budget)
    assert done.returncode == 2
    assert "is not NAME=NUMBER" in done.stderr
