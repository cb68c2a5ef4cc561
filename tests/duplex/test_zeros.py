"""Zeros of a microphone: at once where it may not be heard, patience where it may be asleep."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecli.duplex.portaudio import Device
from voicecli.duplex.zeros import PATIENCE_S, WAKING_S, ZeroWatch, patience_s, zeros_hint
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, silence

ZEROS = silence(FRAME_SAMPLES)
SOUND = np.full(FRAME_SAMPLES, 1 / 32768, np.float32)
"""The last bit of 16."""


def microphone(name: str, host_api: str = "Core Audio", rate_hz: int = 48_000) -> Device:
    return Device(0, name, host_api, 1, 0, rate_hz)


@pytest.mark.parametrize(
    ("device", "expected_s"),
    [
        (microphone("MacBook Pro Microphone"), 0.3),
        (microphone("USB Audio: - (hw:1,0)", "ALSA"), 0.3),
        (microphone("AirPods Pro"), 4.0),
        (microphone("WH-1000XM4"), 4.0),
        (microphone("Jim's Headset", rate_hz=16_000), 4.0),
        (microphone("Some name", rate_hz=24_000), 4.0),
        (microphone("bluez_input.00_11_22", "ALSA"), 4.0),
        (microphone("pulse", "ALSA"), 4.0),
        (microphone("default", "ALSA"), 4.0),
        (microphone("system", "JACK Audio Connection Kit"), None),
        (microphone("jack", "ALSA"), None),
    ],
)
def test_patience(device: Device, expected_s: float | None) -> None:
    assert patience_s(device) == expected_s


def frames_until_told(watch: ZeroWatch) -> int:
    return next(i for i in range(1, 1000) if watch.feed(ZEROS) == "zeros")


def test_zeros_are_told_within_300_ms_of_a_wired_microphone() -> None:
    n_frames = frames_until_told(ZeroWatch(PATIENCE_S))
    assert n_frames * FRAME_SAMPLES / SAMPLE_RATE_HZ == pytest.approx(0.3, abs=0.032)


def test_a_headset_that_wakes_after_3_s_is_no_fault() -> None:
    watch = ZeroWatch(WAKING_S)
    n_asleep = 3 * SAMPLE_RATE_HZ // FRAME_SAMPLES
    assert [watch.feed(ZEROS) for _ in range(n_asleep)] == [None] * n_asleep
    assert watch.feed(SOUND) is None
    assert [watch.feed(ZEROS) for _ in range(300)] == [None] * 300


def test_what_is_heard_after_all_is_told_once() -> None:
    watch = ZeroWatch(PATIENCE_S)
    frames_until_told(watch)
    assert watch.feed(ZEROS) is None
    assert watch.feed(SOUND) == "heard"
    assert watch.feed(SOUND) is None


@given(st.lists(st.booleans(), max_size=60))
def test_a_microphone_that_gave_any_sound_is_never_accused_later(pattern: list[bool]) -> None:
    watch = ZeroWatch(PATIENCE_S)
    told = [watch.feed(SOUND if is_sound else ZEROS) for is_sound in pattern]
    first_sound = pattern.index(True) if True in pattern else len(pattern)
    assert "zeros" not in told[first_sound:]
    assert told.count("zeros") == (first_sound >= 10)


def test_where_to_click() -> None:
    assert "System Settings > Privacy & Security > Microphone" in zeros_hint("darwin")
    assert "voicecli devices" in zeros_hint("linux")
    assert zeros_hint("freebsd14") == zeros_hint("linux")
