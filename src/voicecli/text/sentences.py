"""Cut arriving text into sentences. Pure: no clock, no model; the same result for any deltas.

A sentence leaves as soon as it is certain: with the one character after its final punctuation, or
later where the text is ambiguous ("Mr.", "U.S.", "3.", an ellipsis, a closing quote), and never
later than `MAX_CHARS` plus a short look-ahead. No library does this: sentence-stream waits for the
next sentence's first word and splits "e.g. Paris", pysbd wants the whole text, and both lose white
space.

Pieces keep the white space they came with: but for blank lines `"".join(pieces)` is the text. Strip
them to speak.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager

from voicecli.languages import language_of
from voicecli.text.full_stops import CLOSING, FullStop, StopKind
from voicecli.text.words import words_of

MIN_CHARS = 10
"""A shorter sentence is spoken together with the next one: Piper makes very short ones badly. Not
the first of a reply: there it would cost latency."""

MAX_CHARS = 240
"""Longer text without an end is cut at a clause, else at a space. About 15 s of speech."""

MAX_WHOLE_CHARS = 2400
"""The same where sentences are wanted whole: no writer's sentence is longer."""

FIRST_CLAUSE_WORDS = 4
"""Where someone waits for the first sound, a first clause of so many words is spoken by itself;
shorter sounds cut off."""

MAX_WIDE_CHARS = 80
"""The same for Chinese, Japanese and Korean, where a character is a syllable or more."""

LOOK_AHEAD_CHARS = 48
"""How much after a full stop may be looked at, in ambiguous places only."""


class _TakenBack(str):
    __slots__ = ()


TAKEN_BACK = _TakenBack()
"""A piece of text that says: all before it was a thought, and is not to be said."""

_WIDE_ENDS = "。！？｡︒"
_OTHER_ENDS = "؟۔।॥։።၊။។៕"
_ENDS = ".!?…" + _WIDE_ENDS + _OTHER_ENDS
WIDE_CLOSING = "」』）》】〉"
"""Brackets and quotes that close in Chinese and Japanese."""
_CLOSERS = CLOSING + WIDE_CLOSING + "'›*_〕］"
_ELSEWHERE_OPENERS = "“«‘"
"""Quotes that close in German or Danish, and open in Chinese."""
_OPENERS = "\"'“‘„«‹([{*_¿¡（「『《【"
WIDE_CLAUSES = "，、；："
_CLAUSES = ",;:—–،؛" + WIDE_CLAUSES
_NO_BREAK_SPACES = "\u00a0\u202f\u2007"

_RUN = re.compile(f"[{re.escape(_ENDS)}]+")
_AFTER = re.compile(f"[{re.escape(_CLOSERS + _ELSEWHERE_OPENERS)}]*")
_AFTER_WIDE = re.compile(f"[{re.escape(_CLOSERS)}]*")
_CANDIDATE = re.compile(rf"\n|\[\[|[{re.escape(_ENDS)}]")
_CANDIDATE_OR_CLAUSE = re.compile(rf"\n|\[\[|[{re.escape(_ENDS)}]|[{_CLAUSES}]| -(?= )")
_CLAUSE_END = re.compile(rf"(?:[,;:—–،؛)]| -)(?=\s)|—|[{WIDE_CLAUSES}]")
_LAST_WORD = re.compile(r"\S*\Z")
_NEXT_WORD = re.compile(r"\s+[\"'“‘„«(\[*_¿¡]*([^\W_]*)")


_WAIT = -1
_NO = -2


