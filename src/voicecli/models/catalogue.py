"""What can be pulled, by which name, from which repository of the Hugging Face hub."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["stt", "voice"]

VOICES_REPO = "rhasspy/piper-voices"
VOICES_INDEX = "voices.json"
STT_FILES = re.compile(r"config\.json|preprocessor_config\.json|model\.bin|tokenizer\.json")
"""Together with the vocabulary, what faster-whisper itself downloads (its `download_model`)."""
VOCABULARY_FILES = re.compile(r"vocabulary\.(json|txt)")
CARD_FILES = re.compile(r"README\.md|MODEL_CARD|LICENSE(\.\w+)?", re.IGNORECASE)

_VOICE_NAME = re.compile(r"[a-z]{2,3}_[A-Z0-9]{2,3}-[\w+.]+-[\w+.]+")
_REPO_NAME = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True)
class Whisper:
    """A recogniser that is known by a short name."""

    repo: str
    size_mb: int
    """Of what is downloaded, in 10^6 bytes, about; shown before anything is asked of the network.
    The true size is looked up before a download."""
    languages: int
    """How many it knows; 1 is English."""
    licence: str = "MIT"
    """All of them are OpenAI's weights, or distilled from those, under the MIT licence."""


_LARGE_V3 = Whisper("Systran/faster-whisper-large-v3", 3090, 100)
_TURBO = Whisper("mobiuslabsgmbh/faster-whisper-large-v3-turbo", 1620, 100)

WHISPER = {
    "tiny": Whisper("Systran/faster-whisper-tiny", 78, 99),
    "tiny.en": Whisper("Systran/faster-whisper-tiny.en", 78, 1),
    "base": Whisper("Systran/faster-whisper-base", 148, 99),
    "base.en": Whisper("Systran/faster-whisper-base.en", 148, 1),
    "small": Whisper("Systran/faster-whisper-small", 486, 99),
    "small.en": Whisper("Systran/faster-whisper-small.en", 486, 1),
    "distil-small.en": Whisper("Systran/faster-distil-whisper-small.en", 335, 1),
    "medium": Whisper("Systran/faster-whisper-medium", 1530, 99),
    "medium.en": Whisper("Systran/faster-whisper-medium.en", 1530, 1),
    "distil-medium.en": Whisper("Systran/faster-distil-whisper-medium.en", 792, 1),
    "turbo": _TURBO,
    "large-v3-turbo": _TURBO,
    "large-v1": Whisper("Systran/faster-whisper-large-v1", 3090, 99),
    "large-v2": Whisper("Systran/faster-whisper-large-v2", 3090, 99),
    "large-v3": _LARGE_V3,
    "large": _LARGE_V3,
    "distil-large-v2": Whisper("Systran/faster-distil-whisper-large-v2", 1520, 1),
    "distil-large-v3": Whisper("Systran/faster-distil-whisper-large-v3", 1520, 1),
    "distil-large-v3.5": Whisper("distil-whisper/distil-large-v3.5-ct2", 1520, 1),
}
"""The short names are faster-whisper's (`faster_whisper.utils._MODELS`; a test compares them)."""


def is_voice_name(name: str) -> bool:
    """Whether it looks like a Piper voice: `en_US-lessac-medium`."""
    return _VOICE_NAME.fullmatch(name) is not None


def is_repo_name(name: str) -> bool:
    """Whether it looks like a repository of the hub: `owner/name`."""
    return _REPO_NAME.fullmatch(name) is not None and not name.startswith((".", "/"))


def can_be(name: str, kind: Kind) -> bool:
    """Whether a model of that name and kind may be on the hub, as far as the name tells."""
    by_name = name in WHISPER if kind == "stt" else is_voice_name(name)
    return by_name or is_repo_name(name)


def size_known(name: str) -> str:
    """ " (484 MB)" where it is known without asking anybody, else nothing."""
    return f" ({size_text(WHISPER[name].size_mb * 10**6)})" if name in WHISPER else ""


def size_text(size_bytes: int) -> str:
    """ "484 MB": in powers of ten, as disks and the hub count."""
    if size_bytes >= 10**9:
        return f"{size_bytes / 1e9:.1f} GB"
    if size_bytes >= 10**6:
        return f"{size_bytes / 1e6:.0f} MB"
    return f"{max(1, round(size_bytes / 1e3))} kB"
