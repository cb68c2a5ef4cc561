"""`voicecli --help`: the commands in groups, an example for each."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperGroup

GROUPS = {
    "Speak and listen": ("talk", "chat", "transcribe", "say", "serve"),
    "Look back": ("sessions", "replay"),
    "Set up": ("doctor", "devices", "models", "tools", "config", "help"),
    "Measure": ("bench",),
}

EXAMPLES = {
    "sessions": "voicecli sessions show last",
    "tools": 'voicecli tools call calculate \'{"expression": "2 + 3"}\'',
    "models": "voicecli models pull small en_US-lessac-medium",
    "config": "voicecli config set llm.model llama3.2",
}
"""Of commands that have commands; the others' stand at the end of their docstrings."""


def example_of(command: Any) -> str:
    """What stands after `Example:` in a command's help; empty where nothing does."""
    found = re.search(r"^Example: (.+)$", command.help or "", re.MULTILINE)
    return found[1] if found else EXAMPLES.get(command.name, "")


class GroupedHelp(TyperGroup):
    """The program itself."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        names = self.list_commands(ctx)
        grouped = {name for group in GROUPS.values() for name in group}
        groups = {**GROUPS, "Other": tuple(name for name in names if name not in grouped)}
        width = max(map(len, names))
        limit = formatter.width - width - 6
        for title, members in groups.items():
            commands = [(name, self.commands[name]) for name in members if name in names]
            if not commands:
                continue
            with formatter.section(title):
                for name, command in commands:
                    short = command.get_short_help_str(limit)
                    example = example_of(command)
                    formatter.write_dl([(name.ljust(width), short)])
                    if example:
                        formatter.write(f"{'':{formatter.current_indent + width + 2}}{example}\n")
