"""Begin from weights that were exported before, instead of from random ones.

    python -m training.recognizer.warm_start WORK models/stt-en    # writes WORK/start.pt

An exported model is int8 and lacks the heads of the training, so this loses a little, but an
encoder that knows speech is worth most of an hour of two cores. Tokens that the old vocabulary has
(in lower case if need be) keep their vectors, others get the mean of their pieces'.
"""

from __future__ import annotations

import argparse
import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer

from training.recognizer.tokens import Tokens

Weights = dict[str, npt.NDArray[np.float32]]

_TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
"""CTranslate2's DataType, as far as it is written for this model."""


def read_ctranslate2(path: Path) -> Weights:
    """The variables of a CTranslate2 model.bin (binary version 6), int8 ones scaled back."""
    data, at = path.read_bytes(), 0

    def number(layout: str) -> int:
        nonlocal at
        (value,) = struct.unpack_from(f"<{layout}", data, at)
        at += struct.calcsize(layout)
        return value

    def string() -> str:
        nonlocal at
        length = number("H")
        value = data[at : at + length].rstrip(b"\0").decode()
        at += length
        return value

    if (version := number("I")) < 5:
        raise ValueError(f"{path} is of binary version {version}; expected 5 or later")
    string()  # the name of the specification
    number("I")  # and its revision
    variables = {}
    for _ in range(number("I")):
        name = string()
        shape = [number("I") for _ in range(number("B"))]
        kind, size = _TYPES[number("B")], number("I")
        variables[name] = np.frombuffer(data, kind, size // np.dtype(kind).itemsize, at).reshape(
            shape
        )
        at += size
    for _ in range(number("I")):
        alias, name = string(), string()
        variables[alias] = variables[name]
    return {name: _scaled(name, variables) for name in variables}


def _scaled(name: str, variables: dict[str, npt.NDArray[np.generic]]) -> npt.NDArray[np.float32]:
    value = variables[name]
    if f"{name}_scale" not in variables:
        return value.astype(np.float32)
    scale = variables[f"{name}_scale"].reshape(-1, *[1] * (value.ndim - 1))
    return value.astype(np.float32) / scale


def to_whisper(weights: Weights, encoder_layers: int, decoder_layers: int) -> Weights:
    """Under the names of transformers' Whisper; the tied output projection is left out."""
    found: Weights = {}

    def norm(ours: str, theirs: str) -> None:
        found[f"{ours}.weight"] = weights[f"{theirs}/gamma"]
        found[f"{ours}.bias"] = weights[f"{theirs}/beta"]

    def linear(ours: list[str], theirs: str) -> None:
        """CTranslate2 fuses projections of the same input into one; keys have no bias."""
        parts = np.split(weights[f"{theirs}/weight"], len(ours))
        biases = np.split(weights[f"{theirs}/bias"], len(ours))
        for name, weight, bias in zip(ours, parts, biases, strict=True):
            found[f"{name}.weight"] = weight
            if not name.endswith("k_proj"):
                found[f"{name}.bias"] = bias

    def layer(ours: str, theirs: str, *, crossed: bool) -> None:
        attention = f"{ours}.self_attn"
        norm(f"{ours}.self_attn_layer_norm", f"{theirs}/self_attention/layer_norm")
        inputs = [f"{attention}.{part}_proj" for part in "qkv"]
        linear(inputs, f"{theirs}/self_attention/linear_0")
        linear([f"{attention}.out_proj"], f"{theirs}/self_attention/linear_1")
        if crossed:
            attention = f"{ours}.encoder_attn"
            norm(f"{ours}.encoder_attn_layer_norm", f"{theirs}/attention/layer_norm")
            linear([f"{attention}.q_proj"], f"{theirs}/attention/linear_0")
            keys_values = [f"{attention}.{part}_proj" for part in "kv"]
            linear(keys_values, f"{theirs}/attention/linear_1")
            linear([f"{attention}.out_proj"], f"{theirs}/attention/linear_2")
        norm(f"{ours}.final_layer_norm", f"{theirs}/ffn/layer_norm")
        linear([f"{ours}.fc1"], f"{theirs}/ffn/linear_0")
        linear([f"{ours}.fc2"], f"{theirs}/ffn/linear_1")

    for conv in ("conv1", "conv2"):
        for part in ("weight", "bias"):
            found[f"model.encoder.{conv}.{part}"] = weights[f"encoder/{conv}/{part}"]
    for side, count in (("encoder", encoder_layers), ("decoder", decoder_layers)):
        norm(f"model.{side}.layer_norm", f"{side}/layer_norm")
        for i in range(count):
            layer(f"model.{side}.layers.{i}", f"{side}/layer_{i}", crossed=side == "decoder")
    positions = weights["decoder/position_encodings/encodings"]
    found["model.decoder.embed_positions.weight"] = positions
    found["model.decoder.embed_tokens.weight"] = weights["decoder/embeddings/weight"]
    return found


def carry_over(vectors: npt.NDArray[np.float32], old: Tokenizer, new: Tokens) -> Weights:
    """Token vectors of the new vocabulary out of those of the old."""
    known = old.get_vocab()
    carried = np.zeros((new.size, vectors.shape[1]), np.float32)
    rng = np.random.default_rng(0)
    for token, i in new.tokenizer.get_vocab().items():
        if token in known:
            carried[i] = vectors[known[token]]
            continue
        spelled = new.tokenizer.decode([i]).lower()
        pieces = old.encode(spelled, add_special_tokens=False).ids if i < new.end else []
        if pieces:
            carried[i] = vectors[pieces].mean(0)
        # Two tokens that start alike must be able to part.
        carried[i] += rng.normal(0, 0.02, vectors.shape[1])
    return {"model.decoder.embed_tokens.weight": carried, "proj_out.weight": carried}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("exported", type=Path, help="the folder with model.bin and tokenizer.json")
    arguments = parser.parse_args()
    weights = read_ctranslate2(arguments.exported / "model.bin")
    whisper = to_whisper(weights, encoder_layers=4, decoder_layers=2)
    old = Tokenizer.from_file(str(arguments.exported / "tokenizer.json"))
    new = Tokens.load(arguments.work / "tokenizer.json")
    whisper |= carry_over(whisper["model.decoder.embed_tokens.weight"], old, new)
    path = arguments.work / "start.pt"
    torch.save({name: torch.from_numpy(np.array(value)) for name, value in whisper.items()}, path)
    print(f"{path}: {sum(v.size for v in whisper.values()) / 1e6:.2f} M weights")


if __name__ == "__main__":
    main()
