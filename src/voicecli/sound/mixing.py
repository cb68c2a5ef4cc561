"""Two channels to one, without losing what stands upside down in one of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voicecli.sound.samples import Samples

OPPOSITE = 0.1
"""Energy of the sum by that of the difference, at and below which the channels are opposite: 10 dB.
A microphone wired the wrong way round, or a balanced line taken for two channels, gives 0; two
voices, or a room in stereo, about 1."""

MEMORY = 0.8
"""Of what was heard before, for each piece (20 to 100 ms): a pause does not turn it back."""

SHARE = np.float32(np.sqrt(0.5))
"""Of each channel, as FFmpeg mixes."""


class StereoToMono:
    """Adds the channels of a stream, or subtracts them while they are each other's opposite."""

    def __init__(self) -> None:
        self._sum = 0.0
        self._difference = 0.0
        self._opposite = False

    def feed(self, stereo: NDArray[np.float32]) -> Samples:
        """Of shape (2, samples)."""
        left, right = stereo
        self._sum = MEMORY * self._sum + _energy(left + right)
        self._difference = MEMORY * self._difference + _energy(left - right)
        if self._sum <= OPPOSITE * self._difference:
            self._opposite = self._difference > 0
        elif self._sum >= self._difference:
            self._opposite = False
        return SHARE * (left - right if self._opposite else left + right)


def _energy(samples: Samples) -> float:
    return float(np.dot(samples, samples))
