"""Stretches of speech -> what the recogniser hears at once. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from math import inf

import numpy as np

from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples, silence
from voicecli.transcription.speech import SpeechStretch

WHISPER_WINDOW_S = 30.0
"""What the encoder takes: shorter sound is filled up with silence, at the same cost."""

UTTERANCE_S = 6.0
UTTERANCE_GAP_S = 0.05
"""Stretches closer than this are one utterance, up to UTTERANCE_S. Measured on ten minutes of
sentences with the bundled recogniser: errors 0 % up to this gap, 3 % at 0.5 s, 21 % at 1 s."""


LEAD_S, TAIL_S = 0.2, 0.3
"""Heard with a short recording, before and after what the VAD took for speech: its cuts may take
the breath of a first sound or the end of a last one, and what is left is another word ("lecture"
for "Alexa", tiny.en; "a cheddar bowl" for "block", base)."""


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """Stretches of one channel in a row, heard as if there were no silence between them."""

    stretches: tuple[SpeechStretch, ...]
    lead: Samples = field(default_factory=partial(silence, 0))
    """What is heard with it, before its first stretch: the times of words count from here."""
    tail: Samples = field(default_factory=partial(silence, 0))
    """Likewise, after its last."""

    @property
    def samples(self) -> Samples:
        stretches = (stretch.samples for stretch in self.stretches)
        return np.concatenate([self.lead, *stretches, self.tail])

    @property
    def n_samples(self) -> int:
        return sum(map(len, (self.lead, *(one.samples for one in self.stretches), self.tail)))

    @property
    def heard_s(self) -> float:
        return self.n_samples / SAMPLE_RATE_HZ

    @property
    def lead_s(self) -> float:
        return len(self.lead) / SAMPLE_RATE_HZ

    @property
    def duration_s(self) -> float:
        """Of its stretches."""
        return sum(stretch.duration_s for stretch in self.stretches)

    @property
    def start_s(self) -> float:
        """In the recording."""
        return self.stretches[0].start / SAMPLE_RATE_HZ

    @property
    def end_s(self) -> float:
        return self.stretches[-1].end / SAMPLE_RATE_HZ

    @property
    def voiced_s(self) -> float:
        """How much of it the VAD took for speech."""
        return sum(stretch.voiced_s for stretch in self.stretches)

    def after(self, time_s: float, min_s: float) -> Window | None:
        """What comes after a moment of the window; None where it is shorter than `min_s`.

        A stretch of which only less than that is left is passed over.
        """
        left: list[SpeechStretch] = []
        time_s -= self.lead_s
        for stretch in self.stretches:
            if time_s <= 0:
                left.append(stretch)
            elif stretch.duration_s - time_s >= min_s:
                skipped = int(time_s * SAMPLE_RATE_HZ)
                left.append(
                    replace(
                        stretch, start=stretch.start + skipped, samples=stretch.samples[skipped:]
                    )
                )
            time_s -= stretch.duration_s
        rest = Window(tuple(left), tail=self.tail)
        return rest if left and rest.duration_s >= min_s else None


def with_surroundings(window: Window, samples: Samples, start: int) -> Window:
    """A window that is heard with what lies around it, as long as it stays one.

    samples: of the recording, from `start` on.
    """
    first, last = window.stretches[0].start - start, window.stretches[-1].end - start
    lead = samples[max(0, first - round(LEAD_S * SAMPLE_RATE_HZ)) : max(0, first)]
    tail = samples[last : last + round(TAIL_S * SAMPLE_RATE_HZ)]
    wider = replace(window, lead=lead, tail=tail)
    return wider if wider.heard_s <= WHISPER_WINDOW_S else window


def windows(
    stretches: Iterable[SpeechStretch], max_s: float = WHISPER_WINDOW_S, max_gap_s: float = inf
) -> Iterator[Window]:
    """Put as many stretches into each window as it holds, over gaps of at most `max_gap_s`."""
    packer = Packer(max_s, max_gap_s)
    for stretch in stretches:
        yield from packer.feed(stretch)
    yield from packer.finish()


def utterances(window: Window) -> list[Window]:
    """A window taken apart."""
    return list(windows(window.stretches, UTTERANCE_S, UTTERANCE_GAP_S))


class Packer:
    """As `windows`, stretch by stretch."""

    def __init__(self, max_s: float = WHISPER_WINDOW_S, max_gap_s: float = inf) -> None:
        self._max_s = max_s
        self._max_gap_s = max_gap_s
        self._held: list[SpeechStretch] = []
        self._held_s = 0.0

    def feed(self, stretch: SpeechStretch) -> Iterator[Window]:
        if self._held:
            gap_s = (stretch.start - self._held[-1].end) / SAMPLE_RATE_HZ
            if self._held_s + stretch.duration_s > self._max_s or gap_s > self._max_gap_s:
                yield from self.finish()
        self._held.append(stretch)
        self._held_s += stretch.duration_s

    def finish(self) -> Iterator[Window]:
        """What is held, complete or not."""
        if self._held:
            window = Window(tuple(self._held))
            self._held, self._held_s = [], 0.0
            yield window
