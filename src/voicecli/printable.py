"""What may reach a terminal: text of models, servers and file names steers none, and hides nothing.

Control characters move the cursor; formatting characters turn text around (bidi), or are not seen.
"""

from __future__ import annotations

import unicodedata

_INVISIBLE = frozenset(("Cc", "Cf", "Cs"))
"""Unicode's categories: control, formatting, halves of characters."""

_BLANKS = frozenset(("Cc", "Zl", "Zp", "Zs"))


def printable(text: str) -> str:
    """Without what steers a terminal; lines and tabs stay."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _INVISIBLE)


def in_one_line(text: str, max_chars: int | None = None) -> str:
    """The same in one line: blanks of all kinds, and control characters, become one blank.

    Longer than `max_chars` it is cut.
    """
    spaced = "".join(" " if unicodedata.category(c) in _BLANKS else c for c in text)
    line = " ".join("".join(filter(str.isprintable, spaced)).split())
    return line if max_chars is None or len(line) <= max_chars else line[: max_chars - 3] + "..."


def visible(text: str, keep: str = "") -> str:
    """With what steers a terminal, or is no text, written out, such as `\\x1b` and `\\udcff`: of a
    name nothing may be lost.

    keep: characters that stay as they are all the same.
    """
    shown = "".join(c if c.isprintable() or c in keep else repr(c)[1:-1] for c in text)
    return shown.encode(errors="backslashreplace").decode()
