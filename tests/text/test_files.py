"""Tests of voicecli.text.files: encodings and subtitles, cut anywhere."""

from __future__ import annotations

import pytest

from voicecli.text.files import Subtitles, TextDecoder

TEXT = "It's a café — she said “no”. Привет.\n"
SRT = """1
00:00:34,740 --> 00:00:37,050
Let me say first what it is about.

2
00:00:38,570 --> 00:00:40,370
<i>Then</i> we look at the {\\an8}tools
that we need.
"""
SAID = "Let me say first what it is about.\nThen we look at the tools\nthat we need.\n"
VTT = """WEBVTT - a title
Kind: captions

STYLE
::cue { color: red }

NOTE
this is a comment
in two lines

intro
00:34.740 --> 00:37.050 align:start position:0%
<v Ann>Let me say first what it is about.

00:00:38.570 --> 00:00:40.370
<c.loud>Then</c> we look<00:00:39.000> at the tools
that we need.
"""
SIZES = [1, 2, 3, 7, 4096]


def decoded(data: bytes, size: int) -> tuple[str, bool]:
    decoder = TextDecoder()
    pieces = [decoder.decode(data[i : i + size]) for i in range(0, len(data), size)]
    return "".join(pieces) + decoder.decode(b"", final=True), decoder.is_windows


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_unicode_is_known_by_its_bytes(encoding: str, size: int) -> None:
    assert decoded(("Some text first. " + TEXT).encode(encoding), size)[0].endswith(TEXT)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_no_utf_8_is_windows_1252(size: int) -> None:
    text = "It's a café — she said “no”. 5 €\n"
    assert decoded(text.encode("cp1252"), size) == (text, True)
    assert decoded(b"plain", size) == ("plain", False)


@pytest.mark.parametrize("size", SIZES)
def test_a_broken_byte_among_utf_8_is_one_broken_letter(size: int) -> None:
    text, is_windows = decoded("Привет ".encode() + b"\xff" + " café".encode(), size)
    assert not is_windows
    assert text == "Привет \ufffd café"


@pytest.mark.parametrize("data", [b"", b"a", b"\xff", b"\xef\xbb", b"\xfe\xff"])
def test_short_texts(data: bytes) -> None:
    assert len(decoded(data, 1)[0]) <= len(data)


def told(text: str, size: int) -> str:
    subtitles = Subtitles()
    pieces = [subtitles.feed(text[i : i + size]) for i in range(0, len(text), size)]
    return "".join(pieces) + subtitles.feed("", final=True)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("text", [SRT, VTT, "\n" + SRT, SRT.partition("\n")[2]])
def test_subtitles_are_said_without_times_and_marks(text: str, size: int) -> None:
    assert told(text, size) == SAID


@pytest.mark.parametrize("size", SIZES)
def test_lines_of_dos(size: int) -> None:
    assert told(SRT.replace("\n", "\r\n"), 4096) == SAID


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "text",
    [
        "Hello there.",
        "1\n2\n3\n",
        "12",
        "2024\nwas a year.\n\nIt was.",
        "We met at\n00:00:34,740 --> 00:00:37,050 or so.",
        "WEBVTTX",
        "10:30 it is.\nGood.",
        "",
    ],
)
def test_other_text_stays(text: str, size: int) -> None:
    assert told(text, size) == text


def test_text_begins_at_once() -> None:
    assert Subtitles().feed("Hello") == "Hello"
