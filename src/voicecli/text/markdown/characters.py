"""Stage 1: terminal escapes, control and invisible characters are taken out."""

from __future__ import annotations

import re

_INVISIBLE = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\ue000-\uf8ff\U000e0000-\U000e007f\U000f0000-\U0010ffff"
)
_NEEDS_CLEANING = re.compile(f"[{_INVISIBLE}\r\u2028\u2029]")
_DELETED = re.compile(f"[{_INVISIBLE}]")
_ESCAPE = "\x1b"
_CONTROL_STRING_CHARS = 2048
"""A terminal's control string (a title, a link) that is longer is taken for text again."""
_SOFT_HYPHEN = "\u00ad"
_CITES = "\ue200"
"""ChatGPT puts its citations between U+E200 and U+E201."""
CITATION = "【†】"
"""What stands for one of them later on."""


class Cleaner:
    """Removes ANSI escapes, control and invisible characters; line ends become a newline."""

    def __init__(self) -> None:
        self._state = ""
        """Inside an escape: "escape", "csi", "string" or "string escape"."""
        self._n_swallowed = 0
        self._after_return = False
        self._after_soft_hyphen = False

    def feed(self, text: str) -> str:
        is_open = self._state or self._after_return or self._after_soft_hyphen
        if not is_open and not _NEEDS_CLEANING.search(text):
            return text
        kept: list[str] = []
        for char in text:
            if self._state:
                self._swallow(char)
            elif char == _ESCAPE:
                self._state = "escape"
            elif char == "\x9b":
                self._state = "csi"
            elif char == _CITES:
                kept.append(CITATION)
                self._state, self._n_swallowed = "citation", 0
            elif char in "\r\n" and self._after_soft_hyphen:
                pass  # the word goes on in the next line
            elif char == "\n" and self._after_return:
                pass
            elif char in "\r\u2028\u2029":
                kept.append("\n")
            elif not _DELETED.match(char):
                kept.append(char)
            self._after_soft_hyphen = char == _SOFT_HYPHEN or (
                char == "\r" and self._after_soft_hyphen
            )
            self._after_return = char == "\r" and not self._state
        return "".join(kept)

    def _swallow(self, char: str) -> None:
        state = self._state
        if state == "escape":
            if char == "[":
                self._state = "csi"
            elif char in "]PX^_":
                self._state, self._n_swallowed = "string", 0
            elif not " " <= char <= "/":
                self._state = ""
        elif state == "csi":
            if not " " <= char <= "?":
                self._state = ""
        else:
            self._n_swallowed += 1
            stops = "\ue201\n" if state == "citation" else "\x07\x9c\n"
            ends = char in stops or (state == "string escape" and char == "\\")
            if ends or self._n_swallowed > _CONTROL_STRING_CHARS:
                self._state = ""
            else:
                is_escape = char == _ESCAPE and state != "citation"
                self._state = "string escape" if is_escape else state.partition(" ")[0]


def without_invisible(text: str) -> str:
    """Of text in which entities (`&#x202e;`) have become characters."""
    return text if text.isascii() else _DELETED.sub("", text)
