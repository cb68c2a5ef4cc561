"""Voices, at once and piece by piece. Those here babble (see data/make_tiny_voice.py)."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import numpy as np
import pytest

from voicecli.errors import ModelError
from voicecli.models import find_voice
from voicecli.settings import TtsSettings
from voicecli.tts.clip import Clip
from voicecli.tts.onnx_messages import Entry, Model
from voicecli.tts.piper import PEAK, PiperSynthesizer

DATA = Path(__file__).parents[1] / "data"
SENTENCE = "This sentence has quite a lot of words, so that it takes several seconds to be said."


def spoken(voice: PiperSynthesizer, *sentences: str) -> list[list[Clip]]:
    """The clips of each sentence, as they are streamed."""

    async def main() -> list[list[Clip]]:
        return [[clip async for clip in voice.stream(sentence)] for sentence in sentences]

    return asyncio.run(main())


@pytest.fixture
def voice() -> PiperSynthesizer:
    return PiperSynthesizer(DATA / "tiny_voice.onnx", TtsSettings(), aligned=True)


def test_even_the_first_sentence_comes_in_pieces_the_first_of_which_tells_all(
    voice: PiperSynthesizer,
) -> None:
    (clips,) = spoken(voice, SENTENCE)
    first, *others = clips
    assert first.text == SENTENCE
    assert first.n_samples == sum(len(clip.samples) for clip in clips)
    assert 0 < len(first.samples) < first.n_samples / 2
    assert len(first.word_ends) == len(SENTENCE.split())
    assert list(first.word_ends) == sorted(first.word_ends)
    assert len(first.samples) < first.word_ends[-1] <= first.n_samples
    assert [clip.text for clip in others] == [""] * len(others)
    assert others[-1].to_come == 0


def test_pieces_and_wholes_are_as_loud_as_the_settings_say(voice: PiperSynthesizer) -> None:
    for clips in spoken(voice, *[SENTENCE] * 3):
        samples = np.concatenate([clip.samples for clip in clips])
        assert 0.5 * PEAK < np.max(np.abs(samples)) <= PEAK + 1e-6
    clip = asyncio.run(voice.synthesize(SENTENCE))
    assert np.max(np.abs(clip.samples)) == pytest.approx(PEAK, abs=1e-6)
    assert clip.to_come == 0
    assert clip.word_ends


def test_several_sentences_in_one_are_one_clip(voice: PiperSynthesizer) -> None:
    text = "First this was said. Then something else was said."
    (clips,) = spoken(voice, text)
    assert clips[0].n_samples == sum(len(clip.samples) for clip in clips)
    assert len(clips[0].word_ends) == len(text.split())
    assert clips[0].word_ends[-1] > clips[0].n_samples / 2


@pytest.mark.parametrize("text", ["", "..."])
def test_nothing_to_say_is_one_clip_of_no_samples(voice: PiperSynthesizer, text: str) -> None:
    (clips,) = spoken(voice, text)
    assert [clip.n_samples for clip in clips] == [0]


def test_a_voice_that_is_not_cut_speaks_whole_sentences(tmp_path: Path) -> None:
    path = tmp_path / "voice.onnx"
    shutil.copy(DATA / "tiny_voice.onnx.json", f"{path}.json")
    # Its file tells to cut it where noise is still to be drawn.
    wish = Entry(key="decoder_input", value="/symbols/Gather_output_0")
    told = Model(metadata_props=[wish]).SerializeToString()
    path.write_bytes((DATA / "tiny_voice.onnx").read_bytes() + told)
    voice = PiperSynthesizer(path, TtsSettings(), aligned=True)
    for (clip,) in spoken(voice, SENTENCE, SENTENCE):
        assert clip.to_come == 0
        assert np.max(np.abs(clip.samples)) == pytest.approx(PEAK, abs=1e-6)
        assert len(clip.word_ends) == len(SENTENCE.split())


def test_an_abandoned_sentence_does_not_disturb_the_next(voice: PiperSynthesizer) -> None:
    async def main() -> list[Clip]:
        abandoned = voice.stream(SENTENCE)
        await anext(abandoned)
        clips = [clip async for clip in voice.stream("Something else.")]
        await abandoned.aclose()
        return clips

    clips = asyncio.run(main())
    assert clips[0].text == "Something else."
    assert sum(len(clip.samples) for clip in clips) == clips[0].n_samples


def test_a_voice_that_breaks_says_which_sentence_it_was(
    voice: PiperSynthesizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("out of memory")

    asyncio.run(voice.load())
    monkeypatch.setattr("voicecli.tts.parts._Made.slice", broken)
    with pytest.raises(ModelError, match="can't speak 'Hello.'.*out of memory"):
        spoken(voice, "Hello.")


def test_the_default_voice_streams_words_with_their_times() -> None:
    voice = PiperSynthesizer(find_voice(None), TtsSettings(), aligned=True)
    (clips,) = spoken(voice, SENTENCE)
    assert len(clips[0].word_ends) == len(SENTENCE.split())
    assert sum(len(clip.samples) for clip in clips) == clips[0].n_samples
