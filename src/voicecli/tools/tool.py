"""What a tool is: a name, a JSON schema and a function. Plain values."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from voicecli.errors import VoicecliError

Arguments = Mapping[str, Any]


class ToolError(VoicecliError):
    """A call that came to nothing; the model is told why, and may call otherwise."""


class Effect(Enum):
    """What a call does to the world, and so when it may be carried out."""

    NONE = "none"
    """It may be carried out for an answer that is begun on suspicion."""
    READS = "reads"
    """Something is told to somebody, or begins: once the user's turn is over."""
    CHANGES = "changes"
    """Once the user has said yes, unless the settings allow it by name."""


@dataclass(frozen=True)
class Tool:
    """One function."""

    name: str
    """As the model calls it: letters, digits, `_` and `-`, 64 at most."""
    description: str
    """For the model."""
    parameters: Mapping[str, Any]
    """JSON schema of an object."""
    run: Callable[[Arguments], Awaitable[str]]
    """Raises ToolError. May be cancelled at any moment."""
    effect: Effect = Effect.READS
    title: str = ""
    """For people, in a question; empty, it is made of the name."""

    @property
    def spoken_name(self) -> str:
        return self.title or self.name.replace("_", " ").replace("-", " ").strip()

    @property
    def definition(self) -> dict[str, Any]:
        """As `/v1/chat/completions` wants it."""
        return {
            "type": "function",
            "function": {
                "name": self.name,
                "description": self.description,
                "parameters": dict(self.parameters),
            },
        }


class Source(Protocol):
    """Where tools come from; they may be others at another time."""

    async def tools(self) -> Sequence[Tool]: ...


class Fixed(Source):
    """Tools that stay the same."""

    def __init__(self, tools: Sequence[Tool]) -> None:
        self._tools = tools

    async def tools(self) -> Sequence[Tool]:
        return self._tools


def schema(required: str = "", /, **properties: Mapping[str, Any]) -> dict[str, Any]:
    """Of an object with these properties; `required` names some of them."""
    return {"type": "object", "properties": properties, "required": required.split()}


def text_in(arguments: Arguments, name: str, default: str | None = None) -> str:
    """A text among a call's arguments; raises ToolError."""
    value = arguments.get(name, default)
    if value is None and default is not None:
        return default
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise ToolError(f"{name} must be a text")
    return value
