"""Files that are there completely, or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from voicecli.errors import AudioFileError, reason


@contextmanager
def written_atomically(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; it takes the place of `path` when the block ends well.

    A name that belongs to no regular file (`/dev/stdout`, a pipe) is given as it is. Raises
    AudioFileError for every OSError.
    """
    if is_no_file(path):
        if os.path.isdir(path):
            raise AudioFileError(f"{path} is a directory", "name a file in it")
        with told_with(path):
            yield path
        return
    # What replaces a link is what it points to.
    target = Path(os.path.realpath(path))
    part = target.with_name(f".{target.name[:40]}.{secrets.token_hex(4)}.part{target.suffix}")
    with told_with(path):
        try:
            yield part
            os.replace(part, target)
        finally:
            with suppress(OSError):
                part.unlink()


def is_no_file(path: Path) -> bool:
    """Whether something is there that is no regular file: a directory, a pipe, a device."""
    # os.path, for which a name that is too long is a name of nothing.
    return os.path.exists(path) and not os.path.isfile(path)


@contextmanager
def told_with(path: Path) -> Iterator[None]:
    """Every OSError as an AudioFileError about that path."""
    try:
        yield
    except OSError as error:
        hint = "free some space on the disk" if is_full(error) else "choose another place"
        raise AudioFileError(f"{path} can't be written ({reason(error)})", hint) from error


def is_full(error: BaseException | None) -> bool:
    """Whether the disk has no room."""
    full = errno.ENOSPC, errno.EDQUOT, errno.EFBIG
    return isinstance(error, OSError) and error.errno in full


def write_atomically(path: Path, text: str, mode: int = 0o644) -> None:
    """Replace a file by a new one; at every moment it is the old or the new one as a whole."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    # With its mode from the beginning: what it holds may be a secret.
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with open(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
    flush(unfinished)
    unfinished.replace(path)


def flush(path: Path) -> None:
    """Have the bytes on the disk before something that counts on them is."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
