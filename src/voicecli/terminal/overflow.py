"""Where a Markdown text that is still being written can be cut in two. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_ITEM = re.compile(r"\s*([-*+]|\d+[.)])\s")
_SENTENCE_END = re.compile(r"""[.!?…][\])"'”»*_]*\s+|[。！？][」』”]*""")


def cuts(text: str) -> Iterator[tuple[str, str]]:
    """What is finished and what is still open, at every place where both are Markdown for
    themselves: between blocks and items, behind sentences, and between lines of code, where both
    parts become code. In order; never inside a table."""
    at, fence, ticks, block = 0, "", "", 0
    for line in text.splitlines(keepends=True):
        begin, at = at, at + len(line)
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(ticks):
                fence, block = "", at
                yield text[:at], text[at:]
            elif line.endswith("\n"):
                yield text[:at] + ticks, fence + text[at:]
            continue
        if begin and (mark or _ITEM.match(line)):
            block = begin
            yield text[:begin], text[begin:]
        if mark:
            fence, ticks = line, mark[1]
        elif not line.strip():
            block = at
            yield text[:at], text[at:]
        elif not line.lstrip().startswith("|"):
            for end in _SENTENCE_END.finditer(line):
                is_number = _ITEM.fullmatch(line[: end.end()])  # the 1. of an item
                if not is_number and _is_balanced(text[block : begin + end.end()]):
                    yield text[: begin + end.end()], text[begin + end.end() :]


def _is_balanced(text: str) -> bool:
    """No emphasis and no code is open."""
    return all(text.count(mark) % 2 == 0 for mark in ("**", "__", "`"))


def overflow(text: str, fits: Callable[[str], bool]) -> tuple[str, str]:
    """The least of a text that has to go so that the rest fits, and the rest; the most that can
    go, where nothing is enough."""
    finished, rest = "", text
    for finished, rest in () if fits(text) else cuts(text):  # noqa: B007 (the last is the result)
        if fits(rest):
            break
    return finished, rest
