"""Names made of digits and letters: addresses of machines, hashes, models of things, invoices."""

from __future__ import annotations

import re

from voicecli.text.aloud.subject import Subject

_HEX = "[0-9A-Fa-f]"
_COUNTED = re.compile(r" (?!(?:is|was|has|does|ships|arrives)\b)[^\W\d_]+s\b")


class Names(Subject):
    """Rules: hexadecimal, model, reference. They are read by their digits and letters."""

    def hexadecimal_pattern(self) -> str:
        """MAC and IPv6 addresses, UUIDs, hashes, colours."""
        digits = r"(?=(?:[a-fA-F]*\d){2})"  # "face2face" is no hash
        mixed = rf"{digits}(?:(?=\d*[a-f])[0-9a-f]{{7,64}}|(?=\d*[A-F])[0-9A-F]{{7,64}})"
        return (
            rf"(?<![\w:.-])(?:{_HEX}{{2}}(?::{_HEX}{{2}}){{5}}|{_HEX}{{2}}(?:-{_HEX}{{2}}){{5}}"
            rf"|{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}|{_HEX}{{1,4}}(?::{_HEX}{{1,4}}){{7}}"
            rf"|(?=[a-fA-F:]*\d)(?:{_HEX}{{1,4}}:){{1,6}}(?::{_HEX}{{1,4}}){{1,6}}"
            rf"|0x{_HEX}{{2,16}}|#(?=[0-9A-Fa-f]{{0,5}}\d){_HEX}{{6}}|{mixed})(?![\w:-])"
        )

    def say_hexadecimal(self, found: re.Match[str]) -> str | None:
        text = found[0].removeprefix("#")
        if re.fullmatch(r"\d+[eE]\d+|\d+[A-Za-z]", text):
            return None  # a number in scientific notation; a number and a letter
        return ", ".join(self.by_characters(group) for group in re.findall(r"\w+", text))

    def by_characters(self, text: str) -> str:
        """Digits as words, letters as capitals."""
        return " ".join(self.digit(char) if char.isdecimal() else char.upper() for char in text)

    def model_pattern(self) -> str:
        """ "i7-9700K", "RTX-4090Ti"; "737-800", which is no range."""
        series = r"[A-Z]{1,5}\d{0,4}|[a-z]\d{1,4}"
        airliner = r"(?P<maker>A?)(?P<airliner>7[0-8]7|(?<=A)3[1-9]0)-(?P<variant>[1-9]0{2,3})"
        type_ = r"(?P<type>\d{3,5}[A-Za-z]{1,3})"
        return rf"(?<![\w.,-])(?:(?P<series>{series})-{type_}|{airliner})(?![\w-]|[.,]\d)"

    def say_model(self, found: re.Match[str]) -> str:
        if airliner := found["airliner"]:
            name = f"{self.number_of_model(airliner)} {self.number(found['variant'])}"
            return f"{found['maker']} {name}".lstrip()
        digits, letters = re.fullmatch(r"(\d+)(\w+)", found["type"]).groups()  # type: ignore[union-attr]
        series = re.sub(r"\d+", lambda d: f" {self.cardinal(int(d[0]))}", found["series"])
        return f"{series} {self.spell_digits(digits)} {letters}"

    def number_of_model(self, digits: str) -> str:
        return self.number(digits)

    def reference_pattern(self) -> str:
        """ "Invoice 2024-0012", "order 12-345"."""
        prefix = r"(?:(?P<prefix>[A-Z]{1,5})-)?"
        return rf"(?<![\w.,/-]){prefix}(?P<first>\d{{1,6}})-(?P<second>\d{{2,7}})(?![\w/-]|[.,]\d)"

    def say_reference(self, found: re.Match[str]) -> str | None:
        first, second = found["first"], found["second"]
        begins_with_0 = second[0] == "0" and len(first) > 1 and len(second) > 2  # as no range ends
        if not begins_with_0 and not self._is_referred_to(found):
            return None
        is_year = self.looks_like_year(first)
        said = self.year(int(first)) if is_year else self.spell_digits(first)
        prefix = "-".join(found["prefix"]) + " " if found["prefix"] else ""
        return f"{prefix}{said}, {self.spell_digits(found['second'])}"

    def _is_referred_to(self, found: re.Match[str]) -> bool:
        """By a word for it: "Ticket 45-67", but "Order 5-10 pizzas"."""
        word, after = self.word_before(found), found.string[found.end() :]
        if word.lower() not in self.tables.referenced or _COUNTED.match(after):
            return False
        return word[0].isupper() or len(found["second"]) > max(2, len(found["first"]))
