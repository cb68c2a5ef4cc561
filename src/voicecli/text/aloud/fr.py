"""French."""

from __future__ import annotations

import re

from voicecli.text.aloud.language import Unit, roman
from voicecli.text.aloud.written import WrittenLanguage

_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
    "octobre", "novembre", "décembre",
)  # fmt: skip
_SHORT_MONTHS = {
    "janv": 1, "févr": 2, "fév": 2, "avr": 4, "juil": 7, "sept": 9, "oct": 10, "nov": 11, "déc": 12,
}  # fmt: skip
_PARTS = {2: ("demi", "demis"), 3: ("tiers", "tiers"), 4: ("quart", "quarts")}
_FEMININE = re.compile(
    r"(?:[st]ion|xion|té|ette|elle|esse|euse|ance|ence|ure|ée|ie|ine|tude|aison|ière|ique|ade|ise"
    r"|personne|heure|minute|seconde|semaine|année|fois|page|ligne|étape|tasse|cuillère|tranche"
    r"|gousse|pomme|carotte|tomate|étoile|chambre|maison|voiture|femme|fille|ville|table|place"
    r"|boîte|bouteille|livre sterling|tonne|feuille|branche|lettre|image|étude|équipe|part|main"
    r"|nuit|clé|erreur|couleur|fleur|valeur|réponse|tâche|règle|porte|vidéo|photo|note|phase"
    r"|colonne|plante|roue|usine|route|île|langue|carte|liste|pièce|dose|goutte|noix|branche)s?\Z"
)
_MASCULINE = re.compile(r"(?:été|côté|comité|musée|lycée|génie|incendie|magazine|silence)s?\Z")
_SUPERSCRIPTS = str.maketrans("ᵉʳᵈˢᵐⁿ", "erdsmn")
_VOWELS = "aeiouyhéèêâîôû"


