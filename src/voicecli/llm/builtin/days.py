"""Days as people name them: "the day after tomorrow", "three days ago", "next Friday"."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from fractions import Fraction

from voicecli.llm.builtin.numbers import NUMBER, number_at, say_number
from voicecli.llm.builtin.words import words_of

WEEKDAYS: str = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_SPAN = rf"(?:a|{NUMBER}) (?:day|week)s?"
WHEN = (
    r"(?P<when>today|now|(?:the )?day (?:after tomorrow|before yesterday)|tomorrow|yesterday"
    rf"|in (?:{_SPAN})|{_SPAN} (?:ago|from (?:now|today))"
    rf"|(?:on |this |next |last |the coming )?(?:{WEEKDAYS}))"
)
"""A day, in words_of() spelling."""

_OTHER = rf"in (?:an?|{NUMBER})|after|before|until|ago|next|last|yesterday|tomorrow"
ELSEWHEN = rf"(?!(?:\S+ ){{1,6}}(?:{_OTHER})\b)"
"""Before a question for what is now: none about another time."""

MAX_DAYS = 10_000
_NAMED = {
    "today": 0, "now": 0, "tomorrow": 1, "yesterday": -1,
    "day after tomorrow": 2, "day before yesterday": -2,
}  # fmt: skip


def offset_of(when: str, now: datetime) -> int | None:
    """How many days from today; None for a day that no calendar has."""
    when = when.removeprefix("the ")
    if when in _NAMED:
        return _NAMED[when]
    if weekday := re.search(WEEKDAYS, when):
        ahead = (WEEKDAYS.split("|").index(weekday[0]) - now.weekday()) % 7
        if when.startswith("last"):
            return ahead - 7
        return ahead or (7 if when.startswith(("next", "coming")) else 0)
    words = words_of(when.removeprefix("in "))
    found = number_at(words, 0)
    n = found[0] if found else Fraction(1)
    n *= 7 if "week" in when else 1
    if n.denominator != 1 or not 0 <= n < MAX_DAYS:
        return None
    return -int(n) if when.endswith("ago") else int(n)


def say_day(when: str, offset: int, said: str) -> str:
    """`Yesterday was Thursday.`, `In three days it is Monday.`"""
    name = re.sub(WEEKDAYS, lambda day: day[0].capitalize(), when)
    name = re.sub(r"\d+", lambda n: say_number(Fraction(n[0])), name).removeprefix("on ")
    name = {"now": "today"}.get(name, name)
    name = f"the {name}" if name.startswith("day") else name
    it = " it" if re.search(r"\b(?:in|ago|from)\b", name) else ""
    return f"{name[0].upper()}{name[1:]}{it} {'was' if offset < 0 else 'is'} {said}."


def date_of(now: datetime, offset: int) -> str:
    """`November twenty one`"""
    date = now + timedelta(days=offset)
    return f"{date:%B} {say_number(Fraction(date.day))}"
