"""What a session holds: who said what, and when. What is damaged in it is left out, and counted."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from voicecli.conversation.history import History
from voicecli.errors import SessionError, reason
from voicecli.sessions.folders import EVENTS, id_of
from voicecli.sound.samples import SAMPLE_RATE_HZ

BEGAN = "session_began"
"""The event of a session's own: the first, and another each time that it goes on."""

Speaker = Literal["you", "ai"]


@dataclass(frozen=True)
class Turn:
    """What one side said without the other."""

    speaker: Speaker
    text: str
    """As it was heard."""
    start: int
    """Sample index, at 16 kHz, from the beginning of the session."""
    end: int
    sentences: tuple[tuple[str, int], ...] = ()
    """Of a reply, with the sample at which each began to be heard."""
    cut_off: bool = False
    """There was more of it: the user cut in, or the conversation ended."""
    remembered: bool = True
    """It is in the history: what a session that goes on knows."""
    cut_in: bool = False
    """The user's words ended a reply."""
    typed: bool = False
    """The user did not speak."""
    hangover_ms: float | None = None
    """Silence after the user's words that was waited for; None where no answer was timed."""
    first_audio_ms: float | None = None
    """From the user's last sample to the answer's first, with the time that its making took: in a
    recording no time passes meanwhile."""

    @property
    def start_s(self) -> float:
        return self.start / SAMPLE_RATE_HZ

    @property
    def end_s(self) -> float:
        return self.end / SAMPLE_RATE_HZ


@dataclass
class KeptSession:
    folder: Path
    began: datetime | None = None
    """None where nothing tells it any more."""
    last_began: datetime | None = None
    """When it went on for the last time, at the sample index `last_at`."""
    last_at: int = 0
    end: int = 0
    """Sample index of its last event."""
    said: list[Turn] = field(default_factory=list)
    n_forgotten: int = 0
    """The user started over after so many of them."""
    events: list[dict[str, Any]] = field(default_factory=list)
    n_damaged: int = 0
    """Lines that can't be read."""

    @property
    def id(self) -> str:
        return id_of(self.folder)

    @property
    def duration_s(self) -> float:
        return self.end / SAMPLE_RATE_HZ

    @property
    def n_turns(self) -> int:
        """Of the user."""
        return sum(one.speaker == "you" for one in self.said)

    @property
    def first_words(self) -> str:
        return next((one.text for one in self.said if one.speaker == "you"), "")

    @property
    def ended_at_s(self) -> float | None:
        """Of the epoch."""
        if self.last_began is None:
            return None
        return self.last_began.timestamp() + (self.end - self.last_at) / SAMPLE_RATE_HZ

    def history(self) -> History:
        """What the language model knew at its end."""
        history = History()
        for one in self.said[self.n_forgotten :]:
            if one.remembered and one.speaker == "you":
                history.add_user(one.text)
            elif one.remembered:
                history.add_assistant(one.text, interrupted=one.cut_off)
        return history


def read(folder: Path) -> KeptSession:
    """Raises SessionError where nothing can be read at all."""
    try:
        data = (folder / EVENTS).read_bytes()
    except OSError as error:
        raise SessionError(
            f"session {id_of(folder)} can't be read: {EVENTS} ({reason(error)})",
            f"look at {folder}",
        ) from error
    lines = [line for line in data.splitlines() if line.strip()]
    events = [event for line in lines if (event := _event(line)) is not None]
    if not events:
        raise SessionError(
            f"session {id_of(folder)} can't be read: {EVENTS} holds no event", f"look at {folder}"
        )
    session = told_by(folder, events)
    session.n_damaged = len(lines) - len(events)
    return session


def told_by(folder: Path, events: list[dict[str, Any]]) -> KeptSession:
    """What these events tell, each with the sample index `at` which it happened."""
    session = KeptSession(folder, events=events)
    for event in events:
        session.end = max(session.end, event["at"])
        if event["event"] == BEGAN:
            session.last_began, session.last_at = _time(event.get("began")), event["at"]
            session.began = session.began or session.last_began
    teller = _Teller(session)
    for event in events:
        teller.take(event)
    teller.end_reply(session.end)
    return session


