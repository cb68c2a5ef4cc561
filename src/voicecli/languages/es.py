"""Spanish."""

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

SPANISH = Language(
    code="es",
    short_answers=phrases(
        "sí, no, vale, okay, ok, bueno, claro, exacto, para, espera, ayuda, gracias, por favor, "
        "hola, adiós, más alto, más bajo, más despacio, más rápido, sigue, otra vez, buenos días, "
        "buenas tardes, buenas noches"
    ),
    unfinished_ends=words("y o pero porque que el la los las un una mi tu eh"),
    backchannels=SOUNDS | words("sí claro vale bueno ya"),
    stop_words=phrases(
        "para, para ya, basta, espera, espere, silencio, cállate, cállese, ya está, detente, alto, "
        "stop, cancela"
    ),
    has_spaced_abbreviations=True,
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
    ),
)
