"""A gate before the speech detector: where the level says that nothing happens, nothing is asked.

A detector costs 0.25 ms a frame on a processor that has slept meanwhile, a fifth of what listening
to silence takes. Steady noise is told by its level, in two bands: a hum must not hide a consonant.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from voicecli.hearing.detectors import SpeechDetector
from voicecli.sound.samples import FRAME_MS, Samples

STEADY_S = 2.0
"""It closes after so long without anything that stands out, or that may be speech."""

STANDS_OUT = 10 ** (3.0 / 10)
"""3 dB above the loudest of the steady frames opens it, in power."""

QUIETEST = 10 ** (-90.0 / 10)
"""Power below which no difference means anything: half a step of 16 bits, about."""

DOUBTFUL = 0.1
"""A probability of speech above this keeps it open."""

REPLAY_FRAMES = 64
"""What the detector hears of a longer gap when it opens. A gap that is no longer changes nothing at
all; behind one it remembers a noise that was as steady."""


class GatedDetector:
    """A detector that is asked only while something happens; it hears again what it missed."""

    def __init__(self, detector: SpeechDetector) -> None:
        self._detector = detector
        self._missed: deque[Samples] = deque(maxlen=REPLAY_FRAMES)
        self._powers: deque[tuple[float, float]] = deque(maxlen=int(1000 * STEADY_S / FRAME_MS))
        """Of the last frames, all of them steady: whole, and without what is low."""
        self._limits = (0.0, 0.0)
        self.is_open = True

    def reset(self) -> None:
        """Forget what was heard."""
        self._detector.reset()
        self._missed.clear()
        self._powers.clear()
        self.is_open = True

    def probability(self, frame: Samples) -> float:
        """Of speech in the next 512 samples at 16 kHz, 0..1; 0 while it is closed."""
        powers = _powers(frame)
        if not self.is_open:
            if all(power <= limit for power, limit in zip(powers, self._limits, strict=True)):
                self._missed.append(frame)
                return 0.0
            self._open()
        probability = self._detector.probability(frame)
        self._look(powers, probability)
        return probability

    def _open(self) -> None:
        self.is_open = True
        for missed in self._missed:
            self._detector.probability(missed)
        self._missed.clear()
        self._powers.clear()

    def _look(self, powers: tuple[float, float], probability: float) -> None:
        """Close where the last frames were steady, and no speech."""
        if probability > DOUBTFUL:
            self._powers.clear()
            return
        self._powers.append(powers)
        if len(self._powers) < (self._powers.maxlen or 0):
            return
        bands = np.asarray(self._powers)
        usual = np.maximum(np.median(bands, axis=0), QUIETEST)
        if (bands.max(axis=0) <= STANDS_OUT * usual).all():
            whole, high = STANDS_OUT * usual
            self._limits = float(whole), float(high)
            self.is_open = False


def _powers(frame: Samples) -> tuple[float, float]:
    """Of the frame, and of its differences: what is low counts for little there."""
    steps = frame[1:] - frame[:-1]
    return float(frame.dot(frame)) / len(frame), float(steps.dot(steps)) / len(steps)
