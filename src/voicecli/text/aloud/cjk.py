"""What Japanese and Korean share: numbers stand right beside letters, and units behind them."""

from __future__ import annotations

import re

from voicecli.languages.aloud import Unit
from voicecli.text.aloud.written import WrittenReader

_HALF_WIDTH = str.maketrans("０１２３４５６７８９％／：．，", "0123456789%/:.,")


class UnspacedReader(WrittenReader):
    """Dates are year, month, day; a price has no hundredths."""

    DATE: tuple[str, str, str]
    """Behind the number of the year, of the month and of the day."""
    JOINT = ""
    """Between the parts of a date."""

    FLAGS = re.ASCII  # letters beside a number are no \w then
    RULES = tuple(name for name in WrittenReader.RULES if name not in ("year", "date", "decade"))

    def prepare(self, sentence: str) -> str:
        sentence = super().prepare(sentence.translate(_HALF_WIDTH))
        return re.sub(r"(?<=[\d%])\s?[〜～~]\s?(?=\d)", "-", sentence)

    def amount(self, number: str, unit: Unit, minor: Unit | None) -> str:
        return self.with_unit(number, unit)

    def date(self, day: int, month: int, year: int | None, found: re.Match[str]) -> str:
        named = zip((year, month, day), self.DATE, strict=True)
        return self.JOINT.join(f"{self.cardinal(n)}{name}" for n, name in named if n)

    def month_and_year(self, month: int, year: int) -> str:
        years, months, _ = self.DATE
        return f"{self.cardinal(year)}{years}{self.JOINT}{self.cardinal(month)}{months}"
