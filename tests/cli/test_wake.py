"""`talk --wake`: what is said before the phrase comes to nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import official
from programs import run_voicecli, save_wav, speak_as
from voicecli.sound.samples import silence


@pytest.mark.slow
def test_only_what_follows_the_phrase_is_answered(official_models: None, tmp_path: Path) -> None:
    pause = silence(24_000)
    said = ["What is six times seven?", "Hey computer, what is seven plus twelve?"]
    sounds = [speak_as(official.path(official.JOE), text) for text in said]
    pieces = [piece for sound in sounds for piece in (pause, sound)]
    question = save_wav(tmp_path / "question.wav", np.concatenate([*pieces, pause]))
    done = run_voicecli(
        *("talk", "--input", question, "--output", tmp_path / "reply.wav", "--json"),
        *("--base-url", "built-in", "--stt-model", "tiny.en", "--wake", "hey computer"),
    )
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    (user,) = [event["text"] for event in events if event["event"] == "user_said"]
    assert user.lower().startswith("what is")
    assert "six" not in done.stdout
    assert "Seven plus twelve is nineteen." in done.stdout


@pytest.mark.parametrize("phrase", ["h", "hey", "a b", "!!!!", "", "小"])
def test_a_phrase_that_is_heard_everywhere_is_refused(phrase: str, tmp_path: Path) -> None:
    done = run_voicecli("talk", "--wake", phrase, "--base-url", "built-in")
    assert done.returncode == 1
    assert "wake.phrase must be a phrase of four letters or more" in done.stderr
