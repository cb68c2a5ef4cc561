"""From one sample rate to another, a block at a time or at once."""

from __future__ import annotations

import soxr

from voicecli.sound.samples import Samples


class Resampler:
    """Resamples a stream piece by piece; what it holds back comes with the next piece (soxr)."""

    def __init__(self, from_hz: int, to_hz: int, *, early: bool = False) -> None:
        """early: hold back 11 ms instead of 22 (48 to 16 kHz, on average), for which the highest
        fifth of the band gets softer: 3 dB at 6.5 kHz, 13 dB at 7 kHz."""
        quality = "LQ" if early else "HQ"
        self._stream = (
            None
            if from_hz == to_hz
            else soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32", quality=quality)
        )

    def feed(self, samples: Samples, *, last: bool = False) -> Samples:
        if self._stream is None:
            return samples
        return self._stream.resample_chunk(samples, last=last)


def resample(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """Resample a whole signal."""
    return samples if from_hz == to_hz else soxr.resample(samples, from_hz, to_hz)
