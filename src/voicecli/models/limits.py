"""What a small recogniser does not understand: told before somebody finds it out."""

from __future__ import annotations

from pathlib import Path

from voicecli.models import formats, store

BEST_SMALL = "tiny.en"
"""The smallest model of free speech: 17 of 20 ordinary requests, where stt-en has 3."""


def limits_of(folder: Path) -> tuple[str, str] | None:
    """A sentence on what a recogniser understands, and one on what to do for free speech.

    None for one that understands whatever is said.
    """
    if not (understood := formats.domain_of(folder)):
        return None
    return f"{store.name_of(folder)} understands {understood}", free_speech_hint()


def free_speech_hint() -> str:
    """The command that makes free speech understood."""
    for model in store.installed_stt():
        if not formats.domain_of(model.path):
            return f"for free speech: voicecli models use {model.name}"
    return f"for free speech: voicecli models pull {BEST_SMALL}, or pip install 'voicecli[starter]'"
