"""German."""

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

_GENDERS: dict[str, str] = {
    **dict.fromkeys(
        "ung heit keit schaft ion tät ik ei in e idee armee person stadt frau zahl hand nacht wand "
        "bank mutter tochter schwester art wahl antwort arbeit zeit tür form nummer mail app uhr "
        "kraft kartoffel zwiebel gabel schüssel insel regel wurst nuss".split(), "f"),
    **dict.fromkeys(
        "ee sprung schwung name junge kunde käse kollege buchstabe gedanke deutsche termin stein "
        "wein verein brei start pinsel genuss".split(), "m"),
    **dict.fromkeys(
        "chen lein um ment jahr mal kind haus buch bild spiel kapitel quartal semester wochenende "
        "jahresende monatsende auge ergebnis zimmer büro auto land wort viertel drittel jahrzehnt "
        "jahrhundert jahrtausend brot glas gramm kilo tier pferd video foto bein team ziel stück "
        "blatt bett feld gerät system problem thema beispiel geschoss level".split(), "n"),
    " ei": "n", " ende": "n", " tor": "n", "baum": "m", "raum": "m", "moment": "m",
}

_ALOUD = Aloud(
    genders=_GENDERS,
    regions=dict.fromkeys(("ch", "li"), {"decimal_sign": ".", "grouping_signs": "'’ "}),
    decimal_sign=",",
    grouping_signs=".' ",
    point="Komma",
    points={".": "Punkt"},
    digits=("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"),
    minus="minus",
    to="bis",
    and_="und",
    dot="Punkt",
    by="mal",
    joiners="und|oder",
    units={
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
    },
    scales={
        "Tsd.": ("tausend", "tausend"), "tausend": ("tausend", "tausend"),
        "Million": ("Million", "Millionen"), "Millionen": ("Million", "Millionen"),
        "Mio.": ("Million", "Millionen"), "Mio": ("Million", "Millionen"),
        "Milliarde": ("Milliarde", "Milliarden"), "Milliarden": ("Milliarde", "Milliarden"),
        "Mrd.": ("Milliarde", "Milliarden"), "Mrd": ("Milliarde", "Milliarden"),
        "M": ("Million", "Millionen"), "k": ("tausend", "tausend"),
        "Billionen": ("Billion", "Billionen"), "Bio.": ("Billion", "Billionen"),
    },
    operators={
        "+": "plus", "-": "minus", "−": "minus", "–": "minus", "*": "mal", "×": "mal", "x": "mal",
        "·": "mal", "/": "geteilt durch", "÷": "geteilt durch", ":": "geteilt durch", "=": "gleich",
        "<": "kleiner als", ">": "größer als", "≤": "kleiner oder gleich",
        "≥": "größer oder gleich", "≈": "ungefähr", "≠": "ungleich", "^": "hoch",
    },
    symbols={
        "::": "Doppelpunkt Doppelpunkt",
        "♯": " is", "♭": " b",
        "+": "plus", "&": "und", "%": "Prozent", "§§": "Paragrafen", "§": "Paragraf", "°": "Grad",
        "→": "nach",
        "->": "nach", "=": "gleich", "×": "mal", "÷": "geteilt durch", "@": "ät",
        "±": "plus minus", "≈": "etwa", "≤": "höchstens", "≥": "mindestens", "<": "kleiner als",
        ">": "größer als", "™": "", "®": "", "©": "Copyright", "*": "", "|": ", ", "_": " ",
        "^2": " zum Quadrat", "²": " zum Quadrat", "^3": " hoch drei", "³": " hoch drei",
        "√": "Wurzel aus", "∞": "unendlich", "•": "", "·": "", "…": ", ", "...": ", ",
        "€": "Euro", "$": "Dollar", "£": "Pfund", "\\": " Backslash ", "`": "", "{": "", "}": "",
        "^": " hoch ",
    },
    roman_nouns=frozenset(
        "kapitel teil band akt szene phase typ klasse weltkrieg artikel stufe buch".split()
    ),
    referenced=frozenset("bestellung rechnung ticket konto buchung auftrag vorgang".split()),
    labelled=frozenset(
        "wohnung haus zimmer bus tor "
        "schritt version nummer nr option zeile seite abbildung tabelle frage aufgabe tag lektion "
        "abs kap abb tab bd art staffel folge kanal route gruppe raum reihe spalte platz gleis "
        "punkt abschnitt".split()
    ),
    noun_pattern=(
        r" (?:(?!(?:oder|aber|unter|hinter|immer|wieder|weiter|der|über)\b)[a-zäöüß]{3,}e[nrs]?"
        r" ){0,2}([A-ZÄÖÜ][\w-]+)"
    ),
    at="ät",
    dash="Minus",
    slash="Schrägstrich",
    underscore="Unterstrich",
    tilde="Tilde",
    spelled=frozenset(
        "EU USA KI IT ADAC ARD EZB AEG ICE IC AOK API URL USB UKW UV EDV AG EKG ID UI OS AI "
        "UN UK IOC IBM AWS IP EC ETA".split()
    ),
    words={
        "24/7": "rund um die Uhr", "Strg": "Steuerung",
        "und/oder": "und oder", "C++": "C plus plus", "C#": "C sharp",
        "WLAN": "W-LAN", "GmbH": "G-m-b-H", "Lkw": "L-K-W", "Pkw": "P-K-W",
    },
    hash_number="Nummer",
    hashtag="Hashtag",
    months=(
        "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
        "Oktober", "November", "Dezember",
    ),
    weekdays={
        "Mo": "Montag", "Di": "Dienstag", "Mi": "Mittwoch", "Do": "Donnerstag", "Fr": "Freitag",
        "Sa": "Samstag", "So": "Sonntag",
    },
    dotted_dates=True,
    time_sign="[:.]",
    time_suffix="Uhr",
    ratio_words=("verhältnis", "maßstab"),
    per="pro",
    currencies={
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
    },
    says_height=True,
    ratio_to="zu",
    out_of="von",
    scored=frozenset("bewertung bewertet note seite schritt teil frage".split()),
    rulers=frozenset(
        "ludwig heinrich karl wilhelm friedrich otto elisabeth katharina papst johannes paul "
        "benedikt pius franz joseph georg philipp maria napoleon leopold rudolf ferdinand "
        "maximilian peter alexander nikolaus gregor leo innozenz".split()
    ),
    signs={
        "-": "minus", "−": "minus", "+": "plus", "±": "plus minus", "~": "etwa", "≈": "etwa",
        "<": "weniger als", ">": "mehr als", "≤": "höchstens", "≥": "mindestens",
    },
    short_months={
        "Jänner": 1, "Jan": 1, "Feb": 2, "Feber": 2, "Mrz": 3, "Apr": 4, "Jun": 6, "Jul": 7, "Aug":
        8, "Sep": 9, "Sept": 9, "Okt": 10, "Nov": 11, "Dez": 12,
    },
)

