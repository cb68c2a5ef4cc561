"""The live screen of a conversation: finished turns scroll by, the open one is redrawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from voicecli.conversation.events import (
    Ended,
    Event,
    KeysShown,
    Level,
    Notice,
    PartialTranscript,
    ReplyEnded,
    ReplyText,
    Started,
    StartedOver,
    State,
    StateChanged,
    Stopped,
    TimerRang,
    ToolCalled,
    ToolFailed,
    ToolResult,
    TurnTimed,
    UserSaid,
)
from voicecli.printable import printable
from voicecli.terminal.line import TypedLine
from voicecli.terminal.overflow import overflow
from voicecli.terminal.region import Region
from voicecli.terminal.screen import (
    is_not_understood,
    summary_line,
    timing_line,
    tool_line,
)
from voicecli.terminal.spacing_marks import stood_in_for
from voicecli.timing import now_s

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.markdown import Markdown
    from rich.segment import Segment
    from rich.table import Table
    from rich.text import Text

METER_FLOOR_DB = -60.0

REDRAW_S = 1 / 12
"""Between two drawings of what changes all the time."""

MAX_LIVE_LINES = 6
"""Of an answer; what comes before them is finished. Few, for a window may be made smaller, and what
has left it at the top can't be taken away any more."""

CUT_WORDS = 6
"""Of an answer that was cut off after its text had gone up: the last ones that were heard."""

TYPED_MARK = " you > "

BARS = " ▁▂▃▄▅▆▇█"

SIGNS = {
    State.LISTENING: ("○", ""),
    State.HEARING: ("●", "green"),
    State.THINKING: ("◌", "yellow"),
    State.SPEAKING: ("▶", "cyan"),
    State.MUTED: ("‖", "red"),
    State.ASLEEP: ("-", "dim"),
}


