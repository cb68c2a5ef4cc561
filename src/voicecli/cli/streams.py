"""Standard input, output and error of the commands that are tools in a pipe."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import typer

from voicecli.cli.ending import end_soon
from voicecli.errors import AudioFileError, VoicecliError
from voicecli.printable import visible

BROKEN_PIPE_CODE = 141
"""128 + SIGPIPE, as the shell shows it for every other program in a pipe."""


def open_closed_streams() -> None:
    """Whoever starts a program may have closed some of its standard streams (`>&-` in a shell).

    The next file to be opened would take the number of the stream and be written to in its place.
    stdin stays None, stderr leads nowhere, and to write to stdout is an error.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            # For reading: of a product that is written there, nothing must get lost in silence.
            os.open(os.devnull, os.O_WRONLY if number == 2 else os.O_RDONLY)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w")
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w")


def write_out(data: str | bytes) -> None:
    """Write a piece of the product, at once. A full disk behind `>` is an error like any other."""
    try:
        encoded = data.encode(errors="replace") if isinstance(data, str) else data
        sys.stdout.buffer.write(encoded)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        forget(sys.stdout)
        raise unwritable(error) from error


def unwritable(error: OSError) -> VoicecliError:
    """What to say where stdout takes nothing."""
    if error.errno == errno.EBADF:
        return AudioFileError("standard output is closed", "leave out >&- or name a file")
    return AudioFileError(
        f"standard output can't be written ({error.strerror})", "free some space on the disk"
    )


def tell(message: str, hint: str = "") -> None:
    """A line on stderr."""
    line = f"{message} - {hint}" if hint else message
    typer.echo(f"voicecli: {visible(line)}", err=True)


@contextmanager
def polite_ends() -> Iterator[None]:
    """`voicecli ... | head` ends when `head` has enough; SIGTERM and SIGHUP leave no half files."""
    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, _leave) for number in numbers}
    try:
        yield
    except BrokenPipeError:
        forget(sys.stdout)
        raise typer.Exit(BROKEN_PIPE_CODE) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(number: int, _frame: object) -> None:
    end_soon(number)
    raise SystemExit(128 + number)


def forget(stream: TextIO) -> None:
    """Let Python's own flush at the exit write to nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
