"""The voices that clients may name: by a name alone, never by a path."""

from __future__ import annotations

from pathlib import Path

from voicecli.engines import PIPER
from voicecli.errors import ModelMissingError
from voicecli.models import installed_voices
from voicecli.settings import TtsSettings

FOREIGN_VOICES = frozenset(
    """
    alloy ash ballad cedar coral echo fable marin nova onyx sage shimmer verse default
    """.split()
)
"""OpenAI's, which clients name without thinking: the default voice answers, under its own name."""


def voice_names() -> frozenset[str]:
    return frozenset(voice.name for voice in installed_voices())


def chosen_voice(name: str, settings: TtsSettings) -> str | None:
    """The voice to take for what a client names; `settings` have the server's own.

    Raises ModelMissingError.
    """
    own = settings.voice
    if settings.engine != PIPER:
        return own if name in FOREIGN_VOICES else name
    if name in FOREIGN_VOICES or (own is not None and name in (own, Path(own).stem)):
        return own
    known = voice_names()
    if name not in known:
        raise ModelMissingError(
            f"there is no voice {name[:80]!r} here; there are: {', '.join(sorted(known))}",
            "GET /v1/models lists them",
        )
    return name
