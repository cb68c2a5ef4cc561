"""English."""

from __future__ import annotations

import re

from voicecli.text.aloud.dates import DASH
from voicecli.text.aloud.reader import roman
from voicecli.text.aloud.written import WrittenReader

_ARTICLES = frozenset("A An The In My Your His Her Our Their This That".split())
_IN_HALVES = frozenset("room error http status boeing flight suite port code zip".split())
_BEFORE_DECADE = frozenset("the early late mid my your his her our their low high".split())
_BEFORE_RUN = frozenset("a an the my your our this first".split())
_FEET_AND_INCHES = re.compile(r"(?<![\w.'])(\d{1,2})'[ -]?(\d{1,2})(?:\"|(?![\w'\"/]|[.,]\d))")
_FEET = re.compile(
    r"(?<![\w.'])(\d{1,4})'(?= (?:long|wide|tall|high|deep|thick|away|by|x|×)\b| [x×]"
    r"|(?<=[x×] \d')|(?<=[x×] \d\d'))"
)
_MIXED = re.compile(r"(?<![\w/.,-])(\d{1,3})-([1-9]\d?/(?:[2-9]|1[0-9]|32|64)(?![\w/-]))")
_ORDINALS = re.compile(r"(?<=\d(?:st|nd|rd|th))[/–-](?=\d{1,3}(?:st|nd|rd|th)\b)")
_MARKS = str.maketrans("’′″", "''\"")
_INCHES = re.compile(r"(?<=\d ft) (\d{1,2}) in\b\.?|(?<=\d ft\.) (\d{1,2}) in\b\.?")
_FIRM = re.compile(r" (?:makes|made|sells|said|says|announced|employs)\b")
"""3M does so."""
_NOTE_FLAT = re.compile(r"\b([A-G])b(?=[ -](?:major|minor|chord|scale)\b)")
_BELOW = {2: ("half", "halves"), 4: ("quarter", "quarters")}


def _say_height(found: re.Match[str]) -> str:
    """The mark of the inches may be the end of a quotation."""
    before, after = found.string[: found.start()], found.string[found.end() :]
    quotes = (len(re.findall(r'(?<!\d)"', before)), after.count('"'))
    closes = found[0].endswith('"') and quotes[0] % 2 and not quotes[1] % 2
    return f"{found[1]} foot {found[2]}" + ('"' if closes else "")