class SentenceSplitter:
    """What `sentences` runs on: feed text, get the sentences that it completes."""

    def __init__(
        self, language: str = "en", first_clause_words: int | None = None, *, whole: bool = False
    ) -> None:
        self._language = language_of(language)
        self._max = MAX_WIDE_CHARS if self._language.is_wide else MAX_CHARS
        self._min = MIN_CHARS // 3 if self._language.is_wide else MIN_CHARS
        if whole:
            self._max, self._min = MAX_WHOLE_CHARS, 0
        self._clause_words = first_clause_words
        self._first = True
        self._text = ""
        self._start = 0
        """Where the piece that is being gathered begins."""
        self._floor = 0
        """Where its last sentence begins: later than the start once short ones were merged."""
        self._at = 0
        """Everything before is known to hold no end."""
        self._quoting = False
        """Was a guillemet opened in an earlier sentence, and not closed?"""

    def feed(self, text: str) -> list[str]:
        self._text += text
        pieces = list(self._pieces(final=False))
        self._text = self._text[self._start :]
        self._floor -= self._start
        self._at -= self._start
        self._start = 0
        return pieces

    def finish(self) -> list[str]:
        pieces = list(self._pieces(final=True))
        rest = self._text[self._start :]
        if rest.strip():
            pieces.append(rest)
        self._text = ""
        self._start = self._floor = self._at = 0
        self._first = True
        self._quoting = False
        return pieces

    def _pieces(self, *, final: bool) -> Iterator[str]:
        while (end := self._next_end(final=final)) is not None:
            self._quoting = self._text[end - 1] != "\n" and self._quote_is_open(end)
            self._at = self._floor = end
            n_chars = len(self._text[self._start : end].strip())
            if n_chars == 0:
                self._start = end
                continue
            if n_chars < self._min and not self._first:
                continue
            yield self._text[self._start : end]
            self._start = end
            self._first = False

    def _next_end(self, *, final: bool) -> int | None:
        """Index after the next sentence and the one white space behind it; None: not known yet."""
        text = self._text
        clauses = self._first and self._clause_words is not None
        pattern = _CANDIDATE_OR_CLAUSE if clauses else _CANDIDATE
        limit = self._floor + self._max
        # What lies beyond this is not looked at before the piece is cut, whatever has arrived.
        horizon = min(len(text), limit + LOOK_AHEAD_CHARS)
        final = final or horizon < len(text)
        while True:
            found = pattern.search(text, self._at, min(limit, horizon))
            if found is None:
                # A lone "[" may be the first half of "[[", a " -" the first of " - ".
                self._at = max(self._at, min(limit, horizon) - 2)
                break
            at = found.start()
            if at > self._floor + self._max:
                break
            self._at = at
            end = self._judge(at, horizon, final=final)
            if end == _WAIT:
                return None
            if end >= 0:
                return end
            self._at = max(self._at, at + 1)
        if len(text) - self._floor < self._max + 1:
            return None
        return self._cut(limit)

    def _judge(self, at: int, horizon: int, *, final: bool) -> int:
        """The end that the character at `at` makes, or _WAIT, or _NO."""
        text = self._text
        char = text[at]
        if char == "\n":
            return at + 1
        if char == "[":
            close = text.find("]]", at, horizon)
            if close < 0 and not final:
                return _WAIT
            if close >= 0:
                self._at = close + 2
            return _NO
        if char not in _ENDS:
            return self._judge_clause(at, horizon, final=final)
        run_end = _RUN.match(text, at, horizon).end()  # type: ignore[union-attr]
        after = _AFTER_WIDE if text[run_end - 1] in _WIDE_ENDS else _AFTER
        end = after.match(text, run_end, horizon).end()  # type: ignore[union-attr]
        self._at = run_end
        if end >= horizon:
            if final:
                return end
            self._at = at
            return _WAIT
        return self._judge_run(at, run_end, end, horizon, final=final)

    def _judge_run(self, at: int, run_end: int, end: int, horizon: int, *, final: bool) -> int:
        text = self._text
        following = text[end]
        if text[run_end - 1] in _WIDE_ENDS:
            return end + following.isspace()
        if following == "\n":
            return end + 1
        if not following.isspace() or following in _NO_BREAK_SPACES:
            if following in _NO_BREAK_SPACES and self._quote_is_open(end):
                return self._after_quote(at, end, horizon, final=final)
            return _NO
        if self._quote_is_open(end):
            return self._after_quote(at, end, horizon, final=final)
        run = text[at:run_end]
        closed_quote = end > run_end
        if run == "." and not closed_quote:
            return self._judge_full_stop(at, end, horizon, final=final)
        if closed_quote or run[-1] == "…" or run.endswith(".."):
            return self._unless_lower(at, end, horizon, final=final)
        return end + 1

    def _quote_is_open(self, end: int) -> bool:
        """Is a guillemet still open? French sets its closing one after a space."""
        opened = self._text.rfind("«", self._floor, end)
        closed = self._text.rfind("»", self._floor, end)
        return self._quoting if opened == closed else opened > closed

    def _after_quote(self, at: int, end: int, horizon: int, *, final: bool) -> int:
        text = self._text
        after = end
        while after < horizon and text[after].isspace() and text[after] != "\n":
            after += 1
        if after >= horizon:
            if final:
                return horizon
            self._at = at
            return _WAIT
        if text[after] != "»":
            return end + 1 if text[end] not in _NO_BREAK_SPACES else _NO
        return self._unless_lower(at, after + 1, horizon, final=final)

    def _next_word(self, end: int, horizon: int, *, final: bool) -> str | None:
        """The word after the white space at `end`, or its first characters; None: wait for it."""
        found = _NEXT_WORD.match(self._text, end, horizon)
        if found is None:
            return ""
        if found.end() >= horizon and not final:
            return None
        return found[1] or self._text[found.end() : found.end() + 1]

    def _unless_lower(self, at: int, end: int, horizon: int, *, final: bool) -> int:
        """An end, unless the text goes on with a small letter."""
        text = self._text
        after = end
        while after < horizon and text[after].isspace() and text[after] != "\n":
            after += 1
        if after >= horizon:
            if final:
                return min(end + 1, horizon)
            self._at = at
            return _WAIT
        if text[after] == "\n":
            return after + 1
        if after == end:
            return _NO
        return _NO if text[after].islower() or text[after] in ",;:—–" else end + 1

    def _judge_full_stop(self, at: int, end: int, horizon: int, *, final: bool) -> int:
        text = self._text
        lowest = max(self._floor, at - LOOK_AHEAD_CHARS)
        word = _LAST_WORD.search(text, lowest, at)[0].lstrip(_OPENERS)  # type: ignore[index]
        verdict = FullStop(
            self._language,
            word,
            tuple(text[lowest : at - len(word)].split()),
            begins_piece=lowest == self._floor,
            following=self._next_word(end, horizon, final=final),
        ).verdict
        if verdict is StopKind.WAIT:
            self._at = at
            return _WAIT
        return end + 1 if verdict is StopKind.END else _NO

    def _judge_clause(self, at: int, horizon: int, *, final: bool) -> int:
        """The end of a reply's first clause, once it has enough words."""
        text = self._text
        after = at + 2 if text[at] == " " else at + 1
        if after >= horizon:
            return _NO if final else _WAIT
        wide = text[at] in WIDE_CLAUSES
        if not wide and not text[after].isspace() and text[at] != "—":
            return _NO
        said = text[self._start : at]
        n_words = len(said.strip()) // 2 if wide else len(words_of(said))
        if n_words < (self._clause_words or 0):
            return _NO
        return after + text[after].isspace()

    def _cut(self, limit: int) -> int:
        """Where to cut text that has no end: after a clause, else at a space, else anywhere."""
        text = self._text
        lowest = self._floor + self._max // 4
        cut = 0
        for found in _CLAUSE_END.finditer(text, lowest, limit):
            cut = found.end()
        if not cut:
            cut = 1 + max(text.rfind(" ", lowest, limit), text.rfind("\t", lowest, limit))
        if not cut:
            cut = limit
        elif text[cut : cut + 1].isspace():
            cut += 1
        opened = text.rfind("[[", self._floor, cut)
        if opened > self._floor and text.find("]]", opened, cut) < 0:
            return opened
        return cut


