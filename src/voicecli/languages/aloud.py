"""The tables that reading aloud needs: what is written, and what is said for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Unit = tuple[str, str] | tuple[str, str, str]
"""Singular and plural, and "f" where the gender matters."""

CURRENCY_BY_SIGN = {
    "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "HK$": "HKD", "R$": "BRL",
    "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "￥": "CNY", "₹": "INR", "₽": "RUB", "₩": "KRW",
    "Rs.": "INR", "Rs": "INR", "₺": "TRY", "₿": "BTC", "zł": "PLN", "Fr.": "CHF", "元": "CNY",
    "円": "JPY",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Aloud:
    """Words that stand for signs have English defaults; a regular expression may end in no match.

    A key is what is written, a value what is said, unless something else is told.
    """

    # Numbers

    decimal_sign: str = "."
    grouping_signs: str = ","
    point: str = "point"
    """What is said for the decimal sign."""
    points: dict[str, str] = field(default_factory=dict)
    """What is said for it where a text uses the other language's sign."""
    digits: tuple[str, ...]
    """The ten of them, as they are spelled."""
    scales: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Scale words and their abbreviations -> singular and plural."""
    counted_in_millions: frozenset[str] = frozenset()
    """Before these, and plurals in "s", the letter of "8B" is a scale."""
    lettered: frozenset[str] = frozenset()
    """Before these it is a letter: "2B pencils", "a 10K race"."""
    noun_pattern: str = ""
    """What follows a number if that counts it; the first group is the noun."""
    genders: dict[str, str] = field(default_factory=dict)
    """Ends of counted nouns -> "f", "m" or "n"; the longest counts, and none is "m". With a space
    before it, the whole noun. Frozen: what is missing here is said as if it were "m"."""
    labelled: frozenset[str] = frozenset()
    """After these words a number is a name and counts nothing: "version 1 was"."""
    ordinal_suffixes: dict[str, str] = field(default_factory=dict)
    """Behind a number -> CLDR's rule for it, without "spellout-": "ordinal-feminine"."""
    referenced: frozenset[str] = frozenset()
    """After these words "12-345" is a name, and no range."""
    roman_nouns: frozenset[str] = frozenset()
    """After these a Roman numeral is a number: "chapter IV"."""
    rulers: frozenset[str] = frozenset()
    """After these names it is an ordinal: "Henry VIII"."""

    # Sums

    minus: str = "minus"
    to: str = "to"
    and_: str = "and"
    by: str = "by"
    """Between the sides of what is measured."""
    joiners: str = "and"
    """A regular expression for what stands between numbers that belong together."""
    operators: dict[str, str] = field(default_factory=dict)
    """Between numbers, with white space around."""
    signs: dict[str, str] = field(default_factory=dict)
    """Before a number: minus, about."""
    symbols: dict[str, str] = field(default_factory=dict)
    """Anywhere else."""
    and_half: tuple[str, ...] = ()
    """Masculine and feminine, said after the noun: "dos horas y media"."""
    parts: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Denominator -> what one such part is, and the name of several: "un terzo", "terzi"."""
    ratio_to: str = "to"
    out_of: str = "out of"
    scored: frozenset[str] = frozenset()
    """After these words "9/10" is a score."""
    ratio_words: tuple[str, ...] = ()
    """Near these "1:10" is no time."""
    hash_number: str = "number"
    """ "#5"."""
    hashtag: str = "hashtag"

    # Amounts

    units: dict[str, Unit] = field(default_factory=dict)
    per: str = "per"
    says_height: bool = False
    """Whether "1,80 m" is "one meter eighty"."""
    currencies: dict[str, tuple[Unit, Unit | None]] = field(default_factory=dict)
    """Code -> the unit and its hundredth."""
    currency_signs: dict[str, str] = field(default_factory=lambda: CURRENCY_BY_SIGN)
    """Sign -> code."""
    money_scales: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Those that are scales beside a currency's sign only: "€5m"."""

    # Dates and times

    months: tuple[str, ...] = ()
    short_months: dict[str, int] = field(default_factory=dict)
    """Other names and abbreviations, without a full stop -> 1 to 12."""
    weekdays: dict[str, str] = field(default_factory=dict)
    """As written in "Mon-Fri" -> as spoken."""
    date_words: frozenset[str] = frozenset()
    """After these words "12/25" is a date."""
    month_first: bool = False
    dotted_dates: bool = False
    """Whether "24.12.23" is one."""
    first_of_month: str = ""
    """What is said for day 1, where that is an ordinal alone."""
    date_joint: str = ""
    """Between the parts of a date: "3 de maio de 2024"."""
    clock: tuple[str, str] = ("{hours}", "{hours} {minutes}")
    """A full hour, and any other time."""
    time_sign: str = ":"
    """A regular expression: between hours and minutes; a "." makes no time without a suffix."""
    time_suffix: str = r"(?!)"
    """A regular expression: "pm", "Uhr"."""

    # Words

    fused: dict[str, str] = field(default_factory=dict)
    """What two words become beside each other: "una ora", "un'ora"."""
    words: dict[str, str] = field(default_factory=dict)
    """Written forms that are simply said otherwise: "w/o"."""
    spelled: frozenset[str] = frozenset()
    """Initialisms that espeak-ng would read as a word."""
    lowered: frozenset[str] = frozenset()
    """Words that are something else in capitals, and stay words in a sentence of capitals: "US"."""
    item_end: str = r"(?:\.\)|[.)]) "
    """A regular expression: what follows the number of a list's item."""
    at: str = "at"
    dot: str = "dot"
    dash: str = "dash"
    slash: str = "slash"
    underscore: str = "underscore"
    tilde: str = "tilde"

    regions: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Region in small letters -> the tables that are others there."""
