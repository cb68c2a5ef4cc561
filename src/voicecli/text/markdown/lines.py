"""Stage 2: what a line is, told from its first characters."""

from __future__ import annotations

import re

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


def kind_of(rest: str, *, whole: bool, in_paragraph: bool) -> str:
    """What a line without its indentation and quote marks is, or "wait".

    :param whole: nothing more of it will come.
    :param in_paragraph: it follows a paragraph's line.
    """
    first = rest[0]
    if first in "`~":
        run = len(rest) - len(rest.lstrip(first))
        if run == len(rest) and run < 3 and not whole:
            return "wait"
        if run < 3 or (first == "`" and "`" in rest[run:]):
            return "text"
        return "fence" if whole else "wait"
    if first == "#":
        run = len(rest) - len(rest.lstrip("#"))
        if run == len(rest) and not whole:
            return "wait"
        return "heading" if run <= 6 and rest[run : run + 1] in ("", " ", "\t") else "text"
    if first == "|":
        return "table"
    if first == "[":
        return _kind_of_bracket(rest, whole=whole, in_paragraph=in_paragraph)
    if rest.startswith("$$"):
        body = rest[2:].strip()
        if whole or "$$" in body or "\\" in body:
            return "formula" if not body or "$$" in body or "\\" in body else "text"
        return "wait"
    if rest.startswith("\\["):
        return "formula"
    if rest in ("$", "\\") and not whole:
        return "wait"
    if first in "-*_=+" and _RULE_CHARS.match(rest):
        if not whole:
            return "wait"
        if _RULE.match(rest):
            return "rule"
    if _MAYBE_ORDERED.match(rest) and not whole:
        return "wait"
    if first in "•‣◦●▪○■–" and len(rest) == 1 and not whole:
        return "wait"
    if _BULLET.match(rest):
        ordered = ORDERED.match(rest)
        if ordered and in_paragraph and ordered[1] not in (None, "1"):
            return "text"  # "...in\n1986. It was": only 1 may interrupt a paragraph
        return "item"
    if _MAYBE_LEAD.match(rest) and not whole:
        return "wait"
    if _TITLE.match(rest):
        return "heading"
    return "fresh" if _PICTURE.match(rest) or _LEAD.match(rest) else "text"


def _kind_of_bracket(rest: str, *, whole: bool, in_paragraph: bool) -> str:
    if rest == "[" and not whole:
        return "wait"
    if (in_paragraph and rest[1:2] != "^") or rest.startswith("[["):
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
