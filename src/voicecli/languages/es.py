"""Spanish."""

from __future__ import annotations

from voicecli.languages.aloud import CURRENCY_BY_SIGN, Aloud
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

_POINT: dict[str, object] = {
    "decimal_sign": ".", "grouping_signs": ", ", "point": "punto", "points": {",": "coma"},
}
"""Regions that write 1,234.50."""
_PESO: dict[str, object] = {"currency_signs": CURRENCY_BY_SIGN | {"$": "PESO"}}

_GENDERS: dict[str, str] = {
    **dict.fromkeys(
        "a as ión iones dad dades tad tades tud tudes vez veces noche tarde clase calle llave "
        "parte mano foto serie red redes ley leyes clave flor flores mujer mujeres imagen imágenes "
        "base fase frase torre nube leche".split(), "f"),
    **dict.fromkeys(
        "día mapa planeta cometa ema oma rama grama clima idioma avión aviones camión camiones "
        "corazón corazones".split(), "m"),
    **dict.fromkeys(
        "días mapas planetas cometas emas omas ramas gramas climas idiomas".split(), "m"),
}

_ALOUD = Aloud(
    genders=_GENDERS,
    regions={
        **dict.fromkeys("us gt hn ni pa pe pr sv 419".split(), _POINT),
        **dict.fromkeys("ar co cl uy".split(), _PESO),
        **dict.fromkeys("mx do cu".split(), _POINT | _PESO),
    },
    decimal_sign=",",
    grouping_signs=". ",
    point="coma",
    points={".": "punto"},
    digits=("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"),
    minus="menos",
    to="a",
    and_="con",
    dot="punto",
    by="por",
    joiners="y|o",
    units={
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
    },
    scales={
        "mil": ("mil", "mil"), "millón": ("millón", "millones"),
        "millones": ("millón", "millones"), "mil millones": ("mil millones", "mil millones"),
        "billones": ("billón", "billones"), "M": ("millón", "millones"), "k": ("mil", "mil"),
        "mill.": ("millón", "millones"),
    },
    operators={
        "+": "más", "-": "menos", "−": "menos", "–": "menos", "*": "por", "×": "por", "x": "por",
        "/": "entre", "÷": "entre", "=": "es igual a", "<": "es menor que", ">": "es mayor que",
        "≤": "es menor o igual que", "≥": "es mayor o igual que", "≈": "es aproximadamente",
        "≠": "es distinto de", "^": "elevado a",
    },
    symbols={
        "::": "dos puntos dos puntos",
        "♯": "sostenido", "♭": "bemol",
        "+": "más", "&": "y", "%": "por ciento", "§": "sección", "°": "grados", "→": "a", "->": "a",
        "=": "es igual a", "×": "por", "÷": "entre", "@": "arroba", "±": "más menos",
        "≈": "aproximadamente", "≤": "como máximo", "≥": "como mínimo", "<": "menor que",
        ">": "mayor que", "™": "", "®": "", "©": "copyright", "*": "", "|": ", ", "_": " ",
        "^2": " al cuadrado", "²": " al cuadrado", "^3": " al cubo", "³": " al cubo",
        "√": "raíz cuadrada de", "∞": "infinito", "•": "", "·": "", "…": ", ", "...": ", ",
        "€": "euros", "$": "dólares", "£": "libras", "\\": " barra invertida ", "`": "", "{": "",
        "}": "", "^": " elevado a ",
    },
    roman_nouns=frozenset(
        "siglo capítulo tomo parte volumen acto escena sección fase tipo clase mundial libro "
        "artículo nivel título guerra".split()
    ),
    referenced=frozenset("pedido factura tique cuenta reserva expediente".split()),
    labelled=frozenset(
        "bus puerta asiento "
        "página paso versión número opción línea figura tabla pregunta ejercicio día lección tema "
        "temporada episodio canal ruta grupo sala habitación fila columna piso planta".split()
    ),
    noun_pattern=(
        r" (?!(?:de|del|y|o|u|a|al|en|por|que|es|con|se|no|más|menos|entre|para|como|ante|sin|"
        r"sobre|después|antes|además|entonces|desde|hasta|son|era|fue|será|sino|ni|la|el|lo|las|los|un|una|su|mil)\b)([a-záéíóúñü]{3,})"
    ),
    at="arroba",
    dash="guion",
    slash="barra",
    underscore="guion bajo",
    spelled=frozenset("UE IA ADN API URL USB UI OS IP ARN DNI".split()),
    words={
        "24/7": "veinticuatro siete", "y/o": "y o", "C++": "C más más", "C#": "C sharp",
    },
    hash_number="número",
    hashtag="hashtag",
    months=(
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
        "octubre", "noviembre", "diciembre",
    ),
    weekdays={
        "lun": "lunes", "mar": "martes", "mié": "miércoles", "jue": "jueves", "vie": "viernes",
        "sáb": "sábado", "dom": "domingo", "L": "lunes", "V": "viernes", "D": "domingo",
    },
    date_words=frozenset("el del al desde hasta antes".split()),
    time_sign="[:.h]",
    time_suffix=r"[aApP]\. ?[mM]\.|[aApP][mM]\b|h\b|horas\b|hs\b",
    ratio_words=("ratio", "proporción"),
    per="por",
    currencies={
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
    },
    says_height=True,
    ratio_to="a",
    out_of="sobre",
    scored=frozenset("nota puntuación calificación página paso parte pregunta".split()),
    rulers=frozenset(
        "felipe carlos fernando alfonso juan isabel luis enrique pablo pío benedicto jaime sancho "
        "napoleón jorge eduardo guillermo catalina alejandro pedro león gregorio".split()
    ),
    signs={
        "-": "menos", "−": "menos", "+": "más", "±": "más menos", "~": "unos", "≈": "unos",
        "<": "menos de", ">": "más de", "≤": "como máximo", "≥": "como mínimo",
    },
    and_half=("y medio", "y media"),
    short_months={
        "setiembre": 9, "ene": 1, "feb": 2, "mar": 3, "abr": 4, "jun": 6, "jul": 7, "ago": 8,
        "sept": 9, "sep": 9, "oct": 10, "nov": 11, "dic": 12,
    },
)

