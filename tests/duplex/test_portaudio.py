"""Which device is meant, and what is said where none is."""

from __future__ import annotations

import ctypes.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jack_person import JACK_DEVICE, JackServer, skip_without_jack
from voicecli.duplex.portaudio import (
    Device,
    SoundSystem,
    StreamPlan,
    choose,
    list_devices,
    native_messages_apart,
    native_messages_hidden,
)
from voicecli.errors import AudioDeviceError

pytestmark = pytest.mark.slow

BUILT_IN = Device(0, "HDA Intel PCH: ALC257", "ALSA", 2, 2, 44_100)
HDMI = Device(1, "HDA Intel PCH: HDMI 0", "ALSA", 0, 8, 44_100)
HEADSET = Device(2, "USB Headset", "ALSA", 1, 2, 48_000, True, True)
JACK = Device(3, "system", "JACK Audio Connection Kit", 2, 2, 48_000)
WEBCAM = Device(4, "C920", "ALSA", 2, 0, 32_000)
CORE = Device(5, "USB Headset", "OSS", 1, 2, 48_000)
DEVICES = [BUILT_IN, HDMI, HEADSET, JACK, WEBCAM]


@pytest.mark.parametrize(
    ("kind", "wanted", "device"),
    [
        ("microphone", None, HEADSET),
        ("loudspeaker", None, HEADSET),
        ("microphone", "4", WEBCAM),
        ("loudspeaker", "1", HDMI),
        ("microphone", "USB Headset", HEADSET),
        ("microphone", "usb headset", HEADSET),
        ("microphone", "usb", HEADSET),
        ("microphone", "  C920 ", WEBCAM),
        ("microphone", "jack audio", JACK),
        ("microphone", "system, JACK Audio Connection Kit", JACK),
        ("loudspeaker", "hdmi", HDMI),
        ("microphone", "hda intel", BUILT_IN),  # the other one is no microphone
        ("microphone", "2", HEADSET),  # an index, though "C920" holds a 2 as well
        ("microphone", "92", WEBCAM),  # no index
    ],
)
def test_a_device_is_meant_by_index_name_or_part_of_it(kind, wanted: str | None, device: Device):
    assert choose(DEVICES, kind, wanted) == device


def test_the_whole_name_beats_a_part_of_another():
    longer = Device(6, "system monitor", "ALSA", 2, 0, 48_000)
    assert choose([longer, JACK], "microphone", "system") == JACK


def test_without_a_default_the_first_that_fits_is_taken():
    assert choose([HDMI, WEBCAM, BUILT_IN], "microphone") == WEBCAM


@pytest.mark.parametrize(
    ("devices", "kind", "wanted", "message"),
    [
        ([], "microphone", None, "no microphone found"),
        ([HDMI], "microphone", "hdmi", "no microphone found"),
        ([WEBCAM], "loudspeaker", None, "no loudspeaker found"),
        (DEVICES, "microphone", "Theremin", "no microphone is named 'Theremin'"),
        (DEVICES, "microphone", "17", "no microphone is named '17'"),
        (DEVICES, "microphone", "", "no microphone is named ''"),
        (DEVICES, "microphone", "-1", "no microphone is named '-1'"),
        (DEVICES, "microphone", "hdmi", "'HDA Intel PCH: HDMI 0' is no microphone"),
        (DEVICES, "loudspeaker", "c920", "'C920' is no loudspeaker"),
        (
            [HEADSET, CORE],
            "microphone",
            "usb headset",
            "microphone 'usb headset' may be any of 2: USB Headset, ALSA; 5: USB Headset, OSS",
        ),
        (
            DEVICES,
            "loudspeaker",
            "hda",
            "loudspeaker 'hda' may be any of 0: HDA Intel PCH: ALC257, ALSA;"
            " 1: HDA Intel PCH: HDMI 0, ALSA",
        ),
    ],
)
def test_what_can_not_be_meant_is_an_error_with_a_hint(devices, kind, wanted, message: str):
    with pytest.raises(AudioDeviceError) as caught:
        choose(devices, kind, wanted)
    assert caught.value.message == message
    assert caught.value.hint


@settings(deadline=None)
@given(st.text(max_size=12))
def test_any_text_chooses_a_microphone_or_is_refused(wanted: str):
    try:
        device = choose(DEVICES, "microphone", wanted)
    except AudioDeviceError:
        return
    assert device.max_input_channels > 0


@pytest.mark.parametrize(
    ("microphone", "loudspeaker", "rates", "channels"),
    [
        (WEBCAM, HEADSET, [16_000, 32_000, 48_000, 44_100], [(1, 2), (1, 1), (2, 2), (2, 1)]),
        (HEADSET, None, [16_000, 48_000, 44_100], [(1, 0)]),
        (None, BUILT_IN, [44_100, 48_000, 16_000], [(0, 2), (0, 1)]),
    ],
)
def test_rates_and_channels_are_tried_in_order(microphone, loudspeaker, rates, channels):
    plan = StreamPlan(print, print, microphone, loudspeaker)
    assert plan.sample_rates_hz == rates
    assert plan.channels == channels


def test_the_devices_of_jack_are_listed(jack_server: JackServer):
    (system,) = (device for device in list_devices() if device.full_name == JACK_DEVICE)
    assert (system.max_input_channels, system.max_output_channels) == (2, 2)
    assert system.default_sample_rate_hz == 48_000


