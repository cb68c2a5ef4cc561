"""Timers and alarms in the languages that have tables (`timer_words`). Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from voicecli.llm.builtin.folding import Folded
from voicecli.llm.builtin.reader import TableReader, reader_in
from voicecli.llm.builtin.timer_words import WORDS, TimerWords
from voicecli.llm.builtin.wanted import WantedCall
from voicecli.llm.messages import Message

LISTED = re.compile(r"\d+(?: \((?P<name>.*)\))?: (?P<set>.*), rings in (?P<left>.*), at .*")
"""A line of `Timers.listed`."""

_TOOLS = frozenset(("set_timer", "set_alarm", "list_timers", "cancel_timer"))


def timer_wanted(
    messages: Sequence[Message], tools: Collection[str], now: datetime, code: str
) -> WantedCall | str | None:
    """What the last message of the user's wants of the timers: a call, or first an answer to a
    question. None where it isn't about any, or there are no such tools."""
    spoken = [message for message in messages if message.role in ("user", "assistant")]
    last = max((i for i, one in enumerate(spoken) if one.role == "user"), default=None)
    reader = reader_in(code)
    words = WORDS.get(code)
    if last is None or reader is None or words is None or not set(tools) >= _TOOLS:
        return None
    written = spoken[last].content
    before = spoken[last - 1].content.strip() if last else ""
    earlier = next((one.content for one in reversed(spoken[:last]) if one.role == "user"), "")
    text, before, earlier = map(reader.in_own_script, (written, before, earlier))
    asked = _Asked(reader, words, reader.folded(text), before, reader.folded(earlier), now)
    wanted = asked.wanted()
    return wanted if text == written else _in_other_script(reader, wanted)


def _in_other_script(
    reader: TableReader, wanted: WantedCall | str | None
) -> WantedCall | str | None:
    if isinstance(wanted, WantedCall):
        said = wanted.said
        return replace(wanted, said=lambda result: reader.in_other_script(said(result)))
    return wanted and reader.in_other_script(wanted)


