from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import official
from programs import multilingual_model, speak, speak_as
from voicecli.errors import ModelError
from voicecli.models import find_stt
from voicecli.settings import SttSettings
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples, silence
from voicecli.stt import whisper as whisper_module
from voicecli.stt.conversation import InConversation
from voicecli.stt.languages import Earlier
from voicecli.stt.recognizer import WhisperRecognizer
from voicecli.stt.transcript import Transcript, compression, has_loop
from voicecli.stt.whisper import (
    FULL_FRAMES,
    Trimming,
    Whisper,
    card_says,
    trimming,
    unsure_logprob,
    utterance_threads,
)

pytestmark = pytest.mark.slow


class Watched(Whisper):
    """Remembers what each pass encoded and how it was decoded, and may be made to doubt."""

    def __init__(self, *, trim: bool | None, doubts: int = 0, folder: Path | None = None) -> None:
        super().__init__(folder or find_stt(None), SttSettings(trim_encoder=trim), hum=True)
        self.encoded: list[int] = []
        self.beams: list[int] = []
        self._doubts = doubts

    def encode(self, sounds, n_frames=FULL_FRAMES):
        self.encoded.append(n_frames)
        return super().encode(sounds, n_frames)

    def decode(self, encoded, languages, durations_s, how=None, *, repeats=True):
        assert how is not None
        self.beams.append(how.beam_size)
        (found,) = super().decode(encoded, languages, durations_s, how, repeats=repeats)
        if len(self.beams) <= self._doubts:
            found = replace(found, transcript=replace(found.transcript, avg_logprob=-1.5))
        return [found]


def hear(whisper: Whisper, samples: Samples, **how) -> Transcript:
    recognizer = WhisperRecognizer(find_stt(None), SttSettings())
    recognizer._whisper = whisper
    return asyncio.run(recognizer.transcribe(samples, **how))


@pytest.mark.parametrize(
    ("seconds", "frames"),
    [(0, 800), (1, 800), (5.5, 800), (5.6, 1000), (7.5, 1000), (20, 2400), (27.5, 3000)],
)
def test_the_encoder_gets_what_was_said_with_a_margin_in_buckets(
    seconds: float, frames: int
) -> None:
    assert Trimming(800).n_frames(int(seconds * SAMPLE_RATE_HZ), "en") == frames


@pytest.mark.parametrize("trim", [True, False])
def test_trimmed_or_not_the_words_are_the_same(trim: bool) -> None:
    whisper = Watched(trim=trim)
    samples = np.concatenate([silence(4000), speak("What is seven plus twelve?"), silence(4000)])
    assert hear(whisper, samples).text.lower().rstrip("?") == "what is seven plus twelve"
    assert whisper.encoded == [800 if trim else 3000]


def test_a_doubtful_result_is_tried_with_the_full_window_and_then_more_widely() -> None:
    whisper = Watched(trim=True, doubts=1)
    transcript = hear(whisper, speak("Good morning."))
    assert (whisper.encoded, whisper.beams) == ([800, 3000], [1, 1])
    assert transcript.text.lower().rstrip(".") == "good morning"
    assert transcript.avg_logprob > -1.0
    whisper = Watched(trim=True, doubts=2)
    assert hear(whisper, speak("Good morning.")).avg_logprob > -1.0
    assert (whisper.encoded, whisper.beams) == ([800, 3000], [1, 1, 5])


def test_a_batch_may_hold_languages_of_which_one_has_a_prompt(official_models: None) -> None:
    """Mandarin's asks for punctuation."""
    whisper = Whisper(official.path(official.BASE), SttSettings(device="cpu"))
    encoded = whisper.encode([speak("Good morning."), speak("What time is it?")])
    both = whisper.decode(encoded, ["zh", "en"], [1.0, 2.0])
    assert [one.transcript.language for one in both] == ["zh", "en"]
    assert "time" in both[1].transcript.text
    alone = whisper.decode(whisper_module.item(encoded, 1), ["en"], [2.0])
    assert both[1].transcript.text == alone[0].transcript.text


def test_how_what_was_said_may_begin() -> None:
    """What it would have written itself is likely; the rest follows without it."""
    recognizer = WhisperRecognizer(find_stt(None), SttSettings())
    samples = np.concatenate([silence(4000), speak("What is seven plus twelve?"), silence(4000)])
    judged: list[list[float]] = []

    def begun(*parts: str) -> Transcript | None:
        def is_likely(logprobs: Sequence[float]) -> bool:
            judged.append(list(logprobs))
            return sum(logprobs) > -3

        return asyncio.run(recognizer.transcribe_if_begun(samples, [parts], is_likely, "en"))

    first, second, *rest = asyncio.run(recognizer.transcribe(samples)).text.split()
    found = begun(f" {first}", f" {second}")
    assert found is not None
    assert found.text.split() == [first, second, *rest]
    assert begun(" good", " morning") is None
    assert [len(logprobs) for logprobs in judged] == [2, 2]
    assert sum(judged[0]) > sum(judged[1]) + 3


