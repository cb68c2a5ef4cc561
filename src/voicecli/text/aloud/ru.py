"""Russian."""

from __future__ import annotations

import re

from voicecli.text import numerals
from voicecli.text.aloud.slavic import SlavicReader

_YEARS = {"год": "", "году": "-locative", "года": "-genitive", "годом": "-ablative"}
_SUFFIXES = {
    "й": "masculine", "ый": "masculine", "ой": "masculine", "я": "feminine", "ая": "feminine",
    "е": "neuter", "ое": "neuter", "го": "masculine-genitive", "му": "masculine-dative",
    "м": "masculine-locative", "ю": "feminine-accusative",
}  # fmt: skip


class Russian(SlavicReader):
    def is_singular(self, value: int) -> bool:
        """21 километр, but 11 километров."""
        return value % 10 == 1 and value % 100 != 11

    def cardinal(self, value: int) -> str:
        """CLDR's Russian rules end below a million, and leave "одна тысяча"."""
        said = [self._group(value // 10**power, name, power) for power, name in _SCALES]
        rest = value % 1000
        if rest or value == 0:
            said.append(numerals.cardinal(rest, "ru"))
        return " ".join(filter(None, said))

    def _group(self, value: int, name: tuple[str, str, str], power: int) -> str:
        value %= 1000
        if not value:
            return ""
        rule = "cardinal-feminine" if power == 3 else "cardinal-masculine"
        number = numerals.spell(value, "ru", rule) if value > 1 else ""
        form = {"one": name[0], "few": name[1], "many": name[2]}[self.plural(value)]
        return f"{number} {form}".strip()

    def counted(self, value: int, gender: str = "") -> str:
        if value >= 1000 or not gender or gender == "m":
            high, low = divmod(value, 1000)
            if not (high and low and gender == "f"):
                return self.cardinal(value)
            return f"{self.cardinal(high * 1000)} {self.counted(low, 'f')}"
        return super().counted(value, gender)

    def ordinal_of(self, value: int, rule: str) -> str:
        high, low = value - value % 1000, value % 1000
        if not low and high:
            return super().spell(value, f"ordinal-{rule}")
        last = numerals.spell(low, "ru", f"ordinal-{rule}") or self.cardinal(low)
        return (f"{self.cardinal(high)} {last}" if high else last).replace("четверт", "четвёрт")

    def day(self, day: int) -> str:
        return self.ordinal_of(day, "neuter-genitive")

    def date(self, day: int, month: int, year: int | None, found: re.Match[str]) -> str:
        said = f"{self.day(day)} {self.tables.months[month - 1]}"
        if not year:
            return said
        follows = re.match(r"\s*(?:года|г\.)", found.string[found.end() :])
        named = "" if follows else " года"
        return f"{said} {self.ordinal_of(year, 'masculine-genitive')}{named}"

    def clock(self, hours: int, minutes: int, suffix: str) -> str:
        said = self.cardinal(hours)
        if not minutes:
            return f"{said} {self.form(str(hours), self.tables.units['ч'])}"
        return f"{said} {self.digit('0') + ' ' if minutes < 10 else ''}{self.cardinal(minutes)}"

    def month_and_year(self, month: int, year: int) -> str:
        return f"{self.tables.months[month - 1]} {self.ordinal_of(year, 'masculine-genitive')} года"

    def year_pattern(self) -> str:
        return r"(?<![\w.,/:-])(?P<year>1[1-9]\d\d|20\d\d)(?= (?:год|году|года|годом)\b)"

    def say_year(self, found: re.Match[str]) -> str | None:
        noun = re.match(r" (\w+)", found.string[found.end() :])
        case = _YEARS[noun[1]] if noun else ""
        return self.ordinal_of(int(found["year"]), f"masculine{case}")

    def ordinal_pattern(self) -> str:
        return rf"(?<![\w.,/-])(?P<number>\d{{1,4}})-(?P<suffix>{'|'.join(_SUFFIXES)})(?!\w)"

    def say_ordinal(self, found: re.Match[str]) -> str | None:
        return self.ordinal_of(int(found["number"]), _SUFFIXES[found["suffix"]])


_SCALES = (
    (12, ("триллион", "триллиона", "триллионов")),
    (9, ("миллиард", "миллиарда", "миллиардов")),
    (6, ("миллион", "миллиона", "миллионов")),
    (3, ("тысяча", "тысячи", "тысяч")),
)
