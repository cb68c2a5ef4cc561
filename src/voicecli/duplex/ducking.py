"""The reply is played softer while it may be the user who is heard."""

from __future__ import annotations

from voicecli.duplex.speaker import Speaker
from voicecli.sound.samples import SAMPLE_RATE_HZ, Frame

DUCK_DB = -15.0
UNDUCK_FRAMES = 8
"""On the first frame that may be the user the reply is played softer, until so many are not."""


class Ducker:
    """Sets the speaker's volume, frame by frame."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._last_audible = 0
        """Sample index up to which the loudspeaker spoke."""
        self._quiet_frames = UNDUCK_FRAMES
        """In a row. From UNDUCK_FRAMES on, the volume is the normal one."""

    @property
    def heard_until(self) -> int:
        """Sample index up to which the loudspeaker may be heard, as far as is known by now."""
        return self._last_audible + int(self._speaker.latency_s * SAMPLE_RATE_HZ)

    def feed(self, frame: Frame, *, may_be_user: bool) -> None:
        if self._speaker.speaking:
            self._last_audible = frame.end
            if may_be_user:
                self._quiet_frames = 0
                self._speaker.duck(DUCK_DB)
                return
            step = 1
        else:
            step = UNDUCK_FRAMES  # the next reply starts at its own volume
        if self._quiet_frames < UNDUCK_FRAMES:
            self._quiet_frames += step
            if self._quiet_frames >= UNDUCK_FRAMES:
                self._speaker.duck(0.0)
