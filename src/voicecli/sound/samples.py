"""Sound as numbers: frames, clips, files in and out, resampling. No device, no clock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    pass

Samples = NDArray[np.float32]
"""Mono, -1..1."""

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


@dataclass(frozen=True, slots=True)
class Phoneme:
    """One IPA symbol of synthesised speech, or a blank or punctuation mark between the words."""

    symbol: str
    n_samples: int


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A piece of synthesised speech."""

    samples: Samples
    sample_rate_hz: int
    text: str = ""
    """What is said in it."""
    word_ends: tuple[int, ...] = ()
    """For each word of `text` (split at white space) the sample after its last one; empty where the
    voice doesn't tell."""
    phonemes: tuple[Phoneme, ...] = ()
    """One after the other, without a gap; empty unless asked for."""
    to_come: int = 0
    """So many of its samples are still being made."""

    @property
    def n_samples(self) -> int:
        """With those to come."""
        return len(self.samples) + self.to_come

    @property
    def duration_s(self) -> float:
        return self.n_samples / self.sample_rate_hz


LEAD_DB = -45.0
"""Below the loudest sample of a clip's beginning: what is quieter is no speech yet."""

LEAD_S = 0.01
"""So much of the silence stays, so that the first sound does not begin with a click."""


def without_lead(clip: Clip) -> Clip:
    """The clip without the silence that voices begin with (0.1 s, which would only be waited for).

    Of a clip that is only a beginning, what it has of samples; they may all be silence.
    """
    loudness = np.abs(clip.samples)
    loud = np.flatnonzero(loudness > 10 ** (LEAD_DB / 20) * np.max(loudness, initial=0.0))
    lead = int(loud[0]) if len(loud) else 0
    n_dropped = max(0, lead - int(LEAD_S * clip.sample_rate_hz))
    return replace(
        clip,
        samples=clip.samples[n_dropped:],
        word_ends=tuple(max(0, end - n_dropped) for end in clip.word_ends),
    )


def silence(n_samples: int) -> Samples:
    return np.zeros(n_samples, np.float32)


def level_db(samples: Samples) -> float:
    """Root mean square in dBFS, at least -100."""
    if len(samples) == 0:
        return -100.0
    mean_square = float(np.mean(np.square(samples, dtype=np.float64)))
    return max(-100.0, 10 * np.log10(mean_square + 1e-10))
