"""What the conversation tells the world: one way, outwards. The screen and --json show these."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from enum import StrEnum

VERSION = 1
"""Of the events as JSON; another one where a field goes or changes its meaning."""


class State(StrEnum):
    LISTENING = "listening"
    HEARING = "hearing you"
    THINKING = "thinking"
    SPEAKING = "speaking"
    MUTED = "muted"
    ASLEEP = "waiting"
    """Until the wake phrase is said."""


@dataclass(frozen=True, slots=True)
class Started:
    """The microphone is open."""

    sound: str
    """Where it comes from and goes to: devices or files."""
    echo: str
    """What becomes of the loudspeaker's echo."""
    stt: str
    """Name of the recogniser."""
    voice: str
    """Name of the voice."""
    llm: str
    """The language model, and where it is."""
    version: int = VERSION
    """Of these events."""


@dataclass(frozen=True, slots=True)
class StateChanged:
    """Something else goes on."""

    state: State


@dataclass(frozen=True, slots=True)
class Level:
    """One frame of the microphone."""

    level_db: float
    """dB below full scale."""


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """The microphone hears something that may be the user."""

    onset: int
    """Index of the first sample of speech, at 16 kHz."""


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """What may be the user fell silent for as long as the hangover lasts."""

    speech_end: int
    """Index after the last sample of speech, at 16 kHz."""
    end: int
    """Index after the hangover's last sample, at 16 kHz."""


@dataclass(frozen=True, slots=True)
class PartialTranscript:
    """What the user seems to be saying."""

    committed: str
    """Two recognitions agreed on it."""
    tail: str
    """May still change."""


@dataclass(frozen=True, slots=True)
class UserSaid:
    """What the user said; it is in the history now. A follow-up is a second one."""

    text: str
    """Of this turn, as recognised."""
    number: int = field(default=0, compare=False)
    """Of its entry in the history."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """The microphone heard something that is not taken for the user's words."""

    text: str
    """What was recognised; may be empty."""
    reason: str
    """Why it is not taken, in words."""
    was_said: bool = field(default=False, compare=False)
    """The user may have said something, all the same: worth a trace on the screen."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The user said to stop: that is done, and not answered."""

    text: str
    """How the user said it."""


@dataclass(frozen=True, slots=True)
class StartedOver:
    """The conversation begins anew, as the user wished: all that was said before is forgotten."""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """The recogniser failed. What was said is tried again, once, with what is said next."""

    message: str
    """What failed, in words."""


@dataclass(frozen=True, slots=True)
class ReplyText:
    """More of the reply, as the language model writes it."""

    delta: str
    """To be put behind what came before."""


@dataclass(frozen=True, slots=True)
class ReplyPlain:
    """More of the reply, as it is said: without markup and thoughts."""

    delta: str
    """To be put behind what came before."""


@dataclass(frozen=True, slots=True)
class ToolCalled:
    """The language model wants a function to be called. Where voicecli calls it, `tool_result` or
    `tool_failed` follows, at once or after the user was asked; else the reply ends here."""

    id: str
    """Of the call; its result names it."""
    name: str
    """Of the function."""
    arguments: str
    """JSON, as the model wrote it."""


@dataclass(frozen=True, slots=True)
class SentenceBegan:
    """A sentence of the reply begins to be heard."""

    text: str
    """As it is written, without markup."""
    first_sample: int
    """Index of its first sample, at 16 kHz."""


@dataclass(frozen=True, slots=True)
class TokensCounted:
    """What the language model's server counted for a reply; only `voicecli serve` asks for it."""

    input_tokens: int
    """Of all that it was told."""
    output_tokens: int
    """Of what it wrote."""
    cached_tokens: int
    """Of the input: what it had read before."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """A function was called, and this came of it."""

    id: str
    """Of the call."""
    name: str
    """Of the function."""
    arguments: str
    """JSON, as the model wrote it."""
    content: str
    """As the model is told, without control characters. Whoever wrote it is not the user."""


@dataclass(frozen=True, slots=True)
class ToolFailed:
    """A function could not be called, was not allowed to be, or did not end well."""

    id: str
    """Of the call."""
    name: str
    """Of the function."""
    arguments: str
    """JSON, as the model wrote it."""
    content: str
    """Why, as the model is told."""


@dataclass(frozen=True, slots=True)
class TimerRang:
    """A timer is over, or it is the time of an alarm."""

    name: str
    """What the user called it; may be empty."""
    set_for: str
    """How long it ran, or its time of day."""


@dataclass(frozen=True, slots=True)
class ReplyEnded:
    """A reply is over: said to its end, cut off, or failed."""

    heard: str
    """What left the loudspeaker."""
    unheard: str
    """What the user cut off."""
    interrupted: bool
    """The user cut in."""
    number: int = field(default=0, compare=False)
    """Of its entry in the history; 0 where it has none."""
    error: str = field(default="", compare=False)
    """Why the rest could not be made; a Notice tells it, too."""
    cut_off: bool = field(default=False, compare=False)
    """It had as many tokens as it may have."""


@dataclass(frozen=True, slots=True)
class ReplyResumed:
    """It was not the user who spoke, or only a "mhm": the reply goes on."""


@dataclass(frozen=True, slots=True)
class TurnTimed:
    """The time between the last sample of the user's speech and the first of the reply."""

    first_audio_ms: float
    """Voice to voice, on the sample clock of the audio stream, with the output's latency."""
    hangover_ms: float
    """Silence that was waited for. What follows happens inside it, as far as it fits."""
    stt_ms: float
    """Of recognising what was said."""
    llm_ms: float
    """To the first token."""
    tts_ms: float
    """From the first token to the first sentence's audio."""
    begun_ms: float
    """Silence after which stt began, and the others behind it: a pause, or the whole hangover.
    Negative for a reply that was begun while the user still spoke."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know; the conversation goes on."""

    message: str
    """What happened."""
    hint: str = ""
    """What to do about it; may be empty."""


@dataclass(frozen=True, slots=True)
class KeysShown:
    """The user asked which keys there are."""

    text: str
    """The keys and commands, in lines."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The conversation is over."""

    n_turns: int
    """Turns of the user that were answered."""
    n_interruptions: int
    """Replies that the user cut off."""
    n_false_interruptions: int
    """Times that a reply fell silent and went on again."""
    first_audio_p50_ms: float | None
    """Median of the turns' first_audio_ms; null where none was measured."""
    first_audio_p95_ms: float | None
    """All but one in twenty were quicker."""


Event = (
    Started
    | StateChanged
    | Level
    | SpeechBegan
    | SpeechEnded
    | PartialTranscript
    | UserSaid
    | Dropped
    | Stopped
    | StartedOver
    | NotUnderstood
    | ReplyText
    | ReplyPlain
    | ToolCalled
    | TokensCounted
    | SentenceBegan
    | ToolResult
    | ToolFailed
    | TimerRang
    | ReplyEnded
    | ReplyResumed
    | TurnTimed
    | Notice
    | KeysShown
    | Ended
)


def name_of(event: type) -> str:
    """The class's name in snake case: what `event` is in JSON."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", event.__name__).lower()


def shown_fields(event: type) -> list[str]:
    """Names of the fields that JSON has. Numbers of entries in the history say nothing outside of
    the program."""
    return [field.name for field in fields(event) if field.compare]


def as_json(event: Event) -> dict[str, object]:
    """{"event": "user_said", "text": ...}; docs/events.md has all."""
    kind = type(event)
    return {"event": name_of(kind), **{name: getattr(event, name) for name in shown_fields(kind)}}
