"""Which frames are too quiet to be speech. Pure; switches itself off where it can't tell."""

from __future__ import annotations

from collections import deque

from voicecli.sound.samples import FRAME_MS, Samples, level_db

WINDOW_S = 4.0
"""Speech has a gap within this time, so its quietest frames are the background."""

QUIETEST_FLOOR_DB = -75.0
"""Digital silence is taken for this: below, every difference is large and means nothing."""

MARGIN_DB = 12.0
"""So much above the background a frame may be speech: a last [s] is, a microphone's hum is not."""

CLEAR_DB = 40.0
"""Where speech does not stand out of the background by this much, nothing is said about it."""

HUSHED_DB = 6.0
"""Up to so much above the background a frame is background, if somebody speaks at all."""

AUDIBLE_DB = 20.0
"""So much above the background a voice has to be, for its end to be seen by its level."""


class Loudness:
    """Compares each frame's level with the background's and the voice's of the last seconds."""

    def __init__(self) -> None:
        self.hushed = False
        """The last frame was no louder than the background: a word may have ended."""
        self._levels_db: deque[float] = deque(maxlen=int(1000 * WINDOW_S / FRAME_MS))

    def is_loud(self, frame: Samples) -> bool:
        """False where `frame` (512 samples) is certainly background."""
        level = level_db(frame)
        self._levels_db.append(level)
        ordered = sorted(self._levels_db)
        floor_db = max(QUIETEST_FLOOR_DB, ordered[len(ordered) // 10])
        voice_db = ordered[-1 - len(ordered) // 20]
        self.hushed = voice_db - floor_db >= AUDIBLE_DB and level <= floor_db + HUSHED_DB
        return voice_db - floor_db < CLEAR_DB or level > floor_db + MARGIN_DB
