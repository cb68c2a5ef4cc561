"""Text that a voice can't read: in another script, or in another language. Pure."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import cache
from itertools import groupby
from typing import NamedTuple

from voicecli.languages import language_of, primary
from voicecli.languages.names import CODE_OF, name_of
from voicecli.languages.scripts import scripts_of
from voicecli.text.words import words_of

MIN_LETTERS = 4
"""Fewer in another script may be a name, or a word that is spoken of."""

MIN_WORDS = 5
"""Fewer words in another language may be a title or a quotation."""

MIN_SHARE = 0.3
"""So many of its words must be among another language's common ones."""

MIN_COMMON = 3

_COMPARED = ("en", "de", "fr", "es", "it", "pt", "nl", "pl")
"""Latin script's languages whose common words are known."""

_SINGLE = frozenset({"GREEK"})
"""One letter of these stands for a quantity: "π"."""

_SURE = {"CJK": "zh", "HANGUL": "ko", "HIRAGANA": "ja", "GREEK": "el", "HEBREW": "he", "THAI": "th"}
"""Scripts that tell the language."""

_FREQUENT = ("ru", "ar", "hi")
"""Of a script that several languages have, the one with the most speakers."""


class Foreign(NamedTuple):
    """What a text is in."""

    name: str
    """ "German", "Cyrillic script"."""
    code: str
    """Of a language that is written so."""


@cache
def _script(char: str) -> str:
    """Empty for what is no letter: it belongs to every script."""
    return unicodedata.name(char, "").partition(" ")[0] if char.isalpha() else ""


def readable(text: str, language: str) -> str:
    """The text without letters that a voice of this language could only name."""
    code = primary(language)
    if text.isascii() or code not in CODE_OF.values():
        return text
    own = scripts_of(code)
    kept: list[str] = []
    for script, run in groupby(text, _script):
        letters = "".join(run)
        is_quantity = script in _SINGLE and len(letters) == 1
        if not script or script in own or is_quantity or not _is_script(script):
            kept.append(letters)
    return "".join(kept)


@cache
def _is_script(name: str) -> bool:
    """Is it one that some language is written in? "MATHEMATICAL", "FEMININE" (ª) are none."""
    return any(name in scripts_of(code) for code in CODE_OF.values())


def foreign_language(text: str, language: str) -> Foreign | None:
    """What a text is in, if not in the language of the voice."""
    code = primary(language)
    if code not in CODE_OF.values():
        return None
    scripts = Counter(_script(char) for char in text if char.isalpha())
    own = scripts_of(code)
    foreign = {s: n for s, n in scripts.items() if s not in own and _is_script(s)}
    if sum(foreign.values()) >= max(MIN_LETTERS, scripts.total() / 2):
        script = max(foreign, key=lambda name: (name in ("HIRAGANA", "HANGUL"), foreign[name]))
        if script in _SURE:
            return Foreign(name_of(_SURE[script]), _SURE[script])
        code = next(code for code in (*_FREQUENT, *CODE_OF.values()) if script in scripts_of(code))
        return Foreign(f"{script.capitalize()} script", code)
    return _other_words(set(words_of(text.lower())), code)


def _other_words(words: set[str], code: str) -> Foreign | None:
    """The language whose common words these are, if that is not the voice's own."""
    if len(words) < MIN_WORDS or code not in _COMPARED:
        return None
    n_common = {other: len(words & language_of(other).common_words) for other in _COMPARED}
    best = max(n_common, key=lambda other: (n_common[other], other == code))
    is_sure = n_common[best] >= max(MIN_COMMON, MIN_SHARE * len(words))
    if best == code or not is_sure or n_common[best] < 2 * n_common[code]:
        return None
    return Foreign(name_of(best), best)
