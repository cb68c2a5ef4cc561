"""English."""

from __future__ import annotations

import re

from voicecli.text.aloud.dates import DASH
from voicecli.text.aloud.language import Unit, roman
from voicecli.text.aloud.written import WrittenLanguage

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_SHORT_MONTHS = {
    "Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "Jun": 6, "Jul": 7, "Aug": 8, "Sep": 9, "Sept": 9,
    "Oct": 10, "Nov": 11, "Dec": 12,
}  # fmt: skip
_ARTICLES = frozenset("A An The In My Your His Her Our Their This That".split())
_IN_HALVES = frozenset("room error http status boeing flight suite port code zip".split())
_BEFORE_DECADE = frozenset("the early late mid my your his her our their low high".split())
_BELOW = {2: ("half", "halves"), 4: ("quarter", "quarters")}


class English(WrittenLanguage):
    num2words_code = "en"
    digits = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    months = _MONTHS
    month_names = {name: i + 1 for i, name in enumerate(_MONTHS)} | _SHORT_MONTHS
    time_suffix = r"[aApP]\.m\.|[aApP][mM]\b|[aApP]\.M\."
    time_sign = "[:.]"
    points = {",": "point"}
    date_words = frozenset("on by until till before after since from due between".split())
    weekdays = dict(
        pair.split("=")
        for pair in "Mon=Monday Tue=Tuesday Tues=Tuesday Wed=Wednesday Thu=Thursday Thur=Thursday "
        "Thurs=Thursday Fri=Friday Sat=Saturday Sun=Sunday".split()
    )
    ratio_words = ("ratio", "odds")
    scored = frozenset("rated rating score scored scores page step part slide question".split())
    money_scales = {
        "m": ("million", "million"), "b": ("billion", "billion"), "t": ("trillion", "trillion"),
    }  # fmt: skip

    units: dict[str, Unit] = {
        "km": ("kilometer", "kilometers"), "m": ("meter", "meters"),
        "cm": ("centimeter", "centimeters"), "mm": ("millimeter", "millimeters"),
        "µm": ("micrometer", "micrometers"), "μm": ("micrometer", "micrometers"),
        "nm": ("nanometer", "nanometers"), "mi": ("mile", "miles"), "ft": ("foot", "feet"),
        "yd": ("yard", "yards"), "in.": ("inch", "inches"), "″": ("inch", "inches"),
        "kg": ("kilogram", "kilograms"), "g": ("gram", "grams"), "mg": ("milligram", "milligrams"),
        "µg": ("microgram", "micrograms"), "lb": ("pound", "pounds"), "lbs": ("pound", "pounds"),
        "lb.": ("pound", "pounds"), "lbs.": ("pound", "pounds"), "oz": ("ounce", "ounces"),
        "oz.": ("ounce", "ounces"), "t": ("ton", "tons"), "l": ("liter", "liters"),
        "L": ("liter", "liters"), "ml": ("milliliter", "milliliters"),
        "mL": ("milliliter", "milliliters"), "cl": ("centiliter", "centiliters"),
        "dl": ("deciliter", "deciliters"), "gal": ("gallon", "gallons"),
        "tbsp": ("tablespoon", "tablespoons"), "tsp": ("teaspoon", "teaspoons"),
        "m²": ("square meter", "square meters"), "m2": ("square meter", "square meters"),
        "km²": ("square kilometer", "square kilometers"),
        "km2": ("square kilometer", "square kilometers"),
        "cm²": ("square centimeter", "square centimeters"),
        "sq ft": ("square foot", "square feet"), "sq. ft.": ("square foot", "square feet"),
        "m³": ("cubic meter", "cubic meters"), "cm³": ("cubic centimeter", "cubic centimeters"),
        "ha": ("hectare", "hectares"), "km/h": ("kilometer per hour", "kilometers per hour"),
        "kph": ("kilometer per hour", "kilometers per hour"),
        "m/s": ("meter per second", "meters per second"),
        "m/s²": ("meter per second squared", "meters per second squared"),
        "mph": ("mile per hour", "miles per hour"), "mpg": ("mile per gallon", "miles per gallon"),
        "B": ("byte", "bytes"), "kB": ("kilobyte", "kilobytes"), "KB": ("kilobyte", "kilobytes"),
        "MB": ("megabyte", "megabytes"), "GB": ("gigabyte", "gigabytes"),
        "TB": ("terabyte", "terabytes"), "PB": ("petabyte", "petabytes"),
        "KiB": ("kibibyte", "kibibytes"), "MiB": ("mebibyte", "mebibytes"),
        "GiB": ("gibibyte", "gibibytes"), "kbps": ("kilobit per second", "kilobits per second"),
        "Mbps": ("megabit per second", "megabits per second"),
        "Gbps": ("gigabit per second", "gigabits per second"),
        "MB/s": ("megabyte per second", "megabytes per second"),
        "GB/s": ("gigabyte per second", "gigabytes per second"),
        "Mbit/s": ("megabit per second", "megabits per second"),
        "Hz": ("hertz", "hertz"), "kHz": ("kilohertz", "kilohertz"),
        "MHz": ("megahertz", "megahertz"), "GHz": ("gigahertz", "gigahertz"),
        "W": ("watt", "watts"), "kW": ("kilowatt", "kilowatts"), "MW": ("megawatt", "megawatts"),
        "kWh": ("kilowatt hour", "kilowatt hours"), "Wh": ("watt hour", "watt hours"),
        "V": ("volt", "volts"), "mV": ("millivolt", "millivolts"), "kV": ("kilovolt", "kilovolts"),
        "mA": ("milliamp", "milliamps"), "mAh": ("milliamp hour", "milliamp hours"),
        "Ω": ("ohm", "ohms"), "J": ("joule", "joules"), "kJ": ("kilojoule", "kilojoules"),
        "cal": ("calorie", "calories"), "kcal": ("kilocalorie", "kilocalories"),
        "Pa": ("pascal", "pascals"), "hPa": ("hectopascal", "hectopascals"),
        "kPa": ("kilopascal", "kilopascals"), "psi": ("P-S-I", "P-S-I"),
        "dB": ("decibel", "decibels"), "°C": ("degree Celsius", "degrees Celsius"),
        "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
        "℃": ("degree Celsius", "degrees Celsius"),
        "℉": ("degree Fahrenheit", "degrees Fahrenheit"), "°": ("degree", "degrees"),
        "s": ("second", "seconds"), "sec": ("second", "seconds"),
        "secs": ("second", "seconds"), "ms": ("millisecond", "milliseconds"),
        "µs": ("microsecond", "microseconds"), "ns": ("nanosecond", "nanoseconds"),
        "min": ("minute", "minutes"), "mins": ("minute", "minutes"), "h": ("hour", "hours"),
        "hr": ("hour", "hours"), "hrs": ("hour", "hours"), "yr": ("year", "years"),
        "yrs": ("year", "years"), "wk": ("week", "weeks"), "mo": ("month", "months"),
        "px": ("pixel", "pixels"), "fps": ("frame per second", "frames per second"),
        "rpm": ("R-P-M", "R-P-M"), "dpi": ("D-P-I", "D-P-I"),
        "ppm": ("part per million", "parts per million"),
        "%": ("percent", "percent"), "‰": ("per mille", "per mille"),
        "x": ("times", "times"), "×": ("times", "times"), "¢": ("cent", "cents"),
    }  # fmt: skip
    currencies = {
        "USD": (("dollar", "dollars"), ("cent", "cents")),
        "EUR": (("euro", "euros"), ("cent", "cents")),
        "GBP": (("pound", "pounds"), ("penny", "pence")),
        "JPY": (("yen", "yen"), None),
        "CNY": (("yuan", "yuan"), ("fen", "fen")),
        "CHF": (("Swiss franc", "Swiss francs"), ("centime", "centimes")),
        "CAD": (("Canadian dollar", "Canadian dollars"), ("cent", "cents")),
        "AUD": (("Australian dollar", "Australian dollars"), ("cent", "cents")),
        "HKD": (("Hong Kong dollar", "Hong Kong dollars"), ("cent", "cents")),
        "INR": (("rupee", "rupees"), ("paisa", "paise")),
        "RUB": (("ruble", "rubles"), ("kopek", "kopeks")),
        "KRW": (("won", "won"), None),
        "TRY": (("lira", "lira"), ("kurus", "kurus")),
        "BRL": (("real", "reais"), ("centavo", "centavos")),
        "PLN": (("zloty", "zlotys"), ("grosz", "groszy")),
        "BTC": (("bitcoin", "bitcoins"), None),
    }
    scales = {
        **{word: (word, word) for word in "hundred thousand million billion trillion".split()},
        "k": ("thousand", "thousand"), "K": ("thousand", "thousand"), "M": ("million", "million"),
        "mn": ("million", "million"), "mln": ("million", "million"), "bn": ("billion", "billion"),
        "B": ("billion", "billion"), "T": ("trillion", "trillion"), "tn": ("trillion", "trillion"),
    }  # fmt: skip
    words = {
        "24/7": "twenty-four seven", "4K": "four K", "8K": "eight K",
        "Ctrl": "control", "Cmd": "command", "Esc": "escape",
        "9/11": "nine eleven", "50/50": "fifty fifty",
        "and/or": "and or", "C++": "C plus plus", "C#": "C sharp", "F#": "F sharp", "A/C": "A-C",
        "N/A": "not applicable", "n/a": "not applicable", "TCP/IP": "TCP IP", "I/O": "I O",
        "Wi-Fi": "wi-fi", "JPEG": "jay-peg", "GIF": "gif", "LaTeX": "lah-teck", "macOS": "mac OS",
        "YouTube": "you tube", "GitHub": "git hub", "PostgreSQL": "postgres Q L",
        "MySQL": "my SQL", "SQLite": "SQL lite", "JSON": "jason", "YAML": "yammel",
        "TL;DR": "in short", "he/she": "he or she", "his/her": "his or her", "s/he": "she or he",
    }  # fmt: skip
    signs = {
        "-": "minus", "−": "minus", "+": "plus", "±": "plus or minus", "~": "about", "≈": "about",
        "<": "less than", ">": "more than", "≤": "at most", "≥": "at least", "<=": "at most",
        ">=": "at least",
    }  # fmt: skip
    operators = {
        "+": "plus", "-": "minus", "−": "minus", "–": "minus", "*": "times", "×": "times",
        "x": "times", "/": "divided by", "÷": "divided by", "=": "equals", "<": "is less than",
        ">": "is greater than", "≤": "is at most", "≥": "is at least", "≈": "is about",
        "≠": "is not equal to", "^": "to the power of",
    }  # fmt: skip
    symbols = {
        "&": "and", "+": "plus", "%": "percent", "§": "section", "°": "degrees", "→": "to",
        "->": "to", "=>": "so", "⇒": "so", "←": "from",
        "=": "equals", "×": "times", "÷": "divided by", "@": "at", "±": "plus or minus",
        "≈": "about",
        "≤": "at most", "≥": "at least", "≠": "is not", "<": "less than", ">": "greater than",
        "™": "", "®": "", "©": "copyright", "*": "", "|": ", ", "_": " ", "^2": " squared",
        "^3": " cubed", "²": " squared", "³": " cubed", "√": "the square root of", "∞": "infinity",
        "∑": "the sum of", "•": "", "·": "", "…": ", ", "...": ", ", "--": ", ", "€": "euros",
        "$": "dollars", "£": "pounds", "\\": " backslash ", "`": "", "{": "", "}": "", "~": "about",
        "^": " to the power of ",
    }  # fmt: skip
    spelled = frozenset(
        "AWS LLC IPA UAE SSD AMA ATA EDA ETA FAQ IDE IRA IMO LED MIT OCD PSA RSA SLA UFO UPS VAT "
        "ISO IOU EPA IDK AFAIK".split()
    )
    roman_nouns = frozenset(
        "war chapter part volume act scene section phase type class appendix book level title "
        "article bowl mark grade stage episode season figure table fantasy windows apollo gemini "
        "corps division group tier option category pentium schedule".split()
    )
    labelled = frozenset(
        "exit room gate seat section unit apartment apt suite figure table appendix terminal "
        "platform line grade highway route building floor hall block row question step".split()
    )
    rulers = frozenset(
        "henry louis george charles edward william james richard john paul pius benedict francis "
        "elizabeth mary catherine napoleon philip frederick alexander nicholas peter leo gregory "
        "innocent urban clement ivan ramses ptolemy darius xerxes otto rudolf wilhelm felipe juan "
        "gustav christian haakon harald carl leopold albert victoria alfonso ferdinand robert "
        "david edmund stephen constantine justinian theodosius cosimo".split()
    )

    def __init__(self, code: str = "", region: str = "") -> None:
        super().__init__(code, region)
        self.month_first = region not in {"gb", "au", "nz", "ie", "in", "za"}

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
                rest = self.cardinal(int(digits[1:]))
                return f"{self.digit(digits[0])} {'oh ' if digits[1] == '0' else ''}{rest}"
        return super().say_plain(found)

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
        name = self.months[month - 1]
        if found["day"]:
            return f"{name} {days}" + (f", {self.year(int(year))}" if year else "")
        said = f"{days} of {name}" + (f" {self.year(int(year))}" if year else "")
        return said if before == "the" and not found["the"] else f"the {said}"

    def date(self, day: int, month: int, year: int | None, found: re.Match[str]) -> str:
        said = f"{self.months[month - 1]} {self.ordinal(day)}"
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
        sentence = re.sub(r"\bSt\.(?= [A-Z])", lambda m: self._saint_or_street(m), sentence)
        sentence = re.sub(r"(?<=[a-z] )St\.(?=$|[ ,;])", "Street", sentence)
        sentence = re.sub(r"(?<!\S)--(?=\w)", "dash dash ", sentence)
        sentence = sentence.replace("’", "'").replace("″", '"')
        sentence = re.sub(r"(?<![\w.])(\d)' ?(\d{1,2})\"", r"\1 foot \2", sentence)
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
        if before.lower() in self.rulers and before[0].isupper() and value <= 30:
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
