"""German."""

from __future__ import annotations

import re

from voicecli.languages.aloud import Unit
from voicecli.text.aloud.dates import DASH
from voicecli.text.aloud.reader import alternatives, roman
from voicecli.text.aloud.written import WrittenReader

_DATIVE = frozenset(
    "am im vom zum zur beim bis dem den ab seit einem einer diesem dieser jedem jeder "
    "meinem ihrem seinem unserem des eines ihren seinen meinen einen jeden diesen unseren vor nach "
    "mit von zu".split()
)
_DEFINITE = frozenset(
    "der die das diese dieses jede jedes welche eine keine meine deine seine ihre unsere".split()
)
_WITH_DATIVE = frozenset("aus bei gegenüber mit nach seit unter von vor zu".split())
_WITH_ACCUSATIVE = frozenset("durch für gegen ohne um".split())
_ONE_IN_DATIVE = frozenset("mit nach in vor seit von aus bei zu binnen innerhalb".split())
_WITH_CASE = _WITH_DATIVE | _WITH_ACCUSATIVE


class German(WrittenReader):
    RULES = ("compound", *WrittenReader.RULES)

    def counted(self, value: int, gender: str = "") -> str:
        return super().counted(value, gender) if value == 1 else self.cardinal(value)

    def prepare(self, sentence: str) -> str:
        """ "5,– Euro" is five euros."""
        return re.sub(r"(?<=\d)[.,]\s?[-–—]{1,2}(?=[\s€]|\Z)", "", super().prepare(sentence))

    def in_case(self, found: re.Match[str], said: str | None) -> str | None:
        """ "Mit einem Esslöffel", "in einer Minute"."""
        if not said or self.word_before(found).lower() not in _ONE_IN_DATIVE:
            return said
        said = re.sub(r"\A(eine?) halbe[rs]?\b", r"\1 halben", said)
        return re.sub(r"\Aein(e?)(?= )", lambda e: "einer" if e[1] else "einem", said)

    def say_measure(self, found: re.Match[str]) -> str | None:
        return self.in_case(found, super().say_measure(found))

    def say_fraction(self, found: re.Match[str]) -> str | None:
        return self.in_case(found, super().say_fraction(found))

    def say_plain(self, found: re.Match[str]) -> str:
        """ "1" before its noun."""
        said = super().say_plain(found)
        follows = found.string[found.end() : found.end() + 1] == " "
        return ((self.in_case(found, said + " ") or said) if follows else said).rstrip()

    def say_scaled(self, found: re.Match[str]) -> str | None:
        number, name = found["number"], self.scale_name(found["scale"], found["number"])
        return f"{self.number(number, 'f' if name[0].isupper() else '', noun=True)} {name}"

    def say_money_before(self, found: re.Match[str]) -> str | None:
        said = super().say_money_before(found)
        return said and re.sub(r"\bein (Million|Milliarde|Billion)\b", r"eine \1", said)

    def major_and_minor(self, whole: str, unit: Unit, hundredths: int, minor: Unit) -> str:
        """Prices are said without the cents' name: "fünf Euro fünfzig"."""
        return f"{self.with_unit(whole, unit)} {self.cardinal(hundredths)}"

    def ending(self, found: re.Match[str], gender: str | None) -> str:
        """Of an ordinal; "am 3. und 4. Mai" has the same twice."""
        prefix = re.sub(
            rf"(?:(?:{alternatives(self.tables.weekdays.values())}"
            rf"|(?:{alternatives(self.tables.weekdays)})\.),? )?"
            r"(?:\d{1,3}\.(?: ?[–,/-]| \w* ?(?:und|oder|bis|sowie)) ?)*\Z",
            "",
            self.before(found),
        )
        before = (re.findall(r"[^\W\d_]+", prefix) or [""])[-1].lower()
        if before in _DATIVE or before == "der" and gender == "f":
            return "n"
        if before in _DEFINITE or gender == "f":
            return ""
        return "s" if gender == "n" else "r"

    def date(self, day: int, month: int, year: int | None, found: re.Match[str]) -> str:
        ending = self.ending(found, "m")
        first = found.groupdict().get("first_day")
        days = f"{self.ordinal(int(first))}{ending} bis " if first else ""
        said = f"{days}{self.ordinal(day)}{ending} {self.tables.months[month - 1]}"
        return f"{said} {self.year(year)}" if year else said

    def date_pattern(self) -> str:
        return (
            rf"(?<![\w.,:/-])(?:(?P<first_day>\d{{1,2}})\.?{DASH})?(?P<day>\d{{1,2}})\. ?"
            rf"(?:(?P<month>{self._month_name})\b\.?|(?P<number>\d{{1,2}})\.(?!\d))"
            r"(?: ?(?P<year>\d{4})(?![\w]|[.,]\d))?"
        )

    def say_date(self, found: re.Match[str]) -> str | None:
        month = int(found["number"]) if found["number"] else self.month_names[found["month"]]
        year = int(found["year"]) if found["year"] else None
        before = self.word_before(found).lower()
        is_version = found["number"] and before and before not in _DATIVE | _DEFINITE
        if is_version and not year and self.ends_sentence(found):
            return None  # "iOS 17.2."
        said = self.checked_date(int(found["day"]), month, year, found)
        return said and said + self.lost_stop(found)

    def clock(self, hours: int, minutes: int, suffix: str) -> str:
        said = f"{self.counted(hours)} Uhr"
        return f"{said} {self.cardinal(minutes)}" if minutes else said

    def ordinal_pattern(self) -> str:
        return r"(?<![\w.,/-])(?P<number>\d{1,3})\.(?= [A-Za-zÄÖÜäöü]|-|, ?\d{1,2}\.)"

    def say_ordinal(self, found: re.Match[str]) -> str | None:
        if not found.string[: found.start()].strip():
            return None
        return self.ordinal(int(found["number"])) + self.ending(found, self.gender_after(found))

    def decade_pattern(self) -> str:
        return (
            r"(?<![\w.,/-])(?P<number>\d{2,4})er(?P<case>[ns]?)(?:[- ]?(?P<years>Jahren?))?(?!\w)"
        )

    def compound_pattern(self) -> str:
        """ "5-mal", "3fach", "1-Zimmer-Wohnung"."""
        return (
            r"(?<![\w.,-])(?P<number>\d{1,4})(?:-?(?=(?:mal|fach|jährig|tägig|wöchig|monatig|stündig"
            r"|minütig|stellig|köpfig|prozentig|stöckig|teilig|seitig)\w{0,4}\b)"
            r"|(?P<hyphen>-)(?=[A-ZÄÖÜ][a-zäöü]))"
        )

    def say_compound(self, found: re.Match[str]) -> str:
        return self.counted(int(found["number"])) + (found["hyphen"] or "")

    def say_decade(self, found: re.Match[str]) -> str | None:
        value = int(found["number"])
        name = self.year(value) if self.looks_like_year(found["number"]) else self.cardinal(value)
        return f"{name}er{found['case']}" + (f" {found['years']}" if found["years"] else "")

    def fraction(self, whole: int | None, above: int, below: int, gender: str = "") -> str | None:
        if below == 1:
            return None
        if below == 2:
            if whole is not None:
                return "eineinhalb" if whole == 1 else f"{self.cardinal(whole)}einhalb"
            if above == 1 and gender:
                return (
                    "eine halbe" if gender == "f" else f"ein halbe{'s' if gender == 'n' else 'r'}"
                )
            return "ein halb" if above == 1 else f"{self.cardinal(above)} halbe"
        if below == 3:
            name = "Drittel"
        elif below in (7,):
            name = "Siebtel"
        elif below == 8:
            name = "Achtel"
        else:
            name = self.ordinal(below)[:-1].capitalize() + "el"
        said = f"{self.counted(above)} {name}"
        return f"{self.cardinal(whole)} {said}" if whole is not None else said

    def item(self, number: int, found: re.Match[str]) -> str | None:
        following = found.string[found.end() :]
        if re.match(self._month_name, following):
            return None
        return super().item(number, found)

    def say_abbreviation(self, found: re.Match[str]) -> str | None:
        if found[0] == "Fr.":
            after = found.string[found.end() :].lstrip()
            if re.match(rf",|\d{{1,2}}(?:[:–-]|\. ?(?:\d|{self._month_name})| ?Uhr)", after):
                return "Freitag"
            if after[:1].isdecimal():
                return None  # francs
        if found[0] in ("Mo.", "Di.", "Mi.", "Do.", "Sa.", "Art.") and self.ends_sentence(found):
            return None
        return super().say_abbreviation(found)

    def abbreviation_pattern(self) -> str:
        return super().abbreviation_pattern() + r"|(?<=[a-zäöüß])str\.(?=\W|\Z)"

    def say_roman(self, found: re.Match[str]) -> str | None:
        value = roman(found["roman"])
        before = self.word_before(found)
        if value is None or not before or found["suffix"] not in ("", "."):
            return None
        if {before.lower(), before.lower().removesuffix("s")} & self.tables.rulers and before[
            0
        ].isupper():
            stop = "." if found["suffix"] and self.ends_sentence(found) else ""
            article, ending = self.case_of_ruler(found, before)
            return f"{article} {self.ordinal(value).capitalize()}{ending}{stop}"
        if self.is_numbered(before):
            return self.cardinal(value) + found["suffix"]
        if (
            found["suffix"]
            and before.lower() in _DATIVE | _DEFINITE
            and not self.ends_sentence(found)
        ):
            return self.ordinal(value) + self.ending(found, self.gender_after(found))
        return None

    def case_of_ruler(self, found: re.Match[str], name: str) -> tuple[str, str]:
        """ "Unter Ludwig dem Vierzehnten", "Ludwigs des Vierzehnten"."""
        is_female = re.fullmatch(r"(?:elisabeth|katharina|maria)s?", name.lower())
        words = re.findall(r"[^\W\d_]+", self.before(found))
        while words and words[-1][0].isupper() and words[-1].lower() not in _WITH_CASE:
            words.pop()
        governed = words[-1].lower() if words else ""
        if name.lower() not in self.tables.rulers:
            return "der" if is_female else "des", "n"
        if governed in _WITH_DATIVE:
            return "der" if is_female else "dem", "n"
        if governed in _WITH_ACCUSATIVE and not is_female:
            return "den", "n"
        return "die" if is_female else "der", ""
