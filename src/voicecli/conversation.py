"""THE HEART: one listening loop, one cancellable reply.

The loop hears every frame and never waits for a reply. A reply is one task: recognition, language
model, sentences, voice, loudspeaker, each pulling the one before. It is begun in the first pause,
is held back until the hangover is over, and is cancelled by the user's next word: before that
moment without trace, afterwards with a history that holds what was heard.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Literal, Protocol

from voicecli.audio import SAMPLE_RATE_HZ, Clip, Frame, Samples, level_db
from voicecli.duplex import Duplex
from voicecli.endpointing import (
    Endpointer,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    Utterance,
    join,
)
from voicecli.errors import VoicecliError
from voicecli.events import (
    Ended,
    Event,
    Level,
    Notice,
    PartialTranscript,
    ReplyEnded,
    ReplyText,
    State,
    StateChanged,
    TurnTimed,
    UserSaid,
)
from voicecli.history import History, heard_words
from voicecli.llm import Message
from voicecli.sentences import sentences
from voicecli.speakable import speakable
from voicecli.speaker import Playback
from voicecli.spoken import spoken
from voicecli.stt import Transcript
from voicecli.timing import Stopwatch, percentile

MAX_HELD_REPLIES = 3
"""Replies begun in the pauses of one utterance; from then on, its end is waited for."""

PARTIAL_FRAMES = 16
"""A partial transcript is made of this much more speech (0.5 s), if the recogniser is idle."""

Speculate = Literal["off", "stt", "full"]
"""What may happen in a pause that may not be the end: nothing, recognition, or the whole reply."""


class SpeechDetector(Protocol):
    def probability(self, frame: Samples) -> float: ...
    def reset(self) -> None: ...


class Recognizer(Protocol):
    @property
    def busy(self) -> bool: ...
    async def transcribe(self, samples: Samples) -> Transcript: ...


class LanguageModel(Protocol):
    def stream(self, messages: Sequence[Message]) -> AsyncIterator[str]: ...


class Voice(Protocol):
    async def synthesize(self, sentence: str) -> Clip: ...


@dataclass(eq=False)
class Reply:
    """One assistant turn: what it answers, and how far it got."""

    utterances: list[Utterance | SpeechPaused]
    """Everything said that is not yet in the history."""
    confirmed: bool = False
    """The hangover is over: the reply may be heard, and what it answers is remembered."""
    confirmed_at: int = 0
    """Sample index of that moment."""
    interrupted: bool = False
    transcript: Transcript | None = None
    spoken: list[tuple[str, Playback]] = field(default_factory=list)
    """Sentences as written, and how much of each was heard."""
    held_events: list[Event] = field(default_factory=list)
    stopwatch: Stopwatch = field(default_factory=Stopwatch)
    timed: bool = False
    task: asyncio.Task[None] = field(init=False)

    @property
    def running(self) -> bool:
        return not self.task.done()


class Conversation:
    """Give it the parts and a place for its events, then `await run()`.

    It ends when the duplex's input does (a file), after the last reply was heard; with a microphone
    it runs until it is cancelled.
    """

    def __init__(
        self,
        duplex: Duplex,
        detector: SpeechDetector,
        endpointer: Endpointer,
        recognizer: Recognizer,
        language_model: LanguageModel,
        voice: Voice,
        history: History,
        emit: Callable[[Event], None],
        *,
        language: str = "en",
        speculate: Speculate = "full",
    ) -> None:
        self._duplex = duplex
        self._speaker = duplex.speaker
        self._detector = detector
        self._endpointer = endpointer
        self._recognizer = recognizer
        self._language_model = language_model
        self._voice = voice
        self._history = history
        self._emit = emit
        self._language = language
        self._speculate: Speculate = speculate
        self._state: State | None = None
        self._pending: list[Utterance | SpeechPaused] = []
        self._reply: Reply | None = None
        self._n_held = 0
        self._partial: asyncio.Task[None] | None = None
        self._partial_countdown = PARTIAL_FRAMES
        self._first_audio_ms: list[float] = []
        self._n_turns = 0
        self._n_interruptions = 0

    async def run(self) -> None:
        try:
            async with (
                asyncio.TaskGroup() as self._tasks,
                aclosing(self._duplex.frames()) as frames,
            ):
                async for frame in frames:
                    await self._hear(frame)
                    if self._duplex.input_ended and self._nothing_left():
                        break
        finally:
            self._emit(
                Ended(
                    self._n_turns,
                    self._n_interruptions,
                    percentile(self._first_audio_ms, 50),
                    percentile(self._first_audio_ms, 95),
                )
            )

    # ---- the listening loop -------------------------------------------------------------------

    async def _hear(self, frame: Frame) -> None:
        probability = self._detector.probability(frame.samples)
        self._emit(Level(level_db(frame.samples), probability))
        for event in self._endpointer.feed(frame, probability):
            match event:
                case SpeechStarted():
                    self._n_held = 0
                    self._partial_countdown = PARTIAL_FRAMES
                    await self._interrupt()
                case SpeechPaused() if self._may_hold():
                    self._n_held += 1
                    self._speaker.hold()
                    self._begin_reply([*self._pending, event])
                case SpeechResumed():
                    await self._interrupt()
                case Utterance():
                    self._end_of_turn(event, frame.end)
        self._report_first_audio()
        self._start_partial()
        if self._duplex.stands_still:
            await self._let_work()
        self._show_state()

    def _may_hold(self) -> bool:
        return self._speculate != "off" and self._n_held < MAX_HELD_REPLIES

    def _end_of_turn(self, utterance: Utterance, now: int) -> None:
        self._detector.reset()
        self._pending.append(utterance)
        reply = self._reply or self._begin_reply(list(self._pending))
        reply.confirmed = True
        reply.confirmed_at = now
        self._remember_user(reply)
        self._speaker.release()
        for event in reply.held_events:
            self._emit(event)

    async def _interrupt(self) -> None:
        """The user speaks: stop the reply, whatever it is doing."""
        reply, self._reply = self._reply, None
        if reply is None:
            return
        reply.interrupted = reply.confirmed and reply.running
        self._n_interruptions += self._speaker.speaking
        self._speaker.stop()
        self._speaker.release()
        reply.task.cancel()
        await asyncio.wait([reply.task])

    def _begin_reply(self, utterances: list[Utterance | SpeechPaused]) -> Reply:
        self._reply = reply = Reply(utterances)
        reply.task = self._tasks.create_task(self._answer(reply), name="reply")
        return reply

    def _report_first_audio(self) -> None:
        reply = self._reply
        if reply is None or reply.timed or not reply.spoken:
            return
        first_sample = reply.spoken[0][1].first_sample
        if first_sample is None:
            return
        reply.timed = True
        speech_end = reply.utterances[-1].speech_end
        first_audio_ms = 1000 * (
            (first_sample - speech_end) / SAMPLE_RATE_HZ + self._duplex.latency_s
        )
        self._first_audio_ms.append(first_audio_ms)
        watch = reply.stopwatch
        self._emit(
            TurnTimed(
                first_audio_ms,
                1000 * (reply.confirmed_at - speech_end) / SAMPLE_RATE_HZ,
                watch.between_ms(None, "transcript"),
                watch.between_ms("transcript", "first token"),
                watch.between_ms("first token", "first audio"),
            )
        )

    def _start_partial(self) -> None:
        """Show what the user is saying, where that costs the final transcript nothing."""
        if not self._endpointer.in_speech or self._endpointer.paused:
            return
        self._partial_countdown -= 1
        idle = self._partial is None or self._partial.done()
        if self._partial_countdown > 0 or not idle or self._recognizer.busy:
            return
        self._partial_countdown = PARTIAL_FRAMES
        samples = self._endpointer.so_far()
        self._partial = self._tasks.create_task(self._transcribe_partial(samples), name="partial")

    async def _transcribe_partial(self, samples: Samples) -> None:
        with suppress(VoicecliError):  # the final transcription will say it
            transcript = await self._recognizer.transcribe(samples)
            if self._endpointer.in_speech and not self._endpointer.paused:
                self._emit(PartialTranscript(transcript.text))

    def _show_state(self) -> None:
        reply = self._reply
        if self._endpointer.in_speech:
            state = State.HEARING
        elif reply is not None and reply.running:
            state = State.SPEAKING if self._speaker.speaking else State.THINKING
        else:
            state = State.LISTENING
        if state != self._state:
            self._state = state
            self._emit(StateChanged(state))

    async def _let_work(self) -> None:
        """Where files stand in for devices, time stands still while a model works."""
        if self._partial is not None and not self._partial.done():
            await asyncio.wait([self._partial])
        reply = self._reply
        while reply is not None and reply.running and not self._speaker.waiting:
            waits = asyncio.ensure_future(self._speaker.wait_for_wait())
            await asyncio.wait([reply.task, waits], return_when=asyncio.FIRST_COMPLETED)
            waits.cancel()

    def _nothing_left(self) -> bool:
        answering = self._reply is not None and self._reply.running
        return not (self._endpointer.in_speech or answering or self._speaker.speaking)

    # ---- the reply ----------------------------------------------------------------------------

    async def _answer(self, reply: Reply) -> None:
        try:
            try:
                if await self._understand(reply):
                    await self._speak(reply)
            except VoicecliError as error:
                await self._speaker.released()
                self._tell(reply, Notice(error.message, error.hint))
            await self._speaker.drain()
            await self._speaker.released()
        finally:
            self._remember_heard(reply)

    async def _understand(self, reply: Reply) -> bool:
        """Transcribe; False where there is nothing to answer."""
        reply.transcript = await self._recognizer.transcribe(join(reply.utterances))
        reply.stopwatch.mark("transcript")
        if reply.confirmed:
            self._remember_user(reply)
        else:
            self._emit(PartialTranscript(reply.transcript.text))
        if self._speculate != "full":
            await self._speaker.released()
        # Nothing was said now; but a question that a noise interrupted still waits for its answer.
        return bool(reply.transcript.text) or self._history.unanswered

    async def _speak(self, reply: Reply) -> None:
        assert reply.transcript is not None
        text = "" if reply.confirmed else reply.transcript.text
        messages = self._history.with_user(text)
        async with aclosing(self._write(reply, messages)) as deltas:
            plain = speakable(deltas, self._language)
            async with aclosing(plain), aclosing(sentences(plain, self._language)) as pieces:
                async for sentence in pieces:
                    clip = await self._voice.synthesize(spoken(sentence.strip(), self._language))
                    reply.stopwatch.mark("first audio")
                    reply.spoken.append((sentence, self._speaker.queue(clip)))
                    await self._speaker.room()

    async def _write(self, reply: Reply, messages: Sequence[Message]) -> AsyncIterator[str]:
        async with aclosing(self._language_model.stream(messages)) as deltas:
            async for delta in deltas:
                reply.stopwatch.mark("first token")
                self._tell(reply, ReplyText(delta))
                yield delta

    def _tell(self, reply: Reply, event: Event) -> None:
        """Of a reply that is held back, nothing is shown."""
        if reply.confirmed:
            self._emit(event)
        else:
            reply.held_events.append(event)

    def _remember_user(self, reply: Reply) -> None:
        """Audio is forgotten only here, when its text is in the history."""
        if reply.transcript is None:
            return
        self._pending.clear()
        if text := reply.transcript.text:
            self._n_turns += 1
            self._history.add_user(text)
            self._emit(UserSaid(text))
        else:
            self._emit(PartialTranscript(""))

    def _remember_heard(self, reply: Reply) -> None:
        heard = unheard = ""
        for sentence, playback in reply.spoken:
            n_heard, n_samples = playback.heard_samples, len(playback.clip.samples)
            words = heard_words(sentence, n_heard, n_samples) if not unheard else ""
            heard += words
            unheard += sentence[len(words) :]
        self._history.add_assistant(heard.strip())
        if reply.spoken and reply.confirmed:
            self._emit(ReplyEnded(heard.strip(), unheard.strip(), reply.interrupted))
