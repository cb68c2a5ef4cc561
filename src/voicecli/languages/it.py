"""Italian."""

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
        "a e ione ioni tà tù rice rici volte ore persone settimane notti pagine righe parti chiavi "
        "città mani foto auto moto radio".split(), "f"),
    **dict.fromkeys(
        "o i ma mese mesi anno anni giorni minuti secondi bicchiere bicchieri cane cani fiore "
        "fiori "
        "paese paesi piede piedi pesce pesci nome nomi ponte ponti problema problemi programma "
        "programmi studente studenti cucchiaio cucchiai litri euro".split(), "m"),
    **dict.fromkeys(" mani, foto, auto, moto, radio, notti, parti, chiavi".split(","), "f"),
}

_ALOUD = Aloud(
    genders=_GENDERS,
    decimal_sign=",",
    grouping_signs=". ",
    point="virgola",
    points={".": "punto"},
    digits=tuple("zero uno due tre quattro cinque sei sette otto nove".split()),
    minus="meno",
    to="a",
    and_="e",
    dot="punto",
    by="per",
    joiners="e|o|oppure",
    units={
        "km": ("chilometro", "chilometri"), "m": ("metro", "metri"),
        "cm": ("centimetro", "centimetri"), "mm": ("millimetro", "millimetri"),
        "µm": ("micrometro", "micrometri"), "nm": ("nanometro", "nanometri"),
        "kg": ("chilogrammo", "chilogrammi"), "g": ("grammo", "grammi"),
        "hg": ("etto", "etti"), "mg": ("milligrammo", "milligrammi"),
        "t": ("tonnellata", "tonnellate", "f"), "l": ("litro", "litri"), "L": ("litro", "litri"),
        "ml": ("millilitro", "millilitri"), "mL": ("millilitro", "millilitri"),
        "cl": ("centilitro", "centilitri"), "dl": ("decilitro", "decilitri"),
        "ha": ("ettaro", "ettari"), "m²": ("metro quadrato", "metri quadrati"),
        "mq": ("metro quadrato", "metri quadrati"), "m2": ("metro quadrato", "metri quadrati"),
        "km²": ("chilometro quadrato", "chilometri quadrati"),
        "m³": ("metro cubo", "metri cubi"), "cm³": ("centimetro cubo", "centimetri cubi"),
        "km/h": ("chilometro all'ora", "chilometri all'ora"),
        "m/s": ("metro al secondo", "metri al secondo"),
        "kB": ("kilobyte", "kilobyte"), "KB": ("kilobyte", "kilobyte"),
        "MB": ("megabyte", "megabyte"), "GB": ("gigabyte", "gigabyte"),
        "TB": ("terabyte", "terabyte"), "Mbit/s": ("megabit al secondo", "megabit al secondo"),
        "W": ("watt", "watt"), "kW": ("kilowatt", "kilowatt"), "MW": ("megawatt", "megawatt"),
        "kWh": ("kilowattora", "kilowattora"), "V": ("volt", "volt"), "A": ("ampere", "ampere"),
        "Hz": ("hertz", "hertz"), "kHz": ("kilohertz", "kilohertz"),
        "MHz": ("megahertz", "megahertz"), "GHz": ("gigahertz", "gigahertz"),
        "kcal": ("chilocaloria", "chilocalorie", "f"), "J": ("joule", "joule"),
        "hPa": ("ettopascal", "ettopascal"), "dB": ("decibel", "decibel"),
        "°C": ("grado Celsius", "gradi Celsius"), "℃": ("grado Celsius", "gradi Celsius"),
        "°F": ("grado Fahrenheit", "gradi Fahrenheit"), "°": ("grado", "gradi"),
        "%": ("per cento", "per cento"), "‰": ("per mille", "per mille"),
        "h": ("ora", "ore", "f"), "min": ("minuto", "minuti"), "s": ("secondo", "secondi"),
        "sec": ("secondo", "secondi"), "ms": ("millisecondo", "millisecondi"),
        "px": ("pixel", "pixel"), "x": ("per", "per"), "×": ("per", "per"),
    },
    scales={
        "mila": ("mila", "mila"), "milione": ("milione", "milioni"),
        "milioni": ("milione", "milioni"), "miliardo": ("miliardo", "miliardi"),
        "miliardi": ("miliardo", "miliardi"), "mln": ("milione", "milioni"),
        "mld": ("miliardo", "miliardi"),
    },
    operators={
        "+": "più", "-": "meno", "−": "meno", "–": "meno", "*": "per", "×": "per", "x": "per",
        "/": "diviso", "÷": "diviso", ":": "diviso", "=": "uguale a", "<": "minore di",
        ">": "maggiore di", "≤": "minore o uguale a", "≥": "maggiore o uguale a",
        "≈": "circa uguale a", "≠": "diverso da", "^": "alla",
    },
    symbols={
        "+": "più", "&": "e", "%": "per cento", "§": "paragrafo", "°": "gradi", "→": "verso",
        "->": "verso", "=": "uguale", "×": "per", "÷": "diviso", "@": "chiocciola",
        "±": "più o meno", "≈": "circa", "≤": "al massimo", "≥": "almeno", "<": "minore di",
        ">": "maggiore di", "™": "", "®": "", "©": "copyright", "*": "", "|": ", ", "_": " ",
        "^2": " al quadrato", "²": " al quadrato", "^3": " al cubo", "³": " al cubo",
        "√": "radice di", "∞": "infinito", "•": "", "·": "", "…": ", ", "...": ", ", "€": "euro",
        "$": "dollari", "£": "sterline", "\\": " barra inversa ", "`": "", "{": "", "}": "",
        "^": " alla ",
    },
    noun_pattern=(
        r" (?!(?:di|del|della|dei|delle|e|o|a|al|alla|in|per|che|è|sono|ha|con|su|nel|più|meno|ma|"
        r"non|si|il|la|le|i|gli|lo|un|una|da|dal|tra|fra|come|alle|volte su)\b)([a-zà-ù]{3,})"
    ),
    labelled=frozenset(
        "pagina versione numero opzione riga figura tabella domanda esercizio giorno lezione "
        "stagione "
        "episodio canale gruppo sala piano punto binario camera stanza capitolo passo".split()
    ),
    roman_nouns=frozenset(
        "capitolo tomo parte volume atto scena sezione fase classe libro".split()
    ),
    ordinal_suffixes={
        "º": "ordinal-masculine", "°": "ordinal-masculine", "ª": "ordinal-feminine",
        "o": "ordinal-masculine", "a": "ordinal-feminine",
    },
    at="chiocciola",
    dash="trattino",
    slash="barra",
    underscore="trattino basso",
    spelled=frozenset("UE IA USA API URL USB OS IP".split()),
    words={"24/7": "ventiquattro ore su ventiquattro", "e/o": "e o", "C++": "C più più",
           "C#": "C diesis"},
    hash_number="numero",
    months=tuple(
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
        "dicembre".split()
    ),
    short_months={
        "gen": 1, "feb": 2, "mar": 3, "apr": 4, "mag": 5, "giu": 6, "lug": 7, "ago": 8, "set": 9,
        "sett": 9, "ott": 10, "nov": 11, "dic": 12,
    },
    weekdays={
        "lun": "lunedì", "mar": "martedì", "mer": "mercoledì", "gio": "giovedì", "ven": "venerdì",
        "sab": "sabato", "dom": "domenica",
    },
    date_words=frozenset("il dal al del entro".split()),
    first_of_month="primo",
    dotted_dates=True,
    clock=("{hours}", "{hours} e {minutes}"),
    ratio_words=("rapporto", "scala"),
    per="al",
    currencies={
        "EUR": (("euro", "euro"), ("centesimo", "centesimi")),
        "USD": (("dollaro", "dollari"), ("centesimo", "centesimi")),
        "GBP": (("sterlina", "sterline", "f"), ("penny", "pence")),
        "CHF": (("franco svizzero", "franchi svizzeri"), ("centesimo", "centesimi")),
        "JPY": (("yen", "yen"), None), "CNY": (("yuan", "yuan"), ("fen", "fen")),
        "INR": (("rupia", "rupie", "f"), ("paisa", "paise")),
        "RUB": (("rublo", "rubli"), ("copeco", "copechi")),
        "BTC": (("bitcoin", "bitcoin"), None),
    },
    says_height=True,
    ratio_to="a",
    out_of="su",
    scored=frozenset("voto punteggio pagina passo parte domanda".split()),
    signs={
        "-": "meno", "−": "meno", "+": "più", "±": "più o meno", "~": "circa", "≈": "circa",
        "<": "meno di", ">": "più di", "≤": "al massimo", "≥": "almeno",
    },
    and_half=("e mezzo", "e mezza"),
    parts={
        2: ("mezzo", "mezzi"), 3: ("un terzo", "terzi"), 4: ("un quarto", "quarti"),
        5: ("un quinto", "quinti"), 6: ("un sesto", "sesti"), 8: ("un ottavo", "ottavi"),
        10: ("un decimo", "decimi"),
    },
    fused={"una ora": "un'ora", "una altra": "un'altra"},
)

