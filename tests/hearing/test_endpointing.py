"""The rules of endpointing, on patterns: one character is one frame of 32 ms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecli.hearing.endpointing import (
    Endpointer,
    Speech,
    SpeechEvent,
    SpeechPaused,
    SpeechStarted,
    Utterance,
    join,
    pauses_of,
)
from voicecli.settings import ListenSettings
from voicecli.sound.samples import FRAME_SAMPLES, Frame, silence

PROBABILITIES = {"#": 0.9, "~": 0.42, ".": 0.02}
"""Speech, between the two thresholds, silence."""

SETTINGS = ListenSettings(onset_ms=96, pause_ms=160, silence_ms=320, pre_roll_ms=320)
"""In frames: 3, 5, 10 and 10."""


def frames(n: int) -> list[Frame]:
    """Frames whose samples say where they come from."""
    signal = np.arange(n * FRAME_SAMPLES, dtype=np.float32)
    return [
        Frame(signal[i : i + FRAME_SAMPLES], i, silence(FRAME_SAMPLES))
        for i in range(0, len(signal), FRAME_SAMPLES)
    ]


def hear(pattern: str, settings: ListenSettings = SETTINGS) -> list[tuple[int, SpeechEvent]]:
    """(frame number, event) for everything that the pattern raises."""
    endpointer = Endpointer(settings)
    return [
        (number, event)
        for number, (frame, mark) in enumerate(zip(frames(len(pattern)), pattern, strict=True))
        for event in endpointer.feed(frame, PROBABILITIES[mark])
    ]


def names(pattern: str, settings: ListenSettings = SETTINGS) -> list[tuple[int, str]]:
    return [(number, type(event).__name__) for number, event in hear(pattern, settings)]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        pytest.param("." * 40, [], id="silence"),
        pytest.param("....##......#....#.....", [], id="clicks are no speech"),
        pytest.param("....~~~~~~~~~~~~~~~~~", [], id="doubt alone is no speech"),
        pytest.param("....#.#.#", [(8, "SpeechStarted")], id="an onset may stutter"),
        pytest.param("..#..#..#..#..", [], id="but not too thinly"),
        pytest.param(
            "....###..........",
            [(6, "SpeechStarted"), (11, "SpeechPaused"), (16, "Utterance")],
            id="one utterance",
        ),
        pytest.param(
            "....###~~~~~~..........",
            [(6, "SpeechStarted"), (17, "SpeechPaused"), (22, "Utterance")],
            id="doubt goes on with speech",
        ),
        pytest.param(
            "....###.......##..........",
            [
                (6, "SpeechStarted"),
                (11, "SpeechPaused"),
                (15, "SpeechResumed"),
                (20, "SpeechPaused"),
                (25, "Utterance"),
            ],
            id="a pause, then more",
        ),
        pytest.param(
            "....###.......#...",
            [(6, "SpeechStarted"), (11, "SpeechPaused"), (16, "Utterance")],
            id="a click in the pause moves no deadline",
        ),
        pytest.param(
            "....###....####..........",
            [(6, "SpeechStarted"), (19, "SpeechPaused"), (24, "Utterance")],
            id="a short gap is no pause",
        ),
        pytest.param(
            "....###.........##..........",
            [
                (6, "SpeechStarted"),
                (11, "SpeechPaused"),
                (17, "SpeechResumed"),
                (22, "SpeechPaused"),
                (27, "Utterance"),
            ],
            id="speech that begins in the hangover's last frame",
        ),
        pytest.param(
            "....###.........#.",
            [(6, "SpeechStarted"), (11, "SpeechPaused"), (17, "Utterance")],
            id="a click in the hangover's last frame",
        ),
        pytest.param(
            "....###..........###",
            [
                (6, "SpeechStarted"),
                (11, "SpeechPaused"),
                (16, "Utterance"),
                (19, "SpeechStarted"),
            ],
            id="speech in the frame after",
        ),
    ],
)
def test_rules(pattern: str, expected: list[tuple[int, str]]) -> None:
    assert names(pattern) == expected


def test_speech_sets_the_hangover_back() -> None:
    endpointer = Endpointer()
    begun_ms = endpointer.hangover_ms
    frames = iter(range(1000))

    def feed(pattern: str) -> None:
        for mark in pattern:
            nothing = silence(FRAME_SAMPLES)
            frame = Frame(nothing, next(frames) * FRAME_SAMPLES, nothing)
            endpointer.feed(frame, 0.9 if mark == "#" else 0.0)

    feed("." * 20 + "#####" + "." * 6)
    assert endpointer.paused
    endpointer.hangover_ms = 5000
    feed("###")
    assert not endpointer.paused
    assert endpointer.hangover_ms == begun_ms


def test_utterance_holds_pre_roll_and_every_sample_once() -> None:
    (_, started), _, (_, utterance) = hear("." * 20 + "#####" + "." * 10)
    assert isinstance(started, SpeechStarted)
    assert isinstance(utterance, Utterance)
    assert started.onset == 20 * FRAME_SAMPLES
    assert utterance.speech_end == 25 * FRAME_SAMPLES
    # The onset is noticed in frame 22; the pre-roll ends there and holds 10 frames.
    assert utterance.start == 13 * FRAME_SAMPLES
    expected = np.arange(13 * FRAME_SAMPLES, 35 * FRAME_SAMPLES, dtype=np.float32)
    assert np.array_equal(utterance.samples, expected)


def test_paused_holds_what_was_said_until_then() -> None:
    events = [event for _, event in hear("." * 20 + "####" + "." * 8)]
    assert isinstance(events[1], SpeechPaused)
    assert events[1].speech_end == 24 * FRAME_SAMPLES
    assert events[1].start + len(events[1].samples) == 29 * FRAME_SAMPLES


def test_pauses_are_told_of_an_utterance_and_of_several() -> None:
    pattern = "....####" + "." * 8 + "####" + "." * 6 + "####" + "." * 12 + "####" + "." * 10
    first, second = [event for _, event in hear(pattern) if isinstance(event, Utterance)]

    def in_frames(*stretches: Speech) -> list[tuple[int, int]]:
        return sorted(
            (pause.start // FRAME_SAMPLES, pause.end // FRAME_SAMPLES)
            for pause in pauses_of(stretches)
        )

    assert in_frames(first) == [(8, 16), (20, 26)]
    assert in_frames(second) == []
    assert in_frames(first, second) == [(8, 16), (20, 26), (30, 42)]


def test_of_a_long_pause_the_middle_can_be_left_out() -> None:
    pattern = "....####" + "." * 8 + "####" + "." * 6 + "####" + "." * 12 + "####" + "." * 10
    first, second = [event for _, event in hear(pattern) if isinstance(event, Utterance)]
    joined = join([first, second], 6 * FRAME_SAMPLES)
    left_out = sorted(set(range(56 * FRAME_SAMPLES)) - set(joined.astype(int).tolist()))
    expected = [*range(11, 13), *range(33, 39)]
    assert sorted({at // FRAME_SAMPLES for at in left_out}) == expected
    assert len(joined) + len(left_out) == 56 * FRAME_SAMPLES


def test_joined_utterances_share_no_sample_twice() -> None:
    events = hear("." * 12 + "####" + "." * 10 + "####" + "." * 10)
    first, second = [event for _, event in events if isinstance(event, Utterance)]
    assert second.start < first.start + len(first.samples)
    joined = join([first, second])
    assert np.array_equal(
        joined, np.arange(first.start, second.start + len(second.samples), dtype=np.float32)
    )


def test_a_long_utterance_is_handed_on_in_pieces_without_a_hole() -> None:
    settings = ListenSettings(max_utterance_s=1.0)
    pieces = [e for _, e in hear("....." + "#" * 100, settings) if isinstance(e, Utterance)]
    assert len(pieces) >= 2
    for piece, following in zip(pieces, pieces[1:], strict=False):
        assert following.start <= piece.start + len(piece.samples)


def test_the_hangover_can_be_changed_while_it_runs_and_each_onset_sets_it_back() -> None:
    endpointer = Endpointer(SETTINGS)
    ends = []
    for number, (frame, mark) in enumerate(
        zip(frames(60), "....####" + "." * 25 + "####" + "." * 23, strict=True)
    ):
        for event in endpointer.feed(frame, PROBABILITIES[mark]):
            if isinstance(event, SpeechPaused) and number < 20:
                endpointer.hangover_ms = 640
            elif isinstance(event, Utterance):
                ends.append(number)
    assert ends == [7 + 20, 36 + 10]


def test_what_is_certainly_too_quiet_is_silence() -> None:
    """Silero's probability falls late; the level does not."""
    endpointer = Endpointer(SETTINGS)
    events = [
        (number, event)
        for number, frame in enumerate(frames(30))
        for event in endpointer.feed(frame, 0.9 if 4 <= number < 12 else 0.0, loud=number < 8)
    ]
    assert [type(event).__name__ for _, event in events] == [
        "SpeechStarted",
        "SpeechPaused",
        "Utterance",
    ]
    assert events[-1][0] == 7 + 10
    assert isinstance(events[-1][1], Utterance)
    assert events[-1][1].speech_end == 8 * FRAME_SAMPLES


@given(st.text("#~.", max_size=300))
def test_any_pattern(pattern: str) -> None:
    """Events alternate as the diagram says, and samples are those of the input, in order."""
    signal = np.arange(len(pattern) * FRAME_SAMPLES, dtype=np.float32)
    may_follow = {
        None: {"SpeechStarted"},
        "SpeechStarted": {"SpeechPaused"},
        "SpeechPaused": {"SpeechResumed", "Utterance"},
        "SpeechResumed": {"SpeechPaused"},
        "Utterance": {"SpeechStarted"},
    }
    before = None
    for _, event in hear(pattern):
        name = type(event).__name__
        assert name in may_follow[before]
        before = name
        if isinstance(event, SpeechPaused | Utterance):
            assert np.array_equal(
                event.samples, signal[event.start : event.start + len(event.samples)]
            )
            assert event.start < event.speech_end <= event.start + len(event.samples)
