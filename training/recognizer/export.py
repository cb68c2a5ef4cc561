"""From a checkpoint to the folder that faster-whisper loads.

    python -m training.recognizer.export WORK models/stt-en

Takes the running average of the weights and leaves the extra heads behind.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import torch
from ctranslate2.converters import TransformersConverter
from ctranslate2.specs import ModelSpec
from transformers import PreTrainedTokenizerFast

from training.recognizer.features import FULL_FRAMES, HOP_SAMPLES, N_BANDS, N_FFT
from training.recognizer.model import SHIPPED, TOY
from training.recognizer.tokens import Tokens
from training.recognizer.train import build

PREPROCESSOR = {
    "feature_extractor_type": "WhisperFeatureExtractor",
    "processor_class": "WhisperProcessor",
    "feature_size": N_BANDS,
    "sampling_rate": 16000,
    "hop_length": HOP_SAMPLES,
    "n_fft": N_FFT,
    "chunk_length": FULL_FRAMES * HOP_SAMPLES // 16000,
}
END = "<|endoftext|>"
NEVER = -30.0
"""Added to the logit of a token that shall not be written."""


class _Converter(TransformersConverter):
    """Never writes the timestamp 0.00.

    Unsure what it hears, a small model may write `<|0.00|><|0.00|>` even without timestamps; then
    faster-whisper 1.2 goes on from where it is, for ever. Any later timestamp lets it advance.
    """

    def __init__(self, source: str, copy_files: list[str], tokens: Tokens) -> None:
        super().__init__(source, copy_files=copy_files)
        self._tokens = tokens

    def _load(self) -> ModelSpec:
        spec = super()._load()
        bias = np.zeros(self._tokens.size, np.float32)
        bias[self._tokens.timestamp(0)] = NEVER
        spec.decoder.projection.bias = bias
        return spec


def export(work: Path, name: str, folder: Path, *, toy: bool = False) -> None:
    """Write config.json, model.bin, preprocessor_config.json, tokenizer.json, vocabulary.json."""
    model, tokens = build(work, TOY if toy else SHIPPED, torch.device("cpu"))
    state = torch.load(work / f"{name}.pt", map_location="cpu")
    model.load_state_dict(state["average"])
    files = {"preprocessor_config.json": json.dumps(PREPROCESSOR, indent=2)}
    # faster-whisper would fetch another tokenizer from the network if it found none in the folder.
    files["tokenizer.json"] = (work / "tokenizer.json").read_text("utf-8")
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary)
        model.whisper.save_pretrained(source)
        PreTrainedTokenizerFast(
            tokenizer_file=str(work / "tokenizer.json"),
            bos_token=END,
            eos_token=END,
            unk_token=END,
            pad_token=END,
        ).save_pretrained(source)
        for file, content in files.items():
            Path(source, file).write_text(content, "utf-8")
        converter = _Converter(str(source), sorted(files), tokens)
        converted = Path(temporary, "converted")
        converter.convert(str(converted), quantization="int8")
        # Into a folder that may hold more, its model card above all.
        folder.mkdir(parents=True, exist_ok=True)
        for file in converted.iterdir():
            folder.joinpath(file.name).write_bytes(file.read_bytes())
    size_mb = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    print(f"{folder}: {size_mb:.1f} MB, after {state['samples']} samples")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--name", default="recognizer", help="of the checkpoint")
    parser.add_argument("--smoke", action="store_true", help="the toy network")
    arguments = parser.parse_args()
    export(arguments.work, arguments.name, arguments.folder, toy=arguments.smoke)


if __name__ == "__main__":
    main()
