"""Write docs/cli.md from the program itself: .venv/bin/python scripts/make_cli_reference.py"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from voicecli.cli.main import app
from voicecli.settings.keys import documentation, keys

REFERENCE = Path(__file__).parents[1] / "docs/cli.md"

WIDTH = 80

INTRODUCTION = """\
# Commands and settings

Made by `scripts/make_cli_reference.py` from the program; a test compares the two.

Exit codes: 0 done, 1 an error that is told in a sentence, 2 wrong usage, 130 Ctrl-C.
Standard output carries what was asked for and nothing else; all the rest is on standard error.

Keys while talking: Space talks (held, or from one press to the next), t types, as does any letter
that is no key, Esc stops the reply, m mutes the microphone, r repeats the reply, + and - change the
speed, c copies the reply, e exports the conversation, q quits, ? shows them. A typed line may be a
command: /clear, /model, /voice, /save, /system, /help, /quit.
"""


def helps(command: Any, names: tuple[str, ...], parent: Any = None) -> Iterator[str]:
    """A section for the command, and for those below it."""
    context = command.context_class(
        command,
        info_name=names[-1],
        parent=parent,
        terminal_width=WIDTH,
        color=False,
        **command.context_settings,
    )
    text = command.get_help(context).rstrip()
    yield f"## {' '.join(names)}\n\n```text\n{text}\n```\n"
    for name, child in getattr(command, "commands", {}).items():
        if child.hidden:
            continue
        yield from helps(child, (*names, name), context)


def settings_table() -> Iterator[str]:
    """Every key of config.toml, with its variable and its default."""
    yield "## Settings\n"
    yield (
        "In `config.toml` (`voicecli config path`), by environment, or by option; the later wins. "
        "`voicecli config show --origin` tells which did.\n"
    )
    for name, key in keys().items():
        default = "not set" if key.default is None else f"`{key.default}`"
        variables = ", ".join(f"`{variable}`" for variable in key.variables)
        yield f"- `{name}` ({key.type.__name__}, {default}; {variables}):"
        yield f"  {documentation()[name]}"


def reference() -> str:
    command = typer.main.get_command(app)
    return "\n".join([INTRODUCTION, *helps(command, ("voicecli",)), *settings_table(), ""])


if __name__ == "__main__":
    REFERENCE.write_text(reference(), encoding="utf-8")
