"""Spanish."""

from __future__ import annotations

import re

from voicecli.text.aloud.language import Unit, roman
from voicecli.text.aloud.written import WrittenLanguage

_MONTHS = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
    "octubre", "noviembre", "diciembre",
)  # fmt: skip
_SHORT_MONTHS = {
    "setiembre": 9, "ene": 1, "feb": 2, "mar": 3, "abr": 4, "jun": 6, "jul": 7, "ago": 8, "sept": 9,
    "sep": 9, "oct": 10, "nov": 11, "dic": 12,
}  # fmt: skip
_PARTS = {2: ("medio", "medios"), 3: ("tercio", "tercios"), 4: ("cuarto", "cuartos")}
_ORDINALS = (
    "", "primero", "segundo", "tercero", "cuarto", "quinto", "sexto", "séptimo", "octavo",
    "noveno", "décimo",
)  # fmt: skip


_PESO = frozenset("mx ar co cl uy do cu".split())
_POINT = _PESO - {"ar", "co", "cl", "uy"} | frozenset("us gt hn ni pa pe pr sv 419".split())
"""Regions that write 1,234.50."""
_FEMININE = re.compile(
    r"(?:a|as|ión|iones|dad|dades|tad|tades|tud|tudes|veces|vez|noches?|tardes?"
    r"|clases?|calles?|llaves?|partes?|manos?|fotos?|series?|redes?|leyes|ley"
    r"|claves?|flores|flor|mujeres|mujer|imágenes|imagen|mentes?|bases?|fases?"
    r"|frases?|sedes?|torres?|naves?|nubes?|carnes?|leches?)\Z"
)
_MASCULINE = re.compile(
    r"(?:día|mapa|planeta|cometa|(?:[eo]m|ram|gram|clim)a|tema|idioma|aroma"
    r"|aviones|avión|camión|camiones|gorrión|gorriones|corazón|corazones)s?\Z"
)


