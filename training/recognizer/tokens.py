"""The tokens the recogniser writes: one for each word of the domain, pieces for other words.

python -m training.recognizer.tokens WORK      # writes WORK/tokenizer.json
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from training.recognizer import text

TIMESTAMP_S = 0.02
N_TIMESTAMPS = 1501
"""0.00 to 30.00 s."""

SPECIAL = (
    "<|endoftext|>",
    "<|startoftranscript|>",
    "<|en|>",
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
)
"""In this order, behind all text and directly before the timestamps: faster-whisper counts on it.
The language and task tokens are never used: faster-whisper takes a vocabulary of less than 51865
tokens for an English-only model, whose prompt is <|startoftranscript|> alone."""


def build(path: Path) -> Tokenizer:
    """Byte-level BPE in which every word of the domain, in either case, is one token."""
    spellings = {f" {form}" for w in text.known_words() for form in (w, w.capitalize())}
    spellings |= {f" {form}" for w in text.vocabulary() for form in (w, w.capitalize())}
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=20000,  # never reached: it ends when every spelling is one token
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        min_frequency=1,
        show_progress=False,
    )
    tokenizer.train_from_iterator(sorted(spellings), trainer)
    stamps = [f"<|{i * TIMESTAMP_S:.2f}|>" for i in range(N_TIMESTAMPS)]
    tokenizer.add_special_tokens(
        [AddedToken(token, special=True, normalized=False) for token in (*SPECIAL, *stamps)]
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(path))
    return tokenizer


@dataclass(frozen=True)
class Tokens:
    """A tokenizer and the ids of its special tokens."""

    tokenizer: Tokenizer
    end: int
    start: int
    no_timestamps: int
    no_speech: int
    previous: int

    @classmethod
    def load(cls, path: Path) -> Tokens:
        tokenizer = Tokenizer.from_file(str(path))
        names = ("endoftext", "startoftranscript", "notimestamps", "nospeech", "startofprev")
        return cls(tokenizer, *(tokenizer.token_to_id(f"<|{name}|>") for name in names))

    @property
    def size(self) -> int:
        return self.tokenizer.get_vocab_size()

    def encode(self, written: str) -> list[int]:
        """As Whisper does: with a space in front."""
        return self.tokenizer.encode(" " + written.strip(), add_special_tokens=False).ids

    def decode(self, ids: list[int]) -> str:
        return self.tokenizer.decode([i for i in ids if i < self.end]).strip()

    def timestamp(self, second: float) -> int:
        return self.no_timestamps + 1 + min(round(second / TIMESTAMP_S), N_TIMESTAMPS - 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    path = parser.parse_args().work / "tokenizer.json"
    build(path)
    tokens = Tokens.load(path)
    print(f"{path}: {tokens.size} tokens, {tokens.end} of them text")


if __name__ == "__main__":
    main()
