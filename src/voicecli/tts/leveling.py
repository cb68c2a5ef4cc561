"""The volume of speech that is heard while it is made. Pure.

Piper makes the loudest sample of each sentence as loud as can be. Of a sentence that is still being
made nobody knows the loudest sample, so it gets the gain that would have been right for the ones
before.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from voicecli.sound.samples import Samples

FORGETTING = 0.9
"""How much of the loudest sample is still expected of the next sentence, if this one was softer."""

SILENT = 1e-8
"""A sentence without a louder sample stays as it is."""


class Leveler:
    """Brings the sentences of one voice to a peak of 1."""

    def __init__(self, expected_peak: float) -> None:
        """expected_peak: of its first sentence, before leveling."""
        self._expected_peak = expected_peak

    def feed(self, pieces: Iterator[Samples], grid_samples: int) -> Iterator[Samples]:
        """One sentence, piece by piece.

        grid_samples: pieces begin at multiples of it. However many they are, it sounds the same.
        """
        before = self._expected_peak
        gain = 1 / before if before > SILENT else 1.0
        loudest = 0.0
        for piece in pieces:
            loudest = max(loudest, _peak(piece))
            if loudest > SILENT:
                self._expected_peak = max(loudest, FORGETTING * before)
            leveled = np.empty_like(piece)
            for start in range(0, len(piece), grid_samples):
                part = slice(start, start + grid_samples)
                leveled[part], gain = _limited(piece[part], gain)
            yield leveled


def leveled(sentence: Samples) -> Samples:
    """One sentence by itself, at a peak of 1; silence stays silent."""
    peak = _peak(sentence)
    return sentence / np.float32(peak) if peak > SILENT else sentence


def _peak(samples: Samples) -> float:
    return float(np.max(np.abs(samples), initial=0.0))


def _limited(piece: Samples, gain: float) -> tuple[Samples, float]:
    """The piece, and the gain at its end: it has sunk to that by the first sample too loud."""
    peak = _peak(piece)
    if peak * gain <= 1:
        return piece * np.float32(gain), gain
    lower = 1 / peak
    too_loud = int(np.argmax(np.abs(piece) * gain > 1))
    gains = np.full(len(piece), lower, np.float32)
    gains[:too_loud] = np.linspace(gain, lower, too_loud, endpoint=False)
    return np.clip(piece * gains, -1, 1), lower
