"""What was recognised, and how doubtful it is."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

DOUBTFUL_LOGPROB = -1.0

DOUBTFUL_COMPRESSION = 2.4
"""openai-whisper's limits for a failed decoding."""


@dataclass(frozen=True, slots=True)
class Transcript:
    text: str
    language: str
    """ISO 639-1."""
    avg_logprob: float
    """Mean log probability of the tokens; the lower, the less sure."""
    no_speech_prob: float
    """Whisper's own opinion that nothing was said."""
    cut_off: bool = False
    """The model wrote more than can have been said, and was stopped."""


def compression(text: str) -> float:
    """zlib's ratio: high where a text repeats itself."""
    data = text.encode()
    return len(data) / len(zlib.compress(data))
