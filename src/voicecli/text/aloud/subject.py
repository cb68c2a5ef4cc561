"""What the rules of several subjects need: common tables, and what stands around a match.

Every pattern is a property of the tables, so a language has few patterns of its own.
"""

from __future__ import annotations

import re
from functools import cached_property

from voicecli.text.aloud.language import Language, Unit, alternatives

_CURRENCY_BY_SIGN = {
    "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "HK$": "HKD", "R$": "BRL",
    "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "￥": "CNY", "₹": "INR", "₽": "RUB", "₩": "KRW",
    "₺": "TRY", "₿": "BTC", "zł": "PLN", "Fr.": "CHF", "元": "CNY", "円": "JPY",
}  # fmt: skip


class Subject(Language):
    """What the rules of one subject are built upon."""

    minus = "minus"
    to = "to"
    and_ = "and"
    dot = "dot"
    by = "by"
    joiners = "and"
    units: dict[str, Unit] = {}
    scales: dict[str, tuple[str, str]] = {}
    """Scale words and their abbreviations -> singular and plural."""
    currency_signs = _CURRENCY_BY_SIGN
    operators: dict[str, str] = {}
    """Between numbers, with white space around."""
    symbols: dict[str, str] = {}
    roman_nouns: frozenset[str] = frozenset()
    """After these words a Roman numeral is a number ("chapter IV")."""
    labelled: frozenset[str] = frozenset()
    """After these, too, a number is a name and counts nothing ("version 1 was")."""
    noun_pattern = ""
    """What follows a number if that counts it; the first group is the noun."""

    # Patterns of the tables

    @cached_property
    def _number(self) -> str:
        """As the language writes it; the other convention where it can't be mistaken."""
        groups = re.escape(self.grouping_signs)
        return (
            rf"(?:\d{{1,3}}(?:[{groups}]\d{{3}})+(?!\d)(?:{re.escape(self.decimal_sign)}\d+)?"
            r"|\d{1,3}(?:(?:,\d{3})+\.|(?:[. ]\d{3})+,|(?:['’]\d{3})+[.,])\d+"
            r"|\d{1,3}(?:(?:['’]\d{3})+|(?:,\d{3}){2,})(?!\d)"
            r"|\d+(?:[.,]\d+)?)"
        )

    @cached_property
    def _unit(self) -> str:
        return alternatives(self.units)

    @cached_property
    def _scale(self) -> str:
        return rf"(?:{alternatives(self.scales)})"

    @cached_property
    def _sign_of_currency(self) -> str:
        return alternatives(self.currency_signs)

    def gender(self, unit: Unit) -> str:
        return unit[2] if len(unit) > 2 else ""

    def looks_like_year(self, digits: str) -> bool:
        return len(digits) == 4 and digits.isdecimal() and 1100 <= int(digits) <= 2099

    # What stands around a match

    def before(self, found: re.Match[str]) -> str:
        """As much of what comes before as tells what it is about; of a megabyte not all."""
        return found.string[max(0, found.start() - 60) : found.start()]

    def word_before(self, found: re.Match[str]) -> str:
        """Of "XVI and XVII" the word before both."""
        prefix = self.before(found)
        prefix = re.sub(
            rf"(?:\b[IVXLC]+(?:er?|re|ème|th)?(?:,? (?:{self.joiners}|{self.to}) |, | ?[-–] ?))+\Z",
            "",
            prefix,
        )
        return (re.findall(r"[^\W\d_]+", prefix) or [""])[-1]

    def is_numbered(self, noun: str) -> bool:
        return bool({noun.lower(), noun.lower().removesuffix("s")} & self.roman_nouns)

    def gender_after(self, found: re.Match[str]) -> str | None:
        """The gender of the noun that the number counts; None where it counts none."""
        following = self.noun_pattern and re.match(self.noun_pattern, found.string[found.end() :])
        if not following or self.word_before(found).lower() in self.labelled | self.roman_nouns:
            return None
        return self.gender_of(following[1])

    def gender_of(self, noun: str) -> str:
        return ""

    def ends_sentence(self, found: re.Match[str]) -> bool:
        return not found.string[found.end() :].strip("\"'”’»)] ")

    def lost_stop(self, found: re.Match[str]) -> str:
        """The full stop of an abbreviation that also ended the sentence."""
        following = found.string[found.end() : found.end() + 1]
        is_lost = (
            found[0].endswith(".") and following not in tuple(".!?") and self.ends_sentence(found)
        )
        return "." if is_lost else ""