LANGUAGE = Language(
    code="it",
    short_answers=phrases(
        "sì, no, va bene, ok, okay, certo, grazie, per favore, ciao, buongiorno, buonasera, "
        "arrivederci, continua, ancora, basta, aspetta, aiuto, giusto, esatto, più piano, più forte"
    ),
    unfinished_ends=words(
        "e ed o ma perché che se quando mentre come il lo la i gli le l un uno una di del della "
        "dei a al alla da dal in nel nella con su sul per tra fra mio mia tuo tua questo questa "
        "è sono era ho ha hai vorrei voglio posso devo dimmi metti molto ehm uhm"
    ),
    finished_ends=phrases(
        "ce la, ce l'ho, non lo so come, e come, che ora è, che cos'è, dov'è, chi è"
    ),
    digit_words=words("doppio"),
    backchannels=SOUNDS | words(
        "sì già certo esatto capito bene"
    ),
    stop_words=phrases(
        "stop, basta, fermati, fermo, zitto, silenzio, aspetta, annulla, taci, sta' zitto, "
        "basta così, un attimo"
    ),
    has_spaced_abbreviations=True,
    user_labels=words("user human utente umano"),
    own_labels=words("assistant assistente ai ia"),
    common_words=words(
        "il lo la i gli le di del dei della un una e è in che per con non si su al da sono come "
        "più ma anche se questo questa nel alla ha ci mi ti era essere dalla dal o cosa"
    ),
    abbreviations=Abbreviations(
        never_end={
            "sig.": "signor", "Sig.": "Signor", "sig.ra": "signora", "Sig.ra": "Signora",
            "dott.": "dottor", "Dott.": "Dottor", "dott.ssa": "dottoressa",
            "Dott.ssa": "Dottoressa", "prof.": "professor", "Prof.": "Professor",
            "ing.": "ingegner", "Ing.": "Ingegner", "avv.": "avvocato", "Avv.": "Avvocato",
            "p.es.": "per esempio", "ad es.": "per esempio", "es.": "esempio", "cfr.": "confronta",
            "vs.": "contro", "ca.": "circa", "c.so": "corso", "p.zza": "piazza", "v.le": "viale",
        } | unsaid("sigg egr gent on mons st ss"),
        before_number={"tel.": "telefono", "Tel.": "Telefono", "fig.": "figura"} | unsaid("n art"),
        only_before_number={
            "n.": "numero", "N.": "Numero", "p.": "pagina", "pp.": "pagine", "pag.": "pagina",
            "art.": "articolo", "vol.": "volume", "cap.": "capitolo",
        },
        may_end={"a.C.": "avanti Cristo", "d.C.": "dopo Cristo"} | unsaid("s.p.a s.r.l inc ltd co"),
        end_before_capital={"ecc.": "eccetera", "etc.": "eccetera"} | unsaid("a.m p.m"),
        elsewhere={
            "p. es.": "per esempio", "n°": "numero ", "N°": "Numero ", "n° ": "numero ",
            "a. C.": "avanti Cristo", "d. C.": "dopo Cristo", "S.p.A.": "S-P-A", "max": "massimo",
        },
    ),
    sentence_starters=words(
        "il lo la i gli le un uno una l è sono e ma o se quando come che chi dove perché poi "
        "quindi "
        "allora oggi ieri domani in nel nella con per da di su al alla non sì no questo questa "
        "questi quello quella mio tuo suo tutto tutti ogni anche io tu lui lei noi voi loro ci si"
    ),
    before_label=words("vitamina piano opzione tipo classe gruppo livello punto parte epatite"),
    start_over=phrases(
        "ricominciamo, ricominciamo da capo, ricominciamo da zero, dimentica tutto, nuova "
        "conversazione, cancella la conversazione"
    ),
    phrases=Phrases(
        code="Il codice è mostrato sullo schermo.",
        table="La tabella è mostrata sullo schermo.",
        more_rows="Il resto della tabella è mostrato sullo schermo.",
        formula="La formula è mostrata sullo schermo.",
        link_to="link a {}",
        yes="sì",
        no="no",
        not_understood="Scusa, non ho capito.",
        started_over="Va bene, ricominciamo da capo.",
        no_voice="Non ho una voce per questa lingua; la risposta è mostrata sullo schermo.",
    ),
    aloud=_ALOUD,
)
