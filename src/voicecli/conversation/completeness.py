"""Is the user's turn over? Judged by the words. Pure.

docs/decisions/0007-when-a-turn-is-over.md tells what the rules were chosen by.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto

from voicecli.languages import Language, language_of
from voicecli.text.words import words_of

MAX_PHRASE_WORDS = 3
"""So long are the phrases in the tables of ends."""

MIN_DICTATED_DIGITS = 3
"""In one piece; fewer are a number like any other."""

YEAR_DIGITS = 4
"""A number of so many digits in one piece may be a year or a code, and be all."""

YEARS = range(1000, 2100)
"""Said alone, any other number of four digits is the first part of a longer one."""

_ENDS_OPEN = ("...", "…", ",", ";", ":", "-", "–", "—", "，", "、", "；", "：")
_PUNCTUATION = re.compile(r"[^\w]+\Z")
_IN_ONE_PIECE = re.compile(r"(?:.*\s)?\W*(?:\d{1,2}:\d\d|\d+[.,]\d\d?|\d+(?:/\d+)+)\W*", re.DOTALL)
"""A time of day, a decimal, a date or a fraction ends the text: no digits that go on."""


class Completeness(Enum):
    COMPLETE = auto()
    """Reads as something to be answered."""
    OPEN = auto()
    """More must follow."""
    UNKNOWN = auto()


def completeness(text: str, language: str = "en") -> Completeness:
    """Judge a transcript in `language` (ISO 639-1).

    A full stop says nothing: Whisper ends every fragment with one.
    """
    text = text.strip()
    known = language_of(language)
    words = words_of(text.lower().replace("’", "'"))
    if not words:
        return Completeness.UNKNOWN
    if _is_whole(words, known):
        return Completeness.COMPLETE
    if text.endswith(("?", "？")):
        # "What are you waiting for?" ends openly, and is believed.
        return Completeness.COMPLETE
    if text.endswith(_ENDS_OPEN):
        return Completeness.OPEN
    if _IN_ONE_PIECE.fullmatch(text):
        return Completeness.UNKNOWN
    if _dictated_digits(words, known) or _ends_openly(text, words, known):
        return Completeness.OPEN
    return Completeness.UNKNOWN


def is_whole(text: str, language: str = "en") -> bool:
    """Nothing can follow: a short answer, a command, a phone number."""
    return _is_whole(words_of(text.lower().replace("’", "'")), language_of(language))


def _is_whole(words: Sequence[str], language: Language) -> bool:
    return (
        says_only(words, language.short_answers)
        or says_only(words, language.stop_words | language.start_over)
        or _is_phone_number(_dictated_digits(words, language), language)
    )


def _is_phone_number(digits: str, language: Language) -> bool:
    return bool(digits) and re.fullmatch(language.phone_number, digits) is not None


def _ends_openly(text: str, words: Sequence[str], language: Language) -> bool:
    if not language.is_spaced:
        return _PUNCTUATION.sub("", text).endswith(tuple(language.unfinished_ends))
    capitals = words[-1].upper()  # Korean, Hindi and Arabic have none
    if capitals != words[-1] and text.rstrip(".!").endswith(capitals) and len(words[-1]) > 1:
        return False  # "I live in LA"
    ends = {" ".join(words[-n:]) for n in range(1, MAX_PHRASE_WORDS + 1)}
    return not ends & language.finished_ends and bool(ends & language.unfinished_ends)


def _dictated_digits(words: Sequence[str], language: Language) -> str:
    """What is said digit by digit or in groups at the end of a text, a word among digits as its
    first letter; empty where nothing is."""
    digits_by_word = {word: word[0] for word in language.digit_words}
    if language.aloud:
        digits_by_word |= {name: str(digit) for digit, name in enumerate(language.aloud.digits)}
    groups: list[str] = []
    for i, word in reversed(list(enumerate(words))):
        parts = word.split("-")
        is_number = all(part.isdecimal() or part in digits_by_word for part in parts)
        if not is_number and not _sounds_like_digit(words, i, language):
            break
        said = (digits_by_word.get(p, p if p.isdecimal() else p[0]) for p in parts)
        groups = [*said, *groups]
    digits = "".join(groups)
    n_digits = len(digits)
    if len(groups) != 1 or _is_phone_number(digits, language):
        return digits
    if digits[0] == "0" and n_digits > 1:  # no other number begins so
        return digits
    is_year = n_digits == YEAR_DIGITS and (len(words) > 1 or int(words[0]) in YEARS)
    return digits if MIN_DICTATED_DIGITS <= n_digits <= YEAR_DIGITS and not is_year else ""


def _sounds_like_digit(words: Sequence[str], i: int, language: Language) -> bool:
    """Of "zero two zero" Whisper makes "0 to 0"; nobody counts from 0 to 0."""
    return words[i] in language.digit_homophones and words[i - 1 : i + 2 : 2] == ["0", "0"]


def says_only(words: Sequence[str], phrases: frozenset[str]) -> bool:
    """Is a text nothing but these words and phrases, one after the other?"""
    return bool(words) and any(
        " ".join(words[:n]) in phrases and (n == len(words) or says_only(words[n:], phrases))
        for n in range(1, len(words) + 1)
    )


def same_words(one: str, other: str) -> bool:
    """True where two transcripts say the same, case and punctuation aside."""
    return words_of(one.lower()) == words_of(other.lower())


def is_backchannel(text: str, language: str = "en") -> bool:
    """Politeness that takes no turn: a listener's word, alone or two or three together."""
    words = words_of(text.lower())
    return 0 < len(words) <= 3 and language_of(language).backchannels.issuperset(words)


def is_stop(text: str, language: str = "en") -> bool:
    """A command that ends an answer and asks for none."""
    return says_only(words_of(text.lower()), language_of(language).stop_words)


def is_start_over(text: str, language: str = "en") -> bool:
    """A command that begins the conversation anew."""
    return says_only(words_of(text.lower().replace("’", "'")), language_of(language).start_over)
