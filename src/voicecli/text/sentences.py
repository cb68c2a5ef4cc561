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
from typing import NamedTuple

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

_WIDE_LANGUAGES = frozenset({"zh", "cmn", "yue", "ja", "ko"})

_WIDE_ENDS = "。！？｡︒"
_OTHER_ENDS = "؟۔।॥։።၊။។៕"
_ENDS = ".!?…" + _WIDE_ENDS + _OTHER_ENDS
CLOSING = ')]}"”’»'
WIDE_CLOSING = "」』）》】〉"
"""Brackets and quotes that close, and what Chinese and Japanese have of them."""
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
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.)+-?[^\W\d_]{1,2}\Z")
_ROMAN = re.compile(r"[IVXLC]+\Z")
_WORD = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")


class _Words(NamedTuple):
    """Abbreviations of a language, in lower case and without the last full stop."""

    never: frozenset[str]
    """Never the end of a sentence: a name or an example follows."""
    before_number: frozenset[str]
    """An abbreviation only if a number follows ("No. 5")."""
    maybe: frozenset[str]
    """May end a sentence: the next word tells."""
    starters: frozenset[str]
    """Words that begin sentences: what stood before such a word, capitalised, was an end."""
    not_initials: frozenset[str] = frozenset()
    """After these words a single letter is a label, not somebody's initial ("vitamin C.")."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENGLISH = _Words(
    never=_words(
        "mr mrs ms mx messrs dr prof rev fr hon pres gov sen rep gen col maj capt cmdr lt sgt cpl "
        "pvt adm supt mt ft e.g i.e eg ie vs cf viz approx ca c.f incl excl al-asst asst dept univ"
    ),
    before_number=_words(
        "no nos nr fig figs eq eqs p pp vol vols ch chap sec sect art ed par para op v ver ref "
        "jan feb mar apr jun jul aug sep sept oct nov dec tel ext"
    ),
    maybe=_words(
        "etc a.m p.m am pm inc ltd co corp llc plc bros jr sr esq st ave blvd rd dept est al "
        "ph.d m.d b.a m.a b.sc m.sc u.s u.k u.n e.u u.s.a d.c b.c a.d ad bc min max avg temp "
        "ed eds misc orig repr trans"
    ),
    starters=_words(
        "the a an this that these those it its he she they we you i there here what when where "
        "who why how which if but and or so then now in on at as for from with after before "
        "because although however while since my your his her our their no yes not let do does "
        "did is are was were have has had can could will would should may please to by most many "
        "some all each every one two also maybe perhaps once until both another first second next"
    ),
    not_initials=_words(
        "vitamin vitamins plan option type part section class grade level point step appendix "
        "hepatitis schedule category figure answer letter column row group team drive exhibit "
        "article schedule phase series room gate terminal platform variable and or than is are "
        "of to in from the a"
    ),
)

_GERMAN = _Words(
    never=_words(
        "hr hrn fr dr prof dipl ing med jur phil st bzw ca ggf evtl inkl exkl zzgl vgl sog z.b d.h "
        "u.a i.d.r o.g s.o s.u m.e v.a u.u i.a bsp mind max min gem lt tel ehem geb gest verh "
        "allg insb bes entspr einschl abzgl bspw beispielsw z d u o s i v e n m h str-nr"
    ),
    before_number=_words(
        "nr nrn str abb tab kap bd s art abs § ziff aufl jan feb mrz apr jun jul aug sep sept "
        "okt nov dez"
    ),
    maybe=_words(
        "usw etc u.s.w o.ä u.ä u.v.m jh jhd str mio mrd std co n.chr v.chr chr uvm evt str"
    ),
    starters=_words(
        "der die das den dem des ein eine einer eines er sie es ich wir ihr du man dies diese "
        "dieser dieses jetzt dann danach davor dort hier und aber oder denn doch wenn weil als wie "
        "was wer wo wann warum in im am an auf bei mit nach von zu für seit heute gestern morgen "
        "außerdem deshalb daher trotzdem nein ja nicht kein keine mein meine dein deine sein seine "
        "unser alle viele manche jeder jede so da nun auch bitte können haben sind ist war"
    ),
    not_initials=_words("vitamin plan option typ klasse gruppe stufe punkt teil hepatitis"),
)

_FRENCH = _Words(
    never=_words(
        "m mm mme mmes mlle mlles me dr pr prof st ste p.ex c.-à-d c.à.d cf env av boul bd mgr "
        "vs p.-ex p"
    ),
    before_number=_words("no n art fig chap vol p pp éd tél janv févr avr juil sept oct nov déc"),
    maybe=_words("etc ex apr j.-c j.c s.a ltée inc cie s.n.c.f u.e o.n.u"),
    starters=_words(
        "le la les un une des il elle ils elles on nous vous je tu ce cet cette ces c l d j mais "
        "et ou donc car puis alors ensuite quand si comme que qui où pourquoi dans en sur à au aux "
        "avec pour par après avant depuis aujourd hier demain oui non mon ma mes ton ta son sa ses "
        "notre votre leur leurs tout tous toute chaque cela ça voici voilà"
    ),
    not_initials=_words("vitamine plan option type classe groupe niveau point partie hépatite"),
)

_SPANISH = _Words(
    never=_words(
        "sr sra srta sres sras d dª dr dra dres prof profa lic ing arq ud uds vd vds p.ej p.ejem "
        "cf vs sto sta fr gral cap tte aprox avda c pza p"
    ),
    before_number=_words("núm nº no n art fig cap vol pág págs p pp tel ene feb abr ago oct nov"),
    maybe=_words("etc a.m p.m a.c d.c s.a ee.uu ee uu ej cía ltda ss.mm"),
    starters=_words(
        "el la los las un una unos unas él ella ellos ellas yo tú nosotros usted ustedes es son "
        "está este esta esto ese esa eso pero y o porque cuando si como que quien donde luego "
        "entonces después antes ahora hoy ayer mañana en con para por de desde sobre al sí no mi "
        "tu su sus nuestro todo todos toda cada también además"
    ),
    not_initials=_words("vitamina plan opción tipo clase grupo nivel punto parte hepatitis"),
)

_ITALIAN_PORTUGUESE_DUTCH = _words(
    "sig sig.ra sigg dott dott.ssa prof ing avv sr sra dr dra exmo dhr mevr mw drs mr ir bijv "
    "d.w.z o.a m.b.t p.es ad.es es p.ex por.ex vs cf ca"
)

_OTHER = _Words(
    never=_ENGLISH.never | _ITALIAN_PORTUGUESE_DUTCH,
    before_number=_ENGLISH.before_number,
    maybe=_words("etc enz ecc a.m p.m inc ltd co s.a s.p.a"),
    starters=frozenset(),
)

_BY_LANGUAGE = {"en": _ENGLISH, "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}

_ORDINAL_DOT = frozenset("de da nb no nn fi cs sk pl hu hr sl sr et lv is lb tr eu".split())
"""Languages in which "3." is "third"."""

_LONE_LETTER = frozenset({"de", "fr", "es", "nl", "cs", "pl", "it", "pt"})
"""Languages with spaced abbreviations of small letters: "z. B.", "p. ex.", "d. w. z."."""

_WAIT = -1
_NO = -2


class SentenceSplitter:
    """What `sentences` runs on: feed text, get the sentences that it completes."""

    def __init__(
        self, language: str = "en", first_clause_words: int | None = None, *, whole: bool = False
    ) -> None:
        self._language = re.split(r"[-_]", language.lower(), maxsplit=1)[0]
        self._words = _BY_LANGUAGE.get(self._language, _OTHER)
        is_wide = self._language in _WIDE_LANGUAGES
        self._max = MAX_WIDE_CHARS if is_wide else MAX_CHARS
        self._min = MIN_CHARS // 3 if is_wide else MIN_CHARS
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
        text, words = self._text, self._words
        lowest = max(self._floor, at - LOOK_AHEAD_CHARS)
        word = _LAST_WORD.search(text, lowest, at)[0].lstrip(_OPENERS)  # type: ignore[index]
        lower = word.lower()
        before = text[lowest : at - len(word)].split()
        previous = before[-1].lower() if before else ""

        def wait() -> int:
            self._at = at
            return _WAIT

        if not word:
            return end + 1
        if self._language == "de" and lower.endswith("str"):
            lower = "str"  # "Hauptstr. 5"
        known = words.never | words.maybe | words.before_number
        is_plain = len(word) > 3 and word.isalpha() and not _ROMAN.match(word)
        if word[-1] in CLOSING or (is_plain and lower not in known):
            return end + 1
        if lower in words.never:
            return _NO
        if lower.isdecimal() and not before and len(word) <= 3 and lowest == self._floor:
            return _NO  # the number of a list item

        is_initial = len(word) == 1 and word.isupper()
        is_ordinal = self._language in _ORDINAL_DOT and (
            (word.isdecimal() and len(word) <= 2) or (len(word) > 1 and _ROMAN.match(word))
        )
        is_lone_letter = (
            len(word) == 1 and word.islower() and word.isalpha() and self._language in _LONE_LETTER
        )
        if is_lone_letter:
            return _NO
        ambiguous = (
            is_initial
            or is_ordinal
            or lower in words.before_number
            or lower in words.maybe
            or _DOTTED.match(word)
        )
        if not ambiguous:
            return end + 1
        following = self._next_word(end, horizon, final=final)
        if following is None:
            return wait()
        if following == "":
            return end + 1
        starts = following.lower() in words.starters and following[0].isupper()
        if lower in words.before_number and not is_initial:
            if following[0].isdecimal() or _ROMAN.match(following):
                return _NO
            if lower not in words.maybe:
                return end + 1
        if following[0].islower():
            return _NO
        if is_ordinal:
            return end + 1 if starts else _NO
        if is_initial:
            if starts and previous.rstrip(".") != previous and len(previous) == 2:
                return end + 1 if following.lower() not in {"i", "a"} else _NO
            if word == "I" and self._language == "en" and previous and previous[0].islower():
                return end + 1
            return end + 1 if starts or previous in words.not_initials else _NO
        if lower in {"etc", "a.m", "p.m", "am", "pm", "usw", "ecc", "enz"}:
            return end + 1
        if lower in {"ad", "bc", "est", "min", "max", "temp"}:
            return end + 1
        return end + 1 if starts else _NO

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
        n_words = len(said.strip()) // 2 if wide else len(_WORD.findall(said))
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
