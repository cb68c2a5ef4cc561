"""Does a full stop end a sentence? By the words beside it and its language's tables. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache

from voicecli.languages import Language, language_of

CLOSING = ')]}"”’»'
"""Brackets and quotes that close."""

_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.)+-?[^\W\d_]{1,2}\Z")
_ROMAN = re.compile(r"[IVXLC]+\Z")


class StopKind(Enum):
    """What a full stop is."""

    END = auto()
    NO = auto()
    WAIT = auto()
    """More has to arrive."""


@dataclass(frozen=True)
class _Shorts:
    """A language's abbreviations, in lower case and without the last full stop."""

    never: frozenset[str]
    before_number: frozenset[str]
    may_end: frozenset[str]
    before_capital: frozenset[str]
    units: frozenset[str]
    """As they are written: "V" is no "v."."""

    @property
    def known(self) -> frozenset[str]:
        return self.never | self.before_number | self.may_end | self.before_capital


@cache
def _shorts(code: str) -> _Shorts:
    def folded(*tables: Mapping[str, str]) -> frozenset[str]:
        return frozenset(short.lower().removesuffix(".") for table in tables for short in table)

    found, aloud = language_of(code).abbreviations, language_of(code).aloud
    return _Shorts(
        folded(found.never_end),
        folded(found.before_number, found.only_before_number),
        folded(found.may_end),
        folded(found.end_before_capital),
        frozenset(name.removesuffix(".") for name in aloud.units) if aloud else frozenset(),
    )


@dataclass(frozen=True)
class FullStop:
    """One full stop that blanks follow, and what stands beside it."""

    language: Language
    word: str
    """The word before it, without opening quotes."""
    before: tuple[str, ...]
    """The words before that, of the same piece."""
    begins_piece: bool
    """Whether those are all that the piece has."""
    following: str | None
    """The word after it, or its first characters; None: not known yet. Empty: none follows."""

    @property
    def shorts(self) -> _Shorts:
        return _shorts(self.language.code)

    @property
    def verdict(self) -> StopKind:
        """By the first rule that has an answer."""
        return next(found for rule in _RULES if (found := rule(self)))

    @property
    def lower(self) -> str:
        folded = self.word.lower()
        return next((s for s in self.language.abbreviations.suffixes if folded.endswith(s)), folded)

    @property
    def previous(self) -> str:
        return self.before[-1].lower() if self.before else ""

    @property
    def next_word(self) -> str:
        return self.following or ""

    @property
    def next_starts(self) -> bool:
        """Does a word follow that begins sentences, with a capital?"""
        following = self.next_word
        return following[:1].isupper() and following.lower() in self.language.sentence_starters

    @property
    def is_initial(self) -> bool:
        return len(self.word) == 1 and self.word.isupper()

    @property
    def is_ordinal(self) -> bool:
        if not self.language.has_ordinal_dot:
            return False
        word = self.word
        return word.isdecimal() and len(word) <= 2 or len(word) > 1 and bool(_ROMAN.match(word))


def _no_word(stop: FullStop) -> StopKind | None:
    return None if stop.word else StopKind.END


def _unit(stop: FullStop) -> StopKind | None:
    """ "3 oz. of gin", "5 ft. 11 in. tall"; "200 sq. ft." has another before it."""
    is_counted = stop.previous[-1:].isdecimal() or stop.previous[:-1] in stop.shorts.never
    if not is_counted or stop.word not in stop.shorts.units:
        return None
    if stop.following is None:
        return StopKind.WAIT
    goes_on = stop.next_word[:1].islower() or stop.next_word[:1].isdecimal()
    return StopKind.NO if goes_on else StopKind.END


def _plain_word(stop: FullStop) -> StopKind | None:
    word = stop.word
    is_plain = len(word) > 3 and word.isalpha() and not _ROMAN.match(word)
    if word[-1] in CLOSING or is_plain and stop.lower not in stop.shorts.known:
        return StopKind.END
    return None


def _short_for_what_follows(stop: FullStop) -> StopKind | None:
    return StopKind.NO if stop.lower in stop.shorts.never else None


def _number_of_an_item(stop: FullStop) -> StopKind | None:
    is_first = not stop.before and stop.begins_piece
    return StopKind.NO if is_first and stop.word.isdecimal() and len(stop.word) <= 3 else None


def _spaced_abbreviation(stop: FullStop) -> StopKind | None:
    is_small_letter = len(stop.word) == 1 and stop.word.islower() and stop.word.isalpha()
    return StopKind.NO if is_small_letter and stop.language.has_spaced_abbreviations else None


def _no_abbreviation(stop: FullStop) -> StopKind | None:
    """All that could be meant by it otherwise."""
    is_short = stop.lower in stop.shorts.known or _DOTTED.match(stop.word)
    return None if is_short or stop.is_initial or stop.is_ordinal else StopKind.END


def _nothing_follows(stop: FullStop) -> StopKind | None:
    if stop.following is None:
        return StopKind.WAIT
    return None if stop.following else StopKind.END


def _before_number(stop: FullStop) -> StopKind | None:
    if stop.lower not in stop.shorts.before_number or stop.is_initial:
        return None
    if not stop.next_word[0].isupper() or _ROMAN.match(stop.next_word):
        return StopKind.NO
    may_end = stop.lower in stop.shorts.may_end | stop.shorts.before_capital
    return None if may_end else StopKind.END


def _small_letter_follows(stop: FullStop) -> StopKind | None:
    return StopKind.NO if stop.next_word[0].islower() else None


def _ordinal(stop: FullStop) -> StopKind | None:
    if not stop.is_ordinal:
        return None
    return StopKind.END if stop.next_starts else StopKind.NO


def _initial(stop: FullStop) -> StopKind | None:
    """ "J. Smith", but "vitamin C. The", "than I. They", "J. K. I think"."""
    if not stop.is_initial:
        return None
    pronoun = stop.language.pronoun_of_one_letter
    if stop.next_starts and len(stop.previous) == 2 and stop.previous.endswith("."):
        is_letter = len(stop.next_word) == 1
        return StopKind.NO if is_letter else StopKind.END
    is_pronoun = stop.word == pronoun and bool(stop.before) and stop.before[-1][0].islower()
    is_label = stop.previous in stop.language.before_label
    return StopKind.END if is_pronoun or is_label or stop.next_starts else StopKind.NO


def _before_capital(stop: FullStop) -> StopKind | None:
    return StopKind.END if stop.lower in stop.shorts.before_capital else None


def _otherwise(stop: FullStop) -> StopKind | None:
    return StopKind.END if stop.next_starts else StopKind.NO


_RULES: tuple[Callable[[FullStop], StopKind | None], ...] = (
    _no_word,
    _unit,
    _plain_word,
    _short_for_what_follows,
    _number_of_an_item,
    _spaced_abbreviation,
    _no_abbreviation,
    _nothing_follows,
    _before_number,
    _small_letter_follows,
    _ordinal,
    _initial,
    _before_capital,
    _otherwise,
)