class Spanish(WrittenLanguage):
    num2words_code = "es"
    decimal_sign = ","
    grouping_signs = ". "
    point, points = "coma", {".": "punto"}
    minus, to, per, at, dot = "menos", "a", "por", "arroba", "punto"
    dash, slash, underscore, and_ = "guion", "barra", "guion bajo", "con"
    digits = ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve")
    hash_number, hashtag, ratio_to = "número", "hashtag", "a"
    months = _MONTHS
    month_names = (
        {name: i + 1 for i, name in enumerate(_MONTHS)}
        | {name.capitalize(): i + 1 for i, name in enumerate(_MONTHS)}
        | _SHORT_MONTHS
    )
    time_sign = "[:.h]"
    date_words = frozenset("el del al desde hasta antes".split())
    by, out_of = "por", "sobre"
    joiners = "y|o"
    says_height = True
    and_half = ("y medio", "y media")
    ratio_words = ("ratio", "proporción")
    scored = frozenset("nota puntuación calificación página paso parte pregunta".split())
    weekdays = {
        "lun": "lunes", "mar": "martes", "mié": "miércoles", "jue": "jueves", "vie": "viernes",
        "sáb": "sábado", "dom": "domingo", "L": "lunes", "V": "viernes", "D": "domingo",
    }  # fmt: skip
    time_suffix = r"[aApP]\. ?[mM]\.|[aApP][mM]\b|h\b|horas\b|hs\b"

    units: dict[str, Unit] = {
        **{short: (name, name + "s") for short, name in {
            "km": "kilómetro", "m": "metro", "cm": "centímetro", "mm": "milímetro",
            "µm": "micrómetro", "nm": "nanómetro", "kg": "kilogramo", "g": "gramo",
            "mg": "miligramo", "µg": "microgramo", "l": "litro", "L": "litro", "ml": "mililitro",
            "mL": "mililitro", "cl": "centilitro", "dl": "decilitro", "KB": "kilobyte",
            "kB": "kilobyte", "MB": "megabyte", "GB": "gigabyte", "TB": "terabyte",
            "W": "vatio", "kW": "kilovatio", "MW": "megavatio", "V": "voltio", "mA": "miliamperio",
            "A": "amperio", "Ω": "ohmio", "J": "julio", "kJ": "kilojulio", "dB": "decibelio",
            "°": "grado", "s": "segundo", "seg": "segundo", "ms": "milisegundo", "min": "minuto",
        }.items()},
        "px": ("píxel", "píxeles"), "ha": ("hectárea", "hectáreas", "f"),
        "m²": ("metro cuadrado", "metros cuadrados"), "m2": ("metro cuadrado", "metros cuadrados"),
        "km²": ("kilómetro cuadrado", "kilómetros cuadrados"),
        "cm²": ("centímetro cuadrado", "centímetros cuadrados"),
        "m³": ("metro cúbico", "metros cúbicos"),
        "cm³": ("centímetro cúbico", "centímetros cúbicos"),
        "km/h": ("kilómetro por hora", "kilómetros por hora"),
        "m/s": ("metro por segundo", "metros por segundo"),
        "Mbps": ("megabit por segundo", "megabits por segundo"),
        "MB/s": ("megabyte por segundo", "megabytes por segundo"),
        "Hz": ("hercio", "hercios"), "kHz": ("kilohercio", "kilohercios"),
        "MHz": ("megahercio", "megahercios"), "GHz": ("gigahercio", "gigahercios"),
        "kWh": ("kilovatio hora", "kilovatios hora"), "hPa": ("hectopascal", "hectopascales"),
        "°C": ("grado Celsius", "grados Celsius"), "°F": ("grado Fahrenheit", "grados Fahrenheit"),
        "℃": ("grado Celsius", "grados Celsius"), "ºC": ("grado Celsius", "grados Celsius"),
        "%": ("por ciento", "por ciento"), "‰": ("por mil", "por mil"), "x": ("vez", "veces", "f"),
        "×": ("vez", "veces", "f"), "t": ("tonelada", "toneladas", "f"),
        "kcal": ("kilocaloría", "kilocalorías", "f"), "h": ("hora", "horas", "f"),
        "l/100 km": ("litro cada cien kilómetros", "litros cada cien kilómetros"),
        "cda.": ("cucharada", "cucharadas", "f"), "cdas.": ("cucharada", "cucharadas", "f"),
        "cdta.": ("cucharadita", "cucharaditas", "f"),
        "cdtas.": ("cucharadita", "cucharaditas", "f"),
        "hs": ("hora", "horas", "f"), "lb": ("libra", "libras", "f"), "oz": ("onza", "onzas", "f"),
    }  # fmt: skip
    currencies = {
        "EUR": (("euro", "euros"), ("céntimo", "céntimos")),
        "USD": (("dólar", "dólares"), ("centavo", "centavos")),
        "GBP": (("libra", "libras", "f"), ("penique", "peniques")),
        "MXN": (("peso mexicano", "pesos mexicanos"), ("centavo", "centavos")),
        "PESO": (("peso", "pesos"), ("centavo", "centavos")),
        "ARS": (("peso argentino", "pesos argentinos"), ("centavo", "centavos")),
        "CHF": (("franco suizo", "francos suizos"), ("céntimo", "céntimos")),
        "JPY": (("yen", "yenes"), None),
        "CNY": (("yuan", "yuanes"), ("fen", "fenes")),
        "INR": (("rupia", "rupias", "f"), ("paisa", "paisas")),
        "RUB": (("rublo", "rublos"), ("kopek", "kopeks")),
        "BRL": (("real", "reales"), ("centavo", "centavos")),
        "BTC": (("bitcoin", "bitcoins"), None),
    }
    scales = {
        "mil": ("mil", "mil"), "millón": ("millón", "millones"),
        "millones": ("millón", "millones"), "mil millones": ("mil millones", "mil millones"),
        "billones": ("billón", "billones"), "M": ("millón", "millones"), "k": ("mil", "mil"),
        "mill.": ("millón", "millones"),
    }  # fmt: skip
    words = {
        "24/7": "veinticuatro siete", "y/o": "y o", "C++": "C más más", "C#": "C sharp",
    }  # fmt: skip
    signs = {
        "-": "menos", "−": "menos", "+": "más", "±": "más menos", "~": "unos", "≈": "unos",
        "<": "menos de", ">": "más de", "≤": "como máximo", "≥": "como mínimo",
    }  # fmt: skip
    operators = {
        "+": "más", "-": "menos", "−": "menos", "–": "menos", "*": "por", "×": "por", "x": "por",
        "/": "entre", "÷": "entre", "=": "es igual a", "<": "es menor que", ">": "es mayor que",
        "≤": "es menor o igual que", "≥": "es mayor o igual que", "≈": "es aproximadamente",
        "≠": "es distinto de", "^": "elevado a",
    }  # fmt: skip
    symbols = {
        "+": "más", "&": "y", "%": "por ciento", "§": "sección", "°": "grados", "→": "a", "->": "a",
        "=": "es igual a", "×": "por", "÷": "entre", "@": "arroba", "±": "más menos",
        "≈": "aproximadamente", "≤": "como máximo", "≥": "como mínimo", "<": "menor que",
        ">": "mayor que", "™": "", "®": "", "©": "copyright", "*": "", "|": ", ", "_": " ",
        "^2": " al cuadrado", "²": " al cuadrado", "^3": " al cubo", "³": " al cubo",
        "√": "raíz cuadrada de", "∞": "infinito", "•": "", "·": "", "…": ", ", "...": ", ",
        "€": "euros", "$": "dólares", "£": "libras", "\\": " barra invertida ", "`": "", "{": "",
        "}": "", "^": " elevado a ",
    }  # fmt: skip
    spelled = frozenset("UE IA ADN API URL USB UI OS IP ARN DNI".split())
    roman_nouns = frozenset(
        "siglo capítulo tomo parte volumen acto escena sección fase tipo clase mundial libro "
        "artículo nivel título guerra".split()
    )
    labelled = frozenset(
        "página paso versión número opción línea figura tabla pregunta ejercicio día lección tema "
        "temporada episodio canal ruta grupo sala habitación fila columna piso planta".split()
    )
    noun_pattern = (
        r" (?!(?:de|del|y|o|u|a|al|en|por|que|es|con|se|no|más|menos|entre|para|como|ante|sin|"
        r"sobre|después|antes|además|entonces|desde|hasta|son|era|fue|será|sino|ni|la|el|lo|las|los|un|una|su|mil)\b)([a-záéíóúñü]{3,})"
    )
    rulers = frozenset(
        "felipe carlos fernando alfonso juan isabel luis enrique pablo pío benedicto jaime sancho "
        "napoleón jorge eduardo guillermo catalina alejandro pedro león gregorio".split()
    )

    def __init__(self, code: str = "", region: str = "") -> None:
        super().__init__(code, region)
        if region in _POINT:
            self.decimal_sign, self.grouping_signs, self.point = ".", ", ", "punto"
            self.points = {",": "coma"}
        if region in _PESO:
            self.currency_signs = self.currency_signs | {"$": "PESO"}

    def cardinal(self, value: int) -> str:
        """num2words: "veintiuno mil"."""
        said = super().cardinal(value)
        said = re.sub(r"veintiuno (?=mil|bill)", "veintiún ", said)
        return re.sub(r"uno (?=mil|bill)", "un ", said)

    def gender_of(self, noun: str) -> str:
        return "f" if _FEMININE.search(noun) and not _MASCULINE.search(noun) else "m"

    def gender_after(self, found: re.Match[str]) -> str | None:
        """What follows more than one has a plural's "s"."""
        gender = super().gender_after(found)
        number = found.groupdict().get("number")
        following = re.match(r" \w*s\b", found.string[found.end() :])
        return gender if following or number in (None, "1") else None

    def phone_pattern(self) -> str:
        return (
            rf"{super().phone_pattern()}"
            r"|(?<![\w.,-])(?:[6-9]\d\d(?: \d\d){3}|9\d \d{3} \d\d \d\d"
            r"|[6-9]\d\d \d{3} \d{3})(?!\w|,\d| \d| ?[€$£%]| [a-zé]+s\b)"
        )

    def counted(self, value: int, gender: str = "") -> str:
        """ "Uno" before a noun: "un", "una", "veintiún"; hundreds have a gender too."""
        said = self.cardinal(value)
        if gender == "f":
            said = re.sub(r"cientos\b", "cientas", said).replace("quinientos", "quinientas")
            return re.sub(r"uno\Z", "una", said)
        return (
            re.sub(r"veintiuno\Z", "veintiún", said)
            if said.endswith("veintiuno")
            else re.sub(r"uno\Z", "un", said)
        )

    def decimals(self, digits: str) -> str:
        if len(digits) <= 2:
            zeros = len(digits) - len(digits.lstrip("0"))
            rest = digits[zeros:]
            return " ".join(["cero"] * zeros + ([self.cardinal(int(rest))] if rest else []))
        return self.spell_digits(digits)

    def scaled_currency(self, unit: Unit) -> str:
        return f"de {unit[1]}"

    def say_money_before(self, found: re.Match[str]) -> str | None:
        said = super().say_money_before(found)
        return said and said.replace("mil de ", "mil ").replace("un mil ", "mil ")

    def with_unit(self, number: str, unit: Unit) -> str:
        said = super().with_unit(number, unit)
        return re.sub(r"(mill[óo]n(?:es)?) (?=\S+\Z)", r"\1 de ", said)

    def ordinal(self, value: int) -> str:
        return _ORDINALS[value] if 1 <= value <= 10 else super().ordinal(value)

    def year(self, value: int) -> str:
        return self.cardinal(value)

    def date(self, day: int, month: int, year: int | None, found: re.Match[str]) -> str:
        said = f"{'primero' if day == 1 else self.cardinal(day)} de {self.months[month - 1]}"
        return f"{said} de {self.cardinal(year)}" if year else said

    def date_pattern(self) -> str:
        return (
            rf"(?<![\w.,:/-])(?P<day>\d{{1,2}})(?:\.?º)? de (?P<month>{self._month_name})\b\.?"
            r"(?:,? (?:de |del )(?:año )?(?P<year>\d{4})(?![\w]|[.,]\d))?"
        )

    def clock(self, hours: int, minutes: int, suffix: str) -> str:
        mark = re.sub(r"[ .]", "", suffix).lower()
        said = self.counted(hours, "f")
        if minutes:
            said += f"{' y' if hours and mark[:1] != 'h' else ''} {self.cardinal(minutes)}"
        if mark[:1] == "h":
            return f"{said} {'hora' if hours == 1 and not minutes else 'horas'}"
        if mark == "am":
            return f"{said} de la mañana"
        if mark == "pm":
            return f"{said} de la {'noche' if 8 <= hours <= 11 else 'tarde'}"
        return said

    def is_time(self, moment: re.Match[str]) -> bool:
        bare_hours = not moment["minutes"] and (moment["suffix"] or "")[:1] == "h"
        return super().is_time(moment) and not bare_hours

    def ordinal_pattern(self) -> str:
        return r"(?<![\w.,/-])(?P<number>\d{1,4})\.?(?P<suffix>[ºª]|er|[rdtmv][oa])(?!\w)"

    def say_ordinal(self, found: re.Match[str]) -> str | None:
        said, suffix = self.ordinal(int(found["number"])), found["suffix"]
        if suffix in ("ª", "ra", "da", "ta", "ma", "va"):
            return re.sub(r"o\b", "a", said)
        if suffix == "er":
            return re.sub(r"ero\Z", "er", said)
        return said

    def decade_pattern(self) -> str:
        return r"(?<=los )(?P<decade>\d0)(?=[ ,.;:!?]|\Z)(?! (?:%|[a-z]+os\b))"

    def say_decade(self, found: re.Match[str]) -> str | None:
        return self.cardinal(int(found["decade"]))

    def fraction(self, whole: int | None, above: int, below: int, gender: str = "") -> str | None:
        if below == 1:
            return None
        names = _PARTS.get(below)
        if names is None:
            name = self.ordinal(below) if below <= 10 else self.cardinal(below) + "avo"
            name = "décimo" if below == 10 else name
            names = (name, name + "s")
        part = f"{self.counted(above)} {names[0] if above == 1 else names[1]}"
        if below == 2 and above == 1:
            part = "media" if gender == "f" else "medio"
        return f"{self.counted(whole, gender)} y {part}" if whole is not None else part

    def say_abbreviation(self, found: re.Match[str]) -> str | None:
        after = found.string[found.end() :]
        if found[0] == "D." and not re.match(r" [A-ZÁÉÍÓÚÑ]", after):
            return None
        if found[0] in ("art.", "cap.", "fig.", "vol.") and not after.strip():
            return None
        return super().say_abbreviation(found)

    def say_roman(self, found: re.Match[str]) -> str | None:
        value = roman(found["roman"])
        before = self.word_before(found)
        if value is None or not before or found["suffix"] not in ("", "."):
            return None
        stop = found["suffix"]
        if before.lower() in self.rulers and before[0].isupper():
            said = self.ordinal(value) if value <= 10 else self.cardinal(value)
            if before.lower() in {"isabel", "catalina"}:
                said = re.sub(r"o\Z", "a", said)
            return said + stop
        is_century = before.lower() in ("el", "del") and re.search(
            r"\bsiglos?\b", self.before(found)
        )
        if self.is_numbered(before) or is_century:
            return self.cardinal(value) + stop
        return None
