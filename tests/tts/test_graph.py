"""A voice's graph in parts computes what the graph computes."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from voicecli.onnx import load_session
from voicecli.tts.alignment import with_durations
from voicecli.tts.graph import split
from voicecli.tts.onnx_messages import Entry, Graph, Model, Tensor, parsed

DATA = Path(__file__).parents[1] / "data"
VOICE, VOICES = DATA / "tiny_voice.onnx", DATA / "tiny_voices.onnx"
IDS = np.array([[1, 0, 20, 0, 31, 0, 27, 0, 2]], np.int64)
BEFORE_HIFI_GAN = "/dec/LeakyRelu_output_0"


def feeds(session, noise: float = 0.0, speaker: int = 0) -> dict[str, np.ndarray]:
    """What Piper feeds; without noise every run gives the same."""
    everything = {
        "input": IDS,
        "input_lengths": np.array([IDS.shape[1]]),
        "scales": np.array([noise, 1.5, noise], np.float32),
        "sid": np.array([speaker]),
    }
    return {one.name: everything[one.name] for one in session.get_inputs()}


def run_parts(parts: tuple[bytes, ...], speaker: int = 0) -> dict[str, np.ndarray]:
    """All tensors that pass between the parts, and what comes out."""
    tensors: dict[str, np.ndarray] = {}
    for number, part in enumerate(parts):
        session = load_session(part)
        inputs = (
            {one.name: tensors[one.name] for one in session.get_inputs()}
            if number
            else feeds(session, speaker=speaker)
        )
        names = [one.name for one in session.get_outputs()]
        tensors |= dict(zip(names, session.run(None, inputs), strict=True))
    return tensors


def told(model: bytes, tensor: str) -> bytes:
    """The model with metadata that say where to cut."""
    told = Model(metadata_props=[Entry(key="decoder_input", value=tensor)])
    return model + told.SerializeToString()


@pytest.mark.parametrize(("path", "speaker"), [(VOICE, 0), (VOICES, 0), (VOICES, 2)])
def test_the_parts_together_give_the_samples_of_the_whole(path: Path, speaker: int):
    model = path.read_bytes()
    parts = split(model)
    assert parts is not None
    assert len(parts) == 3  # text, flow, HiFi-GAN
    whole = load_session(model)
    expected = whole.run(None, feeds(whole, speaker=speaker))[0]
    np.testing.assert_array_equal(run_parts(parts, speaker)["output"], expected)
    assert expected.std() > 0


def test_speakers_sound_different_in_parts():
    parts = split(VOICES.read_bytes())
    assert parts is not None
    assert not np.array_equal(run_parts(parts, 0)["output"], run_parts(parts, 1)["output"])


def test_each_weight_is_in_one_part_only():
    model = VOICE.read_bytes()
    parts = split(model)
    assert parts is not None
    assert sum(map(len, parts)) < 1.02 * len(model)


def test_noise_is_drawn_in_the_first_part_only():
    parts = split(VOICE.read_bytes())
    assert parts is not None
    text, *later = map(load_session, parts)
    one, other = (text.run(None, feeds(text, noise=1.0))[0] for _ in range(2))
    assert not np.array_equal(one, other)
    tensors = run_parts(parts)
    for session in later:
        inputs = {one.name: tensors[one.name] for one in session.get_inputs()}
        one, other = (session.run(None, inputs)[0] for _ in range(2))
        np.testing.assert_array_equal(one, other)


def test_durations_come_out_of_the_first_part():
    model = with_durations(VOICE.read_bytes())
    parts = split(model)
    assert parts is not None
    whole = load_session(model)
    names = [one.name for one in whole.get_outputs()]
    expected = whole.run(None, feeds(whole))[1]
    np.testing.assert_array_equal(run_parts(parts)[names[1]], expected)
    assert expected.sum() * 16 == run_parts(parts)["output"].size


def test_a_model_can_tell_where_to_cut():
    model = told(VOICE.read_bytes(), BEFORE_HIFI_GAN)
    parts = split(model)
    assert parts is not None
    assert len(parts) == 2
    assert [one.name for one in load_session(parts[1]).get_inputs()] == [BEFORE_HIFI_GAN]
    whole = load_session(model)
    np.testing.assert_array_equal(run_parts(parts)["output"], whole.run(None, feeds(whole))[0])


@pytest.mark.parametrize("tensor", ["input", "/symbols/Gather_output_0", "no such tensor"])
def test_a_cut_before_the_noise_or_nowhere_is_refused(tensor: str):
    assert split(told(VOICE.read_bytes(), tensor)) is None


def test_weights_in_another_file_are_left_where_they_are():
    tensor = Tensor(name="weights", external_data=[Entry(key="location")])
    elsewhere = Model(graph=Graph(initializer=[tensor]))
    assert split(VOICE.read_bytes() + elsewhere.SerializeToString()) is None


def test_what_has_no_name_here_is_kept():
    """The version of operators, who made it, the attributes of nodes, the weights."""
    model = VOICE.read_bytes()
    parts = split(model)
    assert parts is not None
    whole = parsed(model)
    kept = whole.SerializeToString()
    assert len(kept) == len(model)
    whole.ClearField("graph")
    for part in map(parsed, parts):
        named = {node.output[0]: node.SerializeToString() for node in parsed(model).graph.node}
        assert all(named[it.output[0]] == it.SerializeToString() for it in part.graph.node)
        part.ClearField("graph")
        assert part.SerializeToString() == whole.SerializeToString() != b""


def test_what_is_no_such_voice_is_not_cut():
    silero = find_spec("silero_vad")
    assert silero is not None
    assert silero.origin is not None
    assert split((Path(silero.origin).parent / "data" / "silero_vad.onnx").read_bytes()) is None
    assert split(b"") is None
    assert split(b"\x0a\x05hello and no model") is None
    assert split(VOICE.read_bytes()[:30_000]) is None
