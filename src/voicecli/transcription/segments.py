"""What a transcription is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from voicecli.languages import language_of
from voicecli.stt.transcript import TimedWord


@dataclass(frozen=True, slots=True)
class Segment:
    """Some words in a row, from one breath to the next or thereabouts."""

    start_s: float
    """Of the recording."""
    end_s: float
    text: str
    language: str = ""
    """ISO 639-1; empty where nobody asked."""
    words: tuple[TimedWord, ...] = ()
    """Empty where nobody looked for them."""
    avg_logprob: float = 0.0
    """Mean log probability of the tokens; the lower, the less sure."""
    no_speech_prob: float = 0.0
    """Whisper's own opinion that nothing was said."""
    speaker: str = ""
    """Where each channel is a speaker: which."""


@dataclass
class Transcription:
    """Everything said in one recording."""

    language: str = ""
    duration_s: float = 0.0
    segments: list[Segment] = field(default_factory=list)

    @property
    def text(self) -> str:
        blank = " " if language_of(self.language).is_spaced else ""
        return blank.join(segment.text for segment in self.segments)
