"""Timers and alarms. They are kept as long as the conversation lasts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from voicecli.tools.tool import Arguments, Tool, ToolError, schema, text_in

MAX_TIMERS = 50
MAX_S = 30 * 24 * 3600.0
MAX_NAME_CHARS = 60


@dataclass(frozen=True)
class Timer:
    """Something that will ring."""

    number: int
    name: str
    """What the user calls it; may be empty."""
    due_s: float
    """In seconds since 1970."""
    set_for: str
    """How long it runs, or its time of day, in words."""
    is_alarm: bool = False
    """It rings at a time of day."""

    def described(self, now_s: float) -> str:
        called = f" ({self.name})" if self.name else ""
        left = spoken_span(max(0.0, self.due_s - now_s))
        at = f"{datetime.fromtimestamp(self.due_s):%H:%M:%S}"
        return f"{self.number}{called}: {self.set_for}, rings in {left}, at {at}"


@dataclass
class Timers:
    """Those that run. Nothing happens by itself: somebody asks for the ones that are due."""

    now_s: Callable[[], float]
    """Seconds since 1970."""
    running: list[Timer] = field(default_factory=list)
    _n_set: int = 0

    def due(self) -> list[Timer]:
        """Those whose time has come; they run no longer."""
        now_s = self.now_s()
        over = [timer for timer in self.running if timer.due_s <= now_s]
        if over:
            self.running = [timer for timer in self.running if timer.due_s > now_s]
        return over

    def start(self, after_s: float, name: str, set_for: str, *, is_alarm: bool = False) -> Timer:
        if not 0 < after_s <= MAX_S:
            raise ToolError("a timer runs for more than nothing, and 30 days at most")
        if len(self.running) >= MAX_TIMERS:
            raise ToolError(f"there are {MAX_TIMERS} timers already; cancel some")
        self._n_set += 1
        name = " ".join(name.split())[:MAX_NAME_CHARS]
        timer = Timer(self._n_set, name, self.now_s() + after_s, set_for, is_alarm)
        self.running.append(timer)
        return timer

    def cancel(self, which: str) -> list[Timer]:
        """By number, name, or how long it was set for; the only timer or alarm as that, the only
        one of all as anything of these or nothing. Raises ToolError."""
        wanted = which.strip().lower()
        if wanted in ("all", "*"):
            found = list(self.running)
        elif number := re.fullmatch(r"#?(\d+)", wanted):
            found = [timer for timer in self.running if timer.number == int(number[1])]
        elif wanted in ("", "timer", "alarm"):
            kin = [one for one in self.running if one.is_alarm == (wanted == "alarm")]
            among = kin if wanted and kin else self.running
            found = among if len(among) == 1 else []
        else:
            found = [one for one in self.running if wanted in f"{one.name} {one.set_for}".lower()]
        if not found:
            raise ToolError(f"there is no such timer; running are: {self.listed()}")
        self.running = [timer for timer in self.running if timer not in found]
        return found

    def listed(self) -> str:
        now_s = self.now_s()
        running = sorted(self.running, key=lambda timer: timer.due_s)
        return "\n".join(timer.described(now_s) for timer in running) or "none"

    # ---- as tools -----------------------------------------------------------------------------

    def tools(self) -> list[Tool]:
        number = {"type": "number"}
        name = {"type": "string", "description": "What it is for, e.g. pasta. May be left out."}
        return [
            Tool(
                "set_timer",
                "Sets a timer that rings after some time. Give hours, minutes and seconds as said.",
                schema(hours=number, minutes=number, seconds=number, name=name),
                self._set_timer,
            ),
            Tool(
                "set_alarm",
                "Sets an alarm that rings at a time of day: today, or tomorrow if that is over.",
                schema(
                    "time",
                    time={"type": "string", "description": "HH:MM, 24 hours."},
                    date={"type": "string", "description": "YYYY-MM-DD, if not the next time."},
                    name=name,
                ),
                self._set_alarm,
            ),
            Tool("list_timers", "Timers and alarms, and when they ring.", schema(), self._list),
            Tool(
                "cancel_timer",
                "Cancels a timer or an alarm.",
                schema(
                    which={
                        "type": "string",
                        "description": "Its name, number or span, timer, alarm, or all.",
                    }
                ),
                self._cancel,
            ),
        ]

    async def _set_timer(self, arguments: Arguments) -> str:
        spans = {"hours": 3600.0, "minutes": 60.0, "seconds": 1.0}
        after_s = sum(_number(arguments, unit) * s for unit, s in spans.items())
        name = text_in(arguments, "name", "")
        timer = self.start(after_s, name, spoken_span(after_s))
        return f"Set: {timer.described(self.now_s())}"

    async def _set_alarm(self, arguments: Arguments) -> str:
        now = datetime.fromtimestamp(self.now_s())
        time, date = text_in(arguments, "time"), text_in(arguments, "date", "").strip()
        found = re.fullmatch(r"\s*(?:T)?(\d{1,2})[:.h](\d{2})(?::(\d{2}))?\s*", time)
        try:
            if found is None:
                raise ValueError(time)
            hour, minute, second = (int(part or 0) for part in found.groups())
            day = datetime.fromisoformat(date) if date else now
            due = day.replace(hour=hour, minute=minute, second=second, microsecond=0)
        except ValueError:
            raise ToolError("time is written HH:MM, and date YYYY-MM-DD") from None
        if due <= now and not date:
            due += timedelta(days=1)
        set_for = f"{due:%H:%M}" if due.date() == now.date() else f"{due:%Y-%m-%d %H:%M}"
        after_s = due.timestamp() - self.now_s()
        if after_s <= 0:
            raise ToolError(f"{due:%Y-%m-%d %H:%M} is over; it is {now:%Y-%m-%d %H:%M}")
        timer = self.start(after_s, text_in(arguments, "name", ""), set_for, is_alarm=True)
        return f"Set: {timer.described(self.now_s())}"

    async def _list(self, arguments: Arguments) -> str:
        return self.listed()

    async def _cancel(self, arguments: Arguments) -> str:
        now_s = self.now_s()
        cancelled = self.cancel(text_in(arguments, "which", ""))
        return "\n".join(f"Cancelled: {timer.described(now_s)}" for timer in cancelled)


def _number(arguments: Arguments, name: str) -> float:
    value = arguments.get(name) or 0
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ToolError(f"{name} must be a number")
    return float(value)


def spoken_span(span_s: float) -> str:
    """90.0 -> "1 minute 30 seconds"."""
    seconds = max(0, round(span_s))
    parts = []
    for unit, length_s in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        n, seconds = divmod(seconds, length_s)
        if n:
            parts.append(f"{n} {unit}{'s' if n > 1 else ''}")
    return " ".join(parts[:2]) or "0 seconds"
