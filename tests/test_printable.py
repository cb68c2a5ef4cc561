"""What may reach a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecli.printable import in_one_line, printable, visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("a\u202eb\x07c\x9b2J", "abc2J"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("é 日本 🙂", "é 日本 🙂"),
    ],
)
def test_printable(text: str, expected: str) -> None:
    assert printable(text) == expected


@given(st.text())
def test_nothing_steers_or_hides(text: str) -> None:
    shown = printable(text)
    assert {unicodedata.category(c) for c in shown if c not in "\n\t"}.isdisjoint(
        {"Cc", "Cf", "Cs"}
    )
    assert printable(shown) == shown


@given(st.text())
def test_one_line_can_steer_no_terminal(text: str) -> None:
    shown = in_one_line(text)
    assert all(char.isprintable() for char in shown)
    assert shown == shown.strip()
    assert in_one_line(shown) == shown
    assert len(in_one_line(text, 20)) <= 20


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("two\nlines\u2028and\u00a0a\tthird", "two lines and a third"),
        ("so\u00adft, na\u200cme", "soft, name"),
        ("a\x1b[2Jb\x00c", "a [2Jb c"),
    ],
)
def test_one_line(text: str, expected: str) -> None:
    assert in_one_line(text) == expected


def test_of_a_name_nothing_is_lost() -> None:
    assert visible("a\n\x1b\u202e\udcffé") == r"a\n\x1b\u202e\udcffé"
    assert visible("two\nlines\x07", keep="\n") == "two\nlines\\x07"
