"""Silero VAD, from either package that brings it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from programs import speak
from voicecli.hearing import vad
from voicecli.hearing.vad import SileroVad
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples


def model_of(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        pytest.skip(f"{package} is not installed")
    return Path(spec.origin).parent / vad.FILES[package]


@pytest.fixture(scope="module")
def spoken() -> Samples:
    """A second of silence, some words, a second of silence."""
    second = np.zeros(SAMPLE_RATE_HZ, np.float32)
    sound = np.concatenate([second, speak("What is seven plus twelve?"), second])
    return sound[: len(sound) // FRAME_SAMPLES * FRAME_SAMPLES]


@pytest.mark.parametrize("package", vad.FILES)
def test_words_are_speech_and_silence_is_not(package: str, spoken: Samples) -> None:
    model = SileroVad(model_of(package))
    probabilities = [model.probability(it) for it in spoken.reshape(-1, FRAME_SAMPLES)]
    first = SAMPLE_RATE_HZ // FRAME_SAMPLES
    assert max(probabilities[: first - 2]) < 0.3
    assert np.mean(np.array(probabilities[first + 5 : -first - 5]) > 0.5) > 0.7
    assert max(probabilities[-10:]) < 0.3


@pytest.mark.parametrize("package", vad.FILES)
def test_a_reset_forgets(package: str, spoken: Samples) -> None:
    model = SileroVad(model_of(package))
    frames = spoken.reshape(-1, FRAME_SAMPLES)[30:60]
    first = [model.probability(frame) for frame in frames]
    assert [model.probability(frame) for frame in frames] != first
    model.reset()
    assert [model.probability(frame) for frame in frames] == first


def test_without_silero_vad_faster_whisper_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def without(name: str) -> object:
        return None if name == "silero_vad" else find_spec(name)

    monkeypatch.setattr(vad.importlib.util, "find_spec", without)
    assert vad._model_path() == model_of("faster_whisper")
    assert SileroVad().probability(np.zeros(FRAME_SAMPLES, np.float32)) < 0.1
