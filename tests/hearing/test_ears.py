"""Frame -> what may be the user, and speech events."""

from __future__ import annotations

import math

import numpy as np

from fakes import SETTINGS, LevelDetector
from voicecli.hearing.ears import Ears
from voicecli.hearing.echo import NoEcho
from voicecli.hearing.endpointing import (
    SpeechEvent,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    Utterance,
)
from voicecli.sound.samples import FRAME_SAMPLES, Frame, silence


class Loudspeaker(NoEcho):
    """Everything that is heard while something is played is the loudspeaker's."""

    def may_be_user(self, frame: Frame) -> bool:
        return not frame.played.any()


def frame(mark: str, number: int) -> Frame:
    """`#` is speech, `!` speech while something is played."""
    samples = silence(FRAME_SAMPLES) if mark == "." else np.full(FRAME_SAMPLES, 0.3, np.float32)
    played = np.full(FRAME_SAMPLES, 0.3, np.float32) if mark == "!" else silence(FRAME_SAMPLES)
    return Frame(samples, number * FRAME_SAMPLES, played)


def hear(ears: Ears, pattern: str, first: int = 0) -> list[SpeechEvent]:
    return [
        event
        for number, mark in enumerate(pattern, first)
        for event in ears.hear(frame(mark, number)).events
    ]


def kinds(events: list[SpeechEvent]) -> list[type]:
    return [type(event) for event in events]


def test_an_utterance_with_a_pause() -> None:
    detector = LevelDetector()
    ears = Ears(NoEcho(), detector, SETTINGS)
    events = hear(ears, "....####......####..........")
    assert kinds(events) == [
        *(SpeechStarted, SpeechPaused, SpeechResumed, SpeechPaused, Utterance),
    ]
    assert ears.now == 28 * FRAME_SAMPLES
    assert detector.n_resets == 1


def test_what_may_be_the_user() -> None:
    ears = Ears(Loudspeaker(), LevelDetector(), SETTINGS)
    assert [ears.hear(frame(mark, i)).may_be_user for i, mark in enumerate(".#!#")] == [
        *(False, True, False, True),
    ]
    assert hear(ears, "!!!!!!!!", 4) == []


def test_muted_it_hears_silence_and_nothing_that_was_said_before() -> None:
    ears = Ears(NoEcho(), LevelDetector(), SETTINGS)
    ears.mute(True, 0)
    assert ears.muted
    heard = ears.hear(frame("#", 0))
    assert not heard.may_be_user
    assert not heard.frame.samples.any()
    ears.mute(False, 4 * FRAME_SAMPLES)
    assert not ears.muted
    assert hear(ears, "###", 1) == []
    assert kinds(hear(ears, "###", 4)) == [SpeechStarted]


def test_a_turn_that_is_cut_for_its_length_is_not_forgotten() -> None:
    detector = LevelDetector()
    n_frames = math.ceil(SETTINGS.max_utterance_s * 1000 / 32) + 12
    events = hear(Ears(NoEcho(), detector, SETTINGS), n_frames * "#")
    assert kinds(events)[:2] == [SpeechStarted, Utterance]
    assert detector.n_resets == 0
