"""pocketsphinx to compare with: with its general language model, and with one of the domain.

The domain's is a trigram model of sentences drawn from text.py. The grammar itself, written as
JSGF, was tried: pocketsphinx takes more than ten times real time for it.
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
from pocketsphinx import Decoder, get_model_path

from training.common.clips import Samples
from training.recognizer import text

Recognize = Callable[[Samples], tuple[str, float, float]]

N_SENTENCES = 40_000
DISCOUNT = 0.7
BEGIN, END = "<s>", "</s>"
MISSING_PRONUNCIATIONS = ("vies V IY Z",)
Gram = tuple[str, ...]


def language_model(sentences: list[list[str]], order: int = 3) -> str:
    """An n-gram model with absolute discounting and back-off, in ARPA's format."""
    counts: list[Counter[Gram]] = [Counter() for _ in range(order)]
    for sentence in sentences:
        words = [BEGIN, *sentence, END]
        for n in range(1, order + 1):
            counts[n - 1].update(tuple(words[i : i + n]) for i in range(len(words) - n + 1))
    counts[0].pop((BEGIN,))
    total = sum(counts[0].values())
    probability: dict[Gram, float] = {gram: n / total for gram, n in counts[0].items()}
    back_off: dict[Gram, float] = {}
    for n in range(2, order + 1):
        followers: dict[Gram, list[Gram]] = defaultdict(list)
        for gram in counts[n - 1]:
            followers[gram[:-1]].append(gram)
        for history, grams in followers.items():
            seen = sum(counts[n - 1][gram] for gram in grams)
            for gram in grams:
                probability[gram] = (counts[n - 1][gram] - DISCOUNT) / seen
            # What the discount freed goes to the words that were never seen here.
            unseen = 1 - sum(probability[gram[1:]] for gram in grams)
            back_off[history] = DISCOUNT * len(grams) / seen / max(unseen, 1e-6)
    by_length = [[g for g in probability if len(g) == n] for n in range(1, order + 1)]
    by_length[0].append((BEGIN,))
    lines = ["\\data\\", *(f"ngram {n}={len(g)}" for n, g in enumerate(by_length, 1))]
    for n, grams in enumerate(by_length, 1):
        lines.append(f"\n\\{n}-grams:")
        for gram in sorted(grams):
            line = f"{math.log10(probability.get(gram, 1e-99)):.4f} {' '.join(gram)}"
            if n < order:
                line += f" {math.log10(back_off.get(gram, 1.0)):.4f}"
            lines.append(line)
    return "\n".join([*lines, "\n\\end\\", ""])


def general() -> Recognize:
    """US English, the trigrams that pocketsphinx comes with."""
    return _recognize(Decoder(loglevel="FATAL"))


def of_the_domain(work: Path) -> Recognize:
    rng = random.Random(3)
    drawn = (text.draw(rng, salad=False) for _ in range(N_SENTENCES))
    model = language_model([text.words_of(s) for s in drawn if not text.is_held_out(s)])
    arpa, dictionary = work / "domain.lm", work / "domain.dict"
    arpa.write_text(model, "utf-8")
    known = set(text.vocabulary())
    general_dictionary = Path(get_model_path("en-us"), "cmudict-en-us.dict").read_text("utf-8")
    lines = [
        line
        for line in general_dictionary.splitlines()
        if line.split(" ")[0].split("(")[0] in known
    ]
    dictionary.write_text("\n".join([*lines, *MISSING_PRONUNCIATIONS, ""]), "utf-8")
    return _recognize(Decoder(lm=str(arpa), dict=str(dictionary), loglevel="FATAL"))


def _recognize(decoder: Decoder) -> Recognize:
    def recognize(samples: Samples) -> tuple[str, float, float]:
        pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
        decoder.start_utt()
        decoder.process_raw(pcm, full_utt=True)
        decoder.end_utt()
        hypothesis = decoder.hyp()
        return (hypothesis.hypstr if hypothesis else "", 0.0, 0.0)

    return recognize
