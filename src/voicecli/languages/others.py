"""Languages of which little is known, and what holds for a language of which nothing is."""

from __future__ import annotations

from dataclasses import replace

from voicecli.languages.en import LANGUAGE as ENGLISH
from voicecli.languages.language import (
    Abbreviations,
    Language,
    unsaid,
    words,
)
from voicecli.languages.zh import LANGUAGE as CHINESE

_ORDINAL_DOT = words("da nb no nn fi cs sk hu hr sl sr et lv is lb tr eu")
_SPACED_ABBREVIATIONS = words("cs")
_UNSPACED = words("lo my th")
_ENGLISH = ENGLISH.abbreviations
_ABBREVIATIONS = Abbreviations(
    never_end=dict.fromkeys(_ENGLISH.never_end, "")
    | unsaid(
        "sig sig.ra dott prof ing avv sr sra dr dra dhr mevr mw drs mr ir bijv p.es p.ex vs cf ca"
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
        is_spaced=code not in _UNSPACED,
        has_ordinal_dot=code in _ORDINAL_DOT,
        has_spaced_abbreviations=code in _SPACED_ABBREVIATIONS,
        abbreviations=_ABBREVIATIONS,
        phrases=ENGLISH.phrases,
    )
