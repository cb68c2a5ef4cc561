"""What is done beyond the necessary, as far as the machine has time for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Effort:
    """All of it, unless somebody lessens it."""

    partials: bool = True
    """What the user is saying is shown while it is said."""
    speculation: bool = True
    """In each pause the reply is begun, whether or not the user has more to say."""
