"""What the user named -> recordings, and where the text of each goes."""

from __future__ import annotations

import glob
import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from voicecli.errors import AudioFileError

EXTENSIONS = frozenset(
    ".3gp .aac .ac3 .aif .aifc .aiff .amr .ape .au .avi .caf .flac .flv .m4a .m4b .m4v .mka .mkv"
    " .mov .mp2 .mp3 .mp4 .mpeg .mpg .oga .ogg .ogv .opus .ra .spx .ts .voc .wav .weba .webm .wma"
    " .wmv .wv".split()
)
"""Files of a directory that are taken for recordings; one that is named may be called anything."""


@dataclass(frozen=True)
class Input:
    path: Path
    root: Path | None = None
    """The directory in which it was found, where a directory was named."""


@dataclass(frozen=True)
class Target:
    """A recording and where its text goes."""

    name: str
    """For people."""
    path: Path | FileIO
    output: Path | None
    """None is standard output."""


def targets(
    inputs: Sequence[Input],
    output: Path | None,
    output_dir: Path | None,
    file_format: str,
    *,
    to_files: bool,
) -> list[Target]:
    """Where the text of each goes: as the user says, else beside it; of one alone, to standard
    output, unless `to_files`. Raises AudioFileError."""
    places: Sequence[Path | None]
    if output is not None:
        places = [None if str(output) == "-" else output]
    elif output_dir is None and len(inputs) == 1 and not to_files:
        places = [None]
    else:
        places = outputs(inputs, output_dir, file_format)
    return [
        Target(str(one.path), one.path, place) for one, place in zip(inputs, places, strict=True)
    ]


def of_stdin(target: Target) -> Target:
    """The same target for what comes from standard input. Raises AudioFileError."""
    if sys.stdin is None:
        raise AudioFileError("standard input is closed", "pipe a recording into it")
    # Unbuffered: what a pipe holds comes at once, and no lock is held while it holds nothing.
    return Target("standard input", FileIO(sys.stdin.fileno(), closefd=False), target.output)


def prepare(
    found: Sequence[Target], *, force: bool, skip_existing: bool, make_folders: bool
) -> list[Target]:
    """Those that are to be done. What can be refused is refused here, before any work.

    make_folders: also beside a recording that does not exist. Raises AudioFileError.
    """
    written = [one for one in found if one.output is not None]
    for one in written:
        if os.path.isdir(one.output or ""):
            raise AudioFileError(f"{one.output} is a directory", "name a file in it")
    # os.path, for which a name that is too long is a name of nothing.
    there = [one for one in written if os.path.isfile(one.output or "")]
    if there and not force and not skip_existing:
        more = f" and {len(there) - 1} more files" if len(there) > 1 else ""
        raise AudioFileError(
            f"{there[0].output}{more} would be overwritten",
            "--force overwrites, --skip-existing does only what is not there yet",
        )
    left = [one for one in found if not (skip_existing and one in there)]
    for one in left:
        if one.output is not None and (make_folders or one.output.parent.exists()):
            _make_folder(one.output.parent)
    return left


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AudioFileError(
            f"the directory {folder} can't be made ({error.strerror})", "choose another place"
        ) from error
    if not os.access(folder, os.W_OK):
        raise AudioFileError(f"nothing can be written into {folder}", "check its permissions")


def find_inputs(names: Sequence[str], *, recursive: bool = False) -> list[Input]:
    """Files, the files of directories, and what globs match, each once, in order.

    Raises AudioFileError where a name stands for nothing.
    """
    found: dict[Path, Input] = {}
    for name in names:
        for item in _expand(name, recursive=recursive):
            found.setdefault(item.path.absolute(), item)
    return list(found.values())


def _expand(name: str, *, recursive: bool) -> Iterator[Input]:
    path = Path(name)
    if os.path.isdir(path):  # for which, unlike for Path, a name that is too long is no directory
        yield from _in_directory(path, recursive=recursive)
    elif not os.path.exists(path) and glob.has_magic(name):
        matches = sorted(glob.glob(name, recursive=True))
        if not matches:
            raise AudioFileError(f"nothing matches {name}", "check the pattern")
        for match in map(Path, matches):
            if match.is_dir():
                yield from _in_directory(match, recursive=recursive)
            else:
                yield Input(match)
    else:
        # One that does not exist is reported when its turn comes, and the others go on.
        yield Input(path)


def _in_directory(folder: Path, *, recursive: bool) -> Iterator[Input]:
    everything = folder.rglob("*") if recursive else folder.glob("*")
    files = sorted(
        path
        for path in everything
        if path.suffix.lower() in EXTENSIONS and path.is_file() and path.name[0] != "."
    )
    if not files:
        below = "" if recursive else " itself"
        raise AudioFileError(
            f"there is no recording in the directory {folder}{below}",
            "name files, or look into sub-directories with --recursive",
        )
    for path in files:
        yield Input(path, folder)


def outputs(inputs: Sequence[Input], folder: Path | None, file_format: str) -> list[Path]:
    """`meeting.m4a` -> `meeting.srt`, beside it or in `folder`, in the sub-directories it had.

    Where two recordings would share a file they keep their extensions: `meeting.m4a.srt`. Raises
    AudioFileError where they still would.
    """
    chosen = [_output(item, folder, item.path.stem, file_format) for item in inputs]
    for i in _shared(chosen):
        chosen[i] = _output(inputs[i], folder, inputs[i].path.name, file_format)
    still = _shared(chosen)
    if still:
        names = " and ".join(str(inputs[i].path) for i in still[:2])
        raise AudioFileError(
            f"the text of {names} would go into one file, {chosen[still[0]]}",
            "leave --output-dir out, or transcribe them one by one",
        )
    return chosen


def _output(item: Input, folder: Path | None, stem: str, file_format: str) -> Path:
    name = f"{stem}.{file_format}"
    if folder is None:
        return item.path.with_name(name)
    inside = item.path.parent.relative_to(item.root) if item.root else Path()
    return folder / inside / name


def _shared(paths: Iterable[Path]) -> list[int]:
    """Indices of those that are the same file, also where the file system knows no case."""
    by_path: defaultdict[str, list[int]] = defaultdict(list)
    for i, path in enumerate(paths):
        by_path[os.fspath(path.absolute()).casefold()].append(i)
    return [i for same in by_path.values() if len(same) > 1 for i in same]
