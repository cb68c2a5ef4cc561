"""A sound card without hardware. What is said and what is heard lie on one timeline."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from voicecli.duplex.portaudio import Device, StreamPlan
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples, silence
from voicecli.timing import now_s

BLOCK_SAMPLES = SAMPLE_RATE_HZ // 100


@dataclass(frozen=True)
class Loudspeaker:
    """What the microphone hears of it."""

    delay_ms: int
    """At least 10, the length of a block."""
    gain_db: float


HEADPHONES = Loudspeaker(10, -math.inf)
OPEN_LOUDSPEAKER = Loudspeaker(60, -6.0)
"""As loud as an echo is at most, after the buffers of both devices."""


class Room:
    """Takes the place of portaudio.SoundSystem: one device, driven by a thread every 10 ms.

    A callback that comes late is made up for, as real devices do it: samples are never skipped.
    """

    def __init__(self, capacity_s: float, loudspeaker: Loudspeaker = HEADPHONES) -> None:
        n_samples = int(capacity_s * SAMPLE_RATE_HZ)  # memory is taken where it is written
        self._said = np.zeros(n_samples, np.float32)
        self._heard = np.zeros(n_samples, np.float32)
        self._position = 0
        self._loudspeaker = loudspeaker
        self._stream: _Stream | None = None
        self._callback_cpu_s = 0.0
        self.own_cpu_s = 0.0
        """What the thread took, without the callbacks: a real sound card has its own."""

    # ---- in place of PortAudio ----------------------------------------------------------------

    def devices(self) -> list[Device]:
        return [Device(0, "bench", "none", 1, 1, SAMPLE_RATE_HZ, True, True)]

    def open(self, plan: StreamPlan) -> _Stream:
        self._stream = _Stream(self._move, plan.callback)
        return self._stream

    def restart(self) -> None:
        pass

    def give_up(self) -> None:
        pass

    def _move(self, callback: Callable[..., None]) -> None:
        here = slice(self._position, self._position + BLOCK_SAMPLES)
        if here.stop > len(self._said):
            return
        microphone = self._said[here] + self._echo(here)
        out = silence(BLOCK_SAMPLES)
        began_s = time.thread_time()
        callback(*(side.data.cast("B") for side in (microphone, out)), *_BLOCK)
        self._callback_cpu_s += time.thread_time() - began_s
        self._heard[here] = out
        self._position = here.stop
        self.own_cpu_s = time.thread_time() - self._callback_cpu_s

    def _echo(self, here: slice) -> Samples:
        start = here.start - self._loudspeaker.delay_ms * SAMPLE_RATE_HZ // 1000
        if start < 0:
            return silence(BLOCK_SAMPLES)
        gain = np.float32(10 ** (self._loudspeaker.gain_db / 20))
        return gain * self._heard[start : start + BLOCK_SAMPLES]

    # ---- the person ---------------------------------------------------------------------------

    @property
    def position(self) -> int:
        """Index of the sample that is next."""
        return self._position

    def say(self, samples: Samples, delay_s: float = 0.1) -> tuple[int, int]:
        """Say it soon; the indices of its first and after its last audible sample."""
        start = self.speak(samples, delay_s)
        loud = np.flatnonzero(np.abs(samples) > 0.01 * np.abs(samples).max())
        return start + int(loud[0]), start + int(loud[-1]) + 1

    def speak(self, samples: Samples, delay_s: float = 0.1) -> int:
        """Say it soon; the index of its first sample."""
        start = self._position + int(delay_s * SAMPLE_RATE_HZ)
        self._said[start : start + len(samples)] += samples
        return start

    def hush(self) -> None:
        """Say nothing more of what was begun."""
        self._said[self._position :] = 0

    def heard(self, start: int, end: int) -> Samples:
        """What came out of the loudspeaker between two indices."""
        return self._heard[start:end].copy()

    def first_heard(self, after: int) -> int | None:
        """Index of the first sample after `after` that is not zero; None where there is none yet.

        Between sounds the speaker writes zeros.
        """
        sound = np.flatnonzero(self._heard[after : self._position])
        return after + int(sound[0]) if len(sound) else None

    def last_heard(self, after: int) -> int | None:
        """Index of the last one."""
        sound = np.flatnonzero(self._heard[after : self._position])
        return after + int(sound[-1]) if len(sound) else None


class _InTime:
    """The status of every block (see line.Status)."""

    output_underflow = False


_BLOCK = BLOCK_SAMPLES, None, _InTime
"""What every callback gets beside its memory."""


class _Stream:
    latency = (0.0, 0.0)
    samplerate = float(SAMPLE_RATE_HZ)

    def __init__(self, move: Callable[[Callable[..., None]], None], callback: Callable[..., None]):
        self._ended = threading.Event()
        self._move = move
        self._callback = callback
        self._thread = threading.Thread(target=self._run, name="bench room", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        block_s = BLOCK_SAMPLES / SAMPLE_RATE_HZ
        due_s = now_s()
        while not self._ended.wait(max(0.0, due_s - now_s())):
            self._move(self._callback)
            due_s += block_s

    def abort(self, ignore_errors: bool = True) -> None:
        self._ended.set()
        self._thread.join()

    close = abort
