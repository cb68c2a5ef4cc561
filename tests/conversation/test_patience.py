"""How long a pause may be: the words, what the recogniser expected next, the sound."""

from __future__ import annotations

import pytest

from voicecli.conversation.patience import hangover_ms, over_log_odds, seems_over
from voicecli.settings import ListenSettings
from voicecli.stt.transcript import Ending, Transcript

SETTINGS = ListenSettings(min_silence_ms=300, silence_ms=500, max_silence_ms=900)
WHOLE, BROKEN_OFF, BETWEEN = Ending(1e-5, 0.01), Ending(0.2, 0.2), Ending(0.00095, 0.02)


def hangover(
    text: str, ending: Ending | None = None, probability: float | None = None, language: str = "en"
) -> float:
    transcript = Transcript(text, language, -0.2, 0.0, ending=ending)
    return hangover_ms(transcript, SETTINGS, probability)


@pytest.mark.parametrize(
    ("text", "ending", "probability", "expected"),
    [
        ("What time is it?", None, None, 300),
        ("what time is it", None, None, 500),
        ("what time and", None, None, 900),
        ("What time is it?", None, 0.9, 300),
        ("What time is it?", None, 0.1, 900),
        ("Turn on the lamp.", None, 0.9, 500),
        ("Turn on the lamp.", WHOLE, None, 300),
        ("Turn on the lamp.", WHOLE, 0.9, 300),
        ("Turn on the lamp.", BROKEN_OFF, 0.9, 900),
        ("Turn on the lamp.", BETWEEN, 0.01, 900),
        ("Turn on the lamp.", BETWEEN, 0.5, 900),
        ("Turn on the lamp.", BETWEEN, 0.9, 500),
        ("Turn on the lamp.", BETWEEN, None, 500),
        ("Is it the lamp?", BETWEEN, 0.5, 500),
        ("Turn on the.", WHOLE, 0.9, 900),
        ("My number is 555.", WHOLE, 0.9, 900),
        ("555 014 2368", BROKEN_OFF, 0.1, 300),
        ("Yes.", BROKEN_OFF, 0.1, 300),
        ("Hold on.", BROKEN_OFF, 0.1, 300),
    ],
)
def test_hangover(
    text: str, ending: Ending | None, probability: float | None, expected: float
) -> None:
    assert hangover(text, ending, probability) == expected


@pytest.mark.parametrize(
    ("text", "pause_ms", "expected"),
    [
        ("Turn on the lamp.", 200, 300),
        ("Turn on the lamp.", 700, 700),
        ("Turn on the lamp.", 1500, 900),
        ("Turn on the.", 700, 900),
        ("Hold on.", 700, 300),
    ],
)
def test_who_paused_before_may_do_it_again(text: str, pause_ms: float, expected: float) -> None:
    transcript = Transcript(text, "en", -0.2, 0.0, ending=WHOLE)
    assert hangover_ms(transcript, SETTINGS, 0.9, pause_ms) == expected


def test_each_sign_counts_in_its_direction() -> None:
    assert over_log_odds(WHOLE) > over_log_odds(BETWEEN) > over_log_odds(BROKEN_OFF)
    assert over_log_odds(BETWEEN, 0.9) > over_log_odds(BETWEEN) > over_log_odds(BETWEEN, 0.1)


@pytest.mark.parametrize(
    ("text", "ending", "expected"),
    [
        ("What time is it?", None, True),
        ("Turn on the lamp.", None, False),
        ("Turn on the lamp.", WHOLE, True),
        ("Turn on the lamp.", BETWEEN, False),
        ("What time is it?", BROKEN_OFF, False),
        ("Turn on the.", WHOLE, False),
        ("Yes.", BROKEN_OFF, True),
    ],
)
def test_an_answer_is_prepared_for_what_seems_over(
    text: str, ending: Ending | None, expected: bool
) -> None:
    assert seems_over(Transcript(text, "en", -0.2, 0.0, ending=ending)) is expected
