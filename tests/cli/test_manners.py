"""Spellings that people try, and names that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from programs import run_voicecli

COMMANDS = ("", "talk", "transcribe", "say", "models", "models pull", "config", "config set")


@pytest.mark.parametrize("command", COMMANDS)
def test_h_and_help_are_the_same_everywhere(command: str) -> None:
    long = run_voicecli(*command.split(), "--help")
    assert long.returncode == 0
    for short in ((*command.split(), "-h"), ("help", *command.split())):
        done = run_voicecli(*short)
        assert (done.returncode, done.stdout) == (0, long.stdout)


def test_help_about_nothing() -> None:
    done = run_voicecli("help", "nothing")
    assert done.returncode == 2
    assert "there is no command 'nothing'" in done.stderr


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("-V",), ("--version",)),
        (("models", "list"), ("models",)),
        (("config", "list"), ("config", "show")),
    ],
)
def test_other_spellings(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    done = run_voicecli(*one)
    assert done.returncode == 0
    assert done.stdout == run_voicecli(*other).stdout


def test_one_setting() -> None:
    assert run_voicecli("config", "set", "llm.model", "llama3.2").returncode == 0
    assert run_voicecli("config", "get", "llm.model").stdout == "llama3.2\n"
    assert run_voicecli("config", "get", "stt.language").stdout == ""
    assert run_voicecli("config", "get", "llm.modle").returncode == 1
    run_voicecli("config", "set", "llm.api_key", "sk-secret")
    assert "secret" not in run_voicecli("config", "get", "llm.api_key").stdout


@pytest.mark.parametrize("key", ["stt.model", "tts.voice"])
def test_a_model_that_is_not_there_is_not_written_down(key: str) -> None:
    done = run_voicecli("config", "set", key, "no-such-model")
    assert done.returncode == 1
    assert "no-such-model" in done.stderr
    assert "no-such-model" not in run_voicecli("config", "show").stdout


def test_a_language_that_is_none_is_not_answered_with_two_hundred(tmp_path: Path) -> None:
    for name, meant in (("germn", "german"), ("klingon", "the like")):
        done = run_voicecli("transcribe", tmp_path / "a.wav", "--language", name)
        assert done.returncode == 2
        assert meant in done.stderr
        assert len(done.stderr) < 600


def test_an_output_of_no_kind_of_text_is_refused(tmp_path: Path) -> None:
    done = run_voicecli("transcribe", tmp_path / "a.wav", "--output", tmp_path / "a.docx")
    assert done.returncode == 2
    assert ".srt" in done.stderr