class English(WrittenReader):
    def is_attributive(self, found: re.Match[str]) -> bool:
        following = re.match(r" [a-zA-Z]", found.string[found.end() :])
        return self.word_before(found) in ("a", "an", "A", "An") and following is not None

    def say_plain(self, found: re.Match[str]) -> str:
        """ "Error 404", "port 8080" are said in two halves."""
        digits = found["number"]
        is_code = re.match(r" (?:error|status)\b", found.string[found.end() :])
        if digits.isdecimal() and (is_code or self.word_before(found).lower() in _IN_HALVES):
            if len(digits) == 4:
                return self.year(int(digits))
            if len(digits) == 5:
                return self.spell_digits(digits)
            if len(digits) == 3 and digits[0] != "0" and digits[1:] != "00":
                return self.number_of_model(digits)
        return super().say_plain(found)

    def number_of_model(self, digits: str) -> str:
        """ "Seven thirty-seven", "seven oh seven"."""
        rest = self.cardinal(int(digits[1:]))
        return f"{self.digit(digits[0])} {'oh ' if digits[1] == '0' else ''}{rest}"

    def is_letter(self, found: re.Match[str]) -> bool:
        """Also of a run: "the 5K", "a 10K"."""
        after = found.string[found.end() :]
        is_run = found["scale"] == "K" and found["number"] in ("5", "10")
        if is_run and self.word_before(found).lower() in _BEFORE_RUN:
            return not re.match(r" [^\W\d_]+s\b", after)
        if found["number"] == "3" and found["scale"] == "M" and _FIRM.match(after):
            return True
        return super().is_letter(found)

    def phone_pattern(self) -> str:
        emergency = r"(?<=all |ial |ext )(?:[1-9]11|112|988|999)(?!\w|[.,]\d)"
        return rf"{super().phone_pattern()}|{emergency}"

    def year(self, value: int) -> str:
        if 2000 <= value <= 2009 or 1000 <= value < 1100:
            return self.cardinal(value)
        return super().year(value).replace("oh-", "oh ")

    def date_pattern(self) -> str:
        end = r"(?:st|nd|rd|th)?"
        year = r"(?:,? (?P<{}>\d{{4}})(?![\w]|[.,:]\d))?"
        return (
            rf"(?<![\w.,:/-])(?:(?P<month>{self._month_name})\b\.? (?P<day>\d{{1,2}}){end}"
            rf"(?:{DASH}(?P<last>\d{{1,2}}){end})?(?![\w]|[.,:/]\d|\s?[-–]\s?\d)"
            rf"{year.format('year')}"
            rf"|(?P<the>the )?(?P<day2>\d{{1,2}}){end}(?:{DASH}(?P<last2>\d{{1,2}}){end})?"
            rf" (?:of )?(?P<month2>{self._month_name})\b{year.format('year2')})"
        )

    def say_date(self, found: re.Match[str]) -> str | None:
        day, last = int(found["day"] or found["day2"]), found["last"] or found["last2"]
        month = self.month_names[found["month"] or found["month2"]]
        year = found["year"] or found["year2"]
        before = self.word_before(found).lower()
        if not 1 <= day <= 31 or found["month"] and before == "in":  # "in May 5 people"
            return None
        days = self.ordinal(day) + (f" to {self.ordinal(int(last))}" if last else "")
        name = self.tables.months[month - 1]
        if found["day"]:
            return f"{name} {days}" + (f", {self.year(int(year))}" if year else "")
        said = f"{days} of {name}" + (f" {self.year(int(year))}" if year else "")
        return said if before == "the" and not found["the"] else f"the {said}"

    def date(self, day: int, month: int, year: int | None, found: re.Match[str]) -> str:
        said = f"{self.tables.months[month - 1]} {self.ordinal(day)}"
        return f"{said}, {self.year(year)}" if year else said

    def clock(self, hours: int, minutes: int, suffix: str) -> str:
        half = suffix.replace(".", "").upper()
        if half:
            half = " " + half
        if minutes:
            spoken = f"oh {self.cardinal(minutes)}" if minutes < 10 else self.cardinal(minutes)
            return f"{self.cardinal(hours)} {spoken}{half}"
        if half:
            return self.cardinal(hours) + half
        if hours in (0, 24):
            return "midnight"
        return (
            f"{self.cardinal(hours)} o'clock" if hours <= 12 else f"{self.cardinal(hours)} hundred"
        )

    def ordinal_pattern(self) -> str:
        return r"(?<![\w.,/-])(?P<number>\d{1,3}(?:,\d{3})*|\d+)(?:st|nd|rd|th)(?!\w)"

    def say_ordinal(self, found: re.Match[str]) -> str | None:
        return self.ordinal(int(found["number"].replace(",", "")))

    def decade_pattern(self) -> str:
        return r"(?<![\w.,/])(?:(?P<century>1[1-9]|20)|['’])?(?P<decade>\d0)['’]?s(?!\w)"

    def say_decade(self, found: re.Match[str]) -> str | None:
        decade = int(found["decade"])
        is_decade = found["century"] or not found[0][0].isdecimal()
        if not is_decade and self.word_before(found).lower() not in _BEFORE_DECADE:
            return None  # seconds
        if not decade:
            century = found["century"]
            if not century:
                return None
            return "two thousands" if century == "20" else f"{self.cardinal(int(century))} hundreds"
        name = self.cardinal(decade)
        plural = name[:-1] + "ies" if name.endswith("y") else name + "s"
        return f"{self.cardinal(int(found['century']))} {plural}" if found["century"] else plural

    def fraction(self, whole: int | None, above: int, below: int, gender: str = "") -> str | None:
        if below == 1 or below > 20 and below not in (100, 1000):
            return None if whole else f"{self.cardinal(above)} over {self.cardinal(below)}"
        one, many = _BELOW.get(below) or (self.ordinal(below), self.ordinal(below) + "s")
        if whole is not None:
            part = f"a {one}" if above == 1 else f"{self.cardinal(above)} {many}"
            return f"{self.cardinal(whole)} and {part}"
        return f"{self.cardinal(above)} {one if above == 1 else many}"

    def prepare(self, sentence: str) -> str:
        sentence = super().prepare(sentence)
        sentence = re.sub(r"\bSt\.(?= [A-Z])", lambda m: self._saint_or_street(m), sentence)
        sentence = re.sub(r"(?<=[a-z] )St\.(?=$|[ ,;])", "Street", sentence)
        sentence = re.sub(r"(?<!\S)--(?=\w)", "dash dash ", sentence)
        sentence = _NOTE_FLAT.sub(r"\1 flat", sentence.translate(_MARKS))
        sentence = _FEET_AND_INCHES.sub(_say_height, sentence)
        sentence = _INCHES.sub(lambda found: f" {found[1] or found[2]} inches", sentence)
        sentence = re.sub(r"(?<=\d')[x×](?=\d{1,3}')", " x ", sentence)
        sentence = _FEET.sub(r"\1 feet", sentence)
        sentence = re.sub(r"(?<=\d feet )[x×](?= \d)", "by", sentence)
        sentence = _MIXED.sub(r"\1 \2", sentence)
        sentence = _ORDINALS.sub(lambda sign: " or " if sign[0] == "/" else " to ", sentence)
        return re.sub(r"\A([^\"]*\d)\"(?=[ -][a-z])", r"\1 inch", sentence)

    def _saint_or_street(self, found: re.Match[str]) -> str:
        """ "St. John", but "12 Oak St. Boston"."""
        return "Street" if re.search(r"\d\w* [A-Z]\w+ \Z", self.before(found)) else "Saint"

    def say_roman(self, found: re.Match[str]) -> str | None:
        if found["suffix"] not in ("", "."):
            return None
        value = roman(found["roman"])
        before = self.word_before(found)
        if value is None or not before:
            return None
        stop = found["suffix"]
        if before.lower() in self.tables.rulers and before[0].isupper() and value <= 30:
            after = found.string[found.end() :].lstrip()
            opens = not re.search(r"\w\W+\w+\W*\Z", self.before(found))
            if found["roman"] == "I" and after[:1].islower() and not opens:
                return None  # "I told Henry I was late"
            return f"the {self.ordinal(value)}{stop}"
        if self.is_numbered(before):
            if found["roman"] == "I" and not before[0].isupper():
                return None
            return self.cardinal(value) + stop
        if re.fullmatch(r"I{2,3}|X{0,2}VI{1,3}|X{1,2}I{1,3}|XX?IV", found["roman"]):
            return self.cardinal(value) + stop
        if (
            before[0].isupper()
            and before not in _ARTICLES
            and re.fullmatch(r"IV|IX|X[IVX]{1,4}", found["roman"])
        ):
            return self.cardinal(value) + stop
        return None
