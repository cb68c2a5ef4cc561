"""Two channels at two rates, cut into pieces that happened together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from voicecli.sound.resampling import Resampler
from voicecli.sound.samples import FRAME_SAMPLES, Frame, Samples, silence

MAX_LEAD_S = 0.2
"""How far what was played may run ahead of what was heard. Blocks on their way and the resampler
(soxr holds back up to 37 ms from 48 kHz, 115 ms from 8 kHz, `early` half of that) stay below it;
more is a drift of two clocks, and is cut off."""

PATIENCE_S = 0.05
"""How long what was heard waits for what was played, likewise: enough for 48 kHz and a block."""


class Lockstep:
    """Resamples two channels to one rate and gives out pieces of them that happened together.

    Two channels of one stream come out as they went in. Where two devices keep two clocks, what
    was heard sets the pace: silence takes the place of what was played but did not come in time,
    and what was played too much is left out.
    """

    def __init__(
        self,
        heard_hz: int,
        played_hz: int,
        to_hz: int,
        *,
        patience_s: float = PATIENCE_S,
        early: bool = False,
    ) -> None:
        """early: see audio.Resampler."""
        self._resamplers = tuple(
            Resampler(from_hz, to_hz, early=early) for from_hz in (heard_hz, played_hz)
        )
        self._waiting = silence(0), silence(0)
        self._patience_samples = int(patience_s * to_hz)
        self._max_lead_samples = int(MAX_LEAD_S * to_hz)

    def feed(
        self, heard: Samples, played: Samples, *, last: bool = False
    ) -> tuple[Samples, Samples]:
        """Two pieces of the same length. The last ones are as long as what was heard."""
        heard, played = (
            np.concatenate([waiting, resampler.feed(samples, last=last)])
            for waiting, resampler, samples in zip(
                self._waiting, self._resamplers, (heard, played), strict=True
            )
        )
        n_late = len(heard) - len(played)
        if n_late > (0 if last else self._patience_samples):
            played = np.concatenate([played, silence(n_late)])
        if -n_late > self._max_lead_samples:
            played = played[-n_late - self._max_lead_samples :]
        n_both = min(len(heard), len(played))
        self._waiting = heard[n_both:], played[n_both:]
        return heard[:n_both], played[:n_both]


def _fit(samples: Samples, n_samples: int) -> Samples:
    """The resampler rounds, so the last piece may be a sample too long or too short."""
    short = max(0, n_samples - len(samples))
    return np.concatenate([samples[:n_samples], silence(short)])


class FrameCutter:
    """Cuts pairs of equally long pieces at 16 kHz into Frames."""

    def __init__(self, start: int = 0) -> None:
        self.start = start
        """Index of the next Frame's first sample."""
        self._heard = silence(0)
        self._played = silence(0)

    @property
    def end(self) -> int:
        """Index after the last sample that was fed."""
        return self.start + len(self._heard)

    @property
    def n_wanted(self) -> int:
        """So many samples are missing to the next Frame."""
        return FRAME_SAMPLES - len(self._heard)

    def feed(self, heard: Samples, played: Samples) -> Iterator[Frame]:
        self._heard = np.concatenate([self._heard, heard])
        self._played = np.concatenate([self._played, played])
        n_whole = len(self._heard) // FRAME_SAMPLES * FRAME_SAMPLES
        wholes = self._heard[:n_whole], self._played[:n_whole]
        self._heard, self._played = self._heard[n_whole:], self._played[n_whole:]
        for i in range(0, n_whole, FRAME_SAMPLES):
            cut = slice(i, i + FRAME_SAMPLES)
            frame = Frame(wholes[0][cut], self.start, wholes[1][cut])
            self.start += FRAME_SAMPLES
            yield frame
