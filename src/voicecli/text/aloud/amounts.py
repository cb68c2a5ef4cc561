"""Amounts: money, measures, and numbers with a scale."""

from __future__ import annotations

import re
from functools import cached_property

from voicecli.languages.aloud import Unit
from voicecli.text.aloud.reader import alternatives
from voicecli.text.aloud.subject import Subject

_NO_MINOR = {"JPY", "KRW", "BTC"}
_HEIGHT = re.compile(r"[12][.,][1-9]\d")


class Amounts(Subject):
    """Rules: money_before, money_after, measure, scaled ("5M")."""

    # Money

    def money_before_pattern(self) -> str:
        return (
            rf"(?<!\w)(?P<minus>[-−])?(?:(?P<sign>{self._sign_of_currency})\s?|(?P<code>{alternatives(self.tables.currencies)})\s)"
            rf"(?:(?P<low>{self._number})\s?(?P<low_scale>{self._money_scale})?\s?[-–—]\s?(?:{self._sign_of_currency})?)?"
            rf"(?P<number>{self._number})(?:[\s-]?(?P<scale>{self._money_scale})(?!\w))?{self._per}(?![\w]|[.,]\d)"
        )

    def money_after_pattern(self) -> str:
        return (
            rf"(?<![\w.,])(?P<minus>[-−])?(?:(?P<low>{self._number})(?:\s?(?P<sign2>{self._sign_of_currency}))?\s?[-–—]\s?)?(?P<low_scale>(?!))?"
            rf"(?P<number>{self._number})(?:\s?(?P<scale>{self._scale}))?\s?"
            rf"(?:(?P<sign>{self._sign_of_currency})|(?P<code>{alternatives(self._currency_codes)}))"
            rf"(?!\w){self._per}"
        )

    def say_money_before(self, found: re.Match[str]) -> str | None:
        code = found["code"] or self.tables.currency_signs[found["sign"]]
        if code not in self.tables.currencies:
            if not self.split_number(found["number"])[1] or found["scale"]:
                return None  # as it is written: "a five dollar bill"
            code = self._currency_codes.get(code, code)
        names = self.tables.currencies.get(code)
        if names is None:
            return None
        unit, minor = names
        if self.is_attributive(found):
            unit = (unit[0], unit[0])
        said = f"{self.tables.minus} " if found["minus"] else ""
        if found["low"]:
            low = self.number(found["low"], self.gender(unit), noun=True)
            if found["low_scale"]:
                low += f" {self.scale_name(found['low_scale'], found['low'])}"
            said += f"{low} {self.tables.to} "
        number, scale = found["number"], found["scale"]
        if scale:
            said += self.scaled(number, scale, unit)
        else:
            said += self.amount(number, unit, None if found["low"] or code in _NO_MINOR else minor)
        return said + self.each(found["each"])

    def say_money_after(self, found: re.Match[str]) -> str | None:
        return self.say_money_before(found)

    def amount(self, number: str, unit: Unit, minor: Unit | None) -> str:
        """A sum of money: "five dollars and fifty cents"."""
        whole, fraction, _ = self.split_number(number)
        if minor is None or len(fraction) > 2 or not fraction:
            return self.with_unit(number, unit)
        hundredths = int(fraction.ljust(2, "0"))
        if not hundredths:
            return self.with_unit(whole, unit)
        if not int(whole or "0"):
            return self.with_unit(str(hundredths), minor)
        return self.major_and_minor(whole, unit, hundredths, minor)

    def major_and_minor(self, whole: str, unit: Unit, hundredths: int, minor: Unit) -> str:
        minor_said = self.with_unit(str(hundredths), minor)
        return f"{self.with_unit(whole, unit)} {self.tables.and_} {minor_said}"

    def scaled_currency(self, unit: Unit) -> str:
        return unit[1]

    @cached_property
    def _money_scale(self) -> str:
        return rf"(?:{alternatives(self.tables.scales | self.tables.money_scales)})"

    @cached_property
    def _currency_codes(self) -> dict[str, str]:
        """Codes, and the names of those whose amounts have hundredths ("19.99 dollars")."""
        names = {
            name: code
            for code, (unit, minor) in self.tables.currencies.items()
            for name in unit[:2]
            if minor and code != "GBP"  # a pound is also a weight
        }
        return names | {code: code for code in self.tables.currencies}

    @cached_property
    def _per(self) -> str:
        return r"(?:/(?P<each>[^\W\d_]{1,12})(?!\w))?"

    # Measures

    def measure_pattern(self) -> str:
        """A number with a unit, perhaps a range, perhaps "per" another unit."""
        return (
            rf"(?<![\w.,])(?P<minus>[-−])?(?:(?P<low>{self._number})\s?(?:[°%]C?)?\s?[-–—]\s?)?(?P<number>{self._number})"
            rf"(?:\s(?P<scale>{self._scale})(?!\w))?(?P<joint>[ -]?)"
            rf"(?P<unit>{self._unit})(?!\w|\.\w|'\w)(?:\.(?=\s[a-zß-ÿ]))?(?:/(?P<each>[^\W\d_]{{1,12}})(?!\w))?"
        )

    def say_measure(self, found: re.Match[str]) -> str | None:
        unit = self.tables.units[found["unit"]]
        is_label = self.word_before(found).lower() in self.tables.labelled
        unit_alone = len(found["unit"]) == 1 and found["unit"].isupper() and not found["joint"]
        unit_alone = unit_alone and (is_label or found["unit"] in "BMT")
        if unit_alone or found["unit"] in self.tables.scales and not found["joint"]:
            return None  # "an 8B model", "a pencil 2B"
        if found["unit"] in "x×" and re.match(r" ?\d", found.string[found.end() :]):
            return None
        if self.is_attributive(found):
            unit = (unit[0], unit[0])
        said = f"{self.tables.minus} " if found["minus"] else ""
        gender = self.gender(unit)
        if found["low"]:
            said += f"{self.number(found['low'], gender, noun=True)} {self.tables.to} "
        if found["scale"]:
            said += self.scaled(found["number"], found["scale"], unit)
        elif (
            self.tables.says_height and found["unit"] == "m" and _HEIGHT.fullmatch(found["number"])
        ):
            whole, part, _ = self.split_number(found["number"])
            said += f"{self.with_unit(whole, unit)} {self.cardinal(int(part))}"
        elif found["joint"] == "-":
            said += f"{self.number(found['number'], gender, noun=True)}-{unit[0]}"
        else:
            said += self.with_unit(found["number"], unit)
        return said + self.each(found["each"])

    def scaled_pattern(self) -> str:
        """ "5M", "3 bn": a number with an abbreviated scale, or a scale word."""
        return rf"(?<![\w.,])(?P<number>{self._number})\s?(?P<scale>{self._scale})(?!\w|\.\w)"

    def say_scaled(self, found: re.Match[str]) -> str | None:
        if len(found["scale"]) == 1 and self.is_letter(found):
            return None
        number = found["number"]
        return f"{self.number(number, noun=True)} {self.scale_name(found['scale'], number)}"

    def is_letter(self, found: re.Match[str]) -> bool:
        """Is the letter after a number part of a name? "Exit 12B", "a 2B pencil", no "8B model"."""
        if self.word_before(found).lower() in self.tables.labelled:
            return True
        following = re.match(r" ([^\W\d_]+)", found.string[found.end() :])
        noun = following[1].lower() if following else ""
        if noun in self.tables.lettered:
            return True
        if found["scale"] in "kK" or self.tables.decimal_sign in found["number"] or not noun:
            return False
        return not (noun.endswith("s") or noun in self.tables.counted_in_millions)

    # Both

    def scaled(self, number: str, scale: str, unit: Unit) -> str:
        """ "Three million dollars"."""
        words = (self.number(number, noun=True), self.scale_name(scale, number))
        return " ".join((*words, self.scaled_currency(unit)))

    def scale_name(self, scale: str, number: str) -> str:
        one, many = (self.tables.money_scales | self.tables.scales)[scale]
        return one if self.is_one(number) else many

    def each(self, each: str | None) -> str:
        if not each:
            return ""
        name = self.tables.units[each][0] if each in self.tables.units else each
        return f" {self.tables.per} {name}"

    def is_attributive(self, found: re.Match[str]) -> bool:
        """Whether an amount describes a noun: "a $5 bill", "a 5 km run"."""
        return False
