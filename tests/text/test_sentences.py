"""Tests of voicecli.text.sentences: a table of texts, streaming, bounds."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecli.text.sentences import (
    LOOK_AHEAD_CHARS,
    MAX_CHARS,
    MAX_WHOLE_CHARS,
    SentenceSplitter,
    ends_sentence,
    sentences,
    split_sentences,
)

TABLE = Path(__file__).parents[1] / "data" / "spoken_sentences.tsv"
FRAGMENTS = [
    "Hello", "a", " ", "  ", "\n", "\n\n", ". ", ".", "! ", "? ", "...", "… ", "?! ", "。", "！",
    "Mr. ", "e.g. ", "U.S. ", "etc. ", "J. ", "I. ", "3. ", "3.14", "No. ", "XIV. ", "z. B. ",
    "”", '" ', "« ", " »", "\u00a0", ") ", "[[", "]]", "[[ a. b ]]", ", ", "; ", ": ", " - ", "—",
    "word word word word ", "x" * 70, "你好", "，", "The ", "the ",
]  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=4)), max_size=40).map(
    "".join
)
LANGUAGES = st.sampled_from(["en", "de", "fr", "es", "zh", "it", "xx", "en-GB"])


def cases() -> list[tuple[str, list[str]]]:
    found = []
    for line in TABLE.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            language, text = line.split("\t")
            text = text.replace("\\n", "\n").replace("\\t", "\t")
            found.append((language, text.split("|")))
    return found


def stripped(pieces: list[str]) -> list[str]:
    return [piece.strip() for piece in pieces]


def test_the_table_is_long_enough() -> None:
    assert len(cases()) >= 200


@pytest.mark.parametrize(("language", "expected"), cases())
def test_table(language: str, expected: list[str]) -> None:
    text = "".join(expected)
    assert stripped(split_sentences(text, language)) == stripped(expected)


@pytest.mark.parametrize(("language", "expected"), cases())
def test_table_by_character(language: str, expected: list[str]) -> None:
    splitter = SentenceSplitter(language)
    pieces = [piece for char in "".join(expected) for piece in splitter.feed(char)]
    assert stripped(pieces + splitter.finish()) == stripped(expected)


@given(TEXTS, LANGUAGES, st.sampled_from([None, 3]), st.data())
def test_any_deltas_give_the_same_pieces(
    text: str, language: str, clause_words: int | None, data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    if data.draw(st.booleans()):
        cuts = list(range(len(text)))
    splitter = SentenceSplitter(language, clause_words)
    edges = zip([0, *cuts], [*cuts, len(text)], strict=True)
    pieces = [piece for a, b in edges for piece in splitter.feed(text[a:b])]
    pieces += splitter.finish()
    assert pieces == split_sentences(text, language, first_clause_words=clause_words)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(piece.strip() for piece in pieces)


@given(TEXTS, LANGUAGES)
def test_nothing_is_held_longer_than_the_bound(text: str, language: str) -> None:
    splitter = SentenceSplitter(language)
    n_yielded = 0
    for n_fed, char in enumerate(text.replace("\n", " "), start=1):
        n_yielded += sum(map(len, splitter.feed(char)))
        # A short sentence may wait for the one it is spoken with.
        assert n_fed - n_yielded <= MAX_CHARS + LOOK_AHEAD_CHARS + 10


@pytest.mark.parametrize(
    ("before", "last"),
    [
        ("Hello there.", " "),
        ("Hello there!", " "),
        ("Is it five?", "\n"),
        ("A heading", "\n"),
        ("It is 3.14.", " "),
        ("Mr. Smith left.", " "),
        ("你好吗？", "我"),
    ],
)
def test_one_character_is_enough(before: str, last: str) -> None:
    splitter = SentenceSplitter()
    assert splitter.feed(before) == []
    assert stripped(splitter.feed(last)) == [before]


def test_the_first_clause_may_be_a_piece() -> None:
    text = "Well, I think that this is good, but it is not great, is it? Yes, it is, I say."
    assert split_sentences(text, first_clause_words=4) == [
        "Well, I think that this is good, ",
        "but it is not great, is it? ",
        "Yes, it is, I say.",
    ]
    splitter = SentenceSplitter(first_clause_words=4)
    assert splitter.feed("Well, I think that,") == []
    assert splitter.feed(" ") == ["Well, I think that, "]


@pytest.mark.parametrize("mark", [";", ":", " -", " –", " —"])
def test_what_ends_a_first_clause(mark: str) -> None:
    text = f"One two three four{mark} and five."
    assert split_sentences(text, first_clause_words=4)[0].strip() == f"One two three four{mark}"


def test_numbers_end_no_clause() -> None:
    text = "We sold about 1,234 of the 10:30 tickets."
    assert split_sentences(text, first_clause_words=2) == [text]


def test_short_sentences_join_the_next_but_not_the_first() -> None:
    assert split_sentences("Yes. No. Maybe so. Bye.") == ["Yes. ", "No. Maybe so. ", "Bye."]


def whole(text: str, language: str = "en") -> list[str]:
    splitter = SentenceSplitter(language, whole=True)
    return splitter.feed(text) + splitter.finish()


def test_whole_sentences_are_neither_merged_nor_cut() -> None:
    long = "it goes on, " * 30 + "and ends. "
    assert whole("One. Two. Mr. Ex. 1. Salt\n2. Oil\n" + long + "Three.") == [
        "One. ", "Two. ", "Mr. Ex. ", "1. Salt\n", "2. Oil\n", long, "Three.",
    ]  # fmt: skip
    assert whole("好。你来吗？", "zh") == ["好。", "你来吗？"]
    assert max(map(len, whole("word " * 1000))) <= MAX_WHOLE_CHARS + 1


def test_long_text_is_cut_at_a_clause() -> None:
    clause = "and so it goes on and on, "
    pieces = split_sentences(clause * 40)
    assert max(map(len, pieces)) <= MAX_CHARS + 1
    assert all(piece.endswith(", ") for piece in pieces)


def test_long_text_without_clauses_is_cut_at_a_space() -> None:
    pieces = split_sentences("word " * 200)
    assert max(map(len, pieces)) <= MAX_CHARS + 1
    assert all(piece.startswith("word") and piece.endswith("word ") for piece in pieces)


def test_phonemes_stay_whole() -> None:
    text = "word " * 46 + "[[ a. b! c d e f g ]] and more words."
    pieces = split_sentences(text)
    assert len(pieces) == 2
    assert pieces[1].startswith("[[ a. b! c d e f g ]]")


def test_ends_sentence() -> None:
    assert ends_sentence("It is done.")
    assert not ends_sentence("“Done!”")  # "he said" may follow
    assert not ends_sentence("I met Mr.")
    assert not ends_sentence("no end")
    assert not ends_sentence("")


async def deltas_of(text: str, closed: list[bool]) -> AsyncIterator[str]:
    try:
        for char in text:
            yield char
    finally:
        closed.append(True)


def test_the_first_sentence_comes_before_the_rest_is_pulled() -> None:
    async def first() -> tuple[str, list[bool]]:
        closed: list[bool] = []
        source = deltas_of("Hello there. And much more", closed)
        async with aclosing(sentences(source)) as pieces:
            piece = await anext(pieces)
            assert await anext(source) == "A"
        return piece, closed

    assert asyncio.run(first()) == ("Hello there. ", [True])


def test_a_source_that_is_no_generator_will_do() -> None:
    class Source:
        def __init__(self) -> None:
            self.left = ["One two three. ", "Four five six."]

        def __aiter__(self) -> Source:
            return self

        async def __anext__(self) -> str:
            if not self.left:
                raise StopAsyncIteration
            return self.left.pop(0)

    async def collect() -> list[str]:
        return [piece async for piece in sentences(Source())]

    assert asyncio.run(collect()) == ["One two three. ", "Four five six."]


def test_import_is_light() -> None:
    code = (
        "import sys, voicecli.text.sentences, voicecli.text.markdown, voicecli.text.aloud;"
        "heavy = {'numpy', 'markdown_it', 'unicode_rbnf'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
