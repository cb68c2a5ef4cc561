"""Numbers in words: read, and said."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from voicecli.llm.builtin.words import Word
from voicecli.text.numerals import cardinal

NUMBER_MAX = 10**15
"""Above, numbers take longer to say than anyone listens."""

SMALL = {cardinal(n, "en"): n for n in (*range(20), *range(20, 100, 10))}

SCALES = {
    "hundred": 100,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}

_DIGITS = "|".join((*SMALL, *SCALES, "minus", r"[\d.]+", "a(?= hundred)"))
NUMBER = rf"(?:{_DIGITS})(?: (?:and )?(?:{_DIGITS}))*"
"""A pattern, in words_of() spelling."""

SOUND_LIKE = {"to": 2, "too": 2, "for": 4, "fore": 4, "won": 1, "ate": 8}
"""How recognisers write numbers where a word would do as well."""


def number_at(words: Sequence[Word], at: int) -> tuple[Fraction, int] | None:
    """The number that starts at words[at], and the index behind it; None where there is none."""
    texts = [word.text for word in words[at:]]
    if texts[:1] == ["minus"]:
        found = number_at(words, at + 1)
        return None if found is None else (-found[0], found[1])
    if not texts:
        return None
    if texts[0][-1].isdecimal() and texts[0].isascii():
        value, used = Fraction(texts[0]), 1
        if texts[1:2] and texts[1] in SCALES:
            value, used = value * SCALES[texts[1]], 2
    else:
        whole, used = _whole_number(texts)
        value = Fraction(whole)
    if used == 0:
        return None
    if texts[used : used + 1] == ["point"]:
        digits = ""
        for text in texts[used + 1 :]:
            digit = str(SMALL.get(text, text if text.isascii() and text.isdecimal() else ""))
            if not digit:
                break
            digits += digit
        if digits:
            value += Fraction(int(digits), 10 ** len(digits))
            used += 1 + len(digits)
    return None if abs(value) >= NUMBER_MAX else (value, at + used)


def _whole_number(texts: Sequence[str]) -> tuple[int, int]:
    """Value and length of the number in words that `texts` starts with; length 0 without one."""
    total = part = used = 0  # part: below a thousand, still open
    last = 0  # the word before, as a number
    for index, text in enumerate(texts):
        if text == "a" and not used and texts[index + 1 : index + 2] and texts[1] in SCALES:
            part, last = 1, 1
        elif text in SMALL:
            n = SMALL[text]
            fits = not used or last >= 100 or (last >= 20 and 0 < n < 10)
            if not fits:
                break
            part, last, used = part + n, n, index + 1
        elif text in SCALES and (used or part):
            scale = SCALES[text]
            if scale == 100:
                if not 0 < part < 100:
                    break
                part *= 100
            else:
                total, part = total + part * scale, 0
            last, used = scale, index + 1
        elif text != "and" or last < 100 or not set(texts[index + 1 : index + 2]) <= set(SMALL):
            break
    return total + part, used


def say_number(value: Fraction) -> str:
    """`minus three point five`, `about six point six seven`; no hyphens, no commas."""
    if abs(value) >= NUMBER_MAX:
        return "more than I can say" if value > 0 else "less than I can say"
    shown = rounded(value)
    about = "" if shown == value else "about "
    whole, _, digits = in_digits(abs(shown)).partition(".")
    said = cardinal(int(whole), "en")
    if digits:
        said += " point " + " ".join(cardinal(int(digit), "en") for digit in digits)
    said = ("minus " if shown < 0 else "") + said
    return about + said.replace("-", " ").replace(" and ", " ")


def rounded(value: Fraction) -> Fraction:
    """With three decimals, or with two where it has more."""
    if (value * 1000).denominator == 1:
        return value
    return round(value, 2 if abs(value) >= 1 else 2 - _magnitude(value))


def _magnitude(value: Fraction) -> int:
    """Of 0.05 it is -2. Values so small that nobody says them count as 10^-9."""
    power = 0
    while abs(value) < Fraction(10) ** power and power > -9:
        power -= 1
    return power


def in_digits(value: Fraction) -> str:
    """A fraction whose denominator divides a power of ten, in digits."""
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    scaled = str(int(value * 10**digits)).rjust(digits + 1, "0")
    return scaled if not digits else f"{scaled[:-digits]}.{scaled[-digits:]}"