def _event(line: bytes) -> dict[str, Any] | None:
    """None for what is no event: the half line of a process that was killed, or anything else."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    is_event = isinstance(event, dict) and isinstance(event.get("event"), str)
    if not is_event or not _is_index(event.get("at")):
        return None
    looked_at = _TYPES.keys() & event.keys()
    return event if all(_fits(name, event[name]) for name in looked_at) else None


_STAGES = ("begun_ms", "stt_ms", "llm_ms", "tts_ms")
_TIMES = ("first_audio_ms", "hangover_ms", *_STAGES)

_TYPES: dict[str, type] = {
    "text": str,
    "heard": str,
    "unheard": str,
    "interrupted": bool,
    "onset": int,
    "speech_end": int,
    "first_sample": int,
    "number": int,
    **dict.fromkeys(_TIMES, float),
}
"""Of the fields that are looked at."""


def _fits(name: str, value: object) -> bool:
    if _TYPES[name] is float:
        return type(value) in (int, float) and math.isfinite(value)  # type: ignore[arg-type]
    return type(value) is _TYPES[name] and (not isinstance(value, int) or value >= 0)


def _is_index(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**53


def _time(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).astimezone()
    except (ValueError, OverflowError, OSError):
        return None


class _Teller:
    """Events in their order -> what was said."""

    def __init__(self, session: KeptSession) -> None:
        self._session = session
        self._offset = 0
        """Of the indices in the events: those of a session that goes on begin anew."""
        self._onset: int | None = None
        self._speech_end: int | None = None
        self._sentences: list[tuple[str, int]] = []
        self._before = ""
        """The event before."""
        self._cut_at = -1
        """The moment in which the user's words ended a reply."""

    def take(self, event: dict[str, Any]) -> None:
        match event:
            case {"event": "session_began"}:
                self.end_reply(event["at"])
                self._offset = event["at"]
                self._onset = self._speech_end = None
            case {"event": "speech_began", "onset": onset} if self._onset is None:
                self._onset = self._offset + onset
            case {"event": "speech_ended", "speech_end": end}:
                self._speech_end = self._offset + end
            case {"event": "dropped"}:
                self._onset = self._speech_end = None
            case {"event": "user_said" | "stopped", "text": text}:
                self._user_said(text, event)
            case {"event": "sentence_began", "text": text, "first_sample": sample}:
                self._sentences.append((text, self._offset + sample))
            case {"event": "reply_ended", "heard": heard}:
                self._reply_ended(heard, event)
            case {"event": "turn_timed"} if event.keys() >= set(_TIMES):
                self._timed(event)
            case {"event": "started_over"}:
                # As words, it is what the new conversation begins with.
                is_said = self._before == "user_said"
                self._session.n_forgotten = len(self._session.said) - is_said
        self._before = event["event"]

    def _user_said(self, text: str, event: dict[str, Any]) -> None:
        start = event["at"] if self._onset is None else self._onset
        end = event["at"] if self._speech_end is None else self._speech_end
        self._session.said.append(
            Turn(
                *("you", text, start, max(start, end)),
                remembered=event["event"] == "user_said",
                cut_in=self._cut_at == event["at"],
                typed=self._onset is None,
            )
        )
        self._onset = self._speech_end = None
        self._cut_at = -1

    def _timed(self, event: dict[str, Any]) -> None:
        said = self._session.said
        for i in reversed(range(len(said))):
            if said[i].speaker == "you":
                made_ms = sum(event[stage] for stage in _STAGES)
                said[i] = replace(
                    said[i],
                    hangover_ms=event["hangover_ms"],
                    first_audio_ms=max(event["first_audio_ms"], made_ms),
                )
                return

    def _reply_ended(self, heard: str, event: dict[str, Any]) -> None:
        sentences, self._sentences = tuple(self._sentences), []
        if event.get("interrupted"):
            self._cut_at = event["at"]
        if not heard:
            return
        start = sentences[0][1] if sentences else event["at"]
        cut_off = bool(event.get("interrupted") or event.get("unheard"))
        remembered = event.get("number", 1) > 0
        self._session.said.append(
            Turn("ai", heard, start, max(start, event["at"]), sentences, cut_off, remembered)
        )

    def end_reply(self, at: int) -> None:
        """The program ended before its reply did: what of it had begun to be heard was heard."""
        if self._sentences:
            heard = " ".join(text for text, _ in self._sentences)
            self._reply_ended(heard, {"event": "", "at": at, "interrupted": True})


def lines(said: Iterable[Turn]) -> Iterator[tuple[str, int, int, Speaker]]:
    """Sentence by sentence: the text, its first sample, the one after its last, and who said it."""
    for one in said:
        heard = list(_heard_sentences(one))
        for i, (text, start) in enumerate(heard):
            end = heard[i + 1][1] if i + 1 < len(heard) else one.end
            yield text, start, max(start, end), one.speaker


def _heard_sentences(one: Turn) -> Iterator[tuple[str, int]]:
    """The text, cut where its sentences begin; the last of them as far as it was heard."""
    rest = one.text
    begins = [sample for _, sample in one.sentences] or [one.start]
    for i, begin in enumerate(begins):
        text = one.sentences[i][0] if one.sentences else rest
        if i + 1 < len(begins) and rest.startswith(text):
            yield text, begin
            rest = rest[len(text) :].strip()
        elif rest:
            yield rest, begin
            return
