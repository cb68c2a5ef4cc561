"""What all languages share: the rules that find numbers, money, times and the rest in a sentence.

A language is a subclass of `Language` with its tables and the few methods in which it differs.
Rules are tried in the order of `RULES` at every place where one of them might begin; the first that
has an answer wins, and what it said is not looked at again. So a sentence is read once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

Rule = Callable[[re.Match[str]], str | None]
Unit = tuple[str, str] | tuple[str, str, str]
"""Singular and plural, and "f" where the gender matters."""

MAX_NUMBER_DIGITS = 15
"""Longer numbers are read digit by digit."""

_PLAIN = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " "}
    | dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
)

_TOP_LEVEL = (
    "com|org|net|io|ai|dev|app|edu|gov|info|biz|uk|de|fr|es|eu|ch|nl|jp|ca|au|cn|ru|pl|at|tv|me|xyz"
)
_CURRENCY_BY_SIGN = {
    "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "HK$": "HKD", "R$": "BRL",
    "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "￥": "CNY", "₹": "INR", "₽": "RUB", "₩": "KRW",
    "₺": "TRY", "₿": "BTC", "zł": "PLN", "Fr.": "CHF", "元": "CNY", "円": "JPY",
}  # fmt: skip
_NO_MINOR = {"JPY", "KRW", "BTC"}
_FRACTION_SIGNS = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5),
    "⅗": (3, 5), "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8),
    "⅞": (7, 8),
}  # fmt: skip
_HOURS = r"(?:[01]?\d|2[0-4])"
_DASH = r"\s?[-–—]\s?"
_ONE_SIGN = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥"}
_HEIGHT = re.compile(r"[12][.,][1-9]\d")
_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_ROMAN = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\Z")


def roman(text: str) -> int | None:
    """The value of a well-formed Roman numeral, else None."""
    if not text or not _ROMAN.match(text):
        return None
    values = [_ROMAN_DIGITS[char] for char in text]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


def alternatives(words: object) -> str:
    """A regular expression for any of these words, longest first."""
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True)) or r"(?!)"  # type: ignore[call-overload]


def _unnamed(pattern: str) -> str:
    return re.sub(r"[(][?]P<[a-z_0-9]+>", "(?:", pattern)


class Language:
    """Rules and tables; this one, for a language that has none, only writes whole numbers out."""

    RULES: tuple[str, ...] = ("whole",)
    FLAGS = 0

    num2words_code = "en"
    decimal_sign = "."
    grouping_signs = ","
    point = "point"
    """What is said for the decimal sign."""
    points: dict[str, str] = {}
    """What is said for it where a text uses the other language's sign."""
    minus = "minus"
    to = "to"
    per = "per"
    at = "at"
    dot = "dot"
    dash = "dash"
    slash = "slash"
    underscore = "underscore"
    and_ = "and"
    digits: tuple[str, ...] = ()

    units: dict[str, Unit] = {}
    currencies: dict[str, tuple[Unit, Unit | None]] = {}
    """Code -> the unit and its hundredth."""
    scales: dict[str, tuple[str, str]] = {}
    """Scale words and their abbreviations -> singular and plural."""
    money_scales: dict[str, tuple[str, str]] = {}
    """Those that are scales beside a currency's sign only ("€5m")."""
    currency_signs = _CURRENCY_BY_SIGN
    months: tuple[str, ...] = ()
    month_names: dict[str, int] = {}
    abbreviations: dict[str, str] = {}
    """As written, with their full stops -> as spoken."""
    before_number: dict[str, str] = {}
    """Those that are read before a number only ("p. 12")."""
    weekdays: dict[str, str] = {}
    """As written in "Mon-Fri" -> as spoken."""
    symbols: dict[str, str] = {}
    spelled: frozenset[str] = frozenset()
    """Initialisms that espeak-ng would read as a word."""
    words: dict[str, str] = {}
    """Written forms that are simply said otherwise ("w/o")."""

    def __init__(self, code: str = "", region: str = "") -> None:
        self.code = code
        self.region = region

    # The reading

    def say(self, sentence: str) -> str:
        sentence = self.prepare(sentence.translate(_PLAIN))
        said: list[str] = []
        at = 0
        while found := self._any_rule.search(sentence, at):
            start = found.start()
            said.append(sentence[at:start])
            at = start
            for pattern, rule in self._rules:
                match = pattern.match(sentence, start)
                if match and match.end() > start and (words := rule(match)) is not None:
                    said.append(words)
                    at = match.end()
                    break
            else:
                said.append(sentence[start : start + 1])
                at = start + 1
                # A number nobody could read stays whole, rather than being read from its middle.
                if sentence[start].isdecimal():
                    end = start
                    while end < len(sentence) and sentence[end].isdecimal():
                        end += 1
                    said.append(sentence[at:end])
                    at = end
        said.append(sentence[at:])
        return self.finish("".join(said))

    def prepare(self, sentence: str) -> str:
        return sentence

    def finish(self, text: str) -> str:
        return text

    @cached_property
    def _rules(self) -> list[tuple[re.Pattern[str], Rule]]:
        return [
            (
                re.compile(getattr(self, f"{name}_pattern")(), self.FLAGS),
                getattr(self, f"say_{name}"),
            )
            for name in self.RULES
        ]

    @cached_property
    def _any_rule(self) -> re.Pattern[str]:
        patterns = (getattr(self, f"{name}_pattern")() for name in self.RULES)
        return re.compile("|".join(f"(?:{_unnamed(p)})" for p in patterns), self.FLAGS)

    # Numbers

    def cardinal(self, value: int) -> str:
        from num2words import num2words

        return num2words(value, lang=self.num2words_code).replace(",", "")

    def ordinal(self, value: int) -> str:
        from num2words import num2words

        return num2words(value, lang=self.num2words_code, to="ordinal").replace(",", "")

    def year(self, value: int) -> str:
        from num2words import num2words

        return num2words(value, lang=self.num2words_code, to="year").replace(",", "")

    def counted(self, value: int, gender: str = "") -> str:
        """A number before a noun: "eine Minute", "un euro"."""
        return self.cardinal(value)

    def spell_digits(self, text: str) -> str:
        return " ".join(self.digit(char) for char in text if char.isdecimal())

    def digit(self, char: str) -> str:
        return self.digits[int(char)] if self.digits else self.cardinal(int(char))

    def split_number(self, text: str) -> tuple[str, str, str]:
        """Whole digits, decimal digits, and the sign between them as it was written."""
        text = text.strip()
        signs = re.findall(r"\D", text)
        if not signs:
            return text, "", ""
        last = signs[-1]
        whole, _, fraction = text.rpartition(last)
        is_group = last in self.grouping_signs and len(fraction) == 3 and len(set(signs)) == 1
        if signs.count(last) == 1 and last in ".," and not is_group:
            return re.sub(r"\D", "", whole), fraction, last
        return re.sub(r"\D", "", text), "", ""

    def number(self, text: str, gender: str = "", *, noun: bool = False) -> str:
        """A written number, with grouping and decimals, in words."""
        whole, fraction, sign = self.split_number(text)
        if not fraction:
            if len(whole) > MAX_NUMBER_DIGITS or (len(whole) > 1 and whole[0] == "0"):
                return self.spell_digits(whole)
            return self.counted(int(whole), gender) if noun else self.cardinal(int(whole))
        point = self.point if sign == self.decimal_sign else self.points.get(sign, self.point)
        said = self.number(whole) if whole else self.digit("0")
        return f"{said} {point} {self.decimals(fraction)}"

    def decimals(self, digits: str) -> str:
        return self.spell_digits(digits)

    def is_one(self, text: str) -> bool:
        whole, fraction, _ = self.split_number(text)
        return not fraction and whole.lstrip("0") == "1"

    def with_unit(self, number: str, unit: Unit) -> str:
        gender = unit[2] if len(unit) > 2 else ""
        name = unit[0] if self.is_one(number) else unit[1]
        return f"{self.number(number, gender, noun=True)} {name}"

    # Patterns. Every one is a property of the tables, so a language has no patterns of its own.

    @cached_property
    def _number(self) -> str:
        """As the language writes it; the other convention where it can't be mistaken."""
        groups = re.escape(self.grouping_signs)
        return (
            rf"(?:\d{{1,3}}(?:[{groups}]\d{{3}})+(?!\d)(?:{re.escape(self.decimal_sign)}\d+)?"
            r"|\d{1,3}(?:(?:,\d{3})+\.|(?:[. ]\d{3})+,|(?:['’]\d{3})+[.,])\d+"
            r"|\d{1,3}(?:(?:['’]\d{3})+|(?:,\d{3}){2,})(?!\d)"
            r"|\d+(?:[.,]\d+)?)"
        )

    def whole_pattern(self) -> str:
        return r"(?<![\w.,:/\-])(?P<number>\d{1,15})(?![\w]|[.,:/\-]\w)"

    def say_whole(self, found: re.Match[str]) -> str | None:
        digits = found["number"]
        if len(digits) > 1 and digits[0] == "0":
            return None
        try:
            return self.cardinal(int(digits))
        except (NotImplementedError, OverflowError, ValueError, TypeError, KeyError, IndexError):
            return None


