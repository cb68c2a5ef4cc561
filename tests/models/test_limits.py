"""What a small recogniser does not understand, and the names of models."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

import official
from programs import run_voicecli, save_wav, speak
from voicecli import places
from voicecli.engines import Engines
from voicecli.errors import ModelMissingError, SettingsError
from voicecli.models import find_stt, limits_of, name_of
from voicecli.settings import Settings, SttSettings, TtsSettings


def test_the_small_one_says_what_it_understands() -> None:
    limits = limits_of(find_stt("stt-en"))
    assert limits is not None
    message, hint = limits
    assert message.startswith("stt-en understands some 400 words: time,")
    assert (
        hint == "for free speech: voicecli models pull tiny.en, or pip install 'voicecli[starter]'"
    )


def test_one_of_free_speech_that_is_here_is_named(official_models: None) -> None:
    limits = limits_of(find_stt("stt-en"))
    assert limits is not None
    assert limits[1] == "for free speech: voicecli models use tiny.en"
    assert limits_of(find_stt("tiny.en")) is None
    assert limits_of(find_stt("base")) is None


def test_a_card_of_ones_own_is_believed(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# mine\n\nunderstands:   numbers \x1b[31mand colours\n")
    limits = limits_of(tmp_path)
    assert limits is not None
    assert limits[0] == f"{tmp_path.name} understands numbers [31mand colours"
    assert limits_of(tmp_path / "nowhere") is None


def test_names(official_models: None) -> None:
    assert name_of(find_stt("tiny.en")) == "tiny.en"
    assert name_of(find_stt("base")) == "base"
    assert name_of(places.pulled_folder() / "me--own@0f17e775-98f9bc") == "me/own"
    assert name_of(Path("/home/me@work/own@2")) == "own@2"


@pytest.mark.parametrize(
    ("stt", "tts", "name"),
    [
        (SttSettings(), TtsSettings(), "tiny.en"),
        (SttSettings(language="en"), TtsSettings(), "tiny.en"),
        (SttSettings(language="de"), TtsSettings(), "base"),
        (SttSettings(model="stt-en"), TtsSettings(), "stt-en"),
    ],
)
def test_the_default_understands_what_is_spoken(
    official_models: None, stt: SttSettings, tts: TtsSettings, name: str
) -> None:
    engines = Engines(Settings(stt=stt, tts=tts))
    assert engines.recognizer().name == name
    assert (engines.limits() is None) == (name != "stt-en")


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("stt-en", "de", "the model stt-en knows English only, no German"),
        ("tiny.en", "zh", "the model tiny.en knows English only, no Chinese"),
        ("base", "yue", "the model base knows no Cantonese"),
        ("base", "de", None),
        ("tiny.en", "en", None),
    ],
)
def test_whether_it_knows_a_language(
    official_models: None, name: str, code: str, message: str | None
) -> None:
    engines = Engines(Settings(stt=SttSettings(model=name, language=code)))
    if message is None:
        assert engines.recognizer().name == name
        return
    with pytest.raises(SettingsError) as caught:
        engines.recognizer()
    assert caught.value.message == message
    known = "choose one that knows it: --stt-model base"
    fetched = "fetch one that knows it: voicecli models pull --for yue, or pip install"
    assert caught.value.hint == known or caught.value.hint.startswith(fetched)


def test_what_takes_a_servers_place_may_know_less() -> None:
    stt = SttSettings(engine="http://127.0.0.1:9/v1,stt-en", language="de")
    assert Engines(Settings(stt=stt)).recognizer().name


def test_talk_in_a_language_that_nobody_here_hears(tmp_path: Path) -> None:
    done = run_voicecli(
        *("talk", "--input", speak_to(tmp_path), "--output", tmp_path / "out.wav"),
        *("--language", "fr", "--base-url", "built-in"),
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "voicecli: the model stt-en knows English only, no French",
        "  fetch one that knows it: voicecli models pull --for fr, or pip install "
        "'voicecli[multilingual]'",
    ]
    assert not (tmp_path / "out.wav").exists()


def speak_to(folder: Path) -> Path:
    return save_wav(folder / "in.wav", speak("Bonjour."))


def test_talk_says_it_in_its_header(tmp_path: Path) -> None:
    done = run_voicecli("talk", "--demo", "--output", tmp_path / "demo.wav", "--plain")
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("you:"))
    assert any("stt-en understands some 400 words" in line for line in lines[:first])


def test_the_demo_of_free_speech_is_understood_and_answered(
    official_models: None, tmp_path: Path
) -> None:
    done = run_voicecli("talk", "--demo", "--output", tmp_path / "demo.wav", "--plain")
    assert done.returncode == 0, done.stderr
    assert "400 words" not in done.stderr
    for said in (
        "you: How much is 15% of 80?",
        "ai: Fifteen percent of eighty is twelve.",
        "you: Do you happen to know any good jokes?",
    ):
        assert said in done.stderr
    assert f"stt {official.TINY_EN}, voice {official.JOE}" in done.stderr
    assert "do not understand" not in done.stderr


def test_a_turn_detector_goes_by_its_name(official_models: None) -> None:
    engines = Engines(Settings())
    assert asyncio.run(engines.turn_detector(official.SMART_TURN)) is not None
    assert asyncio.run(engines.turn_detector(None)) is not None
    assert asyncio.run(engines.turn_detector("none")) is None
    with pytest.raises(ModelMissingError, match=r"no turn detection model 'no-such-file.onnx'"):
        asyncio.run(engines.turn_detector("no-such-file.onnx"))
