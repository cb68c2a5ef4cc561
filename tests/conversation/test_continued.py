"""What follows a turn that was taken too early, recognised together with it."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from voicecli.conversation.continued import (
    HEARD_PAUSE,
    MAX_BEFORE_S,
    Before,
    completed,
    recognized,
    rest_of,
)
from voicecli.hearing.endpointing import Pause, Speech
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples
from voicecli.stt.transcript import Ending, Recognizer, Transcript


@pytest.mark.parametrize(
    ("whole", "before", "rest"),
    [
        ("Jump the fence and hurry up the bank.", "Jump the vent.", "and hurry up the bank."),
        ("Give me a single shot coffee.", "Give me a s-", "single shot coffee."),
        ("May I have a mocha with cream?", "may I have a mockle", "with cream?"),
        ("What time is it? Stop.", "What time is it?", "Stop."),
        ("It was the first 12 ounce.", "It was the first", "12 ounce."),
        ("What time is it?", "What time is it?", ""),
        ("A golden fortune and a happy life.", "Cool.", ""),
        ("Stop.", "What time is it?", ""),
        ("", "Hello.", ""),
        ("Hello.", "", ""),
    ],
)
def test_rest(whole: str, before: str, rest: str) -> None:
    assert rest_of(whole, before) == rest


class TwoRecordings(Recognizer):
    """Says one thing of the whole, and another of its second part."""

    name = "two recordings"
    busy = False

    def __init__(self, whole: str, alone: str) -> None:
        self._texts = {2: whole, 1: alone}
        self.n_heard: list[int] = []

    async def transcribe(self, samples: Samples, language: str | None = None) -> Transcript:
        self.n_heard.append(len(samples))
        levels = len(set(samples.tolist()))
        return Transcript(self._texts[levels], "en", -0.2, 0.0, ending=Ending(0.1 * levels, 0.0))


def speech(start: int, n_samples: int, level: float) -> Speech:
    samples = np.full(n_samples, level, np.float32)
    return Speech(samples, start, start, start + n_samples, 0.9)


def heard(whole: str, before_s: float = 1.0) -> tuple[Transcript, list[int]]:
    n_before = int(before_s * SAMPLE_RATE_HZ)
    recognizer = TwoRecordings(whole, "Alone.")
    before = Before("Make me a single shot.", [speech(0, n_before, 0.1)])
    # It begins with the end of what was heard before.
    after = speech(n_before - 3200, 8000, 0.2)
    return asyncio.run(recognized(recognizer, [after], before)), recognizer.n_heard


def test_both_are_heard_as_one_and_what_follows_is_the_text() -> None:
    found, n_heard = heard("Make me a single shot, Americano.")
    assert found.text == "Americano."
    assert found.ending == Ending(0.2, 0.0)
    assert n_heard == [SAMPLE_RATE_HZ - 3200 + 8000]


@pytest.mark.parametrize(
    ("whole", "before_s", "n_times"),
    [
        ("Something else that was said.", 1.0, 2),
        ("Make me a single shot.", 1.0, 2),
        ("Make me a single shot, shot shot shot.", 1.0, 2),
        ("Make me a single shot, Americano.", MAX_BEFORE_S + 1, 1),
    ],
    ids=["other words", "nothing behind them", "a loop", "too long"],
)
def test_else_it_is_heard_alone(whole: str, before_s: float, n_times: int) -> None:
    found, n_heard = heard(whole, before_s)
    assert found.text == "Alone."
    assert n_heard[-1] == 8000
    assert len(n_heard) == n_times


def test_of_a_long_pause_only_the_ends_are_heard() -> None:
    """One second of sound, one of silence, another of sound."""
    second = SAMPLE_RATE_HZ
    samples = np.repeat(np.array([0.1, 0.0, 0.1], np.float32), second)
    pause = Pause(1000 + second, 1000 + 2 * second)
    said = Speech(samples, 1000, 1000, 1000 + 3 * second, 0.9, (pause,))
    recognizer = TwoRecordings("A coffee with milk.", "")
    found = asyncio.run(recognized(recognizer, [said]))
    assert found.text == "A coffee with milk."
    assert recognizer.n_heard == [2 * second + HEARD_PAUSE]


class Behind(Recognizer):
    """Hears what it is told to."""

    name = "behind"
    busy = False

    def __init__(self, rest: Transcript) -> None:
        self._rest = rest
        self.n_heard: list[int] = []

    async def transcribe(self, samples: Samples, language: str | None = None) -> Transcript:
        self.n_heard.append(len(samples))
        return self._rest


def with_rest(text: str, rest: Transcript) -> tuple[Transcript, list[int]]:
    """A second of sound, half a second of silence, another second."""
    second = np.full(SAMPLE_RATE_HZ, 0.1, np.float32)
    pause = np.zeros(SAMPLE_RATE_HZ // 2, np.float32)
    whole = np.concatenate([second, pause, second])
    utterance = Speech(whole, 100, 100, 100 + len(whole), 0.9)
    earlier = Speech(second, 100, 100, 100 + len(second), 0.9)
    recognizer = Behind(rest)
    found = Transcript(text, "en", -0.2, 0.0, ending=Ending(0.1, 0.0))
    before = Before("A coffee with sugar?", [earlier])
    return asyncio.run(completed(recognizer, found, utterance, before)), recognizer.n_heard


MILK = Transcript("and some milk.", "en", -0.2, 0.0, ending=Ending(0.3, 0.0))


def test_what_is_left_out_behind_a_pause_is_heard_alone() -> None:
    found, n_heard = with_rest("A coffee with sugar.", MILK)
    assert found.text == "A coffee with sugar. and some milk."
    assert found.ending == MILK.ending
    assert n_heard == [SAMPLE_RATE_HZ * 3 // 2]


def test_a_cough_behind_a_pause_adds_nothing() -> None:
    found, _ = with_rest("A coffee with sugar.", Transcript("Thank you.", "en", -1.0, 0.9))
    assert found.text == "A coffee with sugar."


def test_nothing_is_heard_again_where_nothing_is_left_out() -> None:
    found, n_heard = with_rest("A coffee with sugar and some milk.", MILK)
    assert (found.text, n_heard) == ("A coffee with sugar and some milk.", [])
