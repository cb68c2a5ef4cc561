"""Stage 2: what a line is, told from its first characters."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from voicecli.text.markdown.inline import PICTURES
from voicecli.text.markdown.running import OPEN_CHARS

PREFIX = re.compile(r"(?:[ \t]*>)*[ \t]*")
INDENT = re.compile(r"[ \t]*")
_BULLET = re.compile(r"(?:[-+*•‣◦●▪○■–]|\d{1,9}[.)]|[A-Za-z]\))(?=[ \t]|\Z)")
ORDERED = re.compile(r"(?:(\d{1,9})[.)]|[A-Za-z]\))(?=[ \t]|\Z)")
_MAYBE_ORDERED = re.compile(r"(?:\d{1,9}[.)]?|[A-Za-z]\)?|\d\ufe0f?)\Z")
_PICTURE = re.compile(rf"[{PICTURES}]|\d\ufe0f?\u20e3")
"""What some writers begin the items of a list with."""
_RULE = re.compile(r"(?:([-*_])[ \t]*)(?:\1[ \t]*){2,}\Z|=+[ \t]*\Z|-+[ \t]*\Z")
_RULE_CHARS = re.compile(r"[-*_=+ \t]*\Z")
_DEFINITION = re.compile(
    r"\[[^\]]+\]:\s*(?:<[^>]*>|\S+)(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^)]*\)))?\s*\Z"
)
_TITLE = re.compile(r"\*\*[^*\n]{1,80}\*\*[:：]?[ \t]*\Z")
_LEAD = re.compile(r"\*\*[^*\n]{1,80}(?:[:：]\*\*|\*\*[:：])")
_MAYBE_LEAD = re.compile(r"\*\*[^*\n]{0,80}(?:\*{1,2}[:：]?[ \t]*)?\Z")
"""What many replies have for headings: a line "**Title**", and "**Step 1:** do it"."""
DELIMITER_ROW = re.compile(r"[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*\Z")


@dataclass(frozen=True)
class _Line:
    """A line without its indentation and quote marks, as far as it has arrived."""

    rest: str
    whole: bool
    """Nothing more of it will come."""
    in_paragraph: bool
    """It follows a paragraph's line."""

    @property
    def run(self) -> int:
        """How often its first character is repeated."""
        return len(self.rest) - len(self.rest.lstrip(self.rest[0]))


def kind_of(rest: str, *, whole: bool, in_paragraph: bool) -> str:
    """What a line is, or "wait": by the first rule that knows."""
    line = _Line(rest, whole, in_paragraph)
    return next(kind for rule in _KINDS if (kind := rule(line)))


def _fence(line: _Line) -> str | None:
    if line.rest[0] not in "`~":
        return None
    run = line.run
    if run == len(line.rest) and run < 3 and not line.whole:
        return "wait"
    if run < 3 or (line.rest[0] == "`" and "`" in line.rest[run:]):
        return "text"
    return "fence" if line.whole else "wait"


def _heading(line: _Line) -> str | None:
    if line.rest[0] != "#":
        return None
    run = line.run
    if run == len(line.rest) and not line.whole:
        return "wait"
    return "heading" if run <= 6 and line.rest[run : run + 1] in ("", " ", "\t") else "text"


def _table_or_bracket(line: _Line) -> str | None:
    if line.rest[0] == "|":
        return "table"
    return _bracket(line) if line.rest[0] == "[" else None


def _formula(line: _Line) -> str | None:
    rest = line.rest
    if rest.startswith("$$"):
        body = rest[2:].strip()
        if line.whole or "$$" in body or "\\" in body:
            return "formula" if not body or "$$" in body or "\\" in body else "text"
        return "wait"
    if rest.startswith("\\["):
        return "formula"
    return "wait" if rest in ("$", "\\") and not line.whole else None


def _rule(line: _Line) -> str | None:
    if line.rest[0] not in "-*_=+" or not _RULE_CHARS.match(line.rest):
        return None
    if not line.whole:
        return "wait"
    return "rule" if _RULE.match(line.rest) else None


def _item(line: _Line) -> str | None:
    is_lone_bullet = line.rest[0] in "•‣◦●▪○■–" and len(line.rest) == 1
    if not line.whole and (_MAYBE_ORDERED.match(line.rest) or is_lone_bullet):
        return "wait"
    if not _BULLET.match(line.rest):
        return None
    ordered = ORDERED.match(line.rest)
    if ordered and line.in_paragraph and ordered[1] not in (None, "1"):
        return "text"  # "...in\n1986. It was": only 1 may interrupt a paragraph
    return "item"


def _otherwise(line: _Line) -> str:
    if _MAYBE_LEAD.match(line.rest) and not line.whole:
        return "wait"
    if _TITLE.match(line.rest):
        return "heading"
    return "fresh" if _PICTURE.match(line.rest) or _LEAD.match(line.rest) else "text"


def _bracket(line: _Line) -> str:
    rest, whole = line.rest, line.whole
    if rest == "[" and not whole:
        return "wait"
    if (line.in_paragraph and rest[1:2] != "^") or rest.startswith("[["):
        return "text"
    close = rest.find("]")
    if close < 0:
        return "text" if whole or len(rest) > OPEN_CHARS else "wait"
    if close + 1 >= len(rest):
        return "text" if whole else "wait"
    if rest[close + 1] != ":":
        return "text"
    if not whole:
        return "wait"
    return "definition" if rest[1] == "^" or _DEFINITION.match(rest) else "text"


_KINDS: tuple[Callable[[_Line], str | None], ...] = (
    _fence,
    _heading,
    _table_or_bracket,
    _formula,
    _rule,
    _item,
    _otherwise,
)
