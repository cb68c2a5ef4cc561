from __future__ import annotations

import pytest

from voicecli.conversation.completeness import (
    Completeness,
    completeness,
    hangover_ms,
    is_backchannel,
    is_stop,
    same_words,
)
from voicecli.settings import ListenSettings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What time is it?", "COMPLETE"),
        ("Seven plus twelve.", "COMPLETE"),
        ("Stop!", "COMPLETE"),
        ("yes", "COMPLETE"),
        ("no thank you", "COMPLETE"),
        ("几点了？", "COMPLETE"),
        ("what time is it", "UNKNOWN"),
        ("what is that", "UNKNOWN"),
        ("", "UNKNOWN"),
        ("...", "UNKNOWN"),
        ("what is seven plus", "OPEN"),
        ("set a timer and", "OPEN"),
        ("I was thinking, um", "OPEN"),
        ("Well,", "OPEN"),
        ("I would like...", "OPEN"),
        ("Tell me about the.", "OPEN"),
    ],
)
def test_completeness(text: str, expected: str) -> None:
    assert completeness(text) is Completeness[expected]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Ich möchte und", "de", "OPEN"),
        ("Ja, bitte.", "de", "COMPLETE"),
        ("Mach es, weil", "de", "OPEN"),
        ("J'habite à la", "fr", "OPEN"),
        ("D'accord, oui", "fr", "UNKNOWN"),
        ("Sí, gracias", "es", "COMPLETE"),
        ("Quiero pan y", "es", "OPEN"),
        ("Gracias, por favor", "es", "COMPLETE"),
        ("Gracias por", "es", "UNKNOWN"),
        ("Non merci, au revoir", "fr", "COMPLETE"),
        ("Good morning, thank you", "en", "COMPLETE"),
        ("Good", "en", "UNKNOWN"),
        ("I live in LA.", "en", "COMPLETE"),
        ("I don't want to die.", "en", "COMPLETE"),
        ("Chcę chleb i.", "pl", "COMPLETE"),
        ("tak", "pl", "UNKNOWN"),
    ],
)
def test_completeness_in_the_language_that_is_spoken(
    text: str, language: str, expected: str
) -> None:
    assert completeness(text, language) is Completeness[expected]


def test_hangover_is_within_its_bounds() -> None:
    settings = ListenSettings(min_silence_ms=300, silence_ms=500, max_silence_ms=900)
    assert hangover_ms("What time is it?", "en", settings) == 300
    assert hangover_ms("what time is it", "en", settings) == 500
    assert hangover_ms("what time and", "en", settings) == 900


def test_same_words() -> None:
    assert same_words("What's the time?", "what's the time")
    assert not same_words("What is it?", "What was it?")
    assert not same_words("seven", "seven plus")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mhm.", True),
        ("yeah, okay", True),
        ("I see.", True),
        ("uh-huh", True),
        ("yeah but stop", False),
        ("stop", False),
        ("", False),
        ("yes yes yes yes", False),
    ],
)
def test_backchannel(text: str, expected: bool) -> None:
    assert is_backchannel(text) is expected


def test_backchannels_are_of_the_language_that_is_spoken() -> None:
    assert is_backchannel("Genau, ja.", "de")
    assert is_backchannel("Mhm.", "pl")
    assert not is_backchannel("right", "de")


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Stop.", "en", True),
        ("Stop, stop! Please stop.", "en", True),
        ("Okay, be quiet.", "en", False),
        ("Shut up!", "en", True),
        ("Stop the timer.", "en", False),
        ("Wait a minute, what about Spain?", "en", False),
        ("Halt, warte mal!", "de", True),
        ("Tais-toi.", "fr", True),
        ("Para ya.", "es", True),
        ("停！", "zh", True),
        ("Stop.", "pl", True),
        ("", "en", False),
    ],
)
def test_stop(text: str, language: str, expected: bool) -> None:
    assert is_stop(text, language) is expected