def test_a_model_that_writes_more_than_was_said_is_doubted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(whisper_module, "TOKENS_PER_S", 0)
    monkeypatch.setattr(whisper_module, "SPARE_TOKENS", 2)
    whisper = Watched(trim=True)
    assert hear(whisper, speak("What is seven plus twelve?")).cut_off
    assert whisper.encoded == [800, 3000]
    monkeypatch.setattr(whisper_module, "SPARE_TOKENS", 200)
    assert not hear(whisper, speak("What is seven plus twelve?")).cut_off


def test_the_models_card_decides_unless_the_user_does(tmp_path: Path) -> None:
    auto = SttSettings()
    assert trimming(find_stt(None), auto)
    assert not trimming(find_stt(None), SttSettings(trim_encoder=False))
    assert card_says(find_stt(None), "utterances")
    assert not trimming(tmp_path, auto)
    (tmp_path / "README.md").write_text("# A model\n\nWe do not trim_encoder: true story.\n")
    assert not trimming(tmp_path, auto)
    assert trimming(tmp_path, SttSettings(trim_encoder=True))
    (tmp_path / "README.md").write_text("---\nlicense: mit\ntrim_encoder: true\n---\n")
    assert trimming(tmp_path, auto)
    assert not card_says(tmp_path, "utterances")
    untold = tmp_path / "untold"
    shutil.copytree(find_stt(None), untold)
    (untold / "README.md").unlink()
    whisper = Watched(trim=None, folder=untold)
    assert hear(whisper, speak("Good morning.")).text
    assert whisper.encoded == [3000]


