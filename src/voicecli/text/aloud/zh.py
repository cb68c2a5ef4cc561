"""Chinese (Mandarin)."""

from __future__ import annotations

import re

from voicecli.languages.aloud import Unit
from voicecli.text.aloud.written import WrittenReader

_HALF_WIDTH = str.maketrans("０１２３４５６７８９％／", "0123456789%/")
_WIDE = r"[\u3400-\u9fff，。！？、；：]"


class Chinese(WrittenReader):
    RULES = tuple(
        name
        for name in WrittenReader.RULES
        if name not in ("ordinal", "decade", "year", "date", "initials", "measure")
    )
    RULES = (
        "power", *RULES[: RULES.index("time")], "chinese_date", "chinese_year", "time", "percent",
        *RULES[RULES.index("time") + 1 : RULES.index("fraction")], "temperature", "measure",
        *RULES[RULES.index("fraction") :],
    )  # fmt: skip

    FLAGS = re.ASCII  # numbers stand right beside Chinese characters, which are no \w then

    def prepare(self, sentence: str) -> str:
        sentence = super().prepare(sentence)
        sentence = re.sub(
            r"(?<=[\u4e00-\u9fff])/(?=[秒分天月年人]|小时|公斤|平方米)", "每", sentence
        )
        sentence = re.sub(r"(?<=\d)：(?=\d\d)", ":", sentence)
        sentence = re.sub(r"(?<=\d)\+(?=[\u4e00-\u9fff])", "多", sentence)
        sentence = re.sub(r"(?<=[周期][一二三四五六日天])\s?[-–—~～]\s?(?=[周星])", "到", sentence)
        sentence = re.sub(r"(?<=[\d%])[~～](?=[\d¥$])", "-", sentence.translate(_HALF_WIDTH))
        return re.sub(r"(?<=[年月日号点时分天周])\s?[-–—~～]\s?(?=\d|周)", "到", sentence)

    def power(self, exponent: str) -> str:
        sign = "负" if exponent[0] in "-−" else ""
        value = exponent.lstrip("-−")
        said = self.number(value) if value.isdecimal() else value
        return {"2": "的平方", "3": "的立方"}.get(exponent, f"的{sign}{said}次方")

    def power_pattern(self) -> str:
        return r"(?<=[\w)])\^\(?(?P<exponent>[-−]?\d+|[a-z](?![a-z]))\)?"

    def say_power(self, found: re.Match[str]) -> str:
        return self.power(found["exponent"])

    def say_equation(self, found: re.Match[str]) -> str:
        return super().say_equation(found).replace(" ", "")

    def finish(self, text: str) -> str:
        """No space between what was written out and its neighbours."""
        return re.sub(rf"(?<={_WIDE})\s+(?={_WIDE})", "", text)

    def cardinal(self, value: int) -> str:
        """From 亿 on as on the mainland: 二亿零一万, 一万亿."""
        high, low = divmod(value, 10**8)
        said = super().cardinal(low) if low or not high else ""
        if high:
            said = f"{self.cardinal(high)}亿{'零' if 0 < low < 10**7 else ''}{said}"
        return re.sub(r"\A二(?=[千万亿])", "两", said)

    def counted(self, value: int, gender: str = "") -> str:
        return "两" if value == 2 else self.cardinal(value)

    def gender_after(self, found: re.Match[str]) -> str | None:
        """None before "2月", after "第" and "十"."""
        before = self.before(found).rstrip()[-1:]
        return None if before == "第" else super().gender_after(found)

    def ordinal(self, value: int) -> str:
        return "第" + self.cardinal(value)

    def year(self, value: int) -> str:
        return "".join(self.tables.digits[int(char)] for char in str(value))

    def spell_digits(self, text: str) -> str:
        return "".join(self.tables.digits[int(char)] for char in text if char.isdecimal())

    def number(self, text: str, gender: str = "", *, noun: bool = False) -> str:
        return super().number(text, gender, noun=noun).replace(" ", "")

    def with_unit(self, number: str, unit: Unit) -> str:
        return self.number(number, noun=True) + unit[0]

    def amount(self, number: str, unit: Unit, minor: Unit | None) -> str:
        return self.with_unit(number.rstrip("0").rstrip(".") if "." in number else number, unit)

    def each(self, each: str | None) -> str:
        return (
            f"每{self.tables.units[each][0] if each in self.tables.units else each}" if each else ""
        )

    def percent_pattern(self) -> str:
        return (
            rf"(?<![\w.])(?P<minus>[-−])?(?:(?P<low>{self._number})%?\s?[-–—~～]\s?)?"
            rf"(?P<number>{self._number})\s?(?P<sign>[%‰])"
        )

    def say_percent(self, found: re.Match[str]) -> str:
        part = "百分之" if found["sign"] == "%" else "千分之"
        low = f"{part}{self.number(found['low'])}到" if found["low"] else ""
        return f"{'负' if found['minus'] else ''}{low}{part}{self.number(found['number'])}"

    def temperature_pattern(self) -> str:
        return rf"(?<![\w.])[-−](?P<number>{self._number})\s?(?P<unit>°C|℃|°F|度)"

    def say_temperature(self, found: re.Match[str]) -> str:
        """Below zero is 零下, not 负."""
        unit = (
            self.tables.units[found["unit"]][0]
            if found["unit"] in self.tables.units
            else found["unit"]
        )
        return f"零下{self.number(found['number'])}{unit}"

    def chinese_date_pattern(self) -> str:
        return r"(?<![\w./-])(?P<year>\d{4})[/.](?P<month>\d{1,2})[/.](?P<day>\d{1,2})(?![\w/.])"

    def say_chinese_date(self, found: re.Match[str]) -> str | None:
        return self.checked_date(int(found["day"]), int(found["month"]), int(found["year"]), found)

    def date(self, day: int, month: int, year: int | None, found: re.Match[str]) -> str:
        said = f"{self.cardinal(month)}月{self.cardinal(day)}日"
        return f"{self.year(year)}年{said}" if year else said

    def month_and_year(self, month: int, year: int) -> str:
        return f"{self.year(year)}年{self.cardinal(month)}月"

    def say_iso_date(self, found: re.Match[str]) -> str | None:
        said = super().say_iso_date(found)
        return said and said.replace(", ", "")

    def chinese_year_pattern(self) -> str:
        """Years, and what is read digit by digit like them: "90后", "301室"."""
        return (
            r"(?<!\d)(?:(?P<low>\d{4})年?\s?[-–—~～至]\s?)?(?P<year>\d{4})(?=\s?年)"
            r"|(?<![\w.])(?P<digits>\d0(?=后(?![面来天]))|\d{3,4}(?=室|房))"
        )

    def say_chinese_year(self, found: re.Match[str]) -> str:
        low = f"{self.spell_digits(found['low'])}到" if found["low"] else ""
        return low + self.spell_digits(found["year"] or found["digits"])

    def clock(self, hours: int, minutes: int, suffix: str) -> str:
        said = ("两" if hours == 2 else self.cardinal(hours)) + "点"
        if not minutes:
            return said
        return f"{said}{'零' if minutes < 10 else ''}{self.cardinal(minutes)}分"

    def phone_pattern(self) -> str:
        return (
            r"(?<![\w.-])1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\w)"
            r"|(?<=拨打)\d{3,11}(?!\w)|(?<![\w.])(?:1(?:10|19|20|22)|12\d{3}|9[56]\d{3})"
            r"(?=报警|急救|火警|热线|电话)"
            rf"|{super().phone_pattern()}"
        )

    def say_phone(self, found: re.Match[str]) -> str:
        return super().say_phone(found).replace(", ", "，").replace("一", "幺")

    def fraction(self, whole: int | None, above: int, below: int, gender: str = "") -> str | None:
        said = f"{self.cardinal(below)}分之{self.cardinal(above)}"
        if (above, below) == (1, 2) and whole is None:
            return "二分之一"
        return f"{self.cardinal(whole)}又{said}" if whole is not None else said

    def say_score(self, found: re.Match[str]) -> None:
        return None

    def say_scaled(self, found: re.Match[str]) -> str | None:
        return self.number(found["number"], noun=True) + self.scale_name(found["scale"], "1")

    def say_sign(self, found: re.Match[str]) -> str:
        return self.tables.signs[found[0].strip()]

    def say_symbol(self, found: re.Match[str]) -> str:
        return self.tables.symbols[found[0]]

    def say_hash(self, found: re.Match[str]) -> str:
        return "" if found.string[found.end()].isdecimal() else "话题"

    def item(self, number: int, found: re.Match[str]) -> str | None:
        return f"第{self.cardinal(number)}，"
