"""Sessions as a conversation leaves them, made by the recorder itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from voicecli.conversation.events import (
    Event,
    ReplyEnded,
    SentenceBegan,
    SpeechBegan,
    SpeechEnded,
    UserSaid,
)
from voicecli.sessions.recording import SessionRecorder
from voicecli.sound.samples import FRAME_SAMPLES, Frame, Samples, silence

BEGAN = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)


def frame(number: int, heard: Samples | None = None, played: Samples | None = None) -> Frame:
    """The number-th of a conversation."""
    nothing = silence(FRAME_SAMPLES)
    return Frame(
        nothing if heard is None else heard,
        number * FRAME_SAMPLES,
        nothing if played is None else played,
    )


def tone(number: int, hz: float) -> Samples:
    """One frame of a tone that has no seam from frame to frame."""
    index = np.arange(number * FRAME_SAMPLES, (number + 1) * FRAME_SAMPLES)
    return (0.4 * np.sin(2 * np.pi * hz * index / 16_000)).astype(np.float32)


def turn(question: str, *answer: str, at: int, number: int = 1, heard: str = "") -> list[Event]:
    """Of a turn that begins at the sample index `at`: a second, and a second for each sentence."""
    replied = at + 20_000
    return [
        SpeechBegan(at),
        SpeechEnded(at + 16_000, at + 19_000),
        UserSaid(question, number),
        *(SentenceBegan(text, replied + 16_000 * i) for i, text in enumerate(answer)),
        ReplyEnded(
            heard or " ".join(answer), "the rest" if heard else "", bool(heard), number=number + 1
        ),
    ]


def record(
    *events: Event,
    folder: Path | None = None,
    at: int = 0,
    n_frames: int = 1,
    began: datetime = BEGAN,
    gaps: Iterable[int] = (),
) -> Path:
    """A session with these events, all told at its end; frames with the numbers in `gaps` are
    missing."""
    with SessionRecorder(folder, at=at, now=lambda: began) as recorder:
        for number in range(n_frames):
            if number not in gaps:
                recorder.hear(frame(number, tone(number, 400), tone(number, 1000)))
        for event in events:
            recorder.tell(event)
        assert recorder.folder is not None
        return recorder.folder
