from __future__ import annotations

import numpy as np

from voicecli.hearing.loudness import Loudness
from voicecli.sound.samples import FRAME_SAMPLES, Samples


def noise(level_db: float, n_frames: int) -> list[Samples]:
    rng = np.random.default_rng(7)
    samples = rng.normal(0, 10 ** (level_db / 20), (n_frames, FRAME_SAMPLES))
    return list(samples.astype(np.float32))


def test_background_is_told_from_a_voice() -> None:
    loudness = Loudness()
    frames = noise(-70, 60) + noise(-20, 30) + noise(-70, 10) + noise(-45, 2)
    loud = [loudness.is_loud(frame) for frame in frames]
    assert all(loud[60:90])
    assert not any(loud[90:100])
    assert all(loud[100:])  # soft, and yet above the background: a last [s]


def test_where_a_voice_does_not_stand_out_nothing_is_said() -> None:
    loudness = Loudness()
    frames = noise(-45, 60) + noise(-20, 30) + noise(-45, 10)
    assert all(loudness.is_loud(frame) for frame in frames)


def test_digital_silence_is_no_reason_to_call_a_hum_loud() -> None:
    loudness = Loudness()
    frames = noise(-200, 60) + noise(-20, 30) + noise(-68, 10)
    assert not any([loudness.is_loud(frame) for frame in frames][90:])


def hushed(*frames: Samples) -> list[bool]:
    loudness, found = Loudness(), []
    for frame in frames:
        loudness.is_loud(frame)
        found.append(loudness.hushed)
    return found


def test_a_voice_that_falls_to_the_level_of_the_room_is_hushed_at_once() -> None:
    found = hushed(*noise(-55, 60), *noise(-20, 30), *noise(-55, 10), *noise(-45, 3))
    assert not any(found[60:90])
    assert all(found[90:100])
    assert not any(found[100:])  # the softest sound of a word


def test_where_a_voice_hardly_stands_out_nobody_is_hushed() -> None:
    assert not any(hushed(*noise(-35, 60), *noise(-20, 30), *noise(-35, 10)))
