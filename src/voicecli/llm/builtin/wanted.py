"""What a request wants to have called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class WantedCall:
    """A function that is to be called."""

    name: str
    arguments: Mapping[str, object]
    said: Callable[[str], str]
    """What is said of the call's result; empty where it came to nothing."""
    rest: str = ""
    """What else was asked for."""
