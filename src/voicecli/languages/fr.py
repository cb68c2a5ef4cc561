"""French."""

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
        "tion sion xion té ette elle esse euse ance ence ure ée ie ine tude aison ière ique ade "
        "ise personne heure minute seconde semaine fois page ligne étape tasse cuillère tranche "
        "gousse pomme carotte tomate étoile chambre femme fille ville table place boîte bouteille "
        "tonne feuille lettre image équipe part main nuit clé erreur couleur fleur valeur tâche "
        "règle porte photo note phase colonne plante route île langue carte liste pièce dose "
        "goutte".split(), "f"),
    **dict.fromkeys(
        "été côté comité musée lycée génie incendie magazine silence".split(), "m"),
}

_ALOUD = Aloud(
    genders=_GENDERS,
    decimal_sign=",",
    grouping_signs=" .",
    point="virgule",
    points={".": "point"},
    digits=("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"),
    minus="moins",
    to="à",
    and_="et",
    dot="point",
    by="sur",
    joiners="et|ou",
    units={
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
    },
    scales={
        "mille": ("mille", "mille"), "million": ("million", "millions"),
        "millions": ("million", "millions"), "milliard": ("milliard", "milliards"),
        "milliards": ("milliard", "milliards"), "Md": ("milliard", "milliards"),
        "Mds": ("milliard", "milliards"), "M": ("million", "millions"), "k": ("mille", "mille"),
    },
    operators={
        "+": "plus", "-": "moins", "−": "moins", "–": "moins", "*": "fois", "×": "fois",
        "x": "fois", "/": "divisé par", "÷": "divisé par", "=": "égale", "<": "est inférieur à",
        ">": "est supérieur à", "≤": "est inférieur ou égal à", "≥": "est supérieur ou égal à",
        "≈": "est environ", "≠": "est différent de", "^": "puissance",
    },
    symbols={
        "::": "deux-points deux-points",
        "♯": "dièse", "♭": "bémol",
        "+": "plus", "&": "et", "%": "pour cent", "§": "paragraphe", "°": "degrés", "→": "vers",
        "->": "vers", "=": "égale", "×": "fois", "÷": "divisé par", "@": "arobase",
        "±": "plus ou moins", "≈": "environ", "≤": "au plus", "≥": "au moins",
        "<": "inférieur à", ">": "supérieur à", "™": "", "®": "", "©": "copyright",
        "*": "", "|": ", ", "_": " ", "^2": " au carré",
        "²": " au carré", "^3": " au cube", "³": " au cube", "√": "racine carrée de",
        "∞": "l'infini", "•": "", "·": "", "…": ", ", "...": ", ", "€": "euros", "$": "dollars",
        "£": "livres", "\\": " antislash ", "`": "", "{": "", "}": "", "^": " puissance ",
    },
    roman_nouns=frozenset(
        "chapitre tome partie volume acte scène section phase type classe guerre livre article "
        "annexe niveau titre".split()
    ),
    referenced=frozenset("commande facture ticket compte réservation dossier".split()),
    labelled=frozenset(
        "appartement bus tram porte quai "
        "page étape version numéro option ligne figure tableau question exercice jour leçon sujet "
        "saison épisode chaîne groupe salle rang colonne étage point".split()
    ),
    noun_pattern=(
        r" (?!(?:de|du|des|et|ou|à|au|en|par|pour|que|qui|est|sont|a|avec|sur|dans|plus|moins|mais|"
        r"ne|se|le|la|les|un|une|sans|sous|entre|était|sera|fois sur|contre)\b)([a-zà-ÿœ]{3,})"
    ),
    at="arobase",
    dash="tiret",
    slash="barre oblique",
    underscore="tiret bas",
    spelled=frozenset("UE IA USA EU API URL USB UI OS IP RER ONG OGM IUT OVH EDF UMP".split()),
    words={
        "24h/24": "vingt-quatre heures sur vingt-quatre", "7j/7": "sept jours sur sept",
        "24/7": "vingt-quatre heures sur vingt-quatre", "et/ou": "et ou", "C++": "C plus plus",
        "C#": "C dièse", "km/h": "kilomètres par heure",
    },
    hash_number="numéro",
    hashtag="hashtag",
    months=(
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
        "octobre", "novembre", "décembre",
    ),
    weekdays={
        "lun": "lundi", "mar": "mardi", "mer": "mercredi", "jeu": "jeudi", "ven": "vendredi",
        "sam": "samedi", "dim": "dimanche",
    },
    date_words=frozenset("le du au dès depuis avant après".split()),
    time_sign=r":|\s?[hH]\s?",
    time_suffix=r"[hH]",
    ratio_words=("ratio", "échelle"),
    per="par",
    currencies={
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
    },
    says_height=True,
    ratio_to="à",
    out_of="sur",
    scored=frozenset("note noté notée obtenu page étape partie question".split()),
    rulers=frozenset(
        "louis henri charles philippe françois napoléon jean paul pie benoît élisabeth elisabeth "
        "édouard georges guillaume catherine frédéric alexandre nicolas pierre léon grégoire "
        "clément innocent".split()
    ),
    signs={
        "-": "moins", "−": "moins", "+": "plus", "±": "plus ou moins", "~": "environ",
        "≈": "environ", "<": "moins de", ">": "plus de", "≤": "au plus", "≥": "au moins",
    },
    and_half=("et demi", "et demie"),
    short_months={
        "janv": 1, "févr": 2, "fév": 2, "avr": 4, "juil": 7, "sept": 9, "oct": 10, "nov": 11, "déc":
        12,
    },
)