LANGUAGE = Language(
    code="de",
    short_answers=phrases(
        "ja, nein, doch, okay, ok, gut, genau, richtig, stopp, halt, warte, hilfe, bitte, danke, "
        "hallo, tschüss, lauter, leiser, langsamer, schneller, weiter, nochmal, guten morgen, "
        "guten tag, guten abend, gute nacht"
    ),
    unfinished_ends=phrases(
        "und, oder, aber, denn, weil, dass, ob, wenn, als, bevor, nachdem, während, obwohl, "
        "damit, sondern, sowie, der, die, den, dem, des, das, ein, eine, einen, einem, einer, "
        "eines, mein, meine, meinen, meinem, meiner, dein, deine, deinen, deinem, deiner, "
        "unser, unsere, unseren, kein, keine, keinen, keinem, jeder, jede, jeden, jedes, sehr, "
        "welche, welcher, welches, welchen, in, im, ins, am, ans, zum, zur, von, vom, beim, "
        "für, gegen, ohne, zwischen, hinter, neben, seit, wegen, trotz, statt, ich, wir, man, "
        "ich möchte, ich hätte gern, ich will, ich brauche, ich habe, ich bin, das ist, es ist, "
        "das sind, es gibt, was ist, wer ist, wie ist, wo ist, kannst du, könntest du, kannst "
        "du mir, sag mir, gib mir, zeig mir, erinnere mich, wie, warum, wann, wo, wer, plus, "
        "minus, äh, ähm, hm"
    ),
    finished_ends=phrases(
        "bin ich, war ich, habe ich, kann ich, will ich, möchte ich, muss ich, soll ich, weiß "
        "ich, glaube ich, denke ich, sind wir, haben wir, können wir, ist das, war das, will "
        "das, mag das, kann das, licht ein, lampe ein, musik ein, radio ein, heizung ein, "
        "fernseher ein, es ein, alles ein"
    ),
    digit_words=words("zwo doppel"),
    backchannels=SOUNDS | words("ja jaja genau stimmt klar gut aha achso"),
    stop_words=phrases(
        "stopp, stop, halt, warte, warte mal, moment, ruhe, sei still, sei ruhig, still, schluss, "
        "genug, das reicht, aufhören, hör auf, abbrechen, halt den mund"
    ),
    start_over=phrases(
        "fang von vorne an, bitte fang von vorne an, fangen wir von vorne an, lass uns von vorne "
        "anfangen, fang neu an, fangen wir neu an, lass uns neu anfangen, alles auf anfang, "
        "vergiss alles, bitte vergiss alles, neues gespräch, ein neues gespräch, neue "
        "unterhaltung, eine neue unterhaltung, lösch das gespräch, lösche das gespräch, gespräch "
        "löschen"
    ),
    has_ordinal_dot=True,
    has_spaced_abbreviations=True,
    user_labels=words("user human benutzer nutzer mensch anwender"),
    own_labels=words("assistant assistent ai ki"),
    common_words=words(
        "der die das und in zu den ist von nicht ein eine mit sich des auf für im dem als auch es "
        "an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen "
        "so zum war haben nur oder aber vor zur bis mehr durch man sein kann ich du wir ihr"
    ),
    abbreviations=Abbreviations(
        never_end={
            "z.B.": "zum Beispiel", "Z.B.": "Zum Beispiel", "d.h.": "das heißt",
            "u.a.": "unter anderem", "i.d.R.": "in der Regel", "v.a.": "vor allem",
            "bzw.": "beziehungsweise", "ca.": "circa", "ggf.": "gegebenenfalls",
            "evtl.": "eventuell", "inkl.": "inklusive", "exkl.": "exklusive", "zzgl.": "zuzüglich",
            "vgl.": "vergleiche", "Vgl.": "Vergleiche", "sog.": "sogenannte",
            "bspw.": "beispielsweise", "gem.": "gemäß", "geb.": "geboren", "gest.": "gestorben",
            "max.": "maximal", "min.": "mindestens", "mind.": "mindestens", "allg.": "allgemein",
            "insb.": "insbesondere", "abzgl.": "abzüglich", "Hr.": "Herr", "Hrn.": "Herrn",
            "Fr.": "Frau", "Dr.": "Doktor", "Prof.": "Professor", "St.": "Sankt", "Tel.": "Telefon",
        } | unsaid(
            "dipl ing med jur phil o.g s.o s.u m.e u.u i.a bsp lt ehem verh bes entspr einschl "
            "beispielsw z d u o s i v e n m h str-nr"
        ),
        before_number={
            "Abb.": "Abbildung", "Tab.": "Tabelle", "Kap.": "Kapitel", "Abs.": "Absatz",
            "Str.": "Straße", "str.": "straße",
        } | unsaid("nrn § ziff aufl jan feb mrz apr jun jul aug sep sept okt nov dez"),
        only_before_number={
            "S.": "Seite", "Nr.": "Nummer", "Art.": "Artikel", "Bd.": "Band",
        },
        may_end={
            "o.ä.": "oder Ähnliches", "u.v.m.": "und vieles mehr", "Str.": "Straße",
            "str.": "straße", "Jh.": "Jahrhundert", "Jhd.": "Jahrhundert", "Co.": "Co",
            "Std.": "Stunden", "Mio.": "Millionen", "Mrd.": "Milliarden",
        } | unsaid("u.s.w u.ä n.chr v.chr chr uvm evt"),
        end_before_capital={
            "usw.": "und so weiter", "etc.": "et cetera",
        } | unsaid("a.m p.m"),
        elsewhere={
            "z. B.": "zum Beispiel", "Z. B.": "Zum Beispiel", "zB": "zum Beispiel",
            "d. h.": "das heißt", "u. a.": "unter anderem", "o. ä.": "oder Ähnliches",
            "o. Ä.": "oder Ähnliches", "u. Ä.": "und Ähnliches", "i. d. R.": "in der Regel",
            "u. U.": "unter Umständen", "v. a.": "vor allem", "s. o.": "siehe oben",
            "s. u.": "siehe unten", "m. E.": "meines Erachtens", "n. Chr.": "nach Christus",
            "v. Chr.": "vor Christus", "u. v. m.": "und vieles mehr", "insbes.": "insbesondere",
            "Dipl.-Ing.": "Diplomingenieur", "Mo.": "Montag", "Di.": "Dienstag", "Mi.": "Mittwoch",
            "Do.": "Donnerstag", "Sa.": "Samstag", "vs.": "gegen", "e. V.": "e-V", "e.V.": "e-V",
        },
        suffixes=words("str"),
    ),
    sentence_starters=words(
        "der die das den dem des ein eine einer eines er sie es ich wir ihr du man dies diese "
        "dieser dieses jetzt dann danach davor dort hier und aber oder denn doch wenn weil als wie "
        "was wer wo wann warum in im am an auf bei mit nach von zu für seit heute gestern morgen "
        "außerdem deshalb daher trotzdem nein ja nicht kein keine mein meine dein deine sein seine "
        "unser alle viele manche jeder jede so da nun auch bitte können haben sind ist war"
    ),
    before_label=words("vitamin plan option typ klasse gruppe stufe punkt teil hepatitis"),
    phrases=Phrases(
        code="Der Code steht auf dem Bildschirm.",
        table="Die Tabelle steht auf dem Bildschirm.",
        more_rows="Der Rest der Tabelle steht auf dem Bildschirm.",
        formula="Die Formel steht auf dem Bildschirm.",
        link_to="Link zu {}",
        yes="ja",
        no="nein",
        not_understood="Das habe ich nicht verstanden.",
        started_over="Gut, fangen wir von vorne an.",
        no_voice="Für diese Sprache fehlt mir die Stimme; die Antwort steht auf dem Bildschirm.",
    ),
    aloud=_ALOUD,
)
