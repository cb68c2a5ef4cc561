"""Words: abbreviations, initials, what mixes letters and digits, list items, symbols."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from voicecli.text.aloud.reader import alternatives
from voicecli.text.aloud.subject import Subject

MIN_CAPITAL_WORDS = 3
"""A sentence of fewer words, all of them in capitals, may be a name."""


class PlainWords(Subject):
    """Rules: word, abbreviation, before_number, initials, initialism, mixed, item, hash, symbol."""

    @cached_property
    def abbreviations(self) -> dict[str, str]:
        """As written, with their full stops -> as spoken."""
        short = self.language.abbreviations
        tables = (short.never_end, short.before_number, short.may_end, short.end_before_capital)
        every = {**short.elsewhere}
        for table in tables:
            every |= table
        return {written: said for written, said in every.items() if said}

    @cached_property
    def before_number(self) -> Mapping[str, str]:
        """Those that are read before a number only ("p. 12")."""
        return self.language.abbreviations.only_before_number

    def finish(self, text: str) -> str:
        """In a sentence of capitals "US" is "us"."""
        for apart, fused in self.tables.fused.items():
            text = re.sub(rf"\b{apart}\b", fused, text)
        if len(re.findall(r"[^\W\d_]+", text)) < MIN_CAPITAL_WORDS or not text.isupper():
            return text
        return re.sub(
            r"[^\W\d_]+",
            lambda word: word[0].lower() if word[0].lower() in self.tables.lowered else word[0],
            text,
        )

    def word_pattern(self) -> str:
        return rf"(?<![\w.])(?:{alternatives(self.tables.words)})(?!\w|/\w)"

    def say_word(self, found: re.Match[str]) -> str | None:
        return self.tables.words[found[0]]

    def abbreviation_pattern(self) -> str:
        names = [*self.abbreviations, *self._capitalized]
        open_ended = [name for name in names if name[-1] in "°º/ "]
        others = [name for name in names if name not in open_ended]
        return rf"(?<![\w.])(?:(?:{alternatives(others)})(?!\w)|{alternatives(open_ended)})"

    def say_abbreviation(self, found: re.Match[str]) -> str | None:
        if found[0] in self.abbreviations:
            return self.abbreviations[found[0]] + self.lost_stop(found)
        if re.match(r" [\da-zß-ÿ]", found.string[found.end() :]):
            return self._capitalized[found[0]]
        return None  # "His name is Max."

    @cached_property
    def _capitalized(self) -> dict[str, str]:
        return {
            short[0].upper() + short[1:]: said[:1].upper() + said[1:]
            for short, said in self.abbreviations.items()
            if short[0].islower() and short[0].upper() + short[1:] not in self.abbreviations
        }

    def before_number_pattern(self) -> str:
        return rf"(?<![\w.])(?P<name>{alternatives(self.before_number)})\s?(?=\d)"

    def say_before_number(self, found: re.Match[str]) -> str:
        return self.before_number[found["name"]] + " "

    def initials_pattern(self) -> str:
        return r"(?<![\w.])(?:(?:[^\W\d_]\.-?){2,}(?!\w)|[A-ZÀ-Ý]\.(?=\s?[A-ZÀ-Ý]))"

    def say_initials(self, found: re.Match[str]) -> str:
        letters = re.findall(r"[^\W\d_]", found[0])
        return "-".join(letters).upper() + ("." if self.ends_sentence(found) else "")

    def initialism_pattern(self) -> str:
        return rf"(?<![\w.-])(?P<letters>{alternatives(self.tables.spelled)})(?P<plural>s?)(?!\w)"

    def say_initialism(self, found: re.Match[str]) -> str:
        return "-".join(found["letters"].upper()) + found["plural"]

    def mixed_pattern(self) -> str:
        return r"(?<![\w.])(?=\w*\d)(?=\d*[^\W\d_])[^\W_]{2,24}(?:\.\d+)?(?!\w|\.\d)"

    def say_mixed(self, found: re.Match[str]) -> str:
        said = []
        for run in re.findall(r"\d+(?:\.\d+)?|[^\W\d_]+|[²³]", found[0]):
            if "." in run:
                said.append(self.number(run))
            elif not run.isdecimal():
                word = str(self.tables.symbols.get(run, run)).strip()
                said.append("-".join(run) if run in self.tables.spelled else word)
            elif self.looks_like_year(run):
                said.append(self.year(int(run)))
            elif len(run) < 4 and not (run[0] == "0" and len(run) > 1):
                said.append(self.cardinal(int(run)))
            else:
                said.append(self.spell_digits(run))
        return " ".join(said)

    def item_pattern(self) -> str:
        begin = r"(?:(?<=\A)|(?<=\n)|(?<=[:;,] )|(?<=[：；，]))"
        return rf"{begin}(?P<number>\d{{1,2}}){self.tables.item_end}(?=\D)"

    def say_item(self, found: re.Match[str]) -> str | None:
        """The number of a list item: "1. Boil the water."; in a line only if the list begins there.

        So in "am 1., 2. und 3. Mai" there is none.
        """
        number = int(found["number"])
        before = self.before(found)
        if before and before[-1] != "\n":
            last = rf"(?:\A|[:;,\n：；，] ?){number - 1}{self.tables.item_end}"
            earlier = found.string[max(0, found.start() - 400) : found.start()]
            begins = number == 1 and before.rstrip()[-1] in ":："
            if not begins and not (number > 1 and re.search(last, earlier)):
                return None
        return self.item(number, found)

    def item(self, number: int, found: re.Match[str]) -> str | None:
        return f"{self.cardinal(number)}: "

    def hash_pattern(self) -> str:
        return r"(?<![\w&])#(?=\w)"

    def say_hash(self, found: re.Match[str]) -> str:
        after = found.string[found.end()]
        return f"{self.tables.hash_number if after.isdecimal() else self.tables.hashtag} "

    def symbol_pattern(self) -> str:
        return alternatives(self.tables.symbols)

    def say_symbol(self, found: re.Match[str]) -> str:
        said = self.tables.symbols[found[0]]
        if not said or not said[0].isalnum():
            return said
        before = found.string[found.start() - 1 : found.start()] if found.start() else " "
        after = found.string[found.end() : found.end() + 1]
        left = "" if before.isspace() or before in "([{\"'“‘«„" else " "
        return left + said + (" " if after.isalnum() else "")
