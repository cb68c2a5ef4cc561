"""The phonemes of the voice: what Piper's phonemizer says for `en-us`, and the nearest to the rest.

    python -m training.voice.symbols

prints the table. Piper numbers its phonemes 0 to 165; the network numbers those it was trained on
from 1, in the order of SYMBOLS. 0 is what is skipped: Piper's padding, and what nobody can say.
"""

from __future__ import annotations

import numpy as np

SYMBOLS = tuple("^$ ,.?!;:ˈˌːʲ̩nɪtdɹsəilkzɛæamʊðfʌwɚɔpebvɑʃoθuhᵻʒɾɡjɜɐŋʔ")
"""All that occurs in English text, `^` and `$` around each sentence."""

NEAREST = dict(
    zip(
        "xçrʁyøœɫɒɲcqgʀʂʐɕʑʈɖβɸχħɦɥɰʍʋʎɭɻɽɨʉɯɤɘɵɞɶʏɝɣɢɟɱɳεˑ-",
        "kʃɹɹuɜɜlɑnkkɡɹʃʒʃʒtdvfkhhwwwvllɹɾɪuuʌəɜɜæʊɜɡɡdmnɛː ",
        strict=True,
    )
)
"""Sounds of other languages and Piper's variants -> the English sound that comes nearest."""

SILENT = frozenset("ˈˌːʲ̩")
"""Marks that colour a neighbour and have no duration of their own."""

PAUSES = frozenset("^$ ,.?!;:")
"""What silence can stand at."""


def piper_ids() -> dict[str, list[int]]:
    """Piper's own phoneme -> ids table."""
    from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

    return DEFAULT_PHONEME_ID_MAP


def symbol_of_piper_id() -> np.ndarray:
    """Piper's id -> ours, int64 of shape (256,); 0 where it is skipped."""
    table = np.zeros(256, np.int64)
    for phoneme, ids in piper_ids().items():
        known = NEAREST.get(phoneme, phoneme)
        if known in SYMBOLS:
            table[ids[0]] = SYMBOLS.index(known) + 1
    return table


def phonemize(sentence: str) -> list[list[str]]:
    """Text -> phonemes of each of its sentences, exactly as PiperVoice does."""
    from piper.phonemize_espeak import EspeakPhonemizer

    global _phonemizer
    if _phonemizer is None:
        _phonemizer = EspeakPhonemizer()
    return _phonemizer.phonemize("en-us", sentence)


_phonemizer = None


def main() -> None:
    table = symbol_of_piper_id()
    for phoneme, ids in piper_ids().items():
        ours = table[ids[0]]
        print(f"{phoneme!r:8} {ids[0]:4} -> {repr(SYMBOLS[ours - 1]) if ours else 'skipped'}")


if __name__ == "__main__":
    main()
