"""Segments -> subtitles that can be read: short lines, few of them, long enough, none over another.

The rules are the usual ones of broadcasters (Netflix's timed text style guide, BBC): 42 characters
a line, two lines, 5/6 s to 7 s a cue.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from voicecli.transcription.segments import Segment

MIN_CUE_S = 0.8
"""A cue that is shorter can't be read; where the next one leaves time, it stays this long."""

MAX_CUE_S = 7.0
"""A cue that stays longer is read twice."""

MIN_PIECES = 3
"""Words, or characters where words have no blanks: fewer are not left alone in a cue."""

SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’)\]]*$")
CLAUSE_END = re.compile(r"[,;:،、，；：][\"'”’)\]]*$")


@dataclass(frozen=True)
class SubtitleRules:
    max_line_width: int = 42
    """Columns; a Chinese, Japanese or Korean character takes two."""
    max_line_count: int = 2


@dataclass(frozen=True, slots=True)
class Cue:
    start_s: float
    end_s: float
    lines: tuple[str, ...]
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class _Piece:
    """What no line is broken inside of: a word, or a character where words have no blanks."""

    start_s: float
    end_s: float
    text: str
    glued: bool
    """No blank before it."""


def cues(segments: Iterable[Segment], rules: SubtitleRules | None = None) -> list[Cue]:
    """The subtitles of a transcription, in order; a segment that is too long becomes several."""
    rules = rules or SubtitleRules()
    found = [cue for segment in segments for cue in _of_segment(segment, rules)]
    return _in_time(sorted(found, key=lambda cue: cue.start_s))


def columns(text: str) -> int:
    """How wide a terminal or a player shows it."""
    return sum(
        0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )


def wrap(text: str, rules: SubtitleRules) -> tuple[str, ...]:
    """Lines of at most `max_line_width` columns; as few as possible, and about equally long."""
    pieces = list(_split(text, rules.max_line_width))
    n_lines = len(_fill(pieces, rules.max_line_width))
    width = rules.max_line_width
    while width > 1 and len(_fill(pieces, width - 1)) == n_lines:
        width -= 1
    return tuple(_fill(pieces, width))


def _of_segment(segment: Segment, rules: SubtitleRules) -> Iterator[Cue]:
    pieces = list(_pieces(segment, rules.max_line_width))
    prefix = f"[{segment.speaker}]: " if segment.speaker else ""
    if columns(prefix) > rules.max_line_width // 2:
        prefix = ""
    while pieces:
        n = _take(pieces, rules, prefix)
        text = prefix + _join((piece.text, piece.glued) for piece in pieces[:n])
        yield Cue(pieces[0].start_s, pieces[n - 1].end_s, wrap(text, rules), segment.speaker)
        pieces = pieces[n:]


