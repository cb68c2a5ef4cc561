"""Notations that are rewritten before a sentence is read, as others that the rules know."""

from __future__ import annotations

import re

from voicecli.text.compatibility import plain_letters

_OPERAND = r"(?<![\w.,])(?<!\s\*\*)(?<!\A\*\*)(?:\d[\d.,]*|[A-Za-z])"
_POWER_STARS = re.compile(rf"({_OPERAND})(\s?)\*\*\2(?=[-−(]?(?:\d|[A-Za-z]\b))")
_SUPERSCRIPT = re.compile(r"(?<=[\w)\]])[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱ]+")
_ASCII = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱ", "0123456789+-ni")
_SCIENTIFIC = re.compile(
    r"(?<![\w.,])(\d{1,3}(?:[.,]\d+)?)(?:e|E(?=[-−+])|(?<=[.,]\d)E|(?<=[.,]\d\d)E|(?<=\d\d\d)E)"
    r"([-−+]?\d{1,3})(?![\w]|[.,]\d)"
)
_APERTURE = re.compile(r"(?<![\w/])([fF])/(?=\d{1,2}(?:[.,]\d)?(?![\w/]))")
_EDITION = re.compile(r"\b((?:ISO|IEC|EN|DIN) \d{3,6}(?:-\d{1,2})?):(?=\d{4}\b)")
"""Of a norm, its year."""
_HYPHENATED = re.compile(r"(?<=[^\W\d_])[-\u2010]\s*\n\s*(?=(\w+))|\u00ad\s*\n\s*")


def plain_notation(sentence: str) -> str:
    """Plain letters, and one notation for powers: `10⁻³`, `10**-3` and `1e-3` have a "^"."""
    sentence = plain_letters(sentence)
    sentence = _SCIENTIFIC.sub(lambda found: f"{found[1]} × 10^{found[2].lstrip('+')}", sentence)
    sentence = with_powers(sentence)
    sentence = re.sub(r"(?<=\d)\s?[x×]\s?(?=10\^)", " × ", sentence)
    sentence = re.sub(r"(?<=[^\W\d_])·(?=[^\W\d_])", " ", sentence)  # "m·s⁻¹"
    sentence = re.sub(r"(?<=\d)\s?[~～]\s?(?=\d)", "–", sentence)
    sentence = _APERTURE.sub(r"\1 ", sentence)
    sentence = _EDITION.sub(r"\1, ", sentence)
    return _SUPERSCRIPT.sub(_say_superscript, sentence)


def with_powers(text: str) -> str:
    """`2**10` is no emphasis: `2^10`."""
    return _POWER_STARS.sub(r"\1^", text)


def _say_superscript(found: re.Match[str]) -> str:
    """As it is, where units and symbols have it: "m²"."""
    return found[0] if found[0] in ("²", "³") else f"^{found[0].translate(_ASCII).lstrip('+')}"


def joined_lines(text: str, joiners: re.Pattern[str]) -> str:
    """Words that were hyphenated at the end of a line, whole again.

    joiners: before these words a hyphen stands for a word's other half ("Haupt- und").
    """
    return _HYPHENATED.sub(lambda found: hyphen_before(found[1], joiners) if found[1] else "", text)


def hyphen_before(word: str, joiners: re.Pattern[str]) -> str:
    """What a line's last hyphen is, before the next line's first word."""
    if not word or joiners.fullmatch(word):
        return "- "
    return "" if word[0].islower() else "-"
