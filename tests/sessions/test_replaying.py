"""The recorded user through the program once more, and what has changed."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest

from programs import run_voicecli, speak
from session_files import frame, record, tone
from voicecli.conversation.events import (
    ReplyEnded,
    SpeechBegan,
    SpeechEnded,
    TurnTimed,
    UserSaid,
)
from voicecli.sessions.reading import KeptSession, Turn, read
from voicecli.sessions.recording import SessionRecorder
from voicecli.sessions.replaying import ReplayDuplex, changes, totals
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, silence


def session(*turns: Turn) -> KeptSession:
    return KeptSession(Path("x"), said=list(turns))


def you(text: str, start_s: float, end_s: float, **more: object) -> Turn:
    at = [round(time_s * SAMPLE_RATE_HZ) for time_s in (start_s, end_s)]
    return Turn("you", text, *at, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("then", "now", "changed"),
    [
        ({}, {}, False),
        ({"text": "Hello, you."}, {"text": "hello you"}, False),
        ({}, {"text": "yellow"}, True),
        ({}, {"cut_in": True}, True),
        ({"hangover_ms": 350}, {"hangover_ms": 382}, False),
        ({"hangover_ms": 350}, {"hangover_ms": 600}, True),
        ({"first_audio_ms": 400}, {"first_audio_ms": 600}, False),
        ({"first_audio_ms": 400}, {"first_audio_ms": 900}, True),
        ({"hangover_ms": 350}, {"hangover_ms": None}, False),
    ],
)
def test_what_counts_as_changed(then: dict, now: dict, changed: bool) -> None:
    sides = [
        session(you(**{"text": "hello", "start_s": 1, "end_s": 2, **side})) for side in (then, now)
    ]
    (change,) = changes(*sides)
    assert change.is_any == changed


def test_turns_that_overlap_belong_together() -> None:
    then = session(you("what is seven plus twelve", 1, 4), you("thanks", 9, 10))
    now = session(you("what is seven", 1, 2), you("plus twelve", 3, 4), you("hm", 6, 6.2))
    found = changes(then, now)
    assert [([t.text for t in one.then], [t.text for t in one.now]) for one in found] == [
        (["what is seven plus twelve"], ["what is seven", "plus twelve"]),
        ([], ["hm"]),
        (["thanks"], []),
    ]
    assert all(change.words_changed for change in found)
    assert totals(then).n_turns == 2


def test_a_turn_has_its_times_and_its_cut_in() -> None:
    folder = record(
        *(SpeechBegan(0), SpeechEnded(10, 20), UserSaid("one", 1)),
        TurnTimed(350.0, 350.0, 100.0, 200.0, 300.0, 160.0),
        *(SpeechBegan(500), SpeechEnded(510, 520)),
        *(ReplyEnded("Seven", "eight.", True, number=2), UserSaid("stop there", 3)),
        UserSaid("typed", 4),
    )
    one, _, two, three = read(folder).said
    assert (one.hangover_ms, one.first_audio_ms) == (350, 760)
    assert (one.cut_in, two.cut_in) == (False, True)
    assert [turn.typed for turn in (one, two, three)] == [False, False, True]
    assert totals(read(folder)).n_cut_ins == 1


def test_a_replay_hears_what_was_heard_and_played() -> None:
    """What was played then goes beside it, since its echo may be in what was heard."""
    folder = record(n_frames=50)

    async def hear() -> list[tuple[np.ndarray, np.ndarray, int, bool]]:
        heard = []
        async with ReplayDuplex(folder) as duplex, aclosing(duplex.frames()) as frames:
            async for one in frames:
                heard.append((one.samples, one.played, one.start, duplex.input_ended))
                if len(heard) == 60:
                    break
        return heard

    for number, (samples, played, start, ended) in enumerate(asyncio.run(hear())):
        assert start == number * FRAME_SAMPLES
        assert ended == (number >= 50)
        expected = (
            tone(number, hz) if number < 50 else silence(FRAME_SAMPLES) for hz in (400, 1000)
        )
        for got, wanted in zip((samples, played), expected, strict=True):
            assert np.abs(got - wanted).max() < 1e-4


@pytest.mark.slow
def test_the_program_tells_what_has_changed() -> None:
    sound = np.concatenate([silence(8000), speak("What is seven plus twelve?"), silence(48_000)])
    with SessionRecorder() as recorder:
        for number in range(len(sound) // FRAME_SAMPLES):
            first = number * FRAME_SAMPLES
            recorder.hear(frame(number, sound[first : first + FRAME_SAMPLES]))
        for event in (
            *(SpeechBegan(9000), SpeechEnded(30_000, 36_000)),
            UserSaid("What is eleven?", 1),
            TurnTimed(350.0, 350.0, 0.0, 0.0, 0.0, 160.0),
        ):
            recorder.tell(event)
        recorder.hear(frame(len(sound) // FRAME_SAMPLES))
        recorder.tell(UserSaid("What is six times seven?", 2))
    options = ("--base-url", "built-in", "--set", "listen.min_silence_ms=600")
    done = run_voicecli("replay", "last", *options, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    spoken, typed = told["turns"]
    assert spoken["then"]["texts"] == ["What is eleven?"]
    assert spoken["now"]["texts"] == ["What is seven plus twelve?"]
    assert spoken["then"]["pause_ms"] == 350
    assert spoken["now"]["pause_ms"] >= 600
    assert spoken["changed"]
    assert typed["now"]["texts"] == ["What is six times seven?"]
    assert not typed["changed"]


@pytest.mark.parametrize("given", ["listen.silence", "listen.silence_ms", "silence_ms=5"])
def test_a_setting_that_is_none_is_wrong_usage(given: str) -> None:
    from typer.testing import CliRunner

    from voicecli.cli.main import app

    record()
    done = CliRunner().invoke(app, ["replay", "last", "--set", given])
    assert done.exit_code == 2
    assert "KEY=VALUE" in done.stderr
