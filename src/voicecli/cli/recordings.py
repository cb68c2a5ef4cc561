"""Which recordings `transcribe` is to hear, and where their texts go, in which format."""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from voicecli.cli.outputs import refuse_source
from voicecli.cli.streams import tell

if TYPE_CHECKING:
    from voicecli.transcription.targets import Target


class Format(StrEnum):
    TXT = "txt"
    SRT = "srt"
    VTT = "vtt"
    TSV = "tsv"
    JSON = "json"
    JSONL = "jsonl"


def refuse_names(names: Sequence[str], raw: int | None) -> None:
    """Names that can't be meant."""
    if "-" in names and len(names) > 1:
        raise typer.BadParameter("- (standard input) can't be combined with files")
    for name in {"True", "False"}.intersection(names):
        if not os.path.exists(name):
            raise typer.BadParameter(f"{name} is no recording; --word-timestamps takes no value")
    if raw is not None and names != ["-"]:
        raise typer.BadParameter("--raw is for standard input: name it with -")


def planned(
    names: Sequence[str],
    output: Path | None,
    output_dir: Path | None,
    file_format: str,
    *,
    recursive: bool,
    force: bool,
    skip_existing: bool,
) -> list[Target]:
    """What is to be done. Everything that can be refused is refused here, before any work."""
    from voicecli.transcription.targets import Input, find_inputs, of_stdin, prepare, targets

    is_stdin = names == ["-"]
    inputs = [Input(Path("stdin"))] if is_stdin else find_inputs(names, recursive=recursive)
    if output is not None and len(inputs) > 1:
        raise typer.BadParameter(f"--output is for one recording, not {len(inputs)}: --output-dir")
    to_files = skip_existing or force
    found = targets(inputs, output, output_dir, file_format, to_files=to_files)
    if is_stdin:
        found = [of_stdin(target) for target in found]
    for target in found:
        if target.output is not None and isinstance(target.path, Path):
            refuse_source(target.output, target.path)
    folders = bool(output or output_dir)
    left = prepare(found, force=force, skip_existing=skip_existing, make_folders=folders)
    if skip_existing:
        tell(f"{len(found) - len(left)} of {len(found)} are there already")
    return left


def format_of(wanted: Format | None, output: Path | None) -> Format:
    """As asked for, else as the output's name says, else text."""
    ending = output.suffix[1:].lower() if output is not None else ""
    if ending in list(Format):
        if wanted is not None and wanted != ending:
            raise typer.BadParameter(f"--format {wanted.value} contradicts --output {output}")
        return Format(ending)
    if ending and wanted is None and output is not None and not output.exists():
        raise typer.BadParameter(
            f"--output {output} ends in none of .{', .'.join(Format)}; or say --format"
        )
    return wanted or Format.TXT
