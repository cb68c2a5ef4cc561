"""Where an answer that is still being written may be cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecli.terminal.overflow import cuts, overflow


@pytest.mark.parametrize(
    ("text", "finished"),
    [
        ("One. Two. Thr", ["One. ", "One. Two. "]),
        ("One\n\nTwo", ["One\n\n"]),
        ("1. one\n2. two\n", ["1. one\n"]),
        ("1. One. Two", ["1. One. "]),
        ("**One. Two.** Three. Fo", ["**One. Two.** ", "**One. Two.** Three. "]),
        ("```sh\na\nb\n```\nc", ["```sh\na\n```", "```sh\na\nb\n```", "```sh\na\nb\n```\n"]),
        ("| a. b | c |\n|---|---|\n| d. e | f |\n", []),
        ("你好。世界", ["你好。"]),
        ("no end of it", []),
    ],
)  # fmt: skip
def test_cuts(text: str, finished: list[str]) -> None:
    assert [part for part, _ in cuts(text)] == finished


def test_code_stays_code_on_both_sides() -> None:
    assert next(cuts("```sh\na\nb\n```\n")) == ("```sh\na\n```", "```sh\nb\n```\n")


@given(st.text("ab. \n*`|-1#。"))
def test_nothing_is_lost_or_doubled(text: str) -> None:
    for finished, rest in cuts(text):
        if "```" not in text and "~~~" not in text:
            assert finished + rest == text
        assert len(finished) + len(rest) >= len(text)


def test_no_more_goes_than_has_to() -> None:
    assert overflow("One. Two. Three.", lambda rest: len(rest) < 12) == ("One. ", "Two. Three.")
    assert overflow("One. Two.", lambda rest: True) == ("", "One. Two.")
    assert overflow("One. Two. Three", lambda rest: False) == ("One. Two. ", "Three")
