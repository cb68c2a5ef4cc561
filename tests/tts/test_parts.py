"""A voice in chunks says the same, to the last bit, as the whole graph."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from piper import PiperConfig, PiperVoice

from voicecli.onnx import load_session
from voicecli.places import bundled_folder, cache_folder
from voicecli.tts import graph, parts
from voicecli.tts.graph import split
from voicecli.tts.parts import (
    CHUNKS_FRAMES,
    MARGIN_FRAMES,
    VoiceInParts,
    begin_to_load,
    cached_parts,
    chunk_ends,
    load_in_parts,
)

DATA = Path(__file__).parents[1] / "data"
VOICE, VOICES = DATA / "tiny_voice.onnx", DATA / "tiny_voices.onnx"
HOP_SAMPLES = 16


def config_of(path: Path) -> PiperConfig:
    return PiperConfig.from_dict(json.loads(Path(f"{path}.json").read_text("utf-8")))


def feeds(n_ids: int, *, length_scale: float = 1.0, noise: float = 0.0) -> dict[str, np.ndarray]:
    ids = np.random.default_rng(n_ids).integers(3, 60, (1, n_ids))
    return {
        "input": ids,
        "input_lengths": np.array([n_ids]),
        "scales": np.array([noise, length_scale, noise], np.float32),
    }


@pytest.fixture(scope="module")
def in_parts() -> VoiceInParts:
    parts = split(VOICE.read_bytes())
    assert parts is not None
    return VoiceInParts(map(load_session, parts), 22_050)


@pytest.fixture(scope="module")
def whole():
    return load_session(VOICE)


@settings(deadline=None)
@given(n_ids=st.integers(1, 150), length_scale=st.floats(0.3, 4))
def test_chunks_are_the_samples_of_the_whole_graph(
    in_parts: VoiceInParts, whole, n_ids: int, length_scale: float
):
    silence = in_parts.run(None, feeds(n_ids, length_scale=length_scale))[0]
    expected = whole.run(None, feeds(n_ids, length_scale=length_scale))[0]
    assert silence.shape == expected.shape
    assert not silence.any()
    samples = np.concatenate(list(in_parts.chunks()))
    np.testing.assert_array_equal(samples, expected.reshape(-1))
    np.testing.assert_array_equal(samples, in_parts.whole())


def heard(in_parts: VoiceInParts) -> list[int]:
    return [len(chunk) // HOP_SAMPLES for chunk in in_parts.chunks()]


def test_the_first_chunk_is_short_and_the_others_are_long(in_parts: VoiceInParts):
    in_parts._cost = None  # whatever this machine is doing just now
    in_parts.run(None, feeds(800))
    assert in_parts.n_frames > 2000
    lengths = heard(in_parts)
    assert sum(lengths) == in_parts.n_frames
    assert lengths[0] == 32
    assert max(lengths[:-1]) == lengths[-2] == 320


@pytest.mark.parametrize(
    ("cost", "ends"),
    [
        (0.01, [32, 352, 672, 800]),
        (0.05, [32, 352, 672, 800]),
        (0.1, [32, 96, 416, 736, 800]),
        (0.26, [64, 128, 192, 352, 672, 800]),
        (0.5, [320, 640, 800]),
        (0.7, [320, 480, 640, 800]),
        (3.0, [320, 640, 800]),
    ],
)
def test_a_slow_voice_begins_with_more(cost: float, ends: list[int]):
    assert chunk_ends(800, cost) == ends


def test_who_is_ahead_makes_the_rest_at_once() -> None:
    """In a text that nobody interrupts: as much at once as there is time for."""
    assert chunk_ends(800, 0.1, before=1000) == [800]
    assert chunk_ends(800, 0.1, before=0) == [32, 96, 416, 800]
    assert chunk_ends(800, 0.01, before=0) == [32, 800]


@given(st.integers(1, 3000), st.floats(0, 2), st.floats(0, 500))
def test_ahead_or_not_every_frame_is_made_once(n_frames: int, cost: float, before: float) -> None:
    ends = chunk_ends(n_frames, cost, before)
    assert ends == sorted(set(ends))
    assert ends[-1] == n_frames


@given(n_frames=st.integers(1, 5000), cost=st.floats(0, 0.6))
def test_every_chunk_is_there_before_it_is_needed(n_frames: int, cost: float):
    ends = chunk_ends(n_frames, cost)
    assert ends == sorted(set(ends))
    assert ends[-1] == n_frames
    assert ends[0] in (*CHUNKS_FRAMES, n_frames)
    made_at = 0.0
    for start, end in zip(ends, ends[1:], strict=False):
        made_at += cost * (end - start + 2 * MARGIN_FRAMES)
        # The last one may take in what is left, up to a margin more.
        assert made_at <= start + cost * MARGIN_FRAMES


def test_a_long_sentence_is_run_in_windows_of_few_sizes(
    in_parts: VoiceInParts, monkeypatch: pytest.MonkeyPatch
):
    """Also from sentence to sentence: memory stays flat."""
    sizes: set[tuple[int, int]] = set()
    make = parts._Made._make

    class Counting:
        def __init__(self, session) -> None:
            self.session = session

        def run(self, names, inputs):
            n_frames = inputs[self.session.get_inputs()[0].name].shape[-1]
            sizes.add((in_parts._later.index(self.session), n_frames))
            return self.session.run(names, inputs)

    def counted(made, end: int) -> None:
        session = made._session
        made._session = Counting(session)
        make(made, end)
        made._session = session

    monkeypatch.setattr(parts._Made, "_make", counted)
    for n_ids in range(250, 800, 25):
        in_parts._cost = 0.05
        in_parts.run(None, feeds(n_ids))
        assert len(list(in_parts.chunks())) >= 3
    assert len(sizes) <= 16
    assert min(n_frames for _, n_frames in sizes) > 64


def test_a_sentence_can_be_begun_while_another_is_being_made(in_parts: VoiceInParts):
    in_parts.run(None, feeds(150))
    expected = in_parts.whole()
    chunks = in_parts.chunks()
    made = [next(chunks)]
    in_parts.run(None, feeds(30))
    made += chunks
    np.testing.assert_array_equal(np.concatenate(made), expected)


def test_noise_is_drawn_once_a_sentence(in_parts: VoiceInParts):
    in_parts.run(None, feeds(100, noise=0.8))
    np.testing.assert_array_equal(np.concatenate(list(in_parts.chunks())), in_parts.whole())
    before = in_parts.whole()
    in_parts.run(None, feeds(100, noise=0.8))
    assert not np.array_equal(in_parts.whole()[:1000], before[:1000])


# ---- from a file ------------------------------------------------------------------------------


def copy_voice(path: Path) -> None:
    shutil.copy(VOICE, path)
    shutil.copy(f"{VOICE}.json", f"{path}.json")


@pytest.mark.parametrize("path", [VOICE, VOICES])
def test_piper_takes_it_for_a_session(path: Path):
    config = config_of(path)
    session = load_in_parts(path)
    assert session is not None
    voice = PiperVoice(session=session, config=config)  # type: ignore[arg-type]
    (chunk,) = voice.synthesize("One, two, three.", include_alignments=True)
    assert chunk.phoneme_alignments is not None
    n_samples = sum(one.num_samples for one in chunk.phoneme_alignments)
    assert n_samples == len(chunk.audio_float_array) == len(np.concatenate([*session.chunks()]))


def test_the_parts_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "voice.onnx"
    copy_voice(path)
    assert load_in_parts(path) is not None
    kept = cached_parts(path)
    assert kept.is_relative_to(cache_folder())
    assert sorted(file.name for file in kept.iterdir()) == [
        "0.onnx",
        "1.onnx",
        "2.onnx",
        "voice.json",
    ]
    assert [entry.name for entry in tmp_path.iterdir() if entry.suffix == ".onnx"] == [path.name]

    with monkeypatch.context() as without:
        without.setattr(graph, "split", lambda model: pytest.fail("made again"))
        assert load_in_parts(path) is not None

    # Another file of this name: the old parts are of no use, and gone.
    path.write_bytes(VOICE.read_bytes() + b"\x2a\x00")
    os.utime(path, ns=(1, 1))
    assert load_in_parts(path) is not None
    assert [entry.name for entry in kept.parent.iterdir()] == [cached_parts(path).name]
    assert cached_parts(path) != kept


def test_two_voices_of_one_name_are_kept_apart(tmp_path: Path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        copy_voice(tmp_path / folder / "voice.onnx")
        assert load_in_parts(tmp_path / folder / "voice.onnx") is not None
    assert len(list((cache_folder() / "voices").iterdir())) == 2


def test_a_voice_that_would_sound_different_stays_whole(monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as too_little:
        too_little.setattr(parts, "MARGIN_FRAMES", 2)
        too_little.setattr(parts, "WINDOW_STEP_FRAMES", 1)
        assert load_in_parts(VOICE) is None
    assert load_in_parts(VOICE) is None  # remembered


def test_a_voice_that_cannot_be_cut_stays_whole(tmp_path: Path):
    path = tmp_path / "voice.onnx"
    path.write_bytes(b"")
    assert load_in_parts(path) is None
    assert not cache_folder().exists()


def test_without_a_cache_the_parts_are_made_each_time(monkeypatch: pytest.MonkeyPatch):
    cache_folder().parent.mkdir(parents=True)
    cache_folder().write_text("in the way")
    assert load_in_parts(VOICE) is not None
    assert load_in_parts(VOICE) is not None


def test_the_bundled_voice_is_the_same_in_parts_or_stays_whole():
    (path,) = (bundled_folder() / "voice-en").glob("*.onnx")
    config = config_of(path)
    session = load_in_parts(path)
    if session is None:
        assert split(path.read_bytes()) is None
        return
    voice = PiperVoice(session=session, config=config)  # type: ignore[arg-type]
    for _ in voice.synthesize("The first sound comes early, however long the sentence is."):
        np.testing.assert_array_equal(np.concatenate([*session.chunks()]), session.whole())


@pytest.mark.parametrize("path", [VOICE, VOICES])
def test_what_is_kept_sounds_like_what_was_made(path: Path):
    made, kept = load_in_parts(path), load_in_parts(path)
    assert made is not None
    assert kept is not None
    assert kept.expected_peak == made.expected_peak > 0
    said = feeds(100, noise=0.667) | ({"sid": np.array([0])} if path == VOICES else {})
    for session in (made, kept):
        session.run(None, said)
    np.testing.assert_array_equal(kept.whole(), made.whole())


def test_loading_that_was_begun_before_gives_the_same():
    """Also in several threads: the noise is that of one."""
    made = load_in_parts(VOICE)
    begun = begin_to_load(VOICE, 2).result()
    assert made is not None
    assert begun is not None
    assert begun.hop_samples == made.hop_samples is not None  # before anything was made
    for session in (made, begun):
        session.run(None, feeds(100, noise=0.667))
    np.testing.assert_array_equal(begun.whole(), made.whole())


@pytest.mark.parametrize("damaged", ["voice.json", "0.onnx", "1.onnx"])
@pytest.mark.parametrize("contents", [None, b"", b"{}"])
def test_a_damaged_cache_is_made_anew(damaged: str, contents: bytes | None):
    assert load_in_parts(VOICE) is not None
    file = cached_parts(VOICE) / damaged
    whole = file.read_bytes()
    file.unlink()
    if contents is not None:
        file.write_bytes(contents)
    assert load_in_parts(VOICE) is not None
    assert file.read_bytes() == whole
