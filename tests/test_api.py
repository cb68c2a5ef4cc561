"""docs/python.md, as it stands there."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import wave
from pathlib import Path

import pytest

import voicecli
from programs import save_wav, speak
from voicecli.errors import VoicecliError

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


def test_saying_and_transcribing(tmp_path: Path) -> None:
    duration, *segments = run(EXAMPLES[0], tmp_path)
    with wave.open(str(tmp_path / "nineteen.wav")) as wav:
        assert duration == f"{wav.getnframes() / wav.getframerate():.1f} s"
    text = " ".join(segment.partition(" ")[2] for segment in segments).lower()
    assert "seven" in text
    assert "nineteen" in text or "19" in text


def test_a_conversation_in_files(tmp_path: Path) -> None:
    save_wav(tmp_path / "question.wav", speak("What is seven plus twelve?"))
    you, assistant = run(EXAMPLES[1], tmp_path)
    assert you == "you: What is seven plus twelve?"
    assert "19" in assistant or "nineteen" in assistant
    assert (tmp_path / "answer.wav").stat().st_size > 44


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


def test_nothing_to_say(tmp_path: Path) -> None:
    with pytest.raises(VoicecliError, match="nothing in it"):
        voicecli.say("...", output=tmp_path / "hello.wav")
