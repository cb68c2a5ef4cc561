"""A detector that is spared steady noise, and misses nothing by it."""

from __future__ import annotations

import numpy as np
import pytest

from programs import speak
from voicecli.hearing.gate import REPLAY_FRAMES, STEADY_S, GatedDetector
from voicecli.hearing.vad import SileroVad
from voicecli.sound.samples import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples, silence

STEADY_FRAMES = int(1000 * STEADY_S / FRAME_MS)


class Listening:
    """Remembers what it was asked about."""

    def __init__(self, probability: float = 0.0) -> None:
        self.heard: list[Samples] = []
        self.says = probability

    def probability(self, frame: Samples) -> float:
        self.heard.append(frame)
        return self.says

    def reset(self) -> None:
        self.heard.clear()


def noise(n_frames: int, level_db: float = -50.0) -> list[Samples]:
    made = np.random.default_rng(0).standard_normal((n_frames, FRAME_SAMPLES))
    return list((10 ** (level_db / 20) * made).astype(np.float32))


def fed(gate: GatedDetector, frames: list[Samples]) -> list[float]:
    return [gate.probability(frame) for frame in frames]


@pytest.mark.parametrize("frames", [noise(200), [silence(FRAME_SAMPLES)] * 200, noise(200, -95)])
def test_steady_noise_closes_it_and_what_stands_out_opens_it(frames: list[Samples]) -> None:
    gate = GatedDetector(detector := Listening())
    fed(gate, frames)
    assert len(detector.heard) == STEADY_FRAMES
    detector.says = 0.9
    assert fed(gate, noise(1, -40)) == [0.9]
    # What it missed, the end of it, and then that.
    assert len(detector.heard) == STEADY_FRAMES + REPLAY_FRAMES + 1
    np.testing.assert_array_equal(detector.heard[-2], frames[-1])


def test_a_short_gap_changes_nothing() -> None:
    gate = GatedDetector(detector := Listening())
    frames = [*noise(STEADY_FRAMES + REPLAY_FRAMES), *noise(3, -40)]
    fed(gate, frames)
    np.testing.assert_array_equal(detector.heard, frames)


def test_it_stays_open_where_somebody_may_speak() -> None:
    gate = GatedDetector(detector := Listening(0.2))
    fed(gate, noise(200))
    assert len(detector.heard) == 200


def test_a_hum_hides_no_consonant() -> None:
    """It has a hundred times the power of what opens it."""
    gate = GatedDetector(detector := Listening())
    time_s = np.arange(151 * FRAME_SAMPLES) / SAMPLE_RATE_HZ
    hum = (0.01 * np.sin(2 * np.pi * 62.5 * time_s)).astype(np.float32).reshape(-1, FRAME_SAMPLES)
    hissing = [*noise(150, -80), *noise(1, -60)]
    fed(gate, [one + other for one, other in zip(hum, hissing, strict=True)])
    assert gate.is_open
    assert len(detector.heard) == STEADY_FRAMES + REPLAY_FRAMES + 1


def test_after_a_reset_it_is_open() -> None:
    gate = GatedDetector(detector := Listening())
    fed(gate, noise(200))
    gate.reset()
    assert detector.heard == []
    fed(gate, noise(1))
    assert len(detector.heard) == 1


@pytest.mark.parametrize("gain_db", [0.0, -30.0])
def test_speech_is_found_as_without_it(gain_db: float) -> None:
    speech = speak("What is seven plus twelve?")
    n_frames = len(speech) // FRAME_SAMPLES
    said = speech[: n_frames * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    sound = np.array(noise(n_frames + 180, -60)) + np.pad(said, ((150, 30), (0, 0)))
    frames = list((10 ** (gain_db / 20) * sound).astype(np.float32))
    gate = GatedDetector(SileroVad())
    gated = np.array(fed(gate, frames[:140]))
    assert not gate.is_open
    gated = np.array([*gated, *fed(gate, frames[140:])])
    detector = SileroVad()
    plain = np.array([detector.probability(frame) for frame in frames])
    np.testing.assert_array_equal(plain >= 0.5, gated >= 0.5)
    assert plain.max() > 0.9
