"""A phone number that is said in groups, with a second between them, is one turn: with the official
models and a voice that ends each group as if it were a sentence."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

import official
from programs import run_voicecli, save_wav, speak_as
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples, silence

pytestmark = pytest.mark.slow

GROUPS = ("My number is five five five", "zero one nine nine")


def without_silence(samples: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(samples) > 0.01 * np.abs(samples).max())
    return samples[loud[0] : loud[-1] + 1]


def test_a_phone_number_in_groups_is_one_turn(official_models: None, tmp_path: Path) -> None:
    joe = official.path(official.JOE)
    pieces = [silence(SAMPLE_RATE_HZ)]
    for group in GROUPS:
        pieces += [without_silence(speak_as(joe, f"{group}.")), silence(SAMPLE_RATE_HZ)]
    recording = save_wav(tmp_path / "number.wav", np.concatenate([*pieces, silence(3 * 16_000)]))
    done = run_voicecli(
        *("talk", "--input", recording, "--output", tmp_path / "reply.wav", "--json"),
        *("--base-url", "built-in", "--stt-model", official.TINY_EN),
        *("--voice", "en_US-voicecli-low"),
    )
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    (said,) = [event["text"] for event in events if event["event"] == "user_said"]
    assert re.sub(r"\D", "", said) == "5550199"
    replies = [event["event"] for event in events].count("reply_ended")
    assert replies == 1
