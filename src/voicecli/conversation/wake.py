"""The wake phrase, and what a recogniser makes of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

MIN_SIMILARITY = 0.94
"""Of the letters of each word, as they sound. Of 30 minutes of talk, nothing came as near."""

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_MARKS = " ,.!?;:-–—…，。！？'’"
_UNSPACED = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_SENTENCE_END = re.compile(r"[.!?。！？…]")


@dataclass(frozen=True)
class Called:
    """The phrase was said."""

    rest: str
    """What was said behind it."""


def called_in(text: str, phrase: str) -> Called | None:
    """The phrase, where a sentence of a transcript begins with it or with what sounds like it, or
    where it stands anywhere word for word."""
    if _UNSPACED.search(phrase):
        _, found, rest = text.partition(phrase)
        return Called(rest.lstrip(_MARKS)) if found else None
    words = list(_WORD.finditer(text))
    wanted = _words_of(phrase)
    for i, word in enumerate(words):
        begins = i == 0 or _SENTENCE_END.search(text, words[i - 1].end(), word.start()) is not None
        said = [_word(one[0]) for one in words[i:]]
        n = _n_similar(said, wanted) if begins else len(wanted) * (said[: len(wanted)] == wanted)
        if n:
            return Called(text[words[i + n - 1].end() :].lstrip(_MARKS))
    return None


@dataclass(frozen=True)
class Place:
    """Where the phrase stands in a text, word for word."""

    before: str
    phrase: str
    behind: str

    @property
    def is_set_off(self) -> bool:
        """A mark or nothing follows, as behind whoever is spoken to. Where no blanks are written,
        words tell nothing of it."""
        is_unspaced = _UNSPACED.search(self.phrase) is not None
        return is_unspaced or not self.behind.strip() or not self.behind[0].isspace()

    @property
    def sentence(self) -> str:
        """What follows, to the end of its sentence."""
        end = _SENTENCE_END.search(self.behind)
        return self.behind[: end.end()] if end else self.behind


def places(text: str, phrase: str) -> Iterator[Place]:
    """All of them."""
    if _UNSPACED.search(phrase):
        spans = [found.span() for found in re.finditer(re.escape(phrase), text)]
    else:
        words, wanted = list(_WORD.finditer(text)), _words_of(phrase)
        said, n = [_word(one[0]) for one in words], len(wanted)
        spans = [
            (words[i].start(), words[i + n - 1].end())
            for i in range(len(words) - n + 1)
            if said[i : i + n] == wanted
        ]
    for start, end in spans:
        yield Place(text[:start], text[start:end], text[end:])


def spellings(phrase: str) -> list[tuple[str, ...]]:
    """How a recogniser may write it at the beginning of what was said: its first word, and the
    rest, where there is one."""
    if _UNSPACED.search(phrase):
        return [(phrase,)]
    first, *rest = _words_of(phrase)
    firsts = [f" {first.capitalize()}", *(f" {other}" for other in _OTHERWISE.get(first, ()))]
    if not rest:
        return [(one,) for one in firsts]
    small, large = (" ".join(["", *words]) for words in (rest, map(str.capitalize, rest)))
    return [pair for one in firsts for pair in ((one, small), (one, large), (f"{one},", small))]


_OTHERWISE = {"okay": ("OK",)}
"""One word's other spellings."""

_USUAL = {other.lower(): word for word, others in _OTHERWISE.items() for other in others}


def _word(written: str) -> str:
    """In its usual spelling."""
    word = written.lower()
    return _USUAL.get(word, word)


def _words_of(phrase: str) -> list[str]:
    return [_word(one) for one in _WORD.findall(phrase)]


def is_phrase(text: str, phrase: str) -> bool:
    """A text is that phrase, and at most a word more."""
    called = called_in(text, phrase)
    return called is not None and len(_WORD.findall(called.rest)) <= 1


def _n_similar(said: list[str], wanted: list[str]) -> int:
    """How many of these words are the phrase: each of its words is one of them, or two ("compute
    her"). 0 for none."""
    if not wanted:
        return 0
    best, n_best = 0.0, 0
    for n in (1, 2):
        likeness = _likeness("".join(said[:n]), wanted[0]) if len(said) >= n else 0.0
        if likeness >= MIN_SIMILARITY and likeness > best:
            n_rest = _n_similar(said[n:], wanted[1:])
            if n_rest or len(wanted) == 1:
                best, n_best = likeness, n + n_rest
    return n_best


def _likeness(said: str, wanted: str) -> float:
    """0..1. What begins with another sound is another word: "my computer" is no "computer"."""
    one, other = _sound(said), _sound(wanted)
    if one[:1] != other[:1]:
        return 0.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


_ALIKE = (
    ("ph", "f"), ("ck", "k"), ("qu", "kw"), ("c", "k"), ("q", "k"), ("x", "ks"), ("z", "s"),
    ("ey", "e"), ("ay", "e"), ("ai", "e"), ("ei", "e"), ("y", "i"), ("oo", "u"), ("ou", "u"),
    ("ee", "i"), ("ea", "i"), ("dg", "j"), ("tch", "ch"), ("'", ""), ("’", ""),
)  # fmt: skip
"""Spellings of one sound, in the order in which they are replaced."""


def _sound(letters: str) -> str:
    """The letters as they sound, roughly; none twice in a row."""
    for spelt, sound in _ALIKE:
        letters = letters.replace(spelt, sound)
    return re.sub(r"(.)\1+", r"\1", letters)
