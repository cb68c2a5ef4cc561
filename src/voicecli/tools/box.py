"""All the tools there are, each under a name of its own, and how one is called."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from voicecli.llm.messages import ToolCall
from voicecli.settings import ToolsSettings
from voicecli.tools.calculator import CALCULATOR
from voicecli.tools.clock import clock_tool
from voicecli.tools.folder import folder_tools
from voicecli.tools.results import cleaned
from voicecli.tools.timers import Timers
from voicecli.tools.tool import Effect, Fixed, Source, Tool, ToolError

MAX_TOOLS = 64
"""A model that gets more of them chooses worse; OpenAI takes 128."""

MAX_CALLS = 8
"""At once."""


@dataclass
class Toolbox:
    """What a model may call, and within which limits."""

    sources: Sequence[Source]
    """The first that has a name keeps it."""
    allowed: frozenset[str] = frozenset()
    """Names of tools that are not asked for, though they change something."""
    timeout_s: float = 30.0
    """Of one call."""
    max_steps: int = 6
    """In one reply the model is asked again so many times."""
    max_output_chars: int = 8000
    """Of a result."""

    async def tools(self) -> dict[str, Tool]:
        """By their names, as they are now."""
        found: dict[str, Tool] = {}
        for source in self.sources:
            for tool in await source.tools():
                if len(found) < MAX_TOOLS:
                    found.setdefault(tool.name, tool)
        return found

    def refusal(self, call: ToolCall, number: int, tools: Mapping[str, Tool]) -> str:
        """Why a call can't be carried out, for the model; empty where it can. number: of the calls
        at once, from 0."""
        if call.name not in tools:
            name = cleaned(json.dumps(call.name), 80)
            return f"There is no tool {name}. There are: {', '.join(tools)}."
        return "Too many calls at once." if number >= MAX_CALLS else ""

    def is_asked_for(self, tool: Tool) -> bool:
        return tool.effect is Effect.CHANGES and tool.name not in self.allowed

    def waits_for_yes(self, call: ToolCall, tool: Tool) -> bool:
        """The user is asked first. Where a call isn't whole that is no use: the model is told what
        is wrong with it."""
        try:
            arguments_in(call.arguments, tool)
        except ToolError:
            return False
        return self.is_asked_for(tool)

    async def call(self, tool: Tool, arguments: str) -> tuple[str, bool]:
        """What a call came to, as data, and whether it failed. It may be cancelled."""
        try:
            given = arguments_in(arguments, tool)
            async with asyncio.timeout(self.timeout_s):
                text = await tool.run(given)
        except ToolError as error:
            return cleaned(error.message, self.max_output_chars), True
        except TimeoutError:
            return f"It took longer than {self.timeout_s:g} s and was given up.", True
        except Exception as error:  # a tool is somebody else's; it must not end the conversation
            return cleaned(f"It failed: {type(error).__name__}: {error}", 500), True
        return cleaned(text, self.max_output_chars) or "(nothing)", False


def arguments_in(text: str, tool: Tool) -> Mapping[str, object]:
    """A call's arguments as a model wrote them; raises ToolError.

    Small models write "5" for 5: what the schema wants is made of it.
    """
    try:
        given = json.loads(text or "{}", strict=False)
        if isinstance(given, str):  # JSON in a JSON string
            given = json.loads(given, strict=False)
    except (ValueError, RecursionError):
        raise ToolError("the arguments are no JSON; write them again") from None
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise ToolError("the arguments must be a JSON object")
    properties = tool.parameters.get("properties")
    wanted = properties if isinstance(properties, dict) else {}
    missing = [name for name in _names(tool.parameters.get("required")) if name not in given]
    if missing:
        raise ToolError(f"{', '.join(missing)} is missing")
    return {name: _as_wanted(value, wanted.get(name)) for name, value in given.items()}


def _names(required: object) -> Iterable[str]:
    return (
        [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
    )


def _as_wanted(value: object, schema: object) -> object:
    kind = schema.get("type") if isinstance(schema, dict) else None
    if not isinstance(value, str) or kind not in _KINDS:
        return value
    try:
        meant = json.loads(value.strip().lower() if kind == "boolean" else value)
    except (ValueError, RecursionError):
        return value
    return meant if isinstance(meant, _KINDS[kind]) else value


_KINDS: dict[object, type | tuple[type, ...]] = {
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "object": dict,
    "array": list,
}


def toolbox(settings: ToolsSettings, timers: Timers, servers: Sequence[Source]) -> Toolbox:
    """Raises SettingsError."""
    files = folder_tools(Path(settings.folder)) if settings.folder else []
    return Toolbox(
        [Fixed([clock_tool(), CALCULATOR, *timers.tools(), *files]), *servers],
        frozenset(name.strip() for name in settings.allow.split(",") if name.strip()),
        settings.timeout_s,
        settings.max_steps,
        settings.max_output_chars,
    )
