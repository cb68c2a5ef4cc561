"""Find where speech starts and stops. Pure: no clock, no audio device, no model.

probability   ___/~~~~~~~~~\\_____/~~~~~\\____________________
event            ^Started   ^Paused ^Resumed   ^Paused      ^Utterance
              |..|                                |..........|
              onset_ms                    hangover_ms from the last sample of speech
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import NamedTuple

import numpy as np

from voicecli.settings import ListenSettings
from voicecli.sound.samples import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, Samples

ONSET_WINDOW = 2
"""The onset's speech frames may be spread over this many times as many frames."""

RESUME_FRAMES = 2
"""Speech frames in a row that end a pause: one alone is a click or a breath."""


class Pause(NamedTuple):
    """A stretch in which the user said nothing, and then went on."""

    start: int
    """Index after the last sample of speech."""
    end: int
    """Index of the next one."""


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """A stretch of the user's speech with what lies around it."""

    samples: Samples
    """From the pre-roll on."""
    start: int
    """Index of samples[0]."""
    onset: int
    """Index of the first sample of speech."""
    speech_end: int
    """Index after the last sample of speech."""
    peak_probability: float
    """The highest speech probability in it."""
    pauses: tuple[Pause, ...] = ()
    """In it, in order."""


@dataclass(frozen=True, slots=True, eq=False)
class SpeechStarted:
    onset: int
    """Index of the first sample of speech."""


@dataclass(frozen=True, slots=True, eq=False)
class SpeechPaused(Speech):
    """What was said so far; the user may go on."""


@dataclass(frozen=True, slots=True, eq=False)
class SpeechResumed:
    """The user goes on."""


@dataclass(frozen=True, slots=True, eq=False)
class Utterance(Speech):
    """Everything that was said: the hangover is over."""


SpeechEvent = SpeechStarted | SpeechPaused | SpeechResumed | Utterance


def join(stretches: Sequence[Speech], longest_pause: float = inf) -> Samples:
    """Their audio, in order; what two of them share comes once.

    longest_pause: samples; of a pause that is longer the middle is left out.
    """
    pieces = [
        speech.samples[: following.start - speech.start]
        for speech, following in pairwise(stretches)
    ]
    pieces.append(stretches[-1].samples)
    long = [pause for pause in pauses_of(stretches) if pause.end - pause.start > longest_pause]
    if not long:
        return np.concatenate(pieces)
    margin = int(longest_pause) // 2
    for i, speech in enumerate(stretches):
        kept = np.ones(len(pieces[i]), bool)
        for pause in long:
            begin, end = pause.start + margin - speech.start, pause.end - margin - speech.start
            kept[max(0, begin) : max(0, end)] = False
        pieces[i] = pieces[i][kept]
    return np.concatenate(pieces)


def pauses_of(stretches: Sequence[Speech]) -> list[Pause]:
    """In them and between them."""
    between = [Pause(earlier.speech_end, later.onset) for earlier, later in pairwise(stretches)]
    return [*between, *(pause for speech in stretches for pause in speech.pauses)]


