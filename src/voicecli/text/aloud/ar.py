"""Arabic: the noun's number follows the numeral's, and one and two are said by the noun."""

from __future__ import annotations

import re

from voicecli.languages.aloud import Unit
from voicecli.text.aloud.written import WrittenReader

_SIGNS = str.maketrans("٠١٢٣٤٥٦٧٨٩٪٫٬", "0123456789%.,")


_HUNDREDS = {
    f"{word} مائة": f"{short}مائة"
    for word, short in zip(
        "ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة".split(),
        "ثلاث أربع خمس ست سبع ثمان تسع".split(),
        strict=True,
    )
}


def _mended(said: str) -> str:
    """CLDR writes two with a hamza, two thousand in the genitive, hundreds in two words, and eleven
    as before feminine nouns alone."""
    for apart, together in _HUNDREDS.items():
        said = said.replace(apart, together)
    said = said.replace("إثن", "اثن").replace("ألفين", "ألفان").replace("اثنان مليون", "مليونان")
    return re.sub(r"إحدى عشر\b", "أحد عشر", said)


class Arabic(WrittenReader):
    """A unit's plural holds three: of two, of three to ten, of eleven to ninety-nine."""

    def prepare(self, sentence: str) -> str:
        return super().prepare(sentence.translate(_SIGNS))

    def cardinal(self, value: int) -> str:
        return _mended(super().cardinal(value))

    def spell(self, value: int, *rules: str) -> str:
        return _mended(super().spell(value, *rules))

    def counted(self, value: int, gender: str = "") -> str:
        """Before a feminine noun numerals lose the ending that they have before others."""
        said = self.cardinal(value)
        if gender != "f" or value >= 1000:
            return said
        is_teen = 11 <= value % 100 <= 19
        said = re.sub(r"(ثلاث|أربع|خمس|ست|سبع|تسع)ة", r"\1", said).replace("ثمانية", "ثماني")
        said = said.replace("واحد و", "إحدى و").replace("اثنان و", "اثنتان و")
        said = said.replace("أحد عشر", "إحدى عشر").replace("اثنا عشر", "اثنتا عشر")
        return re.sub(r"عشرة?\b", "عشرة" if is_teen else "عشر", said)

    def with_unit(self, number: str, unit: Unit) -> str:
        whole, fraction, _ = self.split_number(number)
        two, few, many = (unit[1].split("|") * 3)[:3]
        is_invariant = "|" not in unit[1]
        value = int(whole or "0")
        if fraction or is_invariant or value == 0:
            return f"{self.number(number)} {unit[0]}"
        if value <= 2:
            one = f"{unit[0]} {'واحدة' if self.gender(unit) else 'واحد'}"
            return one if value == 1 else two
        said = self.counted(value, self.gender(unit))
        rest = value % 100
        return f"{said} {few if 3 <= rest <= 10 else many if rest >= 11 else unit[0]}"

    def say_scaled(self, found: re.Match[str]) -> str | None:
        return self.with_unit(found["number"], self.tables.scales[found["scale"]])

    def scaled(self, number: str, scale: str, unit: Unit) -> str:
        return f"{self.with_unit(number, self.tables.scales[scale])} {unit[0]}"

    def major_and_minor(self, whole: str, unit: Unit, hundredths: int, minor: Unit) -> str:
        """The "and" is a letter of the next word."""
        return f"{self.with_unit(whole, unit)} و{self.with_unit(str(hundredths), minor)}"

    def clock(self, hours: int, minutes: int, suffix: str) -> str:
        """ "At fourteen and thirty minutes"."""
        said = self.cardinal(hours)
        return (
            f"{said} و{self.with_unit(str(minutes), self.tables.units['min'])}" if minutes else said
        )

    def fraction(self, whole: int | None, above: int, below: int, gender: str = "") -> str | None:
        part = super().fraction(None, above, below, gender)
        return f"{self.cardinal(whole)} و{part}" if part and whole is not None else part
