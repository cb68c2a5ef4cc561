"""German."""

from __future__ import annotations

import re

from voicecli.spoken.language import Unit, WrittenLanguage, roman

_MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
    "November", "Dezember",
)  # fmt: skip
_SHORT_MONTHS = {
    "Jänner": 1, "Jan": 1, "Feb": 2, "Feber": 2, "Mrz": 3, "Apr": 4, "Jun": 6, "Jul": 7, "Aug": 8,
    "Sep": 9, "Sept": 9, "Okt": 10, "Nov": 11, "Dez": 12,
}  # fmt: skip
_DATIVE = frozenset(
    "am im vom zum zur beim bis dem den der-dat ab seit einem einer diesem dieser jedem jeder "
    "meinem ihrem seinem unserem des eines ihren seinen meinen einen jeden diesen unseren vor nach "
    "mit von zu".split()
)
_DEFINITE = frozenset("der die das diese dieses jede jedes welche".split())
_PARTS = {2: ("halb", "halbe"), 3: ("Drittel", "Drittel"), 100: ("Hundertstel", "Hundertstel")}


class German(WrittenLanguage):
    num2words_code = "de"
    decimal_sign = ","
    grouping_signs = ".' "
    point, points = "Komma", {".": "Punkt"}
    minus, to, per, at, dot = "minus", "bis", "pro", "ät", "Punkt"
    dash, slash, underscore, and_ = "Minus", "Schrägstrich", "Unterstrich", "und"
    digits = ("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun")
    hash_number, hashtag, ratio_to = "Nummer", "Hashtag", "zu"
    months = _MONTHS
    month_names = {name: i + 1 for i, name in enumerate(_MONTHS)} | _SHORT_MONTHS
    time_suffix = r"Uhr"

    units: dict[str, Unit] = {
        **{short: (name, name) for short, name in {
            "km": "Kilometer", "m": "Meter", "cm": "Zentimeter", "mm": "Millimeter",
            "µm": "Mikrometer", "nm": "Nanometer", "kg": "Kilogramm", "g": "Gramm",
            "mg": "Milligramm", "µg": "Mikrogramm", "l": "Liter", "L": "Liter", "ml": "Milliliter",
            "mL": "Milliliter", "cl": "Zentiliter", "dl": "Deziliter", "m²": "Quadratmeter",
            "m2": "Quadratmeter", "qm": "Quadratmeter", "km²": "Quadratkilometer",
            "cm²": "Quadratzentimeter", "m³": "Kubikmeter", "cm³": "Kubikzentimeter",
            "ha": "Hektar", "km/h": "Kilometer pro Stunde", "m/s": "Meter pro Sekunde",
            "B": "Byte", "kB": "Kilobyte", "KB": "Kilobyte", "MB": "Megabyte", "GB": "Gigabyte",
            "TB": "Terabyte", "Mbit/s": "Megabit pro Sekunde", "Gbit/s": "Gigabit pro Sekunde",
            "MBit/s": "Megabit pro Sekunde", "MB/s": "Megabyte pro Sekunde", "Hz": "Hertz",
            "kHz": "Kilohertz", "MHz": "Megahertz", "GHz": "Gigahertz", "W": "Watt",
            "kW": "Kilowatt", "MW": "Megawatt", "PS": "P-S", "V": "Volt", "mV": "Millivolt",
            "kV": "Kilovolt", "A": "Ampere", "mA": "Milliampere", "mAh": "Milliamperestunden",
            "Ω": "Ohm", "J": "Joule", "kJ": "Kilojoule", "hPa": "Hektopascal", "Pa": "Pascal",
            "dB": "Dezibel", "°C": "Grad Celsius", "°F": "Grad Fahrenheit", "℃": "Grad Celsius",
            "°": "Grad", "%": "Prozent", "‰": "Promille", "px": "Pixel", "Stk.": "Stück",
            "EL": "Esslöffel", "TL": "Teelöffel", "Pkg.": "Packungen", "x": "mal", "×": "mal",
            "mbar": "Millibar", "bar": "Bar",
        }.items()},
        "t": ("Tonne", "Tonnen", "f"), "kWh": ("Kilowattstunde", "Kilowattstunden", "f"),
        "Wh": ("Wattstunde", "Wattstunden", "f"), "kcal": ("Kilokalorie", "Kilokalorien", "f"),
        "s": ("Sekunde", "Sekunden", "f"), "Sek.": ("Sekunde", "Sekunden", "f"),
        "sek": ("Sekunde", "Sekunden", "f"), "ms": ("Millisekunde", "Millisekunden", "f"),
        "µs": ("Mikrosekunde", "Mikrosekunden", "f"), "min": ("Minute", "Minuten", "f"),
        "Min.": ("Minute", "Minuten", "f"), "Min": ("Minute", "Minuten", "f"),
        "h": ("Stunde", "Stunden", "f"), "Std.": ("Stunde", "Stunden", "f"),
        "Std": ("Stunde", "Stunden", "f"), "Mio.": ("Million", "Millionen", "f"),
        "Mrd.": ("Milliarde", "Milliarden", "f"),
    }  # fmt: skip
    currencies = {
        "EUR": (("Euro", "Euro"), ("Cent", "Cent")),
        "USD": (("Dollar", "Dollar"), ("Cent", "Cent")),
        "GBP": (("Pfund", "Pfund"), ("Penny", "Pence")),
        "CHF": (("Franken", "Franken"), ("Rappen", "Rappen")),
        "JPY": (("Yen", "Yen"), None),
        "CNY": (("Yuan", "Yuan"), ("Fen", "Fen")),
        "CAD": (("kanadischer Dollar", "kanadische Dollar"), ("Cent", "Cent")),
        "AUD": (("australischer Dollar", "australische Dollar"), ("Cent", "Cent")),
        "INR": (("Rupie", "Rupien", "f"), ("Paisa", "Paise")),
        "RUB": (("Rubel", "Rubel"), ("Kopeke", "Kopeken", "f")),
        "PLN": (("Zloty", "Zloty"), ("Groschen", "Groschen")),
        "BTC": (("Bitcoin", "Bitcoin"), None),
    }
    scales = {
        "Tsd.": ("tausend", "tausend"), "tausend": ("tausend", "tausend"),
        "Million": ("Million", "Millionen"), "Millionen": ("Million", "Millionen"),
        "Mio.": ("Million", "Millionen"), "Mio": ("Million", "Millionen"),
        "Milliarde": ("Milliarde", "Milliarden"), "Milliarden": ("Milliarde", "Milliarden"),
        "Mrd.": ("Milliarde", "Milliarden"), "Mrd": ("Milliarde", "Milliarden"),
        "Billionen": ("Billion", "Billionen"), "Bio.": ("Billion", "Billionen"),
    }  # fmt: skip
    abbreviations = {
        "z. B.": "zum Beispiel", "z.B.": "zum Beispiel", "Z. B.": "Zum Beispiel",
        "Z.B.": "Zum Beispiel", "zB": "zum Beispiel", "d. h.": "das heißt", "d.h.": "das heißt",
        "u. a.": "unter anderem", "u.a.": "unter anderem", "o. ä.": "oder Ähnliches",
        "o.ä.": "oder Ähnliches", "o. Ä.": "oder Ähnliches", "u. Ä.": "und Ähnliches",
        "i. d. R.": "in der Regel", "i.d.R.": "in der Regel", "u. U.": "unter Umständen",
        "v. a.": "vor allem", "v.a.": "vor allem", "s. o.": "siehe oben", "s. u.": "siehe unten",
        "m. E.": "meines Erachtens", "n. Chr.": "nach Christus", "v. Chr.": "vor Christus",
        "u. v. m.": "und vieles mehr", "u.v.m.": "und vieles mehr", "usw.": "und so weiter",
        "etc.": "et cetera", "bzw.": "beziehungsweise", "ca.": "circa", "ggf.": "gegebenenfalls",
        "evtl.": "eventuell", "inkl.": "inklusive", "exkl.": "exklusive", "zzgl.": "zuzüglich",
        "vgl.": "vergleiche", "Vgl.": "Vergleiche", "sog.": "sogenannte", "bspw.": "beispielsweise",
        "gem.": "gemäß", "geb.": "geboren", "gest.": "gestorben", "max.": "maximal",
        "min.": "mindestens", "mind.": "mindestens", "allg.": "allgemein", "insb.": "insbesondere",
        "insbes.": "insbesondere", "abzgl.": "abzüglich", "Nr.": "Nummer", "Abb.": "Abbildung",
        "Tab.": "Tabelle", "Kap.": "Kapitel", "Bd.": "Band", "Abs.": "Absatz", "Art.": "Artikel",
        "Hr.": "Herr", "Hrn.": "Herrn", "Fr.": "Frau", "Dr.": "Doktor", "Prof.": "Professor",
        "Dipl.-Ing.": "Diplomingenieur", "St.": "Sankt", "Str.": "Straße", "str.": "straße",
        "Tel.": "Telefon", "Jh.": "Jahrhundert", "Jhd.": "Jahrhundert", "Mo.": "Montag",
        "Di.": "Dienstag", "Mi.": "Mittwoch", "Do.": "Donnerstag", "Sa.": "Samstag",
        "vs.": "gegen", "Co.": "Co", "e. V.": "e-V", "e.V.": "e-V", "Std.": "Stunden",
        "Mio.": "Millionen", "Mrd.": "Milliarden",
    }  # fmt: skip
    words = {
        "24/7": "rund um die Uhr", "und/oder": "und oder", "C++": "C plus plus", "C#": "C sharp",
        "WLAN": "W-LAN", "GmbH": "G-m-b-H", "Lkw": "L-K-W", "Pkw": "P-K-W",
    }  # fmt: skip
    signs = {
        "-": "minus", "−": "minus", "+": "plus", "±": "plus minus", "~": "etwa", "≈": "etwa",
        "<": "weniger als", ">": "mehr als", "≤": "höchstens", "≥": "mindestens",
    }  # fmt: skip
    operators = {
        "+": "plus", "-": "minus", "−": "minus", "–": "minus", "*": "mal", "×": "mal", "x": "mal",
        "·": "mal", "/": "geteilt durch", "÷": "geteilt durch", ":": "geteilt durch", "=": "gleich",
        "<": "kleiner als", ">": "größer als", "≤": "kleiner oder gleich",
        "≥": "größer oder gleich", "≈": "ungefähr", "≠": "ungleich", "^": "hoch",
    }  # fmt: skip
    symbols = {
        "&": "und", "%": "Prozent", "§§": "Paragrafen", "§": "Paragraf", "°": "Grad", "→": "nach",
        "->": "nach", "=": "gleich", "×": "mal", "÷": "geteilt durch", "@": "ät",
        "±": "plus minus", "≈": "etwa", "≤": "höchstens", "≥": "mindestens", "<": "kleiner als",
        ">": "größer als", "™": "", "®": "", "©": "Copyright", "*": "", "|": ", ", "_": " ",
        "^2": " zum Quadrat", "²": " zum Quadrat", "^3": " hoch drei", "³": " hoch drei",
        "√": "Wurzel aus", "∞": "unendlich", "•": "", "·": "", "…": ", ", "...": ", ",
        "€": "Euro", "$": "Dollar", "£": "Pfund", "\\": " Backslash ", "`": "", "{": "", "}": "",
        "^": " hoch ",
    }  # fmt: skip
    spelled = frozenset(
        "EU USA KI IT UNO ADAC ARD EZB AEG ICE IC AOK API URL USB UKW UV EDV AG EKG ID UI OS AI "
        "UN UK IOC IBM AWS IP EC ETA".split()
    ) - {"UNO"}
    roman_nouns = frozenset(
        "kapitel teil band akt szene phase typ klasse weltkrieg artikel stufe buch".split()
    )
    rulers = frozenset(
        "ludwig heinrich karl wilhelm friedrich otto elisabeth katharina papst johannes paul "
        "benedikt pius franz joseph georg philipp maria napoleon leopold rudolf ferdinand "
        "maximilian peter alexander nikolaus gregor leo innozenz".split()
    )

    def counted(self, value: int, gender: str = "") -> str:
        if value == 1:
            return "eine" if gender == "f" else "ein"
        return self.cardinal(value)

    def scaled_currency(self, unit: Unit) -> str:
        return unit[1]

    def number(self, text: str, gender: str = "", *, noun: bool = False) -> str:
        return super().number(text, gender, noun=noun)

    def scale_name(self, scale: str, number: str) -> str:
        return super().scale_name(scale, number)

    def say_scaled(self, found: re.Match[str]) -> str | None:
        number, name = found["number"], self.scale_name(found["scale"], found["number"])
        return f"{self.number(number, 'f' if name[0].isupper() else '', noun=True)} {name}"

    def say_money_before(self, found: re.Match[str]) -> str | None:
        said = super().say_money_before(found)
        return said and re.sub(r"\bein (Million|Milliarde|Billion)\b", r"eine \1", said)

    def major_and_minor(self, whole: str, unit: Unit, hundredths: int, minor: Unit) -> str:
        """Prices are said without the cents' name: "fünf Euro fünfzig"."""
        return f"{self.with_unit(whole, unit)} {self.cardinal(hundredths)}"

    def ending(self, found: re.Match[str]) -> str:
        before = self.word_before(found).lower()
        if before in _DATIVE:
            return "n"
        return "" if before in _DEFINITE or before == "" else "r"

    def date(self, day: int, month: int, year: int | None, found: re.Match[str]) -> str:
        said = f"{self.ordinal(day)}{self.ending(found)} {self.months[month - 1]}"
        return f"{said} {self.year(year)}" if year else said

    def date_pattern(self) -> str:
        return (
            rf"(?<![\w.,:/-])(?P<day>\d{{1,2}})\. ?(?:(?P<month>{self._month_name})\b\.?"
            r"|(?P<number>\d{1,2})\.(?!\d))"
            r"(?: ?(?P<year>\d{4})(?![\w]|[.,]\d))?"
        )

    def say_date(self, found: re.Match[str]) -> str | None:
        month = int(found["number"]) if found["number"] else self.month_names[found["month"]]
        year = int(found["year"]) if found["year"] else None
        said = self.checked_date(int(found["day"]), month, year, found)
        return said and said + self.lost_stop(found)

    def time_pattern(self) -> str:
        return (
            rf"(?:{super().time_pattern()}"
            r"|(?<![\w.,:/-])(?P<hours2>[01]?\d|2[0-4])(?:\.(?P<minutes2>[0-5]\d))? ?Uhr\b)"
        )

    def say_time(self, found: re.Match[str]) -> str | None:
        if found["hours2"]:
            return self.clock(int(found["hours2"]), int(found["minutes2"] or 0), "Uhr")
        return super().say_time(found)

    def clock(self, hours: int, minutes: int, suffix: str) -> str:
        said = f"{self.counted(hours)} Uhr"
        return f"{said} {self.cardinal(minutes)}" if minutes else said

    def ordinal_pattern(self) -> str:
        return r"(?<![\w.,/-])(?P<number>\d{1,3})\.(?= (?:[A-ZÄÖÜ]|[a-zäöü])|-)"

    def say_ordinal(self, found: re.Match[str]) -> str | None:
        if not found.string[: found.start()].strip():
            return None
        return self.ordinal(int(found["number"])) + self.ending(found)

    def decade_pattern(self) -> str:
        return r"(?<![\w.,/-])(?P<number>\d{2,4})er(?:[- ]?(?P<years>Jahren|Jahre))?(?!\w)"

    def say_decade(self, found: re.Match[str]) -> str | None:
        value = int(found["number"])
        name = self.year(value) if self.looks_like_year(found["number"]) else self.cardinal(value)
        return f"{name}er" + (f" {found['years']}" if found["years"] else "")

    def fraction(self, whole: int | None, above: int, below: int) -> str | None:
        if below == 1:
            return None
        if below == 2:
            if whole is not None:
                return "eineinhalb" if whole == 1 else f"{self.cardinal(whole)}einhalb"
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
        if before.lower() in self.rulers and before[0].isupper():
            stop = "." if found["suffix"] and self.ends_sentence(found) else ""
            female = before.lower() in {"elisabeth", "katharina", "maria"}
            return f"{'die' if female else 'der'} {self.ordinal(value).capitalize()}{stop}"
        if before.lower() in self.roman_nouns:
            return self.cardinal(value) + found["suffix"]
        if (
            found["suffix"]
            and before.lower() in _DATIVE | _DEFINITE
            and not self.ends_sentence(found)
        ):
            return self.ordinal(value) + self.ending(found)
        return None
