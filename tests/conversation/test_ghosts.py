from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from voicecli.conversation.ghosts import is_echo, why_nothing
from voicecli.languages import language_of
from voicecli.sound.samples import FRAME_SAMPLES, Samples
from voicecli.stt.transcript import Transcript


def tone(level: float = 0.1) -> Samples:
    return np.full(20 * FRAME_SAMPLES, level, np.float32)


def transcript(text: str, avg_logprob: float = -0.2, no_speech_prob: float = 0.01) -> Transcript:
    return Transcript(text, "en", avg_logprob, no_speech_prob)


@pytest.mark.parametrize(
    ("found", "samples", "peak", "reason"),
    [
        (transcript("Yes."), tone(), 0.95, None),
        (transcript("What time is it?"), tone(0.003), 0.8, None),
        (transcript("What?", avg_logprob=-0.9), tone(), 0.95, None),
        (transcript("Stop.", no_speech_prob=0.7), tone(), 0.95, None),
        (transcript(""), tone(), 0.95, "nothing recognised"),
        (transcript("Thank you."), tone(), 0.6, "hardly speech (probability at most 0.60)"),
        (transcript("Thank you."), tone(0.0005), 0.95, "too quiet (-66 dB)"),
        (
            transcript("Thanks for watching.", -0.8, 0.8),
            tone(),
            0.95,
            "the recogniser doubts it was speech (0.80)",
        ),
        (
            transcript("Bye bye.", -1.7),
            tone(),
            0.95,
            "the recogniser only guesses (log probability -1.7)",
        ),
        (transcript("la " * 40), tone(), 0.95, "the recogniser repeats itself"),
    ],
)
def test_why_nothing(found, samples, peak, reason) -> None:
    assert why_nothing(found, samples, peak) == reason


@pytest.mark.parametrize(("spoken_s", "avg_logprob"), [(2.0, -1.4), (0.5, -0.3), (0.5, -1.4)])
def test_a_laugh_is_no_sentence(spoken_s: float, avg_logprob: float) -> None:
    found = transcript("I'm not going to do that.", avg_logprob, 0.49)
    reason = why_nothing(found, tone(), 0.97, spoken_s)
    if spoken_s < 1 and avg_logprob < -1:
        assert reason == "more words than can be said in so short a time"
    else:
        assert reason is None


@pytest.mark.parametrize(
    "text",
    [
        "Ha ha ha ha",
        "Hahaha!",
        "Ha!",
        "He he he",
        "Ho, ho, ho!",
        "Muhahaha",
        "Ha-ha-ha",
        "FUFUFUFUFUF",
    ]
    + ["Jajaja", "哈哈哈", "ハハハ", "하하", "хаха", "हाहा", "ههههه"],
)
def test_a_spelled_laugh_is_nothing_however_sure(text: str) -> None:
    assert why_nothing(transcript(text), tone(), 0.97, 2.0) is not None


@pytest.mark.parametrize(
    "text",
    ["He", "Ja, ja.", "Jaja.", "Noooo!", "1111", "No, no, no, no.", "Ha, I knew it.", "Yahoo"]
    + ["Hawaii", "好好好好", "はは", "Aha.", "Hello, hello.", "Banana", "Ho Chi Minh."],
)
def test_what_only_resembles_a_laugh_is_something(text: str) -> None:
    assert why_nothing(transcript(text), tone(), 0.97, 2.0) is None


@pytest.mark.parametrize("code", "ar de en es fr hi it ja ko nl pl pt ru zh".split())
def test_a_short_answer_is_something_in_any_language(code: str) -> None:
    """Single words are unsure, and said in half a second."""
    answers = language_of(code).short_answers
    assert answers
    for answer in answers:
        found = Transcript(answer, code, -0.95, 0.55)
        assert why_nothing(found, tone(), 0.9, spoken_s=0.2 + 0.15 * len(answer.split())) is None
        assert why_nothing(replace(found, text=f"{answer}, {answer}"), tone(), 0.9, 0.9) is None


def test_an_utterance_of_less_than_a_frame() -> None:
    assert why_nothing(transcript("Yes."), np.zeros(10, np.float32), 0.9) == "too quiet (-100 dB)"


@pytest.mark.parametrize(
    "text",
    ["One two three four five six seven eight nine ten eleven twelve.", "No, no, no, no."],
)
def test_counting_is_no_repetition(text: str) -> None:
    assert why_nothing(transcript(text), tone(), 0.95) is None


@pytest.mark.parametrize(
    ("text", "played", "expected"),
    [
        ("seven plus twelve is nineteen", "Seven plus twelve is nineteen.", True),
        ("plus twelve is", "Seven plus twelve is nineteen.", True),
        ("twelve is nineteen here is", "Seven plus twelve is nineteen. Here is more.", True),
        ("seven plus two is nineteen", "Seven plus twelve is nineteen.", True),
        ("yes", "Yes.", False),
        ("stop", "Seven plus twelve is nineteen.", False),
        ("what is six times seven", "Seven plus twelve is nineteen.", False),
        ("nineteen is twelve plus seven", "Seven plus twelve is nineteen.", False),
        ("what time is it", "", False),
        ("", "Hello there.", False),
    ],
)
def test_is_echo(text: str, played: str, expected: bool) -> None:
    assert is_echo(text, played) is expected
