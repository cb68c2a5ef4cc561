"""What Polish and Russian share: a noun has several plurals, by the number before it."""

from __future__ import annotations

from voicecli.languages.aloud import Unit
from voicecli.text.aloud.written import WrittenReader


class SlavicReader(WrittenReader):
    """A unit's plural holds three, with "|" between: of two, of five, of a decimal number."""

    def form(self, number: str, unit: Unit) -> str:
        """The noun after a written number, by CLDR's rules: one, few, many, other."""
        few, many, part = (unit[1].split("|") * 3)[:3]
        whole, fraction, _ = self.split_number(number)
        if fraction:
            return part
        value = int(whole or "0")
        return {"one": unit[0], "few": few, "many": many}[self.plural(value)]

    def plural(self, value: int) -> str:
        if value % 10 in (2, 3, 4) and value % 100 not in (12, 13, 14):
            return "few"
        return "one" if self.is_singular(value) else "many"

    def is_singular(self, value: int) -> bool:
        return value == 1

    def with_unit(self, number: str, unit: Unit) -> str:
        said = self.number(number, self.gender(unit), noun=True)
        return f"{said} {self.form(number, unit)}"

    def scale_name(self, scale: str, number: str) -> str:
        return self.form(number, (self.tables.money_scales | self.tables.scales)[scale])

    def scaled_currency(self, unit: Unit) -> str:
        """ "Two million roubles": as after five."""
        return (unit[1].split("|") * 2)[1]
