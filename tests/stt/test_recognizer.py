from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from programs import multilingual_model, speak
from voicecli.errors import ModelError
from voicecli.models import find_stt
from voicecli.settings import SttSettings
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples, silence
from voicecli.stt import recognizer as recognizer_module
from voicecli.stt.recognizer import WhisperRecognizer
from voicecli.stt.transcript import Transcript, compression
from voicecli.stt.whisper import (
    card_says,
    encoder_frames,
    may_trim,
    unsure_logprob,
    utterance_threads,
)


class Watched(WhisperRecognizer):
    """Remembers how many frames each pass encoded, and may be made to doubt the first."""

    def __init__(self, *, trim: bool | None, doubts_first: bool = False) -> None:
        super().__init__(find_stt(None), SttSettings(trim_encoder=trim))
        self.encoded: list[int] = []
        self._doubts_first = doubts_first

    def _decode(self, model, samples: Samples, language: str | None) -> Transcript:
        transcript = super()._decode(model, samples, language)
        self.encoded.append(self._n_frames)
        if self._doubts_first and len(self.encoded) == 1:
            return Transcript(transcript.text, "en", -1.5, 0.0)
        return transcript


@pytest.mark.parametrize(
    ("seconds", "frames"),
    [
        (0, 800),
        (1, 800),
        (5.5, 800),
        (5.6, 1000),
        (7.5, 1000),
        (20, 2400),
        (27.5, 3000),
        (40, 3000),
    ],
)
def test_the_encoder_gets_what_was_said_with_a_margin_in_buckets(
    seconds: float, frames: int
) -> None:
    assert encoder_frames(int(seconds * SAMPLE_RATE_HZ)) == frames


@pytest.mark.parametrize("trim", [True, False])
def test_trimmed_or_not_the_words_are_the_same(trim: bool) -> None:
    recognizer = Watched(trim=trim)
    samples = np.concatenate([silence(4000), speak("What is seven plus twelve?"), silence(4000)])
    text = asyncio.run(recognizer.transcribe(samples)).text
    assert text.lower().rstrip("?") == "what is seven plus twelve"
    assert recognizer.encoded == [800 if trim else 3000]


def test_a_doubtful_result_is_tried_once_more_with_the_full_window() -> None:
    recognizer = Watched(trim=True, doubts_first=True)
    transcript = asyncio.run(recognizer.transcribe(speak("Good morning.")))
    assert recognizer.encoded == [800, 3000]
    assert transcript.text.lower().rstrip(".") == "good morning"
    assert transcript.avg_logprob > -1.0


def test_a_model_that_writes_more_than_was_said_is_doubted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recognizer_module, "TOKENS_PER_S", 0)
    monkeypatch.setattr(recognizer_module, "SPARE_TOKENS", 2)
    recognizer = Watched(trim=True)
    transcript = asyncio.run(recognizer.transcribe(speak("What is seven plus twelve?")))
    assert recognizer.encoded == [800, 3000]
    assert transcript.cut_off
    monkeypatch.setattr(recognizer_module, "SPARE_TOKENS", 200)
    assert not asyncio.run(recognizer.transcribe(speak("What is seven plus twelve?"))).cut_off


def test_the_models_card_decides_unless_the_user_does(tmp_path: Path) -> None:
    auto = SttSettings()
    assert may_trim(find_stt(None), auto)
    assert not may_trim(find_stt(None), SttSettings(trim_encoder=False))
    assert card_says(find_stt(None), "utterances")
    assert not may_trim(tmp_path, auto)
    (tmp_path / "README.md").write_text("# A model\n\nWe do not trim_encoder: true story.\n")
    assert not may_trim(tmp_path, auto)
    assert may_trim(tmp_path, SttSettings(trim_encoder=True))
    (tmp_path / "README.md").write_text("---\nlicense: mit\ntrim_encoder: true\n---\n")
    assert may_trim(tmp_path, auto)
    assert not card_says(tmp_path, "utterances")
    untold = tmp_path / "untold"
    shutil.copytree(find_stt(None), untold)
    (untold / "README.md").unlink()
    assert utterance_threads(trims=True) == 1
    assert utterance_threads(trims=False) == min(4, os.cpu_count() or 1)
    recognizer = WhisperRecognizer(untold, SttSettings())
    assert asyncio.run(recognizer.transcribe(speak("Good morning."))).text
    assert recognizer._n_frames == 3000


