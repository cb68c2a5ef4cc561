"""docs/python.md, as it stands there."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

import official
import voicecli
from programs import run_voicecli, save_wav, speak
from voicecli.errors import VoicecliError
from voicecli.settings import SttSettings
from voicecli.sound.samples import silence

pytestmark = pytest.mark.slow

EXAMPLES = re.findall(
    r"```python\n(.*?)```", (Path(__file__).parents[1] / "docs" / "python.md").read_text(), re.S
)


def run(code: str, folder: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.usefixtures("official_models")
def test_saying_and_transcribing(tmp_path: Path) -> None:
    duration, *segments = run(EXAMPLES[0], tmp_path)
    with wave.open(str(tmp_path / "nineteen.wav")) as wav:
        assert duration == f"{wav.getnframes() / wav.getframerate():.1f} s"
    text = " ".join(segment.partition(" ")[2] for segment in segments).lower()
    assert "seven" in text or "7" in text
    assert "nineteen" in text or "19" in text


def test_a_conversation_in_files(tmp_path: Path) -> None:
    save_wav(tmp_path / "question.wav", speak("What is seven plus twelve?"))
    you, assistant = run(EXAMPLES[1], tmp_path)
    assert you == "you: What is seven plus twelve?"
    assert "19" in assistant or "nineteen" in assistant
    assert (tmp_path / "answer.wav").stat().st_size > 44


def test_it_hears_what_the_command_hears(tmp_path: Path) -> None:
    model = official.path(official.TINY_EN)
    words = speak("The train leaves at nine. Please call me back."), speak("What did you say?")
    save_wav(tmp_path / "call.wav", np.concatenate([words[0], silence(48_000), words[1]]))
    settings = voicecli.Settings(stt=SttSettings(model=str(model)))
    heard = voicecli.transcribe(tmp_path / "call.wav", settings=settings)
    done = run_voicecli("transcribe", "--stt-model", str(model), str(tmp_path / "call.wav"))
    assert [segment.text for segment in heard] == done.stdout.splitlines()
    assert len(heard) > 1


def test_what_is_no_recording_is_said(tmp_path: Path) -> None:
    (tmp_path / "notes.wav").write_text("nothing that sounds")
    settings = voicecli.Settings(stt=SttSettings(model="stt-en"))
    with pytest.raises(VoicecliError, match="notes.wav"):
        voicecli.transcribe(tmp_path / "notes.wav", settings=settings)


def test_importing_it_loads_nothing_of_weight() -> None:
    code = "import sys, voicecli; print([m for m in ('numpy', 'httpx') if m in sys.modules])"
    assert run(code, Path()) == ["[]"]
    assert voicecli.Conversation.__name__ == "Conversation"
    with pytest.raises(AttributeError, match="no attribute 'Converse'"):
        _ = voicecli.Converse


def test_where_an_event_loop_runs_it_says_what_to_do(tmp_path: Path) -> None:
    async def call() -> None:
        voicecli.say("Hello.", output=tmp_path / "hello.wav")

    with pytest.raises(VoicecliError, match="event loop") as error:
        asyncio.run(call())
    assert "to_thread" in error.value.hint


def test_what_no_voice_can_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(VoicecliError, match="the text is Chinese, and no voice here can read it"):
        voicecli.say("你好。", output=tmp_path / "hello.wav")
    with pytest.warns(UserWarning, match="the text is Chinese.*it is left out"):
        voicecli.say("Hello 你好.", output=tmp_path / "hello.wav")


def test_nothing_to_say(tmp_path: Path) -> None:
    with pytest.raises(VoicecliError, match="nothing in it"):
        voicecli.say("...", output=tmp_path / "hello.wav")
