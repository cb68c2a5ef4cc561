"""The training of the recogniser, whole, at a toy size: text to a model that faster-whisper "
"runs."""

from __future__ import annotations

import importlib.util
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from voicecli.llm.builtin import requests

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NEEDED = ("torch", "transformers", "tokenizers", "scipy", "soundfile", "soxr", "ctranslate2")


def missing() -> str:
    """What the training needs and this machine lacks."""
    modules = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    programs = [name for name in ("flite", "espeak-ng") if shutil.which(name) is None]
    return ", ".join(modules + programs)


needs_training = pytest.mark.skipif(
    bool(missing()), reason=f"training/requirements.txt or its synthesisers: no {missing()}"
)


@pytest.fixture(scope="module")
def text():  # type: ignore[no-untyped-def]
    sys.path.insert(0, str(ROOT))
    try:
        from training.recognizer import text
    finally:
        sys.path.remove(str(ROOT))
    return text


# The text needs nothing but Python. ---------------------------------------------------------------


def test_the_domain_has_more_than_400_words(text) -> None:  # type: ignore[no-untyped-def]
    assert len(text.vocabulary()) >= 400
    assert {"nineteen", "o'clock", "monday", "louder", "anna"} <= set(text.vocabulary())


def test_sentences_are_written_as_people_write_them(text) -> None:  # type: ignore[no-untyped-def]
    rng = random.Random(5)
    for _ in range(3000):
        sentence = text.draw(rng)
        assert sentence[0].isupper(), sentence
        assert sentence[-1] in ".?!", sentence
        assert not set(sentence) & set("0123456789{}[]()|"), sentence
        assert "  " not in sentence
        assert " ," not in sentence
        assert set(text.words_of(sentence)) <= set(text.vocabulary()), sentence


def test_draws_are_the_seed_s(text) -> None:  # type: ignore[no-untyped-def]
    first = [text.draw(random.Random(1)) for _ in range(20)]
    assert first == [text.draw(random.Random(1)) for _ in range(20)]


def test_what_must_work_is_never_held_out(text) -> None:  # type: ignore[no-untyped-def]
    assert not text.is_held_out("What is seven plus twelve?")
    assert not any(text.is_held_out(sentence) for sentence in text.must_work_and_phrases())
    rng = random.Random(3)
    share = np.mean([text.is_held_out(text.draw(rng)) for _ in range(4000)])
    assert 0.01 < share < 0.1


def test_the_domain_holds_what_the_responder_says(text) -> None:  # type: ignore[no-untyped-def]

    fixed = [requests.HELP, requests.WHO, requests.UNKNOWN, requests.NOT_HEARD]
    fixed += [requests.NO_TIMER, requests.STORY, *requests.JOKES]
    fixed += [reply for _, reply in requests.RULES if isinstance(reply, str)]
    said = {word for reply in fixed for word in text.words_of(reply)}
    assert said <= set(text.vocabulary())


def test_words_outside_the_domain_are_marked(text) -> None:  # type: ignore[no-untyped-def]
    rng = random.Random(2)
    for held_out in (False, True):
        sentence, outside = text.draw_open(rng, held_out=held_out)
        assert len(outside) == len(sentence.split())
    trained = {w for _ in range(500) for w in text.words_of(text.draw_open(rng)[0])}
    tested = {w for _ in range(500) for w in text.words_of(text.draw_open(rng, held_out=True)[0])}
    shared = (trained & tested) - set(text.vocabulary())
    assert not shared


# The chain ----------------------------------------------------------------------------------------


def step(name: str, *arguments: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", f"training.recognizer.{name}", *map(str, arguments)],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_training
@pytest.mark.timeout(300)
def test_from_text_to_a_model_that_faster_whisper_runs(tmp_path: Path) -> None:
    from faster_whisper import WhisperModel

    step("synthesis", tmp_path, "--smoke")
    step("tokens", tmp_path)
    run = ("--smoke", "--threads", "1", "--frames", "3000", "--log-every", "4", "--dev-every", "50")
    step("train", tmp_path, *run, "--samples", "300")
    before = json.loads((tmp_path / "recognizer.jsonl").read_text().splitlines()[0])
    step("train", tmp_path, *run, "--samples", "600")  # goes on where it stopped
    lines = [json.loads(line) for line in (tmp_path / "recognizer.jsonl").read_text().splitlines()]
    losses = [line for line in lines if "tokens" in line]
    assert lines[-1]["samples"] >= 600
    assert [line["samples"] for line in lines] == sorted(line["samples"] for line in lines)
    assert losses[-1]["tokens"] < before["tokens"]
    assert losses[-1]["phones"] < before["phones"]

    folder = tmp_path / "model"
    step("export", tmp_path, folder, "--smoke")
    model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)
    noise = np.random.default_rng(1).normal(0, 0.01, 16000).astype(np.float32)
    segments, info = model.transcribe(noise, beam_size=1, temperature=0.0)
    assert info.language == "en"
    assert all(segment.end >= segment.start for segment in segments)

    tables = step("evaluate", tmp_path, folder, "--only", "confidence", "times")
    assert "area under the curve" in tables


@needs_training
def test_features_are_faster_whisper_s(text) -> None:  # type: ignore[no-untyped-def]
    from faster_whisper.feature_extractor import FeatureExtractor
    from training.recognizer.features import log_mel, power_spectrum

    samples = np.random.default_rng(4).normal(0, 0.1, 20_000).astype(np.float32)
    theirs = FeatureExtractor()(samples)
    ours = log_mel(power_spectrum(samples)).T
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() < 1e-4


@needs_training
def test_warm_start_reads_back_what_was_exported(tmp_path: Path, text) -> None:  # type: ignore[no-untyped-def]
    import torch

    step("tokens", tmp_path)
    step("warm_start", tmp_path, ROOT / "models" / "stt-en")
    weights = torch.load(tmp_path / "start.pt")
    query = weights["model.encoder.layers.0.self_attn.q_proj.weight"]
    assert query.shape == (192, 192)
    assert 0.01 < float(query.std()) < 1


@needs_training
def test_the_shipped_model_never_writes_the_first_timestamp(text) -> None:  # type: ignore[no-untyped-def]
    from training.recognizer.export import NEVER
    from training.recognizer.tokens import Tokens
    from training.recognizer.warm_start import read_ctranslate2

    folder = ROOT / "models" / "stt-en"
    bias = read_ctranslate2(folder / "model.bin")["decoder/projection/bias"]
    start = Tokens.load(folder / "tokenizer.json").timestamp(0)
    assert bias[start] == NEVER
    assert np.count_nonzero(bias) == 1