def test_no_block_is_kept_back_on_jack(jack_server: JackServer):
    """Its dummy backend has no latency of its own."""
    sound = SoundSystem()
    system = choose(sound.devices(), "microphone", JACK_DEVICE)
    stream = sound.open(StreamPlan(lambda *args: None, lambda: None, system, system))
    try:
        assert stream.latency == (0.0, 0.0)
    finally:
        stream.close()


def test_a_device_that_opens_at_no_rate_is_an_error(jack_server: JackServer):
    sound = SoundSystem()
    system = choose(sound.devices(), "microphone", JACK_DEVICE)
    gone = Device(99, "Gone", "ALSA", 1, 1, 48_000)
    for microphone, loudspeaker, name in [
        (gone, None, "microphone 'Gone' can't"),
        (None, gone, "loudspeaker 'Gone' can't"),
        (system, gone, "microphone 'system' and loudspeaker 'Gone' can't"),
    ]:
        plan = StreamPlan(lambda *args: None, lambda: None, microphone, loudspeaker)
        with pytest.raises(AudioDeviceError, match=name) as caught:
            sound.open(plan)
        assert "PaErrorCode" not in caught.value.message


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere PortAudio comes with sounddevice")
def test_a_missing_portaudio_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    with pytest.raises(AudioDeviceError, match="PortAudio library") as caught:
        list_devices()
    assert "apt install libportaudio2" in caught.value.hint


def test_native_messages_are_hidden_only_inside(capfd: pytest.CaptureFixture[str]):
    os.write(2, b"before\n")
    with native_messages_hidden():
        os.write(2, b"ALSA lib pcm.c: Unknown PCM\n")
    os.write(2, b"after\n")
    with pytest.raises(KeyError), native_messages_hidden():
        raise KeyError
    os.write(2, b"still there\n")
    assert capfd.readouterr().err == "before\nafter\nstill there\n"


def test_native_messages_of_a_session_go_to_the_log_and_the_screen_stays(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
):
    with native_messages_apart(tmp_path / "native.log"):
        os.write(2, b"Expression 'err' failed in 'pa_linux_alsa.c'\n")
        sys.stderr.write("listening\n")
        with native_messages_hidden():
            sys.stderr.write("still drawn\n")
            os.write(2, b"ALSA lib\n")
        os.write(2, b"JACK\n")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "listening\nstill drawn\nafter\n"
    log = (tmp_path / "native.log").read_text()
    assert log == "Expression 'err' failed in 'pa_linux_alsa.c'\nJACK\n"
    with native_messages_apart():
        os.write(2, b"nowhere\n")
    assert capfd.readouterr().err == ""


GIVEN_UP = f"""
import time
from voicecli.cli import main
from voicecli.duplex.portaudio import SoundSystem, StreamPlan, choose
from voicecli.errors import AudioDeviceError
from voicecli.worker import any_busy

def run():
    sound = SoundSystem()
    system = choose(sound.devices(), "microphone", {JACK_DEVICE!r})
    n_called = []
    sound.open(StreamPlan(lambda *args: n_called.append(0), lambda: None, system, system))
    while len(n_called) < 10:
        time.sleep(0.01)
    before = any_busy()
    sound.give_up()
    print(before, any_busy())
    raise AudioDeviceError("it hangs")

main.app, main._only = run, lambda name: None
main.main()
"""


@pytest.mark.slow
@pytest.mark.jack
def test_a_stream_that_was_given_up_may_still_call_when_the_program_ends():
    """Callbacks into an interpreter that is being taken down are a segmentation fault."""
    skip_without_jack()
    with JackServer() as server:  # its own: it waits for a client that ends like this
        done = subprocess.run(
            [sys.executable, "-c", GIVEN_UP],
            env={**os.environ, **server.environment},
            capture_output=True,
            text=True,
            timeout=40,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, "voicecli: it hangs\n")
    assert done.stdout == "False True\n"  # so the interpreter isn't taken down


ENDING = """
import atexit, os, sys, threading, time
from voicecli.duplex import native, portaudio

sound = portaudio.SoundSystem()
sound._sounddevice._exit_handler = lambda: print("terminated")
threading.Thread(
    target=native.in_turn, args=(lambda: (time.sleep(SECONDS), print("called")),), daemon=True
).start()
time.sleep(0.1)
atexit._run_exitfuncs()
sys.stdout.flush()
os._exit(0)
"""


@pytest.mark.parametrize(("seconds", "said"), [(0.3, ["called", "terminated"]), (30, [])])
def test_portaudio_is_not_terminated_under_a_call(seconds: float, said: list[str]):
    code = ENDING.replace("SECONDS", str(seconds))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == said


LEFT_ALONE = """
import sys
from voicecli.duplex.native import ServerDiedError, in_turn
from voicecli.duplex.portaudio import SoundSystem

sound = in_turn(SoundSystem)
print(len(in_turn(sound.devices)) > 0, flush=True)
sys.stdin.readline()
for function in (sound.devices, sound.restart):
    try:
        in_turn(function)
    except ServerDiedError as error:
        print(error.message)
"""


@pytest.mark.jack
def test_portaudio_is_left_alone_when_its_jack_server_has_died():
    """It would abort the program, at its end too; another server of that name is no help."""
    skip_without_jack()
    with JackServer() as server:
        program = subprocess.Popen(
            [sys.executable, "-c", LEFT_ALONE],
            env={**os.environ, **server.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert program.stdout is not None
        assert program.stdout.readline() == "True\n"
        server.kill()
        server.start()
        out, _ = program.communicate("\n", timeout=20)
    assert out == 2 * "the sound system does not answer any more\n"
    assert program.returncode == 0
