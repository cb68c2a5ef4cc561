"""Which of the listed models is asked."""

from __future__ import annotations

import pytest

from voicecli.remote.listing import choose_model


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
        ("gemini-2.5-flash", ["models/gemini-2.5-flash"], "models/gemini-2.5-flash"),
        ("models/gemini-2.5-flash", ["gemini-2.5-flash"], "gemini-2.5-flash"),
        ("qwen3-8b", ["Qwen/Qwen3-8B", "Qwen/Qwen3-4B"], "Qwen/Qwen3-8B"),
        ("qwen3", ["a/qwen3", "b/qwen3"], None),
        ("QWEN", ["qwen", "a/qwen"], "qwen"),
        (None, ["tts-1", "gpt-4o-mini-tts", "gpt-image-1", "llama-guard3", "gpt-4o"], "gpt-4o"),
        (None, ["gpt-3.5-turbo-instruct", "piper-de", "llama3.2-vision"], "llama3.2-vision"),
    ],
)
def test_choose_model(wanted: str | None, listed: list[str], chosen: str | None) -> None:
    assert choose_model(wanted, listed) == chosen
