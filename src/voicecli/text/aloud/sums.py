"""Sums: equations, fractions, powers, and the signs before and between numbers."""

from __future__ import annotations

import re

from voicecli.text.aloud.reader import alternatives
from voicecli.text.aloud.subject import Subject

_FRACTION_SIGNS = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5),
    "⅗": (3, 5), "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8),
    "⅞": (7, 8),
}  # fmt: skip
_ONE_SIGN = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥"}
_ANGLE = re.compile(r"(?<![\w.])(\d{1,3})°\s?(\d{1,2})['′’]\s?(?:(\d{1,2})(?:\"|″|''))?\s?")


class Sums(Subject):
    """Rules: equation, fraction, sign, operator."""

    def prepare(self, sentence: str) -> str:
        """ "2 ½ heures" is "deux heures et demie" in some languages."""
        sentence = _ANGLE.sub(self._say_angle, sentence)
        if not self.tables.and_half:
            return sentence

        def say(found: re.Match[str]) -> str:
            number, noun = found[1], found[2]
            half = self.tables.and_half[self.gender_of(noun) == "f"]
            return f"{number} {noun.removesuffix('s') if number == '1' else noun} {half}"

        mixed = rf"(?<![\d.,/])(\d{{1,3}})(?: ?½| 1/2){self.tables.noun_pattern}"
        return re.sub(mixed, say, sentence)

    def _say_angle(self, found: re.Match[str]) -> str:
        """Degrees, minutes and seconds of an angle."""
        units = self.tables.units
        parts = zip(found.groups(), (units["°"], units["min"], units["s"]), strict=True)
        return " ".join(f"{n} {unit[n != '1']}" for n, unit in parts if n) + " "

    def equation_pattern(self) -> str:
        """ "5-3=2", "y = 2x + 3": where something is equal a "-" is no range, a "/" no date."""
        variable = r"\d*[a-zA-Z](?![a-zA-Z])(?:\([a-z]\))?"
        term = rf"[-−]?[(√]{{0,3}}[-−]?(?:{self._number}%?|{variable})[²³]?\){{0,3}}"
        operator = r"\s?(?:[-−–+*×x/÷·^]|(?<=\s):(?=\s))\s?"
        equals = r"\s?(?:[=!<>]=|[=≈≠≤≥])\s?"
        return (
            rf"(?<![\w.,/=)-])(?<!\w\(){term}(?:{operator}{term}){{0,9}}{equals}{term}"
            rf"(?:(?:{operator}|{equals}){term}){{0,9}}(?![\w(=]|[.,]\d)"
            rf"(?!\s?(?:{self._unit}|{self._scale}|{self._sign_of_currency})(?!\w))"
        )

    def say_equation(self, found: re.Match[str]) -> str:
        text = re.sub(r"[=!<>]=", lambda sign: _ONE_SIGN[sign[0]], found[0])
        tokens = re.findall(rf"\d+/\d+(?![\d.,])|\^\s?\d+|{self._number}|[a-zA-Z]|\S", text)
        said, is_term = [], True
        for token, following in zip(tokens, [*tokens[1:], "="], strict=True):
            above, slash, below = token.partition("/")
            is_variable = token.isalpha() and (is_term or not re.match(r"[\w(]", following))
            if slash and above:
                part = int(above) < int(below) and self.fraction(None, int(above), int(below))
                quotient = (self.number(above), self.tables.operators["/"], self.number(below))
                said.append(part or " ".join(quotient))
            elif token[0] == "^" and len(token) > 1:
                said.append(self.power(token[1:].strip()))
            elif token[0].isdecimal():
                said.append(self.number(token))
            elif is_term and token in "-−":
                said.append(self.tables.minus)
            elif token not in "()" and not is_variable:
                said.append(
                    self.tables.operators.get(token)
                    or self.tables.symbols.get(token, token).strip()
                )
            elif is_variable:
                said.append(token)
            is_term = token in "(√" or token in self.tables.operators and not is_variable
        return " ".join(word for word in said if word)

    def power(self, exponent: str) -> str:
        squared = self.tables.symbols.get(f"^{exponent}")
        return (
            squared.strip() if squared else f"{self.tables.operators['^']} {self.number(exponent)}"
        )

    def fraction_pattern(self) -> str:
        signs = "".join(_FRACTION_SIGNS)
        return (
            rf"(?<![\w.,/:-])(?:(?P<whole>\d{{1,4}})\s?(?P<sign>[{signs}])|(?P<alone>[{signs}])"
            r"|(?:(?P<mixed>\d{1,3}) )?(?P<above>\d{1,3})[/⁄](?P<below>\d{1,4}))"
            rf"(?:\s?(?P<unit>{self._unit})(?:\.(?=\s[a-zß-ÿ]))?)?(?![\w/]|[.,]\d)"
        )

    def say_fraction(self, found: re.Match[str]) -> str | None:
        if sign := found["sign"] or found["alone"]:
            above, below = _FRACTION_SIGNS[sign]
        else:
            above, below = int(found["above"]), int(found["below"])
        if below == 0:
            return None
        mixed = found["whole"] or found["mixed"]
        whole = int(mixed) if mixed else None
        if found["unit"]:
            unit = self.tables.units[found["unit"]]
            name = unit[1] if whole else unit[0]
            said = self.fraction(whole, above, below, self.gender(unit) or self.gender_of(name))
            return said and f"{said} {name}"
        return self.fraction(whole, above, below, self.gender_after(found) or "")

    def fraction(self, whole: int | None, above: int, below: int, gender: str = "") -> str | None:
        """None: it is read as it is written."""
        if below not in self.tables.parts:
            return None
        one, many = self.tables.parts[below]
        is_half = (above, below) == (1, 2) and bool(self.tables.and_half)
        if is_half:
            half = self.tables.and_half[gender == "f"]
            return f"{self.cardinal(whole)} {half}" if whole is not None else half.split()[-1]
        said = one if above == 1 else f"{self.cardinal(above)} {many}"
        return f"{self.cardinal(whole)} {self.tables.and_} {said}" if whole is not None else said

    def sign_pattern(self) -> str:
        apart = [sign for sign in self.tables.signs if sign not in "-−+±"]
        return (
            rf"(?:(?<![\w.)\]])|(?<=UTC)|(?<=GMT))(?:(?:{alternatives(self.tables.signs)})|(?:{alternatives(apart)})\s)"
            r"(?=[$€£¥]?\.?\d)"
        )

    def say_sign(self, found: re.Match[str]) -> str:
        before = found.string[found.start() - 1 : found.start()] if found.start() else ""
        return (" " if before.isalnum() else "") + self.tables.signs[found[0].strip()] + " "

    def operator_pattern(self) -> str:
        apart = alternatives(self.tables.operators | _ONE_SIGN)
        between = rf"(?: (?:{apart}) |(?:[=!<>]=|[=×÷≈≠≤≥+*^])(?!\s))"
        return rf"(?<=[\w)%²³]){between}(?=[-−(√]?[\w$€£(])"

    def say_operator(self, found: re.Match[str]) -> str | None:
        before = self.before(found)
        after = found.string[found.end() : found.end() + 12]
        sign = _ONE_SIGN.get(found[0].strip(), found[0].strip())
        if sign not in self.tables.operators:
            return None
        if sign == "–" and not (before[-1:].isdecimal() and after[:1].isdecimal()):
            return None  # a dash
        if sign in "x×" and (
            re.match(rf"[\d.,]+\s?(?:{self._unit})(?!\w)", after)
            or re.search(rf"\d\s?(?:{self._unit})\Z", before)
        ):
            return f" {self.tables.by} "
        if sign in "-–−/:x*+^" and not (
            re.search(r"(?:\d[\d.,]*[%)²³]?|\b\w|\))\Z", before)
            and re.match(r"[-−(√$€£]?(?:\d|\w\b)", after)
        ):
            return None
        return f" {self.tables.operators[sign]} "
