from __future__ import annotations

import asyncio
import json

import httpx
import numpy as np
import pytest

from programs import run_voicecli
from voicecli.audio import SAMPLE_RATE_HZ
from voicecli.bench import measure
from voicecli.bench.measure import KEYS, Bench
from voicecli.bench.room import Room
from voicecli.bench.server import ANSWER, serve
from voicecli.devices import StreamPlan
from voicecli.errors import VoicecliError
from voicecli.llm import LanguageModel, Message
from voicecli.models import find_stt, find_voice
from voicecli.settings import LlmSettings, Settings
from voicecli.stt import Recognizer
from voicecli.tts import Voice


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
    assert tuple(metrics) == KEYS
    assert all(metric["p50"] is not None for metric in metrics.values())
    assert done.returncode == 1
    assert "first-audio is" in done.stderr


def test_a_question_that_is_not_understood_ends_the_bench(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "TURN_S", 2.0)
    settings = Settings()
    bench = Bench(
        settings,
        Recognizer(find_stt(None), settings.stt),
        Voice(find_voice(None), settings.tts),
        tell=lambda _: None,
    )
    hiss = np.random.default_rng(1).normal(0, 0.003, SAMPLE_RATE_HZ).astype(np.float32)
    bench.questions.append(hiss)
    with pytest.raises(VoicecliError, match="not over after 2 s") as error:
        asyncio.run(bench.turns(1, first_token_s=0.0, tokens_per_s=100.0))
    assert "smaller model" in error.value.hint


def test_a_budget_for_what_is_not_measured() -> None:
    done = run_voicecli("bench", "--budget", "lateness=3")
    assert done.returncode == 2
    assert "there is no 'lateness'" in done.stderr
    assert "measuring" not in done.stderr


@pytest.mark.parametrize("budget", ["first-audio", "first-audio=soon"])
def test_a_budget_is_a_name_and_a_number(budget: str) -> None:
    done = run_voicecli("bench", "--budget", budget)
    assert done.returncode == 2
    assert "is not NAME=NUMBER" in done.stderr
