"""A model that goes on to play the user, or says who speaks: only its own turn is a reply."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator

from voicecli.languages import language_of
from voicecli.text.sentences import closing

MAX_LABEL_CHARS = 24

_DRESS = r"[ \t]*(?:#{1,4}[ \t]*)?(?:\*\*|__)?"


class OwnTurn:
    """Cuts a reply off at the line on which the model begins to play somebody else."""

    def __init__(self, language: str = "en") -> None:
        known = language_of(language)
        others, own = ("|".join(sorted(labels)) for labels in (known.user_labels, known.own_labels))
        self._other = re.compile(rf"{_DRESS}(?:{others})(?:\*\*|__)?[ \t]*[:：]", re.IGNORECASE)
        self._own = re.compile(
            rf"{_DRESS}(?:{own})(?:(?:\*\*|__)?[ \t]*[:：](?:\*\*|__)?)[ \t]*", re.IGNORECASE
        )
        self._labels = known.user_labels | known.own_labels
        self._line = ""
        """A line's beginning that may still become a label."""
        self._begins = True
        self._is_first = True
        self._after_label = False
        self.is_over = False

    def feed(self, text: str, *, is_all: bool = False) -> str:
        """What of it belongs to the reply."""
        said: list[str] = []
        for part in re.split(r"(?<=\n)", text):
            if not self.is_over:
                said.append(self._part(part, is_all=is_all))
        return "".join(said)

    def _part(self, part: str, *, is_all: bool) -> str:
        if self._after_label:
            part = part.lstrip("*_ \t")
            self._after_label = not part
        if not self._begins:
            self._begins = part.endswith("\n")
            return part
        line = self._line + part
        if not line.strip():
            self._line = "" if line.endswith("\n") else line
            return line if not self._line else ""
        if self._other.match(line) and not self._is_first:
            self.is_over = True
            return ""
        if own := self._own.match(line):
            line = line[own.end() :]
            self._after_label = not line
        elif not is_all and self._may_become_label(line):
            self._line = line
            return ""
        self._line, self._is_first = "", False
        self._begins = line.endswith("\n")
        return line

    def _may_become_label(self, line: str) -> bool:
        begun = line.strip(" \t#*_").lower()
        is_short = len(line) <= MAX_LABEL_CHARS and "\n" not in line
        return is_short and any(label.startswith(begun) for label in self._labels)

    def finish(self) -> str:
        return "" if self.is_over else self.feed("", is_all=True)


async def own_turn(deltas: AsyncIterator[str], language: str = "en") -> AsyncGenerator[str]:
    """A model's reply without what it makes others say; ends where that begins.

    Closes `deltas` when closed.
    """
    turn = OwnTurn(language)
    async with closing(deltas) as source:
        async for delta in source:
            if said := turn.feed(delta):
                yield said
            if turn.is_over:
                return
    if said := turn.finish():
        yield said