LANGUAGE = Language(
    code="es",
    short_answers=phrases(
        "sí, no, vale, okay, ok, bueno, claro, exacto, para, espera, ayuda, gracias, por favor, "
        "hola, adiós, más alto, más bajo, más despacio, más rápido, sigue, otra vez, buenos días, "
        "buenas tardes, buenas noches"
    ),
    unfinished_ends=words(
        "y e o u pero porque pues que si cuando mientras aunque como donde cuyo el la los las "
        "un una unos unas mi mis tu tus su sus nuestro nuestra cada este esta estos estas ese "
        "esa muy de del a al en con sin por para sobre entre desde hasta hacia contra según "
        "durante yo él nosotros es son era eran soy hay he ha han había tengo tiene quiero "
        "quiere puedo puede debo debe necesito pon dame dime eh em"
    ),
    finished_ends=phrases(
        "y para, por qué, lo que quiero, lo que hay, lo que es, quién es, qué es, con él, para "
        "él, quiero este, quiero esta, quiero ese, quiero esa"
    ),
    phone_number=r".{9,10}",
    backchannels=SOUNDS | words("sí claro vale bueno ya"),
    stop_words=phrases(
        "para, para ya, basta, espera, espere, silencio, cállate, cállese, ya está, detente, alto, "
        "stop, cancela"
    ),
    start_over=phrases(
        "empieza de nuevo, empecemos de nuevo, empezar de nuevo, vamos a empezar de nuevo, empieza "
        "de cero, empecemos de cero, empecemos desde cero, olvida todo, olvídalo todo, nueva "
        "conversación, una nueva conversación, borra la conversación"
    ),
    has_spaced_abbreviations=True,
    user_labels=words("user human usuario usuaria humano"),
    own_labels=words("assistant asistente ai ia"),
    common_words=words(
        "el la los las de del un una y es en que por con no se su para al lo como más pero sus le "
        "ya o este sí porque esta entre cuando muy sin sobre también me hasta hay donde quien "
        "desde está son"
    ),
    abbreviations=Abbreviations(
        never_end={
            "Sr.": "Señor", "Sra.": "Señora", "Srta.": "Señorita", "Sres.": "Señores",
            "sr.": "señor", "sra.": "señora", "Dr.": "Doctor", "Dra.": "Doctora",
            "Prof.": "Profesor", "Profa.": "Profesora", "Lic.": "Licenciado", "Ing.": "Ingeniero",
            "Arq.": "Arquitecto", "D.": "Don", "Ud.": "usted", "Uds.": "ustedes", "Vd.": "usted",
            "Vds.": "ustedes", "p.ej.": "por ejemplo", "vs.": "contra", "cf.": "véase",
            "aprox.": "aproximadamente", "cap.": "capítulo", "Avda.": "Avenida", "Sto.": "Santo",
            "Sta.": "Santa", "Gral.": "General",
        } | unsaid("sras dª dres p.ejem fr tte c pza p"),
        before_number={
            "núm.": "número", "Núm.": "Número", "nº": "número", "Nº": "Número", "pág.": "página",
            "págs.": "páginas", "art.": "artículo", "fig.": "figura", "vol.": "volumen",
            "tel.": "teléfono", "Tel.": "Teléfono",
        } | unsaid("no n ene feb abr ago oct nov"),
        only_before_number={
            "p.": "página", "pp.": "páginas", "art.": "artículo", "cap.": "capítulo",
            "fig.": "figura", "vol.": "volumen",
        },
        may_end={
            "EE.UU.": "Estados Unidos", "a.C.": "antes de Cristo", "d.C.": "después de Cristo",
            "S.A.": "S-A", "Cía.": "Compañía",
        } | unsaid("ee uu ej ltda ss.mm"),
        end_before_capital={
            "etc.": "etcétera", "etc": "etcétera", "a.m.": "de la mañana", "p.m.": "de la tarde",
        },
        elsewhere={
            "Dña.": "Doña", "D.ª": "Doña", "p. ej.": "por ejemplo", "P. ej.": "Por ejemplo",
            "n.º": "número", "N.º": "Número", "n°": "número", "N°": "Número", "Av.": "Avenida",
            "C/": "Calle ", "máx.": "máximo", "mín.": "mínimo", "EE. UU.": "Estados Unidos",
            "EE UU": "Estados Unidos", "EEUU": "Estados Unidos", "a. C.": "antes de Cristo",
            "d. C.": "después de Cristo", "S. A.": "S-A", "a. m.": "de la mañana",
            "p. m.": "de la tarde",
        },
    ),
    sentence_starters=words(
        "el la los las un una unos unas él ella ellos ellas yo tú nosotros usted ustedes es son "
        "está este esta esto ese esa eso pero y o porque cuando si como que quien donde luego "
        "entonces después antes ahora hoy ayer mañana en con para por de desde sobre al sí no mi "
        "tu su sus nuestro todo todos toda cada también además"
    ),
    before_label=words("vitamina plan opción tipo clase grupo nivel punto parte hepatitis"),
    phrases=Phrases(
        code="El código se muestra en pantalla.",
        table="La tabla se muestra en pantalla.",
        more_rows="El resto de la tabla se muestra en pantalla.",
        formula="La fórmula se muestra en pantalla.",
        link_to="enlace a {}",
        yes="sí",
        no="no",
        not_understood="Perdona, no te he entendido.",
        started_over="De acuerdo, empezamos de nuevo.",
        no_voice="No tengo voz para este idioma; la respuesta está en la pantalla.",
    ),
    aloud=_ALOUD,
)
