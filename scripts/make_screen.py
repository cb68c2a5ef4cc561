"""Draw the live screen for the README, by the program's own code: docs/screen.svg.

    .venv/bin/python scripts/make_screen.py

A test runs it again and compares.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console, RenderableType
from rich.segment import Segment, Segments
from rich.terminal_theme import TerminalTheme

from voicecli.cli.controls import FOOTER
from voicecli.conversation.events import (
    Event,
    Level,
    PartialTranscript,
    ReplyEnded,
    ReplyText,
    Started,
    State,
    StateChanged,
    TurnTimed,
    UserSaid,
)
from voicecli.terminal.live import LiveScreen
from voicecli.terminal.region import Region

PICTURE = Path(__file__).parents[1] / "docs/screen.svg"

WIDTH = 88

THEME = TerminalTheme(
    (22, 24, 29),
    (222, 224, 228),
    [
        *((34, 36, 42), (240, 113, 120), (126, 200, 140), (229, 192, 123)),
        *((97, 165, 250), (199, 146, 234), (94, 200, 206), (222, 224, 228)),
    ],
)

RECIPE = """\
For four people:

- 250 g of flour and half a litre of milk
- three eggs, a pinch of salt

Let the batter rest for **20 minutes**, then fry the pancakes thin, in butter."""

LEVELS_DB = (-52, -38, -24, -19, -27, -21, -33, -26)

CONVERSATION: list[Event] = [
    Started(
        "USB Audio 48 kHz", "echo cancelled", "tiny.en", "en_US-joe-medium", "llama3.2 @ localhost"
    ),
    StateChanged(State.LISTENING),
    UserSaid("How do I make pancakes?"),
    ReplyText(RECIPE),
    TurnTimed(431.0, 352.0, 71.0, 148.0, 31.0, 160.0),
    ReplyEnded(RECIPE, "", False),
    UserSaid("And how long do they keep?"),
    ReplyText("They are best fresh, but they keep for two days in the fridge, if you cover them."),
    TurnTimed(447.0, 352.0, 78.0, 151.0, 38.0, 160.0),
    ReplyEnded("They are best fresh, but they keep for two days", "in the fridge.", True),
    UserSaid("Wait, can I freeze them?"),
    ReplyText("Yes, for about two months. Put paper between them, so that they don't stick."),
    TurnTimed(439.0, 352.0, 74.0, 149.0, 33.0, 160.0),
    ReplyEnded(
        "Yes, for about two months. Put paper between them, so that they don't stick.", "", False
    ),
    StateChanged(State.HEARING),
    PartialTranscript("Thanks. Set a timer for", "twenty minutes"),
    *(Level(float(level_db)) for level_db in LEVELS_DB),
    StateChanged(State.HEARING),
]


class Picture(Region):
    """A region that is never redrawn: what is finished, and what stands below it at the end."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self.finished: list[RenderableType] = []
        self.lines: Sequence[list[Segment]] = ()

    def show(self) -> None:
        pass

    def draw(
        self,
        finished: Iterable[RenderableType],
        lines: Sequence[list[Segment]],
        cursor: int | None = None,
    ) -> None:
        self.finished += finished
        self.lines = lines


def picture() -> str:
    """The SVG; the same in every run."""
    console = Console(
        file=io.StringIO(), record=True, width=WIDTH, height=40, force_terminal=True,
        color_system="truecolor", highlight=False, legacy_windows=False, _environ={},
    )  # fmt: skip
    region = Picture(console)
    screen = LiveScreen(latency=True, keys=FOOTER, help_by="? shows the keys", region=region)
    for event in CONVERSATION:
        screen(event)
    finished = [line for item in region.finished for line in console.render_lines(item, pad=False)]
    for line in (*finished, *region.lines):
        console.print(Segments([*line, Segment.line()]), end="")
    svg = console.export_svg(title="voicecli talk", theme=THEME, unique_id="screen")
    # The reader's own monospaced font, and no other host.
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
