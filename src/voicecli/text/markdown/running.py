"""Stage 2: where running text may be cut without tearing a link, a code span or a tag apart."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from voicecli.text.markdown.buffers import Arrived
from voicecli.text.markdown.tags import (
    BREAKING_TAGS,
    HIDDEN_TAGS,
    RAW_TAGS,
    TAG,
    THOUGHT_TAGS,
    is_block,
    is_closed_in,
    is_element,
    is_tag,
)
from voicecli.text.sentences import CLOSING, WIDE_CLAUSES, WIDE_CLOSING

LONG_PIECE_CHARS = 160
"""Running text without punctuation is handed on at a space once it is this long."""

OPEN_CHARS = 400
"""A bracket or a backtick that is not closed within this is no markup."""

DOLLAR_CHARS = 100
"""The same for a dollar sign, which may as well be a price's or a shell variable's."""

MAX_PIECE_CHARS = 600
"""Running text without a place to cut (base64, a row of brackets) is handed on in such pieces."""

_beginnings = {name[:end] for name in HIDDEN_TAGS for end in range(2, len(name) + 1)}
_AUTOLINK = re.compile(r"<[A-Za-z][^<>\s]*[:@][^<>\s]*>")
_SPECIAL = re.compile(r"<\|[^<>|\n]{0,40}\|>")
_HALF_TAG = re.compile(rf"<(?:[/|][A-Za-z_]*|!-?|{'|'.join(_beginnings)})\Z", re.IGNORECASE)
_PAUSE = ".!?…:;,—–*_~" + CLOSING
_WIDE_PAUSE = "。！？" + WIDE_CLAUSES
_AFTER_SOURCE = ("]", "],")
_WIDE_CLOSERS = tuple("”’*_。！？…" + WIDE_CLOSING)
_STOP = re.compile(rf"[\\`\[\]<$\n \t{_WIDE_PAUSE}]")


_FORMULAS = {"\\(": "\\)", "\\[": "\\]", "$$": "$$", "$": "$"}
"""What opens a formula, and what closes it."""


class NextStop(NamedTuple):
    """What running text comes to next."""

    kind: Literal["wait", "cut", "line end", "break", "hidden", "thought", "end"]
    """More has to arrive; a place to cut; a newline; a tag that ends a sentence; the beginning of
    something hidden; the end of a thought that began before all this; the end of all."""
    at: int = 0
    """The text before it can be said."""
    resume: int = 0
    """Where the text after it begins."""
    hidden_until: str = ""
    """A pattern: what ends that which is hidden."""


_WAIT = NextStop("wait")


class RunningText:
    """Looks through running text as it arrives, and remembers what is open in it."""

    def __init__(self, arrived: Arrived) -> None:
        self._arrived = arrived
        self._at = 0
        """Up to where the text was looked at."""
        self._began_at = 0
        self._opened_at = 0
        self._code = 0
        """Length of the backticks that opened the code span we are in; 0 outside."""
        self._brackets = 0
        self._formula = ""
        """What ends the formula we are in."""

    @property
    def is_open(self) -> bool:
        """Is it inside a code span, brackets or a formula?"""
        return bool(self._code or self._brackets or self._formula)

    def close_all(self) -> None:
        """What was opened is no markup."""
        self._code = self._brackets = 0
        self._formula = ""

    def begin(self) -> None:
        """Running text begins, or goes on, with what is not handled yet."""
        self._at = self._began_at = self._arrived.base

    def forgotten(self, n_chars: int) -> None:
        """So many characters are gone from the beginning of the text."""
        self._at -= n_chars
        self._began_at -= n_chars
        self._opened_at -= n_chars

    def next_stop(self) -> NextStop:
        """Look on for a place to stop. A line's end is found again until `begin` goes beyond it."""
        text, base = self._arrived.text, self._arrived.base
        while True:
            found = _STOP.search(text, self._at)
            here = found.start() if found else len(text)
            if self.is_open and here - self._opened_at > OPEN_CHARS:
                self.close_all()
            if self._formula == "$" and here - self._opened_at > DOLLAR_CHARS:
                self._formula = ""
            if here - base > MAX_PIECE_CHARS:
                self.close_all()
                return self._cut(base + MAX_PIECE_CHARS)
            self._at = here
            if found is None:
                return NextStop("end", here, here) if self._arrived.is_all else _WAIT
            char = text[here]
            if char == "\n":
                if self._formula == "$":  # else it was a price, or a shell's variable
                    self._formula = ""
                return NextStop("line end", here, here + 1)
            if here + 1 >= len(text) and not self._arrived.is_all and char not in " \t":
                return _WAIT
            if stop := self._mark(char, here):
                return stop

    def _cut(self, end: int, resume: int | None = None) -> NextStop:
        self._at = end if resume is None else resume
        return NextStop("cut", end, self._at)

    def _mark(self, char: str, here: int) -> NextStop | None:
        """Handle one character that may matter. None: go on."""
        text = self._arrived.text
        self._at = here + 1
        if char == "`":
            return self._backticks(here)
        if self._code or (self._formula and char not in "\\$<"):
            return None
        if char in " \t":
            return self._blank(here)
        if char in _WIDE_PAUSE:
            closes = text.startswith(_WIDE_CLOSERS, here + 1)
            return None if self.is_open or closes else self._cut(here + 1)
        if char in "\\$":
            self._formula_mark(here)
        elif char == "[":
            if not self.is_open:
                self._opened_at = here
            self._brackets += 1
        elif char == "]" and self._brackets:
            end = _target_end(text, here + 1, is_all=self._arrived.is_all)
            if end is None:
                self._at = here
                return _WAIT
            self._brackets -= 1
            self._at = end
        elif char == "<":
            return self._tag(here)
        return None

    def _blank(self, here: int) -> NextStop | None:
        text = self._arrived.text
        if text.endswith(_AFTER_SOURCE, 0, here):  # another one may follow: "[1], [2]"
            if here + 1 >= len(text) and not self._arrived.is_all:
                self._at = here
                return _WAIT
            if text.startswith("[", here + 1):
                return None
        return self._cut(here + 1) if self._may_cut(here) else None

    def _may_cut(self, here: int) -> bool:
        """Is the space at `here` a place to cut?"""
        if self.is_open or here == self._arrived.base:
            return False
        if here - self._arrived.base >= LONG_PIECE_CHARS:
            return True
        if self._arrived.text.endswith(" **", self._arrived.base, here):
            return False  # "2 ** 8"
        return self._arrived.text[here - 1] in _PAUSE

    def _formula_mark(self, here: int) -> None:
        """A backslash or a dollar sign: it opens a formula, or closes it, or escapes something."""
        text = self._arrived.text
        following = text[here + 1 : here + 2]
        if (text[here] == "\\" and following != "\n") or following == "$":
            self._at = here + 2
        mark = text[here : self._at]
        if self._formula:
            if mark == self._formula:
                self._formula = ""
        elif mark in _FORMULAS and not (
            mark == "$" and (following.isspace() or following.isdigit())
        ):
            if not self.is_open:
                self._opened_at = here
            self._formula = _FORMULAS[mark]

    def _backticks(self, here: int) -> NextStop | None:
        """Backticks open a code span, or close it if they are as many as opened it."""
        text = self._arrived.text
        end = here
        while end < len(text) and text[end] == "`":
            end += 1
        if end == len(text) and not self._arrived.is_all and end - here < OPEN_CHARS:
            self._at = here
            return _WAIT
        self._at = end
        if not self._code:
            if not self.is_open:
                self._opened_at = here
            self._code = end - here
        elif self._code == end - here:
            self._code = 0
        return None

    def _tag(self, here: int) -> NextStop | None:
        """Handle a "<": a tag, a comment, a hidden element, or just less-than."""
        text, is_all = self._arrived.text, self._arrived.is_all
        following = text[here + 1 : here + 2]
        if not following.isalpha() and following not in tuple("/!|"):
            return None
        if "<!--".startswith(text[here : here + 4]) and len(text) - here < 4 and not is_all:
            self._at = here
            return _WAIT
        if text.startswith("<!--", here):
            return self._hidden(here, here + 4, r"-->")
        end = here + 1
        limit = here + OPEN_CHARS
        while end < min(len(text), limit) and text[end] not in "<>\n":
            end += 1
        if end == len(text) and end < limit:
            if not is_all:
                self._at = here
                return _WAIT
            return self._cut(here, end) if _HALF_TAG.match(text, here) else None
        if special := _SPECIAL.match(text, here):
            return self._cut(here, special.end())
        if autolink := _AUTOLINK.match(text, here):
            self._at = autolink.end()
            return None
        tag = TAG.match(text, here)
        return self._element(tag) if tag else None

    def _element(self, tag: re.Match[str]) -> NextStop | None:
        """Handle what looks like a tag."""
        here, name = tag.start(), tag[2].lower()
        if name in HIDDEN_TAGS and not self._brackets:
            if tag[1] and name in THOUGHT_TAGS:
                self.close_all()
                return NextStop("thought", here, tag.end())
            if tag[1]:
                return self._cut(here, tag.end())
            return self._hidden(here, tag.end(), rf"</\s*{name}\s*>")
        begins_line = here == self._began_at
        if not is_element(tag, begins_line=begins_line):
            line, complete = self._line_after(tag.end())
            is_closed = is_closed_in(line, tag)
            if not is_closed and not complete:
                self._at = here
                return _WAIT
            if not is_closed and not is_block(line, tag, begins_line=begins_line):
                # Torn from its "<" it is no tag to markdown-it.
                return None if self.is_open else self._cut(here + 1)
        if name in RAW_TAGS and not tag[1]:
            return self._hidden(here, tag.end(), rf"</\s*{name}\s*>")
        if name in BREAKING_TAGS:
            self._at = tag.end()
            self.close_all()
            return NextStop("break", here, tag.end())
        if not is_tag(tag) and not self.is_open:
            return self._cut(here, tag.end())
        self._at = tag.end()
        return None

    def _line_after(self, start: int) -> tuple[str, bool]:
        """The rest of a line, or the first `OPEN_CHARS` of it; and whether that is all of it."""
        rest = self._arrived.text[start : start + OPEN_CHARS]
        line, newline, _ = rest.partition("\n")
        return line, bool(newline) or len(rest) == OPEN_CHARS or self._arrived.is_all

    def _hidden(self, here: int, begin: int, until: str) -> NextStop:
        self.close_all()
        return NextStop("hidden", here, begin, until)


def _target_end(text: str, start: int, *, is_all: bool) -> int | None:
    """Where a link's target in parentheses ends, if one begins at `start`. None: not known yet."""
    if not text.startswith("(", start):
        return start
    begin = start + 1
    limit = begin + OPEN_CHARS
    depth = 1
    for index in range(begin, min(limit, len(text))):
        char = text[index]
        if char == "\n":
            return begin
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return index + 1
    return None if len(text) < limit and not is_all else begin
