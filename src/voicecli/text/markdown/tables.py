"""Tables, said row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voicecli.languages import Phrases
from voicecli.text.markdown.inline import tidy
from voicecli.text.markdown.markup import markdown, render

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_COLUMNS = 4
MAX_ROWS = 12
"""Larger tables are for the eye."""

_CHECKS = frozenset("✅ ✔ ✔️ ✓ ☑ ☑️".split())
_CROSSES = frozenset("❌ ✖ ✖️ ✗ ✘".split())


class Table:
    def __init__(self, header: str, delimiter: str, phrases: Phrases) -> None:
        """From its first two lines. They may be none of a table's: then it has no columns."""
        self._phrases = phrases
        self._head = f"{header}\n{delimiter}\n"
        self._headers = self._cells(self._head, "th_open")
        self._n_rows = 0

    @property
    def n_columns(self) -> int:
        return len(self._headers)

    def opening(self) -> str:
        """What is said before its rows."""
        return self._phrases.table if self.n_columns > MAX_COLUMNS else ""

    def row(self, row: str) -> str:
        """What is said for a row."""
        self._n_rows += 1
        if self.n_columns > MAX_COLUMNS or self._n_rows > MAX_ROWS + 1:
            return ""
        if self._n_rows > MAX_ROWS:
            return self._phrases.more_rows
        return self._say_row(self._cells(f"{self._head}{row}\n", "td_open"))

    def _cells(self, source: str, kind: str) -> list[str]:
        """What the cells of a table say; kind is "th_open" or "td_open"."""
        tokens = markdown().parse(source)
        if not tokens or tokens[0].type != "table_open":
            return []
        return [
            self._say_cell(inline)
            for cell, inline in zip(tokens, tokens[1:], strict=False)
            if cell.type == kind
        ]

    def _say_cell(self, inline: Token) -> str:
        link_to = self._phrases.link_to
        text = render(inline.children or [], link_to).strip()
        if text in _CHECKS:
            return self._phrases.yes
        if text in _CROSSES:
            return self._phrases.no
        return tidy(text, link_to).strip()

    def _say_row(self, cells: list[str]) -> str:
        """A row as a sentence: "Anna: age 30, city Berlin."."""
        wide = self._phrases.code.endswith("。")
        stop, comma, colon = ("。", "，", "：") if wide else (".", ", ", ": ")
        first, others = (cells[0], cells[1:]) if cells else ("", [])
        if len(others) == 1:
            told = others[0]
        else:
            named = zip(self._headers[1:], others, strict=False)
            told = comma.join(f"{name} {cell}".strip() for name, cell in named if cell)
        text = colon.join(part for part in (first, told) if part)
        if not text:
            return ""
        return text if text[-1] in ".!?。！？" else text + stop
