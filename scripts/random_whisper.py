"""Make a Whisper model of true size with random weights, to measure speed where none can be had.

    python scripts/random_whisper.py base 90 /tmp/base90

It says the same 90 tokens in every window, the last a full stop, with timestamps around them,
whatever it hears: each
position's embedding points at the embedding of the word that is to come there. So every program
that decodes it does the same work. Needs torch, transformers and ctranslate2 in the Python that
runs it; voicecli itself needs none of the first two.
"""

from __future__ import annotations

import argparse
import itertools
import json
import string
import tempfile
from pathlib import Path

import torch
from ctranslate2.converters import TransformersConverter
from faster_whisper.tokenizer import _LANGUAGE_CODES
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    PreTrainedTokenizerFast,
    WhisperConfig,
    WhisperForConditionalGeneration,
)

SIZES = {"tiny": (384, 4, 6), "base": (512, 6, 8), "small": (768, 12, 12)}
"""Width, layers of each side, heads."""

N_TEXT_TOKENS, N_TOKENS = 50_257, 51_866
"""Of OpenAI's multilingual models."""

LANGUAGES = _LANGUAGE_CODES


def tokenizer() -> Tokenizer:
    """As many tokens as Whisper's: bytes, then " a", " ab", " abc" ..., then the special ones."""
    vocabulary = {char: i for i, char in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    merges = []
    letters = string.ascii_lowercase
    words = itertools.chain.from_iterable(
        itertools.product(letters, repeat=length) for length in itertools.count(1)
    )
    for word in words:
        if len(vocabulary) == N_TEXT_TOKENS - 1:
            vocabulary[""] = len(vocabulary)  # CTranslate2 takes a model for multilingual by it
            break
        before = "Ġ" + "".join(word[:-1])
        vocabulary[before + word[-1]] = len(vocabulary)
        merges.append((before, word[-1]))
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    tasks = ["translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps"]
    times = [f"{i * 0.02:.2f}" for i in range(1501)]
    names = ["endoftext", "startoftranscript", *LANGUAGES, *tasks, *times]
    made.add_special_tokens([AddedToken(f"<|{name}|>", special=True) for name in names])
    assert made.get_vocab_size() == N_TOKENS
    return made


def model(size: str, n_words: int, made: Tokenizer) -> WhisperForConditionalGeneration:
    width, n_layers, n_heads = SIZES[size]
    torch.manual_seed(0)
    whisper = WhisperForConditionalGeneration(
        WhisperConfig(
            d_model=width,
            encoder_layers=n_layers,
            decoder_layers=n_layers,
            encoder_attention_heads=n_heads,
            decoder_attention_heads=n_heads,
            encoder_ffn_dim=4 * width,
            decoder_ffn_dim=4 * width,
            vocab_size=N_TOKENS,
            eos_token_id=made.token_to_id("<|endoftext|>"),
            decoder_start_token_id=made.token_to_id("<|startoftranscript|>"),
        )
    )
    whisper.generation_config._from_model_config = False  # or the next line would be lost
    whisper.generation_config.lang_to_id = {
        f"<|{code}|>": made.token_to_id(f"<|{code}|>") for code in LANGUAGES
    }
    spoken = ["".join(letters) for letters in itertools.product("stmnr", "aeiou", "lnkdp")]
    words = [
        *(
            made.token_to_id("Ġ" + w)
            for w in itertools.islice(itertools.cycle(spoken), n_words - 1)
        ),
        made.token_to_id("."),
    ]
    begin, last = made.token_to_id("<|0.00|>"), made.token_to_id("<|30.00|>")
    end = made.token_to_id("<|endoftext|>")

    def direction() -> torch.Tensor:
        return torch.nn.functional.normalize(torch.randn(width), dim=0)

    with torch.no_grad():
        tokens = whisper.model.decoder.embed_tokens.weight
        positions = whisper.model.decoder.embed_positions.weight
        away = direction()
        tokens[begin:] -= away  # no timestamp, except where one is aimed at
        for token in {*words, begin, last, end}:
            tokens[token] = direction()
        # After <|startoftranscript|><|en|><|transcribe|> comes the first timestamp.
        aims = [(), (), (begin,), *((word,) for word in words), (last, end)]
        for i in range(len(positions)):
            aim = aims[i] if i < len(aims) else (end, end)
            aimed = sum((2 * n_layers * tokens[token] for token in aim), torch.zeros(width))
            positions[i] = 8 * away + aimed
    return whisper


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("n_words", type=int, help="tokens in every window")
    parser.add_argument("folder", help="where the CTranslate2 model goes")
    options = parser.parse_args()
    made = tokenizer()
    features = {"feature_size": 80, "sampling_rate": 16_000, "hop_length": 160, "n_fft": 400}
    with tempfile.TemporaryDirectory() as folder:
        end = "<|endoftext|>"
        PreTrainedTokenizerFast(
            tokenizer_object=made, eos_token=end, bos_token=end, unk_token=end
        ).save_pretrained(folder)
        model(options.size, options.n_words, made).save_pretrained(folder)
        (Path(folder) / "preprocessor_config.json").write_text(
            json.dumps({**features, "chunk_length": 30})
        )
        copied = ["tokenizer.json", "preprocessor_config.json"]
        converter = TransformersConverter(folder, copy_files=copied)
        converter.convert(options.folder, quantization="int8", force=True)


if __name__ == "__main__":
    main()
