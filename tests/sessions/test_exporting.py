"""A session in every format."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

from session_files import record, turn
from voicecli.sessions.exporting import FORMATS, export
from voicecli.sessions.reading import read

HOSTILE = "<script>alert(1)</script> \x1b[2J *not* bold\n\n# no heading\u202e"


@pytest.fixture
def session():
    return read(
        record(
            *turn("hello", "One.", "Two.", at=16_000),
            *turn("go on", "Three four.", at=96_000, number=3, heard="Three"),
            n_frames=500,
        )
    )


def test_text(session) -> None:
    assert export(session, "txt").split("\n", 1)[1] == (
        "\nyou: hello\n\nai: One. Two.\n\nyou: go on\n\nai: Three (cut off)\n"
    )


def test_markdown(session) -> None:
    text = export(session, "md")
    assert text.startswith("# Conversation of 2026-03-14 ")
    assert "**You** (0:01): hello\n" in text
    assert "**Assistant** (0:02): One. Two.\n" in text


def test_json(session) -> None:
    told = json.loads(export(session, "json"))
    assert told["n_turns"] == 2
    assert told["said"][0] == {
        "speaker": "you",
        "text": "hello",
        "start_sample": 16_000,
        "end_sample": 32_000,
        "cut_off": False,
        "sentences": [],
    }
    assert told["said"][1]["sentences"][1] == {"text": "Two.", "first_sample": 52_000}


def test_subtitles(session) -> None:
    srt = export(session, "srt")
    assert "1\n00:00:01,000 --> 00:00:02,000\n[you]: hello\n" in srt
    assert "00:00:03,250 --> " in srt
    assert "[ai]: Two." in srt
    assert export(session, "vtt").startswith("WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n")


def test_a_page_shows_words_as_they_are() -> None:
    class Page(HTMLParser):
        tags: list[str] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:
            self.tags.append(tag)

    text = export(read(record(*turn(HOSTILE, HOSTILE, at=0))), "html")
    page = Page()
    page.feed(text)
    assert "script" not in page.tags
    assert "&lt;script&gt;" in text
    assert "src=" not in text, "it needs nothing else"


@pytest.mark.parametrize("file_format", FORMATS)
def test_no_format_steers_a_terminal(file_format: str) -> None:
    text = export(read(record(*turn(HOSTILE, HOSTILE, at=0))), file_format)
    assert "\x1b" not in text
    assert file_format == "json" or "\u202e" not in text


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_session_without_a_word(file_format: str) -> None:
    assert "you" not in export(read(record()), file_format)
