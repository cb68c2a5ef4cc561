"""Events -> what the user sees: a live screen, plain lines, or JSON lines."""

from __future__ import annotations

import json
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TextIO

from voicecli.conversation.events import (
    Dropped,
    Ended,
    Event,
    KeysShown,
    Level,
    Notice,
    PartialTranscript,
    ReplyEnded,
    ReplyText,
    Started,
    State,
    StateChanged,
    Stopped,
    TurnTimed,
    UserSaid,
    as_json,
)
from voicecli.printable import printable
from voicecli.timing import now_s

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.markdown import Markdown
    from rich.table import Table

METER_FLOOR_DB = -60.0

REDRAW_S = 1 / 12
"""Between two drawings of what changes all the time."""

BARS = " ▁▂▃▄▅▆▇█"


def timing_line(event: TurnTimed) -> str:
    """`0.66 s  [pause 0.60 | stt 0.07* | llm 0.00* | voice 0.01*]`; a star: inside the pause."""
    left_ms = event.hangover_ms
    stages = [f"pause {event.hangover_ms / 1000:.2f}"]
    for name, ms in (("stt", event.stt_ms), ("llm", event.llm_ms), ("voice", event.tts_ms)):
        left_ms -= ms
        stages.append(f"{name} {ms / 1000:.2f}{'*' if left_ms >= 0 else ''}")
    return f"{event.first_audio_ms / 1000:.2f} s  [{' | '.join(stages)}]"


def summary_line(event: Ended) -> str:
    """`6 turns, first audio p50 0.49 s p95 0.71 s, 1 interruption`"""
    parts = [_count(event.n_turns, "turn")]
    if event.first_audio_p50_ms is not None and event.first_audio_p95_ms is not None:
        parts.append(
            f"first audio p50 {event.first_audio_p50_ms / 1000:.2f} s"
            f" p95 {event.first_audio_p95_ms / 1000:.2f} s"
        )
    if event.n_interruptions or event.n_false_interruptions:
        interruptions = _count(event.n_interruptions, "interruption")
        parts.append(f"{interruptions}, {event.n_false_interruptions} false")
    return ", ".join(parts)


class Screen(Protocol):
    """Shows events from `with` on; leaves the terminal as it was."""

    def __enter__(self) -> Screen: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
    def __call__(self, event: Event) -> None: ...
    def pause(self) -> None:
        """Leave the terminal to the shell: the program is being stopped."""
        ...

    def resume(self) -> None: ...


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


class _Lines:
    """Leaves nothing on the terminal that would have to be taken away again."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def pause(self) -> None:
        pass

    def resume(self) -> None:
        pass


class JsonLines(_Lines):
    """One JSON object per event on stdout; all but Level, which comes 31 times a second."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout

    def __call__(self, event: Event) -> None:
        if not isinstance(event, Level):
            print(json.dumps(as_json(event)), file=self._out, flush=True)


class PlainLines(_Lines):
    """One line for each finished thing, for pipes, logs and screen readers."""

    def __init__(self, out: TextIO | None = None, *, latency: bool = True) -> None:
        self._out = out or sys.stderr
        self._latency = latency

    def __call__(self, event: Event) -> None:
        match event:
            case Started():
                self._line(f"listening: {event.sound}, {event.echo}")
                self._line(f"stt {event.stt}, voice {event.voice}, llm {event.llm}")
            case UserSaid(text) | Stopped(text):
                self._line(f"you: {text}")
            case ReplyEnded("", ""):
                pass  # it was stopped, or failed, before anything was said
            case Dropped(was_said=True):
                self._line("(not understood)")
            case ReplyEnded(heard, _, interrupted):
                self._line(f"ai: {heard}{' (you cut in)' if interrupted else ''}")
            case TurnTimed() if self._latency:
                self._line(f"first audio after {timing_line(event)}")
            case Notice(message, hint):
                self._line(f"! {message}" + (f": {hint}" if hint else ""))
            case KeysShown(text):
                self._line(text)
            case Ended():
                self._line(summary_line(event))
            case _:
                pass

    def _line(self, text: str) -> None:
        print(printable(text), file=self._out, flush=True)