class Endpointer:
    """Feed it every frame with its speech probability.

    Frames lie in one ring buffer of `pre_roll_ms` until speech starts and in the utterance from
    then on: no sample is lost or doubled. An utterance's tail stays as the next one's pre-roll.
    """

    def __init__(self, settings: ListenSettings | None = None) -> None:
        settings = settings or ListenSettings()
        self.hangover_ms: float = settings.silence_ms
        """Of the open pause. May be changed while it runs; speech sets it back."""
        self._ring: deque[Frame] = deque()
        self._recent: deque[bool] = deque()
        self._speech: list[Frame] = []
        self.adopt(settings)
        self._onset = 0
        self._speech_end = 0
        self._peak_probability = 0.0
        self._pauses: list[Pause] = []
        self._paused = False
        self._resume_count = 0

    def adopt(self, settings: ListenSettings, *, manual: bool = False) -> None:
        """From now on by these settings. An utterance that is open stays open.

        manual: only `commit` ends an utterance, and everything before it belongs to it.
        """
        self._settings = settings
        self._manual = manual
        self._onset_frames = max(1, round(settings.onset_ms / FRAME_MS))
        kept_ms = 1000 * settings.max_utterance_s if manual else settings.pre_roll_ms
        kept_frames = max(self._onset_frames, round(kept_ms / FRAME_MS))
        self._ring = deque([*self._ring, *self._speech] if manual else self._ring, kept_frames)
        if manual:
            self._speech, self._paused = [], False
        self._recent = deque(self._recent, ONSET_WINDOW * self._onset_frames)

    def commit(self, end: float = inf) -> Utterance | None:
        """End the utterance here; where nobody speaks, what is there of the pre-roll is one.

        end: the sample index behind its last one. What was heard since belongs to the next.
        """
        frames = list(self._speech or self._ring)
        said = [frame for frame in frames if frame.end <= end]
        if not said:
            return None
        if not self._speech:
            self._onset, self._peak_probability, self._pauses = said[0].start, 1.0, []
            self._speech_end = said[-1].end
        self._speech = said
        self._speech_end = min(self._speech_end, said[-1].end)
        utterance = Utterance(*self._stretch())
        self._forget(frames[len(said) :])
        return utterance

    def clear(self, end: float = inf) -> None:
        """Forget all that was heard, up to that sample index."""
        self._forget([frame for frame in (*self._ring, *self._speech) if frame.end > end])

    def _forget(self, all_but: Sequence[Frame]) -> None:
        self._ring.clear()
        self._ring.extend(all_but)
        self._recent.clear()
        self._speech, self._paused = [], False

    @property
    def in_speech(self) -> bool:
        """True from the onset to the end of the hangover."""
        return bool(self._speech)

    @property
    def paused(self) -> bool:
        """True while the hangover runs and the user may go on."""
        return self._paused

    @property
    def onset(self) -> int:
        """Index of the first sample of speech, of the newest utterance."""
        return self._onset

    def so_far(self) -> Samples:
        """The open utterance."""
        return np.concatenate([frame.samples for frame in self._speech])

    def open_speech(self) -> Speech:
        """The same, with what is known of it."""
        return Speech(*self._stretch())

    def feed(self, frame: Frame, probability: float, *, loud: bool = True) -> list[SpeechEvent]:
        """Take the next frame; return what it decides, in order.

        loud: False where the frame is certainly too quiet for speech (loudness.py). Silero's
        probability stays high for about 0.1 s after the last sound; its level does not.
        """
        if self._manual:
            self._ring.append(frame)
            return []
        if not self._speech:
            return self._wait_for_onset(frame, probability)
        self._speech.append(frame)
        self._peak_probability = max(self._peak_probability, probability)
        return self._follow_speech(frame, probability if loud else 0.0)

    def _wait_for_onset(self, frame: Frame, probability: float) -> list[SpeechEvent]:
        self._ring.append(frame)
        self._recent.append(probability >= self._settings.threshold)
        if sum(self._recent) < self._onset_frames or not self._recent[-1]:
            return []
        first = list(self._recent).index(True)
        self._onset = frame.end - (len(self._recent) - first) * FRAME_SAMPLES
        self._speech = list(self._ring)
        self._ring.clear()
        self._recent.clear()
        self._speech_end = frame.end
        self._peak_probability, self._pauses = probability, []
        self._paused = False
        self.hangover_ms = self._settings.silence_ms
        return [SpeechStarted(self._onset)]

    def _follow_speech(self, frame: Frame, probability: float) -> list[SpeechEvent]:
        settings = self._settings
        if self._paused:
            # In a pause it takes the higher threshold, twice, to go on.
            self._resume_count = self._resume_count + 1 if probability >= settings.threshold else 0
            if self._resume_count >= RESUME_FRAMES:
                self._paused = False
                goes_on = frame.end - RESUME_FRAMES * FRAME_SAMPLES
                self._pauses.append(Pause(self._speech_end, goes_on))
                self._speech_end = frame.end
                self.hangover_ms = settings.silence_ms
                return [SpeechResumed()]
        elif probability >= settings.exit_threshold:
            self._speech_end = frame.end
        silence_ms = 1000 * (frame.end - self._speech_end) / SAMPLE_RATE_HZ
        events: list[SpeechEvent] = []
        if not self._paused and silence_ms >= settings.pause_ms:
            self._paused = True
            self._resume_count = 0
            events.append(SpeechPaused(*self._stretch()))
        length_s = (frame.end - self._speech[0].start) / SAMPLE_RATE_HZ
        # Speech in the very last frame of the hangover is given the chance to go on.
        over = silence_ms >= self.hangover_ms and self._resume_count == 0
        if over or length_s >= settings.max_utterance_s:
            events.append(Utterance(*self._stretch()))
            # Its hangover is the next utterance's pre-roll; what was speech is not.
            self._ring.extend(f for f in self._speech if f.start >= self._speech_end)
            self._speech = []
            self._paused = False
        return events

    def _stretch(self) -> tuple[Samples, int, int, int, float, tuple[Pause, ...]]:
        start, peak = self._speech[0].start, self._peak_probability
        return self.so_far(), start, self._onset, self._speech_end, peak, tuple(self._pauses)
