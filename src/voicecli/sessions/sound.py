"""Both sides of a session, sample by sample."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voicecli.errors import AudioFileError
from voicecli.sound.reading import decode_channels
from voicecli.sound.samples import SAMPLE_RATE_HZ

_PART = re.compile(r"sound-(\d{1,15})\.flac")

GAP_PIECE_SAMPLES = 60 * SAMPLE_RATE_HZ
"""Silence between two files comes in pieces of this length."""


def part_name(start: int) -> str:
    """Of the file that begins at this sample index."""
    return f"sound-{start}.flac"


def parts(folder: Path) -> list[tuple[int, Path]]:
    """The files of a session, in their order, each with the sample index at which it begins."""
    found = [(_PART.fullmatch(path.name), path) for path in folder.glob("sound-*.flac")]
    return sorted((int(name[1]), path) for name, path in found if name)


def without_sound(folder: Path) -> list[Path]:
    """Those of its files of which not even the beginning can be read."""
    return [path for _, path in parts(folder) if not _begins(path)]


def _begins(path: Path) -> bool:
    try:
        return next(decode_channels(path, layout="stereo"), None) is not None
    except AudioFileError:
        return False


def both_sides(folder: Path) -> Iterator[NDArray[np.float32]]:
    """Pieces of shape (2, samples): you, and the assistant; silence where nothing was recorded.

    A file that was cut off ends with its last whole frame.
    """
    at = 0
    for start, path in parts(folder):
        while at < start:
            gap = np.zeros((2, min(start - at, GAP_PIECE_SAMPLES)), np.float32)
            yield gap
            at += gap.shape[1]
        try:
            for piece in decode_channels(path, layout="stereo"):
                yield piece
                at += piece.shape[1]
        except AudioFileError:
            continue  # not even its beginning was written


def end_of(folder: Path) -> int:
    """Sample index after the last sound."""
    last = parts(folder)[-1:]
    n_samples = 0
    for start, path in last:
        n_samples = start
        try:
            n_samples += sum(piece.shape[1] for piece in decode_channels(path, layout="stereo"))
        except AudioFileError:
            break
    return n_samples
