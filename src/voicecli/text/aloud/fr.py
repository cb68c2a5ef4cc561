"""French."""

from __future__ import annotations

import re

from voicecli.languages.aloud import Unit
from voicecli.text.aloud.reader import roman
from voicecli.text.aloud.written import WrittenReader

_PARTS = {2: ("demi", "demis"), 3: ("tiers", "tiers"), 4: ("quart", "quarts")}
_SUPERSCRIPTS = str.maketrans("ᵉʳᵈˢᵐⁿ", "erdsmn")
_VOWELS = "aeiouyhéèêâîôû"


class French(WrittenReader):
    def prepare(self, sentence: str) -> str:
        return super().prepare(sentence.translate(_SUPERSCRIPTS))

    def spell(self, value: int, *rules: str) -> str:
        """ "Vingt et un", as before the reform of 1990."""
        return super().spell(value, *rules).replace("-et-", " et ")

    def cardinal(self, value: int) -> str:
        return super().cardinal(value).replace("-et-", " et ")

    def ordinal(self, value: int) -> str:
        return self.spell(value, "ordinal")

    def phone_group(self, digits: str) -> str:
        """Pairs are said as numbers: "zéro six, douze"."""
        is_number = len(digits) == 2 and digits[0] != "0"
        return self.cardinal(int(digits)) if is_number else self.spell_digits(digits)

    def with_unit(self, number: str, unit: Unit) -> str:
        """In French the plural begins at two: "1,5 kilomètre"."""
        whole, _, _ = self.split_number(number)
        name = unit[0] if int(whole or "0") < 2 else unit[1]
        said = self.number(number, self.gender(unit), noun=True)
        if re.search(r"(?:million|milliard)s?\Z", said):
            return f"{said} {self._of(name)}"
        return f"{said} {name}"

    def _of(self, name: str) -> str:
        return f"d'{name}" if name[0].lower() in _VOWELS else f"de {name}"

    def scaled_currency(self, unit: Unit) -> str:
        return self._of(unit[1])

    def say_money_before(self, found: re.Match[str]) -> str | None:
        said = super().say_money_before(found)
        return said and re.sub(r"\bmille (?:de |d')", "mille ", said).replace("un mille ", "mille ")

    def decimals(self, digits: str) -> str:
        """Two decimals are read as a number: "trois virgule quatorze"."""
        if len(digits) <= 2 or len(digits) == 3 and digits[0] != "0":
            zeros = len(digits) - len(digits.lstrip("0"))
            rest = digits[zeros:]
            return " ".join(["zéro"] * zeros + ([self.cardinal(int(rest))] if rest else []))
        return self.spell_digits(digits)

    def major_and_minor(self, whole: str, unit: Unit, hundredths: int, minor: Unit) -> str:
        """Prices are said without the cents' name: "cinq euros cinquante"."""
        return f"{self.with_unit(whole, unit)} {self.cardinal(hundredths)}"

    def date(self, day: int, month: int, year: int | None, found: re.Match[str]) -> str:
        said = f"{'premier' if day == 1 else self.cardinal(day)} {self.tables.months[month - 1]}"
        return f"{said} {self.cardinal(year)}" if year else said

    def year(self, value: int) -> str:
        return self.cardinal(value)

    def clock(self, hours: int, minutes: int, suffix: str) -> str:
        said = f"{self.counted(hours, 'f')} {'heure' if hours < 2 else 'heures'}"
        return f"{said} {self.counted(minutes, 'f')}" if minutes else said

    def ordinal_pattern(self) -> str:
        suffix = r"(?P<suffix>ers?|res?|ères?|nde?s?|e|è|ème|ième|eme)"
        return rf"(?<![\w.,/-])(?P<number>\d{{1,3}}(?: \d{{3}})+|\d{{1,4}}){suffix}s?(?!\w)"

    def say_ordinal(self, found: re.Match[str]) -> str | None:
        value = int(found["number"].replace(" ", ""))
        if value == 1:
            said = "premier" if found["suffix"].startswith("er") else "première"
            return said + ("s" if found[0][-1] == "s" else "")
        if found["suffix"].startswith("nd"):
            return "second" + found["suffix"][2:]
        return self.ordinal(value)

    def decade_pattern(self) -> str:
        return r"(?<=[Aa]nnées )(?P<decade>\d0)(?!\w)"

    def say_decade(self, found: re.Match[str]) -> str | None:
        return self.cardinal(int(found["decade"]))

    def fraction(self, whole: int | None, above: int, below: int, gender: str = "") -> str | None:
        if below == 1:
            return None
        one, many = _PARTS.get(below) or (self.ordinal(below), self.ordinal(below) + "s")
        if whole is not None and below == 2:
            return f"{self.counted(whole, gender)} et demi{'e' if gender == 'f' else ''}"
        if whole is not None:
            return f"{self.cardinal(whole)} et {self.fraction(None, above, below)}"
        return f"{self.counted(above, gender if below == 2 else '')} {one if above == 1 else many}"

    def say_abbreviation(self, found: re.Match[str]) -> str | None:
        after = found.string[found.end() :]
        if found[0] in ("M.", "Me", "St", "Ste", "Pr", "Dr") and not re.match(
            r"[ -][A-ZÀ-Ý]", after
        ):
            return None
        if found[0] in ("av.", "bd", "art.", "vol.", "fig.") and not after.strip():
            return None
        return super().say_abbreviation(found)

    def say_roman(self, found: re.Match[str]) -> str | None:
        value = roman(found["roman"])
        before = self.word_before(found)
        if value is None:
            return None
        suffix = found["suffix"]
        if suffix in ("e", "er", "ème") and not set(found["roman"]) - set("IVX"):
            return "premier" if value == 1 else self.ordinal(value)
        if suffix in ("re", "ère") and value == 1:
            return "première"
        if before and before.lower() in self.tables.rulers and before[0].isupper():
            return ("premier" if value == 1 else self.cardinal(value)) + suffix
        if self.is_numbered(before):
            return self.cardinal(value) + suffix
        if re.match(r"\s+siècles?\b", found.string[found.end() :]):
            return self.ordinal(value)
        return None
