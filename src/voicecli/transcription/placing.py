"""The words of a window -> segments in the recording, a sentence each. Pure.

The model hears a window without the silence that was left out of it, and the times of its words are
exact to a tenth of a second or two. So no word is put where its own time is alone: all words of a
window are shared out among its breaths, each near its time; a breath has words of its own, and
sentences rather end with one than go on in the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from voicecli.stt.transcript import TimedWord, Transcript
from voicecli.text.sentences import SentenceSplitter
from voicecli.transcription.segments import Segment
from voicecli.transcription.windows import Window

MAX_PAUSE_S = 1.5
"""Where nobody spoke for longer, one segment ends and another begins, whatever the text says."""

MAX_SEGMENT_S = 15.0
"""A longer one is parted at its longest pauses: texts without punctuation have no other places."""

MIN_WORDS = 3
"""In each part of it."""

BREATH_GAP_S = 0.3
"""Stretches closer than this are one breath: a word may well reach over."""

ONSET_S = 0.2
"""Where in a word its time is looked at: its end reaches into the silence that follows it."""

LEAD_S, TAIL_S = 0.13, 0.1
"""Silence at both ends of a breath, at the median; see transcription.speech."""

EDGE_S = 0.8
"""A first or last word that is so near to its breath's edge reaches up to it."""

SENTENCE_END, CLAUSE_END = ".!?…。！？", ",;:،、，；："

MID_SENTENCE_S, MID_CLAUSE_S = 0.3, 0.1
"""A pause where the text has no full stop, or no comma, counts as if a word lay so far from its
time."""

EMPTY_S = 0.5
"""And a breath without words as much as this."""

CLOSERS = "\"'”’)]」』"


@dataclass(frozen=True, slots=True)
class _Breath:
    """Stretches with hardly a gap between them."""

    begin_s: float
    """In the window."""
    end_s: float
    starts_s: tuple[tuple[float, float], ...]
    """Of each stretch, in the window and in the recording."""

    @property
    def duration_s(self) -> float:
        return self.end_s - self.begin_s

    def in_recording_s(self, time_s: float) -> float:
        """Where a moment of the window is that lies in the breath."""
        begin_s, start_s = max(
            (one for one in self.starts_s if one[0] <= time_s), default=self.starts_s[0]
        )
        return start_s + time_s - begin_s


def place(words: Sequence[TimedWord], window: Window) -> list[TimedWord]:
    """Words of a window, in the recording; none reaches over silence that was left out."""
    breaths = _breaths(window)
    shares = _shares(words, breaths)
    last = len(words) - 1
    placed = []
    for i, (word, share) in enumerate(zip(words, shares, strict=True)):
        breath = breaths[share]
        begin_s, end_s = breath.begin_s, breath.end_s
        start_s = min(max(word.start_s, begin_s), end_s)
        until_s = min(max(word.end_s, start_s), end_s)
        if (i == 0 or shares[i - 1] != share) and start_s - begin_s < EDGE_S:
            start_s = min(begin_s + LEAD_S, until_s)
        if (i == last or shares[i + 1] != share) and end_s - until_s < EDGE_S:
            until_s = max(end_s - TAIL_S, start_s)
        there_s = breath.in_recording_s(start_s), breath.in_recording_s(until_s)
        placed.append(replace(word, start_s=there_s[0], end_s=there_s[1]))
    return placed


def _breaths(window: Window) -> list[_Breath]:
    found: list[_Breath] = []
    at_s, end_s = window.lead_s, 0.0
    for stretch in window.stretches:
        starts_s = ((at_s, stretch.start_s),)
        joins = found and stretch.start_s - end_s < BREATH_GAP_S
        before = found.pop() if joins else _Breath(at_s, at_s, ())
        at_s += stretch.duration_s
        found.append(_Breath(before.begin_s, at_s, (*before.starts_s, *starts_s)))
        end_s = stretch.end_s
    return found


