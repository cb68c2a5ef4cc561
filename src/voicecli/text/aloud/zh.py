"""Chinese (Mandarin). num2words has none, so numbers are written out here."""

from __future__ import annotations

import re

from voicecli.text.aloud.language import Unit
from voicecli.text.aloud.written import WrittenLanguage

_DIGITS = "零一二三四五六七八九"
_STEPS = ("", "十", "百", "千")
_MYRIADS = ("", "万", "亿", "万亿")
_HALF_WIDTH = str.maketrans("０１２３４５６７８９％／", "0123456789%/")
_WIDE = r"[\u3400-\u9fff，。！？、；：]"
_COUNTERS = (
    "片颗粒瓶碗盘盒包袋双对套组座栋句首部集届把枚封顿场份项款类批排列头匹群串朵棵滴毛个位名只条"
    "张本次年天周件家杯块岁种台辆层页段间米元倍人点分秒小公千毫厘克升度斤里"
)


def _four(value: int) -> str:
    """Up to four digits: 1010 is 一千零一十."""
    said, gap = "", False
    for step in range(3, -1, -1):
        digit = value // 10**step % 10
        if digit:
            said += ("零" if gap and said else "") + _DIGITS[digit] + _STEPS[step]
            gap = False
        else:
            gap = True
    return said


def chinese_number(value: int) -> str:
    if value == 0:
        return "零"
    groups = []
    while value:
        value, group = divmod(value, 10_000)
        groups.append(group)
    said = ""
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if not group:
            continue
        needs_zero = said and (group < 1000 or not groups[index + 1])
        said += ("零" if needs_zero else "") + _four(group) + _MYRIADS[index]
    return said[1:] if said.startswith("一十") else said


