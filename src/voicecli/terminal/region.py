"""The last lines of a terminal, drawn again and again; what is finished scrolls up above them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from voicecli.terminal.spacing_marks import as_written

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.segment import Segment

HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"


class Region:
    """Rows at the bottom. Unlike Rich's Live it is taken away whole after the window was made
    narrower: the terminal has broken its lines anew by then."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._drawn: list[tuple[str, int]] = []
        """The lines that are there, and their widths in cells."""
        self._columns = 0
        self._has_cursor = False
        self._draws = not console.is_dumb_terminal

    def show(self) -> None:
        """From now on, until `hide`, the cursor is not seen."""
        if self._draws:
            self._write(HIDE_CURSOR)

    def hide(self) -> None:
        """Take it away."""
        if self._draws:
            self._write(self._without(self._drawn) + SHOW_CURSOR)
            self._drawn = []

    def draw(
        self,
        finished: Iterable[RenderableType],
        lines: Sequence[list[Segment]],
        cursor: int | None = None,
    ) -> None:
        """Print what is finished, and below it the lines in place of those that are there.

        cursor: shown in that cell of the last line.
        """
        above = [line for item in finished for line in self.console.render_lines(item, pad=False)]
        text = "".join(f"{self._rendered(line)[0]}\n" for line in above)
        if not self._draws:
            self._write(text)
            return
        new = [self._rendered(line) for line in lines]
        n_same = 0
        if not text and self._columns == self.console.width:
            # A level that moves leaves the answer alone: while a terminal that was made narrower
            # has not told us, we would take too few rows away.
            both = zip(self._drawn[:-1], new[:-1], strict=False)
            n_same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], both))
        self._columns = self.console.width
        below = "\n".join(line for line, _ in new[n_same:])
        shown = HIDE_CURSOR if self._has_cursor else ""
        if cursor is not None:
            shown = f"\r\x1b[{cursor}C{SHOW_CURSOR}" if cursor else f"\r{SHOW_CURSOR}"
        self._has_cursor = cursor is not None
        self._write(self._without(self._drawn[n_same:]) + text + below + shown)
        self._drawn = new

    def _rendered(self, line: list[Segment]) -> tuple[str, int]:
        """And its width."""
        from rich.segment import Segment, Segments

        line = _stripped(line)
        with self.console.capture() as captured:
            self.console.print(Segments(line), end="")
        return as_written(captured.get()), Segment.get_line_length(line)

    def _without(self, lines: Sequence[tuple[str, int]]) -> str:
        """From the cursor, which stands behind the last of them, to the first one's beginning."""
        n_rows = sum(max(1, -(-width // self.console.width)) for _, width in lines)
        # Row by row: some terminals keep a copy of a screen that is cleared from its top.
        return "\r\x1b[2K" + (n_rows - 1) * "\x1b[1A\x1b[2K" if n_rows else ""

    def _write(self, text: str) -> None:
        self.console.file.write(text)
        self.console.file.flush()


def _stripped(line: list[Segment]) -> list[Segment]:
    """Without the blanks at its end, which would be broken into lines of their own."""
    line = list(line)
    while line and not line[-1].text.strip():
        line.pop()
    if line:
        line[-1] = line[-1]._replace(text=line[-1].text.rstrip())
    return line
