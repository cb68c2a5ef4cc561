"""Is somebody speaking who arrives far too quietly? Pure but for its detector."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from voicecli.hearing.detectors import SpeechDetector
from voicecli.sound.samples import FRAME_MS, Frame, level_db

FAINT_DB = -52.0
"""Of the loudest frame: speech below it stands out of no ordinary room, and from -60 on Silero
misses whole sentences (of 30, 0 at -50 dB, 7 at -60, 18 at -65)."""

SILENT_DB = -90.0
"""Below, there is nothing to amplify: 16 bits are all but used up."""

STANDS_OUT_DB = 10.0
"""So much above the quietest moments somebody's voice is, and a microphone's own noise is not."""

AMPLIFIED_DB = -20.0
"""As loud people at arm's length are; made so, Silero finds all of those 30."""

WINDOW_S = 4.0
FAINT_S = 1.0
"""So much faint speech is no chance: two or three words."""

CLEAR_S = 0.3
"""After so much speech that is loud enough, the microphone is known to be right."""

THRESHOLD = 0.5

FAINT_HINT = (
    "turn the microphone up in your system's sound settings, or come closer;"
    " `voicecli devices --test` shows its level"
)


def faint_message(level: float) -> str:
    return f"a voice is heard, but far too quietly: {level:.0f} dB at the loudest"


class Faintness:
    """Fed with every frame. What is too quiet is amplified for a detector of its own, until it is
    known whether the microphone is right: one look a session."""

    def __init__(self, new_detector: Callable[[], SpeechDetector]) -> None:
        self._new_detector = new_detector
        self._detector: SpeechDetector | None = None
        self._levels_db: deque[float] = deque(maxlen=int(1000 * WINDOW_S / FRAME_MS))
        self._faint_ms = self._clear_ms = 0.0
        self._known = False

    @property
    def is_clear(self) -> bool:
        """Somebody was heard who is loud enough."""
        return self._clear_ms >= 1000 * CLEAR_S

    @property
    def loudest_db(self) -> float:
        """Of the last frames (dBFS)."""
        return max(self._levels_db, default=-100.0)

    def feed(self, frame: Frame, probability: float) -> float | None:
        """The level of the loudest frame (dBFS), once, where somebody was heard too faintly.

        probability: of speech, as it arrived.
        """
        if self._known:
            return None
        if frame.played.any():  # what is faint then may be the loudspeaker
            self._levels_db.clear()
            return None
        level = level_db(frame.samples)
        self._levels_db.append(level)
        loudest_db = self.loudest_db
        if loudest_db > FAINT_DB:
            self._clear_ms += FRAME_MS * (level > FAINT_DB and probability >= THRESHOLD)
            self._known = self.is_clear
            return None
        if loudest_db < SILENT_DB or loudest_db < self._background_db() + STANDS_OUT_DB:
            return None
        self._detector = self._detector or self._new_detector()
        gain = 10 ** ((AMPLIFIED_DB - loudest_db) / 20)
        amplified = self._detector.probability((frame.samples * gain).astype("float32"))
        self._faint_ms += FRAME_MS * (amplified >= THRESHOLD)
        self._known = self._faint_ms >= 1000 * FAINT_S
        return loudest_db if self._known else None

    def _background_db(self) -> float:
        return sorted(self._levels_db)[len(self._levels_db) // 10]
