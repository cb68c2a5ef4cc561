"""Polish."""

from __future__ import annotations

from voicecli.languages.aloud import Aloud
from voicecli.languages.language import (
    SOUNDS,
    Abbreviations,
    Language,
    Phrases,
    phrases,
    unsaid,
    words,
)

# fmt: off

_ALOUD = Aloud(
    decimal_sign=",",
    grouping_signs=" .",
    point="przecinek",
    points={".": "kropka"},
    digits=tuple("zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć".split()),
    genders={
        **dict.fromkeys("a ę y i ść ć".split(), "f"),
        **dict.fromkeys("koty psy domy lata dni razy kroki litry metry".split(), "m"),
        **dict.fromkeys(
            " koty, psy, domy, dni, razy, kroki, litry, metry, pokoje, dania, grosze, złote, osoby"
            .split(","), "m"),
        **dict.fromkeys(" jabłka, jajka, okna, miejsca, zdania, lata, dziecko".split(","), "n"),
    },
    noun_pattern=(
        r" (?!(?:i|lub|albo|na|w|z|do|od|o|po|za|to|jest|są|nie|się|że|przy)\b)"
        r"([a-ząćęłńóśźż]{3,})"
    ),
    minus="minus",
    to="—",
    and_="i",
    dot="kropka",
    by="na",
    joiners="i|lub|albo",
    units={
        **{short: (one, f"{few}|{many}|{part}") for short, (one, few, many, part) in {
            "km": ("kilometr", "kilometry", "kilometrów", "kilometra"),
            "m": ("metr", "metry", "metrów", "metra"),
            "cm": ("centymetr", "centymetry", "centymetrów", "centymetra"),
            "mm": ("milimetr", "milimetry", "milimetrów", "milimetra"),
            "kg": ("kilogram", "kilogramy", "kilogramów", "kilograma"),
            "dag": ("dekagram", "dekagramy", "dekagramów", "dekagrama"),
            "g": ("gram", "gramy", "gramów", "grama"),
            "mg": ("miligram", "miligramy", "miligramów", "miligrama"),
            "l": ("litr", "litry", "litrów", "litra"),
            "L": ("litr", "litry", "litrów", "litra"),
            "ml": ("mililitr", "mililitry", "mililitrów", "mililitra"),
            "ha": ("hektar", "hektary", "hektarów", "hektara"),
            "m²": ("metr kwadratowy", "metry kwadratowe", "metrów kwadratowych",
                   "metra kwadratowego"),
            "m2": ("metr kwadratowy", "metry kwadratowe", "metrów kwadratowych",
                   "metra kwadratowego"),
            "km²": ("kilometr kwadratowy", "kilometry kwadratowe", "kilometrów kwadratowych",
                    "kilometra kwadratowego"),
            "m³": ("metr sześcienny", "metry sześcienne", "metrów sześciennych",
                   "metra sześciennego"),
            "km/h": ("kilometr na godzinę", "kilometry na godzinę", "kilometrów na godzinę",
                     "kilometra na godzinę"),
            "m/s": ("metr na sekundę", "metry na sekundę", "metrów na sekundę",
                    "metra na sekundę"),
            "KB": ("kilobajt", "kilobajty", "kilobajtów", "kilobajta"),
            "MB": ("megabajt", "megabajty", "megabajtów", "megabajta"),
            "GB": ("gigabajt", "gigabajty", "gigabajtów", "gigabajta"),
            "TB": ("terabajt", "terabajty", "terabajtów", "terabajta"),
            "W": ("wat", "waty", "watów", "wata"),
            "kW": ("kilowat", "kilowaty", "kilowatów", "kilowata"),
            "V": ("wolt", "wolty", "woltów", "wolta"),
            "A": ("amper", "ampery", "amperów", "ampera"),
            "Hz": ("herc", "herce", "herców", "herca"),
            "MHz": ("megaherc", "megaherce", "megaherców", "megaherca"),
            "GHz": ("gigaherc", "gigaherce", "gigaherców", "gigaherca"),
            "hPa": ("hektopaskal", "hektopaskale", "hektopaskali", "hektopaskala"),
            "dB": ("decybel", "decybele", "decybeli", "decybela"),
            "°C": ("stopień Celsjusza", "stopnie Celsjusza", "stopni Celsjusza",
                   "stopnia Celsjusza"),
            "°F": ("stopień Fahrenheita", "stopnie Fahrenheita", "stopni Fahrenheita",
                   "stopnia Fahrenheita"),
            "°": ("stopień", "stopnie", "stopni", "stopnia"),
            "px": ("piksel", "piksele", "pikseli", "piksela"),
        }.items()},
        "t": ("tona", "tony|ton|tony", "f"),
        "kWh": ("kilowatogodzina", "kilowatogodziny|kilowatogodzin|kilowatogodziny", "f"),
        "kcal": ("kilokaloria", "kilokalorie|kilokalorii|kilokalorii", "f"),
        "h": ("godzina", "godziny|godzin|godziny", "f"),
        "godz.": ("godzina", "godziny|godzin|godziny", "f"),
        "min": ("minuta", "minuty|minut|minuty", "f"),
        "s": ("sekunda", "sekundy|sekund|sekundy", "f"),
        "ms": ("milisekunda", "milisekundy|milisekund|milisekundy", "f"),
        "%": ("procent", "procent"), "‰": ("promil", "promile|promili|promila"),
        "x": ("raz", "razy"), "×": ("raz", "razy"),
    },
    scales={
        "tys.": ("tysiąc", "tysiące|tysięcy|tysiąca"),
        "mln": ("milion", "miliony|milionów|miliona"),
        "mld": ("miliard", "miliardy|miliardów|miliarda"),
    },
    operators={
        "+": "plus", "-": "minus", "−": "minus", "–": "minus", "*": "razy", "×": "razy",
        "x": "razy", "/": "podzielić przez", "÷": "podzielić przez", ":": "podzielić przez",
        "=": "równa się", "<": "jest mniejsze niż", ">": "jest większe niż",
        "≤": "jest mniejsze lub równe", "≥": "jest większe lub równe", "≈": "to około",
        "≠": "jest różne od", "^": "do potęgi",
    },
    symbols={
        "+": "plus", "&": "i", "%": "procent", "§": "paragraf", "°": "stopni", "→": "do",
        "->": "do", "=": "równa się", "×": "razy", "÷": "podzielić przez", "@": "małpa",
        "±": "plus minus", "≈": "około", "≤": "najwyżej", "≥": "co najmniej",
        "<": "mniej niż", ">": "więcej niż", "™": "", "®": "", "©": "copyright", "*": "",
        "|": ", ", "_": " ", "^2": " do kwadratu", "²": " do kwadratu", "^3": " do sześcianu",
        "³": " do sześcianu", "√": "pierwiastek z", "∞": "nieskończoność", "•": "", "·": "",
        "…": ", ", "...": ", ", "€": "euro", "$": "dolarów", "£": "funtów", "`": "", "{": "",
        "}": "", "^": " do potęgi ", "\\": " ukośnik wsteczny ",
    },
    labelled=frozenset(
        "strona wersja numer opcja linia rysunek tabela pytanie ćwiczenie dzień lekcja sezon "
        "odcinek "
        "kanał grupa sala piętro punkt peron pokój rozdział krok nr".split()
    ),
    roman_nouns=frozenset("rozdział tom część akt scena faza klasa księga".split()),
    at="małpa",
    dash="myślnik",
    slash="ukośnik",
    underscore="podkreślenie",
    spelled=frozenset("UE USA API URL USB OS IP PKP VAT".split()),
    words={"24/7": "całą dobę", "i/lub": "i lub", "C++": "C plus plus", "C#": "C sharp"},
    hash_number="numer",
    months=tuple(
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października "
        "listopada grudnia".split()
    ),
    short_months={
        "sty": 1, "lut": 2, "mar": 3, "kwi": 4, "cze": 6, "lip": 7, "sie": 8, "wrz": 9, "paź": 10,
        "lis": 11, "gru": 12,
    },
    weekdays={
        "pon": "poniedziałek", "pn": "poniedziałek", "wt": "wtorek", "śr": "środa",
        "czw": "czwartek", "pt": "piątek", "sob": "sobota", "nd": "niedziela",
    },
    date_words=frozenset("dnia od do".split()),
    dotted_dates=True,
    time_sign="[:.]",
    time_suffix="godz",
    ratio_words=("stosunek", "skala"),
    per="na",
    currencies={
        "PLN": (("złoty", "złote|złotych|złotego"), ("grosz", "grosze|groszy|grosza")),
        "EUR": (("euro", "euro"), ("cent", "centy|centów|centa")),
        "USD": (("dolar", "dolary|dolarów|dolara"), ("cent", "centy|centów|centa")),
        "GBP": (("funt", "funty|funtów|funta"), ("pens", "pensy|pensów|pensa")),
        "CHF": (("frank szwajcarski",
                 "franki szwajcarskie|franków szwajcarskich|franka szwajcarskiego"), None),
        "JPY": (("jen", "jeny|jenów|jena"), None), "CNY": (("juan", "juany|juanów|juana"), None),
        "RUB": (("rubel", "ruble|rubli|rubla"), ("kopiejka", "kopiejki|kopiejek|kopiejki", "f")),
    },
    ratio_to="do",
    out_of="na",
    scored=frozenset("ocena wynik strona krok część pytanie".split()),
    signs={
        "-": "minus", "−": "minus", "+": "plus", "±": "plus minus", "~": "około",
        "≈": "około", "<": "mniej niż", ">": "więcej niż", "≤": "najwyżej", "≥": "co najmniej",
    },
    parts={
        2: ("pół", "drugie"), 3: ("jedna trzecia", "trzecie"), 4: ("jedna czwarta", "czwarte"),
        5: ("jedna piąta", "piąte"), 8: ("jedna ósma", "ósme"), 10: ("jedna dziesiąta",
        "dziesiąte"),
    },
    fused={"dwa trzecie": "dwie trzecie", "dwa piąte": "dwie piąte"},
)

