"""Which of the listed models is asked."""

from __future__ import annotations

import pytest

from voicecli.llm.listing import choose_model


@pytest.mark.parametrize(
    ("wanted", "listed", "chosen"),
    [
        (None, ["llama3.2:latest", "qwen"], "llama3.2:latest"),
        (None, ["nomic-embed-text", "qwen"], "qwen"),
        (None, ["bge-m3", "all-MiniLM-L6", "whisper-1", "llama"], "llama"),
        (None, ["nomic-embed-text"], "nomic-embed-text"),
        (None, [], None),
        ("qwen", ["llama", "qwen"], "qwen"),
        ("llama3.2", ["llama3.2:latest"], "llama3.2:latest"),
        ("llama", ["llama3.2"], None),
        ("nomic-embed-text", ["nomic-embed-text"], "nomic-embed-text"),
    ],
)
def test_choose_model(wanted: str | None, listed: list[str], chosen: str | None) -> None:
    assert choose_model(wanted, listed) == chosen
