"""Every rule of subtitles, for any segments."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecli.stt.transcript import TimedWord
from voicecli.transcription.segments import Segment
from voicecli.transcription.subtitles import (
    MAX_CUE_S,
    MIN_CUE_S,
    Cue,
    SubtitleRules,
    columns,
    cues,
    srt,
    timestamp,
    vtt,
    wrap,
)


def words(text: str, start_s: float, each_s: float) -> Segment:
    """A segment whose words are equally long."""
    spoken = tuple(
        TimedWord(start_s + i * each_s, start_s + (i + 1) * each_s, f" {word}", 1.0)
        for i, word in enumerate(text.split())
    )
    return Segment(start_s, spoken[-1].end_s, text, words=spoken)


def test_a_short_segment_is_one_line() -> None:
    assert cues([Segment(1.0, 3.0, "how are you")]) == [Cue(1.0, 3.0, ("how are you",))]


def test_a_long_line_is_broken_into_two_of_about_the_same_length() -> None:
    text = "the quick brown fox jumps over the lazy dog and runs away"
    assert wrap(text, SubtitleRules()) == (
        "the quick brown fox jumps over",
        "the lazy dog and runs away",
    )


def test_a_long_segment_is_parted_at_the_end_of_a_sentence() -> None:
    text = (
        "It was the best of times, it was the worst of times. It was the age of wisdom, it was the"
        " age of foolishness."
    )
    parted = cues([Segment(0.0, 6.0, text)])
    assert [" ".join(cue.lines) for cue in parted] == [
        "It was the best of times, it was the worst of times.",
        "It was the age of wisdom, it was the age of foolishness.",
    ]


def test_no_word_or_two_of_a_clause_are_left_alone() -> None:
    text = (
        "And so my fellow Americans ask not what your country can do for you, ask what you can do"
        " for your country."
    )
    parted = cues([words(text, 0.0, 0.52)])
    assert [" ".join(cue.lines) for cue in parted] == [
        "And so my fellow Americans ask not what your country",
        "can do for you, ask what you can do for your country.",
    ]


def test_a_last_word_alone_is_no_cue() -> None:
    text = "we went down to the river where the old boats lay and sat there all afternoon, waiting."
    parted = cues([words(text, 0.0, 0.3)])
    assert [" ".join(cue.lines) for cue in parted] == [
        "we went down to the river where the old boats",
        "lay and sat there all afternoon, waiting.",
    ]


def test_the_times_of_a_part_are_those_of_its_words() -> None:
    segment = words("one two three four five six seven eight nine ten " * 2, 10.0, 0.5)
    first, second = cues([segment], SubtitleRules(max_line_width=20, max_line_count=2))[:2]
    n_words = len(" ".join(first.lines).split())
    assert (first.start_s, first.end_s) == (10.0, 10.0 + 0.5 * n_words)
    assert second.start_s == first.end_s


def test_without_word_times_they_follow_the_number_of_characters() -> None:
    segment = Segment(0.0, 6.0, "aaaa bbbb cccc")
    parted = cues([segment], SubtitleRules(max_line_width=4, max_line_count=1))
    assert [(cue.start_s, cue.end_s) for cue in parted] == [
        (0.0, pytest.approx(2.0)),
        (pytest.approx(2.0), pytest.approx(4.0)),
        (pytest.approx(4.0), 6.0),
    ]


def test_a_short_cue_stays_long_enough_to_be_read() -> None:
    (cue,) = cues([Segment(5.0, 5.2, "yes")])
    assert (cue.start_s, cue.end_s) == (5.0, 5.0 + MIN_CUE_S)


def test_where_the_next_cue_leaves_no_time_it_begins_earlier() -> None:
    first, second = cues([Segment(5.0, 5.2, "yes"), Segment(5.3, 7.0, "and no")])
    assert (first.start_s, first.end_s) == (pytest.approx(5.3 - MIN_CUE_S), 5.3)
    assert second.start_s == 5.3


def test_two_speakers_at_once_come_one_after_the_other() -> None:
    both = [
        Segment(0.0, 4.0, "how are you", speaker="channel 1"),
        Segment(1.0, 2.0, "fine", speaker="channel 2"),
    ]
    first, second = cues(both)
    assert first.lines == ("[channel 1]: how are you",)
    assert second.lines == ("[channel 2]: fine",)
    assert (first.end_s, second.start_s) == (1.0, 1.0)


def test_chinese_is_broken_between_characters_but_not_before_a_full_stop() -> None:
    (cue,) = cues([Segment(0.0, 6.0, "今天天气很好我们去公园。")], SubtitleRules(max_line_width=12))
    assert "".join(cue.lines) == "今天天气很好我们去公园。"
    assert all(columns(line) <= 12 for line in cue.lines)
    assert not any(line.startswith("。") for line in cue.lines)


def test_a_word_longer_than_a_line_is_cut() -> None:
    assert wrap("x" * 100, SubtitleRules(max_line_width=42)) == ("x" * 42, "x" * 42, "x" * 16)


TEXT = st.text(
    st.sampled_from("abc de,fgh. ijk! 今天。é\u0301한-\u2014'\"") | st.characters(codec="utf-8"),
    min_size=1,
    max_size=200,
).filter(str.strip)


@st.composite
def segments(draw: st.DrawFn) -> list[Segment]:
    """In order, perhaps one over the other, some with words."""
    found, at_s = [], 0.0
    for text in draw(st.lists(TEXT, max_size=6)):
        text = " ".join(text.split())
        at_s += draw(st.floats(-0.5, 5))
        start_s = max(0.0, at_s)
        length_s = draw(st.floats(0.02, 30))
        if draw(st.booleans()):
            found.append(words(text, start_s, length_s / len(text.split())))
        else:
            found.append(Segment(start_s, start_s + length_s, text))
        at_s = start_s + length_s
    return sorted(found, key=lambda segment: segment.start_s)


@given(segments(), st.integers(4, 60), st.integers(1, 4))
def test_the_rules_hold_for_anything(found: list[Segment], width: int, n_lines: int) -> None:
    shown = cues(found, SubtitleRules(width, n_lines))
    for cue in shown:
        assert 1 <= len(cue.lines) <= n_lines
        assert all(columns(line) <= width for line in cue.lines)
        assert all(line.strip() for line in cue.lines)
        assert cue.end_s > cue.start_s >= 0
    for first, second in pairwise(shown):
        assert first.end_s <= second.start_s + 1e-9

    # Nothing is lost, and nothing comes twice.
    def letters(text: str) -> list[str]:
        return [char for char in text if not char.isspace()]

    spoken = [char for segment in found for char in letters(segment.text)]
    assert sorted(char for cue in shown for line in cue.lines for char in letters(line)) == sorted(
        spoken
    )


@given(segments())
def test_a_cue_is_short_only_where_there_is_no_time(found: list[Segment]) -> None:
    shown = cues(found)
    for i, cue in enumerate(shown):
        if cue.end_s - cue.start_s < MIN_CUE_S - 1e-6:
            before_s = shown[i - 1].end_s if i else 0.0
            assert cue.start_s - before_s < 1e-6
            assert i + 1 < len(shown)
            assert shown[i + 1].start_s - cue.end_s < 1e-6


@given(st.floats(0, 400_000))
def test_a_timestamp_is_the_time(time_s: float) -> None:
    hours, minutes, seconds, ms = map(int, re.findall(r"\d+", timestamp(time_s, ",")))
    assert minutes < 60
    assert seconds < 60
    assert 3600 * hours + 60 * minutes + seconds + ms / 1000 == pytest.approx(time_s, abs=0.0006)


def test_srt() -> None:
    shown = [Cue(0.0, 1.5, ("one", "two")), Cue(3661.0, 3662.25, ("three",))]
    assert "".join(srt(shown)) == (
        "1\n00:00:00,000 --> 00:00:01,500\none\ntwo\n\n2\n01:01:01,000 --> 01:01:02,250\nthree\n\n"
    )


def test_vtt_escapes_what_would_be_markup() -> None:
    text = "".join(vtt([Cue(0.0, 1.0, ("a < b & c --> d",))]))
    assert text == "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\na &lt; b &amp; c --&gt; d\n\n"


def test_no_cue_is_longer_than_can_be_waited_for() -> None:
    shown = cues([words("word " * 60, 0.0, 0.9)])
    assert all(cue.end_s - cue.start_s <= MAX_CUE_S for cue in shown)
