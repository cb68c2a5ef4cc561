"""A table of cases a language: cases/xx.tsv for languages/xx.py."""

from __future__ import annotations

from pathlib import Path

import pytest

import voicecli.languages
from voicecli.languages import language_of
from voicecli.text.aloud import spoken
from voicecli.text.sentences import SentenceSplitter

CASES = Path(__file__).parent / "cases"
CODES = sorted(path.stem for path in CASES.glob("*.tsv"))
MIN_CASES = 60

EARLIER = {"en", "de", "fr", "es", "zh"}
"""Theirs are in tests/data."""


def rows(code: str) -> list[list[str]]:
    lines = (CASES / f"{code}.tsv").read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def said(code: str) -> list[tuple[str, str, str]]:
    return [(code, *row) for row in rows(code) if len(row) == 2]


@pytest.mark.parametrize(
    ("code", "written", "spoken_form"), [row for code in CODES for row in said(code)]
)
def test_what_is_said(code: str, written: str, spoken_form: str) -> None:
    assert spoken(written, code) == spoken_form


@pytest.mark.parametrize(
    ("code", "marked"), [(code, row[0]) for code in CODES for row in rows(code) if len(row) == 1]
)
def test_where_sentences_end(code: str, marked: str) -> None:
    splitter = SentenceSplitter(code, whole=True)
    assert splitter.feed(marked.replace("|", "")) + splitter.finish() == marked.split("|")


def test_every_language_has_a_table_of_cases_that_is_long_enough() -> None:
    room = Path(voicecli.languages.__file__).parent
    languages = {path.stem for path in room.glob("??.py")}
    assert languages - EARLIER == set(CODES)
    for code in CODES:
        assert len(set(map(tuple, rows(code)))) >= MIN_CASES, code
        assert "checked against" in second_source(code)


def second_source(code: str) -> str:
    first_line = (CASES / f"{code}.tsv").read_text("utf-8").splitlines()[0]
    return first_line.partition("; ")[2]


def test_the_documentation_names_the_second_sources() -> None:
    page = (Path(__file__).parents[2] / "docs/languages.md").read_text("utf-8")
    for code in CODES:
        assert f"| {code} | {second_source(code)} |" in page


@pytest.mark.parametrize("code", CODES)
def test_what_a_new_language_has(code: str) -> None:
    language = language_of(code)
    assert language.code == code
    assert language.aloud is not None
    assert len(language.aloud.months) == 12
    assert len(language.aloud.digits) == 10
    for name in ("short_answers", "unfinished_ends", "stop_words", "start_over", "backchannels"):
        table = getattr(language, name)
        assert table, name
        assert all(word == word.lower().strip() for word in table), name
    for name in ("km", "kg", "°C", "%", "h", "min", "s"):
        assert name in language.aloud.units, name
    for name in ("EUR", "USD"):
        assert name in language.aloud.currencies, name
    assert not any(char.isdecimal() for n in range(1200) for char in spoken(f"{n}", code))
