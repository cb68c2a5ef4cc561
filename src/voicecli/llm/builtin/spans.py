"""How long, as people say it: "an hour and a half", "2 minutes 30"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from voicecli.llm.builtin.numbers import NUMBER, number_at, say_number
from voicecli.llm.builtin.words import words_of

_UNIT = "(?:second|minute|hour|sec|min)s?"
_PART = (
    rf"(?:half an? (?:hour|minute)|(?:a |three )?quarters? of an hour"
    rf"|(?:{NUMBER}|an?)(?: and a half)? {_UNIT}(?: and a half)?)"
)
SPAN = rf"{_PART}(?:(?: and)? {_PART})*"
"""A pattern without groups, in words_of() spelling."""

_UNITS_S = {"sec": 1, "min": 60, "hou": 3600}


def span_arguments(text: str) -> Mapping[str, int]:
    """As the tool takes it: {"hours": 1, "minutes": 30}."""
    total_s = round(sum(_part_s(part[0]) for part in re.finditer(_PART, text)))
    hours, rest_s = divmod(total_s, 3600)
    minutes, seconds = divmod(rest_s, 60)
    all_units = {"hours": hours, "minutes": minutes, "seconds": seconds}
    return {unit: n for unit, n in all_units.items() if n} or {"seconds": 0}


def said_seconds(arguments: Mapping[str, int], *, in_digits: bool = False) -> str:
    """`one hour and thirty minutes`; in digits as the tool writes it: `1 hour 30 minutes`."""
    parts = [
        f"{n if in_digits else say_number(Fraction(n))} {unit if n != 1 else unit[:-1]}"
        for unit, n in arguments.items()
    ]
    return (" " if in_digits else " and ").join(parts)


def _part_s(part: str) -> Fraction:
    unit = re.findall(r"\b(?:sec|min|hou)", part)[-1]
    unit_s = _UNITS_S[unit]
    if part.startswith("half"):
        return Fraction(unit_s, 2)
    if "quarter" in part:
        return Fraction(unit_s * (3 if part.startswith("three") else 1), 4)
    number = number_at(words_of(part), 0)
    n = number[0] if number else Fraction(1)
    return unit_s * (n + (Fraction(1, 2) if "a half" in part else 0))
