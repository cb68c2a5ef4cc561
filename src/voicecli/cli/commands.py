"""The commands of a typed line: `/model llama3.2`. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voicecli.errors import VoicecliError


@dataclass(frozen=True)
class Command:
    name: str
    argument: str
    """What may follow, for people; empty for nothing."""
    what: str


COMMANDS = {
    command.name: command
    for command in (
        Command("/clear", "", "forgets what was said"),
        Command("/model", "NAME", "answers by another language model; alone, lists them"),
        Command("/voice", "NAME", "speaks with another voice; alone, lists them"),
        Command("/save", "FILE", "writes the conversation as Markdown; alone, into this folder"),
        Command("/system", "TEXT", "is the system prompt from now on; alone, shows it"),
        Command("/help", "", "shows this"),
        Command("/quit", "", "ends the conversation"),
    )
}


def command_in(text: str) -> tuple[Command, str] | None:
    """The command, and what follows it. None for words that are meant for the language model.

    Raises VoicecliError for a command that there is not.
    """
    name, _, argument = text.strip().partition(" ")
    if not name.startswith("/") or "/" in name[1:] or "\n" in name:  # a path is none
        return None
    command = COMMANDS.get(name.lower())
    if command is None:
        near = difflib.get_close_matches(name.lower(), COMMANDS, n=1)
        hint = f"did you mean {near[0]}?" if near else "/help lists the commands"
        raise VoicecliError(f"there is no command {name}", hint)
    return command, argument.strip()


def completions(text: str, arguments: Mapping[str, Sequence[str]]) -> list[str]:
    """What a line may become. arguments: what is known to follow a command."""
    name, blank, argument = text.partition(" ")
    if not text.startswith("/"):
        return []
    if not blank:
        return [command for command in COMMANDS if command.startswith(text)]
    return [
        f"{name} {value}"
        for value in arguments.get(name, ())
        if value.startswith(argument) and value != argument
    ]


def help_text() -> str:
    """A line for each."""
    names = {command.name: f"{command.name} {command.argument}" for command in COMMANDS.values()}
    return "\n".join(f"{names[name]:<14}{command.what}" for name, command in COMMANDS.items())
