"""Which letters a language is written with, by the first word of their names in Unicode."""

from __future__ import annotations

_WRITTEN_IN = {
    "ru uk be bg mk sr kk ky mn tg tt ba": "CYRILLIC",
    "el": "GREEK",
    "zh cmn yue": "CJK",
    "ja": "CJK HIRAGANA KATAKANA",
    "ko": "HANGUL CJK",
    "ar fa ur ps sd ug": "ARABIC",
    "he yi": "HEBREW",
    "hi mr ne sa": "DEVANAGARI",
    "bn as": "BENGALI",
    "pa": "GURMUKHI",
    "gu": "GUJARATI",
    "ta": "TAMIL",
    "te": "TELUGU",
    "kn": "KANNADA",
    "ml": "MALAYALAM",
    "si": "SINHALA",
    "th": "THAI",
    "lo": "LAO",
    "my": "MYANMAR",
    "km": "KHMER",
    "ka": "GEORGIAN",
    "hy": "ARMENIAN",
    "am": "ETHIOPIC",
    "bo": "TIBETAN",
}
_SCRIPTS = {
    code: frozenset(scripts.split())
    for codes, scripts in _WRITTEN_IN.items()
    for code in codes.split()
}
LATIN = frozenset({"LATIN"})


def scripts_of(code: str) -> frozenset[str]:
    """Besides Latin letters, which every voice can read."""
    return _SCRIPTS.get(code, frozenset()) | LATIN
