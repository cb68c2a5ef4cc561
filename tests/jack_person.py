"""A sound server without hardware, and the person in front of the microphone.

`jackd` with its dummy backend keeps real time without a sound card. The person is a second client
of it: what they say goes into the microphone of the program under test, whatever the program plays
goes into their ear, and both are recorded on one timeline, to the sample. So the true
voice-to-voice latency, or the moment of silence after an interruption, is read off the recording:

    def test_an_answer(person):                       # the fixture of conftest.py
        program = subprocess.Popen(["voicecli", "talk", "--input-device", JACK_DEVICE, ...])
        person.wait_for_program()                     # its microphone and loudspeaker are connected
        question = person.say(samples, 16_000)        # returns when it will be said
        answer_s = person.wait_for_sound(after_s=question.end_s)
        person.wait_for_silence()
        assert answer_s - question.end_s < 1.0        # seconds on the person's timeline
        reply = person.heard(question.end_s)          # at person.sample_rate_hz
        person.save(path)                             # stereo: what was said, what was heard

The program finds the server by the environment variable JACK_DEFAULT_SERVER, which the fixture sets
for this process and so for its children.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pytest

from voicecli.sound.resampling import resample
from voicecli.sound.samples import Samples
from voicecli.sound.wav import WavWriter

JACK_DEVICE = "system, JACK Audio Connection Kit"
"""Name it to the program under test, so that no real device of the developer's is taken."""

SAMPLE_RATE_HZ = 48_000
PERIOD_SAMPLES = 480
"""10 ms: what the server moves at a time."""

SOUND = 10 ** (-50 / 20)
"""A sample above it (-50 dBFS) is sound. Between sounds, programs write digital silence."""

SERVER_NAMES = [f"voicecli-test-{i}" for i in range(4)]


def skip_without_jack() -> None:
    """Skip the test, and say what is missing."""
    if shutil.which("jackd") is None:
        pytest.skip("jackd is not installed (Debian: apt install jackd2)")
    try:
        import jack  # noqa: F401
    except OSError:
        pytest.skip("libjack is not installed (Debian: apt install libjack-jackd2-0)")


class JackServer:
    """`jackd` on its dummy backend, beside any other server; a context manager.

    A process whose JACK server died can hardly use another one (libjack keeps its state), so kill
    only servers that nobody but child processes has connected to.
    """

    def __init__(
        self, sample_rate_hz: int = SAMPLE_RATE_HZ, period_samples: int = PERIOD_SAMPLES
    ) -> None:
        self.sample_rate_hz = sample_rate_hz
        self.period_samples = period_samples
        self.name = ""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to find this server, and to start no other one."""
        return {"JACK_DEFAULT_SERVER": self.name, "JACK_NO_START_SERVER": "1"}

    def start(self) -> None:
        """Start it under a name that is free, and wait until it serves."""
        # JACK knows eight names. That of a server that was killed is free for the same name only,
        # so these are always the same few.
        for self.name in SERVER_NAMES:
            if self._start():
                return
        raise RuntimeError(f"jackd runs under none of the names {', '.join(SERVER_NAMES)}")

    def _start(self) -> bool:
        # -S: the server waits for its clients, so that a busy machine loses nothing (up to -t ms).
        command = ["jackd", "-r", "-m", "-S", "-t", "2000", "-n", self.name, "-d", "dummy"]
        command += ["-r", str(self.sample_rate_hz), "-p", str(self.period_samples)]
        quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        self._process = subprocess.Popen(command, **quiet)
        # Asked from a process of its own: a failed attempt leaves nothing in this one.
        ask = [sys.executable, "-c", f"import jack; jack.Client('w', **{self._client_options})"]
        for _ in range(50):
            served = subprocess.run(ask, **quiet, check=False).returncode == 0
            if self._process.poll() is not None:
                return False  # another one runs under this name
            if served:
                return True
            time.sleep(0.1)
        self.kill()
        return False

    def kill(self) -> None:
        """As a crash would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    @property
    def _client_options(self) -> dict[str, object]:
        return {"no_start_server": True, "servername": self.name}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the person's timeline."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Echo:
    """What the microphone hears of the loudspeaker."""

    gain: float
    delay_samples: int


