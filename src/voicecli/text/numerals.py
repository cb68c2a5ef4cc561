"""Whole numbers in words, for the 80 languages that the Unicode consortium has rules for.

unicode-rbnf reads those rules (1.5 MB, 60 ms to import, 10 to 50 ms once a language): genders and
cases, years, ordinals. Where a language says it otherwise, `text.aloud` does.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unicode_rbnf import RbnfEngine

CARDINAL = ("numbering-verbose", "cardinal", "numbering", "cardinal-masculine")
ORDINAL = ("ordinal-verbose", "ordinal", "ordinal-masculine")
YEAR = ("numbering-year", *CARDINAL)


def spell(value: int, language: str, *rules: str) -> str | None:
    """The number by the first of these rules that the language has; None where it has none."""
    engine = _engine(language)
    if engine is None:
        return None
    names = [f"spellout-{rule}" for rule in rules if f"spellout-{rule}" in engine.rulesets]
    if not names:
        return None
    return engine.format_number(value, ruleset_names=names[:1]).text.replace(",", "")


def cardinal(value: int, language: str) -> str:
    """Digits where the language's words are not known."""
    return spell(value, language, *CARDINAL) or str(value)


@cache
def _engine(language: str) -> RbnfEngine | None:
    from unicode_rbnf import RbnfEngine

    try:
        return RbnfEngine.for_language({"nb": "no"}.get(language, language))
    except ValueError:
        return None
