"""What the user named -> recordings, and where the text of each goes."""

from __future__ import annotations

import glob
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
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
