"""PulseAudio without hardware: what is played into the sink `mouth` is what the microphone hears,
and what the program plays arrives in the sink `ear`."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import numpy as np
import pytest

from voicecli.sound.samples import Samples
from voicecli.sound.wav import to_pcm16

PULSE_DEVICE = "pulse, ALSA"
"""ALSA's plugin, through which PortAudio reaches it."""

SAMPLE_RATE_HZ = 48_000

SCRIPT = f"""
load-module module-native-protocol-unix socket={{socket}} auth-anonymous=1
load-module module-null-sink sink_name=ear rate={SAMPLE_RATE_HZ}
load-module module-null-sink sink_name=mouth rate={SAMPLE_RATE_HZ}
set-default-sink ear
set-default-source mouth.monitor
"""


def skip_without_pulse() -> None:
    """Skip the test, and say what is missing."""
    for program, package in (
        ("pulseaudio", "pulseaudio"),
        ("pactl", "pulseaudio-utils"),
        ("pacat", "pulseaudio-utils"),
    ):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed (Debian: apt install {package})")
    folders = Path("/usr/lib").glob("**/alsa-lib/libasound_module_pcm_pulse.so")
    if ctypes.util.find_library("asound") is None or not any(folders):
        pytest.skip("ALSA's plugin is not installed (Debian: apt install libasound2-plugins)")


class PulseServer:
    """A server of its own, which nobody else finds; a context manager."""

    def __init__(self) -> None:
        # Not in pytest's folder: a socket's path may be no longer than 107 characters.
        self._folder = Path(tempfile.mkdtemp(prefix="voicecli-pulse-"))
        self._script = self._folder / "script.pa"
        self._script.write_text(SCRIPT.format(socket=self._folder / "socket"))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to find it."""
        folder = str(self._folder)
        return {
            "PULSE_SERVER": f"unix:{folder}/socket",
            "PULSE_RUNTIME_PATH": folder,
            "PULSE_STATE_PATH": folder,
            "PULSE_COOKIE": f"{folder}/cookie",
        }

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start it, and wait until it serves."""
        command = ["pulseaudio", "-n", "-F", str(self._script), "--daemonize=no"]
        command += ["--exit-idle-time=-1", "--use-pid-file=no", "--high-priority=no"]
        command += ["--realtime=no", "--disable-shm=yes", "--log-target=stderr"]
        self._process = subprocess.Popen(
            command, env={**os.environ, **self.environment}, stderr=subprocess.DEVNULL
        )
        for _ in range(100):
            if self._ask("pactl", "get-default-source").stdout.strip() == "mouth.monitor":
                return
            time.sleep(0.1)
        raise TimeoutError("pulseaudio did not start within 10 s")

    def kill(self) -> None:
        """As a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            (self._folder / "socket").unlink(missing_ok=True)
            self._process = None

    def say(self, samples: Samples, sample_rate_hz: int) -> None:
        """Into the microphone; returns when it was said."""
        raw = [f"--rate={sample_rate_hz}", "--format=s16le", "--channels=1"]
        done = subprocess.run(
            ["pacat", "--playback", "--device=mouth", *raw],
            input=to_pcm16(samples),
            env={**os.environ, **self.environment},
            timeout=60,
            check=False,
        )
        assert done.returncode == 0

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Meanwhile, what the loudspeaker plays is recorded; see `heard`."""
        raw = [f"--rate={SAMPLE_RATE_HZ}", "--format=s16le", "--channels=1"]
        with (self._folder / "heard").open("wb") as file:
            recorder = subprocess.Popen(
                ["pacat", "--record", "--device=ear.monitor", *raw],
                stdout=file,
                env={**os.environ, **self.environment},
            )
            try:
                yield
            finally:
                recorder.terminate()
                recorder.wait()

    def heard(self) -> Samples:
        """What was recorded last, at SAMPLE_RATE_HZ."""
        data = (self._folder / "heard").read_bytes()
        return np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.float32) / 32768

    def _ask(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
