"""Typed commands, and what is kept of a conversation for the keys: all pure."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest

from voicecli.cli.commands import COMMANDS, command_in, completions, help_text
from voicecli.cli.minutes import Minutes
from voicecli.conversation.events import ReplyEnded, ReplyText, StartedOver, UserSaid
from voicecli.errors import VoicecliError

AT = datetime(2026, 1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("text", "command", "argument"),
    [
        ("/clear", "/clear", ""),
        ("  /Model  llama3.2 ", "/model", "llama3.2"),
        ("/system You are\na pirate.", "/system", "You are\na pirate."),
    ],
)
def test_a_command(text: str, command: str, argument: str) -> None:
    assert command_in(text) == (COMMANDS[command], argument)


@pytest.mark.parametrize("text", ["hello", "/etc/passwd, what is it?", "a /clear", "/one\ntwo", ""])
def test_what_is_meant_for_the_model(text: str) -> None:
    assert command_in(text) is None


@pytest.mark.parametrize(("text", "hint"), [("/modle x", "/model"), ("/xyz", "/help"), ("/", "/h")])
def test_an_unknown_command_is_not_sent(text: str, hint: str) -> None:
    with pytest.raises(VoicecliError, match="there is no command") as caught:
        command_in(text)
    assert hint in caught.value.hint


def test_completions() -> None:
    names = {"/model": ["llama3.2", "qwen3"]}
    assert completions("/s", names) == ["/save", "/system"]
    assert completions("/model q", names) == ["/model qwen3"]
    assert completions("/voice x", names) == []
    assert completions("what is /s", names) == []


def test_every_command_is_explained() -> None:
    assert all(name in help_text() for name in COMMANDS)


# ---- the minutes ------------------------------------------------------------------------------


@pytest.fixture
def minutes() -> Minutes:
    minutes = Minutes()
    for event in (
        UserSaid("write code", 1),
        ReplyText("Here:\n\n```\nx = "),
        ReplyText("1\n```\n"),
        ReplyEnded("Here: Code shown on screen.", "", False, 2),
        UserSaid("tell a story", 3),
        ReplyText("Once upon a time."),
        ReplyEnded("Once", "upon a time.", True, 4),
    ):
        minutes(event)
    return minutes


def test_what_is_exported(minutes: Minutes) -> None:
    assert minutes.markdown() == (
        "# Conversation\n\n**You**\n\nwrite code\n\n**Assistant**\n\nHere:\n\n```\nx = 1\n```\n\n"
        "**You**\n\ntell a story\n\n**Assistant**\n\nOnce —\n"
    )


def test_the_last_reply_as_far_as_it_was_written(minutes: Minutes) -> None:
    assert minutes.last_reply == "Once upon a time."


def test_a_repetition_is_no_turn(minutes: Minutes) -> None:
    before = minutes.markdown()
    minutes(ReplyText("Once upon a time."))
    minutes(ReplyEnded("Once upon a time.", "", False, 0))
    assert minutes.markdown() == before


def test_control_characters_stay_out(minutes: Minutes) -> None:
    minutes(UserSaid("a\x1b]0;b\x07c", 5))
    minutes(StartedOver())
    assert minutes.markdown().endswith("a]0;bc\n\n---\n")


def test_an_export_never_overwrites(
    minutes: Minutes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = [minutes.export(at=AT).name for _ in range(3)]
    assert names == [f"voicecli-2026-01-02-030405{n}.md" for n in ("", "-2", "-3")]
    assert Path(names[2]).read_text("utf-8") == minutes.markdown()
    (tmp_path / "mine.md").write_text("mine")
    with pytest.raises(VoicecliError, match="is there already"):
        minutes.export(Path("mine.md"))
    assert (tmp_path / "mine.md").read_text() == "mine"


@pytest.mark.parametrize("path", ["no/such/folder/a.md", "a\0b.md", "."])
def test_where_nothing_can_be_written(
    minutes: Minutes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(VoicecliError):
        minutes.export(Path(path))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_leaves_no_half_file(
    minutes: Minutes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    monkeypatch.setattr(Path, "open", lambda *_, **__: os.fdopen(full, "w"))
    with pytest.raises(VoicecliError, match="No space left"):
        minutes.export(tmp_path / "a.md")
    assert not (tmp_path / "a.md").exists()


def test_nothing_to_export() -> None:
    with pytest.raises(VoicecliError, match="nothing was said"):
        Minutes().export()
