"""Dutch."""

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
    grouping_signs=". ",
    point="komma",
    points={".": "punt"},
    digits=tuple("nul een twee drie vier vijf zes zeven acht negen".split()),
    minus="min",
    to="tot",
    and_="en",
    dot="punt",
    by="bij",
    joiners="en|of",
    units={
        **{short: (name, name) for short, name in {
            "km": "kilometer", "m": "meter", "cm": "centimeter", "mm": "millimeter",
            "µm": "micrometer", "nm": "nanometer", "kg": "kilogram", "g": "gram", "mg": "milligram",
            "t": "ton", "l": "liter", "L": "liter", "ml": "milliliter", "mL": "milliliter",
            "cl": "centiliter", "dl": "deciliter", "ha": "hectare", "m²": "vierkante meter",
            "m2": "vierkante meter", "km²": "vierkante kilometer", "cm²": "vierkante centimeter",
            "m³": "kubieke meter", "cm³": "kubieke centimeter", "km/h": "kilometer per uur",
            "km/u": "kilometer per uur", "m/s": "meter per seconde", "kB": "kilobyte",
            "KB": "kilobyte", "MB": "megabyte", "GB": "gigabyte", "TB": "terabyte",
            "Mbit/s": "megabit per seconde", "W": "watt", "kW": "kilowatt", "MW": "megawatt",
            "kWh": "kilowattuur", "V": "volt", "A": "ampère", "Hz": "hertz", "kHz": "kilohertz",
            "MHz": "megahertz", "GHz": "gigahertz", "J": "joule", "kJ": "kilojoule",
            "hPa": "hectopascal", "dB": "decibel", "u": "uur", "h": "uur", "%": "procent",
            "‰": "promille", "x": "keer", "×": "keer",
        }.items()},
        "kcal": ("kilocalorie", "kilocalorieën"), "°C": ("graad Celsius", "graden Celsius"),
        "℃": ("graad Celsius", "graden Celsius"), "°F": ("graad Fahrenheit", "graden Fahrenheit"),
        "°": ("graad", "graden"), "min": ("minuut", "minuten"), "s": ("seconde", "seconden"),
        "sec": ("seconde", "seconden"), "ms": ("milliseconde", "milliseconden"),
        "px": ("pixel", "pixels"),
    },
    scales={
        "duizend": ("duizend", "duizend"), "miljoen": ("miljoen", "miljoen"),
        "miljard": ("miljard", "miljard"), "mln": ("miljoen", "miljoen"),
        "mld": ("miljard", "miljard"), "mln.": ("miljoen", "miljoen"),
    },
    operators={
        "+": "plus", "-": "min", "−": "min", "–": "min", "*": "keer", "×": "keer", "x": "keer",
        "/": "gedeeld door", "÷": "gedeeld door", ":": "gedeeld door", "=": "is",
        "<": "is kleiner dan", ">": "is groter dan", "≤": "is kleiner dan of gelijk aan",
        "≥": "is groter dan of gelijk aan", "≈": "is ongeveer", "≠": "is niet gelijk aan",
        "^": "tot de macht",
    },
    symbols={
        "+": "plus", "&": "en", "%": "procent", "§": "paragraaf", "°": "graden", "→": "naar",
        "->": "naar", "=": "is", "×": "keer", "÷": "gedeeld door", "@": "apenstaartje",
        "±": "plus minus", "≈": "ongeveer", "≤": "hoogstens", "≥": "minstens",
        "<": "kleiner dan", ">": "groter dan", "™": "", "®": "", "©": "copyright", "*": "",
        "|": ", ", "_": " ", "^2": " kwadraat", "²": " kwadraat", "^3": " tot de derde",
        "³": " tot de derde", "√": "wortel van", "∞": "oneindig", "•": "", "·": "", "…": ", ",
        "...": ", ", "€": "euro", "$": "dollar", "£": "pond", "\\": " backslash ", "`": "",
        "{": "", "}": "", "^": " tot de macht ",
    },
    labelled=frozenset(
        "pagina versie nummer optie regel figuur tabel vraag oefening dag les seizoen aflevering "
        "zender groep zaal verdieping punt spoor kamer hoofdstuk stap bladzijde".split()
    ),
    roman_nouns=frozenset("hoofdstuk deel band akte scène fase klasse boek".split()),
    ordinal_suffixes={"e": "ordinal", "de": "ordinal", "ste": "ordinal"},
    at="apenstaartje",
    dash="streepje",
    slash="schuine streep",
    underscore="laag streepje",
    spelled=frozenset("EU AI VS API URL USB OS IP NS BTW".split()),
    words={"24/7": "vierentwintig uur per dag", "en/of": "en of", "C++": "C plus plus",
           "C#": "C sharp"},
    hash_number="nummer",
    months=tuple(
        "januari februari maart april mei juni juli augustus september oktober november "
        "december".split()
    ),
    short_months={
        "jan": 1, "feb": 2, "mrt": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9,
        "okt": 10, "nov": 11, "dec": 12,
    },
    weekdays={
        "ma": "maandag", "di": "dinsdag", "wo": "woensdag", "do": "donderdag", "vr": "vrijdag",
        "za": "zaterdag", "zo": "zondag",
    },
    date_words=frozenset("op van tot sinds vanaf".split()),
    dotted_dates=True,
    clock=("{hours} uur", "{hours} uur {minutes}"),
    time_sign="[:.]",
    time_suffix="uur|u",
    ratio_words=("verhouding", "schaal"),
    per="per",
    currencies={
        "EUR": (("euro", "euro"), ("cent", "cent")), "USD": (("dollar", "dollar"), ("cent",
        "cent")),
        "GBP": (("pond", "pond"), ("penny", "pence")),
        "CHF": (("Zwitserse frank", "Zwitserse frank"), ("rappen", "rappen")),
        "JPY": (("yen", "yen"), None), "CNY": (("yuan", "yuan"), ("fen", "fen")),
        "INR": (("roepie", "roepie"), ("paisa", "paisa")),
        "RUB": (("roebel", "roebel"), ("kopeke", "kopeken")),
        "BTC": (("bitcoin", "bitcoin"), None),
    },
    says_height=True,
    ratio_to="op",
    out_of="van de",
    scored=frozenset("cijfer beoordeling score pagina stap deel vraag".split()),
    signs={
        "-": "min", "−": "min", "+": "plus", "±": "plus minus", "~": "ongeveer",
        "≈": "ongeveer", "<": "minder dan", ">": "meer dan", "≤": "hoogstens", "≥": "minstens",
    },
    parts={
        2: ("een halve", "halve"), 3: ("een derde", "derde"), 4: ("een kwart", "kwart"),
        5: ("een vijfde", "vijfde"), 6: ("een zesde", "zesde"), 8: ("een achtste", "achtste"),
        10: ("een tiende", "tiende"),
    },
)

