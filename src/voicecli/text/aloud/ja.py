"""Japanese."""

from __future__ import annotations

import re

from voicecli.languages.aloud import Unit
from voicecli.text.aloud.cjk import UnspacedReader

_WIDE = r"[\u3040-\u30ff\u3400-\u9fff、。]"


class Japanese(UnspacedReader):
    DATE = ("年", "月", "日")

    def cardinal(self, value: int) -> str:
        return super().cardinal(value).replace("〇", "ゼロ")

    def counted(self, value: int, gender: str = "") -> str:
        return self.cardinal(value)

    def number(self, text: str, gender: str = "", *, noun: bool = False) -> str:
        return super().number(text, gender, noun=noun).replace(" ", "")

    def spell_digits(self, text: str) -> str:
        return "".join(self.digit(char) for char in text if char.isdecimal())

    def with_unit(self, number: str, unit: Unit) -> str:
        return self.number(number) + unit[0]

    def scaled(self, number: str, scale: str, unit: Unit) -> str:
        return self.number(number) + self.scale_name(scale, number) + unit[0]

    def say_scaled(self, found: re.Match[str]) -> str | None:
        return self.number(found["number"]) + self.scale_name(found["scale"], found["number"])

    def fraction(self, whole: int | None, above: int, below: int, gender: str = "") -> str | None:
        said = f"{self.cardinal(below)}分の{self.cardinal(above)}"
        return f"{self.cardinal(whole)}と{said}" if whole is not None else said

    def clock(self, hours: int, minutes: int, suffix: str) -> str:
        return f"{self.cardinal(hours)}時" + (f"{self.cardinal(minutes)}分" if minutes else "")

    def say_sign(self, found: re.Match[str]) -> str:
        return super().say_sign(found).strip()

    def say_equation(self, found: re.Match[str]) -> str:
        return super().say_equation(found).replace(" ", "")

    def item(self, number: int, found: re.Match[str]) -> str | None:
        return f"{self.cardinal(number)}、"

    def finish(self, text: str) -> str:
        """No blank between what was written out and its neighbours."""
        return re.sub(rf"(?<={_WIDE}) +(?={_WIDE})", "", super().finish(text))
