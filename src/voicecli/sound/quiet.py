"""Where sound is quietest: the place to cut it."""

from __future__ import annotations

import numpy as np

from voicecli.sound.samples import FRAME_SAMPLES, Samples

QUIET_FRAMES = 10
"""0.3 s: an utterance that is too long for a recogniser is cut in the middle of so much silence."""


def quietest(samples: Samples, begin: int, end: int) -> int:
    """The sample between these two around which it is quietest. They are a second apart or more."""
    part = samples[begin:end]
    frames = part[: len(part) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    energies = np.convolve(np.square(frames).sum(1), np.ones(QUIET_FRAMES), "valid")
    return begin + (int(np.argmin(energies)) + QUIET_FRAMES // 2) * FRAME_SAMPLES