class LiveScreen:
    """Finished turns scroll by and stay; only the open turn and the status line are redrawn. Of a
    long answer, all but the last lines are finished.

    They are redrawn where an event changed them, not by the clock: silence costs nothing. Of Levels
    and words, which come too often for that, some are seen with the next event.
    """

    shows_typing = True

    def __init__(
        self,
        *,
        latency: bool = False,
        keys: Sequence[str] = (),
        help_by: str = "",
        region: Region | None = None,
    ) -> None:
        """keys: what may be pressed, the most wanted first; shown as far as there is room.
        help_by: what shows all that may be pressed or typed. region: standard error's, where none
        is given."""
        from rich.console import Console

        self._region = region or Region(Console(stderr=True, highlight=False, soft_wrap=False))
        self._console = self._region.console
        self._latency = latency
        self._keys = keys
        self._help_by = help_by
        self._state: State | None = None
        self._levels_db = [METER_FLOOR_DB] * 8
        self._partial = "", ""
        self._typed: TypedLine | None = None
        self._reply = ""
        """What is open of it."""
        self._went_up = False
        """The beginning of the reply is finished."""
        self._finished: list[RenderableType] = []
        self._drawn: object = None
        self._drawn_s = 0.0

    def __enter__(self) -> Self:
        self.resume()
        return self

    def __exit__(self, *error: object) -> None:
        self._draw()
        self.pause()

    def pause(self) -> None:
        self._region.hide()

    def resume(self) -> None:
        self._region.show()
        self._draw()

    def type(self, line: TypedLine | None) -> None:
        self._typed = line
        self._redraw(at_once=True)

    def __call__(self, event: Event) -> None:
        match event:
            case Level(level_db):
                self._levels_db = [*self._levels_db[1:], level_db]
            case StateChanged(state):
                self._state = state
                if state is State.LISTENING:
                    self._end_reply("(stopped)")  # before it was heard
            case PartialTranscript(committed, tail):
                self._partial = _shown(committed), _shown(tail)
            case UserSaid(text):
                self._partial = "", ""
                self._print("you", text)
            case Stopped(text):
                self._partial = "", ""
                self._print("you", text, "dim")
            case ReplyText(delta):
                self._reply += _shown(delta)
            case ReplyEnded():
                self._finish_reply(event)
            case _ if is_not_understood(event):
                self._partial = "", ""
                self._print("you", "(not understood)", "dim")
            case _:
                self._remark(event)
        self._redraw(at_once=not isinstance(event, Level | ReplyText))

    def _remark(self, event: Event) -> None:
        """What neither side said."""
        match event:
            case Started():
                self._print("", f"stt {event.stt}  voice {event.voice}  llm {event.llm}", "dim")
                keys = ", ".join(["Ctrl-C quits", *filter(None, [self._help_by])])
                self._print("", f"{event.sound}  {event.echo}  {keys}", "dim")
            case TurnTimed() if self._latency:
                self._print_right(timing_line(event))
            case ToolCalled() | ToolResult() | ToolFailed():
                self._print("", tool_line(event), "dim")
            case TimerRang():
                self._print("!", tool_line(event), "bold")
            case Notice(message, hint):
                self._print("!", message + (f"\n{hint}" if hint else ""), "yellow")
            case StartedOver():
                self._print("", "(from the start)", "dim")
            case KeysShown(text):
                self._print("", text, "dim")
            case Ended():
                self._print("", summary_line(event), "dim")
            case _:
                pass

    # ---- what is finished ---------------------------------------------------------------------

    def _finish_reply(self, event: ReplyEnded) -> None:
        from rich.text import Text

        if not event.interrupted and (event.heard or event.unheard):
            # As it was written: tables and code are for the screen.
            self._print_reply(self._reply)
            self._end_reply()
        elif not self._went_up and event.heard:
            body = Text(_shown(event.heard))
            body.append(" (you cut in)", "dim")
            self._finished.append(_row("ai", body))
            self._end_reply()
        else:
            last = " ".join(_shown(event.heard).split()[-CUT_WORDS:])
            self._end_reply(f"(you cut in after “… {last}”)" if last else "(stopped)")

    def _end_reply(self, remark: str = "") -> None:
        """remark: about what has gone up already, where it was not heard."""
        if self._went_up and remark:
            self._print("", remark, "dim")
        self._reply, self._went_up = "", False

    def _print_reply(self, written: str) -> None:
        if written.strip():
            who = "" if self._went_up else "ai"
            self._finished.append(_row(who, _Printable(_markdown(written))))
            self._went_up = True

    def _print(self, who: str, text: str, style: str = "") -> None:
        from rich.text import Text

        self._finished.append(_row(who, Text(_shown(text), style)))

    def _print_right(self, text: str) -> None:
        from rich.text import Text

        self._finished.append(Text(text, "dim", justify="right"))

    # ---- what is open -------------------------------------------------------------------------

    def _redraw(self, *, at_once: bool) -> None:
        shown = (self._state, self._meter(), self._partial, self._reply, self._typed)
        shown = *shown, self._console.size
        changed = bool(self._finished) or shown != self._drawn
        if changed and (at_once or now_s() - self._drawn_s >= REDRAW_S):
            self._drawn, self._drawn_s = shown, now_s()
            self._draw()

    def _draw(self) -> None:
        self._let_go_up()
        lines = self._open_reply()[-self._max_live_lines() :] if self._reply.strip() else []
        committed, tail = self._partial
        if committed or tail:
            from rich.text import Text

            said = Text.assemble(committed, " " if committed else "", (tail, "dim"))
            lines += self._lines(_row("you", said))[-2:]
        lines += self._lines(self._status())
        cursor = None
        if self._typed is not None:
            drawn, cursor = typed(self._typed, self._console.width)
            lines += [line for row in drawn for line in self._lines(row)]
        finished, self._finished = self._finished, []
        self._region.draw(finished, lines, cursor)

    def _let_go_up(self) -> None:
        """The beginning of an answer for which there is no room."""
        n_lines = self._max_live_lines()
        gone, rest = overflow(self._reply, lambda text: len(self._open_reply(text)) <= n_lines)
        if gone.strip():
            self._print_reply(gone)
            if gone.endswith("\n\n"):
                self._print("", "")
        self._reply = rest

    def _max_live_lines(self) -> int:
        return max(1, min(MAX_LIVE_LINES, self._console.height - 5))

    def _open_reply(self, text: str | None = None) -> list[list[Segment]]:
        from rich.text import Text

        written = self._reply if text is None else text
        return self._lines(_row("" if self._went_up else "ai", Text(written.strip())))

    def _lines(self, body: RenderableType) -> list[list[Segment]]:
        return self._console.render_lines(body, pad=False)

    def _status(self) -> Text:
        from rich.text import Text

        if self._state is None:
            return Text(" ◌ loading the models", "dim")
        sign, style = SIGNS[self._state]
        status = Text.assemble((f" {sign} {self._state:<12}", style), (self._meter(), "dim"))
        for key in self._keys if self._typed is None else ():
            if status.cell_len + len(key) + 3 > self._console.width:
                break
            status.append(f"  {key}", "dim")
        status.no_wrap = True
        return status

    def _meter(self) -> str:
        def bar(level_db: float) -> str:
            share = 1 - min(1.0, max(0.0, level_db / METER_FLOOR_DB))
            return BARS[round(share * (len(BARS) - 1))]

        return "".join(bar(level_db) for level_db in self._levels_db)


