"""Frames -> what of them may be the user, and where the user's speech starts and stops."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from voicecli.hearing.detectors import SpeechDetector
from voicecli.hearing.echo import Echo
from voicecli.hearing.endpointing import Endpointer, SpeechEvent, Utterance
from voicecli.hearing.faintness import Faintness
from voicecli.hearing.loudness import Loudness
from voicecli.settings import ListenSettings
from voicecli.sound.samples import FRAME_SAMPLES, Frame, silence


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """One frame, as it was understood."""

    frame: Frame
    """Without the loudspeaker's echo; silence while muted."""
    may_be_user: bool
    """It is speech, and not the loudspeaker's."""
    events: list[SpeechEvent]
    hushed: bool = False
    """It is no louder than the room."""
    faint_db: float | None = None
    """Once: somebody speaks, and is no louder than that in any frame (dBFS)."""


class Ears:
    """Echo, mute, speech detector, loudness and endpointer as one. Feed it every frame."""

    def __init__(
        self,
        echo: Echo,
        detector: SpeechDetector,
        settings: ListenSettings,
        faint_detector: Callable[[], SpeechDetector] | None = None,
    ) -> None:
        """faint_detector: makes one more detector, for those who speak too quietly."""
        self.endpointer = Endpointer(settings)
        self.now = 0
        """Sample index after the frame that was heard last."""
        self._echo = echo
        self._detector = detector
        self._threshold = settings.threshold
        self._loudness = Loudness()
        self._faintness = Faintness(faint_detector) if faint_detector is not None else None
        self._heard_from = 0.0
        """Sample index before which the microphone is muted."""

    @property
    def muted(self) -> bool:
        return self._heard_from == math.inf

    def mute(self, muted: bool, from_: int) -> None:
        """While muted, silence takes the place of what the microphone hears.

        from_: the sample index of a frame from which on that holds, as the duplex tells.
        """
        self._heard_from = math.inf if muted else from_
        self._detector.reset()

    def adopt(self, settings: ListenSettings, *, manual: bool = False) -> None:
        """From now on by these settings (see Endpointer.adopt)."""
        self._threshold = settings.threshold
        self.endpointer.adopt(settings, manual=manual)

    def hear(self, frame: Frame) -> Heard:
        frame = self._echo.cancel(frame)
        if frame.start < self._heard_from:  # muted, though the echo's path stays known
            frame = Frame(silence(FRAME_SAMPLES), frame.start, frame.played)
            words, probability, loud, hushed = frame, 0.0, False, True
        else:
            words = Frame(self._echo.for_words(frame), frame.start, frame.played)
            probability = self._detector.probability(frame.samples)
            loud = self._loudness.is_loud(frame.samples)
            hushed = self._loudness.hushed
        faint_db = self._faintness.feed(frame, probability) if self._faintness else None
        self.now = frame.end
        if not self._echo.may_be_user(frame):
            probability = 0.0
        events = self.endpointer.feed(words, probability, loud=loud)
        if any(isinstance(event, Utterance) and event.speech_end < frame.end for event in events):
            self._detector.reset()  # a turn that is cut in the middle, for its length, goes on
        return Heard(frame, probability >= self._threshold, events, hushed, faint_db)
