"""A conversation through PulseAudio, as on many desktops: its server may die and come back."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import numpy as np
import pytest

from programs import Talk, run_voicecli, speak, understand
from pulse_server import PULSE_DEVICE, SAMPLE_RATE_HZ, PulseServer, skip_without_pulse
from voicecli.sound.samples import SAMPLE_RATE_HZ as HEARD_HZ

TALK = (
    *("--input-device", PULSE_DEVICE, "--output-device", PULSE_DEVICE),
    *("--base-url", "built-in"),
)


@pytest.fixture
def pulse(monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseServer]:
    skip_without_pulse()
    with PulseServer() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


def leave(talk: Talk) -> None:
    talk.send(signal.SIGINT)
    assert talk.wait() == 130


def test_a_question_and_its_answer(pulse: PulseServer) -> None:
    with Talk(*TALK) as talk:
        talk.wait_for("started")
        with pulse.listening():
            pulse.say(speak("What is seven plus twelve?"), HEARD_HZ)
            talk.wait_for("reply_ended")
        leave(talk)
    assert talk.of("reply_ended")[0]["heard"] == "Seven plus twelve is nineteen."
    heard = pulse.heard()
    loud = np.flatnonzero(np.abs(heard) > 0.01)
    assert understand(heard[loud[0] :], SAMPLE_RATE_HZ) == "seven plus twelve is nineteen"


def test_a_server_that_is_killed_and_comes_back_in_mid_conversation(pulse: PulseServer) -> None:
    with Talk(*TALK) as talk:
        talk.wait_for("started")
        pulse.say(speak("Tell me a story."), HEARD_HZ)
        while talk.of("state_changed")[-1]["state"] != "speaking":
            talk.wait_for("state_changed", len(talk.of("state_changed")) + 1)
        pulse.kill()
        wait_for_notice(talk, "the sound stopped")
        pulse.start()
        wait_for_notice(talk, "the sound is back")
        talk.wait_for("reply_ended")  # the story went on to its end
        pulse.say(speak("What is seven plus twelve?"), HEARD_HZ)
        talk.wait_for("reply_ended", 2)
        leave(talk)
    story, answer = talk.of("reply_ended")
    assert not story["interrupted"]
    assert story["unheard"] == ""
    assert answer["heard"] == "Seven plus twelve is nineteen."
    assert talk.of("ended")[0]["n_turns"] == 2


def wait_for_notice(talk: Talk, beginning: str) -> None:
    number = 1
    while not talk.wait_for("notice", number)["message"].startswith(beginning):
        number += 1


def test_a_muted_microphone_is_told_and_so_is_its_first_sound(pulse: PulseServer) -> None:
    """What stands behind `pulse` may be a headset that wakes up: not before 4 s."""
    with Talk(*TALK) as talk:
        talk.wait_for("started")
        wait_for_notice(talk, "pulse gives nothing but silence")
        pulse.say(speak("Hello."), HEARD_HZ)
        wait_for_notice(talk, "pulse is heard now")
        leave(talk)


def test_devices_are_listed_with_the_rates_that_open(pulse: PulseServer) -> None:
    done = run_voicecli("devices")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "16/44.1/48 kHz" in done.stdout


def test_a_silent_microphone_fails_the_test_of_devices(pulse: PulseServer) -> None:
    done = run_voicecli("devices", "--test")
    assert done.returncode == 1
    assert "gives nothing but silence" in done.stderr
    assert "ALSA lib" not in done.stderr