def ends_sentence(text: str, language: str = "en") -> bool:
    """Does a text, a short one, end with a sentence's end, whatever follows it?"""
    if not text or text[-1].isalnum():
        return False
    splitter = SentenceSplitter(language)
    splitter.feed(text.strip() + " ")
    return not splitter.finish()


@asynccontextmanager
async def closing(source: AsyncIterator[str]) -> AsyncIterator[AsyncIterator[str]]:
    """Close a source at the end, if it is a generator: contextlib.aclosing insists that it is."""
    try:
        yield source
    finally:
        if isinstance(source, AsyncGenerator):
            await source.aclose()


async def sentences(
    deltas: AsyncIterator[str],
    language: str = "en",
    *,
    first_clause_words: int | None = None,
    whole: bool = False,
) -> AsyncGenerator[str]:
    """Yield each sentence of a text that arrives in deltas, as soon as it is complete.

    `language` is a code like "en" or "de-AT". With `first_clause_words` the first piece may already
    end at a comma, semicolon, colon or dash, once it has that many words. With `whole` short ones
    are not merged and long ones not cut: to be spoken, each goes through `split_sentences`. Closes
    `deltas` when closed.
    """
    splitter = SentenceSplitter(language, first_clause_words, whole=whole)
    async with closing(deltas) as source:
        async for delta in source:
            if delta is TAKEN_BACK:
                splitter.finish()
                yield TAKEN_BACK
            for sentence in splitter.feed(delta):
                yield sentence
    for sentence in splitter.finish():
        yield sentence


def split_sentences(
    text: str, language: str = "en", *, first_clause_words: int | None = None
) -> list[str]:
    """The sentences of a whole text, cut as `sentences` cuts them."""
    splitter = SentenceSplitter(language, first_clause_words)
    return splitter.feed(text) + splitter.finish()
