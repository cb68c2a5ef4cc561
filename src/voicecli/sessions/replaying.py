"""The recorded user through the program and the settings of today, and what has changed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from voicecli.conversation.events import Event, Level, ReplyEnded, UserSaid, as_json
from voicecli.duplex.lockstep import FrameCutter
from voicecli.duplex.recorder import FILE_SAMPLE_RATE_HZ
from voicecli.duplex.speaker import Speaker
from voicecli.sessions.reading import KeptSession, Turn, told_by
from voicecli.sessions.sound import both_sides
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, silence
from voicecli.text.words import words_of
from voicecli.timing import percentile

SAME_PAUSE_MS = 50.0
SAME_ANSWER_MS = 250.0
"""A time that differs by less has not changed. How long an answer takes depends on what else the
machine does."""


class ReplayDuplex:
    """A session in place of both devices (see Duplex): what the user said then is heard, beside
    what was played then, whose echo may be in it. What is said today nobody hears."""

    stands_still = True

    def __init__(self, folder: Path, on_frame: Callable[[int], None] = lambda index: None) -> None:
        """on_frame: is told the sample index after each frame."""
        self.speaker = Speaker(FILE_SAMPLE_RATE_HZ)
        self.input_ended = False
        self._folder = folder
        self._on_frame = on_frame
        self._muted_at = 0

    def hurry(self, hurry: bool) -> None:
        """Frames come when they are asked for."""

    def mute(self, muted: bool) -> int:
        return self._muted_at

    def describe(self) -> str:
        return str(self._folder)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return

    async def frames(self) -> AsyncGenerator[Frame, None]:
        import asyncio

        block = np.empty(FRAME_SAMPLES * FILE_SAMPLE_RATE_HZ // SAMPLE_RATE_HZ, np.float32)
        for frame in self._frames():
            self.speaker.fill(block)
            self.speaker.tick()
            self._muted_at = frame.end
            self._on_frame(frame.end)
            yield frame
            await asyncio.sleep(0)  # those that `tick` woke go first

    def _frames(self) -> Iterator[Frame]:
        cutter = FrameCutter()
        for you, ai in both_sides(self._folder):
            yield from cutter.feed(you, ai)
        rest = silence(cutter.n_wanted)
        self.input_ended = True
        yield from cutter.feed(rest, rest)
        nothing = silence(FRAME_SAMPLES)
        while True:
            yield from cutter.feed(nothing, nothing)


@dataclass
class Listener:
    """Takes the events of a conversation, with the sample at which each happened."""

    at: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        if not isinstance(event, Level):
            number = {"number": event.number} if isinstance(event, UserSaid | ReplyEnded) else {}
            self.events.append({"at": self.at, **as_json(event), **number})

    def session(self, folder: Path) -> KeptSession:
        return told_by(folder, self.events)


@dataclass(frozen=True)
class Change:
    """A stretch in which the user spoke, then and now: as one turn, or in several."""

    start_s: float
    then: tuple[Turn, ...]
    now: tuple[Turn, ...]

    @property
    def words_changed(self) -> bool:
        then, now = (words_of(text_of(turns).lower()) for turns in (self.then, self.now))
        return then != now or len(self.then) != len(self.now)

    @property
    def cut_in_changed(self) -> bool:
        return any(turn.cut_in for turn in self.then) != any(turn.cut_in for turn in self.now)

    @property
    def times_changed(self) -> bool:
        return _differ(pause_ms(self.then), pause_ms(self.now), SAME_PAUSE_MS) or _differ(
            answer_ms(self.then), answer_ms(self.now), SAME_ANSWER_MS
        )

    @property
    def is_any(self) -> bool:
        return self.words_changed or self.cut_in_changed or self.times_changed


def _differ(then_ms: float | None, now_ms: float | None, same_ms: float) -> bool:
    return then_ms is not None and now_ms is not None and abs(then_ms - now_ms) > same_ms


def text_of(turns: Sequence[Turn]) -> str:
    return " / ".join(turn.text for turn in turns)


def pause_ms(turns: Sequence[Turn]) -> float | None:
    """How long was waited for the end of the turn."""
    return turns[-1].hangover_ms if turns else None


def answer_ms(turns: Sequence[Turn]) -> float | None:
    """From the end of the turn to the first sound of the answer."""
    return turns[-1].first_audio_ms if turns else None


def changes(then: KeptSession, now: KeptSession) -> list[Change]:
    """Turn by turn: those belong together that overlap in time."""
    turns = [(turn, 0) for turn in _users(then)] + [(turn, 1) for turn in _users(now)]
    found: list[Change] = []
    end = -1
    for turn, side in sorted(turns, key=lambda one: (one[0].start, one[1])):
        if turn.start > end or not found:
            found.append(Change(turn.start_s, (), ()))
        last = found[-1]
        sides = [last.then, last.now]
        sides[side] = (*sides[side], turn)
        found[-1] = Change(last.start_s, *sides)
        end = max(end, turn.end)
    return found


def _users(session: KeptSession) -> list[Turn]:
    return [turn for turn in session.said if turn.speaker == "you"]


@dataclass(frozen=True)
class Totals:
    """Of one run."""

    n_turns: int
    n_cut_ins: int
    n_noises: int
    """Heard, and not taken for words."""
    pause_p50_ms: float | None
    answer_p50_ms: float | None


def totals(session: KeptSession) -> Totals:
    turns = _users(session)
    pauses = [turn.hangover_ms for turn in turns if turn.hangover_ms is not None]
    answers = [turn.first_audio_ms for turn in turns if turn.first_audio_ms is not None]
    return Totals(
        len(turns),
        sum(turn.cut_in for turn in turns),
        sum(event["event"] == "dropped" for event in session.events),
        percentile(pauses, 50),
        percentile(answers, 50),
    )