LANGUAGE = Language(
    code="pl",
    short_answers=phrases(
        "tak, nie, dobrze, ok, okej, jasne, dziękuję, dzięki, proszę, cześć, dzień dobry, dobry "
        "wieczór, dobranoc, do widzenia, dalej, jeszcze raz, czekaj, pomocy, stop, głośniej, "
        "ciszej, "
        "wolniej, zgadza się, no"
    ),
    unfinished_ends=words(
        "i oraz albo lub ale bo że żeby jeśli jeżeli kiedy gdy jak który która które których w we "
        "na "
        "do od z ze za o po przy przez dla bez między pod nad mój moja moje twój twoja ten ta to "
        "te "
        "jest są był była bardzo chcę chciałbym chciałabym mogę muszę jaki jaka jakie yyy eee"
    ),
    finished_ends=phrases(
        "co to jest, kto to jest, jak to, która jest, co to, nie wiem jak, po co"
    ),
    digit_words=words("podwójne"),
    backchannels=SOUNDS | words("tak no jasne rozumiem dokładnie dobrze aha"),
    stop_words=phrases(
        "stop, stój, czekaj, poczekaj, cisza, cicho, bądź cicho, dość, wystarczy, przestań, "
        "zamknij "
        "się, anuluj, chwila"
    ),
    start_over=phrases(
        "zacznijmy od nowa, zacznij od nowa, zacznijmy od początku, zapomnij wszystko, nowa rozmowa"
    ),
    has_ordinal_dot=True,
    has_spaced_abbreviations=True,
    user_labels=words("user human użytkownik człowiek"),
    own_labels=words("assistant asystent ai"),
    common_words=words(
        "i w na z do nie się że to jest jak o po co ale dla od za przez przy tym był być są tak "
        "jego jej ich który która które lub czy już tylko może"
    ),
    abbreviations=Abbreviations(
        never_end={
            "np.": "na przykład", "dr": "doktor", "dr.": "doktor", "prof.": "profesor",
            "mgr": "magister", "inż.": "inżynier", "ul.": "ulica", "al.": "aleja",
            "os.": "osiedle", "św.": "święty", "tzn.": "to znaczy", "tj.": "to jest",
            "tzw.": "tak zwany", "ok.": "około", "im.": "imienia", "ks.": "ksiądz",
            "m.in.": "między innymi", "por.": "porównaj", "zob.": "zobacz",
        } | unsaid("red hab gen płk"),
        before_number={"tel.": "telefon", "Tel.": "Telefon", "rys.": "rysunek"},
        only_before_number={
            "nr": "numer", "nr.": "numer", "Nr": "Numer", "str.": "strona", "s.": "strona",
            "art.": "artykuł", "rozdz.": "rozdział", "godz.": "godzina",
        },
        may_end={"p.n.e.": "przed naszą erą", "n.e.": "naszej ery", "r.": "roku", "w.": "wieku"},
        end_before_capital={"itd.": "i tak dalej", "itp.": "i tym podobne"} | unsaid("etc"),
        elsewhere={"m. in.": "między innymi", "zł": "złotych"},
    ),
    sentence_starters=words(
        "to ten ta te jest są i a ale lub albo jeśli jeżeli kiedy gdy jak co kto gdzie dlaczego "
        "potem "
        "wtedy teraz dziś wczoraj jutro w na z do od za po przy nie tak ja ty on ona my wy oni mój "
        "moja twój jego jej wszystko wszyscy każdy każda także też"
    ),
    before_label=words("witamina plan opcja typ klasa grupa poziom punkt część"),
    phrases=Phrases(
        code="Kod jest na ekranie.",
        table="Tabela jest na ekranie.",
        more_rows="Reszta tabeli jest na ekranie.",
        formula="Wzór jest na ekranie.",
        link_to="link do {}",
        yes="tak",
        no="nie",
        not_understood="Przepraszam, proszę powtórzyć.",
        started_over="Dobrze, zaczynamy od nowa.",
        no_voice="Nie mam głosu dla tego języka; odpowiedź jest na ekranie.",
    ),
    aloud=_ALOUD,
)
