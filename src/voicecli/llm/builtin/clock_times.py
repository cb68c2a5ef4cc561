"""Times of the day, as people say them: "half past seven", "7 30 p m tomorrow"."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from fractions import Fraction

from voicecli.llm.builtin.numbers import NUMBER, number_at, say_number
from voicecli.llm.builtin.words import words_of

CLOCK = (
    rf"(?:(?:(?P<shift>half|quarter|{NUMBER})(?: minutes?)? (?P<way>past|after|to|before) )?"
    rf"(?P<clock>{NUMBER}(?: oh? {NUMBER})?)(?: o'clock)?|(?P<named>noon|midday|midnight))"
    r"(?: (?P<part>a m|p m|am|pm|in the (?:morning|afternoon|evening)|at night|tonight))?"
    r"(?: (?P<day>today|tomorrow)(?: (?P<later>morning|afternoon|evening|night))?)?"
)
"""A pattern, in words_of() spelling."""

_AFTER_NOON = re.compile(r"p m|pm|afternoon|evening|night")
_BEFORE_NOON = re.compile(r"a m|am|morning")


def clock_in(match: re.Match[str], now: datetime, *, is_morning: bool) -> datetime | None:
    """The next such time; None for none.

    is_morning: hours that may be in either half of the day are in the first.
    """
    groups = match.groupdict()
    minutes = _minutes(groups)
    if minutes is None:
        return None
    part = f"{groups['part'] or ''} {groups['later'] or ''}"
    is_tomorrow = groups["day"] == "tomorrow"
    is_open = groups["named"] is None and 60 <= minutes < 13 * 60
    if is_open and _AFTER_NOON.search(part):
        minutes = minutes % 720 + 720
    elif is_open and _BEFORE_NOON.search(part):
        minutes %= 720
    elif is_open and not (is_tomorrow or is_morning):
        return min(_next(now, minutes % 720 + half, 0) for half in (0, 720))
    return _next(now, minutes % 1440, int(is_tomorrow))


def _minutes(groups: dict[str, str | None]) -> int | None:
    """Since midnight."""
    if named := groups.get("named"):
        return 0 if named == "midnight" else 720
    words = words_of(re.sub(r"\boh?\b", "", groups.get("clock") or ""))
    hour = number_at(words, 0)
    if hour is None:
        return None
    minute = number_at(words, hour[1]) or (Fraction(0), 0)
    total = int(hour[0]) * 60 + int(minute[0])
    if shift := groups.get("shift"):
        number = number_at(words_of(shift), 0)
        by = (
            30 if shift == "half" else 15 if "quarter" in shift else int(number[0]) if number else 0
        )
        total += by if groups["way"] in ("past", "after") else -by
    return total if hour[0] < 24 and minute[0] < 60 else None


def _whole(text: str) -> int:
    number = number_at(words_of(text), 0)
    return int(number[0]) if number else 0


def _next(now: datetime, minutes: int, days: int) -> datetime:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    due = midnight + timedelta(days=days, minutes=minutes)
    return due if due > now else due + timedelta(days=1)


def said_clock(moment: datetime, *, with_part: bool = True) -> str:
    """`ten thirty in the evening`, `five minutes after ten`, `five o'clock`."""
    hour, minute = say_number(Fraction(moment.hour % 12 or 12)), moment.minute
    said = say_number(Fraction(minute))
    if minute == 0:
        text = f"{hour} o'clock"
    elif minute < 10:
        text = f"{said} minute{'s' if minute > 1 else ''} after {hour}"
    else:
        text = f"{hour} {said}"
    part = "morning" if moment.hour < 12 else "afternoon" if moment.hour < 18 else "evening"
    return f"{text} in the {part}" if with_part else text
