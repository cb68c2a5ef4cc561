"""What is said to a language model. Plain values; no network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BUILTIN = "built-in"
"""As the base URL, this asks for the built-in replies even where a local server is running."""


@dataclass(frozen=True)
class Message:
    """One entry of the conversation, as the server sees it."""

    role: Literal["system", "user", "assistant"]
    content: str
