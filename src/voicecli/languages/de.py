"""German."""

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

GERMAN = Language(
    code="de",
    short_answers=phrases(
        "ja, nein, doch, okay, ok, gut, genau, richtig, stopp, halt, warte, hilfe, bitte, danke, "
        "hallo, tschüss, lauter, leiser, langsamer, schneller, weiter, nochmal, guten morgen, "
        "guten tag, guten abend, gute nacht"
    ),
    unfinished_ends=words("und oder aber weil dass wenn der die das ein eine mein dein äh ähm"),
    backchannels=SOUNDS | words("ja jaja genau stimmt klar gut aha achso"),
    stop_words=phrases(
        "stopp, stop, halt, warte, warte mal, moment, ruhe, sei still, sei ruhig, still, schluss, "
        "genug, das reicht, aufhören, hör auf, abbrechen, halt den mund"
    ),
    has_ordinal_dot=True,
    has_spaced_abbreviations=True,
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
    ),
)