def _shares(words: Sequence[TimedWord], breaths: Sequence[_Breath]) -> list[int]:
    """The breath of each word, in order, at the least cost (dynamic programming)."""
    n = len(breaths)
    empty_s = [0.0, *accumulate(min(EMPTY_S, breath.duration_s) for breath in breaths)]
    costs = [empty_s[j] for j in range(n)]
    came_from: list[list[int]] = []
    for i, word in enumerate(words):
        at_s = word.start_s + min(word.end_s - word.start_s, 2 * ONSET_S) / 2
        if i:
            step_s = _cost_of_pause_s(words[i - 1].text)
            best = [_best(costs, empty_s, j, step_s) for j in range(n)]
            came_from.append([k for _, k in best])
            costs = [cost for cost, _ in best]
        for j, breath in enumerate(breaths):
            costs[j] += max(breath.begin_s - at_s, at_s - breath.end_s, 0.0)
    costs = [cost + empty_s[n] - empty_s[j + 1] for j, cost in enumerate(costs)]
    shares = [min(range(n), key=costs.__getitem__)] if words else []
    for best_of in reversed(came_from):
        shares.append(best_of[shares[-1]])
    return shares[::-1]


def _best(
    costs: Sequence[float], empty_s: Sequence[float], j: int, step_s: float
) -> tuple[float, int]:
    """What it costs to be in breath `j`, and in which one the word before was then."""
    moved = ((costs[k] + step_s + empty_s[j] - empty_s[k + 1], k) for k in range(j))
    return min([(costs[j], j), *moved])


def _cost_of_pause_s(text: str) -> float:
    last = text.rstrip(CLOSERS)[-1:]
    if last in SENTENCE_END:
        return 0.0
    return MID_CLAUSE_S if last in CLAUSE_END else MID_SENTENCE_S


def segments(words: Sequence[TimedWord], transcript: Transcript) -> Iterator[Segment]:
    """words: in the recording; all that the transcript has."""
    for sentence in _sentences(words, transcript.language):
        for spoken in _parted(sentence):
            text = "".join(word.text for word in spoken).strip()
            if any(char.isalnum() for char in text):
                yield Segment(
                    spoken[0].start_s,
                    spoken[-1].end_s,
                    text,
                    transcript.language,
                    tuple(spoken),
                    transcript.avg_logprob,
                    transcript.no_speech_prob,
                )


def _sentences(words: Sequence[TimedWord], language: str) -> Iterator[Sequence[TimedWord]]:
    """A word in which a sentence ends is its last."""
    splitter = SentenceSplitter(language or "en", whole=True)
    pieces = splitter.feed("".join(word.text for word in words)) + splitter.finish()
    after = accumulate(map(len, pieces))
    ends = [
        end - len(piece) + len(piece.rstrip()) for end, piece in zip(after, pieces, strict=True)
    ]
    first = n_chars = 0
    for i, word in enumerate(words):
        n_chars += len(word.text)
        if ends and n_chars >= ends[0]:
            yield words[first : i + 1]
            first = i + 1
            ends = [end for end in ends if end > n_chars]
    if words[first:]:
        yield words[first:]


def _parted(words: Sequence[TimedWord]) -> Iterator[Sequence[TimedWord]]:
    """Parts at the pauses that nobody makes within a sentence, and at others where it is long."""
    pauses_s = [other.start_s - one.end_s for one, other in pairwise(words)]
    longest_s = max(pauses_s, default=0.0)
    if longest_s <= MAX_PAUSE_S:
        # Where it is only long, no word or two are left alone.
        pauses_s = [
            pause_s if MIN_WORDS <= at <= len(words) - MIN_WORDS else 0.0
            for at, pause_s in enumerate(pauses_s, 1)
        ]
        longest_s = max(pauses_s, default=0.0)
        if longest_s <= 0.0 or words[-1].end_s - words[0].start_s <= MAX_SEGMENT_S:
            yield words
            return
    at = pauses_s.index(longest_s) + 1
    yield from _parted(words[:at])
    yield from _parted(words[at:])