def test_a_language_is_found_out_without_encoding_twice(tmp_path: Path) -> None:
    recognizer = WhisperRecognizer(multilingual_model(tmp_path / "model", "en"), SttSettings())
    asyncio.run(recognizer.warm_up())
    encodings: list[int] = []
    assert recognizer._model is not None
    inner = recognizer._model.model

    class Counting:
        def __getattr__(self, name: str):
            return getattr(inner, name)

        def encode(self, features, **how):
            encodings.append(features.shape[-1])
            return inner.encode(features, **how)

    recognizer._model.model = Counting()  # type: ignore[assignment]
    for sentence in ("What is seven plus twelve?", "Good morning.", "Good morning."):
        encodings.clear()
        heard = asyncio.run(recognizer.transcribe(speak(sentence)))
        assert (heard.text, heard.language) == (sentence, "en")
        assert len(encodings) <= 1
    assert encodings == []  # the very same sound again


def test_a_model_that_knows_of_no_language_asks_for_one(tmp_path: Path) -> None:
    folder = multilingual_model(tmp_path / "model")
    with pytest.raises(ModelError, match="model can't tell languages apart") as error:
        asyncio.run(WhisperRecognizer(folder, SttSettings()).warm_up())
    assert "--language" in error.value.hint
    told = WhisperRecognizer(folder, SttSettings(language="en"))
    assert asyncio.run(told.transcribe(speak("Good morning."))).text == "Good morning."


@pytest.mark.parametrize("seconds", [18, 29])
def test_a_long_utterance(seconds: int) -> None:
    question = speak("What is seven plus twelve?")
    pause = silence(seconds * SAMPLE_RATE_HZ - len(question))
    text = asyncio.run(Watched(trim=True).transcribe(np.concatenate([question, pause]))).text
    assert text == "What is seven plus twelve?"


def test_half_a_minute_and_more() -> None:
    recognizer = Watched(trim=True)
    question = np.concatenate([speak("Good morning."), silence(30 * SAMPLE_RATE_HZ)])
    text = asyncio.run(recognizer.transcribe(np.concatenate([question, question]))).text
    assert "good morning" in text.lower()
    assert recognizer.encoded[0] == 3000


def test_compression_is_high_where_text_repeats_itself() -> None:
    assert compression("la la la " * 30) > 2.4
    assert compression("What is seven plus twelve?") < 2.4


def test_the_models_card_says_below_what_its_words_are_wrong(tmp_path: Path) -> None:
    assert unsure_logprob(find_stt("stt-en")) == -0.25
    assert unsure_logprob(tmp_path) == -1.0
    (tmp_path / "README.md").write_text("# A model\n\nunsure_logprob: -0.5\n")
    assert unsure_logprob(tmp_path) == -0.5


@pytest.mark.parametrize(("limit", "is_unsure"), [(-0.0001, True), (-3.0, False)])
def test_a_transcript_is_unsure_by_its_models_own_scale(
    tmp_path: Path, limit: float, is_unsure: bool
) -> None:
    folder = tmp_path / "stt"
    shutil.copytree(find_stt("stt-en"), folder)
    (folder / "README.md").write_text(f"trim_encoder: true\nunsure_logprob: {limit}\n")
    recognizer = WhisperRecognizer(folder, SttSettings())
    transcript = asyncio.run(recognizer.transcribe(speak("What is seven plus twelve?")))
    assert transcript.is_unsure == is_unsure
