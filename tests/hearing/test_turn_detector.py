from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from programs import speak
from voicecli.errors import ModelCorruptError, ModelError, ModelMissingError
from voicecli.hearing import turn_detector
from voicecli.hearing.turn_detector import SmartTurnDetector
from voicecli.models import find_voice
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples, silence

TINY = Path(__file__).parents[1] / "data" / "tiny_turn_detector.onnx"
"""Says that a turn is over if its last 0.4 s are quiet (make_tiny_turn_detector.py)."""


def probability(samples: Samples) -> float:
    return asyncio.run(SmartTurnDetector(TINY).probability(samples))


def test_a_quiet_end_is_an_end_for_this_model() -> None:
    speech = speak("What is seven plus twelve?")
    middle = speech[: int(0.8 * SAMPLE_RATE_HZ)]
    assert probability(np.concatenate([speech, silence(SAMPLE_RATE_HZ // 2)])) > 0.9
    assert probability(middle) < 0.2


@pytest.mark.parametrize("seconds", [0, 0.1, 8, 20])
def test_any_length(seconds: float) -> None:
    samples = np.random.default_rng(1).normal(0, 0.1, int(seconds * SAMPLE_RATE_HZ))
    assert 0 <= probability(samples.astype(np.float32)) <= 1


def test_the_level_does_not_matter() -> None:
    speech = np.concatenate([speak("Good morning."), silence(SAMPLE_RATE_HZ // 2)])
    assert probability(speech) == pytest.approx(probability(0.1 * speech), abs=0.02)


def test_a_model_that_cannot_take_what_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn_detector, "HEARD_S", 4)
    with pytest.raises(ModelError, match="tiny_turn_detector.onnx failed") as error:
        probability(speak("Good morning."))
    assert "words alone" in error.value.hint


def test_what_is_no_turn_detector_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="no turn detection model"):
        SmartTurnDetector(tmp_path / "missing.onnx")
    (tmp_path / "text.onnx").write_text("no model")
    with pytest.raises(ModelCorruptError, match="can't be loaded"):
        SmartTurnDetector(tmp_path / "text.onnx")
    with pytest.raises(ModelCorruptError, match="its inputs are"):
        SmartTurnDetector(find_voice(None))
