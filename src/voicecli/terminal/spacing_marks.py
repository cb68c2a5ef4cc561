"""Vowel signs that stand beside their letter, as Hindi's and Tamil's do: terminals give them a cell
of their own (441 of 445 have one by glibc's wcwidth(3), the rest two), Rich none. While it lays out
a text, characters for private use stand in their place, which have one cell. Pure.
"""

from __future__ import annotations

import unicodedata

_PRIVATE = 0xF0000
"""Where the planes for private use begin."""


def stood_in_for(text: str) -> str:
    """As Rich is to measure it."""
    if text.isascii():
        return text
    return "".join(chr(ord(c) + _PRIVATE) if _is_spacing_mark(c) else c for c in text)


def as_written(text: str) -> str:
    """As the terminal is to show it."""
    if text.isascii():
        return text
    return "".join(_original(c) for c in text)


def _original(char: str) -> str:
    if ord(char) < _PRIVATE or not _is_spacing_mark(original := chr(ord(char) - _PRIVATE)):
        return char
    return original


def _is_spacing_mark(char: str) -> bool:
    return unicodedata.category(char) == "Mc"
