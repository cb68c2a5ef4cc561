"""Files that are there completely, or not at all."""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from voicecli.errors import AudioFileError, reason

_unfinished: set[Path] = set()
"""Those of `written_atomically` in this process."""

SETTLED_S = 2.0
"""An unfinished file that was touched within this time may not have its lock yet."""


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
    part = target.with_name(f".{target.name[:40]}.{os.urandom(4).hex()}.part{target.suffix}")
    _sweep_parts(target.parent)
    with told_with(path):
        held = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        _unfinished.add(part)
        _lock(held)
        try:
            yield part
            os.replace(part, target)
        finally:
            os.close(held)
            with suppress(OSError):
                part.unlink()
            _unfinished.discard(part)


def drop_unfinished() -> None:
    """For who ends the process at once, whatever its other threads do."""
    for part in list(_unfinished):
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
    unfinished = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    # With its mode from the beginning: what it holds may be a secret.
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with open(descriptor, "w", encoding="utf-8") as out:
            _lock(descriptor)
            out.write(text)
        flush(unfinished)
        unfinished.replace(path)
    except OSError:
        with suppress(OSError):
            unfinished.unlink()
        raise


# -- others who write -------------------------------------------------------------------------


def sweep(path: Path) -> None:
    """Remove what `write_atomically` left unfinished beside this path, and nobody writes now."""
    _sweep(path.parent, re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{8}}"))


@cache
def _sweep_parts(folder: Path) -> None:
    """Those of `written_atomically`, of whatever name; once a process."""
    _sweep(folder, re.compile(r"\..+\.[0-9a-f]{8}\.part(\.\w+)?"))


def _sweep(folder: Path, name: re.Pattern[str]) -> None:
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in list(entries):
            if name.fullmatch(entry.name) is None or not entry.is_file(follow_symlinks=False):
                continue
            with suppress(OSError):
                if time.time() - entry.stat().st_mtime > SETTLED_S and _is_abandoned(entry.path):
                    os.unlink(entry.path)


def _is_abandoned(path: str) -> bool:
    """Whether whoever wrote it is gone: the system drops a lock with its process."""
    with open(path, "rb") as file:
        return _lock(file.fileno())


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Nobody else who asks for it is at work in that folder meanwhile: what is read and written
    again would be lost. The folder itself is the lock, so that nothing lies about."""
    descriptor = None
    with suppress(OSError):  # whoever writes there will say what is wrong
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
        _lock(descriptor, wait=True)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _lock(descriptor: int, *, wait: bool = False) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:  # held, or a file system without locks
        return False
    return True


def hold(descriptor: int) -> bool:
    """Lock an open file until it is closed; False where another process has it. On systems without
    locks everybody may."""
    try:
        import fcntl
    except ImportError:  # Windows
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def flush(path: Path) -> None:
    """Have the bytes on the disk before something that counts on them is."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
