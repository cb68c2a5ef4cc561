"""Events -> what the user sees: plain lines, or JSON lines; the live screen is live.py."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Protocol, Self, TextIO

from voicecli.conversation.events import (
    Dropped,
    Ended,
    Event,
    KeysShown,
    Level,
    Notice,
    ReplyEnded,
    ReplyText,
    Started,
    StartedOver,
    Stopped,
    TimerRang,
    ToolCalled,
    ToolFailed,
    ToolResult,
    TurnTimed,
    UserSaid,
    as_json,
)
from voicecli.printable import in_one_line, printable
from voicecli.terminal.line import TypedLine


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

    def __enter__(self) -> Self: ...
    def __exit__(self, *error: object) -> None: ...
    def __call__(self, event: Event) -> None: ...
    def pause(self) -> None:
        """Leave the terminal to the shell: the program is being stopped."""
        ...

    def resume(self) -> None: ...
    def type(self, line: TypedLine | None) -> None:
        """Show a line that is being typed; None: it is closed."""
        ...

    @property
    def shows_typing(self) -> bool:
        """Else the terminal itself has to, line by line."""
        ...


MAX_TOOL_CHARS = 160
"""Of what a tool got or returned, in a line. A question shows all that it asks for."""


def tool_line(event: Event) -> str:
    """What a tool is given and returns, or which timer rings; empty for other events."""
    match event:
        case ToolCalled(_, name, arguments):
            given = "" if arguments in ("", "{}") else f" {arguments}"
            return f"tool: {in_one_line(name + given)}"
        case ToolResult(_, name, _, content):
            return f"tool: {in_one_line(name)} -> {in_one_line(content, MAX_TOOL_CHARS)}"
        case ToolFailed(_, name, _, content):
            return f"tool: {in_one_line(name)} failed: {in_one_line(content, MAX_TOOL_CHARS)}"
        case TimerRang(name, set_for):
            return f"timer: {in_one_line(f'{name} {set_for}')}"
    return ""


def is_not_understood(event: Event) -> bool:
    """Words were said and are lost: the user should know. A noise, or an echo, nobody misses."""
    return isinstance(event, Dropped) and event.reason.startswith("the recogniser")


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


class _Lines:
    """Leaves nothing on the terminal that would have to be taken away again."""

    shows_typing = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def pause(self) -> None:
        pass

    def resume(self) -> None:
        pass

    def type(self, line: TypedLine | None) -> None:
        pass


class JsonEvents(_Lines):
    """One JSON object per event on stdout; all but Level, which comes 31 times a second."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout

    def __call__(self, event: Event) -> None:
        if not isinstance(event, Level):
            print(json.dumps(as_json(event)), file=self._out, flush=True)


class RepliesAlone(_Lines):
    """The replies on stdout, as they are written: a product for the next program. What the user
    should know on stderr."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._has_begun = False

    def __call__(self, event: Event) -> None:
        match event:
            case ReplyText(delta) if delta:
                self._has_begun = True
                self._write(printable(delta))
            case ReplyEnded() if self._has_begun:
                self._has_begun = False
                self._write("\n")
            case Notice(message, hint):
                self._tell(f"! {message}" + (f": {hint}" if hint else ""))
            case KeysShown(text):
                self._tell(text)
            case _:
                pass

    @staticmethod
    def _tell(text: str) -> None:
        sys.stderr.write(f"{printable(text)}\n")
        sys.stderr.flush()


class PlainLines(_Lines):
    """One line for each finished thing, for pipes, logs and screen readers."""

    def __init__(self, out: TextIO | None = None, *, latency: bool = False) -> None:
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
            case _ if is_not_understood(event):
                self._line("you: (not understood)")
            case _:
                self._remark(event)

    def _remark(self, event: Event) -> None:
        """What neither side said."""
        match event:
            case StartedOver():
                self._line("(from the start)")
            case TurnTimed() if self._latency:
                self._line(f"first audio after {timing_line(event)}")
            case Notice(message, hint):
                self._line(f"! {message}" + (f": {hint}" if hint else ""))
            case KeysShown(text):
                self._line(text)
            case Ended():
                self._line(summary_line(event))
            case _ if line := tool_line(event):
                self._line(line)

    def _line(self, text: str) -> None:
        print(printable(text), file=self._out, flush=True)
