"""What a conversation says of itself: its state, how long each answer took, what it came to."""

from __future__ import annotations

from voicecli.conversation.answer import Emit
from voicecli.conversation.events import (
    Dropped,
    Ended,
    Notice,
    NotUnderstood,
    PartialTranscript,
    State,
    StateChanged,
    Stopped,
    TurnTimed,
)
from voicecli.conversation.floor import Failed, Nothing, Stop
from voicecli.conversation.reply import Reply
from voicecli.sound.samples import SAMPLE_RATE_HZ
from voicecli.timing import percentile

HINT_AFTER = 2
"""Times in a row that the user was not understood."""

BETTER_RECOGNIZER_HINT = "`voicecli models pull base` fetches one that understands free speech"


class Report:
    """Tells a change once; counts for the end."""

    def __init__(self, emit: Emit) -> None:
        self.n_turns = 0
        self.n_interruptions = 0
        self.n_false_interruptions = 0
        self._n_unclear = 0
        """Turns in a row that were not understood."""
        self._emit = emit
        self._state: State | None = None
        self._first_audio_ms: list[float] = []

    def state(self, state: State) -> None:
        if state != self._state:
            self._state = state
            self._emit(StateChanged(state))

    def first_audio(self, reply: Reply, latency_s: float) -> None:
        """How long the user waited, once the reply's first sample is on its way out.

        latency_s: from the speaker to the air.
        """
        first_sample = reply.first_sample
        if reply.timed or first_sample is None or not reply.utterances:
            return
        reply.timed = True
        speech_end, watch = reply.utterances[-1].speech_end, reply.stopwatch
        first_audio_ms = 1000 * ((first_sample - speech_end) / SAMPLE_RATE_HZ + latency_s)
        self._first_audio_ms.append(first_audio_ms)
        self._emit(
            TurnTimed(
                first_audio_ms,
                1000 * (reply.over_at - speech_end) / SAMPLE_RATE_HZ,
                watch.between_ms(None, "transcript"),
                watch.between_ms("asked", "first token"),
                watch.between_ms("first token", "first audio"),
                1000 * (reply.begun_at - speech_end) / SAMPLE_RATE_HZ,
            )
        )

    def understood(self) -> None:
        """The user took a turn."""
        self.n_turns += 1
        self._n_unclear = 0

    def no_answer(self, verdict: Stop | Nothing | Failed) -> None:
        match verdict:
            case Stop(text):
                self._emit(PartialTranscript("", ""))
                self._emit(Stopped(text))
            case Nothing(is_private=True):
                pass
            case Nothing(text, reason, was_said):
                self._emit(PartialTranscript("", ""))
                self._emit(Dropped(text, reason, was_said))
            case Failed(error):
                self._emit(Notice(error.message, error.hint))
                self._emit(NotUnderstood(error.message))

    def not_understood(self, text: str) -> None:
        """text: what the recogniser made of it."""
        self._n_unclear += 1
        self._emit(PartialTranscript("", ""))
        self._emit(Dropped(text, "the recogniser is unsure of it", was_said=True))
        if self._n_unclear == HINT_AFTER:
            self._emit(Notice("the speech recogniser is often unsure", BETTER_RECOGNIZER_HINT))

    def end(self) -> None:
        p50_ms, p95_ms = (percentile(self._first_audio_ms, percent) for percent in (50, 95))
        counts = self.n_turns, self.n_interruptions, self.n_false_interruptions
        self._emit(Ended(*counts, p50_ms, p95_ms))