class Person:
    """Mouth and ear at the program's microphone and loudspeaker; a context manager.

    Its timeline begins with 0 s when it is opened. It connects to every PortAudio port that
    appears, also when the program opens its streams again.
    """

    def __init__(self, server: JackServer, *, capacity_s: float = 600.0) -> None:
        """capacity_s: how long it can listen; memory is taken as it goes."""
        import jack

        self.sample_rate_hz = server.sample_rate_hz
        self.n_xruns = 0
        """The server was late: times measured around it are not the program's fault."""
        n_samples = int(capacity_s * self.sample_rate_hz)
        self._said = np.zeros(n_samples, np.float32)
        self._heard = np.zeros(n_samples, np.float32)
        self._n_samples = 0
        self._said_end = 0
        self._echo: Echo | None = None
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        jack.set_error_function(lambda message: None)
        jack.set_info_function(lambda message: None)
        self._client = jack.Client("person", **server._client_options)
        self._mouth = self._client.outports.register("mouth")
        self._ear = self._client.inports.register("ear")
        self._client.set_process_callback(self._process)
        self._client.set_xrun_callback(self._count_xrun)
        self._connector = threading.Thread(target=self._connect, name="connector", daemon=True)

    def __enter__(self) -> Self:
        self._client.activate()
        self._connector.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stopped.set()
        self._connector.join()
        self._client.deactivate()
        self._client.close()

    # ---- speaking and listening ---------------------------------------------------------------

    @property
    def now_s(self) -> float:
        return self._n_samples / self.sample_rate_hz

    def say(
        self, samples: Samples, sample_rate_hz: int = 16_000, *, at_s: float | None = None
    ) -> Span:
        """Say this at `at_s`, else after everything said before, else now; returns at once.

        The span is from the first to the last sample that is sound. Speaking at a time when
        something else is already being said mixes both.
        """
        samples = resample(samples, sample_rate_hz, self.sample_rate_hz)
        soon = self._n_samples + 2 * self._client.blocksize
        start = max(soon, self._said_end) if at_s is None else int(at_s * self.sample_rate_hz)
        end = start + len(samples)
        if start < soon:
            raise ValueError(f"{at_s} s is over; it is {self.now_s} s now")
        if end > len(self._said):
            raise ValueError("give the person more capacity_s")
        with self._lock:
            self._said[start:end] += samples
            self._said_end = max(self._said_end, end)
        loud = np.flatnonzero(np.abs(samples) > SOUND)
        first, last = (int(loud[0]), int(loud[-1]) + 1) if len(loud) else (0, len(samples))
        return Span((start + first) / self.sample_rate_hz, (start + last) / self.sample_rate_hz)

    def set_echo(self, gain_db: float | None, delay_ms: float = 60.0) -> None:
        """From now on the microphone hears the loudspeaker too; None ends it.

        The delay is on top of the server's own, and at least one of its periods.
        """
        if gain_db is None:
            self._echo = None
            return
        delay_samples = max(self._client.blocksize, int(delay_ms * self.sample_rate_hz / 1000))
        self._echo = Echo(10 ** (gain_db / 20), delay_samples)

    def heard(self, start_s: float = 0.0, end_s: float | None = None) -> Samples:
        """What came out of the loudspeaker; a copy, at `sample_rate_hz`."""
        return self._heard[self._cut(start_s, end_s)].copy()

    def said(self, start_s: float = 0.0, end_s: float | None = None) -> Samples:
        """What was said so far, without the echo; likewise."""
        return self._said[self._cut(start_s, end_s)].copy()

    def heard_spans(
        self, start_s: float = 0.0, end_s: float | None = None, *, min_gap_s: float = 0.5
    ) -> list[Span]:
        """The stretches with sound; pauses shorter than `min_gap_s` belong to them."""
        loud = np.flatnonzero(np.abs(self._heard[self._cut(start_s, end_s)]) > SOUND)
        if len(loud) == 0:
            return []
        gaps = np.flatnonzero(np.diff(loud) > min_gap_s * self.sample_rate_hz)
        starts = loud[np.concatenate([[0], gaps + 1])] / self.sample_rate_hz
        ends = (loud[np.concatenate([gaps, [-1]])] + 1) / self.sample_rate_hz
        return [
            Span(start_s + float(start), start_s + float(end))
            for start, end in zip(starts, ends, strict=True)
        ]

    def save(self, path: Path) -> None:
        """A stereo WAV: left what was said, right what was heard."""
        wav = WavWriter(path, self.sample_rate_hz, 2)
        wav.write(self.said(), self.heard())
        wav.close()

    # ---- waiting ------------------------------------------------------------------------------

    def wait_for_program(
        self, timeout_s: float = 30.0, *, microphone: bool = True, loudspeaker: bool = True
    ) -> None:
        """Until the program's microphone and loudspeaker are connected, or the one it opens."""
        wanted = [self._mouth] * microphone + [self._ear] * loudspeaker
        self._wait(
            lambda: all(port.number_of_connections > 0 for port in wanted),
            timeout_s,
            f"no program opened {[port.shortname for port in wanted]}",
        )

    @property
    def is_listened_to(self) -> bool:
        """A microphone is open."""
        return self._mouth.number_of_connections > 0

    def wait_until(self, at_s: float) -> None:
        """Until that moment of the timeline."""
        self._wait(lambda: self.now_s >= at_s, at_s - self.now_s + 10, "the server stands still")

    def wait_for_sound(self, after_s: float = 0.0, timeout_s: float = 30.0) -> float:
        """Until something is heard after that moment; when it began."""
        start = int(after_s * self.sample_rate_hz)
        found: list[int] = []

        def is_heard() -> bool:
            nonlocal start
            end = self._n_samples
            found.extend(start + np.flatnonzero(np.abs(self._heard[start:end]) > SOUND)[:1])
            start = max(start, end)
            return bool(found)

        self._wait(is_heard, timeout_s, f"nothing was heard after {after_s:.2f} s")
        return found[0] / self.sample_rate_hz

    def wait_for_silence(self, min_s: float = 1.0, timeout_s: float = 60.0) -> float:
        """Until nothing was heard for `min_s`; when the last sound ended (0 where none was)."""
        last = 0
        looked = 0

        def is_silent() -> bool:
            nonlocal last, looked
            end = self._n_samples
            loud = np.flatnonzero(np.abs(self._heard[looked:end]) > SOUND)
            last = looked + int(loud[-1]) + 1 if len(loud) else last
            looked = end
            return end - last >= min_s * self.sample_rate_hz

        self._wait(is_silent, timeout_s, "the loudspeaker does not fall silent")
        return last / self.sample_rate_hz

    def _wait(self, is_over, timeout_s: float, what: str) -> None:
        give_up_at_s = time.monotonic() + timeout_s
        while not is_over():
            if time.monotonic() > give_up_at_s:
                raise AssertionError(f"{what} ({timeout_s:.0f} s waited)")
            time.sleep(0.01)

    # ---- the server's threads -----------------------------------------------------------------

    def _process(self, n: int) -> None:
        ear, mouth = self._ear.get_array(), self._mouth.get_array()
        start = self._n_samples
        if start + n > len(self._heard):
            mouth[:] = 0
            return
        self._heard[start : start + n] = ear
        with self._lock:
            mouth[:] = self._said[start : start + n]
        echo = self._echo
        if echo is not None and start >= echo.delay_samples:
            delayed = start - echo.delay_samples
            mouth += echo.gain * self._heard[delayed : delayed + n]
        self._n_samples = start + n

    def _count_xrun(self, delayed_usecs: float) -> None:
        self.n_xruns += 1

    def _connect(self) -> None:
        import jack

        # JACK forbids connecting in its notifications, hence a thread that looks.
        while not self._stopped.wait(0.02):
            # A port may vanish while it is listed, asked or connected: it is looked for again.
            with suppress(jack.JackError):
                self._connect_microphones()
            with suppress(jack.JackError):
                self._connect_loudspeakers()

    def _connect_microphones(self) -> None:
        for port in self._client.get_ports("^PortAudio.*:in_[0-9]+$", is_input=True):
            self._connect_ports(self._mouth, port)

    def _connect_loudspeakers(self) -> None:
        # Both channels play the same: the ear takes the first of each program. PortAudio
        # numbers its ports on and on, whenever a stream is opened again.
        outputs = self._client.get_ports("^PortAudio.*:out_[0-9]+$", is_output=True)
        programs = {_program(port) for port in self._ear.connections}
        for port in sorted(outputs, key=lambda port: int(port.shortname.split("_")[-1])):
            if _program(port) not in programs:
                programs.add(_program(port))
                self._connect_ports(port, self._ear)

    def _connect_ports(self, source, destination) -> None:
        import jack

        with suppress(jack.JackError):  # the port is not active yet, or gone again
            if destination not in self._client.get_all_connections(source):
                self._client.connect(source, destination)

    def _cut(self, start_s: float, end_s: float | None) -> slice:
        end = self._n_samples if end_s is None else int(end_s * self.sample_rate_hz)
        return slice(int(start_s * self.sample_rate_hz), min(end, self._n_samples))


def _program(port) -> str:
    return port.name.split(":")[0]