LANGUAGE = Language(
    code="nl",
    short_answers=phrases(
        "ja, nee, oké, okay, ok, goed, prima, bedankt, dank je, dank u, alsjeblieft, hallo, hoi, "
        "doei, goedemorgen, goedenavond, goedemiddag, verder, ga door, nog een keer, wacht, help, "
        "precies, klopt, harder, zachter, langzamer"
    ),
    unfinished_ends=words(
        "en of maar want omdat dat als terwijl toen de het een mijn jouw zijn haar ons onze hun "
        "van voor met naar zonder tussen tegen sinds ik wij heel erg welke elke hoe waarom "
        "wanneer eh uhm"
    ),
    finished_ends=phrases(
        "is dat, was dat, wil dat, heb ik, ben ik, kan ik, wil ik, is het, wat is het, hoe laat "
        "is het"
    ),
    digit_words=words("dubbel één"),
    backchannels=SOUNDS | words("ja jaja precies klopt goed oké inderdaad"),
    stop_words=phrases(
        "stop, hou op, houd op, genoeg, wacht, wacht even, stil, wees stil, hou je mond, annuleer, "
        "moment"
    ),
    start_over=phrases(
        "begin opnieuw, laten we opnieuw beginnen, vergeet alles, nieuw gesprek, een nieuw "
        "gesprek, wis het gesprek"
    ),
    has_spaced_abbreviations=True,
    user_labels=words("user human gebruiker mens"),
    own_labels=words("assistant assistent ai"),
    common_words=words(
        "de het een en van in is dat op te zijn met voor niet aan er die ook als maar om bij of "
        "naar dan uit nog wel kan hij ze we je wordt werd door over heeft geen dit deze"
    ),
    abbreviations=Abbreviations(
        never_end={
            "dhr.": "de heer", "Dhr.": "De heer", "mevr.": "mevrouw", "Mevr.": "Mevrouw",
            "mw.": "mevrouw", "dr.": "doctor", "Dr.": "Doctor", "drs.": "doctorandus",
            "prof.": "professor", "Prof.": "Professor", "mr.": "meester", "ir.": "ingenieur",
            "ing.": "ingenieur", "bijv.": "bijvoorbeeld", "bv.": "bijvoorbeeld",
            "d.w.z.": "dat wil zeggen", "o.a.": "onder andere", "m.b.t.": "met betrekking tot",
            "i.p.v.": "in plaats van", "t.o.v.": "ten opzichte van", "ca.": "circa",
            "vs.": "tegen", "incl.": "inclusief", "excl.": "exclusief", "max.": "maximaal",
            "min.": "minimaal", "evt.": "eventueel", "resp.": "respectievelijk", "St.": "Sint",
        } | unsaid("jl ds cf"),
        before_number={"tel.": "telefoon", "Tel.": "Telefoon", "fig.": "figuur",
        "afb.": "afbeelding"},
        only_before_number={
            "nr.": "nummer", "Nr.": "Nummer", "blz.": "bladzijde", "p.": "pagina",
            "pag.": "pagina", "art.": "artikel", "hfst.": "hoofdstuk",
        },
        may_end={"v.Chr.": "voor Christus", "n.Chr.": "na Christus"} | unsaid("n.v b.v inc ltd"),
        end_before_capital={"enz.": "enzovoort", "etc.": "et cetera"} | unsaid("a.m p.m"),
        elsewhere={"d.w.z": "dat wil zeggen", "t.e.m.": "tot en met", "t/m": "tot en met"},
    ),
    sentence_starters=words(
        "de het een en maar of als dat die dit deze ik jij je u hij zij ze wij we jullie er is "
        "zijn "
        "wat wie waar wanneer waarom hoe dan toen nu daar hier in op met van voor naar bij aan uit "
        "om ook niet geen ja nee vandaag gisteren morgen mijn jouw zijn haar ons onze alle elke"
    ),
    before_label=words("vitamine plan optie type klasse groep niveau punt deel hepatitis"),
    phrases=Phrases(
        code="De code staat op het scherm.",
        table="De tabel staat op het scherm.",
        more_rows="De rest van de tabel staat op het scherm.",
        formula="De formule staat op het scherm.",
        link_to="link naar {}",
        yes="ja",
        no="nee",
        not_understood="Sorry, dat heb ik niet verstaan.",
        started_over="Goed, we beginnen opnieuw.",
        no_voice="Voor deze taal heb ik geen stem; het antwoord staat op het scherm.",
    ),
    aloud=_ALOUD,
)
