"""What a recogniser can hear at once, found out by trying.

Whisper's own models take a window of 30 s full of sentences. A model that was trained on single
utterances falls silent after the first two or three, and may in turn hear an utterance without 30 s
of silence around it. No model says which kind it is, so the first speech there is decides.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from voicecli.transcription.recognition import BatchRecognizer, Heard, SpokenLanguage
from voicecli.transcription.windows import WHISPER_WINDOW_S, Window, windows

UTTERANCE_S = 6.0
UTTERANCE_GAP_S = 0.05
"""Stretches closer than this are one utterance, up to UTTERANCE_S. Measured on ten minutes of
sentences with the bundled recogniser: errors 0 % up to this gap, 3 % at 0.5 s, 21 % at 1 s."""

TRIAL_S = 20.0
"""Speech in a trial window, at least."""

REACH = 0.8
"""A model that goes this far into a window hears windows."""

SHARE = 0.6
"""So does one that finds this share of the words that it finds in the utterances alone."""

TRIAL_UTTERANCES = 6
"""Heard alone, to know how many words to expect: each costs as much as a whole window."""

MIN_TRIMMED = 4
"""Utterances that must come out the same with and without silence around them."""


@dataclass(frozen=True, slots=True)
class Hearing:
    utterances: bool = False
    """One utterance at a time, instead of windows full of them."""
    trimmed: bool = False
    """Without silence up to 30 s after it."""


def utterances(window: Window) -> list[Window]:
    return list(windows(window.stretches, UTTERANCE_S, UTTERANCE_GAP_S))


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it."""

    hearing: Hearing
    first: Heard | None = None
    """What was heard in the first window, where that was the trial and hearing windows is right."""


def try_hearing(
    recognizer: BatchRecognizer, found: Sequence[Window], language: SpokenLanguage
) -> Trial | None:
    """Try a window's length of what was found; None where it does not matter or is too little."""
    if all(len(window.stretches) == 1 for window in found) and _duration_s(found) < TRIAL_S:
        return None
    trial = _trial(found)
    (packed,) = recognizer.recognize([trial], [language])
    windowed = Trial(Hearing(trimmed=recognizer.trims), packed if trial is found[0] else None)
    if packed.reach_s >= REACH * trial.duration_s:
        return windowed
    single = utterances(Window(tuple(dict.fromkeys(trial.stretches))))[:TRIAL_UTTERANCES]
    alone = recognizer.recognize(single, [language] * len(single), timestamps=False)
    words_per_s = sum(heard.n_words for heard in alone) / _duration_s(single)
    n_expected = words_per_s * trial.duration_s
    if packed.n_words >= SHARE * n_expected:
        return windowed
    if recognizer.trims:
        return Trial(Hearing(utterances=True, trimmed=True))
    trimmed = recognizer.recognize(single, [language] * len(single), timestamps=False, trimmed=True)
    same = sum(_text(one) == _text(other) for one, other in zip(alone, trimmed, strict=True))
    return Trial(Hearing(True, trimmed=same >= max(MIN_TRIMMED, 0.9 * len(single))))


def _trial(found: Sequence[Window]) -> Window:
    """The first window, or else the first stretches, over and over where they are few."""
    if found[0].duration_s >= TRIAL_S:
        return found[0]
    stretches = [stretch for window in found for stretch in window.stretches]
    chosen, duration_s = [], 0.0
    for stretch in itertools.cycle(stretches):
        if chosen and duration_s + stretch.duration_s > WHISPER_WINDOW_S:
            break
        chosen.append(stretch)
        duration_s += stretch.duration_s
        if duration_s >= TRIAL_S and len(chosen) >= len(stretches):
            break
    return Window(tuple(chosen))


def _duration_s(found: Sequence[Window]) -> float:
    return sum(window.duration_s for window in found)


def _text(heard: Heard) -> str:
    return " ".join(segment.text for segment in heard.segments)
