"""Korean: hours, and what is counted by native counters, have native numbers; all else Chinese."""

from __future__ import annotations

import re

from voicecli.languages.aloud import Unit
from voicecli.text.aloud.cjk import UnspacedReader


class Korean(UnspacedReader):
    DATE = ("년", "월", "일")
    JOINT = " "

    def cardinal(self, value: int) -> str:
        return self.spell(value, "cardinal-sinokorean") if value else "영"

    def spell(self, value: int, *rules: str) -> str:
        """In groups of ten thousand, as in "만 오천"."""
        from voicecli.text import numerals

        said = numerals.spell(value, self.language.code, *rules)
        return said if said is not None else str(value)

    def counted(self, value: int, gender: str = "") -> str:
        """Before a native counter, "f" here; up to 99."""
        if gender != "f" or not 0 < value < 100:
            return self.cardinal(value)
        return self.spell(value, "cardinal-native-attributive")

    def gender_of(self, noun: str) -> str:
        return "f"

    def with_unit(self, number: str, unit: Unit) -> str:
        said = self.number(number, self.gender(unit), noun=True)
        rate = re.fullmatch(r"([시초]속)(.+)", unit[0])  # "시속 백 킬로미터"
        return f"{rate[1]} {said} {rate[2]}" if rate else f"{said} {unit[0]}"

    def say_plain(self, found: re.Match[str]) -> str:
        """A counter is apart from a native number."""
        said = super().say_plain(found)
        native = self.gender_after(found) is not None
        follows = found.string[found.end() : found.end() + 1]
        return said + (" " if native and follows and not follows.isspace() else "")

    def fraction(self, whole: int | None, above: int, below: int, gender: str = "") -> str | None:
        said = f"{self.cardinal(below)}분의 {self.cardinal(above)}"
        return f"{self.cardinal(whole)}과 {said}" if whole is not None else said

    def clock(self, hours: int, minutes: int, suffix: str) -> str:
        """Up to twelve the hours are native."""
        said = self.counted(hours, "f") + " " if 0 < hours <= 12 else self.cardinal(hours)
        return f"{said}시" + (f" {self.cardinal(minutes)}분" if minutes else "")

    def item(self, number: int, found: re.Match[str]) -> str | None:
        return f"{self.cardinal(number)}, "

    def finish(self, text: str) -> str:
        """Particles and prefixes stand beside their number."""
        return re.sub(
            r"\b제 (?=[영일이삼사오육칠팔구십백천만])", "제", super().finish(text)
        ).replace(" 에서 ", "에서 ")
