"""Somebody who speaks far too quietly is told so, once; a room and a loudspeaker are not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import numpy as np
import pytest

from programs import speak
from voicecli.doctor.findings import Verdict
from voicecli.doctor.sound import judge_speech
from voicecli.doctor.soundcheck import loudest_speech_db
from voicecli.hearing.faintness import FAINT_DB, Faintness, faint_message
from voicecli.hearing.vad import SileroVad
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, Samples, level_db, silence

SENTENCE = "Turn on the lamp in the living room, and tell me what time it is."
ROOM_DB = -85.0


def at_level(samples: Samples, loudest_db: float) -> Samples:
    """With a second of the room before it, as 16 bits have it."""
    frames = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    gain = 10 ** ((loudest_db - max(map(level_db, frames))) / 20)
    padded = np.concatenate([silence(SAMPLE_RATE_HZ), gain * samples, silence(SAMPLE_RATE_HZ)])
    room = np.random.default_rng(3).normal(0, 10 ** (ROOM_DB / 20), len(padded))
    return (np.round(32768 * (padded + room)) / 32768).astype(np.float32)


def frames_of(samples: Samples, *, played: float = 0.0) -> list[Frame]:
    loudspeaker = np.full(FRAME_SAMPLES, played, np.float32)
    starts = range(0, len(samples) - FRAME_SAMPLES + 1, FRAME_SAMPLES)
    return [Frame(samples[at : at + FRAME_SAMPLES], at, loudspeaker) for at in starts]


def told(frames: list[Frame]) -> list[float]:
    detector, faintness = SileroVad(), Faintness(SileroVad)
    found = (faintness.feed(frame, detector.probability(frame.samples)) for frame in frames)
    return [level for level in found if level is not None]


@pytest.mark.parametrize("level", [-56, -66])
def test_a_faint_voice_is_told_once(level: float) -> None:
    faint = at_level(speak(SENTENCE), level)
    (loudest_db,) = told(frames_of(np.concatenate([faint, faint])))
    assert loudest_db == pytest.approx(level, abs=4)


def test_a_voice_that_is_loud_enough_is_not_told_and_settles_it() -> None:
    clear = at_level(speak(SENTENCE), -35)
    assert told(frames_of(clear)) == []
    assert told(frames_of(np.concatenate([clear, *2 * [at_level(speak(SENTENCE), -60)]]))) == []


def test_neither_a_rattle_nor_the_loudspeaker_is_a_faint_voice() -> None:
    rng = np.random.default_rng(5)
    rattle = np.repeat(rng.random(200) > 0.6, 400) * rng.normal(0, 1, 80_000)
    assert told(frames_of(at_level(rattle.astype(np.float32), -60))) == []
    assert told(frames_of(at_level(speak(SENTENCE), -60), played=0.1)) == []


def loudest(samples: Samples) -> float | None:
    async def frames() -> AsyncGenerator[Frame, None]:
        for frame in frames_of(samples):
            yield frame

    return asyncio.run(loudest_speech_db(frames(), 4.0))


@pytest.mark.parametrize(
    ("level", "verdict", "text"),
    [
        (-30, Verdict.OK, "dBFS at the loudest"),
        (-62, Verdict.WARN, "far too quiet"),
        (None, Verdict.WARN, "not heard"),
    ],
)
def test_the_doctor_says_how_loud_somebody_is(
    level: float | None, verdict: Verdict, text: str
) -> None:
    sound = at_level(speak(SENTENCE) if level else silence(5 * SAMPLE_RATE_HZ), level or -100.0)
    finding = judge_speech(loudest(sound))
    assert finding.verdict is verdict
    assert text in finding.text
    assert bool(finding.hint) == (verdict is Verdict.WARN)


def test_the_message_has_the_level() -> None:
    assert "-57 dB" in faint_message(-57.4)
    assert FAINT_DB < -45
