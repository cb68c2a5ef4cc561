"""The voice that ships, and its training: the small parts, and the whole chain at a toy size."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from piper import PiperVoice, SynthesisConfig

ROOT = Path(__file__).parents[2]
VOICE = ROOT / "models/voice-en/en_US-voicecli-low.onnx"
sys.path.insert(0, str(ROOT))

from training.common import flite  # noqa: E402
from training.common.spoken import Spoken  # noqa: E402
from training.common.text import cardinal, clock_time, digits, ordinal, year  # noqa: E402
from training.voice import evaluate, teacher  # noqa: E402
from training.voice.features import (  # noqa: E402
    PITCH_FRAME_S,
    align,
    durations_s,
    pitch_frames,
)
from training.voice.symbols import SYMBOLS, piper_ids, symbol_of_piper_id  # noqa: E402
from training.voice.text import (  # noqa: E402
    MAX_WORDS,
    evaluation_sentences,
    training_sentences,
    written_sentences,
)

pytestmark = pytest.mark.slow

SENTENCES = (
    "Seven plus twelve is nineteen.",
    "Yes.",
    "We need eggs, butter, milk, and a bag of rice.",
    "Where did you buy that beautiful dress?",
)
TRAINING_PACKAGES = ("torch", "onnx", "soxr", "matplotlib")


@pytest.fixture(scope="module")
def voice() -> PiperVoice:
    return evaluate.load(VOICE)


needs_flite = pytest.mark.skipif(
    not teacher.available(), reason="flite's libraries are not installed (Debian: flite)"
)


def usual_pitch_hz(samples: np.ndarray) -> float:
    """By autocorrelation, the median over stretches of 64 ms that repeat themselves."""
    found = []
    for start in range(0, len(samples) - 1024, 512):
        part = samples[start : start + 1024].astype(np.float64)
        likeness = np.correlate(part, part, "full")[1023:]
        lag = 40 + int(np.argmax(likeness[40:267]))  # 60 to 400 Hz
        if likeness[lag] > 0.6 * likeness[0] > 0:
            found.append(16000 / lag)
    return float(np.median(found))


def missing(*modules: str) -> list[str]:
    return [name for name in modules if importlib.util.find_spec(name) is None]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (40, "forty"),
        (99, "ninety nine"),
        (121, "one hundred twenty one"),
        (3000, "three thousand"),
        (1_000_001, "one million one"),
        (2_000_000_000, "two billion"),
        (-7, "minus seven"),
    ],
)
def test_cardinals(number: int, words: str) -> None:
    assert cardinal(number) == words


def test_numbers_that_are_too_large_are_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        cardinal(10**12)


def test_other_numbers() -> None:
    assert [ordinal(n) for n in (1, 12, 20, 31, 103)] == [
        "first",
        "twelfth",
        "twentieth",
        "thirty first",
        "one hundred third",
    ]
    assert [year(n) for n in (1906, 1900, 1984, 2004, 2026)] == [
        "nineteen oh six",
        "nineteen hundred",
        "nineteen eighty four",
        "two thousand four",
        "twenty twenty six",
    ]
    assert [clock_time(7, 5), clock_time(12, 0)] == ["seven oh five", "twelve o'clock"]
    assert digits("507") == "five zero seven"


def test_training_text_is_the_same_for_the_same_seed_and_free_of_evaluation_sentences() -> None:
    sentences = training_sentences(900)
    assert sentences == training_sentences(900)
    assert len(set(sentences)) == 900
    assert set(written_sentences()) <= set(sentences)
    held_out = {text for texts in evaluation_sentences().values() for text in texts}
    assert not held_out & set(sentences)
    assert max(len(sentence.split()) for sentence in sentences) <= MAX_WORDS


def test_training_text_has_nothing_that_synthesisers_would_read_differently() -> None:
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ,;:'-.?!")
    assert all(set(sentence) <= allowed for sentence in training_sentences(900))


def test_each_english_phoneme_has_a_symbol_and_padding_has_none() -> None:
    table = symbol_of_piper_id()
    assert table[piper_ids()["_"][0]] == 0
    assert sorted({*table.tolist()} - {0}) == list(range(1, len(SYMBOLS) + 1))
    assert table[piper_ids()["ʁ"][0]] == table[piper_ids()["ɹ"][0]]


def test_alignment_pairs_a_diphthong_with_two_letters_and_a_pause_with_a_comma() -> None:
    cost, path = align(["", "hh", "ay", "", "y", "uw", ""], list("^haɪ, ju.$"))
    assert cost < 0.1
    pairs = {tuple(taken): tuple(given) for taken, given in path if taken and given}
    assert pairs[(2,)] == (2, 3)
    assert pairs[(3,)] == (4,)
    assert pairs[(5,)] == (7,)


def test_durations_cover_all_of_the_speech() -> None:
    phones = [("", 0.2), ("hh", 0.3), ("ay", 0.7), ("", 1.0)]
    spoken = Spoken(np.zeros(16000, np.float32), 16000, phones)
    seconds, cost = durations_s(list("^hˈaɪ.$"), spoken, 0.14, 0.85)
    assert cost < 0.05
    assert seconds.sum() == pytest.approx(0.71)
    assert seconds[0] == pytest.approx(0.06)
    assert seconds[2] == 0  # the stress mark
    assert seconds[3] == pytest.approx(seconds[4])


def test_pitch_is_drawn_through_what_is_unvoiced() -> None:
    track = np.array([0, 0, 100, 100, 0, 0, 0, 0, 200, 200], np.float32)
    pitch_hz, voiced = pitch_frames(track, 0.0, 4)
    assert pitch_hz[0] == pytest.approx(100)
    assert np.all(np.diff(pitch_hz) >= 0)
    assert voiced.tolist() == [0, 0, 0, 1]
    with pytest.raises(ValueError, match="no voice"):
        pitch_frames(np.zeros(10, np.float32), 0.0, 4)


@needs_flite
def test_the_teacher_tells_where_its_phones_end_and_what_its_pitch_is() -> None:
    spoken = flite.say("rms", "Hello.")
    assert spoken.phones[0][0] == spoken.phones[-1][0] == ""
    length_s = len(spoken.samples) / spoken.sample_rate_hz
    assert spoken.phones[-1][1] == pytest.approx(length_s, abs=0.02)
    assert len(spoken.pitch_hz) * PITCH_FRAME_S == pytest.approx(length_s, abs=0.02)
    assert 60 < np.median(spoken.pitch_hz[spoken.pitch_hz > 0]) < 200


def test_the_voice_is_small() -> None:
    assert VOICE.stat().st_size <= 4_000_000


def test_the_voice_says_the_same_text_the_same_in_any_order(voice: PiperVoice) -> None:
    first = [evaluate.speak(voice, text) for text in SENTENCES]
    another = evaluate.load(VOICE)
    for text, samples in reversed(list(zip(SENTENCES, first, strict=True))):
        assert np.array_equal(evaluate.speak(another, text), samples)


@pytest.mark.parametrize("scale", [0.5, 0.8, 1.5, 2.0])
def test_the_voice_respects_the_length_scale(voice: PiperVoice, scale: float) -> None:
    for text in SENTENCES:
        usual = len(evaluate.speak(voice, text))
        assert len(evaluate.speak(voice, text, length_scale=scale)) == pytest.approx(
            scale * usual, abs=400
        )


def test_the_voice_tells_when_it_says_each_phoneme(voice: PiperVoice) -> None:
    config = SynthesisConfig(normalize_audio=False)
    for text in SENTENCES:
        (chunk,) = voice.synthesize(text, config, include_alignments=True)
        alignments = chunk.phoneme_alignments
        assert alignments is not None
        assert [a.phoneme for a in alignments] == ["^", *chunk.phonemes, "$"]
        assert sum(a.num_samples for a in alignments) == len(chunk.audio_float_array)
        # The first phoneme starts where the silence ends.
        lead = alignments[0].num_samples
        assert evaluate.decibels(chunk.audio_float_array[: lead // 2]) < -50
        assert evaluate.decibels(chunk.audio_float_array[lead:]) > -26


@pytest.mark.parametrize("speaker", [0, 1])
def test_the_voice_is_loud_enough_and_never_clips(voice: PiperVoice, speaker: int) -> None:
    for text in SENTENCES:
        samples = evaluate.speak(voice, text, speaker)
        assert np.abs(samples).max() < 0.9
        assert -26 < evaluate.decibels(samples) < -15
        assert evaluate.decibels(samples[:320]) < -50
        assert evaluate.decibels(samples[-320:]) < -50


def test_the_voice_pauses_at_a_comma(voice: PiperVoice) -> None:
    for speaker in (0, 1):
        with_comma = evaluate.speak(voice, "We saw the river, nobody was ready.", speaker)
        without = evaluate.speak(voice, "We saw the river nobody was ready.", speaker)
        assert evaluate.longest_pause_ms(with_comma) > evaluate.longest_pause_ms(without) + 40


def test_one_speaker_is_male_and_the_other_female(voice: PiperVoice) -> None:
    male, female = (usual_pitch_hz(evaluate.speak(voice, SENTENCES[3], s)) for s in (0, 1))
    assert 75 < male < 135 < female < 230


@pytest.mark.parametrize("text", ["Hi", "7", "$1,234.56 is 3.5%!", "Grüße, café, naïve", "日本語"])
def test_the_voice_copes_with_odd_text(voice: PiperVoice, text: str) -> None:
    samples = evaluate.speak(voice, text)
    assert np.isfinite(samples).all()
    assert evaluate.decibels(samples) > -30


@pytest.mark.skipif(bool(missing("onnx")), reason="cutting the graph needs the package onnx")
def test_the_voice_can_be_cut_in_two_and_made_in_stretches(voice: PiperVoice) -> None:
    halves = evaluate.Halves.load(VOICE)
    for text in SENTENCES:
        decoder_input = halves.decoder_input(voice, text)
        made = np.concatenate(list(halves.chunks(decoder_input, 8, 160)))
        assert np.array_equal(made, evaluate.speak(voice, text))


@needs_flite
@pytest.mark.skipif(
    bool(missing(*TRAINING_PACKAGES)),
    reason="training/requirements.txt is not installed: " + ", ".join(missing(*TRAINING_PACKAGES)),
)
@pytest.mark.timeout(600)
def test_the_whole_chain_at_a_toy_size(tmp_path: Path) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "training.voice", str(tmp_path), "--smoke"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "loading again: True" in finished.stdout
    assert "add up to the audio: True" in finished.stdout
    assert "the same samples: True" in finished.stdout
    assert "finite samples: True" in finished.stdout
    log = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert log[-1]["step"] == 40
    assert log[-1]["held-out mel"] < 3
    config = json.loads((tmp_path / "en_US-voicecli-low.onnx.json").read_text())
    assert config["speaker_id_map"] == {"rms": 0, "slt": 1}
