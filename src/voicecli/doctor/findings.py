"""What a check says."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from voicecli.errors import VoicecliError


class Verdict(StrEnum):
    OK = "ok"
    WARN = "warn"
    """It works, and could be better."""
    BAD = "bad"
    """`voicecli talk` would not work."""


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    name: str
    """What was looked at, in a word."""
    verdict: Verdict
    text: str
    hint: str = ""
    """What to do about it."""
    values: dict[str, Any] = field(default_factory=dict)
    """What was measured, for programs; units stand in the names."""


def failed(name: str, error: VoicecliError) -> Finding:
    """The error that `talk` would end with."""
    return Finding(name, Verdict.BAD, error.message, error.hint)
