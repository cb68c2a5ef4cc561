"""Standard input, output and error of the commands that are tools in a pipe."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import typer

from voicecli.errors import AudioFileError
from voicecli.printable import visible

BROKEN_PIPE_CODE = 141
"""128 + SIGPIPE, as the shell shows it for every other program in a pipe."""


def write_out(data: str | bytes) -> None:
    """Write a piece of the product, at once. A full disk behind `>` is an error like any other."""
    try:
        encoded = data.encode(errors="replace") if isinstance(data, str) else data
        sys.stdout.buffer.write(encoded)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _forget(sys.stdout)
        raise AudioFileError(
            f"standard output can't be written ({error.strerror})", "free some space on the disk"
        ) from error


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
        _forget(sys.stdout)
        raise typer.Exit(BROKEN_PIPE_CODE) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def _forget(stream: TextIO) -> None:
    """Let Python's own flush at the exit write to nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
