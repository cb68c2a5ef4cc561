"""What voicecli knows of languages: one file a language, tables only.

`text`, `conversation` and `transcription` read them; nothing in those rooms asks which language it
is. docs/languages.md tells how to add one.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from importlib.util import find_spec

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
    """That of the file with this name, if there is one: it is loaded when it is first asked for."""
    if re.fullmatch("[a-z]{2,3}", code) and find_spec(f"{__name__}.{code}"):
        return import_module(f"{__name__}.{code}").LANGUAGE
    from voicecli.languages.others import other

    return other(code)
