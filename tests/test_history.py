from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecli.history import History, heard_words
from voicecli.llm import Message


def test_consecutive_user_messages_are_one() -> None:
    history = History("Be brief.")
    history.add_user("what is seven")
    history.add_user("plus twelve")
    assert history.messages == [Message("user", "what is seven plus twelve")]
    assert history.unanswered


def test_a_reply_nobody_heard_is_not_remembered() -> None:
    history = History()
    history.add_user("hello")
    history.add_assistant("")
    assert history.messages == [Message("user", "hello")]
    history.add_assistant("Hello to you.")
    assert not history.unanswered


def test_with_user_remembers_nothing() -> None:
    history = History("Be brief.")
    history.add_user("hello")
    assert history.with_user("there") == [
        Message("system", "Be brief."),
        Message("user", "hello there"),
    ]
    assert history.with_user("") == [Message("system", "Be brief."), Message("user", "hello")]
    assert history.messages == [Message("user", "hello")]


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        (0, ""),
        (100, "Seven plus twelve"),
        (99, "Seven plus"),
        (60, "Seven plus"),
        (58, "Seven"),
        (31, "Seven"),
        (20, ""),
    ],
)
def test_heard_words(heard: int, expected: str) -> None:
    assert heard_words("Seven plus twelve", heard, 100) == expected


def test_a_clip_without_samples_was_heard() -> None:
    assert heard_words("...", 0, 0) == "..."


@given(st.text(max_size=60), st.integers(0, 100))
def test_heard_words_are_a_beginning(text: str, heard: int) -> None:
    words = heard_words(text, heard, 100)
    assert text.startswith(words)
    rest = text[len(words) :]
    assert not words or not rest or rest[0].isspace()
