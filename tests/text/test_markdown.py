"""Tests of voicecli.text.markdown: a table of markdown, streaming, bounds."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecli.text.markdown import TAKEN_BACK, Speakable, speakable, speakable_text
from voicecli.text.markdown.running import MAX_PIECE_CHARS
from voicecli.text.markdown.turns import OwnTurn
from voicecli.text.sentences import sentences, split_sentences

TABLE = Path(__file__).parents[1] / "data" / "spoken_speakable.tsv"
FRAGMENTS = [
    "Hello", "**", "**Title**", ":** ", "✅ ", "1️⃣", "a) ",
    "*", "_", "`", "```", "~~~", "~~", "\n", "\n\n", " ", "  ", "    ", "\t", "# ",
    "- ", "1. ", "> ", "[", "]", "](", "](http://x.y/z)", ")", "<think>", "</think>", "<b>", "<",
    "<br>", "<|x|>", "<|channel|>analysis<|message|>", "<|end|>", "[THINK]", "[/THINK]", "◁think▷",
    '{"name": "f", "arguments": {}}', "{", "[1]", " [2], ", "【1†a】", "<start_of_turn>model\n",
    "<!--", "-->", "|", "|---|---|\n", "a|b\n", "-|-\n", "$$", "$x^2$", "\\(",
    "\\)", "\\[", "\\]", "\\", "http://a.b/c. ", "Mr. ", "3.14", "... ", "。", "”", "[[ a.b ]]",
    "[[", "]]", "😀", "\x1b[31m", "\x1b]0;x\x07", "\x1b", "\r\n", "\r", "&amp;", "===\n", "---\n",
    "[a]: b\n", "<style>", "</style>", "<your-name>", "</your-name>", "<sup>2</sup>",
    "word word ", "x" * 70, "\u200b", "\ud800", "你好，",
]  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=4)), max_size=40).map(
    "".join
)
LANGUAGES = st.sampled_from(["en", "de", "fr", "es", "zh", "xx", "en-GB"])
ESCAPE = re.compile(r"\\x([0-9a-f]{2})|\\u([0-9a-f]{4})|\\([\\nrt])")


def unescape(text: str) -> str:
    def char(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        return (
            chr(int(code, 16)) if code else {"\\": "\\", "n": "\n", "r": "\r", "t": "\t"}[found[3]]
        )

    return ESCAPE.sub(char, text)


def cases() -> list[tuple[str, str, str]]:
    found = []
    for line in TABLE.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            language, markdown, said = line.split("\t")
            found.append((language, unescape(markdown), unescape(said)))
    return found


def said_of(deltas: Sequence[str], language: str = "en", *, thinks_first: bool = False) -> str:
    """All that is said in the end, without what was taken back."""
    speaker = Speakable(language, thinks_first=thinks_first)
    said = ""
    for step in (*(partial(speaker.feed, delta) for delta in deltas), speaker.finish):
        piece = step()
        said = piece if speaker.was_thought() else said + piece
    return said.strip()


def test_the_table_is_long_enough() -> None:
    assert len(cases()) >= 200


@pytest.mark.parametrize(("language", "markdown", "said"), cases())
def test_table(language: str, markdown: str, said: str) -> None:
    assert speakable_text(markdown, language) == said


@pytest.mark.parametrize(("language", "markdown", "said"), cases())
def test_table_by_character(language: str, markdown: str, said: str) -> None:
    assert said_of(list(markdown), language) == said


@given(TEXTS, LANGUAGES, st.data())
def test_any_deltas_give_the_same_text(text: str, language: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    if data.draw(st.booleans()):
        cuts = list(range(len(text)))
    edges = zip([0, *cuts], [*cuts, len(text)], strict=True)
    said = said_of([text[a:b] for a, b in edges], language)
    assert said == speakable_text(text, language)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", said)


@given(st.text(alphabet="abc XYZ.,!?äß", max_size=200))
def test_plain_text_loses_nothing(text: str) -> None:
    text = text.lstrip()  # four blanks before it would make it code
    assert speakable_text(text).split() == text.split()


@given(st.text(alphabet="xyz 8()<>,.!='\"$", max_size=100))
def test_what_only_looks_like_markup_loses_no_word(text: str) -> None:
    text = f"x {text}"
    assert re.findall(r"\w", speakable_text(text)) == re.findall(r"\w", text)


@given(st.text(max_size=60), st.text(max_size=60), st.data())
def test_thoughts_are_never_said(before: str, thought: str, data: st.DataObject) -> None:
    before = re.sub(r"\W", "", before)
    thought = re.sub(r"[\x1b\x9b]|</", "", thought)  # what would eat the closing tag, or make one
    text = f"{before} <think>SECRET{thought}</think> after"
    at = data.draw(st.integers(0, len(text)))
    speaker = Speakable()
    said = speaker.feed(text[:at]) + speaker.feed(text[at:]) + speaker.finish()
    assert "SECRET" not in said
    assert said.rstrip().endswith("after")


def test_cleaned_of_escapes_cut_anywhere() -> None:
    text = "a\x1b[1;31mb\x1b]8;;http://x\x1b\\c\x1b(Bd\x9b0me\x1bcf"
    assert speakable_text(text) == "abcdef"
    speaker = Speakable()
    assert "".join(map(speaker.feed, text)) + speaker.finish() == "abcdef\n"


def test_words_come_with_the_space_after_their_full_stop() -> None:
    speaker = Speakable()
    assert speaker.feed("**Hello there**.") == ""
    assert speaker.feed(" ") == "Hello there. "
    assert speaker.feed("More. ") == "More. "


@pytest.mark.parametrize(
    "markdown", ["A [link. Of", "Some `code. And", "A <b. And", "A $x. And", "A \\(x. And"]
)
def test_nothing_is_cut_inside_markup(markdown: str) -> None:
    speaker = Speakable()
    assert "." not in speaker.feed(markdown + " more")


@pytest.mark.parametrize("markdown", ["$x$", "$[0, 1)$", "\\([0, 1)\\)", "$5", "<b>x</b>", "<br>"])
def test_what_is_closed_is_not_waited_for(markdown: str) -> None:
    speaker = Speakable()
    assert "Done." in speaker.feed(f"So {markdown} it is. Done. And")


def test_long_text_without_punctuation_is_handed_on() -> None:
    speaker = Speakable()
    assert len(speaker.feed("word " * 100)) > 200


@pytest.mark.parametrize("pattern", ["[", "[[", "`x ", "x", "](", "<a", "\x1b[", "**a", "$a", "|"])
def test_no_text_is_held_without_bound(pattern: str) -> None:
    speaker = Speakable()
    text = "a " + pattern * (20_000 // len(pattern))
    said = "".join(speaker.feed(text[i : i + 7]) for i in range(0, len(text), 7))
    rest = speaker.finish()
    assert len(rest) <= 4 * MAX_PIECE_CHARS
    assert (said + rest).strip() == speakable_text(text)


def test_the_first_sentence_is_out_before_the_paragraph_ends() -> None:
    pulled: list[str] = []

    async def deltas() -> AsyncIterator[str]:
        try:
            for delta in ["**It", " is", " done**", ".", " And", " then", " more"]:
                pulled.append(delta)
                yield delta
        finally:
            pulled.append("closed")

    async def first() -> str:
        async with (
            aclosing(speakable(deltas())) as plain,
            aclosing(sentences(plain)) as pieces,
        ):
            sentence = await anext(pieces)
            assert pulled[-1] == " And"
            return sentence

    assert asyncio.run(first()) == "It is done. "
    assert pulled[-1] == "closed"


def test_a_reply_as_sentences() -> None:
    markdown = "## Tea\n\n1. Boil **water**.\n2. Wait 3.5 min.\n\n```sh\nmake tea\n```\nEnjoy it!"
    assert [piece.strip() for piece in split_sentences(speakable_text(markdown))] == [
        "Tea",
        "1. Boil water.",
        "2. Wait 3.5 min.",
        "Code shown on screen.",
        "Enjoy it!",
    ]


def test_a_long_table_is_not_read_to_the_end() -> None:
    rows = "".join(f"| {n} | {n * n} |\n" for n in range(100))
    said = speakable_text("| n | square |\n|---|---|\n" + rows).splitlines()
    assert len(said) == 13
    assert said[-1] == "The rest of the table is shown on screen."


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_a_model_that_thinks_first_is_waited_for(size: int) -> None:
    def said(text: str) -> str:
        return said_of([text[i : i + size] for i in range(0, len(text), size)], thinks_first=True)

    assert said("They ask.\n\n- a\n</think>\n\nIt is **Paris**.") == "It is Paris."
    assert said("No thought at all. It is **Paris**.") == "No thought at all. It is Paris."
    speaker = Speakable(thinks_first=True)
    assert speaker.feed("They ask. They do. ") == ""


def test_what_was_taken_back_is_told() -> None:
    async def deltas() -> AsyncIterator[str]:
        for delta in ["They ask. They", " do.\n</thi", "nk>It is", " Paris. Done."]:
            yield delta

    async def pieces() -> list[str]:
        async with aclosing(sentences(speakable(deltas()))) as found:
            return [piece async for piece in found]

    found = asyncio.run(pieces())
    assert found == ["They ask. ", TAKEN_BACK, "It is Paris. ", "Done.\n"] or found == [
        "They ask. ",
        TAKEN_BACK,
        "It is Paris. Done.\n",
    ]
    assert found[1] is TAKEN_BACK


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    ("reply", "language", "own"),
    [
        ("It is Paris.\nUser: And Spain?\nAssistant: Madrid.", "en", "It is Paris.\n"),
        ("Assistant: Paris.", "en", "Paris."),
        ("**Assistant:** Paris.\n\n**Human:** Hm", "en", "Paris.\n\n"),
        ("Paris.\n### User: Hm", "en", "Paris.\n"),
        ("Paris.\nNutzer: Hm", "de", "Paris.\n"),
        ("巴黎。\n用户：西班牙呢？", "zh", "巴黎。\n"),
        ("User: that is the word.", "en", "User: that is the word."),
        ("The user: me.\nUsers: many.\nA user: x", "en", "The user: me.\nUsers: many.\nA user: x"),
        ("Human", "en", "Human"),
        ("\n\nHello\n  there", "en", "\n\nHello\n  there"),
        ("", "en", ""),
    ],
)
def test_own_turn(reply: str, language: str, own: str, size: int) -> None:
    turn = OwnTurn(language)
    pieces = [turn.feed(reply[i : i + size]) for i in range(0, len(reply), size)]
    assert "".join(pieces) + turn.finish() == own
