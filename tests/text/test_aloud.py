"""Tests of voicecli.text.aloud: a table a language, pronunciations, any text at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecli.languages import language_of
from voicecli.text.aloud import pronounce, spoken
from voicecli.text.aloud.reader import roman
from voicecli.text.aloud.zh import Chinese

TABLES = Path(__file__).parents[1] / "data"
FRAGMENTS = [
    "$", "€", "5", "1,234", "3.14", "1.234,5", "%", " km", "km/h", "-", "–", "/", ":", "3:45",
    " pm",
    "1/2", "½", "(", ")", "=", "x", "m", "h", "am", "Mon", "Fr.", "9:00", "~/a", "ein 3. ", "~",
    "²", "٣", "2024", "May 3", "3. Mai", "Dr. ", "e.g. ", "U.S. ", "XIV", "XXe", "1er",
    "2º", "[[ a ]]", "[[", "]]", "a@b.com", "http://x.y", "main.py", "#", "&", "+", " = ", "~",
    "°C",
    "年", "月", "个", "万", ".", ",", "!", " ", "\n", "word", "AWS", "0" * 20, "9" * 30, "\ud800",
]  # fmt: skip


def cases(name: str) -> list[tuple[str, str, str]]:
    lines = (TABLES / name).read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [(language, written.replace("\\n", "\n"), said) for language, written, said in rows]


WORDS = sorted({word for row in cases("spoken_forms.tsv") for word in row[1].split()})
TEXTS = st.builds(
    str.join,
    st.sampled_from(["", " "]),
    st.lists(
        st.one_of(st.sampled_from(FRAGMENTS), st.sampled_from(WORDS), st.text(max_size=4)),
        max_size=25,
    ),
)


@pytest.mark.parametrize(
    ("language", "n_rows"), [("en", 200), ("de", 100), ("fr", 100), ("es", 100), ("zh", 100)]
)
def test_the_table_is_long_enough(language: str, n_rows: int) -> None:
    rows = {row for row in cases("spoken_forms.tsv") if row[0].split("-")[0] == language}
    assert len(rows) >= n_rows


@pytest.mark.parametrize(("language", "written", "said"), cases("spoken_forms.tsv"))
def test_table(language: str, written: str, said: str) -> None:
    assert spoken(written, language) == said


HELD_OUT_RATE = 0.98
"""So many of the rows that no rule was made for must come out right."""


def test_held_out_rows() -> None:
    """It tells how many are right and not which: who reads a row makes a rule for it."""
    rows = cases("spoken_forms_held_out.tsv")
    n_right = sum(spoken(written, language) == said for language, written, said in rows)
    assert n_right >= HELD_OUT_RATE * len(rows), f"{n_right} of {len(rows)} are right"


@given(TEXTS, st.sampled_from(["en", "en-GB", "de", "fr", "es", "zh", "it", "ru", "xx", ""]))
def test_any_text_is_read(text: str, language: str) -> None:
    said = spoken(text, language)
    assert not said or said[-1] not in " \n"
    assert "\n" not in said.replace("[[", "").split("]]")[-1]


@given(st.lists(st.sampled_from(["so", "it", "goes", "on", "and"]), min_size=1, max_size=20))
def test_plain_words_stay(words: list[str]) -> None:
    text = " ".join(words)
    assert spoken(text, "en") == text + "."


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "zh"])
@given(n=st.integers(0, 999_999_999))
def test_no_digit_is_left(language: str, n: int) -> None:
    assert not any(char.isdecimal() for char in spoken(f"{n}", language))


def test_pronunciations() -> None:
    words = {"voicecli": "voice C L I", "GIF": "jif", "nginx": "[[ ˈɛndʒɪn ɛks ]]", "": "nothing"}
    assert pronounce("VoiceCLI, a gif, a GIF and nginx.", words) == (
        "voice C L I, a gif, a jif and [[ ˈɛndʒɪn ɛks ]]."
    )
    assert spoken("5 nginx", "en", words) == "five [[ ˈɛndʒɪn ɛks ]]."
    assert spoken("[[ nginx ]] and nginxes", "en", words) == "[[ nginx ]] and nginxes."
    assert spoken("It is 5.", "en", {}) == "It is five."


def test_punctuation_alone_says_nothing() -> None:
    assert spoken("... !", "en") == ""
    assert spoken("", "en") == ""
    assert spoken("。", "zh") == ""


@pytest.mark.parametrize(
    ("text", "value"), [("IV", 4), ("XIV", 14), ("MMXXIV", 2024), ("IIII", None), ("", None)]
)
def test_roman(text: str, value: int | None) -> None:
    assert roman(text) == value


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "零"), (10, "十"), (20, "二十"), (101, "一百零一"), (110, "一百一十"),
        (1001, "一千零一"),
        (100_005_000, "一亿零五千"), (1_000_000_000, "十亿"), (200_010_000, "两亿零一万"),
        (1_005_000, "一百万五千"), (10_000_005, "一千万零五"),
        (1010, "一千零一十"), (10_001, "一万零一"), (100_010, "十万零一十"),
        (100_000_001, "一亿零一"),
        (12_345_678, "一千二百三十四万五千六百七十八"),
    ],
)  # fmt: skip
def test_chinese_number(value: int, said: str) -> None:
    assert Chinese(language_of("zh")).cardinal(value) == said
