"""Recognised Mandarin: its characters and its punctuation."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from voicecli.cli.main import app
from voicecli.settings import Script
from voicecli.stt.chinese import in_script, prompt_for, without_prompt


@pytest.mark.parametrize(
    ("text", "script", "written"),
    [
        ("漢字轉換，頭髮和發現。", "hans", "汉字转换，头发和发现。"),
        ("汉字转换，头发和发现。", "hant", "漢字轉換，頭髮和發現。"),
        ("汉字", "hans", "汉字"),
        ("汉字 and 漢字", None, "汉字 and 漢字"),
        ("", "hans", ""),
    ],
)
def test_one_script(text: str, script: Script | None, written: str) -> None:
    assert in_script([text], "zh", script) == [written]


def test_a_word_is_written_by_its_neighbours() -> None:
    assert in_script(["头", "发", "，", "发", "现"], "zh", "hant") == ["頭", "髮", "，", "發", "現"]


def test_other_languages_keep_their_letters() -> None:
    assert in_script(["漢字"], "ja", "hans") == ["漢字"]
    assert in_script(["漢字"], "cmn", "hans") == ["汉字"]


def test_whisper_is_shown_punctuation_in_the_wanted_characters() -> None:
    assert prompt_for("zh", None) == prompt_for("zh", "hans") == "以下是普通话的句子。"
    assert prompt_for("zh", "hant") == "以下是普通話的句子。"
    assert prompt_for("ja", "hans") is None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("以下是普通话的句子。", ""),
        ("以下是普通話的句子", ""),
        ("以下是普通话的句子，对吗？", "以下是普通话的句子，对吗？"),
        ("你好。", "你好。"),
    ],
)
def test_the_prompt_itself_was_not_said(text: str, left: str) -> None:
    assert without_prompt(text) == left


@pytest.mark.parametrize("command", ["talk", "transcribe"])
def test_another_script_is_refused(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--script", "cyrillic"])
    assert result.exit_code == 2
    assert "'hans', 'hant'" in result.stderr
