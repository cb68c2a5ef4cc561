"""The program: its commands, and what happens to an error that none of them could mend."""

from __future__ import annotations

import atexit
import errno
import faulthandler
import os
import sys
import traceback
from contextlib import suppress
from typing import Annotated

import typer
from typer.models import CommandInfo

from voicecli.cli import config, models, sessions, tools
from voicecli.cli.bench import bench
from voicecli.cli.chat import chat
from voicecli.cli.devices import devices
from voicecli.cli.doctor import doctor
from voicecli.cli.help import GroupedHelp
from voicecli.cli.replay import replay
from voicecli.cli.say import say
from voicecli.cli.serve import serve
from voicecli.cli.streams import forget, open_closed_streams, unwritable
from voicecli.cli.talk import TalkCommand, talk
from voicecli.cli.transcribe import TranscribeCommand, transcribe
from voicecli.errors import VoicecliError
from voicecli.printable import visible

app = typer.Typer(
    name="voicecli",
    cls=GroupedHelp,
    help="Talk with a language model, from a terminal.",
    no_args_is_help=True,
    # All commands inherit them.
    context_settings={"help_option_names": ["-h", "--help"]},
    # Rich would be loaded for every --help.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
# openai-whisper's options have underscores: both ways are understood.
UNDERSCORES = {"token_normalize_func": lambda name: name.replace("_", "-")}
app.command(cls=TalkCommand)(talk)
app.command()(chat)
app.command(cls=TranscribeCommand, context_settings=UNDERSCORES)(transcribe)
app.command(context_settings=UNDERSCORES)(say)
app.command()(serve)
app.command()(devices)
app.command()(doctor)
app.command()(bench)
app.add_typer(sessions.app, name="sessions")
app.command()(replay)
app.add_typer(models.app, name="models")
app.add_typer(tools.app, name="tools")
app.add_typer(config.app, name="config")


def _show_version(wanted: bool) -> None:
    if wanted:
        import platform

        from voicecli.doctor.versions import versions

        for name, version in {**versions(), "Python": platform.python_version()}.items():
            typer.echo(f"{name} {version}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", "-V", callback=_show_version, is_eager=True, help="Show all versions."
        ),
    ] = False,
) -> None:
    pass


@app.command("help")
def help_(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="COMMAND...")] = None,
) -> None:
    """Show what a command is for, as its --help does.

    Example: voicecli help talk
    """
    shown = context.find_root()
    for name in names or []:
        command = getattr(shown.command, "commands", {}).get(name)
        if command is None:
            raise typer.BadParameter(f"there is no command {name!r}")
        shown = command.context_class(command, info_name=name, parent=shown)
    typer.echo(shown.command.get_help(shown))


def _only(name: str) -> None:
    """Leave the app the one command that is asked for: typer needs 50 ms to make all of them."""
    commands = [one for one in app.registered_commands if _name_of(one) == name]
    if commands and name != "help":
        app.registered_commands, app.registered_groups = commands, []


def _name_of(command: CommandInfo) -> str | None:
    return command.name or getattr(command.callback, "__name__", None)


def main() -> None:
    """Run a command. Exit codes: 0 done, 1 VoicecliError, 2 wrong usage, 130 Ctrl-C."""
    open_closed_streams()
    with suppress(OSError, ValueError):
        faulthandler.enable()  # of a crash in native code, say where; while talking, in sound.log
    try:
        _check_folder()
        _only("".join(sys.argv[1:2]))
        app()
    except OSError as error:
        if error.errno not in (errno.EBADF, errno.ENOSPC) or error.filename is not None:
            raise
        forget(sys.stdout)  # nothing else is written here that is not written in a command
        print_error(unwritable(error))
        _leave(1)
    except VoicecliError as error:
        if os.environ.get("VOICECLI_DEBUG"):
            traceback.print_exc()
        print_error(error)
        _leave(error.exit_code)
    except SystemExit as leaving:
        _leave(leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None))


def _check_folder() -> None:
    """Libraries end in tracebacks, or at once, where the folder that they run in was deleted."""
    try:
        os.getcwd()
    except FileNotFoundError as error:
        raise VoicecliError(
            "the folder that this runs in is not there any more", "go to another: cd"
        ) from error


def _leave(exit_code: int) -> None:
    """End at once, also while a model works: its job can't be stopped, and need not be awaited."""
    worker = sys.modules.get("voicecli.worker")
    is_signal = exit_code > 128
    if is_signal or (worker is not None and worker.any_busy()):
        atexit._run_exitfuncs()  # PortAudio's among them: a JACK server waits for who just dies
        if not is_signal:  # after one, nobody may read what is written any more
            with suppress(OSError):
                sys.stdout.flush()
        sys.stderr.flush()
        os._exit(exit_code)
    sys.exit(exit_code)


def print_error(error: VoicecliError) -> None:
    """`voicecli: what happened`, and below it what to do."""
    text = f"voicecli: {error.message}" + (f"\n  {error.hint}" if error.hint else "")
    # A file name may hold anything: bytes that are no text, or control characters.
    print(visible(text, keep="\n"), file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main()
