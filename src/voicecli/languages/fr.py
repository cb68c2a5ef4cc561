"""French."""

from __future__ import annotations

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

FRENCH = Language(
    code="fr",
    short_answers=phrases(
        "oui, non, si, okay, ok, bien, exact, stop, arrête, attends, merci, bonjour, bonsoir, "
        "salut, plus fort, plus lentement, moins vite, continue, encore, s'il te plaît, s'il vous "
        "plaît, au revoir"
    ),
    unfinished_ends=words("et ou mais parce que le la les un une des mon ma mes euh"),
    backchannels=SOUNDS | words("oui ouais d'accord bien bon voilà"),
    stop_words=phrases(
        "stop, arrête, arrêtez, arrête-toi, attends, attendez, silence, chut, tais-toi, taisez- "
        "vous, assez, ça suffit, annule"
    ),
    has_spaced_abbreviations=True,
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
    ),
)
