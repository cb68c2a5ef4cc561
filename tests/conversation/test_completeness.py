from __future__ import annotations

import pytest

from voicecli.conversation.completeness import (
    Completeness,
    completeness,
    is_backchannel,
    is_start_over,
    is_stop,
    same_words,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What time is it?", "COMPLETE"),
        ("Seven plus twelve.", "UNKNOWN"),
        ("Stop!", "COMPLETE"),
        ("Hold on.", "COMPLETE"),
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
        ("Make me a triple shot.", "UNKNOWN"),
        ("What are you waiting for?", "COMPLETE"),
        ("I would like to.", "OPEN"),
        ("Remind me to.", "OPEN"),
        ("What is the weather in.", "OPEN"),
        ("So.", "OPEN"),
        ("Please call.", "OPEN"),
        ("Give me a coffee with.", "OPEN"),
        ("And then I.", "OPEN"),
        ("I’d.", "OPEN"),
        ("I don't want.", "OPEN"),
        ("I think so.", "UNKNOWN"),
        ("Give her a call.", "UNKNOWN"),
        ("Wake me at 7 AM.", "UNKNOWN"),
        ("I work in IT.", "UNKNOWN"),
        ("My number is 555.", "OPEN"),
        ("My number is 5-5-5, 0-1-4.", "OPEN"),
        ("five five five", "OPEN"),
        ("555-014-2368", "COMPLETE"),
        ("It is 555 014 2368.", "COMPLETE"),
        ("zero two oh seven nine four six oh one two three", "COMPLETE"),
        ("My number is. Five five.", "OPEN"),
        ("It was in 1984.", "UNKNOWN"),
        ("1984.", "UNKNOWN"),
        ("6500.", "OPEN"),
        ("It costs 6500.", "UNKNOWN"),
        ("0 to 0.", "OPEN"),
        ("0 to 0 7946 0123", "COMPLETE"),
        ("Call 077 009 0001", "OPEN"),
        ("Call 077 009 001 23", "COMPLETE"),
        ("oh seven seven double oh nine double oh one two", "OPEN"),
        ("1 800 555 121", "OPEN"),
        ("1 800 555 1212", "COMPLETE"),
        ("Call me at 01632.", "OPEN"),
        ("Call 0800.", "OPEN"),
        ("My code is 90210.", "UNKNOWN"),
        ("My number is 917. 348.6621", "COMPLETE"),
        ("My number is 348.6621", "OPEN"),
        ("Wake me at 07:00.", "UNKNOWN"),
        ("Set an alarm for 6:30", "UNKNOWN"),
        ("It costs $0.05.", "UNKNOWN"),
        ("On 5/6/2024.", "UNKNOWN"),
        ("From 0 to 10.", "UNKNOWN"),
        ("To 0.", "UNKNOWN"),
        ("Set a timer for 10 minutes.", "UNKNOWN"),
        ("I have two.", "UNKNOWN"),
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
        ("Gracias por", "es", "OPEN"),
        ("Non merci, au revoir", "fr", "COMPLETE"),
        ("Good morning, thank you", "en", "COMPLETE"),
        ("Good", "en", "UNKNOWN"),
        ("I live in LA.", "en", "UNKNOWN"),
        ("I don't want to die.", "en", "UNKNOWN"),
        ("Chci chléb a.", "cs", "UNKNOWN"),
        ("Wie spät ist es?", "de", "COMPLETE"),
        ("Erinnere mich an.", "de", "UNKNOWN"),
        ("Ich möchte.", "de", "OPEN"),
        ("Kannst du mir.", "de", "OPEN"),
        ("Ich hätte gern einen Kaffee mit der.", "de", "OPEN"),
        ("Schalte das Licht ein.", "de", "UNKNOWN"),
        ("Das weiß ich.", "de", "UNKNOWN"),
        ("Hör auf!", "de", "COMPLETE"),
        ("Je voudrais.", "fr", "OPEN"),
        ("Quel temps fait-il à.", "fr", "OPEN"),
        ("Donne-moi l'", "fr", "OPEN"),
        ("Un peu de lumière.", "fr", "UNKNOWN"),
        ("Mon numéro est le zéro un quatre deux.", "fr", "OPEN"),
        ("01 42 68 53 00", "fr", "COMPLETE"),
        ("C'est le 06.", "fr", "OPEN"),
        ("Das macht 0,5.", "de", "UNKNOWN"),
        ("Quiero.", "es", "OPEN"),
        ("Un café con.", "es", "OPEN"),
        ("No sé por qué.", "es", "UNKNOWN"),
        ("Para.", "es", "COMPLETE"),
        ("Vorrei un caffè con.", "it", "OPEN"),
        ("Quero um café com.", "pt", "OPEN"),
        ("Ik wil een koffie met.", "nl", "OPEN"),
        ("我想问一下，", "zh", "OPEN"),
        ("因为", "zh", "OPEN"),
        ("我不去，因为。", "zh", "OPEN"),
        ("苹果、", "zh", "OPEN"),
        ("现在几点", "zh", "UNKNOWN"),
        ("好的。", "zh", "COMPLETE"),
        ("今日は", "ja", "OPEN"),
        ("雨なので、", "ja", "OPEN"),
        ("こんにちは。", "ja", "COMPLETE"),
        ("天気を教えて。", "ja", "UNKNOWN"),
        ("ano", "cs", "UNKNOWN"),
    ],
)
def test_completeness_in_the_language_that_is_spoken(
    text: str, language: str, expected: str
) -> None:
    assert completeness(text, language) is Completeness[expected]


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


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Start over.", "en", True),
        ("Okay, let’s start over!", "en", True),
        ("Forget everything.", "en", True),
        ("Start over the dishwasher.", "en", False),
        ("Start", "en", False),
        ("How do I clear the history?", "en", False),
        ("Fang von vorne an.", "de", True),
        ("Von vorne", "de", False),
        ("On recommence à zéro.", "fr", True),
        ("Empecemos de nuevo.", "es", True),
        ("重新开始。", "zh", True),
        ("Ricominciamo da capo!", "it", True),
        ("", "en", False),
    ],
)
def test_start_over(text: str, language: str, expected: bool) -> None:
    assert is_start_over(text, language) is expected