class Chinese(WrittenLanguage):
    currency_signs = WrittenLanguage.currency_signs | {"¥": "CNY"}
    by = "乘"
    ratio_words = ("比例", "比率")
    joiners = "和|或"
    tilde = "波浪号"
    noun_pattern = rf"\s?([{_COUNTERS}])"
    digits = tuple(_DIGITS)
    point = "点"
    minus, to, per, at, dot = "负", "到", "每", "艾特", "点"
    dash, slash, underscore, and_ = "杠", "斜杠", "下划线", ""
    hash_number, hashtag, ratio_to = "", "话题", "比"
    time_suffix = r"(?!)"

    units: dict[str, Unit] = {
        short: (name, name)
        for short, name in {
            "km": "公里", "m": "米", "cm": "厘米", "mm": "毫米", "µm": "微米", "nm": "纳米",
            "kg": "公斤", "g": "克", "mg": "毫克", "µg": "微克", "t": "吨", "l": "升", "L": "升",
            "ml": "毫升", "mL": "毫升", "m²": "平方米", "m2": "平方米", "km²": "平方公里",
            "cm²": "平方厘米", "m³": "立方米", "cm³": "立方厘米", "ha": "公顷",
            "km/h": "公里每小时",
            "m/s": "米每秒", "KB": "千字节", "kB": "千字节", "MB": "兆字节", "GB": "吉字节",
            "TB": "太字节", "Mbps": "兆比特每秒", "MB/s": "兆字节每秒", "Hz": "赫兹",
            "kHz": "千赫兹",
            "MHz": "兆赫兹", "GHz": "吉赫兹", "W": "瓦", "kW": "千瓦", "MW": "兆瓦",
            "kWh": "千瓦时",
            "V": "伏", "kV": "千伏", "A": "安", "mA": "毫安", "mAh": "毫安时", "Ω": "欧姆",
            "J": "焦耳",
            "kJ": "千焦", "kcal": "千卡", "hPa": "百帕", "dB": "分贝", "°C": "摄氏度",
            "℃": "摄氏度",
            "°F": "华氏度", "°": "度", "s": "秒", "ms": "毫秒", "min": "分钟", "h": "小时",
            "px": "像素",
            "x": "倍", "×": "倍",
        }.items()
    }  # fmt: skip
    currencies = {
        "CNY": (("元", "元"), None), "RMB": (("元", "元"), None), "USD": (("美元", "美元"), None),
        "EUR": (("欧元", "欧元"), None), "GBP": (("英镑", "英镑"), None),
        "JPY": (("日元", "日元"), None),
        "HKD": (("港元", "港元"), None), "KRW": (("韩元", "韩元"), None),
        "RUB": (("卢布", "卢布"), None), "INR": (("卢比", "卢比"), None),
        "BTC": (("比特币", "比特币"), None),
    }  # fmt: skip
    scales = {
        word: (word, word)
        for word in ("百万", "千万", "万亿", "十亿", "百亿", "千亿", "万", "亿", "千", "百")
    } | {"M": ("百万", "百万"), "K": ("千", "千"), "k": ("千", "千")}
    words = {"24/7": "全天候", "C++": "C加加", "C#": "C井"}
    signs = {
        "-": "负", "−": "负", "+": "正", "±": "正负", "~": "约", "～": "约", "≈": "约", "<": "小于",
        ">": "大于", "≤": "不超过", "≥": "不少于",
    }  # fmt: skip
    operators = {
        "+": "加", "-": "减", "−": "减", "–": "减", "*": "乘以", "×": "乘以", "x": "乘以",
        "/": "除以", "÷": "除以", "=": "等于", "<": "小于", ">": "大于", "≤": "小于等于",
        "≥": "大于等于", "≈": "约等于", "≠": "不等于",
    }  # fmt: skip
    symbols = {
        "+": "加", "&": "和", "→": "到", "->": "到", "=": "等于", "×": "乘以", "÷": "除以",
        "@": "艾特", "±": "正负", "≈": "约", "≤": "不超过", "≥": "不少于", "<": "小于", ">": "大于",
        "™": "", "®": "", "©": "版权", "*": "", "|": "，", "_": " ", "²": "的平方", "³": "的立方",
        "√": "根号", "∞": "无穷大", "•": "", "……": "，", "…": "，",
        "...": "，", "¥": "元", "￥": "元", "$": "美元", "€": "欧元", "`": "", "{": "", "}": "",
        "§": "第", "°": "度", "~": "到", "～": "到",
    }  # fmt: skip
    RULES = tuple(
        name
        for name in WrittenLanguage.RULES
        if name not in ("ordinal", "decade", "year", "date", "initials", "measure")
    )
    RULES = (
        "power", *RULES[: RULES.index("time")], "chinese_date", "chinese_year", "time", "percent",
        *RULES[RULES.index("time") + 1 : RULES.index("fraction")], "temperature", "measure",
        *RULES[RULES.index("fraction") :],
    )  # fmt: skip

    FLAGS = re.ASCII  # numbers stand right beside Chinese characters, which are no \w then

    def prepare(self, sentence: str) -> str:
        sentence = re.sub(
            r"(?<=[\u4e00-\u9fff])/(?=[秒分天月年人]|小时|公斤|平方米)", "每", sentence
        )
        sentence = re.sub(r"(?<=\d)：(?=\d\d)", ":", sentence)
        sentence = re.sub(r"(?<=\d)\+(?=[\u4e00-\u9fff])", "多", sentence)
        sentence = re.sub(r"(?<=[周期][一二三四五六日天])\s?[-–—~～]\s?(?=[周星])", "到", sentence)
        sentence = re.sub(r"(?<=[\d%])[~～](?=[\d¥$])", "-", sentence.translate(_HALF_WIDTH))
        return re.sub(r"(?<=[年月日号点时分天周])\s?[-–—~～]\s?(?=\d|周)", "到", sentence)

    def power(self, exponent: str) -> str:
        return {"2": "的平方", "3": "的立方"}.get(exponent, f"的{self.number(exponent)}次方")

    def power_pattern(self) -> str:
        return r"(?<=[\w)])\^\(?(?P<exponent>\d+)\)?"

    def say_power(self, found: re.Match[str]) -> str:
        return self.power(found["exponent"])

    def say_equation(self, found: re.Match[str]) -> str:
        return super().say_equation(found).replace(" ", "")

    def finish(self, text: str) -> str:
        """No space between what was written out and its neighbours."""
        return re.sub(rf"(?<={_WIDE})\s+(?={_WIDE})", "", text)

    def cardinal(self, value: int) -> str:
        said = chinese_number(value) if value < 10**16 else self.spell_digits(str(value))
        return re.sub(r"\A二(?=[千万亿])", "两", said)

    def counted(self, value: int, gender: str = "") -> str:
        return "两" if value == 2 else self.cardinal(value)

    def gender_of(self, noun: str) -> str:
        return ""

    def gender_after(self, found: re.Match[str]) -> str | None:
        """None before "2月", after "第" and "十"."""
        before = self.before(found).rstrip()[-1:]
        return None if before == "第" else super().gender_after(found)

    def ordinal(self, value: int) -> str:
        return "第" + self.cardinal(value)

    def year(self, value: int) -> str:
        return "".join(_DIGITS[int(char)] for char in str(value))

    def spell_digits(self, text: str) -> str:
        return "".join(_DIGITS[int(char)] for char in text if char.isdecimal())

    def number(self, text: str, gender: str = "", *, noun: bool = False) -> str:
        return super().number(text, gender, noun=noun).replace(" ", "")

    def with_unit(self, number: str, unit: Unit) -> str:
        return self.number(number, noun=True) + unit[0]

    def say_money_before(self, found: re.Match[str]) -> str | None:
        said = super().say_money_before(found)
        return said and said.replace(" ", "")

    def say_measure(self, found: re.Match[str]) -> str | None:
        said = super().say_measure(found)
        return said and said.replace(" ", "")

    def amount(self, number: str, unit: Unit, minor: Unit | None) -> str:
        return self.with_unit(number.rstrip("0").rstrip(".") if "." in number else number, unit)

    def each(self, each: str | None) -> str:
        return f"每{self.units[each][0] if each in self.units else each}" if each else ""

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
        unit = self.units[found["unit"]][0] if found["unit"] in self.units else found["unit"]
        return f"零下{self.number(found['number'])}{unit}"

    def chinese_date_pattern(self) -> str:
        return r"(?<![\w./-])(?P<year>\d{4})[/.](?P<month>\d{1,2})[/.](?P<day>\d{1,2})(?![\w/.])"

    def say_chinese_date(self, found: re.Match[str]) -> str | None:
        return self.checked_date(int(found["day"]), int(found["month"]), int(found["year"]), found)

    def date(self, day: int, month: int, year: int | None, found: re.Match[str]) -> str:
        said = f"{self.cardinal(month)}月{self.cardinal(day)}日"
        return f"{self.year(year)}年{said}" if year else said

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

    def say_time(self, found: re.Match[str]) -> str | None:
        said = super().say_time(found)
        return said and said.replace(" ", "")

    def say_duration(self, found: re.Match[str]) -> str | None:
        said = super().say_duration(found)
        return said and said.replace(" ", "")

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

    def say_range(self, found: re.Match[str]) -> str | None:
        said = super().say_range(found)
        return said and said.replace(" ", "")

    def say_score(self, found: re.Match[str]) -> None:
        return None

    def say_dimensions(self, found: re.Match[str]) -> str:
        return super().say_dimensions(found).replace(" ", "")

    def say_ratio(self, found: re.Match[str]) -> str:
        return super().say_ratio(found).replace(" ", "")

    def say_scaled(self, found: re.Match[str]) -> str | None:
        return self.number(found["number"], noun=True) + self.scale_name(found["scale"], "1")

    def say_operator(self, found: re.Match[str]) -> str | None:
        said = super().say_operator(found)
        return said and said.strip()

    def say_sign(self, found: re.Match[str]) -> str:
        return self.signs[found[0].strip()]

    def say_symbol(self, found: re.Match[str]) -> str:
        return self.symbols[found[0]]

    def say_hash(self, found: re.Match[str]) -> str:
        return "" if found.string[found.end()].isdecimal() else "话题"

    item_end = r"(?:[)）、]\s?|\. )"

    def item(self, number: int, found: re.Match[str]) -> str | None:
        return f"第{self.cardinal(number)}，"
