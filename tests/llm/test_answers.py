"""What servers answer, and what it means."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecli.llm import answers
from voicecli.remote.listing import model_ids
from voicecli.remote.said import clean, error_text, say_duration


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "1 second"),
        (40, "40 seconds"),
        (60, "60 seconds"),
        (61, "2 minutes"),
        (7201, "3 hours"),
    ],
)
def test_say_duration(seconds: float, said: str) -> None:
    assert say_duration(seconds) == said


KEYS = ["choices", "delta", "message", "content", "finish_reason", "error", "code", "detail"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner),
)


@given(JSON)
def test_any_json_is_a_chunk_or_a_value_error(data: object) -> None:
    try:
        chunk = answers.parse_chunk(json.dumps(data))
    except ValueError:
        assert not isinstance(data, dict)
    else:
        assert isinstance(chunk.content, str)
        assert isinstance(chunk.error, str | None)
    error_text(json.dumps(data))
    model_ids(json.dumps(data).encode())


@given(st.text())
def test_clean_text_is_one_bounded_line(text: str) -> None:
    cleaned = clean(text)
    assert cleaned.isprintable()
    assert len(cleaned) <= 200