def typed(line: TypedLine, width: int) -> tuple[list[Text], int]:
    """As it is drawn, in one row with what it may become above it; and the cursor's cell in it.

    Of a long one, what lies around the cursor.
    """
    from rich.cells import cell_len, chop_cells, set_cell_size
    from rich.text import Text

    before, after = (
        stood_in_for(part.replace("\n", "⏎").replace("\t", " "))
        for part in (line.before, line.after)
    )
    room = max(8, width - len(TYPED_MARK) - 3)
    if cell_len(before) > room:
        before = "…" + chop_cells(before[::-1], room - 1)[0][::-1]
    after = set_cell_size(after, min(cell_len(after), room - cell_len(before)))
    rows = [Text.assemble((TYPED_MARK, "bold"), before, after, no_wrap=True, overflow="crop")]
    if line.choices:
        choices = Text(" " * len(TYPED_MARK), no_wrap=True, overflow="ellipsis")
        for i, choice in enumerate(line.choices):
            choices.append(_shown(choice), "bold" if i == line.chosen else "dim").append("  ")
        rows.insert(0, choices)
    return rows, len(TYPED_MARK) + cell_len(before)


def _shown(text: str) -> str:
    return stood_in_for(printable(text))


def _markdown(text: str) -> Markdown:
    """An address stands behind its name, and nothing is linked: to where, a model chose."""
    from rich.markdown import Markdown

    markdown = Markdown(text.strip(), hyperlinks=False)
    for token in markdown.parsed:
        for child in token.children or ():
            if child.type == "image":  # Rich puts it in front of its line, or in the place of it
                child.type = "text"
                child.content = f"{child.content} ({child.attrGet('src')})"
    return markdown


class _Printable:
    """What Rich makes of a text, fit for a terminal: an entity such as `&#x202e;` is a character
    only then. Without the empty lines around it."""

    def __init__(self, body: RenderableType) -> None:
        self._body = body

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.segment import Segment

        lines = console.render_lines(self._body, options, pad=False)
        full = [i for i, line in enumerate(lines) if any(part.text.strip() for part in line)]
        for line in lines[full[0] : full[-1] + 1] if full else ():
            yield from (part._replace(text=printable(part.text)) for part in line)
            yield Segment.line()


def _row(who: str, body: RenderableType) -> Table:
    from rich.table import Table

    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=5, style="bold" if who == "!" else "dim", justify="left")
    # Folded: there are no blanks to break Chinese at.
    grid.add_column(ratio=1, overflow="fold")
    grid.add_row(f" {who}", body)
    return grid
