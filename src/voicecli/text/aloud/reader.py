"""What every language shares: how a sentence is read by rules, and how a number is said.

A reader has its language's tables; a subclass is a grammar: the few methods in which the language
differs. Rules are tried in the order of `RULES` at every place where one of them might begin; the
first that has an answer wins, and what it said is not looked at again. So a sentence is read once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

from voicecli.languages import Language
from voicecli.languages.aloud import Aloud, Unit
from voicecli.text import numerals
from voicecli.text.aloud.notations import plain_notation

Rule = Callable[[re.Match[str]], str | None]
MAX_NUMBER_DIGITS = 15
"""Longer numbers are read digit by digit."""

_PLAIN = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " "}
    | dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
)
_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_ROMAN = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\Z")


def roman(text: str) -> int | None:
    """The value of a well-formed Roman numeral, else None."""
    if not text or not _ROMAN.match(text):
        return None
    values = [_ROMAN_DIGITS[char] for char in text]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


def alternatives(words: object) -> str:
    """A regular expression for any of these words, longest first."""
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True)) or r"(?!)"  # type: ignore[call-overload]


def unnamed(pattern: str) -> str:
    """The pattern without the names of its groups."""
    return re.sub(r"[(][?]P<[a-z_0-9]+>", "(?:", pattern)


class Reader:
    """A rule is a pair of methods, `NAME_pattern` and `say_NAME`, where NAME stands in `RULES`.

    This one, for a language that has no tables, only writes whole numbers out.
    """

    RULES: tuple[str, ...] = ("whole",)
    FLAGS = 0

    def __init__(self, language: Language, region: str = "") -> None:
        self.language = language
        tables = language.aloud or Aloud(digits=())
        self.tables = replace(tables, **tables.regions.get(region, {}))

    # The reading

    def say(self, sentence: str) -> str:
        sentence = self.prepare(plain_notation(sentence.translate(_PLAIN)))
        said: list[str] = []
        at = 0
        while found := self._any_rule.search(sentence, at):
            start = found.start()
            said.append(sentence[at:start])
            at = start
            for pattern, rule in self._rules:
                match = pattern.match(sentence, start)
                if match and match.end() > start and (words := rule(match)) is not None:
                    said.append(words)
                    at = match.end()
                    break
            else:
                said.append(sentence[start : start + 1])
                at = start + 1
                # A number nobody could read stays whole, rather than being read from its middle.
                if sentence[start].isdecimal():
                    end = start
                    while end < len(sentence) and sentence[end].isdecimal():
                        end += 1
                    said.append(sentence[at:end])
                    at = end
        said.append(sentence[at:])
        return self.finish("".join(said))

    def prepare(self, sentence: str) -> str:
        return sentence

    def finish(self, text: str) -> str:
        return text

    @property
    def _names(self) -> list[str]:
        """Of the rules that this reader has: ordinals and decades are a grammar's."""
        return [name for name in self.RULES if hasattr(self, f"say_{name}")]

    @cached_property
    def _rules(self) -> list[tuple[re.Pattern[str], Rule]]:
        return [
            (
                re.compile(getattr(self, f"{name}_pattern")(), self.FLAGS),
                getattr(self, f"say_{name}"),
            )
            for name in self._names
        ]

    @cached_property
    def _any_rule(self) -> re.Pattern[str]:
        patterns = (getattr(self, f"{name}_pattern")() for name in self._names)
        return re.compile("|".join(f"(?:{unnamed(p)})" for p in patterns), self.FLAGS)

    # Numbers

    def cardinal(self, value: int) -> str:
        return numerals.cardinal(value, self.language.code)

    def ordinal(self, value: int) -> str:
        return self.spell(value, *numerals.ORDINAL)

    def year(self, value: int) -> str:
        return self.spell(value, *numerals.YEAR)

    def counted(self, value: int, gender: str = "") -> str:
        """A number before a noun: "eine Minute", "un euro"."""
        name = {"f": "feminine", "n": "neuter"}.get(gender, "masculine")
        return self.spell(value, f"cardinal-{name}", "cardinal-masculine")

    def spell(self, value: int, *rules: str) -> str:
        return numerals.spell(value, self.language.code, *rules) or self.cardinal(value)

    def spell_digits(self, text: str) -> str:
        return " ".join(self.digit(char) for char in text if char.isdecimal())

    def digit(self, char: str) -> str:
        return self.tables.digits[int(char)] if self.tables.digits else self.cardinal(int(char))

    def split_number(self, text: str) -> tuple[str, str, str]:
        """Whole digits, decimal digits, and the sign between them as it was written."""
        text = text.strip()
        signs = re.findall(r"\D", text)
        if not signs:
            return text, "", ""
        last = signs[-1]
        whole, _, fraction = text.rpartition(last)
        is_group = (
            last in self.tables.grouping_signs and len(fraction) == 3 and len(set(signs)) == 1
        )
        if signs.count(last) == 1 and last in ".," and not is_group:
            return re.sub(r"\D", "", whole), fraction, last
        return re.sub(r"\D", "", text), "", ""

    def number(self, text: str, gender: str = "", *, noun: bool = False) -> str:
        """A written number, with grouping and decimals, in words."""
        whole, fraction, sign = self.split_number(text)
        if not fraction:
            if len(whole) > MAX_NUMBER_DIGITS or (len(whole) > 1 and whole[0] == "0"):
                return self.spell_digits(whole)
            return self.counted(int(whole), gender) if noun else self.cardinal(int(whole))
        point = (
            self.tables.point
            if sign == self.tables.decimal_sign
            else self.tables.points.get(sign, self.tables.point)
        )
        said = self.number(whole) if whole else self.digit("0")
        return f"{said} {point} {self.decimals(fraction)}"

    def decimals(self, digits: str) -> str:
        return self.spell_digits(digits)

    def is_one(self, text: str) -> bool:
        whole, fraction, _ = self.split_number(text)
        return not fraction and whole.lstrip("0") == "1"

    def with_unit(self, number: str, unit: Unit) -> str:
        gender = unit[2] if len(unit) > 2 else ""
        name = unit[0] if self.is_one(number) else unit[1]
        return f"{self.number(number, gender, noun=True)} {name}"

    # The only rule

    def whole_pattern(self) -> str:
        return r"(?<![\w.,:/\-])(?P<number>\d{1,15})(?![\w]|[.,:/\-]\w)"

    def say_whole(self, found: re.Match[str]) -> str | None:
        digits = found["number"]
        if len(digits) > 1 and digits[0] == "0":
            return None
        return self.cardinal(int(digits))
