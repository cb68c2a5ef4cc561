"""`voicecli sessions`: the conversations that were recorded."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voicecli.cli.options import JsonList, OutputDevice, complete_session

if TYPE_CHECKING:
    from voicecli.sessions.reading import KeptSession

app = typer.Typer(help="Recorded conversations: list, show, export, play, remove.")

MAX_FIRST_WORDS = 50

FORMATS = ("md", "txt", "json", "srt", "vtt", "html")


def _complete_format(incomplete: str) -> list[str]:
    return [name for name in FORMATS if name.startswith(incomplete)]


ID_HELP = "ID, the beginning of one, or `last`."
SessionId = Annotated[
    str, typer.Argument(metavar="ID", help=ID_HELP, autocompletion=complete_session)
]


@app.callback(invoke_without_command=True)
def list_(context: typer.Context, json: JsonList = False) -> None:
    """List recorded conversations, the newest last.

    Example: voicecli sessions
    """
    if context.invoked_subcommand is not None:
        return
    from voicecli.errors import SessionError
    from voicecli.sessions.folders import all_folders, id_of
    from voicecli.sessions.reading import read

    found: list[KeptSession] = []
    damaged: list[tuple[str, str]] = []
    for folder in all_folders():
        try:
            found.append(read(folder))
        except SessionError as error:
            damaged.append((id_of(folder), error.message))
    if json:
        _print_json(found, damaged)
    elif found or damaged:
        _print_table(found, damaged)
    else:
        typer.echo("no conversation was recorded yet: `voicecli talk --record` keeps one", err=True)


app.command("list", hidden=True)(list_)


@app.command()
def show(session_id: SessionId) -> None:
    """Print what was said.

    Example: voicecli sessions show last
    """
    from voicecli.cli.streams import polite_ends, write_out
    from voicecli.sessions.exporting import text_of

    with polite_ends():
        write_out(text_of(_read(session_id)))


@app.command()
def export(
    session_id: SessionId,
    file_format: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="|".join(FORMATS),
            help="What it becomes. Default: as the file is called, else md.",
            autocompletion=_complete_format,
        ),
    ] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Else standard output.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> None:
    """Write a conversation as text, Markdown, JSON, subtitles or a page.

    Example: voicecli sessions export last -o talk.html
    """
    from voicecli.cli.streams import polite_ends, tell, write_out
    from voicecli.errors import SessionError
    from voicecli.files import is_no_file, told_with, written_atomically
    from voicecli.sessions import exporting

    ending = output.suffix.lower().lstrip(".") if output else ""
    file_format = file_format or (ending if ending in FORMATS else "md")
    if file_format not in FORMATS:
        raise typer.BadParameter(f"--format {file_format!r} is none of {', '.join(FORMATS)}")
    text = exporting.export(_read(session_id), file_format)
    if output is None or str(output) == "-":
        with polite_ends():
            write_out(text)
        return
    if output.exists() and not is_no_file(output) and not force:
        raise SessionError(f"{output} would be overwritten", "--force overwrites it")
    with written_atomically(output) as part, told_with(output):
        part.write_text(text, "utf-8")
    tell(f"written to {output}")


@app.command()
def play(session_id: SessionId, output_device: OutputDevice = None) -> None:
    """Play a conversation, both sides.

    Example: voicecli sessions play last
    """
    import asyncio

    from voicecli.cli.ending import run
    from voicecli.cli.streams import tell
    from voicecli.sessions.folders import find
    from voicecli.settings.loading import load

    folder = find(session_id)
    require_sound(folder)
    loaded = load({"sound.output_device": output_device})
    for warning in loaded.warnings:
        tell(warning)
    try:
        run(_play(folder, loaded.settings.sound.output_device))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


def require_sound(folder: Path) -> None:
    """Tell which of its files are silent for their damage; raises SessionError where all are."""
    from voicecli.cli.streams import tell
    from voicecli.errors import SessionError
    from voicecli.sessions.folders import id_of
    from voicecli.sessions.sound import parts, without_sound

    damaged, n_parts = without_sound(folder), len(parts(folder))
    if len(damaged) == n_parts:
        what = "no sound that can be read" if n_parts else "no sound"
        raise SessionError(f"session {id_of(folder)} has {what}", f"look at {folder}")
    for path in damaged:
        tell(f"session {id_of(folder)}: {path.name} can't be read: silence in its place")


async def _play(folder: Path, device: str | None) -> None:
    from voicecli.cli.sinks import Destination, open_sink
    from voicecli.sessions.sound import both_sides
    from voicecli.sound.samples import SAMPLE_RATE_HZ
    from voicecli.tts.clip import Clip

    async with open_sink(Destination(None, False, False, device), SAMPLE_RATE_HZ) as sink:
        for piece in both_sides(folder):
            for first in range(0, piece.shape[1], SAMPLE_RATE_HZ):
                you, ai = piece[:, first : first + SAMPLE_RATE_HZ]
                await sink.write(Clip((you + ai).clip(-1, 1), SAMPLE_RATE_HZ))
        await sink.drain()


@app.command()
def rm(
    session_ids: Annotated[
        list[str],
        typer.Argument(metavar="ID...", help=ID_HELP, autocompletion=complete_session),
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
) -> None:
    """Remove conversations, with their sound.

    Example: voicecli sessions rm last
    """
    from voicecli.errors import SessionError
    from voicecli.sessions.folders import find, id_of, remove

    # All of them are found before the first goes: `last` is another one afterwards.
    wanted = list(dict.fromkeys(find(one) for one in session_ids))
    if not yes:
        if sys.stdin is None or not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise SessionError("nobody can be asked here", "--yes removes them without a question")
        for folder in wanted:
            typer.echo(_in_a_line(folder), err=True)
        question = "remove it?" if len(wanted) == 1 else f"remove these {len(wanted)}?"
        if not typer.confirm(question, err=True):
            raise typer.Exit(1)
    for folder in wanted:
        remove(folder)
        typer.echo(f"removed session {id_of(folder)}", err=True)


def _read(session_id: str) -> KeptSession:
    from voicecli.cli.streams import tell
    from voicecli.sessions.exporting import counted
    from voicecli.sessions.folders import find
    from voicecli.sessions.reading import read

    session = read(find(session_id))
    if session.n_damaged:
        lines = counted(session.n_damaged, "line")
        tell(f"session {session.id}: {lines} of its events can't be read, and left out")
    return session


def _in_a_line(folder: Path) -> str:
    from voicecli.errors import SessionError
    from voicecli.sessions.reading import read

    try:
        return "  ".join(_cells(read(folder)))
    except SessionError as error:
        return error.message


# -- the table --------------------------------------------------------------------------------


def _cells(session: KeptSession) -> tuple[str, str, str, str, str]:
    from voicecli.printable import in_one_line
    from voicecli.sessions.exporting import clock, when

    first = in_one_line(session.first_words, MAX_FIRST_WORDS)
    return (
        *(session.id, when(session), clock(session.duration_s), str(session.n_turns)),
        first or "(nothing was said)",
    )


def _print_table(found: list[KeptSession], damaged: list[tuple[str, str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=sys.stdout)
    if not console.is_terminal:
        console.width = 200  # nothing is to be cut for a program that reads it
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("id", "when", "length", "turns", "first words"):
        is_number = heading in ("length", "turns")
        table.add_column(
            heading,
            justify="right" if is_number else "left",
            no_wrap=True,
            overflow="ellipsis" if heading == "first words" else "fold",
        )
    for session in found:
        table.add_row(*map(Text, _cells(session)))
    for name, message in damaged:
        table.add_row(Text(name), "", "", "", Text(f"damaged: {message}", style="yellow"))
    console.print(table, markup=False)


def _print_json(found: list[KeptSession], damaged: list[tuple[str, str]]) -> None:
    import json

    from voicecli.sessions.exporting import summary

    rows: list[dict[str, Any]] = [summary(session) for session in found]
    rows += [{"id": name, "error": message} for name, message in damaged]
    typer.echo(json.dumps(rows, indent=1, ensure_ascii=False))
