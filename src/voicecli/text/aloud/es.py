"""Spanish."""

from __future__ import annotations

import re

from voicecli.languages.aloud import Unit
from voicecli.text.aloud.reader import roman
from voicecli.text.aloud.written import WrittenReader

_PARTS = {2: ("medio", "medios"), 3: ("tercio", "tercios"), 4: ("cuarto", "cuartos")}


class Spanish(WrittenReader):
    def gender_after(self, found: re.Match[str]) -> str | None:
        """What follows more than one has a plural's "s"."""
        gender = super().gender_after(found)
        number = found.groupdict().get("number")
        following = re.match(r" \w*s\b", found.string[found.end() :])
        return gender if following or number in (None, "1") else None

    def phone_pattern(self) -> str:
        return (
            rf"{super().phone_pattern()}"
            r"|(?<![\w.,-])(?:[6-9]\d\d(?: \d\d){3}|9\d \d{3} \d\d \d\d"
            r"|[6-9]\d\d \d{3} \d{3})(?!\w|,\d| \d| ?[€$£%]| [a-zé]+s\b)"
        )

    def ordinal(self, value: int) -> str:
        """ "Décimo octavo", in two words as the tens after it are."""
        said = super().ordinal(value).replace("decimoctav", "decimooctav")
        return re.sub(r"\bdecimo(?=[a-z])", "décimo ", said)

    def decimals(self, digits: str) -> str:
        if len(digits) <= 2:
            zeros = len(digits) - len(digits.lstrip("0"))
            rest = digits[zeros:]
            return " ".join(["cero"] * zeros + ([self.cardinal(int(rest))] if rest else []))
        return self.spell_digits(digits)

    def scaled_currency(self, unit: Unit) -> str:
        return f"de {unit[1]}"

    def say_money_before(self, found: re.Match[str]) -> str | None:
        said = super().say_money_before(found)
        return said and said.replace("mil de ", "mil ").replace("un mil ", "mil ")

    def with_unit(self, number: str, unit: Unit) -> str:
        said = super().with_unit(number, unit)
        return re.sub(r"(mill[óo]n(?:es)?) (?=\S+\Z)", r"\1 de ", said)

    def date(self, day: int, month: int, year: int | None, found: re.Match[str]) -> str:
        said = f"{'primero' if day == 1 else self.cardinal(day)} de {self.tables.months[month - 1]}"
        return f"{said} de {self.cardinal(year)}" if year else said

    def month_and_year(self, month: int, year: int) -> str:
        return f"{self.tables.months[month - 1]} de {self.year(year)}"

    def date_pattern(self) -> str:
        return (
            rf"(?<![\w.,:/-])(?P<day>\d{{1,2}})(?:\.?º)? de (?P<month>{self._month_name})\b\.?"
            r"(?:,? (?:de |del )(?:año )?(?P<year>\d{4})(?![\w]|[.,]\d))?"
        )

    def clock(self, hours: int, minutes: int, suffix: str) -> str:
        mark = re.sub(r"[ .]", "", suffix).lower()
        said = self.counted(hours, "f")
        if minutes:
            said += f"{' y' if hours and mark[:1] != 'h' else ''} {self.cardinal(minutes)}"
        if mark[:1] == "h":
            return f"{said} {'hora' if hours == 1 and not minutes else 'horas'}"
        if mark == "am":
            return f"{said} de la mañana"
        if mark == "pm":
            return f"{said} de la {'noche' if 8 <= hours <= 11 else 'tarde'}"
        return said

    def is_time(self, moment: re.Match[str]) -> bool:
        bare_hours = not moment["minutes"] and (moment["suffix"] or "")[:1] == "h"
        return super().is_time(moment) and not bare_hours

    def ordinal_pattern(self) -> str:
        return r"(?<![\w.,/-])(?P<number>\d{1,4})\.?(?P<suffix>[ºª]|er|[rdtmv][oa])(?!\w)"

    def say_ordinal(self, found: re.Match[str]) -> str | None:
        said, suffix = self.ordinal(int(found["number"])), found["suffix"]
        if suffix in ("ª", "ra", "da", "ta", "ma", "va"):
            return re.sub(r"o\b", "a", said)
        if suffix == "er":
            return re.sub(r"ero\Z", "er", said)
        return said

    def decade_pattern(self) -> str:
        return r"(?<=los )(?P<decade>\d0)(?=[ ,.;:!?]|\Z)(?! (?:%|[a-z]+os\b))"

    def say_decade(self, found: re.Match[str]) -> str | None:
        return self.cardinal(int(found["decade"]))

    def fraction(self, whole: int | None, above: int, below: int, gender: str = "") -> str | None:
        if below == 1:
            return None
        names = _PARTS.get(below)
        if names is None:
            name = self.ordinal(below) if below <= 10 else self.cardinal(below) + "avo"
            name = "décimo" if below == 10 else name
            names = (name, name + "s")
        part = f"{self.counted(above)} {names[0] if above == 1 else names[1]}"
        if below == 2 and above == 1:
            part = "media" if gender == "f" else "medio"
        return f"{self.counted(whole, gender)} y {part}" if whole is not None else part

    def say_abbreviation(self, found: re.Match[str]) -> str | None:
        after = found.string[found.end() :]
        if found[0] == "D." and not re.match(r" [A-ZÁÉÍÓÚÑ]", after):
            return None
        if found[0] in ("art.", "cap.", "fig.", "vol.") and not after.strip():
            return None
        return super().say_abbreviation(found)

    def say_roman(self, found: re.Match[str]) -> str | None:
        value = roman(found["roman"])
        before = self.word_before(found)
        if value is None or not before or found["suffix"] not in ("", "."):
            return None
        stop = found["suffix"]
        if before.lower() in self.tables.rulers and before[0].isupper():
            said = self.ordinal(value) if value <= 10 else self.cardinal(value)
            if before.lower() in {"isabel", "catalina"}:
                said = re.sub(r"o\Z", "a", said)
            return said + stop
        is_century = before.lower() in ("el", "del") and re.search(
            r"\bsiglos?\b", self.before(found)
        )
        if self.is_numbered(before) or is_century:
            return self.cardinal(value) + stop
        return None
