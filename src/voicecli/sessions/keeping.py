"""What becomes of a conversation that begins: recorded or not, anew or on from a session."""

from __future__ import annotations

import time
from dataclasses import dataclass

from voicecli.conversation.history import History
from voicecli.errors import VoicecliError
from voicecli.sessions.exporting import counted
from voicecli.sessions.folders import all_folders, find, held, id_of, remove
from voicecli.sessions.reading import read
from voicecli.sessions.recording import SessionRecorder
from voicecli.sessions.sound import end_of

DAY_S = 24 * 3600


@dataclass(frozen=True)
class Keeping:
    """Of one conversation."""

    recorder: SessionRecorder | None
    """Writes it; None where nothing is kept."""
    history: History
    """What it begins with."""
    n_turns: int = 0
    """That it goes on from."""
    resumed: str = ""
    """The ID of the session that it goes on from."""
    n_removed: int = 0
    """Older sessions that went."""

    def remarks(self) -> list[tuple[str, str]]:
        """What the user should know of it, each with a hint."""
        told: list[tuple[str, str]] = []
        if self.resumed:
            told.append(
                (f"session {self.resumed} goes on after {counted(self.n_turns, 'turn')}", "")
            )
        if self.n_removed:
            told.append((f"removed {counted(self.n_removed, 'session')} for their age", ""))
        if self.recorder is not None:
            name = self.recorder.id
            told.append(
                (
                    f"this conversation is recorded: session {name}",
                    f"`voicecli sessions rm {name}` removes it",
                )
            )
        return told


def keep(*, record: bool, resume: str | None = None, keep_days: int | None = None) -> Keeping:
    """resume: the session that goes on, in the same folder where it is recorded.

    keep_days: where this one is recorded, those that ended before so many days go. Raises
    SessionError.
    """
    history, at, n_turns, folder = History(), 0, 0, None
    if resume is not None:
        folder = find(resume)
        with held(folder):
            session = read(folder)
            history, n_turns = session.history(), session.n_turns
            at = max(session.end, end_of(folder)) if record else 0
    n_removed = 0
    if record and keep_days is not None:
        n_removed = _remove_older(keep_days, but=folder.name if folder else "")
    return Keeping(
        SessionRecorder(folder, at=at) if record else None,
        history,
        n_turns,
        id_of(folder) if folder else "",
        n_removed,
    )


def _remove_older(days: int, but: str) -> int:
    """One whose age can't be told stays, and so does one that is being recorded."""
    n_removed = 0
    for folder in all_folders():
        if folder.name == but:
            continue
        try:
            ended_at_s = read(folder).ended_at_s
            if ended_at_s is not None and time.time() - ended_at_s > days * DAY_S:
                remove(folder)
                n_removed += 1
        except VoicecliError:
            continue
    return n_removed
