"""What the user is saying, while it is said."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from math import inf

from voicecli.conversation.continued import Before, recognized
from voicecli.conversation.events import PartialTranscript
from voicecli.conversation.jobs import Jobs
from voicecli.duplex.speaker import Speaker
from voicecli.errors import VoicecliError
from voicecli.hearing.ears import Ears
from voicecli.hearing.endpointing import Speech
from voicecli.sound.samples import SAMPLE_RATE_HZ
from voicecli.stt.transcript import Recognizer, Transcript
from voicecli.worker import Priority, at

PARTIAL_FRAMES = 16
"""A partial transcript is made of this much more speech (0.5 s), if the recogniser is idle."""

WORD_FRAMES = 3
"""And of this much more (0.1 s), where the voice has just fallen to the level of the room: it may
have said its last word, and then the partial transcript is the final one. Silero notices the end
0.1 s later, and it takes 0.2 s to be a pause."""

SURE_FRAMES = 3
"""So long a recogniser that is slow waits for that: within a word it is seldom quiet for 0.1 s."""

MAX_MS = 160
"""Where a partial transcript takes longer, there are no more but in pauses: the final one would
have to wait for it. Until a final one takes less."""


MIN_AGREED_S = 1.0
"""Of less speech two recognitions agree on the same wrong words ("Like your" for "What your")."""


class Agreement:
    """Partial transcripts that don't flicker: LocalAgreement-2 (Macháček et al., 2023). Pure.

    Words on which two recognitions in a row agree are committed; the rest is the tail.
    """

    def __init__(self) -> None:
        self._before: list[str] = []
        self._committed: list[str] = []

    def feed(self, text: str, speech_s: float = inf) -> tuple[str, str]:
        """Take the newest transcript of the open utterance; return what is committed, and the tail.

        speech_s: how much was heard for it; of less than MIN_AGREED_S nothing is believed.

        Committed words stay, even where a later recognition would have them otherwise: only the
        final transcript may change them.
        """
        words = text.split()
        pairs = zip(words, self._before, strict=False)
        agreed = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        self._committed += words[len(self._committed) : agreed]
        self._before = words if speech_s > MIN_AGREED_S else []
        return " ".join(self._committed), " ".join(words[len(self._committed) :])


@dataclass(eq=False)
class Early:
    """A partial transcript of all that was said, as long as nothing more is."""

    speaker: Speaker
    """Says when time goes on, also where that stands still while anyone works."""
    transcript: Transcript | None = None
    """None where it is not made yet, or failed."""
    task: asyncio.Task[None] | None = None

    async def made(self) -> Transcript | None:
        """Wait for it."""
        if self.task is not None:
            self.task.add_done_callback(lambda _: self.speaker.tick())
            await self.speaker.until(self.task.done)
        return self.transcript


class Partials:
    """Partial transcripts, made where that costs the final one nothing."""

    def __init__(
        self,
        recognizer: Recognizer,
        ears: Ears,
        jobs: Jobs,
        speaker: Speaker,
        show: Callable[[PartialTranscript, Transcript], None],
    ) -> None:
        """show: is given each, and what it was made of."""
        self.recognizer = recognizer
        self._ears = ears
        self._jobs = jobs
        self._speaker = speaker
        self._show = show
        self.early: Early | None = None
        """Of the utterance that is open, or ended last."""
        self.before: Before | None = None
        """What the utterance goes on from, where a turn was taken too early."""
        self._newest = Early(speaker)
        self._agreement = Agreement()
        self._countdown = PARTIAL_FRAMES
        self._too_slow = False
        self._n_hushed = 0

    @property
    def onset(self) -> int:
        """Sample index at which the user began to speak."""
        return self._ears.endpointer.onset

    def begin_turn(self) -> None:
        """The user begins to speak."""
        self._agreement = Agreement()
        self._countdown = PARTIAL_FRAMES
        self._n_hushed = 0
        self.early = None

    def feed(self, *, hushed: bool) -> None:
        """Another frame was heard. hushed: it is no louder than the room."""
        endpointer = self._ears.endpointer
        if not endpointer.in_speech:
            return
        self._n_hushed = self._n_hushed + 1 if hushed else 0
        if not hushed:
            self.early = None
        if endpointer.paused or self.early is not None:  # nothing more was said
            return
        self._countdown -= 1
        task = self._newest.task
        if not self._is_due() or self.recognizer.busy or not (task is None or task.done()):
            return
        self._countdown = PARTIAL_FRAMES
        self._newest = newest = Early(self._speaker)
        if hushed:
            self.early = newest
        # Taken here: before the task has its turn, more may be heard, and the utterance be over.
        speech = endpointer.open_speech()
        newest.task = self._jobs.start(
            self._transcribe(newest, speech, self._agreement), "partial transcript"
        )

    def _is_due(self) -> bool:
        if self._too_slow:
            return self._n_hushed >= SURE_FRAMES
        return self._countdown <= (PARTIAL_FRAMES - WORD_FRAMES if self._n_hushed else 0)

    def final_came(self, begun: int) -> None:
        """A final transcript is here, which was begun at that sample index."""
        self._too_slow = self._too_slow and self._takes_long(begun)

    def _takes_long(self, begun: int) -> bool:
        return (self._ears.now - begun) * 1000 > MAX_MS * SAMPLE_RATE_HZ

    async def _transcribe(self, newest: Early, speech: Speech, agreement: Agreement) -> None:
        with suppress(VoicecliError):  # the final transcription will say it
            ears, begun = self._ears, self._ears.now
            with at(lambda: Priority.PARTIAL):
                transcript = await recognized(self.recognizer, [speech], self.before)
            newest.transcript = transcript
            self._too_slow = self._takes_long(begun)
            speech_s = len(speech.samples) / SAMPLE_RATE_HZ
            if ears.endpointer.in_speech and agreement is self._agreement:
                self._show(
                    PartialTranscript(*agreement.feed(transcript.text, speech_s)), transcript
                )
