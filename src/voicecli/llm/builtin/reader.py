"""A language's table, ready to be looked up: patterns compiled, numbers read and written."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from importlib import import_module

from voicecli.languages import language_of
from voicecli.llm.builtin.folding import Folded, fold, fold_pattern
from voicecli.llm.builtin.number_words import NumberReader
from voicecli.llm.builtin.numbers import NUMBER_MAX, in_digits, rounded
from voicecli.llm.builtin.table import ReplyTable
from voicecli.text import numerals

CODES = ("de", "es", "fr", "zh")
"""The languages that have a table; English has more than that."""


class TableReader:
    """Of one language; any number of conversations may use it."""

    def __init__(self, table: ReplyTable) -> None:
        language = language_of(table.code)
        self.table = table
        self.is_spaced = language.is_spaced
        self.months = table.days.months or (language.aloud.months if language.aloud else ())
        self._decimal_sign = language.aloud.decimal_sign if language.aloud else "."
        self._numbers = NumberReader(table.code, table.numbers)
        days = table.days
        self.weekdays: dict[str, int] = {
            fold_pattern(name.lower()): days.weekdays.index(day)
            for name, day in {**{day: day for day in days.weekdays}, **days.also}.items()
        }
        self._weekday = "|".join(self.weekdays)
        around = f"(?:{days.next}|{days.last})"
        weekday = f"(?:{around} ?)?(?:{self._weekday})(?: ?{around})?"
        self._when = "|".join((*days.named, days.ahead, days.ago, weekday))
        self._number = self.compiled("{n}")
        self.rules = [(self.compiled(pattern), reply) for pattern, reply in table.requests]
        self.fillers = self.compiled(table.fillers)
        sums = table.sums
        self.operators = [(self.compiled(p), name) for p, name in sums.operators.items()]
        self.equals = self.compiled(sums.equals)
        self.that = self.compiled(sums.that)
        self.joiners = self.compiled(f"(?:{sums.joiners})?")
        self.share = self.compiled(sums.share or "(?!)")

    def compiled(self, pattern: str) -> re.Pattern[str]:
        """A table's pattern for whole words of folded text."""
        full = pattern.replace("{when}", f"(?P<when>{self._when})")
        full = fold_pattern(full.replace("{weekday}", self._weekday))
        full = full.replace("{n}", f"(?:{self._numbers.pattern})")
        return re.compile(rf"(?:{full})" + (r"(?!\w)" if self.is_spaced else ""))

    def folded(self, text: str) -> Folded:
        return fold(text, spaced=self.is_spaced)

    def in_own_script(self, text: str) -> str:
        """As the table is written."""
        return _converted(text, self.table.opencc, 0)

    def in_other_script(self, text: str) -> str:
        """For who writes otherwise than the table."""
        return _converted(text, self.table.opencc, 1)

    # ---- numbers --------------------------------------------------------------------------------

    def number_at(self, text: str, at: int) -> tuple[Fraction, int] | None:
        """The number that begins there in folded text, and where it ends."""
        found = self._number.match(text, at)
        end = found.end() if found else at
        while end > at:
            if (value := self.number(text[at:end])) is not None:
                return value, end
            end = max(at, text.rfind(" ", at, end)) if self.is_spaced else end - 1
        return None

    def weekday(self, name: str) -> int:
        """0 is Monday."""
        return next(n for day, n in self.weekdays.items() if re.search(day, name))

    def number(self, text: str) -> Fraction | None:
        """Of folded text."""
        value = self._numbers.value(text)
        return None if value is None or abs(value) >= NUMBER_MAX else value

    def digits(self, value: Fraction) -> str:
        """`-6,67`, with as many decimals as it has; reading aloud makes words of it."""
        shown = in_digits(abs(value)).replace(".", self._decimal_sign)
        return f"-{shown}" if value < 0 else shown

    def result(self, value: Fraction) -> str:
        """`about 6.67`"""
        if abs(value) >= NUMBER_MAX:
            return self.table.say.too_large
        shown = rounded(value)
        said = self.digits(shown)
        return said if shown == value else self.table.say.about.format(number=said)

    def counted(self, numbers: range) -> str:
        """In words, in sentences of ten."""
        comma, stop = (", ", ".") if self.is_spaced else ("，", "。")
        said = [numerals.cardinal(abs(n), self.table.code) for n in numbers]
        if numbers[0] < 0 or numbers[-1] < 0:
            said = [self.digits(Fraction(n)) for n in numbers]
        tens = (comma.join(said[i : i + 10]) for i in range(0, len(said), 10))
        return self.joined([f"{ten[:1].upper()}{ten[1:]}{stop}" for ten in tens])

    # ---- sentences ------------------------------------------------------------------------------

    def joined(self, sentences: list[str]) -> str:
        return (" " if self.is_spaced else "").join(sentences)

    def sentence(self, text: str) -> str:
        """With a capital, and an end."""
        text = text.strip()
        end = "" if text[-1:] in tuple(".!?…。！？") else "." if self.is_spaced else "。"
        return text[:1].upper() + text[1:] + end


def _converted(text: str, opencc: tuple[str, str] | None, way: int) -> str:
    if opencc is None or text.isascii():
        return text
    return _converter(opencc[way])(text)


@cache
def _converter(name: str) -> Callable[[str], str]:
    """OpenCC's tables take 0.1 to 0.6 s to load."""
    from opencc import OpenCC

    return OpenCC(name).convert


@cache
def reader_in(code: str) -> TableReader | None:
    """None for a language without a table."""
    if code not in CODES:
        return None
    return TableReader(import_module(f"voicecli.llm.builtin.{code}").TABLE)