def _take(pieces: Sequence[_Piece], rules: SubtitleRules, prefix: str) -> int:
    """How many pieces the next cue takes: all where they fit; else to a good place in the second
    half of what fits; else about as many as each of the cues that are to come."""
    n_fit = _n_fitting(pieces, rules, prefix)
    if n_fit == len(pieces):
        return n_fit
    last = min(n_fit, len(pieces) - MIN_PIECES)
    for is_good in (SENTENCE_END.search, CLAUSE_END.search):
        for n in range(last, n_fit // 2, -1):
            if is_good(pieces[n - 1].text):
                return n
    return _about_equal(pieces, n_fit, rules, prefix)


def _about_equal(pieces: Sequence[_Piece], n_fit: int, rules: SubtitleRules, prefix: str) -> int:
    """No more cues than there must be, none much longer than the others, and none that ends or
    begins with a lone word or two of a clause."""
    n_cues = _n_cues(pieces, rules, prefix)
    ends = list(accumulate(columns(piece.text) + 1 for piece in pieces[:n_fit]))
    share = sum(columns(piece.text) + 1 for piece in pieces) / n_cues
    enough = [
        n for n in range(1, n_fit + 1) if _n_cues(pieces[n:], rules, prefix) < n_cues or n == n_fit
    ]
    calm = [n for n in enough if not _tears(pieces, n)]
    return min(calm or enough, key=lambda n: abs(ends[n - 1] - share))


def _tears(pieces: Sequence[_Piece], n: int) -> bool:
    """Whether a clause ends so near to this place that a word or two of it are left alone."""
    near = [*pieces[max(0, n - MIN_PIECES + 1) : n - 1], *pieces[n : n + MIN_PIECES - 1]]
    is_last = len(pieces) - n < MIN_PIECES
    return is_last or any(_ends_clause(piece.text) for piece in near)


def _ends_clause(text: str) -> bool:
    return bool(SENTENCE_END.search(text) or CLAUSE_END.search(text))


def _n_fitting(pieces: Sequence[_Piece], rules: SubtitleRules, prefix: str) -> int:
    n = 1
    while n < len(pieces) and _fits(pieces[: n + 1], rules, prefix):
        n += 1
    return n


def _n_cues(pieces: Sequence[_Piece], rules: SubtitleRules, prefix: str) -> int:
    """How many cues there must be at least."""
    n = 0
    while pieces:
        pieces = pieces[_n_fitting(pieces, rules, prefix) :]
        n += 1
    return n


def _fits(pieces: Sequence[_Piece], rules: SubtitleRules, prefix: str) -> bool:
    if pieces[-1].end_s - pieces[0].start_s > MAX_CUE_S:
        return False
    text = prefix + _join((piece.text, piece.glued) for piece in pieces)
    return len(wrap(text, rules)) <= rules.max_line_count


def _pieces(segment: Segment, width: int) -> Iterator[_Piece]:
    """The words with their times; where these are not known, by the number of characters."""
    spoken = [
        (word.start_s, word.end_s, word.text) for word in segment.words if word.text.strip()
    ] or [(segment.start_s, segment.end_s, segment.text)]
    for start_s, end_s, text in spoken:
        parts = list(_split(text, width))
        n_columns = sum(max(1, columns(part)) for part, _ in parts)
        done = 0
        for part, glued in parts:
            begin, done = done, done + max(1, columns(part))
            yield _Piece(
                start_s + (end_s - start_s) * begin / n_columns,
                start_s + (end_s - start_s) * done / n_columns,
                part,
                glued,
            )


def _split(text: str, width: int) -> Iterator[tuple[str, bool]]:
    """What stays together, each with whether it is glued to what stands before it."""
    for word in re.finditer(r"\s*(\S+)", text):
        glued = word.start() == word.start(1)
        for part in _split_word(word[1], width):
            yield part, glued
            glued = True


def _split_word(word: str, width: int) -> Iterator[str]:
    """Wide characters part from each other; a word that fills more than a line is cut hard."""
    part = ""
    for char in word:
        wide = unicodedata.east_asian_width(char) in "WF"
        closes = unicodedata.category(char) in ("Pe", "Pf", "Po")
        if part and (columns(part + char) > width or (wide and not closes)):
            yield part
            part = ""
        part += char
    if part:
        yield part


def _fill(pieces: Sequence[tuple[str, bool]], width: int) -> list[str]:
    lines: list[str] = []
    for text, glued in pieces:
        longer = lines[-1] + ("" if glued else " ") + text if lines else ""
        if lines and columns(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(text)
    return lines


def _join(pieces: Iterable[tuple[str, bool]]) -> str:
    return "".join(text if glued else " " + text for text, glued in pieces).strip()


def _in_time(ordered: Sequence[Cue]) -> list[Cue]:
    """No cue over another, and none shorter than MIN_CUE_S where there is time."""
    done: list[Cue] = []
    for i, cue in enumerate(ordered):
        free_s = done[-1].end_s if done else 0.0
        start_s = max(cue.start_s, free_s)
        next_s = ordered[i + 1].start_s if i + 1 < len(ordered) else float("inf")
        end_s = max(cue.end_s, start_s + MIN_CUE_S)
        if next_s > start_s:
            end_s = min(end_s, next_s)
        if end_s - start_s < MIN_CUE_S:
            # No time after it: begin earlier, if there is time before it.
            start_s = max(free_s, end_s - MIN_CUE_S)
        done.append(replace(cue, start_s=start_s, end_s=end_s))
    return done


# -- files ------------------------------------------------------------------------------------


def srt(found: Iterable[Cue]) -> Iterator[str]:
    """SubRip, cue by cue."""
    for i, cue in enumerate(found, 1):
        span = f"{timestamp(cue.start_s, ',')} --> {timestamp(cue.end_s, ',')}"
        yield f"{i}\n{span}\n" + "\n".join(cue.lines) + "\n\n"


def vtt(found: Iterable[Cue]) -> Iterator[str]:
    """WebVTT, cue by cue."""
    yield "WEBVTT\n\n"
    for cue in found:
        lines = "\n".join(map(_escaped, cue.lines))
        yield f"{timestamp(cue.start_s, '.')} --> {timestamp(cue.end_s, '.')}\n{lines}\n\n"


def timestamp(time_s: float, decimal_mark: str) -> str:
    """00:01:02.345; hours always, as SubRip wants them."""
    seconds, ms = divmod(round(1000 * time_s), 1000)
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours:02}:{minutes:02}:{seconds % 60:02}{decimal_mark}{ms:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
