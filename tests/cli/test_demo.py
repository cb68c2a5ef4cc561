"""`voicecli talk --demo --language CODE`: a voice asks, and is answered, in that language."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from programs import speak_as
from voicecli import engines, places
from voicecli.cli.demo import questions
from voicecli.cli.main import app
from voicecli.errors import ModelMissingError
from voicecli.languages.names import name_of
from voicecli.llm.builtin.reader import reader_in
from voicecli.llm.builtin.replies import answer
from voicecli.llm.messages import ANSWER_IN, Message
from voicecli.models import find_stt, find_voice
from voicecli.settings import Settings, SttSettings
from voicecli.sound.samples import Samples
from voicecli.stt.transcript import Recognizer, Transcript
from voicecli.text.aloud import spoken

pytestmark = pytest.mark.slow

ESPEAK = {"zh": "cmn"}
"""Its name of a language, where that is no ISO 639-1."""

EVENTS = ("user_said", "reply_ended", "notice")


class BySound(Recognizer):
    """Knows a few sentences by their sound alone, and hears nothing in any other."""

    name = "by-sound"
    busy = False

    def __init__(self, voice: Path, code: str, sentences: tuple[str, ...]) -> None:
        self._code = code
        self._sounds = {text: speak_as(voice, spoken(text, code)) for text in sentences}

    async def transcribe(self, samples: Samples, language: str | None = None) -> Transcript:
        assert language == self._code
        found = [text for text, sound in self._sounds.items() if likeness(samples, sound) > 0.9]
        return Transcript(" ".join(found), self._code, -0.1, 0.0)


def likeness(samples: Samples, sound: Samples) -> float:
    """1 where the one is the other, wherever it begins."""
    n = len(samples) + len(sound)
    product = np.fft.rfft(samples, n) * np.conj(np.fft.rfft(sound, n))
    size = np.linalg.norm(samples) * np.linalg.norm(sound)
    return float(np.fft.irfft(product, n).max() / max(size, 1e-9))


def speaking(code: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with the recogniser and the voice on board, and that voice as one of another
    language, which is returned."""
    english, recogniser = find_voice(None), find_stt("stt-en")
    bundled = folder / "bundled"
    (bundled / recogniser.name).mkdir(parents=True)
    for path in recogniser.iterdir():
        (bundled / recogniser.name / path.name).symlink_to(path)
    for path in (english, Path(f"{english}.json")):
        (bundled / path.name).symlink_to(path)
    voice = bundled / "other.onnx"
    voice.symlink_to(english)
    config = json.loads(Path(f"{english}.json").read_text("utf-8"))
    config |= {"language": {"code": code}, "espeak": {"voice": ESPEAK.get(code, code)}}
    Path(f"{voice}.json").write_text(json.dumps(config), "utf-8")
    monkeypatch.setattr(places, "bundled_folder", lambda: bundled)
    return voice


def demo(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    """The events. Raises what main() would catch."""
    command = ("talk", "--demo", "--json", "--base-url", "built-in", "-o", str(folder / "a.wav"))
    done = CliRunner().invoke(app, [*command, *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("code", ["de", "zh"])
def test_a_voice_asks_and_answers_in_its_language(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice, reader = speaking(code, tmp_path, monkeypatch), reader_in(code)
    assert reader is not None
    ears = BySound(voice, code, reader.table.demo)
    monkeypatch.setattr(engines, "plugged_recognizer", lambda settings: ears)
    times = [datetime.now()]
    events = demo(tmp_path, "--stt", "by-sound", "--language", code)
    times.append(datetime.now())
    of = {name: [one for one in events if one["event"] == name] for name in EVENTS}
    assert [one["text"] for one in of["user_said"]] == list(reader.table.demo)
    told = Message("system", ANSWER_IN.format(name_of(code)))
    for asked, ended in zip(reader.table.demo, of["reply_ended"], strict=True):
        assert ended["heard"] in [answer([told, Message("user", asked)], now) for now in times]
        assert reader.table.say.unknown not in ended["heard"]
    # A voice of the language read it: who lacks one is told so.
    assert [one["message"] for one in of["notice"]] == [f"recorded in {tmp_path / 'a.wav'}"]


@pytest.mark.parametrize(
    ("voice", "arguments", "message"),
    [
        ("de", (), "there is no demo in German yet: stt-en does not hear it"),
        ("fr", (), "yet: stt-en does not hear it, and no voice here speaks it"),
        ("fr", ("--stt", "by-sound"), "there is no demo in German yet: no voice here speaks it"),
    ],
)
def test_what_is_missing_is_told(
    voice: str,
    arguments: tuple[str, ...],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    speaking(voice, tmp_path, monkeypatch)
    with pytest.raises(ModelMissingError) as error:
        demo(tmp_path, "--language", "de", *arguments)
    assert error.value.message.endswith(message)
    assert error.value.hint == "fetch what is missing: voicecli models pull --for de"
    assert error.value.exit_code == 1
    assert not (tmp_path / "a.wav").exists()


@pytest.mark.parametrize("language", [None, "en", "auto"])
def test_english_is_a_recording(language: str | None) -> None:
    settings = Settings(stt=SttSettings(model="stt-en", language=language))
    with questions(settings) as path:
        assert path.name == "demo-small.flac"
