"""Hindi."""

from __future__ import annotations

from voicecli.text.aloud.written import WrittenReader

_DIGITS = str.maketrans("०१२३४५६७८९", "0123456789")


class Hindi(WrittenReader):
    def prepare(self, sentence: str) -> str:
        return super().prepare(sentence.translate(_DIGITS))

    def spell(self, value: int, *rules: str) -> str:
        """With the spelling that most write: CLDR has "पांच" here and "पाँच" there."""
        return super().spell(value, *rules).replace("पांच", "पाँच")

    def cardinal(self, value: int) -> str:
        return super().cardinal(value).replace("पांच", "पाँच")
