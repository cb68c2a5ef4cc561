"""What the rules of several subjects need: common tables, and what stands around a match.

Every pattern is a property of the tables, so a language has few patterns of its own.
"""

from __future__ import annotations

import re
from functools import cached_property

from voicecli.languages.aloud import Unit
from voicecli.text.aloud.reader import Reader, alternatives


class Subject(Reader):
    """What the rules of one subject are built upon."""

    # Patterns of the tables

    @cached_property
    def _number(self) -> str:
        """As the language writes it; the other convention where it can't be mistaken."""
        groups = re.escape(self.tables.grouping_signs)
        return (
            rf"(?:\d{{1,3}}(?:[{groups}]\d{{3}})+(?!\d)(?:{re.escape(self.tables.decimal_sign)}\d+)?"
            r"|\d{1,3}(?:(?:,\d{3})+\.|(?:[. ]\d{3})+,|(?:['’]\d{3})+[.,])\d+"
            r"|\d{1,3}(?:(?:['’]\d{3})+|(?:,\d{3}){2,}|(?:\.\d{3}){2,})(?!\d)"
            r"|\d{1,2}(?:,\d\d)+,\d{3}(?!\d)(?:\.\d+)?"
            r"|\d{1,2}(?: \d{3}){2,}(?! ?\d)|\d{1,3}(?: \d{3})* 000(?! ?\d)"
            r"|\d+(?:[.,]\d+)?)"
        )

    @cached_property
    def _unit(self) -> str:
        return alternatives(self.tables.units)

    @cached_property
    def _scale(self) -> str:
        return rf"(?:{alternatives(self.tables.scales)})"

    @cached_property
    def _sign_of_currency(self) -> str:
        return alternatives(self.tables.currency_signs)

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
            r"(?:\b[IVXLC]+(?:er?|re|ème|th)?"
            rf"(?:,? (?:{self.tables.joiners}|{self.tables.to}) |, | ?[-–] ?))+\Z",
            "",
            prefix,
        )
        return (re.findall(r"[^\W\d_]+", prefix) or [""])[-1]

    def is_numbered(self, noun: str) -> bool:
        return bool({noun.lower(), noun.lower().removesuffix("s")} & self.tables.roman_nouns)

    def gender_after(self, found: re.Match[str]) -> str | None:
        """The gender of the noun that the number counts; None where it counts none."""
        following = self.tables.noun_pattern and re.match(
            self.tables.noun_pattern, found.string[found.end() :]
        )
        if (
            not following
            or self.word_before(found).lower() in self.tables.labelled | self.tables.roman_nouns
        ):
            return None
        return self.gender_of(following[1])

    def gender_of(self, noun: str) -> str:
        """By the longest ending that the language's table has."""
        genders = self.tables.genders
        if not genders:
            return ""
        for folded in (f" {noun.lower()}", f" {noun.lower().removesuffix('s')}"):
            for start in range(len(folded)):
                if folded[start:] in genders:
                    return genders[folded[start:]]
        return "m"

    def ends_sentence(self, found: re.Match[str]) -> bool:
        return not found.string[found.end() :].strip("\"'”’»)] ")

    def lost_stop(self, found: re.Match[str]) -> str:
        """The full stop of an abbreviation that also ended the sentence."""
        following = found.string[found.end() : found.end() + 1]
        is_lost = (
            found[0].endswith(".") and following not in tuple(".!?") and self.ends_sentence(found)
        )
        return "." if is_lost else ""
