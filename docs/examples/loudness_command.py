"""A command: how loud a recording is. In voicecli it would be `cli/loudness.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voicecli.errors import AudioFileError


def loudness(
    file: Annotated[Path, typer.Argument(help="The recording.")],
    warn_db: Annotated[float, typer.Option(help="Fail where it is softer.")] = -60.0,
) -> None:
    """Tell how loud a recording is.

    Example: voicecli loudness interview.flac
    """
    # Here, and not at the top: `voicecli --help` must not load numpy.
    from voicecli.sound.reading import read_audio
    from voicecli.sound.samples import level_db

    found_db = level_db(read_audio(file))
    if found_db < warn_db:  # what happened, to which thing; and what to do
        raise AudioFileError(f"{file} is hardly audible ({found_db:.0f} dBFS)", "record it louder")
    typer.echo(f"{found_db:.1f}")
