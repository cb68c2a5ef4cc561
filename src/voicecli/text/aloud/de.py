"""German."""

from __future__ import annotations

import re

from voicecli.text.aloud.dates import DASH
from voicecli.text.aloud.language import Unit, alternatives, roman
from voicecli.text.aloud.written import WrittenLanguage

_MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
    "November", "Dezember",
)  # fmt: skip
_SHORT_MONTHS = {
    "Jänner": 1, "Jan": 1, "Feb": 2, "Feber": 2, "Mrz": 3, "Apr": 4, "Jun": 6, "Jul": 7, "Aug": 8,
    "Sep": 9, "Sept": 9, "Okt": 10, "Nov": 11, "Dez": 12,
}  # fmt: skip
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
_FEMININE = re.compile(
    r"(?:(?<!spr)(?<!schw)ung|heit|keit|schaft|ion|tät|[^e]ik|ei|[rdtgfhsk]in|[^e]e|"
    r"person|stadt|frau|zahl|hand|nacht|wand|bank|gabel|zwiebel|kartoffel|tafel|feder|mutter|"
    r"tochter|schwester|(?<!t)art|wahl|antwort|arbeit|zeit|tür|form|nummer|steuer|butter|regel|"
    r"schüssel|(?<!p)insel|mail|app|uhr|wurst|frucht|(?<!ge)nuss|haut|luft|kraft|million|ecke|idee|armee)\Z",
    re.IGNORECASE,
)
_MASCULINE = re.compile(
    r"(?:name|junge|kunde|käse|löwe|affe|hase|kollege|buchstabe|gedanke|wille|friede|schwede|"
    r"franzose|deutsche|euro|brei|termin|gewinn|beginn|sinn|kamin|delfin|stein|wein|verein)\Z",
    re.IGNORECASE,
)
_NEUTER = re.compile(
    r"(?:chen|lein|(?<!a)um|(?<!mo)ment|zeug|jahr|mal|kind|haus|buch|bild|spiel|\Ator|kapitel|quartal|semester|"
    r"\A(?:wochen|jahres|monats)?ende|auge|interesse|gebäude|gebirge|ergebnis|zimmer|büro|auto|land|gebot|gleis|treffen|"
    r"wort|viertel|drittel|halbjahr|jahrzehnt|jahrhundert|jahrtausend|ei|brot|messer|glas|"
    r"gramm|kilo|tier|pferd|video|foto|bein|team|ziel|element|date|update|paar|stück|blatt|"
    r"brett|bett|bad|tal|dorf|feld|gesetz|lied|produkt|gerät|werk|system|problem|thema|beispiel|"
    r"geschoss|obergeschoss|level)\Z",
    re.IGNORECASE,
)


class German(WrittenLanguage):
    RULES = ("compound", *WrittenLanguage.RULES)
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
    time_sign, time_suffix = "[:.]", "Uhr"
    dotted_dates = True
    by, out_of = "mal", "von"
    joiners = "und|oder"
    says_height = True
    ratio_words, tilde = ("verhältnis", "maßstab"), "Tilde"
    scored = frozenset("bewertung bewertet note seite schritt teil frage".split())
    weekdays = {
        "Mo": "Montag", "Di": "Dienstag", "Mi": "Mittwoch", "Do": "Donnerstag", "Fr": "Freitag",
        "Sa": "Samstag", "So": "Sonntag",
    }  # fmt: skip

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
        "l/100 km": ("Liter auf hundert Kilometer", "Liter auf hundert Kilometer"),
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
        "M": ("Million", "Millionen"), "k": ("tausend", "tausend"),
        "Billionen": ("Billion", "Billionen"), "Bio.": ("Billion", "Billionen"),
    }  # fmt: skip
    words = {
        "24/7": "rund um die Uhr", "Strg": "Steuerung",
        "und/oder": "und oder", "C++": "C plus plus", "C#": "C sharp",
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
        "+": "plus", "&": "und", "%": "Prozent", "§§": "Paragrafen", "§": "Paragraf", "°": "Grad",
        "→": "nach",
        "->": "nach", "=": "gleich", "×": "mal", "÷": "geteilt durch", "@": "ät",
        "±": "plus minus", "≈": "etwa", "≤": "höchstens", "≥": "mindestens", "<": "kleiner als",
        ">": "größer als", "™": "", "®": "", "©": "Copyright", "*": "", "|": ", ", "_": " ",
        "^2": " zum Quadrat", "²": " zum Quadrat", "^3": " hoch drei", "³": " hoch drei",
        "√": "Wurzel aus", "∞": "unendlich", "•": "", "·": "", "…": ", ", "...": ", ",
        "€": "Euro", "$": "Dollar", "£": "Pfund", "\\": " Backslash ", "`": "", "{": "", "}": "",
        "^": " hoch ",
    }  # fmt: skip
    spelled = frozenset(
        "EU USA KI IT ADAC ARD EZB AEG ICE IC AOK API URL USB UKW UV EDV AG EKG ID UI OS AI "
        "UN UK IOC IBM AWS IP EC ETA".split()
    )
    roman_nouns = frozenset(
        "kapitel teil band akt szene phase typ klasse weltkrieg artikel stufe buch".split()
    )
    rulers = frozenset(
        "ludwig heinrich karl wilhelm friedrich otto elisabeth katharina papst johannes paul "
        "benedikt pius franz joseph georg philipp maria napoleon leopold rudolf ferdinand "
        "maximilian peter alexander nikolaus gregor leo innozenz".split()
    )

    labelled = frozenset(
        "schritt version nummer nr option zeile seite abbildung tabelle frage aufgabe tag lektion "
        "abs kap abb tab bd art staffel folge kanal route gruppe raum reihe spalte platz gleis "
        "punkt abschnitt".split()
    )
    noun_pattern = (
        r" (?:(?!(?:oder|aber|unter|hinter|immer|wieder|weiter|der|über)\b)[a-zäöüß]{3,}e[nrs]?"
        r" ){0,2}([A-ZÄÖÜ][\w-]+)"
    )

    def __init__(self, code: str = "", region: str = "") -> None:
        super().__init__(code, region)
        if region in ("ch", "li"):
            self.decimal_sign, self.grouping_signs = ".", "'’ "

    def gender_of(self, noun: str) -> str:
        if noun in ("Ei", "Bein") or _NEUTER.search(noun) and not noun.endswith("arbeit"):
            return "n" if not re.search(r".[^aeiou]ei\Z", noun) else "f"
        if _FEMININE.search(noun) and not _MASCULINE.search(noun):
            return "f"
        return "m"

    def counted(self, value: int, gender: str = "") -> str:
        if value == 1:
            return "eine" if gender == "f" else "ein"
        return self.cardinal(value)

    def prepare(self, sentence: str) -> str:
        """ "5,– Euro" is five euros."""
        return re.sub(r"(?<=\d)[.,]\s?[-–—]{1,2}(?=[\s€]|\Z)", "", sentence)

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
            rf"(?:(?:{alternatives(self.weekdays.values())}"
            rf"|(?:{alternatives(self.weekdays)})\.),? )?"
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
        said = f"{days}{self.ordinal(day)}{ending} {self.months[month - 1]}"
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
        if {before.lower(), before.lower().removesuffix("s")} & self.rulers and before[0].isupper():
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
        if name.lower() not in self.rulers:
            return "der" if is_female else "des", "n"
        if governed in _WITH_DATIVE:
            return "der" if is_female else "dem", "n"
        if governed in _WITH_ACCUSATIVE and not is_female:
            return "den", "n"
        return "die" if is_female else "der", ""
