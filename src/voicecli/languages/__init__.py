"""What voicecli knows of languages: one file a language, tables only.

`text`, `conversation` and `transcription` read them; nothing in those rooms asks which language it
is. docs/languages.md tells how to add one.
"""

from __future__ import annotations

import re
from functools import cache

from voicecli.languages.language import Abbreviations, Language, Phrases

__all__ = ["Abbreviations", "Language", "Phrases", "language_of", "primary"]


def primary(code: str) -> str:
    """`de-AT`, `DE_at` -> `de`."""
    return re.split(r"[-_]", code.lower(), maxsplit=1)[0]


def language_of(code: str) -> Language:
    """The language of a code like "en" or "de-AT"; for one that is not known a plain one."""
    return _language(primary(code))


@cache
def _language(code: str) -> Language:
    from voicecli.languages.de import GERMAN
    from voicecli.languages.en import ENGLISH
    from voicecli.languages.es import SPANISH
    from voicecli.languages.fr import FRENCH
    from voicecli.languages.others import other
    from voicecli.languages.zh import CHINESE

    known = {found.code: found for found in (ENGLISH, GERMAN, FRENCH, SPANISH, CHINESE)}
    return known.get(code) or other(code)
