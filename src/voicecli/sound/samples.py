"""Sound as numbers: samples, frames, levels. No device, no clock."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Mono, -1..1."""

SAMPLE_BYTES = 4
"""Of one of them."""

SAMPLE_RATE_HZ = 16_000
"""What the VAD and the recogniser hear."""

FRAME_SAMPLES = 512
"""32 ms at 16 kHz: the only size that Silero VAD v5 and v6 accept."""

FRAME_MS = 1000 * FRAME_SAMPLES / SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """512 samples of the microphone, and of the loudspeaker at the same time."""

    samples: Samples
    """What the microphone heard, shape (512,)."""
    start: int
    """Index of the first sample at 16 kHz since the stream opened."""
    played: Samples
    """What left the loudspeaker meanwhile, shape (512,), 16 kHz."""

    @property
    def end(self) -> int:
        return self.start + len(self.samples)


def silence(n_samples: int) -> Samples:
    return np.zeros(n_samples, np.float32)


def level_db(samples: Samples) -> float:
    """Root mean square in dBFS, at least -100."""
    if len(samples) == 0:
        return -100.0
    # A dot product: it is asked for every frame, and twenty times faster than a mean of squares.
    return max(-100.0, 10 * math.log10(float(samples.dot(samples)) / len(samples) + 1e-10))