class _Asked:
    """One message, and the question that it may answer."""

    def __init__(
        self,
        reader: TableReader,
        words: TimerWords,
        message: Folded,
        question: str,
        earlier: Folded,
        now: datetime,
    ) -> None:
        """earlier: what the question was asked of."""
        self._reader = reader
        self._words = words
        self._message = message
        self._text = message.text
        self._question = question
        self._earlier = earlier
        self._now = now

    def wanted(self) -> WantedCall | str | None:
        words = self._words
        is_about = bool(self._find(words.about))
        if (is_about and self._find(words.cancel)) or self._answers(words.which):
            return self._cancel()
        if is_about and self._find(words.ask):
            return WantedCall("list_timers", {}, self._listed)
        if not (is_about or self._answers(words.for_how_long) or self._answers(words.for_when)):
            return None
        if (due := self._due()) is not None:
            return self._alarm(due)
        if minutes := self._minutes():
            return self._timer(minutes)
        if not is_about or not self._find(words.start):
            return None
        return words.for_when if self._find(words.alarm) else words.for_how_long

    def _answers(self, question: str) -> bool:
        return self._question.endswith(question)

    def _find(self, pattern: str) -> re.Match[str] | None:
        return _pattern(self._reader, pattern).search(self._text)

    # ---- calls ----------------------------------------------------------------------------------

    def _timer(self, minutes: float) -> WantedCall:
        words, name = self._words, self._name()
        said = words.timer_called if name else words.timer_set
        said = said.format(name=name, span=self._span(minutes))
        return WantedCall("set_timer", {"minutes": minutes, **_called(name)}, self._if("Set", said))

    def _alarm(self, due: datetime) -> WantedCall:
        words, name = self._words, self._name()
        said = words.alarm_called if name else words.alarm_set
        said = said.format(name=name, clock=self._clock(due))
        arguments = {"time": f"{due:%H:%M}", "date": f"{due:%Y-%m-%d}", **_called(name)}
        return WantedCall("set_alarm", arguments, self._if("Set", said))

    def _cancel(self) -> WantedCall:
        words = self._words
        which = "alarm" if self._find(words.alarm) else "timer" if self._find(words.about) else ""
        if self._find(words.every):
            which = "all"
        elif (due := self._due()) is not None:
            which = f"{due:%H:%M}"
        elif minutes := self._minutes():
            which = " ".join(f"{n} {unit[:-1] if n == 1 else unit}" for n, unit in _units(minutes))
        elif name := self._named_in(self._message) or (not which and self._chosen()):
            which = name

        def said(result: str) -> str:
            n_cancelled = result.count("Cancelled:")
            if n_cancelled:
                return words.all_cancelled if n_cancelled > 1 else words.cancelled
            return words.none if result.endswith("none") else words.which

        return WantedCall("cancel_timer", {"which": which} if which else {}, said)

    def _listed(self, result: str) -> str:
        words = self._words
        found = [one for line in result.splitlines() if (one := LISTED.fullmatch(line))]
        lines = [words.left.format(name=self._called(one), span=self._left(one)) for one in found]
        return self._reader.joined(lines) or words.none

    def _called(self, listed: re.Match[str]) -> str:
        if clock := re.search(r"(\d\d):(\d\d)$", listed["set"]):
            moment = datetime(2000, 1, 1, int(clock[1]), int(clock[2]))
            return listed["name"] or self._words.alarm_for.format(clock=self._clock(moment))
        return listed["name"] or self._words.timer

    def _left(self, listed: re.Match[str]) -> str:
        parts = re.findall(r"(\d+) (day|hour|minute|second)", listed["left"])
        return self._named([(int(n), f"{unit}s") for n, unit in parts])

    def _if(self, begins: str, said: str) -> Callable[[str], str]:
        return lambda result: said if result.startswith(begins) else self._words.failed

    # ---- names ----------------------------------------------------------------------------------

    def _name(self) -> str:
        """What it is for; also where that was said before the question for the time."""
        answers = self._answers(self._words.for_how_long) or self._answers(self._words.for_when)
        return self._named_in(self._message) or (self._named_in(self._earlier) if answers else "")

    def _named_in(self, message: Folded) -> str:
        for pattern in self._words.called:
            if found := _pattern(self._reader, pattern).search(message.text):
                return _as_written(message, found)
        return ""

    def _chosen(self) -> str:
        """The answer to which one."""
        found = _pattern(self._reader, self._words.chosen).match(self._text)
        return _as_written(self._message, found) if found else ""

    # ---- times ----------------------------------------------------------------------------------

    def _minutes(self) -> float:
        """How long; 0 where it isn't said."""
        for pattern, minutes in self._words.spans.items():
            if self._find(pattern):
                return minutes
        total = 0.0
        for unit, pattern in self._words.units.items():
            if found := self._find(f"(?P<number>{{n}}) ?(?:{pattern})"):
                n = self._reader.number(found["number"])
                total += float(n or 0) * {"hours": 60, "minutes": 1, "seconds": 1 / 60}[unit]
        return round(total, 4)

    def _due(self) -> datetime | None:
        """The time of day that is said."""
        found = next(filter(None, map(self._find, self._words.clocks)), None)
        if found is None:
            return None
        groups = found.groupdict()
        hour = self._reader.number(groups["hour"])
        minute = self._reader.number(groups["minute"]) if groups.get("minute") else 0
        if hour is None or minute is None or not (0 <= hour < 25 and 0 <= minute < 60):
            return None
        shift = 30 if groups.get("half") else 15 if groups.get("quarter") else 0
        total = int(hour) * 60 + int(minute) + shift - (30 if groups.get("before") else 0)
        if total < 720 and self._find(self._words.evening):
            total += 720
        midnight = self._now.replace(hour=0, minute=0, second=0, microsecond=0)
        due = midnight + timedelta(minutes=total % 1440)
        is_tomorrow = due <= self._now or self._find(self._words.tomorrow)
        return due + timedelta(days=1) if is_tomorrow else due

    def _clock(self, moment: datetime) -> str:
        return self._words.clock.format(hour=moment.hour, minute=moment.minute)

    def _span(self, minutes: float) -> str:
        return self._named(_units(minutes))

    def _named(self, parts: Sequence[tuple[int, str]]) -> str:
        words = self._words
        named = (f"{n}{words.join}{words.names[unit][n != 1]}" for n, unit in parts)
        return words.join.join(named)


def _called(name: str) -> dict[str, str]:
    return {"name": name} if name else {}


def _as_written(message: Folded, found: re.Match[str]) -> str:
    """Part of a word is not followed by what follows the word."""
    start, end = found.span("name")
    is_part = end < len(message.text) and message.text[end].isalnum()
    if is_part and message.starts[end] > message.starts[end - 1]:
        return message.written[message.starts[start] : message.starts[end]]
    return message.as_written(start, end).strip(" .,;:!?-。，！？、；：…»«„“”\"'")


def _units(minutes: float) -> list[tuple[int, str]]:
    """90.5 -> 1 hour, 30 minutes; two at most."""
    seconds, parts = round(minutes * 60), []
    for unit, length_s in (("days", 86400), ("hours", 3600), ("minutes", 60), ("seconds", 1)):
        n, seconds = divmod(seconds, length_s)
        if n:
            parts.append((n, unit))
    return parts[:2]


@cache
def _pattern(reader: TableReader, pattern: str) -> re.Pattern[str]:
    compiled = reader.compiled(pattern)
    return re.compile(rf"(?<!\w){compiled.pattern}") if reader.is_spaced else compiled
