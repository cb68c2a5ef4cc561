"""Where sessions lie, how they are named, and how they go."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from voicecli import places
from voicecli.errors import SessionError, reason
from voicecli.files import hold

EVENTS = "events.jsonl"
TRANSCRIPT = "transcript.txt"
LAST = "last"
"""In place of an ID: the session in which something was said last."""

_ID_CHARS = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that is taken for another."""

_NAME = re.compile(rf"\d{{4}}-\d\d-\d\d_\d\d-\d\d-\d\d_([{_ID_CHARS}]{{5}})")


def new_folder(began: datetime) -> Path:
    """A new one, for its owner's eyes only: when it began, and an ID. Raises OSError."""
    home = places.sessions_folder()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    session_id = "".join(secrets.choice(_ID_CHARS) for _ in range(5))
    folder = home / f"{began:%Y-%m-%d_%H-%M-%S}_{session_id}"
    folder.mkdir(mode=0o700)
    return folder


def id_of(folder: Path) -> str:
    """What the user names a session by."""
    name = _NAME.fullmatch(folder.name)
    return name[1] if name else folder.name


def all_folders() -> list[Path]:
    """Of all sessions, the oldest first. Raises SessionError where they can't be listed."""
    home = places.sessions_folder()
    try:
        with os.scandir(home) as entries:
            return sorted(
                Path(entry.path)
                for entry in entries
                if _NAME.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)
            )
    except FileNotFoundError:
        return []
    except OSError as error:
        raise SessionError(
            f"the folder of sessions can't be read ({reason(error)})", f"look at {home}"
        ) from error


def find(wanted: str) -> Path:
    """The session of that ID or the beginning of one, of that folder's name, or the LAST.

    Raises SessionError.
    """
    folders = all_folders()
    if not folders:
        raise SessionError("no conversation was recorded yet", "`voicecli talk --record` keeps one")
    if wanted == LAST:
        return max(folders, key=lambda folder: (_touched(folder), folder.name))
    found = [
        folder
        for folder in folders
        if wanted and (id_of(folder).startswith(wanted) or folder.name.startswith(wanted))
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise SessionError(f"there is no session {wanted!r}", "`voicecli sessions` lists them")
    ids = ", ".join(map(id_of, found[:8])) + (", ..." if len(found) > 8 else "")
    raise SessionError(f"{wanted!r} may be any of {len(found)} sessions", f"say which: {ids}")


def _touched(folder: Path) -> float:
    with suppress(OSError):
        return (folder / EVENTS).stat().st_mtime
    return 0.0


def remove(folder: Path) -> None:
    """Raises SessionError where it can't be, or is being recorded."""
    with held(folder):
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise SessionError(
                f"session {id_of(folder)} can't be removed ({reason(error)})",
                f"look at {folder}",
            ) from error


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Nobody records it meanwhile; raises SessionError where somebody does."""
    descriptor = None
    with suppress(OSError):  # without its events nobody records it
        descriptor = os.open(folder / EVENTS, os.O_RDONLY)
    try:
        if descriptor is not None:
            hold_or_refuse(descriptor, folder)
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def hold_or_refuse(descriptor: int, folder: Path) -> None:
    """Of its open events; raises SessionError where another process records it."""
    if not hold(descriptor):
        raise SessionError(
            f"session {id_of(folder)} is being recorded by another voicecli", "end that one first"
        )
