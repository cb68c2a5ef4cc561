"""How far a transcription is, on stderr: a bar, JSON lines, or nothing."""

from __future__ import annotations

import json
import sys
from typing import Protocol, Self, TextIO

from voicecli.printable import in_one_line
from voicecli.timing import now_s

JSON_EVERY_S = 0.5
"""Between two lines of --json-progress; the last of a recording always comes."""


class Progress(Protocol):
    """A context manager that is told about recordings one after the other."""

    def start(self, name: str, number: int, duration_s: float | None) -> None: ...
    def advance(self, done_s: float) -> None: ...
    def finish(self, duration_s: float, error: str | None) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *exception: object) -> None: ...


class Quiet:
    """Says nothing."""

    def start(self, name: str, number: int, duration_s: float | None) -> None:
        pass

    def advance(self, done_s: float) -> None:
        pass

    def finish(self, duration_s: float, error: str | None) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        pass


class JsonProgress(Quiet):
    """{"event": "progress", "file": ..., "done_s": ..., "total_s": ..., "speed": ...}"""

    def __init__(self, n_files: int, stream: TextIO | None = None) -> None:
        self._n_files = n_files
        self._stream = stream or sys.stderr
        self._file: dict[str, object] = {}
        self._total_s: float | None = None
        self._begun_s = now_s()
        self._told_s = -JSON_EVERY_S
        self._before_s = 0.0
        """Of audio, in the recordings before this one."""

    def start(self, name: str, number: int, duration_s: float | None) -> None:
        # A name may hold bytes that are no text; JSON must.
        name = name.encode(errors="surrogateescape").decode(errors="replace")
        self._file = {"file": name, "number": number, "files": self._n_files}
        self._total_s = duration_s
        self._tell("started", 0.0)

    def advance(self, done_s: float) -> None:
        if now_s() - self._told_s >= JSON_EVERY_S:
            self._tell("progress", done_s)

    def finish(self, duration_s: float, error: str | None) -> None:
        self._total_s = duration_s
        if error is None:
            self._tell("done", duration_s)
        else:
            self._tell("failed", duration_s, error=error)
        self._before_s += duration_s

    def _tell(self, event: str, done_s: float, **more: object) -> None:
        self._told_s = now_s()
        speed = (self._before_s + done_s) / max(self._told_s - self._begun_s, 1e-6)
        line = {
            "event": event,
            **self._file,
            "done_s": round(done_s, 2),
            "total_s": None if self._total_s is None else round(self._total_s, 2),
            "speed": round(speed, 1),
            **more,
        }
        print(json.dumps(line), file=self._stream, flush=True)


class Bar(Quiet):
    """`meeting.m4a  ━━━━━━━╸━━━  41:07 / 58:12   28x real time   0:37 left   3 of 12 files`"""

    def __init__(self, n_files: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._n_files = n_files
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[times]}", markup=False),
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._progress.add_task("", times="")
        self._number = 0
        self._total_s: float | None = None
        self._begun_s = now_s()
        self._before_s = 0.0
        """Of audio, in the recordings before this one."""

    def start(self, name: str, number: int, duration_s: float | None) -> None:
        self._number, self._total_s = number, duration_s
        shown = in_one_line(name)
        shown = shown if len(shown) <= 24 else shown[:11] + "…" + shown[-12:]
        self._progress.reset(self._task, total=duration_s, description=shown)
        self._show(0.0)

    def advance(self, done_s: float) -> None:
        self._show(done_s)

    def finish(self, duration_s: float, error: str | None) -> None:
        self._total_s = duration_s
        self._show(duration_s)
        self._before_s += duration_s

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._progress.stop()

    def _show(self, done_s: float) -> None:
        # Over all of them: when its turn comes a short recording is done already, read ahead.
        speed = (self._before_s + done_s) / max(now_s() - self._begun_s, 1e-6)
        times = describe(done_s, self._total_s, speed)
        if self._n_files > 1:
            times += f"   {self._number} of {self._n_files} files"
        self._progress.update(self._task, completed=done_s, total=self._total_s, times=times)


def describe(done_s: float, total_s: float | None, speed: float) -> str:
    """`41:07 / 58:12   28x real time   0:37 left`, as much of it as is known.

    speed: seconds of audio a second.
    """
    parts = [clock(done_s) if total_s is None else f"{clock(done_s)} / {clock(total_s)}"]
    if speed > 0:
        parts.append(f"{speed:.0f}x real time" if speed >= 10 else f"{speed:.1f}x real time")
        if total_s is not None:
            parts.append(f"{clock(max(0.0, total_s - done_s) / speed)} left")
    return "   ".join(parts)


def clock(time_s: float) -> str:
    """1:02:03 or 2:03."""
    minutes, seconds = divmod(round(time_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
