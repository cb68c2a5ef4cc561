"""The words of a text, without its punctuation."""

from __future__ import annotations

import re
import unicodedata

_MARKS = "".join(
    chr(code) for code in range(0x300, 0x1100) if unicodedata.category(chr(code))[0] == "M"
)
"""Vowels of Hindi, and points of Arabic, are no letters to `re`."""

_LETTERS = rf"(?:[^\W_][{_MARKS}]*)+"
_WORD = re.compile(rf"{_LETTERS}(?:['’-]{_LETTERS})*")


def words_of(text: str) -> list[str]:
    return _WORD.findall(text)
