"""A reply of a Realtime server: its sound and its words as they come, and how much was heard."""

from __future__ import annotations

from dataclasses import dataclass, field

from voicecli.conversation.heard import whole_words
from voicecli.duplex.speaker import Playback, Speaker
from voicecli.realtime.uplink import RATE_HZ
from voicecli.sound.samples import Samples, level_db, silence
from voicecli.sound.wav import Pcm16
from voicecli.tts.clip import Clip

PIECE_S = 10.0
"""A clip that is longer ends at the next quiet moment, and another begins."""

QUIET_DB = -50.0


@dataclass(eq=False)
class Playing:
    """One item of a reply."""

    item_id: str
    response_id: str
    text: str = ""
    """So far, as it is said."""
    complete: bool = False
    """No more of it comes."""
    error: str = ""
    cut_off: bool = False
    """It had as many tokens as it may have."""
    timed: bool = False
    _playbacks: list[Playback] = field(default_factory=list)

    def feed(self, pcm: bytes, speaker: Speaker) -> None:
        """More of its sound, 16 bit at 24 kHz."""
        sound = Pcm16().feed(pcm)
        if not len(sound):
            return
        if not self._playbacks or self._is_over(self._playbacks[-1]):
            clip = Clip(sound, RATE_HZ, to_come=RATE_HZ, is_guess=True)
            self._playbacks.append(speaker.queue(clip))
        else:
            speaker.extend(self._playbacks[-1], sound)
        if self._playbacks[-1].clip.duration_s > PIECE_S and _ends_quietly(sound):
            self._end_clip(speaker)

    def finish(self, speaker: Speaker) -> None:
        """Nothing follows."""
        if not self.complete:
            self.complete = True
            self._end_clip(speaker)

    def _end_clip(self, speaker: Speaker) -> None:
        if self._playbacks:
            speaker.extend(self._playbacks[-1], silence(0), whole=True)

    @staticmethod
    def _is_over(playback: Playback) -> bool:
        return playback.clip.to_come == 0

    @property
    def first_sample(self) -> int | None:
        """Sample index (16 kHz) at which it began to be heard; None before."""
        return self._playbacks[0].first_sample if self._playbacks else None

    @property
    def heard_ms(self) -> int:
        """Of its sound: what left the loudspeaker."""
        return self._n_heard * 1000 // RATE_HZ

    @property
    def _n_heard(self) -> int:
        return sum(playback.heard_samples for playback in self._playbacks)

    @property
    def n_samples(self) -> int:
        """Of its sound, as far as it is here."""
        return sum(len(playback.clip.samples) for playback in self._playbacks)

    @property
    def is_over(self) -> bool:
        """All of it was heard."""
        return self.complete and self._n_heard >= self.n_samples

    def heard_and_unheard(self) -> tuple[str, str]:
        """Its words, by proportion: servers don't tell when each is said. What was only written
        counts as heard once it is complete."""
        n_samples = self.n_samples
        if self.is_over:
            return self.text.strip(), ""
        if not n_samples:
            return "", self.text.strip()
        n_chars = whole_words(self.text, self._n_heard, n_samples)
        return self.text[:n_chars].strip(), self.text[n_chars:].strip()


def _ends_quietly(sound: Samples) -> bool:
    return level_db(sound[-RATE_HZ // 50 :]) < QUIET_DB
