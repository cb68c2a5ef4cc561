"""`voicecli devices`: the list, the choice that is remembered, the test of both."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from jack_person import JACK_DEVICE, JackServer, Person
from programs import run_voicecli, speak
from voicecli.cli.devices import remembered_name
from voicecli.duplex.portaudio import Device
from voicecli.sound.samples import SAMPLE_RATE_HZ


def config() -> str:
    path = Path(os.environ["VOICECLI_HOME"]) / "config.toml"
    return path.read_text() if path.exists() else ""


def test_the_table(jack_server: JackServer) -> None:
    done = run_voicecli("devices")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    heading, *lines = done.stdout.splitlines()
    assert heading.split() == ["name", "system", "in", "out", "opens", "at"]
    (line,) = (line for line in lines if "JACK Audio Connection Kit" in line)
    # The server runs at one rate, and JACK does not resample.
    assert "48 kHz" in line
    assert "16" not in line
    assert done.stdout.count("microphone (default)") == 1
    assert done.stdout.count("loudspeaker (default)") == 1


def test_json(jack_server: JackServer) -> None:
    rows = json.loads(run_voicecli("devices", "--json").stdout)
    (system,) = (row for row in rows if row["name"] == "system")
    assert (system["inputs"], system["outputs"], system["rates_hz"]) == (2, 2, [48_000])


def test_nothing_at_all() -> None:
    done = run_voicecli("devices")
    assert done.returncode == 1
    assert done.stderr.startswith("voicecli: no microphone found\n")
    assert done.stdout == ""


def test_a_choice_is_remembered_by_name_and_forgotten(jack_server: JackServer) -> None:
    done = run_voicecli("devices", "--input", "sys", "--output", "system")
    assert done.returncode == 0, done.stderr
    assert "microphone from now on: system, JACK Audio Connection Kit" in done.stderr
    assert config() == '[sound]\ninput_device = "system"\noutput_device = "system"\n'
    rows = json.loads(run_voicecli("devices", "--json").stdout)
    (system,) = (row for row in rows if row["name"] == "system")
    assert system["used"] == ["microphone", "loudspeaker"]
    run_voicecli("devices", "--input", "default", "--output", "default")
    assert "device" not in config()


def test_an_unknown_choice_is_refused_and_nothing_written(jack_server: JackServer) -> None:
    done = run_voicecli("devices", "--input", "Kazoo")
    assert done.returncode == 1
    assert "no microphone is named 'Kazoo'" in done.stderr
    assert config() == ""


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([("USB", "ALSA"), ("system", "JACK")], "USB"),
        ([("USB", "ALSA"), ("usb", "JACK")], "USB, ALSA"),
    ],
)
def test_the_name_that_is_remembered(names: list[tuple[str, str]], expected: str) -> None:
    devices = [Device(i, name, api, 1, 1, 48_000) for i, (name, api) in enumerate(names)]
    assert remembered_name(devices, devices[0]) == expected


def test_what_is_said_is_played_and_its_level_shown(person: Person) -> None:
    run_voicecli("devices", "--input", JACK_DEVICE, "--output", JACK_DEVICE)
    talking = threading.Thread(target=talk_when_listened_to, args=(person,))
    talking.start()
    done = run_voicecli("devices", "--test", "--json")
    talking.join()
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert -30 < result["loudest_db"] < -3
    assert "recording 1 s with system" in done.stderr
    (played,) = person.heard_spans(min_gap_s=1.0)
    assert 0.3 < played.end_s - played.start_s <= 1.1


def talk_when_listened_to(person: Person) -> None:
    person.wait_for_program()
    person.say(speak("Hello, hello, hello."), SAMPLE_RATE_HZ)
    person.say(speak("Hello, hello, hello."), SAMPLE_RATE_HZ)


def test_a_quiet_microphone_is_told(person: Person) -> None:
    run_voicecli("devices", "--input", JACK_DEVICE, "--output", JACK_DEVICE)
    done = run_voicecli("devices", "--test")
    assert done.returncode == 0, done.stderr
    assert "that is very quiet" in done.stderr
    assert done.stdout == ""
