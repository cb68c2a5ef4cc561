"""A request as a list of words."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    text: str
    """Lower case; numbers in digits, signs as words."""
    start: int
    """Where it stands in the message."""


_WORD = re.compile(
    r"""(?P<name>(?<![\d.])(?:\+?\d{1,3}[ -])?\(?\d{3}\)?[ -]\d{3}-\d{4}  # a phone
        |(?<![\d.-])(?:\d{4}-\d\d-\d\d|\d{3}-\d{4}|0\d+(?:-\d+)+|\d+-0\d+|(?=(?:\d-?){9})\d{2,5}(?:-\d{2,7}){2,5}
        ))(?![\d-])                  # a date, a number that is a name: no differences
      | \d{1,3}(?:,\d{3})+(?:\.\d+)?    # 1,234.5
      | \d*\.?\d+                       # 12, 0.5
      | [^\W\d_]+(?:['\u2019][^\W\d_]+)*
      | (?<![^\W\d_])[-\u2212\u2013](?=\s*[\d.])   # a minus, and no hyphen
      | [+*\u00d7/\u00f7%=]
    """,
    re.VERBOSE,
)

_EXPANDED = {
    "+": "plus",
    "-": "minus",
    "\u2212": "minus",
    "\u2013": "minus",
    "*": "times",
    "\u00d7": "times",
    "x": "times",
    "/": "divided by",
    "\u00f7": "divided by",
    "%": "percent",
    "=": "is",
    "equals": "is",
    "makes": "is",
    "cannot": "can not",
    "can't": "can not",
    "i'm": "i am",
    "let's": "let us",
    "whats": "what is",
    "ok": "okay",
    "hi": "hello",
    "hey": "hello",
    "colour": "color",
    "per": "percent",
    "cent": "",
}


def words_of(text: str) -> list[Word]:
    """`What's 7 + 12?` as the recogniser would write it: what is 7 plus 12."""
    words = []
    for match in _WORD.finditer(text):
        if match["name"]:
            words.append(Word(f"#{re.sub('[^0-9]', '', match[0])}#", match.start()))
            continue
        word = match[0].lower().replace("\u2019", "'").replace(",", "")
        expanded = _EXPANDED.get(word)
        if expanded is None:
            expanded = re.sub(r"(?<=.)n't$", " not", re.sub(r"(?<=[a-z])'s$", " is", word))
        words += [Word(part, match.start()) for part in expanded.split()]
    return words