class French(WrittenLanguage):
    num2words_code = "fr"
    decimal_sign = ","
    grouping_signs = " ."
    point, points = "virgule", {".": "point"}
    minus, to, per, at, dot = "moins", "à", "par", "arobase", "point"
    dash, slash, underscore, and_ = "tiret", "barre oblique", "tiret bas", "et"
    digits = ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf")
    hash_number, hashtag, ratio_to = "numéro", "hashtag", "à"
    months = _MONTHS
    time_sign, time_suffix = r":|\s?[hH]\s?", r"[hH]"
    date_words = frozenset("le du au dès depuis avant après".split())
    by, out_of = "sur", "sur"
    joiners = "et|ou"
    says_height = True
    and_half = ("et demi", "et demie")
    ratio_words = ("ratio", "échelle")
    scored = frozenset("note noté notée obtenu page étape partie question".split())
    weekdays = {
        "lun": "lundi", "mar": "mardi", "mer": "mercredi", "jeu": "jeudi", "ven": "vendredi",
        "sam": "samedi", "dim": "dimanche",
    }  # fmt: skip
    month_names = (
        {name: i + 1 for i, name in enumerate(_MONTHS)}
        | {name.capitalize(): i + 1 for i, name in enumerate(_MONTHS)}
        | _SHORT_MONTHS
    )

    units: dict[str, Unit] = {
        **{short: (name, name + "s") for short, name in {
            "km": "kilomètre", "m": "mètre", "cm": "centimètre", "mm": "millimètre",
            "µm": "micromètre", "nm": "nanomètre", "kg": "kilogramme", "g": "gramme",
            "mg": "milligramme", "µg": "microgramme", "l": "litre", "L": "litre",
            "ml": "millilitre", "mL": "millilitre", "cl": "centilitre", "dl": "décilitre",
            "ha": "hectare", "ko": "kilooctet", "Ko": "kilooctet", "Mo": "mégaoctet",
            "Go": "gigaoctet", "To": "téraoctet", "MB": "mégaoctet", "GB": "gigaoctet",
            "W": "watt", "kW": "kilowatt", "MW": "mégawatt", "V": "volt", "mV": "millivolt",
            "kV": "kilovolt", "A": "ampère", "mA": "milliampère", "Ω": "ohm", "J": "joule",
            "kJ": "kilojoule", "Pa": "pascal", "hPa": "hectopascal", "dB": "décibel",
            "°": "degré", "px": "pixel", "kWh": "kilowattheure", "Wh": "wattheure",
        }.items()},
        "m²": ("mètre carré", "mètres carrés"), "m2": ("mètre carré", "mètres carrés"),
        "km²": ("kilomètre carré", "kilomètres carrés"),
        "cm²": ("centimètre carré", "centimètres carrés"), "m³": ("mètre cube", "mètres cubes"),
        "cm³": ("centimètre cube", "centimètres cubes"),
        "km/h": ("kilomètre par heure", "kilomètres par heure"),
        "m/s": ("mètre par seconde", "mètres par seconde"),
        "Mo/s": ("mégaoctet par seconde", "mégaoctets par seconde"),
        "Mbit/s": ("mégabit par seconde", "mégabits par seconde"),
        "Hz": ("hertz", "hertz"), "kHz": ("kilohertz", "kilohertz"),
        "MHz": ("mégahertz", "mégahertz"),
        "GHz": ("gigahertz", "gigahertz"), "°C": ("degré Celsius", "degrés Celsius"),
        "°F": ("degré Fahrenheit", "degrés Fahrenheit"), "℃": ("degré Celsius", "degrés Celsius"),
        "%": ("pour cent", "pour cent"), "‰": ("pour mille", "pour mille"), "x": ("fois", "fois"),
        "×": ("fois", "fois"), "t": ("tonne", "tonnes", "f"),
        "kcal": ("kilocalorie", "kilocalories", "f"),
        "s": ("seconde", "secondes", "f"), "ms": ("milliseconde", "millisecondes", "f"),
        "sec": ("seconde", "secondes", "f"), "min": ("minute", "minutes", "f"),
        "mn": ("minute", "minutes", "f"), "h": ("heure", "heures", "f"),
        "l/100 km": ("litre aux cent kilomètres", "litres aux cent kilomètres"),
        "L/100 km": ("litre aux cent kilomètres", "litres aux cent kilomètres"),
        "c. à soupe": ("cuillère à soupe", "cuillères à soupe", "f"),
        "c. à café": ("cuillère à café", "cuillères à café", "f"),
    }  # fmt: skip
    currencies = {
        "EUR": (("euro", "euros"), ("centime", "centimes")),
        "USD": (("dollar", "dollars"), ("cent", "cents")),
        "GBP": (("livre", "livres", "f"), ("penny", "pence")),
        "CHF": (("franc suisse", "francs suisses"), ("centime", "centimes")),
        "JPY": (("yen", "yens"), None),
        "CNY": (("yuan", "yuans"), ("fen", "fens")),
        "CAD": (("dollar canadien", "dollars canadiens"), ("cent", "cents")),
        "INR": (("roupie", "roupies", "f"), ("paisa", "paisas")),
        "RUB": (("rouble", "roubles"), ("kopeck", "kopecks")),
        "BTC": (("bitcoin", "bitcoins"), None),
    }
    scales = {
        "mille": ("mille", "mille"), "million": ("million", "millions"),
        "millions": ("million", "millions"), "milliard": ("milliard", "milliards"),
        "milliards": ("milliard", "milliards"), "Md": ("milliard", "milliards"),
        "Mds": ("milliard", "milliards"), "M": ("million", "millions"), "k": ("mille", "mille"),
    }  # fmt: skip
    words = {
        "24h/24": "vingt-quatre heures sur vingt-quatre", "7j/7": "sept jours sur sept",
        "24/7": "vingt-quatre heures sur vingt-quatre", "et/ou": "et ou", "C++": "C plus plus",
        "C#": "C dièse", "km/h": "kilomètres par heure",
    }  # fmt: skip
    signs = {
        "-": "moins", "−": "moins", "+": "plus", "±": "plus ou moins", "~": "environ",
        "≈": "environ", "<": "moins de", ">": "plus de", "≤": "au plus", "≥": "au moins",
    }  # fmt: skip
    operators = {
        "+": "plus", "-": "moins", "−": "moins", "–": "moins", "*": "fois", "×": "fois",
        "x": "fois", "/": "divisé par", "÷": "divisé par", "=": "égale", "<": "est inférieur à",
        ">": "est supérieur à", "≤": "est inférieur ou égal à", "≥": "est supérieur ou égal à",
        "≈": "est environ", "≠": "est différent de", "^": "puissance",
    }  # fmt: skip
    symbols = {
        "+": "plus", "&": "et", "%": "pour cent", "§": "paragraphe", "°": "degrés", "→": "vers",
        "->": "vers", "=": "égale", "×": "fois", "÷": "divisé par", "@": "arobase",
        "±": "plus ou moins", "≈": "environ", "≤": "au plus", "≥": "au moins",
        "<": "inférieur à", ">": "supérieur à", "™": "", "®": "", "©": "copyright",
        "*": "", "|": ", ", "_": " ", "^2": " au carré",
        "²": " au carré", "^3": " au cube", "³": " au cube", "√": "racine carrée de",
        "∞": "l'infini", "•": "", "·": "", "…": ", ", "...": ", ", "€": "euros", "$": "dollars",
        "£": "livres", "\\": " antislash ", "`": "", "{": "", "}": "", "^": " puissance ",
    }  # fmt: skip
    spelled = frozenset("UE IA USA EU API URL USB UI OS IP RER ONG OGM IUT OVH EDF UMP".split())
    roman_nouns = frozenset(
        "chapitre tome partie volume acte scène section phase type classe guerre livre article "
        "annexe niveau titre".split()
    )
    labelled = frozenset(
        "page étape version numéro option ligne figure tableau question exercice jour leçon sujet "
        "saison épisode chaîne groupe salle rang colonne étage point".split()
    )
    noun_pattern = (
        r" (?!(?:de|du|des|et|ou|à|au|en|par|pour|que|qui|est|sont|a|avec|sur|dans|plus|moins|mais|"
        r"ne|se|le|la|les|un|une|sans|sous|entre|était|sera|fois sur|contre)\b)([a-zà-ÿœ]{3,})"
    )
    rulers = frozenset(
        "louis henri charles philippe françois napoléon jean paul pie benoît élisabeth elisabeth "
        "édouard georges guillaume catherine frédéric alexandre nicolas pierre léon grégoire "
        "clément innocent".split()
    )

    def counted(self, value: int, gender: str = "") -> str:
        said = self.cardinal(value)
        return re.sub(r"\bun\Z", "une", said) if gender == "f" else said

    def prepare(self, sentence: str) -> str:
        return super().prepare(sentence.translate(_SUPERSCRIPTS))

    def gender_of(self, noun: str) -> str:
        return "f" if _FEMININE.search(noun) and not _MASCULINE.search(noun) else "m"

    def ordinal(self, value: int) -> str:
        """num2words: "quatre-vingtsième", "deux centsième"."""
        return re.sub(r"(?<=ngt|ent)s(?=ième)", "", super().ordinal(value))

    def phone_group(self, digits: str) -> str:
        """Pairs are said as numbers: "zéro six, douze"."""
        is_number = len(digits) == 2 and digits[0] != "0"
        return self.cardinal(int(digits)) if is_number else self.spell_digits(digits)

    def with_unit(self, number: str, unit: Unit) -> str:
        """In French the plural begins at two: "1,5 kilomètre"."""
        whole, _, _ = self.split_number(number)
        name = unit[0] if int(whole or "0") < 2 else unit[1]
        said = self.number(number, self.gender(unit), noun=True)
        if re.search(r"(?:million|milliard)s?\Z", said):
            return f"{said} {self._of(name)}"
        return f"{said} {name}"

    def _of(self, name: str) -> str:
        return f"d'{name}" if name[0].lower() in _VOWELS else f"de {name}"

    def scaled_currency(self, unit: Unit) -> str:
        return self._of(unit[1])

    def say_money_before(self, found: re.Match[str]) -> str | None:
        said = super().say_money_before(found)
        return said and re.sub(r"\bmille (?:de |d')", "mille ", said).replace("un mille ", "mille ")

    def decimals(self, digits: str) -> str:
        """Two decimals are read as a number: "trois virgule quatorze"."""
        if len(digits) <= 2 or len(digits) == 3 and digits[0] != "0":
            zeros = len(digits) - len(digits.lstrip("0"))
            rest = digits[zeros:]
            return " ".join(["zéro"] * zeros + ([self.cardinal(int(rest))] if rest else []))
        return self.spell_digits(digits)

    def major_and_minor(self, whole: str, unit: Unit, hundredths: int, minor: Unit) -> str:
        """Prices are said without the cents' name: "cinq euros cinquante"."""
        return f"{self.with_unit(whole, unit)} {self.cardinal(hundredths)}"

    def date(self, day: int, month: int, year: int | None, found: re.Match[str]) -> str:
        said = f"{'premier' if day == 1 else self.cardinal(day)} {self.months[month - 1]}"
        return f"{said} {self.cardinal(year)}" if year else said

    def year(self, value: int) -> str:
        return self.cardinal(value)

    def clock(self, hours: int, minutes: int, suffix: str) -> str:
        said = f"{self.counted(hours, 'f')} {'heure' if hours < 2 else 'heures'}"
        return f"{said} {self.counted(minutes, 'f')}" if minutes else said

    def ordinal_pattern(self) -> str:
        suffix = r"(?P<suffix>ers?|res?|ères?|nde?s?|e|è|ème|ième|eme)"
        return rf"(?<![\w.,/-])(?P<number>\d{{1,3}}(?: \d{{3}})+|\d{{1,4}}){suffix}s?(?!\w)"

    def say_ordinal(self, found: re.Match[str]) -> str | None:
        value = int(found["number"].replace(" ", ""))
        if value == 1:
            said = "premier" if found["suffix"].startswith("er") else "première"
            return said + ("s" if found[0][-1] == "s" else "")
        if found["suffix"].startswith("nd"):
            return "second" + found["suffix"][2:]
        return self.ordinal(value)

    def decade_pattern(self) -> str:
        return r"(?<=[Aa]nnées )(?P<decade>\d0)(?!\w)"

    def say_decade(self, found: re.Match[str]) -> str | None:
        return self.cardinal(int(found["decade"]))

    def fraction(self, whole: int | None, above: int, below: int, gender: str = "") -> str | None:
        if below == 1:
            return None
        one, many = _PARTS.get(below) or (self.ordinal(below), self.ordinal(below) + "s")
        if whole is not None and below == 2:
            return f"{self.counted(whole, gender)} et demi{'e' if gender == 'f' else ''}"
        if whole is not None:
            return f"{self.cardinal(whole)} et {self.fraction(None, above, below)}"
        return f"{self.counted(above, gender if below == 2 else '')} {one if above == 1 else many}"

    def say_abbreviation(self, found: re.Match[str]) -> str | None:
        after = found.string[found.end() :]
        if found[0] in ("M.", "Me", "St", "Ste", "Pr", "Dr") and not re.match(
            r"[ -][A-ZÀ-Ý]", after
        ):
            return None
        if found[0] in ("av.", "bd", "art.", "vol.", "fig.") and not after.strip():
            return None
        return super().say_abbreviation(found)

    def say_roman(self, found: re.Match[str]) -> str | None:
        value = roman(found["roman"])
        before = self.word_before(found)
        if value is None:
            return None
        suffix = found["suffix"]
        if suffix in ("e", "er", "ème") and not set(found["roman"]) - set("IVX"):
            return "premier" if value == 1 else self.ordinal(value)
        if suffix in ("re", "ère") and value == 1:
            return "première"
        if before and before.lower() in self.rulers and before[0].isupper():
            return ("premier" if value == 1 else self.cardinal(value)) + suffix
        if self.is_numbered(before):
            return self.cardinal(value) + suffix
        if re.match(r"\s+siècles?\b", found.string[found.end() :]):
            return self.ordinal(value)
        return None