class WrittenLanguage(Language):
    """A language with tables: all the rules."""

    RULES = (
        "email",
        "url",
        "domain",
        "path",
        "word",
        "weekdays",
        "before_number",
        "date",
        "abbreviation",
        "initials",
        "dotted",
        "item",
        "equation",
        "iso_date",
        "numeric_date",
        "short_date",
        "duration",
        "time",
        "phone",
        "version",
        "money_before",
        "money_after",
        "ordinal",
        "decade",
        "measure",
        "score",
        "fraction",
        "dimensions",
        "ratio",
        "range",
        "year",
        "scaled",
        "sign",
        "operator",
        "hash",
        "plain",
        "roman",
        "initialism",
        "mixed",
        "symbol",
    )

    hash_number = "number"
    hashtag = "hashtag"
    roman_nouns: frozenset[str] = frozenset()
    """After these words a Roman numeral is a number ("chapter IV")."""
    labelled: frozenset[str] = frozenset()
    """After these, too, a number is a name and counts nothing ("version 1 was")."""
    rulers: frozenset[str] = frozenset()
    """After these names it is an ordinal ("Henry VIII")."""
    signs: dict[str, str] = {}
    """Before a number: minus, about."""
    operators: dict[str, str] = {}
    """Between numbers, with white space around."""
    tilde = "tilde"
    time_sign = ":"
    """Between hours and minutes; a "." makes no time without a suffix."""
    time_suffix = r"(?!)"
    date_words: frozenset[str] = frozenset()
    """After these words "12/25" is a date."""
    joiners = "and"
    dotted_dates = False
    """Whether "24.12.23" is one."""
    ratio_to = "to"
    and_half: tuple[str, ...] = ()
    """Masculine and feminine, said after the noun: "dos horas y media"."""
    says_height = False
    """Whether "1,80 m" is "one meter eighty"."""
    ratio_words: tuple[str, ...] = ()
    """Near these "1:10" is no time."""
    by = "by"
    out_of = "out of"
    scored: frozenset[str] = frozenset()
    """After these words "9/10" is a score."""

    # Helpers

    def prepare(self, sentence: str) -> str:
        """ "2 ½ heures" is "deux heures et demie" in some languages."""
        if not self.and_half:
            return sentence

        def say(found: re.Match[str]) -> str:
            number, noun = found[1], found[2]
            half = self.and_half[self.gender_of(noun) == "f"]
            return f"{number} {noun.removesuffix('s') if number == '1' else noun} {half}"

        mixed = rf"(?<![\d.,/])(\d{{1,3}})(?: ?½| 1/2){self.noun_pattern}"
        return re.sub(mixed, say, sentence)

    def before(self, found: re.Match[str]) -> str:
        """As much of what comes before as tells what it is about; of a megabyte not all."""
        return found.string[max(0, found.start() - 60) : found.start()]

    def word_before(self, found: re.Match[str]) -> str:
        """Of "XVI and XVII" the word before both."""
        prefix = self.before(found)
        prefix = re.sub(
            rf"(?:\b[IVXLC]+(?:er?|re|ème|th)?(?:,? (?:{self.joiners}|{self.to}) |, | ?[-–] ?))+\Z",
            "",
            prefix,
        )
        return (re.findall(r"[^\W\d_]+", prefix) or [""])[-1]

    def is_numbered(self, noun: str) -> bool:
        return bool({noun.lower(), noun.lower().removesuffix("s")} & self.roman_nouns)

    def gender_after(self, found: re.Match[str]) -> str | None:
        """The gender of the noun that the number counts; None where it counts none."""
        following = self.noun_pattern and re.match(self.noun_pattern, found.string[found.end() :])
        if not following or self.word_before(found).lower() in self.labelled | self.roman_nouns:
            return None
        return self.gender_of(following[1])

    noun_pattern = ""
    """What follows a number if that counts it; the first group is the noun."""

    def gender_of(self, noun: str) -> str:
        return ""

    def is_attributive(self, found: re.Match[str]) -> bool:
        """Whether an amount describes a noun: "a $5 bill", "a 5 km run"."""
        return False

    def ends_sentence(self, found: re.Match[str]) -> bool:
        return not found.string[found.end() :].strip("\"'”’»)] ")

    # Addresses

    def email_pattern(self) -> str:
        return r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"

    def say_email(self, found: re.Match[str]) -> str:
        return self.say_address(found[0])

    def url_pattern(self) -> str:
        return r"\b(?:https?|ftp)://[^\s<>\"]+[^\s<>\".,;:!?)']|\bwww\.[^\s<>\"]+[^\s<>\".,;:!?)']"

    def say_url(self, found: re.Match[str]) -> str:
        address = re.sub(r"\A[a-z]+://", "", found[0])
        return self.say_address(re.split(r"[?#]", address.removeprefix("www."))[0].rstrip("/"))

    def domain_pattern(self) -> str:
        return (
            rf"(?<![\w@./-])(?:[A-Za-z0-9][\w-]*\.)+(?:{_TOP_LEVEL})(?:/[\w/.%~-]*[\w/])?(?![\w@-])"
            r"(?!\.\w)"
        )

    def say_domain(self, found: re.Match[str]) -> str | None:
        return self.say_address(found[0].rstrip("/"))

    def path_pattern(self) -> str:
        """ "/etc/hosts", "~/bin", "src/main.py"."""
        return (
            r"(?<![\w./~%€$£)°²³])(?:~|\.{1,2})?(?:/[A-Za-z_.][\w.@+-]*(?<![.+-]))+/?(?!\w)"
            r"|(?<![\w./-])(?:[\w.-]+/)+[\w-]{2,}(?:\.[\w-]+)*\.[a-z]\w{0,4}(?![\w/])"
        )

    def say_path(self, found: re.Match[str]) -> str:
        return self.say_address(found[0].rstrip("/"))

    def say_address(self, address: str) -> str:
        names = {".": self.dot, "@": self.at, "-": self.dash, "_": self.underscore, "/": self.slash,
                 "+": self.operators.get("+", "plus"), "~": self.tilde}  # fmt: skip
        parts = re.split(r"([.@\-_/+:~%=&])", address)
        said = [
            names.get(part, "") if i % 2 else self.say_name(part) for i, part in enumerate(parts)
        ]
        return " ".join(word for word in said if word)

    def say_name(self, name: str) -> str:
        """A part of an address or a file name: "js" is spelled, "v2" is "v two"."""
        said: list[str] = []
        for run in re.findall(r"\d+|[^\W\d_]+", name):
            if run[0].isdecimal():
                said.append(self.number(run) if len(run) < 4 else self.spell_digits(run))
            elif len(run) <= 4 and run.isascii() and not re.search(r"[aeiouyAEIOUY]", run):
                said.append("-".join(run.upper()) if len(run) > 1 else run)
            else:
                said.append(run)
        return " ".join(said)

    def dotted_pattern(self) -> str:
        """File names and the like: "main.py", "Node.js"; not "end.Next"."""
        return r"(?<![\w./@])[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)+(?![\w@])"

    def say_dotted(self, found: re.Match[str]) -> str | None:
        parts = found[0].split(".")
        if all(len(part) == 1 for part in parts):
            return None
        if (
            len(parts) == 2
            and parts[1][0].isupper()
            and parts[0][-1].islower()
            and len(parts[1]) > 2
        ):
            return f"{parts[0]}. {parts[1]}"
        return f" {self.dot} ".join(self.say_name(part) or part for part in parts)

    # Words

    def word_pattern(self) -> str:
        return rf"(?<![\w.])(?:{alternatives(self.words)})(?!\w|/\w)"

    def say_word(self, found: re.Match[str]) -> str | None:
        return self.words[found[0]]

    def abbreviation_pattern(self) -> str:
        names = [*self.abbreviations, *self._capitalized]
        open_ended = [name for name in names if name[-1] in "°º/ "]
        others = [name for name in names if name not in open_ended]
        return rf"(?<![\w.])(?:(?:{alternatives(others)})(?!\w)|{alternatives(open_ended)})"

    def say_abbreviation(self, found: re.Match[str]) -> str | None:
        if found[0] in self.abbreviations:
            return self.abbreviations[found[0]] + self.lost_stop(found)
        if re.match(r" [\da-zß-ÿ]", found.string[found.end() :]):
            return self._capitalized[found[0]]
        return None  # "His name is Max."

    @cached_property
    def _capitalized(self) -> dict[str, str]:
        return {
            short[0].upper() + short[1:]: said[:1].upper() + said[1:]
            for short, said in self.abbreviations.items()
            if short[0].islower() and short[0].upper() + short[1:] not in self.abbreviations
        }

    def before_number_pattern(self) -> str:
        return rf"(?<![\w.])(?P<name>{alternatives(self.before_number)})\s?(?=\d)"

    def say_before_number(self, found: re.Match[str]) -> str:
        return self.before_number[found["name"]] + " "

    def weekdays_pattern(self) -> str:
        day = alternatives(self.weekdays)
        between = rf"(?:{_DASH}|/|, ?|,? (?:{self.joiners}) )"
        long = alternatives(name for name in self.weekdays if len(name) > 1)
        return (
            rf"(?<![\w.])(?:(?:{day})(?:\.?{between}(?:{day})(?!\w))+(?:\.(?=\s?\S))?"
            rf"|(?:{long})(?=:? \d{{1,2}}(?:[:.h]\d\d|/\d|\s?h\b"
            rf"|(?:{_DASH}\d{{1,2}})?\s?(?:Uhr|[ap]\.?m)|{_DASH}\d{{1,2}}(?![\s\w]))))"
        )

    def say_weekdays(self, found: re.Match[str]) -> str:
        said = re.sub(_DASH, f" {self.to} ", found[0].replace(".", "").replace("/", ", "))
        return re.sub(r"[^\W\d_]+", lambda word: self.weekdays.get(word[0], word[0]), said)

    def initials_pattern(self) -> str:
        return r"(?<![\w.])(?:(?:[^\W\d_]\.-?){2,}(?!\w)|[A-ZÀ-Ý]\.(?=\s?[A-ZÀ-Ý]))"

    def say_initials(self, found: re.Match[str]) -> str:
        letters = re.findall(r"[^\W\d_]", found[0])
        return "-".join(letters).upper() + ("." if self.ends_sentence(found) else "")

    def initialism_pattern(self) -> str:
        return rf"(?<![\w.-])(?P<letters>{alternatives(self.spelled)})(?P<plural>s?)(?!\w)"

    def say_initialism(self, found: re.Match[str]) -> str:
        return "-".join(found["letters"].upper()) + found["plural"]

    def mixed_pattern(self) -> str:
        return r"(?<![\w.])(?=\w*\d)(?=\d*[^\W\d_])[^\W_]{2,24}(?:\.\d+)?(?!\w|\.\d)"

    def say_mixed(self, found: re.Match[str]) -> str:
        said = []
        for run in re.findall(r"\d+(?:\.\d+)?|[^\W\d_]+|[²³]", found[0]):
            if "." in run:
                said.append(self.number(run))
            elif not run.isdecimal():
                word = str(self.symbols.get(run, run)).strip()
                said.append("-".join(run) if run in self.spelled else word)
            elif self.looks_like_year(run):
                said.append(self.year(int(run)))
            elif len(run) < 4 and not (run[0] == "0" and len(run) > 1):
                said.append(self.cardinal(int(run)))
            else:
                said.append(self.spell_digits(run))
        return " ".join(said)

    def symbol_pattern(self) -> str:
        return alternatives(self.symbols)

    def say_symbol(self, found: re.Match[str]) -> str:
        said = self.symbols[found[0]]
        if not said or not said[0].isalnum():
            return said
        before = found.string[found.start() - 1 : found.start()] if found.start() else " "
        after = found.string[found.end() : found.end() + 1]
        left = "" if before.isspace() or before in "([{\"'“‘«„" else " "
        return left + said + (" " if after.isalnum() else "")

    def item_pattern(self) -> str:
        begin = r"(?:(?<=\A)|(?<=\n)|(?<=[:;,] )|(?<=[：；，]))"
        return rf"{begin}(?P<number>\d{{1,2}}){self.item_end}(?=\D)"

    item_end = r"(?:\.\)|[.)]) "

    def say_item(self, found: re.Match[str]) -> str | None:
        """The number of a list item: "1. Boil the water."; in a line only if the list begins there.

        So in "am 1., 2. und 3. Mai" there is none.
        """
        number = int(found["number"])
        before = self.before(found)
        if before and before[-1] != "\n":
            last = rf"(?:\A|[:;,\n：；，] ?){number - 1}{self.item_end}"
            earlier = found.string[max(0, found.start() - 400) : found.start()]
            begins = number == 1 and before.rstrip()[-1] in ":："
            if not begins and not (number > 1 and re.search(last, earlier)):
                return None
        return self.item(number, found)

    def item(self, number: int, found: re.Match[str]) -> str | None:
        return f"{self.cardinal(number)}: "

    # Dates and times

    def iso_date_pattern(self) -> str:
        return (
            r"(?<![\w./-])(?P<date>\d{4}(?:-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}))"
            r"(?:T(?P<clock>\d{2}:\d{2})(?::\d{2})?Z?)?(?![\w/-])"
        )

    def say_iso_date(self, found: re.Match[str]) -> str | None:
        year, month, day = (int(part) for part in re.split("[-/]", found["date"]))
        date = self.checked_date(day, month, year, found)
        if date is None or found["clock"] is None:
            return date
        hours, minutes = found["clock"].split(":")
        return f"{date}, {self.clock(int(hours), int(minutes), '')}"

    def numeric_date_pattern(self) -> str:
        short = r"|\d{2}" if self.dotted_dates else ""
        return (
            r"(?<![\w./-])(?P<first>\d{1,2})"
            r"(?:/(?P<second>\d{1,2})/(?P<year>\d{4}|\d{2})|-(?P<second3>\d{1,2})-(?P<year3>\d{4})"
            rf"|\.\s?(?P<second2>\d{{1,2}})\.\s?(?P<year2>\d{{4}}{short}))(?![\w/-]|[.,]\d)"
        )

    def say_numeric_date(self, found: re.Match[str]) -> str | None:
        year = found["year"] or found["year2"] or found["year3"]
        if len(year) == 2:
            year = ("20" if year < "70" else "19") + year
        second = found["second"] or found["second2"] or found["second3"]
        return self.in_figures(found, int(found["first"]), int(second), int(year))

    def in_figures(
        self, found: re.Match[str], first: int, second: int, year: int | None
    ) -> str | None:
        if self.month_first and "." not in found[0] and first <= 12 or second > 12:
            first, second = second, first
        return self.checked_date(first, second, year, found)

    def short_date_pattern(self) -> str:
        return r"(?<![\w.,/:-])(?P<first>\d{1,2})/(?P<second>\d{1,2})(?![\w/]|[.,]\d)"

    def say_short_date(self, found: re.Match[str]) -> str | None:
        earlier = rf"\b(\w+),?(?: \d{{1,2}}/\d{{1,2}} (?:{self.to}|{self.joiners}))? \Z"
        before = re.search(earlier, self.before(found))
        word = before[1] if before else ""
        if word not in (*self.weekdays, *self.weekdays.values()):
            has_zero = "0" in (found["first"][0], found["second"][0])
            if not has_zero and word.lower() not in self.date_words:
                return None
            if found[0] in ("1/2", "1/3", "2/3", "1/4", "3/4"):
                return None
        return self.in_figures(found, int(found["first"]), int(found["second"]), None)

    month_first = False

    def checked_date(
        self, day: int, month: int, year: int | None, found: re.Match[str]
    ) -> str | None:
        if not (1 <= day <= 31 and 1 <= month <= 12):
            return None
        return self.date(day, month, year, found)

    def date(self, day: int, month: int, year: int | None, found: re.Match[str]) -> str:
        raise NotImplementedError

    @cached_property
    def _month_name(self) -> str:
        return rf"(?:{alternatives(self.month_names)})"

    def date_pattern(self) -> str:
        """Day, month in letters, perhaps a year."""
        return (
            rf"(?<![\w.,:/-])(?P<day>\d{{1,2}})(?:er)? (?P<month>{self._month_name})\b\.?"
            r"(?:,? (?P<year>\d{4})(?![\w]|[.,]\d))?"
        )

    def say_date(self, found: re.Match[str]) -> str | None:
        year = int(found["year"]) if found["year"] else None
        said = self.checked_date(int(found["day"]), self.month_names[found["month"]], year, found)
        return said and said + self.lost_stop(found)

    def lost_stop(self, found: re.Match[str]) -> str:
        """The full stop of an abbreviation that also ended the sentence."""
        following = found.string[found.end() : found.end() + 1]
        is_lost = (
            found[0].endswith(".") and following not in tuple(".!?") and self.ends_sentence(found)
        )
        return "." if is_lost else ""

    def duration_pattern(self) -> str:
        """ "1h 30m", "5 min 20 s"."""
        return (
            r"(?<![\w.,])(?:(?P<h>\d+)\s?(?:h|hrs?|Std\.?),?\s?)?"
            r"(?P<min>\d+)\s?(?:mins?|Min\.?|mn|m)"
            r"(?:,?\s?(?P<s>\d+)\s?(?:secs?|Sek\.?|s))?(?!\w)(?:\.(?=\s[a-zß-ÿ]))?"
        )

    def say_duration(self, found: re.Match[str]) -> str | None:
        parts = [(found[name], self.units[name]) for name in ("h", "min", "s") if found[name]]
        return " ".join(self.with_unit(*part) for part in parts) if len(parts) > 1 else None

    def time_pattern(self) -> str:
        """A time or a range of times, both in one so that "9-17:30" is whole."""
        moment = _unnamed(self._moment.pattern)
        return (
            rf"(?<![\w.,:/-])(?:(?P<low>{moment}){_DASH})?(?P<high>{moment})"
            r"(?![\w:/]|[.,]\d|[-–]\d)"
        )

    @cached_property
    def _moment(self) -> re.Pattern[str]:
        return re.compile(
            rf"(?P<hours>{_HOURS})"
            rf"(?:(?P<sign>{self.time_sign})(?P<minutes>[0-5]\d)(?::(?P<seconds>[0-5]\d))?)?"
            rf"(?:\s?(?P<suffix>{self.time_suffix})(?!\w))?"
        )

    def say_time(self, found: re.Match[str]) -> str | None:
        before = self.before(found)[-24:].lower()
        if any(word in before for word in self.ratio_words):
            return None
        moments = [self._moment.fullmatch(part) for part in (found["low"], found["high"]) if part]
        if not any(moment and self.is_time(moment) for moment in moments):
            return None
        said = [self.moment(moment) for moment in moments if moment]
        return f" {self.to} ".join(said) + self.lost_stop(found)

    def is_time(self, moment: re.Match[str]) -> bool:
        return bool(moment["suffix"]) or (moment["sign"] or ".") != "."

    def moment(self, moment: re.Match[str]) -> str:
        hours, minutes, suffix = int(moment["hours"]), moment["minutes"], moment["suffix"]
        if not minutes and not suffix:
            return self.counted(hours, "f")
        said = self.clock(hours, int(minutes or 0), suffix or "")
        if moment["seconds"]:
            said += f" {self.and_} {self.with_unit(str(int(moment['seconds'])), self.units['s'])}"
        return said

    def clock(self, hours: int, minutes: int, suffix: str) -> str:
        raise NotImplementedError

    # Figures

    def phone_pattern(self) -> str:
        return (
            r"(?<![\w.,-])(?:\+\d{1,3}(?:[ .-]?\(?\d{1,5}\)?){2,6}"
            r"|(?:1[ -])?\(\d{3}\) ?\d{3}[-. ]\d{4}"
            r"|(?:1[-.])?\d{3}[-.]\d{3}[-.]\d{4}|0\d{2,4}[ /-]\d{3,4}(?:[ -]?\d{2,4})*|555-\d{4}"
            r"|0\d(?:[ .]\d\d){4}|\d{1,5}(?:-\d{1,7}){2,5})(?![\w-])"
        )

    def say_phone(self, found: re.Match[str]) -> str:
        groups = re.findall(r"\d+", found[0])
        plus = self.operators.get("+", "plus") + " " if found[0][0] == "+" else ""
        return plus + ", ".join(self.phone_group(group) for group in groups)

    def phone_group(self, digits: str) -> str:
        return self.spell_digits(digits)

    def version_pattern(self) -> str:
        return (
            r"(?<![\w.,])(?P<v>[vV])?"
            r"(?P<parts>\d{1,5}(?:\.\d{1,5}){2,5}|(?<=[vV])\d+(?:\.\d+)?)(?![\w]|[.,]\d)"
        )

    def say_version(self, found: re.Match[str]) -> str | None:
        parts = found["parts"].split(".")
        groups = all(len(part) == 3 for part in parts[1:])
        if groups and len(parts[0]) <= 3 and "." in self.grouping_signs and not found["v"]:
            return None
        word = self.point if self.point == "point" else self.dot
        said = f" {word} ".join(self.number(part) for part in parts)
        return f"{found['v']} {said}" if found["v"] else said

    @cached_property
    def _scale(self) -> str:
        return rf"(?:{alternatives(self.scales)})"

    @cached_property
    def _money_scale(self) -> str:
        return rf"(?:{alternatives(self.scales | self.money_scales)})"

    @cached_property
    def _sign_of_currency(self) -> str:
        return alternatives(self.currency_signs)

    @cached_property
    def _currency_codes(self) -> dict[str, str]:
        """Codes, and the names of those whose amounts have hundredths ("19.99 dollars")."""
        names = {
            name: code
            for code, (unit, minor) in self.currencies.items()
            for name in unit[:2]
            if minor and code != "GBP"  # a pound is also a weight
        }
        return names | {code: code for code in self.currencies}

    @cached_property
    def _per(self) -> str:
        return r"(?:/(?P<each>[^\W\d_]{1,12})(?!\w))?"

    def money_before_pattern(self) -> str:
        return (
            rf"(?<!\w)(?P<minus>[-−])?(?:(?P<sign>{self._sign_of_currency})\s?|(?P<code>{alternatives(self.currencies)})\s)"
            rf"(?:(?P<low>{self._number})\s?(?P<low_scale>{self._money_scale})?\s?[-–—]\s?(?:{self._sign_of_currency})?)?"
            rf"(?P<number>{self._number})(?:[\s-]?(?P<scale>{self._money_scale})(?!\w))?{self._per}(?![\w]|[.,]\d)"
        )

    def money_after_pattern(self) -> str:
        return (
            rf"(?<![\w.,])(?P<minus>[-−])?(?:(?P<low>{self._number})(?:\s?(?P<sign2>{self._sign_of_currency}))?\s?[-–—]\s?)?(?P<low_scale>(?!))?"
            rf"(?P<number>{self._number})(?:\s?(?P<scale>{self._scale}))?\s?"
            rf"(?:(?P<sign>{self._sign_of_currency})|(?P<code>{alternatives(self._currency_codes)}))"
            rf"(?!\w){self._per}"
        )

    def say_money_before(self, found: re.Match[str]) -> str | None:
        code = found["code"] or self.currency_signs[found["sign"]]
        if code not in self.currencies:
            if not self.split_number(found["number"])[1] or found["scale"]:
                return None  # as it is written: "a five dollar bill"
            code = self._currency_codes.get(code, code)
        names = self.currencies.get(code)
        if names is None:
            return None
        unit, minor = names
        if self.is_attributive(found):
            unit = (unit[0], unit[0])
        said = f"{self.minus} " if found["minus"] else ""
        if found["low"]:
            low_scale = (
                f" {self.scale_name(found['low_scale'], found['low'])}"
                if found["low_scale"]
                else ""
            )
            said += (
                f"{self.number(found['low'], self.gender(unit), noun=True)}{low_scale} {self.to} "
            )
        number, scale = found["number"], found["scale"]
        if scale:
            said += self.scaled(number, scale, unit)
        else:
            said += self.amount(number, unit, None if found["low"] or code in _NO_MINOR else minor)
        return said + self.each(found["each"])

    def say_money_after(self, found: re.Match[str]) -> str | None:
        return self.say_money_before(found)

    def gender(self, unit: Unit) -> str:
        return unit[2] if len(unit) > 2 else ""

    def scale_name(self, scale: str, number: str) -> str:
        one, many = (self.money_scales | self.scales)[scale]
        return one if self.is_one(number) else many

    def scaled(self, number: str, scale: str, unit: Unit) -> str:
        """ "Three million dollars"."""
        words = (self.number(number, noun=True), self.scale_name(scale, number))
        return " ".join((*words, self.scaled_currency(unit)))

    def scaled_currency(self, unit: Unit) -> str:
        return unit[1]

    def amount(self, number: str, unit: Unit, minor: Unit | None) -> str:
        """A sum of money: "five dollars and fifty cents"."""
        whole, fraction, _ = self.split_number(number)
        if minor is None or len(fraction) > 2 or not fraction:
            return self.with_unit(number, unit)
        hundredths = int(fraction.ljust(2, "0"))
        if not hundredths:
            return self.with_unit(whole, unit)
        if not int(whole or "0"):
            return self.with_unit(str(hundredths), minor)
        return self.major_and_minor(whole, unit, hundredths, minor)

    def major_and_minor(self, whole: str, unit: Unit, hundredths: int, minor: Unit) -> str:
        return f"{self.with_unit(whole, unit)} {self.and_} {self.with_unit(str(hundredths), minor)}"

    def each(self, each: str | None) -> str:
        if not each:
            return ""
        return f" {self.per} {self.units[each][0] if each in self.units else each}"

    @cached_property
    def _unit(self) -> str:
        return alternatives(self.units)

    def measure_pattern(self) -> str:
        """A number with a unit, perhaps a range, perhaps "per" another unit."""
        return (
            rf"(?<![\w.,])(?P<minus>[-−])?(?:(?P<low>{self._number})\s?(?:[°%]C?)?\s?[-–—]\s?)?(?P<number>{self._number})"
            rf"(?:\s(?P<scale>{self._scale})(?!\w))?(?P<joint>[ -]?)"
            rf"(?P<unit>{self._unit})(?!\w|\.\w|'\w)(?:\.(?=\s[a-zß-ÿ]))?(?:/(?P<each>[^\W\d_]{{1,12}})(?!\w))?"
        )

    def say_measure(self, found: re.Match[str]) -> str | None:
        unit = self.units[found["unit"]]
        if found["unit"] in self.scales and not found["joint"]:
            return None  # "an 8B model"
        if found["unit"] in "x×" and re.match(r" ?\d", found.string[found.end() :]):
            return None
        if self.is_attributive(found):
            unit = (unit[0], unit[0])
        said = f"{self.minus} " if found["minus"] else ""
        gender = self.gender(unit)
        if found["low"]:
            said += f"{self.number(found['low'], gender, noun=True)} {self.to} "
        if found["scale"]:
            said += self.scaled(found["number"], found["scale"], unit)
        elif self.says_height and found["unit"] == "m" and _HEIGHT.fullmatch(found["number"]):
            whole, part, _ = self.split_number(found["number"])
            said += f"{self.with_unit(whole, unit)} {self.cardinal(int(part))}"
        elif found["joint"] == "-":
            said += f"{self.number(found['number'], gender, noun=True)}-{unit[0]}"
        else:
            said += self.with_unit(found["number"], unit)
        return said + self.each(found["each"])

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
            unit = self.units[found["unit"]]
            name = unit[1] if whole else unit[0]
            said = self.fraction(whole, above, below, self.gender(unit) or self.gender_of(name))
            return said and f"{said} {name}"
        return self.fraction(whole, above, below, self.gender_after(found) or "")

    def fraction(self, whole: int | None, above: int, below: int, gender: str = "") -> str | None:
        raise NotImplementedError

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
                quotient = (self.number(above), self.operators["/"], self.number(below))
                said.append(part or " ".join(quotient))
            elif token[0] == "^" and len(token) > 1:
                said.append(self.power(token[1:].strip()))
            elif token[0].isdecimal():
                said.append(self.number(token))
            elif is_term and token in "-−":
                said.append(self.minus)
            elif token not in "()" and not is_variable:
                said.append(self.operators.get(token) or self.symbols.get(token, token).strip())
            elif is_variable:
                said.append(token)
            is_term = token in "(√" or token in self.operators and not is_variable
        return " ".join(word for word in said if word)

    def power(self, exponent: str) -> str:
        squared = self.symbols.get(f"^{exponent}")
        return squared.strip() if squared else f"{self.operators['^']} {self.number(exponent)}"

    def dimensions_pattern(self) -> str:
        side = r"\d+(?:[.,]\d+)?"
        return rf"(?<![\w.,])(?!0x){side}(?:x{side}){{1,2}}(?![\w/]|[.,]\d)"

    def say_dimensions(self, found: re.Match[str]) -> str:
        return f" {self.by} ".join(self.number(part) for part in found[0].split("x"))

    def score_pattern(self) -> str:
        """ "4.5/5"; a whole number only beside one of the words that say so."""
        return r"(?<![\w.,/])(?P<got>\d{1,2}(?:[.,]\d)?)/(?P<of>\d{1,3})(?![\w/]|[.,]\d)"

    def say_score(self, found: re.Match[str]) -> str | None:
        is_rating = not found["got"].isdecimal() and found["of"] in ("5", "10", "20", "100")
        if not is_rating and self.word_before(found).lower() not in self.scored:
            return None
        return f"{self.number(found['got'])} {self.out_of} {self.number(found['of'])}"

    def ratio_pattern(self) -> str:
        return r"(?<![\w.,:/-])(?P<left>\d{1,3}):(?P<right>\d{1,3})(?![\w:/]|[.,]\d)"

    def say_ratio(self, found: re.Match[str]) -> str:
        return f"{self.number(found['left'])} {self.ratio_to} {self.number(found['right'])}"

    def range_pattern(self) -> str:
        return (
            rf"(?<![\w.,/:-])(?P<low>{self._number})\s?[–-]\s?(?P<high>{self._number})"
            r"(?![\w/-]|[.,:]\d)"
        )

    def say_range(self, found: re.Match[str]) -> str | None:
        low, high = found["low"], found["high"]
        if " - " in found[0] and not self.looks_like_year(low):
            following = re.match(r" [^\W\d_]", found.string[found.end() :])
            if not following or len(low) > len(high):
                return None  # a difference
        if self.looks_like_year(low) and (self.looks_like_year(high) or len(high) == 2):
            if len(high) == 2:
                high = low[:2] + high
            return f"{self.year(int(low))} {self.to} {self.year(int(high))}"
        gender = self.gender_after(found)
        if low == high:
            return f"{self.number(low)} {self.number(low)}"  # "50-50"
        said = [self.number(n, gender or "", noun=gender is not None) for n in (low, high)]
        return f" {self.to} ".join(said)

    def looks_like_year(self, digits: str) -> bool:
        return len(digits) == 4 and digits.isdecimal() and 1100 <= int(digits) <= 2099

    def year_pattern(self) -> str:
        return r"(?<![\w.,/:$€£-])(?P<year>1[1-9]\d\d|20\d\d)(?![\w/%]|[.,:]\d|\s\d{3}(?!\d))"

    def say_year(self, found: re.Match[str]) -> str | None:
        return self.year(int(found["year"]))

    def scaled_pattern(self) -> str:
        """ "5M", "3 bn": a number with an abbreviated scale, or a scale word."""
        return rf"(?<![\w.,])(?P<number>{self._number})\s?(?P<scale>{self._scale})(?!\w|\.\w)"

    def say_scaled(self, found: re.Match[str]) -> str | None:
        if len(found["scale"]) == 1 and self.word_before(found).lower() in self.labelled:
            return None  # "exit 12B"
        number = found["number"]
        return f"{self.number(number, noun=True)} {self.scale_name(found['scale'], number)}"

    def sign_pattern(self) -> str:
        apart = [sign for sign in self.signs if sign not in "-−+±"]
        return (
            rf"(?:(?<![\w.)\]])|(?<=UTC)|(?<=GMT))(?:(?:{alternatives(self.signs)})|(?:{alternatives(apart)})\s)"
            r"(?=[$€£¥]?\.?\d)"
        )

    def say_sign(self, found: re.Match[str]) -> str:
        before = found.string[found.start() - 1 : found.start()] if found.start() else ""
        return (" " if before.isalnum() else "") + self.signs[found[0].strip()] + " "

    def operator_pattern(self) -> str:
        apart = alternatives(self.operators | _ONE_SIGN)
        between = rf"(?: (?:{apart}) |(?:[=!<>]=|[=×÷≈≠≤≥+*^])(?!\s))"
        return rf"(?<=[\w)%²³]){between}(?=[-−(√]?[\w$€£(])"

    def say_operator(self, found: re.Match[str]) -> str | None:
        before = self.before(found)
        after = found.string[found.end() : found.end() + 12]
        sign = _ONE_SIGN.get(found[0].strip(), found[0].strip())
        if sign not in self.operators:
            return None
        if sign == "–" and not (before[-1:].isdecimal() and after[:1].isdecimal()):
            return None  # a dash
        if sign in "x×" and (
            re.match(rf"[\d.,]+\s?(?:{self._unit})(?!\w)", after)
            or re.search(rf"\d\s?(?:{self._unit})\Z", before)
        ):
            return f" {self.by} "
        if sign in "-–−/:x*+^" and not (
            re.search(r"(?:\d[\d.,]*[%)²³]?|\b\w|\))\Z", before)
            and re.match(r"[-−(√$€£]?(?:\d|\w\b)", after)
        ):
            return None
        return f" {self.operators[sign]} "

    def hash_pattern(self) -> str:
        return r"(?<![\w&])#(?=\w)"

    def say_hash(self, found: re.Match[str]) -> str:
        after = found.string[found.end()]
        return f"{self.hash_number if after.isdecimal() else self.hashtag} "

    def plain_pattern(self) -> str:
        return rf"(?<![\w])(?P<number>{self._number}|(?<![\d.])\.\d+)(?![^\W\d_]|\d)"

    def say_plain(self, found: re.Match[str]) -> str:
        before = found.string[found.start() - 1 : found.start()] if found.start() else ""
        gender = self.gender_after(found)
        number = self.number(found["number"], gender or "", noun=gender is not None)
        return (" " if before.isalnum() else "") + number

    def roman_pattern(self) -> str:
        return r"(?<![\w.'’-])(?P<roman>[IVXLC]{1,8})(?P<suffix>(?:er?|re|ème|\.)?)(?![\w'’-])"

    def say_roman(self, found: re.Match[str]) -> str | None:
        return None
