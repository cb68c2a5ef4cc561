"""Letters and digits that stand for plain ones: ﬁ, 𝐁𝐨𝐥𝐝, Ａ, Ⅳ, ①.

Unicode's NFKC knows them all, and does harm elsewhere: it makes "102" of 10², and two letters of ™.
So only these ranges are translated.
"""

from __future__ import annotations

import unicodedata
from functools import cache

_RANGES = (
    (0xFB00, 0xFB07),  # ligatures
    (0xFF10, 0xFF1A),  # full-width digits
    (0xFF21, 0xFF3B),  # full-width capitals
    (0xFF41, 0xFF5B),  # full-width small letters
    (0x1D400, 0x1D800),  # mathematical alphabets
    (0x2102, 0x2116),  # letters of number sets: ℂ, ℝ
    (0x2119, 0x211E),
    (0x2460, 0x2474),  # circled numbers
    (0x24B6, 0x24EA),  # circled letters
    (0x1F130, 0x1F14A),  # squared letters
)
_ROMAN = (0x2160, 0x2180)


def plain_letters(text: str) -> str:
    """The same text in plain letters and digits."""
    return text if text.isascii() else text.translate(_table())


@cache
def _table() -> dict[int, str]:
    table = {}
    for first, end in (*_RANGES, _ROMAN):
        for code in range(first, end):
            plain = unicodedata.normalize("NFKC", chr(code))
            if plain != chr(code) and plain.isalnum():
                table[code] = plain
    return table
