"""The wake phrase in sounds, by a recogniser of free speech."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

import official
from programs import speak_as
from voicecli.conversation.spotting import Spotter
from voicecli.conversation.wake import called_in
from voicecli.models import find_stt
from voicecli.settings import SttSettings
from voicecli.sound.samples import Samples, silence
from voicecli.stt.recognizer import WhisperRecognizer
from voicecli.stt.transcript import Transcript


@pytest.fixture(scope="module")
def recognizer() -> WhisperRecognizer:
    official.skip_without("tiny.en")
    return WhisperRecognizer(find_stt("tiny.en"), SttSettings(language="en"))


def padded(samples: Samples) -> Samples:
    return np.concatenate([silence(6_400), samples, silence(8_000)])


@pytest.fixture(scope="module")
def voice() -> Path:
    return official.path(official.JOE)


@pytest.mark.parametrize(
    ("phrase", "text", "rest"),
    [
        ("hey computer", "Hey computer, what time is it?", "What time is it?"),
        ("hey computer", "Hey computer.", ""),
        ("okay robot", "Okay robot, what time is it?", "What time is it?"),
        # heard as "Hey computer bills on time."
        ("hey computer", "Pay computer bills on time.", None),
        ("hey computer", "We pay computer engineers far too little.", None),
        ("hey computer", "Hey, commuter trains are late again.", None),
        ("okay robot", "Okay, robots are coming.", None),
    ],
)
def test_who_is_called_on(
    recognizer: WhisperRecognizer, voice: Path, phrase: str, text: str, rest: str | None
) -> None:
    spotter = Spotter(recognizer, phrase, "en")
    transcript = asyncio.run(spotter.transcribe(padded(speak_as(voice, text))))
    called = called_in(transcript.text, phrase)
    assert (called and called.rest.lower()) == (rest and rest.lower())


class Written:
    """Writes one text, and knows how likely a comma is in it."""

    name, busy = "written", False

    def __init__(self, text: str, comma_logprob: float) -> None:
        self._text, self._comma_logprob = text, comma_logprob

    async def transcribe(self, samples: Samples, language: str | None = None) -> Transcript:
        return Transcript(self._text, "en", -0.1, 0.0)

    async def logprobs(
        self, samples: Samples, texts: list[tuple[str, str]], language: str
    ) -> list[list[float]]:
        return [[0.0, self._comma_logprob if rest[0] == "," else 0.0] for _, rest in texts]


@pytest.mark.parametrize(
    ("text", "comma_logprob", "seconds", "heard"),
    [
        ("Hey computer bills on time.", -2.0, 2, ""),
        ("Hey computer tell me a joke.", -1.0, 2, "Hey computer tell me a joke."),
        ("Oh, hey computer bills. Hey computer, stop.", -2.0, 4, "Hey computer, stop."),
        # more than can be asked about at once
        ("Hey computer tell me a joke.", -1.0, 31, ""),
        ("And so on. Hey computer, stop.", -2.0, 31, "Hey computer, stop."),
    ],
)
def test_the_phrase_is_a_call_where_a_comma_could_follow(
    text: str, comma_logprob: float, seconds: int, heard: str
) -> None:
    written = Written(text, comma_logprob)
    spotter = Spotter(written, "hey computer", "en")  # type: ignore[arg-type]
    assert asyncio.run(spotter.transcribe(silence(16_000 * seconds))).text == heard
