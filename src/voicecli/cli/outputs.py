"""Files that commands write: nothing is lost by it that was there before."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from voicecli.errors import AudioFileError


def check_sound_output(output: Path, *, force: bool, source: Path | None = None) -> None:
    """Refuse before anything is heard or said: a file that is there, a name of no kind of sound.

    source: what is read meanwhile; it is refused also with `force`. Raises AudioFileError, and
    BadParameter.
    """
    from voicecli.files import is_no_file
    from voicecli.sound.writing import codec_of

    refuse_source(output, source)
    if os.path.isdir(output):
        raise AudioFileError(f"{output} is a directory", "name a file in it")
    if is_no_file(output):
        return
    codec_of(output)
    if os.path.isfile(output) and not force:
        raise AudioFileError(f"{output} would be overwritten", "--force overwrites it")
    if not output.parent.is_dir():
        raise AudioFileError(f"there is no directory {output.parent}", "make it first")


def refuse_source(output: Path, source: Path | None) -> None:
    """Raises BadParameter where both are one file, be it by a link."""
    try:
        is_same = source is not None and os.path.samefile(output, source)
    except OSError:
        return  # one of them is not there
    if is_same and not output.is_char_device():  # a terminal is read and written at once
        raise typer.BadParameter(f"{output} is what is read; write to another file")
