"""Languages of which little is known, and what holds for a language of which nothing is."""

from __future__ import annotations

from dataclasses import replace

from voicecli.languages.en import LANGUAGE as ENGLISH
from voicecli.languages.language import Abbreviations, Language, Phrases, unsaid, words
from voicecli.languages.zh import LANGUAGE as CHINESE

_ORDINAL_DOT = words("da nb no nn fi cs sk pl hu hr sl sr et lv is lb tr eu")
_SPACED_ABBREVIATIONS = words("nl cs pl it pt")
_WIDE = words("ja ko")
_UNSPACED = words("ja lo my th")
_PHRASES = {
    "it": Phrases(
        code="Il codice è mostrato sullo schermo.",
        table="La tabella è mostrata sullo schermo.",
        more_rows="Il resto della tabella è mostrato sullo schermo.",
        formula="La formula è mostrata sullo schermo.",
        link_to="link a {}",
        yes="sì",
        no="no",
        not_understood="Scusa, non ho capito.",
    ),
    "pt": Phrases(
        code="O código é mostrado na tela.",
        table="A tabela é mostrada na tela.",
        more_rows="O resto da tabela é mostrado na tela.",
        formula="A fórmula é mostrada na tela.",
        link_to="link para {}",
        yes="sim",
        no="não",
        not_understood="Desculpe, não entendi.",
    ),
    "nl": Phrases(
        code="De code staat op het scherm.",
        table="De tabel staat op het scherm.",
        more_rows="De rest van de tabel staat op het scherm.",
        formula="De formule staat op het scherm.",
        link_to="link naar {}",
        yes="ja",
        no="nee",
        not_understood="Sorry, dat heb ik niet verstaan.",
    ),
    "pl": Phrases(
        code="Kod jest na ekranie.",
        table="Tabela jest na ekranie.",
        more_rows="Reszta tabeli jest na ekranie.",
        formula="Wzór jest na ekranie.",
        link_to="link do {}",
        yes="tak",
        no="nie",
        not_understood="Przepraszam, proszę powtórzyć.",
    ),
    "ru": Phrases(
        code="Код показан на экране.",
        table="Таблица показана на экране.",
        more_rows="Остальная часть таблицы показана на экране.",
        formula="Формула показана на экране.",
        link_to="ссылка на {}",
        yes="да",
        no="нет",
        not_understood="Извините, повторите, пожалуйста.",
    ),
}  # fmt: skip
_COMMON_WORDS = {
    "it": words(
        "il lo la i gli le di del della dei un una e è in che per con non si su al da sono come "
        "più ma anche se questo questa nel alla ha ci mi ti era essere dalla dal o cosa"
    ),
    "pt": words(
        "o a os as de do da dos das um uma e é em que por com não se no na para ao como mais mas "
        "seu sua ou quando muito já também pelo pela isso ela ele são está você foi tem"
    ),
    "nl": words(
        "de het een en van in is dat op te zijn met voor niet aan er die ook als maar om bij of "
        "naar dan uit nog wel kan hij ze we je wordt werd door over heeft geen dit deze"
    ),
    "pl": words(
        "i w na z do nie się że to jest jak o po co ale dla od za przez przy tym był być są tak "
        "jego jej ich który która które lub czy już tylko może"
    ),
}
_ENGLISH = ENGLISH.abbreviations
_ABBREVIATIONS = Abbreviations(
    never_end=dict.fromkeys(_ENGLISH.never_end, "")
    | unsaid(
        "sig sig.ra sigg dott dott.ssa prof ing avv sr sra dr dra exmo dhr mevr mw drs mr ir bijv "
        "d.w.z o.a m.b.t p.es ad.es es p.ex por.ex vs cf ca"
    ),
    before_number=dict.fromkeys((*_ENGLISH.before_number, *_ENGLISH.only_before_number), ""),
    may_end=unsaid("inc ltd co s.a s.p.a"),
    end_before_capital=unsaid("etc enz ecc a.m p.m"),
)
"""English ones stand in texts of every language."""


def other(code: str) -> Language:
    """A language without a file of its own."""
    if code == "cmn":
        return CHINESE
    if code == "yue":  # read aloud it is another language
        return replace(CHINESE, code=code, aloud=None)
    return Language(
        code=code,
        common_words=_COMMON_WORDS.get(code, frozenset()),
        is_wide=code in _WIDE,
        is_spaced=code not in _UNSPACED,
        has_ordinal_dot=code in _ORDINAL_DOT,
        has_spaced_abbreviations=code in _SPACED_ABBREVIATIONS,
        abbreviations=_ABBREVIATIONS,
        phrases=_PHRASES.get(code) or ENGLISH.phrases,
    )
