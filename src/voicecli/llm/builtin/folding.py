"""Text as the tables of requests are written: without accents, capitals and punctuation."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_SIGNS = "+*×/÷%="
_MINUS = "-−–"
_KEPT = re.compile(r"(?<=\d)[.,](?=\d)")


@dataclass(frozen=True)
class Folded:
    """A text, and where each of its characters stood before."""

    text: str
    starts: tuple[int, ...]
    written: str

    def as_written(self, start: int, end: int) -> str:
        """A part of it, up to where the next word begins: with the punctuation behind it."""
        while end < len(self.text) and self.text[end] == " ":
            end += 1
        last = self.starts[end] if end < len(self.starts) else len(self.written)
        return self.written[self.starts[start] : last].strip()


def unaccented(char: str) -> str:
    """`É` -> `e`, `ß` -> `ss`; a mark alone is nothing."""
    found = unicodedata.normalize("NFD", char.casefold())
    return "".join(c for c in found if unicodedata.category(c) != "Mn")


def fold(written: str, *, spaced: bool = True) -> Folded:
    """spaced: blanks stand between words, one between two; else there are none."""
    chars: list[tuple[str, int]] = []
    for at, char in enumerate(written):
        new = unaccented(char) if char.isalnum() else _sign(written, at)
        chars += [(c, at) for c in new]
    kept: list[tuple[str, int]] = []
    for char, at in chars:
        if char == " " and (not spaced or not kept or kept[-1][0] == " "):
            continue
        kept.append((char, at))
    if kept and kept[-1][0] == " ":
        kept.pop()
    return Folded("".join(c for c, _ in kept), tuple(at for _, at in kept), written)


def _sign(text: str, at: int) -> str:
    """What stands for a character that is no letter and no digit."""
    char = text[at]
    if unicodedata.category(char) == "Mn":
        return ""
    if char in _SIGNS:
        return f" {char} "
    if char in _MINUS:
        is_hyphen = at > 0 and text[at - 1].isalpha()
        is_minus = not is_hyphen and re.match(r"\s?[\d.]", text[at + 1 :])
        return " - " if is_minus else " "
    return char if _KEPT.match(text, at) else " "


def fold_pattern(pattern: str) -> str:
    """A pattern for folded text, as people write: its letters have no accents any more, and an
    apostrophe or a hyphen is a blank."""
    folded = "".join(unaccented(c) if ord(c) > 127 and c.isalpha() else c for c in pattern)
    return re.sub(r"['’]|-(?![^\[]*\])", " ", folded)