@pytest.mark.parametrize("text", ["", "[1]", '{"alignment_heads": 3}', '{"alignment_heads": [3]}'])
def test_a_config_of_any_kind_is_of_no_family(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    assert not trimming(tmp_path, SttSettings())


def test_one_decodes_as_fast_as_two_unless_half_a_minute_is_encoded() -> None:
    assert utterance_threads(trims=True) == 1
    assert utterance_threads(trims=False) == min(4, os.cpu_count() or 1)


@pytest.mark.parametrize(
    ("name", "language", "frames"),
    [
        (official.TINY_EN, "en", 1200),
        (official.BASE, "en", 1600),
        (official.BASE, None, 1600),
        (official.BASE, "zh", 3000),
    ],
)
def test_official_models_bear_less_silence_in_english(
    official_models: None, name: str, language: str | None, frames: int
) -> None:
    known = trimming(official.path(name), SttSettings(), hum=True)
    assert known.n_frames(SAMPLE_RATE_HZ, language) == frames
    assert known.n_frames(14 * SAMPLE_RATE_HZ, "en") == 1800


@pytest.mark.parametrize("name", [official.TINY_EN, official.BASE])
def test_an_official_model_hears_a_sentence(official_models: None, name: str) -> None:
    whisper = Watched(trim=None, folder=official.path(name))
    spoken = speak_as(official.path(official.JOE), "What is the weather like today?")
    assert (
        normal(hear(whisper, spoken, earlier=Earlier("en")).text)
        == "what is the weather like today"
    )
    assert whisper.encoded == [1200 if name == official.TINY_EN else 1600]


def test_half_a_minute_and_more_is_cut_where_it_is_quiet(official_models: None) -> None:
    whisper = Watched(trim=None, folder=official.path(official.TINY_EN))
    joe = official.path(official.JOE)
    spoken = [speak_as(joe, sentence) for sentence in REMARKS]
    text = normal(hear(whisper, np.concatenate([with_silence(one, 9.0) for one in spoken])).text)
    assert text == normal(" ".join(REMARKS))
    assert len(whisper.encoded) == 2


REMARKS = (
    *("The train leaves in the morning.", "Every dog likes a long walk."),
    *("Please close the window.", "We had a lovely dinner yesterday."),
)


def with_silence(samples: Samples, duration_s: float) -> Samples:
    """Filled up with silence."""
    return np.concatenate([samples, silence(int(duration_s * SAMPLE_RATE_HZ) - len(samples))])


def normal(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum() or char == " ").strip()


@pytest.mark.parametrize(
    ("probability", "duration_s", "earlier", "language"),
    [
        (0.7, 1.0, Earlier(), ("de", "")),
        (0.9, 1.0, Earlier("en"), ("en", "de")),
        (0.7, 3.0, Earlier("en"), ("en", "de")),
        (0.4, 3.0, Earlier("en"), ("en", "")),
        (0.9, 3.0, Earlier("en"), ("de", "")),
        (0.7, 1.0, Earlier("en", "de"), ("de", "")),
        (0.4, 1.0, Earlier("en", "de"), ("en", "")),
        (0.7, 1.0, Earlier("en", "nl"), ("en", "de")),
        (0.3, 1.0, Earlier("de"), ("de", "")),
    ],
)
def test_a_language_changes_with_long_clear_speech_or_the_second_turn(
    probability: float, duration_s: float, earlier: Earlier, language: tuple[str, str]
) -> None:
    found = [("de", probability), ("fr", 0.2), ("en", 0.1)]
    assert earlier.language_of(found, duration_s) == language


def test_a_language_is_found_out_without_encoding_twice(tmp_path: Path) -> None:
    whisper = Watched(trim=None, folder=multilingual_model(tmp_path / "model", "en"))
    for sentence in ("What is seven plus twelve?", "Good morning."):
        whisper.encoded.clear()
        heard = hear(whisper, speak(sentence))
        assert (heard.text, heard.language) == (sentence, "en")
        assert len(whisper.encoded) == 1


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
    text = hear(Watched(trim=True), np.concatenate([question, pause])).text
    assert text == "What is seven plus twelve?"


@pytest.mark.parametrize(
    ("text", "is_loop"),
    [
        ("Turn on the living room lamp. Turn on the living room lamp.", True),
        ("five five five", True),
        ("Emergency. Emergency.", True),
        ("no, no, I will", False),
        ("the cat and the dog", False),
        ("a thin stripe, a thin stripe", True),
        ("", False),
    ],
)
def test_loops(text: str, is_loop: bool) -> None:
    assert has_loop(text) == is_loop


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


class Expecting(WhisperRecognizer):
    """Says which language it was to expect."""

    def __init__(self, *heard: str) -> None:
        super().__init__(find_stt("stt-en"), SttSettings())
        self.expected: list[Earlier] = []
        self._heard = list(heard)

    async def transcribe(self, samples, language=None, earlier=None):
        self.expected.append(earlier)
        text, code = self._heard.pop(0).split()
        return Transcript(text.strip("-"), code, -0.1, 0.0)


def test_a_conversation_is_in_the_language_of_the_turns_before() -> None:
    shared = Expecting("yes en", "ja de", "- es", "nein de", "yes en")
    mine, other = InConversation(shared, "en"), InConversation(shared, "fr")

    async def talk() -> None:
        await mine.transcribe(silence(100))
        mine.settle("en", "de")
        await mine.transcribe(silence(100))
        mine.settle("de", "")
        await mine.transcribe(silence(100))  # only a partial transcript, or a noise
        await mine.transcribe(silence(100))
        await other.transcribe(silence(100))

    asyncio.run(talk())
    told = [(it.spoken, it.suspected) for it in shared.expected]
    assert told == [("en", ""), ("en", "de"), ("de", ""), ("de", ""), ("fr", "")]


class Remote:
    """A server's recogniser, which says in which language a text is, and not how sure that is."""

    name = "remote"
    busy = False

    def __init__(self, text: str, language: str) -> None:
        self.transcript = Transcript(text, language, -0.1, 0.0)

    async def transcribe(self, samples, language=None):
        return self.transcript


@pytest.mark.parametrize(
    ("text", "told", "duration_s", "language"),
    [
        ("Ja.", "nl", 1.0, "en"),
        ("Und was ist mit der anderen?", "de", 1.0, "de"),
        ("好的，谢谢。", "zh", 1.0, "zh"),
        ("Und wie?", "de", 3.0, "de"),
        ("Hm.", "", 3.0, "en"),
    ],
)
def test_one_short_word_of_a_server_changes_no_language(
    text: str, told: str, duration_s: float, language: str
) -> None:
    recognizer = InConversation(Remote(text, told), "en")
    heard = asyncio.run(recognizer.transcribe(silence(int(duration_s * SAMPLE_RATE_HZ))))
    assert (heard.text, heard.language) == (text, language)


def test_what_would_have_followed_a_last_word(official_models: None) -> None:
    whisper = Watched(trim=None, folder=official.path(official.TINY_EN))
    spoken = speak_as(official.path(official.JOE), "Turn on the lamp in the living room.")
    whole, half = hear(whisper, spoken).ending, hear(whisper, spoken[: len(spoken) // 2]).ending
    assert whole is not None
    assert half is not None
    assert half.broken_off > 5 * whole.broken_off
    assert half.another_word > whole.another_word
