"""Spellings that people try, and names that are none."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer.main

from programs import run_voicecli, save_wav, speak
from voicecli.cli.main import _only, app

pytestmark = pytest.mark.slow

COMMANDS = ("", "talk", "transcribe", "say", "models", "models pull", "config", "config set")


@pytest.mark.parametrize("command", COMMANDS)
def test_h_and_help_are_the_same_everywhere(command: str) -> None:
    long = run_voicecli(*command.split(), "--help")
    assert long.returncode == 0
    for short in ((*command.split(), "-h"), ("help", *command.split())):
        done = run_voicecli(*short)
        assert (done.returncode, done.stdout) == (0, long.stdout)


@pytest.mark.parametrize(
    ("name", "made"), [("say", {"say"}), ("models", None), ("help", None), ("", None)]
)
def test_no_command_is_made_but_the_one_that_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, name: str, made: set[str] | None
) -> None:
    """Where it needs no other: help tells of all, and a group has its own."""
    whole = typer.main.get_group(app).commands.keys()
    monkeypatch.setattr(app, "registered_commands", app.registered_commands)
    monkeypatch.setattr(app, "registered_groups", app.registered_groups)
    _only(name)
    assert typer.main.get_group(app).commands.keys() == (whole if made is None else made)


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


def test_old_spellings_work_and_say_what_they_are_now(tmp_path: Path) -> None:
    wav = save_wav(tmp_path / "a.wav", speak("What is seven plus twelve?"))
    for name in ("--model", "--stt-model"):
        done = run_voicecli("transcribe", wav, name, "stt-en")
        assert done.stdout == "What is seven plus twelve?\n"
        assert ("is the language model; the recogniser is" in done.stderr) == (name == "--model")
    assert "-o DIR goes" in run_voicecli("transcribe", wav, "--model=stt-en", "-o", tmp_path).stderr
    assert (tmp_path / "a.txt").read_text() == "What is seven plus twelve?\n"
    done = run_voicecli("talk", "--no-latency", "--stereo")
    assert "--no-latency is the default" in done.stderr
    assert "--stereo needs" in done.stderr


@pytest.mark.parametrize("command", ["talk", "transcribe", "say", "serve", "bench", "doctor"])
def test_an_option_means_the_same_everywhere(command: str) -> None:
    for param in typer.main.get_command(app).commands[command].params:
        if "-o" in param.opts or "--output" in param.opts:
            assert {"-o", "--output"} <= set(param.opts)
            assert param.metavar == "FILE"
        if "--model" in param.opts:
            assert param.name == "model"


@pytest.mark.parametrize("command", ["say hello", "transcribe x.wav"])
def test_a_folder_that_was_deleted(tmp_path: Path, command: str) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    done = run_voicecli(*command.split(), cwd=gone, preexec_fn=gone.rmdir)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "voicecli: the folder that this runs in is not there any more\n  go to another: cd\n"
    )
