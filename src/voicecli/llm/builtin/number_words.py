"""Numbers as they are said and written, read in the languages of `text.numerals`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from voicecli.languages import language_of
from voicecli.llm.builtin.folding import fold, fold_pattern
from voicecli.text import numerals

RULES = (
    "numbering",
    *("cardinal", "cardinal-masculine", "cardinal-feminine", "cardinal-neuter"),
)
"""A number has several forms: "un", "uno", "una"."""

TENS = (*range(30), *range(30, 100, 10))
HUNDREDS = tuple(range(100, 1000, 100))


@dataclass(frozen=True, kw_only=True)
class NumberWords:
    """What a language has beside its numbers' names; patterns as in `table`."""

    point: str
    """Between a number and its decimals: "Komma|Punkt"."""
    minus: str
    spellings: Mapping[str, str]
    """Pattern -> the word of `text.numerals` that it stands for."""
    scales: Mapping[str, int]
    """Words that multiply what stands before them, the highest first."""
    tens: Mapping[str, int] = field(default_factory=dict)
    """Names that `text.numerals` does not know, of numbers to which a digit may be added."""


class NumberReader:
    """Reads the numbers of one language."""

    def __init__(self, code: str, words: NumberWords) -> None:
        language = language_of(code)
        self._code = code
        self._spaced = language.is_spaced
        self._decimal = language.aloud.decimal_sign if language.aloud else "."
        self._point = fold_pattern(words.point)
        self._minus = fold_pattern(words.minus)
        self._spellings = [
            (re.compile(fold_pattern(pattern)), said) for pattern, said in words.spellings.items()
        ]
        self._tens = words.tens
        self._scales = {self._key(word): scale for word, scale in words.scales.items()}

    @cached_property
    def _values(self) -> dict[str, int]:
        """By the number's name, without blanks: those below a hundred, and whole hundreds."""
        named = ((self._key(name), n) for n in (*range(100), *HUNDREDS) for name in self._names(n))
        return dict(reversed(list(named)))

    @cached_property
    def _hundreds(self) -> dict[str, int]:
        """What stands before the rest of a number above a hundred: "ciento" of "ciento uno"."""
        found = {name: n for name, n in self._values.items() if n >= 100}
        ones = tuple(self._key(name) for name in self._names(1))
        for n in HUNDREDS:
            for name in map(self._key, self._names(n + 1)):
                found |= {name.removesuffix(one): n for one in ones if name.endswith(one)}
        return found

    def _names(self, n: int) -> list[str]:
        return [name for rule in RULES if (name := numerals.spell(n, self._code, rule))]

    @cached_property
    def pattern(self) -> str:
        """What may be a number, in folded text; `value` tells whether it is one."""
        words = {*self._scales, *self._tens} | {pattern.pattern for pattern, _ in self._spellings}
        for name in (name for n in (*TENS, *HUNDREDS, 101) for name in self._names(n)):
            words.update(fold(name, spaced=self._spaced).text.split())
        word = "|".join(sorted(words, key=len, reverse=True))
        spelled = rf"(?:{word})(?: ?(?:{word}))*"
        grouped = r"(?:\d{1,3}(?: \d{3})+(?!\d)|\d+)(?:[.,]\d+)*"
        digits = rf"{grouped}(?: ?(?:{'|'.join(self._scales)}))?"
        point = rf"(?: ?(?:{self._point}) ?(?:{spelled}|\d+))?"
        return rf"(?:(?:[-−]|{self._minus}) ?)?(?:{digits}|{spelled}{point})"

    def value(self, text: str) -> Fraction | None:
        """Of folded text; None where it is no number."""
        if negative := re.match(rf"(?:[-−]|{self._minus}) ?", text):
            value = self.value(text[negative.end() :])
            return None if value is None else -value
        if text[:1].isascii() and text[:1].isdigit():
            return self._of_digits(text)
        whole, *decimals = re.split(self._point, text, maxsplit=1)
        value = self._of_words(self._key(whole))
        if value is None:
            return None
        if not decimals:
            return Fraction(value)
        digits = self._decimals(decimals[0].strip())
        return None if digits is None else value + Fraction(int(digits), 10 ** len(digits))

    def _of_digits(self, text: str) -> Fraction | None:
        digits = re.match(r"\d+(?: \d{3}(?!\d)|[.,]\d+)*", text)
        assert digits is not None
        groups = r"[.,]" if self._decimal not in digits[0] else re.escape(",.".strip(self._decimal))
        # "1.000" is a thousand where the comma is the decimal sign, and "1.5" is no group anywhere.
        whole = re.sub(
            rf"(?<=\d){groups}(?=\d{{3}}(?!\d))",
            lambda sign: sign[0] if sign[0] == self._decimal else "",
            digits[0].replace(" ", ""),
        ).replace(",", ".")
        if whole.count(".") > 1:
            return None
        scale = self._scales.get(self._key(text[digits.end() :]), 1)
        return Fraction(whole) * scale

    def _decimals(self, text: str) -> str | None:
        """Said one by one, or as one number."""
        if text.isascii() and text.isdigit():
            return text
        words = text.split() if self._spaced else list(text)
        values = [self._of_words(self._key(word)) for word in words]
        if all(value is not None and value < 10 for value in values):
            return "".join(map(str, values))
        value = self._of_words(self._key(text))
        return None if value is None else str(value)

    def _key(self, text: str) -> str:
        key = fold(text).text
        for pattern, said in self._spellings:
            key = pattern.sub(said, key)
        return "".join(filter(str.isalnum, fold(key).text))

    def _of_words(self, key: str) -> int | None:
        if key in self._values:
            return self._values[key]
        for word, hundreds in self._hundreds.items():
            rest = self._values.get(key.removeprefix(word), 100)
            if rest < 100 and key.startswith(word):
                return hundreds + rest
        for word, scale in self._scales.items():
            before, found, after = key.partition(word)
            if not found:
                continue
            many = self._of_words(before) if before else 1
            rest = self._of_words(after) if after else 0
            if many is not None and rest is not None and rest < scale:
                return many * scale + rest
        for word, ten in self._tens.items():
            before, found, after = key.partition(word)
            if not found:
                continue
            digit = self._of_words(after.removeprefix("et")) if after else 0
            hundreds = self._of_words(before) if before else 0
            if digit is not None and digit < 10 and hundreds is not None:
                return hundreds + ten + digit
        return None
