"""What both sides said, as it was written: to be exported, copied and repeated."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from voicecli.conversation.events import (
    Event,
    ReplyEnded,
    ReplyText,
    StartedOver,
    Stopped,
    UserSaid,
)
from voicecli.errors import VoicecliError
from voicecli.printable import printable

MAX_NAMES = 1000
"""So many files of one second are enough."""


class Minutes:
    """Listens to the events of a conversation."""

    def __init__(self) -> None:
        self._turns: list[tuple[str, str]] = []
        """Who, and what."""
        self._writing = ""
        self.last_reply = ""
        """As it was written, as far as it came."""
        self.error = ""
        """Of a reply that failed."""
        self.answered = asyncio.Event()
        """What was typed last has its reply, or wants none."""

    def __call__(self, event: Event) -> None:
        match event:
            case Stopped():
                self.answered.set()
            case UserSaid(text):
                self._turns.append(("You", text))
            case ReplyText(delta):
                self._writing += delta
            case ReplyEnded():
                self.answered.set()
                self.error = event.error or self.error
                written, self._writing = self._writing.strip(), ""
                if event.number:  # it is remembered, and so no repetition
                    said = f"{event.heard} —" if event.interrupted else written
                    self._turns.append(("Assistant", said))
                    self.last_reply = written
            case StartedOver():
                self._turns.append(("", "---"))
            case _:
                pass

    @property
    def is_empty(self) -> bool:
        return not self._turns

    def markdown(self) -> str:
        """All of it. What was cut off ends in a dash."""
        paragraphs = [f"**{who}**\n\n{text}" if who else text for who, text in self._turns]
        return printable("\n\n".join(["# Conversation", *paragraphs])) + "\n"

    def export(self, path: Path | None = None, *, at: datetime | None = None) -> Path:
        """Write it into a new file, in the current folder where none is named; its path.

        Raises VoicecliError where nothing was said, the file is there already, or can't be written.
        """
        if self.is_empty:
            raise VoicecliError("nothing was said yet, so there is nothing to save")
        name = f"voicecli-{at or datetime.now():%Y-%m-%d-%H%M%S}"
        numbered = (Path(f"{name}-{n}.md") for n in range(2, MAX_NAMES))
        for target in [path] if path is not None else [Path(f"{name}.md"), *numbered]:
            try:
                file = target.open("x", encoding="utf-8")
            except FileExistsError:
                continue
            except (OSError, ValueError) as error:
                raise _unwritable(target, error) from error
            try:
                with file:
                    file.write(self.markdown())
            except OSError as error:
                target.unlink(missing_ok=True)  # half of it is worth less than the error
                raise _unwritable(target, error) from error
            return target
        raise VoicecliError(f"{path or name} is there already", "/save NAME takes another name")


def _unwritable(path: Path, error: OSError | ValueError) -> VoicecliError:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return VoicecliError(f"{path} can't be written: {reason}", "/save PATH puts it elsewhere")
