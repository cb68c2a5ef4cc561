"""How a timer rings: a sound of its own, over whatever is said, and on the screen."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from voicecli.conversation.events import Event, Level, SpeechBegan, Stopped, TimerRang, UserSaid
from voicecli.duplex.speaker import Speaker
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples
from voicecli.tools.timers import Timers
from voicecli.tts.clip import Clip

RING_HZ = (988.0, 1319.0)
"""B5 and E6: high enough to be heard through speech, and no voice has them."""

NOTE_S = 0.16
RING_PEAK = 0.25
RING_EVERY_S = 3.0
RINGS = 10
"""Half a minute, unless somebody speaks, or stops it by a key."""


def ring_sound() -> Clip:
    """Two notes, twice, that die away."""
    n = round(NOTE_S * SAMPLE_RATE_HZ)
    t = np.arange(n, dtype=np.float32) / SAMPLE_RATE_HZ
    fade = np.exp(-t / (NOTE_S / 3)) * np.minimum(1.0, t / 0.005)
    notes = [RING_PEAK * fade * np.sin(2 * np.pi * hz * t) for hz in (*RING_HZ, *RING_HZ)]
    samples: Samples = np.concatenate(notes).astype(np.float32)
    return Clip(samples, SAMPLE_RATE_HZ)


class Bell:
    """Rings for the timers that are due. It hears the conversation's events, and passes them on."""

    def __init__(
        self, speaker: Speaker, emit: Callable[[Event], None], *, stands_still: bool
    ) -> None:
        """stands_still: time is that of the recording, frame by frame, and not of the wall."""
        self.timers = Timers(self._now_s)
        self._speaker = speaker
        self._emit = emit
        self._began_s = time.time()
        self._stands_still = stands_still
        self._n_frames = 0
        self._rings_left = 0
        self._next_s = 0.0
        self._sound = ring_sound()

    def hear(self, event: Event) -> None:
        self._emit(event)
        if isinstance(event, Level):
            self._n_frames += 1
            self._look()
        elif isinstance(event, SpeechBegan | UserSaid | Stopped):  # asleep, no speech begins
            self._rings_left = 0

    def hush(self) -> None:
        """At once."""
        self._rings_left = 0
        self._speaker.unmix()

    def _look(self) -> None:
        for timer in self.timers.due():
            self._emit(TimerRang(timer.name, timer.set_for))
            self._rings_left, self._next_s = RINGS, 0.0
        if self._rings_left and self._now_s() >= self._next_s:
            self._rings_left -= 1
            self._next_s = self._now_s() + RING_EVERY_S
            self._speaker.mix(self._sound)

    def _now_s(self) -> float:
        if self._stands_still:
            return self._began_s + self._n_frames * FRAME_SAMPLES / SAMPLE_RATE_HZ
        return time.time()
