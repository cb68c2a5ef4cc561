"""What a language's built-in replies are: tables, no code. One file a language: de.py, fr.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from voicecli.llm.builtin.number_words import NumberWords


class Do(Enum):
    """What a request asks for, where that is more than a sentence."""

    TIME = auto()
    DAY = auto()
    """Day of the week and date; of the day in the group `when`, if there is one."""
    IS_DAY = auto()
    """Whether that day is the one in the group `guess`."""
    MONTH = auto()
    YEAR = auto()
    COUNT = auto()
    """From the number in the group `first` to the one in `last`; or `down` from it to one."""
    REPEAT = auto()
    """What is in the group `rest`."""
    AGAIN = auto()
    """What was said last."""
    WHAT_I_SAID = auto()
    MEET = auto()
    """Somebody whose name is in the group `name`."""
    MY_NAME = auto()
    JOKE = auto()
    HELP = auto()


@dataclass(frozen=True, kw_only=True)
class Sentences:
    """What is said; `{...}` is filled in."""

    help: str
    help_timers: str
    """Said behind it, where timers can be set."""
    who: str
    unknown: str
    rest_unknown: str
    not_heard: str
    nothing_said: str
    """By the program, so far."""
    nothing_heard: str
    """From the user, so far."""
    you_said: str
    """`{text}`"""
    meet: str
    """`{name}`"""
    your_name: str
    """`{name}`"""
    name_unknown: str
    sum: str
    """`{sum}` and `{result}`: "7 plus 12 is 19."."""
    share: str
    """`{percent}`, `{whole}` and `{result}`: "15 percent of 80 is 12."."""
    about: str
    """`{number}`: "about 6.67"."""
    too_large: str
    """In place of a result."""
    right: str
    not_right: str
    by_zero: str
    yes: str
    no: str
    day: str
    """`{when}` ("Tomorrow"), `{weekday}`, `{day}`, `{month}`, `{year}`."""
    past_day: str
    weekday: str
    """The same where a day of the week was named."""
    past_weekday: str
    month: str
    """`{month}`"""
    year: str
    """`{year}`"""
    time: str
    """`{hour}`, `{minute:02}`, and `{part}` of the day."""
    full_hour: str
    count_max: str
    """`{n}` numbers and no more."""


@dataclass(frozen=True, kw_only=True)
class SumWords:
    """How people name what is to be calculated; patterns as in `ReplyTable`."""

    operators: Mapping[str, str]
    """Pattern -> plus, minus, times, divided by or percent of."""
    said: Mapping[str, str]
    """Operator -> as it stands between two numbers, with its blanks."""
    equals: str
    """Before a result that the user names."""
    that: str
    """The last result."""
    joiners: str
    """Before an operator that goes on from it."""
    share: str = ""
    """With the groups `whole` and `percent`, where the whole is named first."""


@dataclass(frozen=True, kw_only=True)
class Days:
    """How people name days; patterns as in `ReplyTable`."""

    weekdays: tuple[str, ...]
    """As they are said, from Monday on."""
    also: Mapping[str, str]
    """Pattern -> the day of the week that it is, too."""
    named: Mapping[str, int]
    """Pattern -> so many days from today. The first is today's own name."""
    ahead: str
    """Some days from now: how many in the group `ahead`."""
    ago: str
    """Likewise `ago`."""
    week: str
    """Where it stands in either, each is seven days."""
    next: str
    """Before or behind a day of the week."""
    last: str
    months: tuple[str, ...] = ()
    """As they are said; those of `languages`, where there are none."""
    first: str = ""
    """The first of a month, where it is written otherwise than the others: "1er"."""


@dataclass(frozen=True, kw_only=True)
class ReplyTable:
    """A language's requests, and what is replied.

    Patterns are written in small letters and otherwise as people write: `folding` takes accents and
    punctuation out of them, as out of what was said. `{n}` is a number in digits or words, `{when}`
    a day, and `{weekday}` a day of the week.
    """

    code: str
    """ISO 639-1."""
    say: Sentences
    jokes: tuple[str, ...]
    requests: tuple[tuple[str, str | Do], ...]
    """The first that fits wins. Texts are for small talk: they are left out where much of the
    message was not understood."""
    fillers: str
    """Words that may surround a request; others that no request takes were not understood."""
    numbers: NumberWords
    sums: SumWords
    days: Days
    parts_of_day: tuple[tuple[int, str], ...] = ()
    """Until which hour each lasts. With any, a clock has twelve hours."""
    at_one: tuple[str, str] = ("", "")
    """What is otherwise in the sentence of the time at one o'clock, and how."""
    opencc: tuple[str, str] | None = None
    """From what may be written to the script of this table, and back."""
    demo: tuple[str, ...]
    """What a demonstration asks."""