LANGUAGE = Language(
    code="fr",
    short_answers=phrases(
        "oui, non, si, okay, ok, bien, exact, stop, arrête, attends, merci, bonjour, bonsoir, "
        "salut, plus fort, plus lentement, moins vite, continue, encore, s'il te plaît, s'il vous "
        "plaît, au revoir"
    ),
    unfinished_ends=words(
        "et ou mais donc car parce que qu qu'un qu'une si quand lorsque puisque comme dont où "
        "qui le la les l un une des du de d d'un d'une à au aux en dans sur sous avec sans pour "
        "par chez vers entre depuis pendant contre mon ma mes ton ta tes son sa ses notre nos "
        "votre vos leur leurs ce cet cette ces chaque quel quelle quels quelles très je j j'ai "
        "tu il ils on est sont était suis avons avez ont c'est c'était n'est peux peut veux "
        "voudrais veut dois doit faut euh heu"
    ),
    finished_ends=phrases(
        "allume la, éteins la, pas sur, je suis, je peux, je veux, il faut, dis le, fais le, "
        "mets le, qu'il est, où il est, qui c'est"
    ),
    phone_number=r".{10}",
    backchannels=SOUNDS | words("oui ouais d'accord bien bon voilà"),
    stop_words=phrases(
        "stop, arrête, arrêtez, arrête-toi, attends, attendez, silence, chut, tais-toi, "
        "taisez-vous, s'il te plaît stop, arrête de parler, assez, ça suffit, annule"
    ),
    start_over=phrases(
        "recommence à zéro, recommençons à zéro, on recommence à zéro, repars de zéro, repartons "
        "de zéro, on repart de zéro, recommençons depuis le début, oublie tout, oubliez tout, "
        "nouvelle conversation, une nouvelle conversation, efface la conversation"
    ),
    has_spaced_abbreviations=True,
    user_labels=words("user human utilisateur utilisatrice humain"),
    own_labels=words("assistant ai ia"),
    common_words=words(
        "le la les de des du un une et est en que qui dans pour pas ne sur au aux avec ce il elle "
        "nous vous je se son sa ses par plus mais ou où sont cette comme leur été être avoir fait "
        "peut on"
    ),
    abbreviations=Abbreviations(
        never_end={
            "M.": "Monsieur", "MM.": "Messieurs", "Mme": "Madame", "Mmes": "Mesdames",
            "Mlle": "Mademoiselle", "Mlles": "Mesdemoiselles", "Me": "Maître", "Mgr": "Monseigneur",
            "Dr": "Docteur", "Dr.": "Docteur", "Pr": "Professeur", "Pr.": "Professeur",
            "Prof.": "Professeur", "St": "Saint", "St.": "Saint", "Ste": "Sainte",
            "p.ex.": "par exemple", "c.-à-d.": "c'est-à-dire", "cf.": "voir", "env.": "environ",
            "av.": "avenue", "bd": "boulevard", "bd.": "boulevard", "boul.": "boulevard",
            "vs": "contre", "vs.": "contre",
        } | unsaid("c.à.d p.-ex p"),
        before_number={
            "tél.": "téléphone", "Tél.": "Téléphone", "vol.": "volume", "chap.": "chapitre",
            "fig.": "figure", "art.": "article", "éd.": "édition", "no.": "numéro",
            "janv.": "janvier", "févr.": "février", "juil.": "juillet", "sept.": "septembre",
            "oct.": "octobre", "nov.": "novembre", "déc.": "décembre",
        } | unsaid("n avr"),
        only_before_number={
            "p.": "page", "pp.": "pages", "no.": "numéro", "art.": "article", "vol.": "volume",
            "fig.": "figure", "chap.": "chapitre",
        },
        may_end={
            "J.-C.": "Jésus-Christ", "Cie": "Compagnie",
        } | unsaid("ex apr j.c s.a ltée inc s.n.c.f u.e o.n.u"),
        end_before_capital={
            "etc.": "et cetera", "etc": "et cetera",
        } | unsaid("a.m p.m"),
        elsewhere={
            "p. ex.": "par exemple", "c'est-à-d.": "c'est-à-dire", "n°": "numéro ", "N°": "Numéro ",
            "nº": "numéro ", "n° ": "numéro ", "N° ": "Numéro ", "av. J.-C.": "avant Jésus-Christ",
            "apr. J.-C.": "après Jésus-Christ", "ap. J.-C.": "après Jésus-Christ",
            "max.": "maximum", "min.": "minimum", "s.v.p.": "s'il vous plaît",
            "svp": "s'il vous plaît", "SVP": "s'il vous plaît", "1er": "premier", "1re": "première",
            "1ère": "première",
        },
    ),
    sentence_starters=words(
        "le la les un une des il elle ils elles on nous vous je tu ce cet cette ces c l d j mais "
        "et ou donc car puis alors ensuite quand si comme que qui où pourquoi dans en sur à au aux "
        "avec pour par après avant depuis aujourd hier demain oui non mon ma mes ton ta son sa ses "
        "notre votre leur leurs tout tous toute chaque cela ça voici voilà"
    ),
    before_label=words("vitamine plan option type classe groupe niveau point partie hépatite"),
    phrases=Phrases(
        code="Le code est affiché à l'écran.",
        table="Le tableau est affiché à l'écran.",
        more_rows="Le reste du tableau est affiché à l'écran.",
        formula="La formule est affichée à l'écran.",
        link_to="lien vers {}",
        yes="oui",
        no="non",
        not_understood="Pardon, je n'ai pas compris.",
        started_over="D'accord, on repart de zéro.",
        no_voice="Je n'ai pas de voix pour cette langue ; la réponse est affichée à l'écran.",
    ),
    aloud=_ALOUD,
)
