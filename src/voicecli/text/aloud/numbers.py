"""Numbers of every other kind: phones, versions, sizes, scores, ratios, ranges, plain ones."""

from __future__ import annotations

import re

from voicecli.text.aloud.reader import alternatives
from voicecli.text.aloud.subject import Subject


class Numbers(Subject):
    """Rules: phone, version, dimensions, score, ratio, range, plain, ordinal, roman.

    A language adds what roman says.
    """

    def phone_pattern(self) -> str:
        return (
            r"(?<![\w.,-])(?:\+\d{1,3}(?:[ .-]?\(?\d{1,5}\)?){2,6}"
            r"|(?:1[ -])?\(\d{3}\) ?\d{3}[-. ]\d{4}"
            r"|(?:1[-.])?\d{3}[-.]\d{3}[-.]\d{4}|0\d{2,4}[ /-]\d{3,4}(?:[ -]?\d{2,4})*|555-\d{4}"
            r"|\(0\d{1,4}\) ?\d{3,8}(?:[ -]\d{2,5}){0,3}|0\d(?:[ .]\d\d){4}"
            r"|\d{1,5}(?:-\d{1,7}){2,5})(?![\w-])"
        )

    def say_phone(self, found: re.Match[str]) -> str:
        groups = re.findall(r"\d+", found[0])
        plus = self.tables.operators.get("+", "plus") + " " if found[0][0] == "+" else ""
        return plus + ", ".join(self.phone_group(group) for group in groups)

    def phone_group(self, digits: str) -> str:
        return self.spell_digits(digits)

    def version_pattern(self) -> str:
        return (
            r"(?<![\w.,])(?P<v>[vV])?"
            r"(?P<parts>\d{1,5}(?:\.\d{1,5}){2,5}|(?<=[vV])\d+(?:\.\d+)?)(?![\w]|[.,]\d)"
        )

    def say_version(self, found: re.Match[str]) -> str | None:
        parts = found["parts"].split(".")
        groups = len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:])
        is_address = len(parts) == 4 and all(int(part) <= 255 for part in parts)
        is_known = "." in self.tables.grouping_signs
        if groups and (is_known or len(parts) > 2 and not is_address) and not found["v"]:
            return None
        word = self.tables.point if self.tables.point == "point" else self.tables.dot
        said = f" {word} ".join(self.number(part) for part in parts)
        return f"{found['v']} {said}" if found["v"] else said

    def dimensions_pattern(self) -> str:
        side = r"\d+(?:[.,]\d+)?"
        return rf"(?<![\w.,])(?!0x){side}(?:x{side}){{1,2}}(?![\w/]|[.,]\d)"

    def say_dimensions(self, found: re.Match[str]) -> str:
        return f" {self.tables.by} ".join(self.number(part) for part in found[0].split("x"))

    def score_pattern(self) -> str:
        """ "4.5/5"; a whole number only beside one of the words that say so."""
        return r"(?<![\w.,/])(?P<got>\d{1,2}(?:[.,]\d)?)/(?P<of>\d{1,3})(?![\w/]|[.,]\d)"

    def say_score(self, found: re.Match[str]) -> str | None:
        is_rating = not found["got"].isdecimal() or found["got"] == found["of"]
        is_rating = is_rating and found["of"] in ("5", "10", "20", "100")
        if not is_rating and self.word_before(found).lower() not in self.tables.scored:
            return None
        return f"{self.number(found['got'])} {self.tables.out_of} {self.number(found['of'])}"

    def ratio_pattern(self) -> str:
        return r"(?<![\w.,:/-])(?P<left>\d{1,3}):(?P<right>\d{1,3})(?![\w:/]|[.,]\d)"

    def say_ratio(self, found: re.Match[str]) -> str:
        return f"{self.number(found['left'])} {self.tables.ratio_to} {self.number(found['right'])}"

    def range_pattern(self) -> str:
        return (
            rf"(?<![\w.,/:-])(?P<low>{self._number})\s?[–-]\s?(?P<high>{self._number})"
            r"(?![\w/-]|[.,:]\d)"
        )

    def say_range(self, found: re.Match[str]) -> str | None:
        low, high = found["low"], found["high"]
        if " - " in found[0] and not self.looks_like_year(low):
            following = re.match(r" [^\W\d_]", found.string[found.end() :])
            if not following or len(low) > len(high):
                return None  # a difference
        if self.looks_like_year(low) and (self.looks_like_year(high) or len(high) == 2):
            if len(high) == 2:
                high = low[:2] + high
            return f"{self.year(int(low))} {self.tables.to} {self.year(int(high))}"
        gender = self.gender_after(found)
        if low == high:
            return f"{self.number(low)} {self.number(low)}"  # "50-50"
        said = [self.number(n, gender or "", noun=gender is not None) for n in (low, high)]
        return f" {self.tables.to} ".join(said)

    def plain_pattern(self) -> str:
        return rf"(?<![^\W_])(?P<number>{self._number}|(?<![\d.])\.\d+)(?![^\W\d_]|\d)"

    def say_plain(self, found: re.Match[str]) -> str:
        before = found.string[found.start() - 1 : found.start()] if found.start() else ""
        gender = self.gender_after(found)
        number = self.number(found["number"], gender or "", noun=gender is not None)
        return (" " if before.isalnum() else "") + number

    def ordinal_pattern(self) -> str:
        suffixes = alternatives(self.tables.ordinal_suffixes)
        return rf"(?<![\w.,/-])(?P<number>\d{{1,4}})\.?(?P<suffix>{suffixes})(?!\w)"

    def say_ordinal(self, found: re.Match[str]) -> str | None:
        return self.spell(int(found["number"]), self.tables.ordinal_suffixes[found["suffix"]])

    def roman_pattern(self) -> str:
        return r"(?<![\w.'’-])(?P<roman>[IVXLC]{1,8})(?P<suffix>(?:er?|re|ème|\.)?)(?![\w'’-])"

    def say_roman(self, found: re.Match[str]) -> str | None:
        return None