class LiveScreen:
    """Finished turns scroll by and stay; only the open turn and the status line are redrawn.

    They are redrawn where an event changed them, not by the clock: silence costs nothing. Of Levels
    and words, which come too often for that, some are seen with the next event.
    """

    def __init__(self, *, latency: bool = True, keys: bool = False) -> None:
        """keys: there are some to be pressed (keys.py)."""
        from rich.console import Console
        from rich.live import Live

        self._console = Console(stderr=True, highlight=False, soft_wrap=False)
        self._latency = latency
        self._keys = keys
        self._state: State | None = None
        self._levels_db = [METER_FLOOR_DB] * 8
        self._partial = "", ""
        self._reply = ""
        self._drawn: object = None
        self._drawn_s = 0.0
        self._live = Live(
            console=self._console,
            transient=True,
            auto_refresh=False,
            get_renderable=self._draw,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> LiveScreen:
        self._live.start(refresh=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def pause(self) -> None:
        self._live.stop()

    def resume(self) -> None:
        self._live.start(refresh=True)

    def __call__(self, event: Event) -> None:
        match event:
            case Started():
                self._print("", f"stt {event.stt}  voice {event.voice}  llm {event.llm}", "dim")
                keys = ", ? keys" if self._keys else ""
                self._print("", f"{event.sound}  {event.echo}  Ctrl-C quits{keys}", "dim")
            case Level(level_db):
                self._levels_db = [*self._levels_db[1:], level_db]
            case StateChanged(state):
                self._state = state
                if state is State.LISTENING:
                    self._reply = ""  # one that was stopped before it was heard
            case PartialTranscript(committed, tail):
                self._partial = printable(committed), printable(tail)
            case UserSaid(text):
                self._partial = "", ""
                self._print("you", text)
            case Stopped(text):
                self._partial = "", ""
                self._print("you", text, "dim")
            case Dropped(was_said=True):
                self._print("", "(not understood)", "dim")
            case ReplyText(delta):
                self._reply += printable(delta)
            case ReplyEnded("", ""):
                self._reply = ""
            case ReplyEnded():
                self._finish_reply(event)
            case TurnTimed() if self._latency:
                self._print_right(timing_line(event))
            case Notice(message, hint):
                self._print("!", message + (f"\n{hint}" if hint else ""), "yellow")
            case KeysShown(text):
                self._print("", text, "dim")
            case Ended():
                self._print("", summary_line(event), "dim")
            case _:
                pass
        self._redraw(at_once=not isinstance(event, Level | ReplyText))

    def _redraw(self, *, at_once: bool) -> None:
        shown = self._state, self._meter(), self._partial, self._reply, self._console.size
        if shown != self._drawn and (at_once or now_s() - self._drawn_s >= REDRAW_S):
            self._drawn, self._drawn_s = shown, now_s()
            self._live.refresh()

    def _finish_reply(self, event: ReplyEnded) -> None:
        from rich.text import Text

        written, self._reply = self._reply, ""
        if event.interrupted:
            body = Text(printable(event.heard))
            body.append(" (you cut in)", "dim")
            self._console.print(_row("ai", body))
        else:
            # As it was written: tables and code are for the screen.
            self._console.print(_row("ai", _Printable(_markdown(written))))

    def _print(self, who: str, text: str, style: str = "") -> None:
        from rich.text import Text

        self._console.print(_row(who, Text(printable(text), style)))

    def _print_right(self, text: str) -> None:
        from rich.text import Text

        self._console.print(Text(text, "dim", justify="right"))

    def _draw(self):
        from rich.console import Group
        from rich.text import Text

        rows = []
        committed, tail = self._partial
        if committed or tail:
            rows.append(
                _row("you", Text.assemble(committed, " " if committed else "", (tail, "dim")))
            )
        if self._reply:
            rows.append(_row("ai", Text(self._reply)))
        return Group(*rows, self._status())

    def _status(self):
        from rich.text import Text

        if self._state is None:
            return Text(" ◌ loading the models", "dim")
        sign, style = {
            State.LISTENING: ("○", ""),
            State.HEARING: ("●", "green"),
            State.THINKING: ("◌", "yellow"),
            State.SPEAKING: ("▶", "cyan"),
            State.MUTED: ("‖", "red"),
        }[self._state]
        status = Text.assemble((f" {sign} {self._state:<12}", style), (self._meter(), "dim"))
        status.no_wrap = True
        return status

    def _meter(self) -> str:
        def bar(level_db: float) -> str:
            share = 1 - min(1.0, max(0.0, level_db / METER_FLOOR_DB))
            return BARS[round(share * (len(BARS) - 1))]

        return "".join(bar(level_db) for level_db in self._levels_db)


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
    only then."""

    def __init__(self, body: RenderableType) -> None:
        self._body = body

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self._body, options):
            yield segment._replace(text=printable(segment.text))


def _row(who: str, body: RenderableType) -> Table:
    from rich.table import Table

    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=5, style="bold" if who == "!" else "dim", justify="left")
    grid.add_column(ratio=1)
    grid.add_row(f" {who}", body)
    return grid
