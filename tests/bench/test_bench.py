from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import replace

import httpx
import numpy as np
import pytest

from programs import run_voicecli
from voicecli.bench import advice, measure
from voicecli.bench.measure import METRICS, Bench, Events, Metric, Stage, Turns, waterfall
from voicecli.bench.room import HEADPHONES, Loudspeaker, Room
from voicecli.bench.server import ANSWER, serve
from voicecli.bench.start import talk_ms
from voicecli.cli.bench import _print_table
from voicecli.conversation.events import Notice, ReplyEnded, TurnTimed
from voicecli.duplex.portaudio import StreamPlan
from voicecli.engines import Engines
from voicecli.errors import VoicecliError
from voicecli.llm.client import ChatClient
from voicecli.llm.messages import Message
from voicecli.settings import LlmSettings, Settings, SoundSettings, SttSettings
from voicecli.sound.samples import SAMPLE_RATE_HZ

pytestmark = pytest.mark.slow

TIMED = TurnTimed(
    first_audio_ms=370, hangover_ms=350, stt_ms=20, llm_ms=150, tts_ms=10, begun_ms=160
)


def drive(room: Room, callback: Callable[..., None], until: int = SAMPLE_RATE_HZ // 2) -> None:
    def with_arrays(indata, outdata, n, *rest):
        both = (np.frombuffer(memory, np.float32)[:, np.newaxis] for memory in (indata, outdata))
        callback(*both, n, *rest)

    stream = room.open(StreamPlan(with_arrays, lambda: None))
    while room.position < until:
        time.sleep(0.01)
    stream.close()


def test_a_room_keeps_both_sides_on_one_timeline() -> None:
    room = Room(2.0)
    tone = np.concatenate([np.zeros(160), np.full(800, 0.5), np.zeros(160)]).astype(np.float32)
    start, end = room.say(tone)
    assert end - start == 800

    def repeat(indata, outdata, n, *_):
        outdata[:] = 0.001 * indata

    drive(room, repeat)
    assert room.first_heard(0) == start
    assert room.last_heard(0) == end - 1
    assert room.first_heard(end) is None


def test_the_microphone_of_a_room_hears_its_loudspeaker() -> None:
    room = Room(2.0, Loudspeaker(delay_ms=25, gain_db=-20))
    heard = []

    def click_once(indata, outdata, n, *_):
        outdata[:] = 0
        if len(heard) == 3:
            outdata[7] = 0.5
        heard.append(indata[:, 0].copy())

    drive(room, click_once)
    microphone = np.concatenate(heard)
    assert np.flatnonzero(microphone).tolist() == [3 * 160 + 7 + 400]
    assert microphone.max() == pytest.approx(0.05)


def test_what_the_callback_of_a_room_takes_is_not_its_own() -> None:
    room, taken_s = Room(2.0), []

    def work(indata, outdata, n, *_):
        began_s = time.thread_time()
        while time.thread_time() - began_s < 0.003:
            pass
        taken_s.append(time.thread_time() - began_s)

    drive(room, work)
    assert 0 < room.own_cpu_s < sum(taken_s) / 2


def test_the_server_is_a_server() -> None:
    async def ask() -> tuple[list[str], int]:
        async with serve(0.0, 10_000) as base_url:
            async with ChatClient(LlmSettings(base_url=base_url)) as model:
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


def bench(settings: Settings) -> Bench:
    return Bench(Engines(settings), tell=lambda _: None)


@pytest.mark.timeout(200)
def test_every_metric_is_measured_and_a_missed_budget_is_an_error() -> None:
    budgets = [f"--budget={name}" for name in ("first-audio=1", "tts-rtf=0.0001", "memory=9999")]
    done = run_voicecli("bench", "--turns", "1", "--json", *budgets)
    metrics = json.loads(done.stdout)
    assert tuple(metrics) == tuple(METRICS)
    assert all(metric["p50"] is not None for metric in metrics.values())
    assert metrics["stt"]["p50"] > Settings().listen.pause_ms
    assert metrics["start"]["p50"] < metrics["start-listening"]["p50"]
    assert metrics["start-listening"]["p50"] < metrics["start-ready"]["p50"]
    assert done.returncode == 1, done.stderr
    assert "first-audio is" in done.stderr
    assert "tts-rtf is 0.0" in done.stderr
    assert "memory is" not in done.stderr
    steps = done.stderr.splitlines()
    assert steps[:2] == ["measuring the memory of a conversation", "loading the models"]
    assert "measuring 2 s of silence" in steps
    assert any(step.startswith("recogniser: ") for step in steps)


def test_a_transcript_is_late_by_the_silence_before_it_was_begun() -> None:
    turns = Turns()
    turns.add(400.0, TIMED)
    assert turns.lag_ms == [30]
    assert turns.transcript_ms == [30 + 160 + 20]


@pytest.mark.parametrize(("full", "model_start_ms"), [(True, 180), (False, 350)])
def test_a_waterfall_begins_where_the_reply_was_begun(full: bool, model_start_ms: float) -> None:
    assert waterfall(TIMED, full=full) == [
        Stage("pause", 0, 350),
        Stage("stt", 160, 180),
        Stage("llm", model_start_ms, model_start_ms + 150),
        Stage("voice", model_start_ms + 150, model_start_ms + 160),
        Stage("heard", 370, 370),
    ]


def test_the_table_fits_in_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = [Metric(key, [12345.6]) for key in METRICS]
    _print_table(metrics, waterfall(TIMED, full=True))
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    for metric, line in zip(metrics, lines[1:], strict=False):
        assert line.startswith(metric.meaning)
        assert line.split()[-4:] == ["12346", "12346", metric.unit, metric.key]


@pytest.mark.parametrize(
    ("installed", "best"),
    [
        ({"tiny", "base", "small"}, "base"),  # understanding before time
        ({"tiny", "stt-en"}, "tiny"),
        ({"tiny", "tiny.en"}, "tiny.en"),
        ({"small", "medium"}, "small"),  # none is quick enough
        ({"stt-en"}, "none"),
    ],
)
def test_the_recogniser_that_is_best_here(installed: set[str], best: str) -> None:
    expected_ms = {"tiny": 380.0, "base": 650.0, "small": 900.0, "medium": 3000.0}
    assert advice.recognizer(expected_ms, installed).startswith(f"recogniser: {best} ")


def test_what_trimming_and_the_turn_detector_do_here() -> None:
    assert "64 ms instead of 342" in advice.trimming(64.1, 341.9)
    assert "it costs 35 ms" in advice.turn_detector(34.6)
    assert "models pull smart-turn" in advice.turn_detector(None)


def test_an_interruption_that_is_missed_lasts_as_long_as_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(measure, "ANSWER", "It takes three seconds or four to say all of this.")
    deaf = bench(replace(Settings(), sound=SoundSettings(echo="half-duplex")))

    async def measure_it() -> list[float]:
        async with deaf.engines:
            await deaf.prepare()
            return await deaf.barge_in(1, HEADPHONES)

    [stop_ms] = asyncio.run(measure_it())
    assert stop_ms > 1000


def test_what_a_conversation_complains_about_ends_the_bench() -> None:
    events = Events()
    events(Notice("the model is gone", "find it"))
    with pytest.raises(VoicecliError, match="the model is gone"):
        asyncio.run(events.next(ReplyEnded))


@pytest.mark.parametrize(
    ("model", "within_s"), [("/no/such/model", 60.0), (None, 0.1)], ids=["fails", "hangs"]
)
def test_a_talk_that_does_not_start_ends_the_bench(model: str | None, within_s: float) -> None:
    settings = replace(Settings(), stt=SttSettings(model=model))
    with pytest.raises(VoicecliError, match="talk` does not start"):
        asyncio.run(talk_ms(settings, within_s))


def test_a_question_that_is_not_understood_ends_the_bench(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "TURN_S", 2.0)
    hissed = bench(Settings())
    hiss = np.random.default_rng(1).normal(0, 0.003, SAMPLE_RATE_HZ).astype(np.float32)
    hissed.questions.append(hiss)

    async def measure_it() -> None:
        async with hissed.engines:
            await hissed.turns(1, first_token_s=0.0, tokens_per_s=100.0)

    with pytest.raises(VoicecliError, match="not over after 2 s") as error:
        asyncio.run(measure_it())
    assert "smaller model" in error.value.hint


def test_a_budget_for_what_is_not_measured() -> None:
    done = run_voicecli("bench", "--budget", "lateness=3")
    assert done.returncode == 2
    assert "there is no 'lateness'" in done.stderr
    assert "loading" not in done.stderr


@pytest.mark.parametrize("budget", ["first-audio", "first-audio=soon"])
def test_a_budget_is_a_name_and_a_number(budget: str) -> None:
    done = run_voicecli("bench", "--budget", budget)
    assert done.returncode == 2
    assert "is not NAME=NUMBER" in done.stderr
