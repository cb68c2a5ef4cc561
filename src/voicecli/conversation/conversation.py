"""THE HEART: one listening loop, one cancellable reply.

The loop hears every frame and never waits for a reply. A reply is one task: recognition, language
model, sentences, voice, loudspeaker, each pulling the one before. It is begun in the first pause,
or from a partial transcript before it, and is held back until the hangover is over. The user's next
word cancels it: before that moment without trace, afterwards with a history that holds what was
heard.

Whoever speaks during a reply suspends it first. What was said is recognised; if it was nothing, a
"mhm" or the loudspeaker itself, the reply goes on from the first word that was not heard.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass

from voicecli.conversation.answer import Answer
from voicecli.conversation.completeness import (
    Completeness,
    completeness,
    hangover_ms,
    is_backchannel,
    same_words,
)
from voicecli.conversation.draft import Draft
from voicecli.conversation.events import (
    Dropped,
    Ended,
    Event,
    Level,
    Notice,
    NotUnderstood,
    PartialTranscript,
    ReplyEnded,
    ReplyResumed,
    SpeechBegan,
    SpeechEnded,
    State,
    StateChanged,
    TurnTimed,
    UserSaid,
)
from voicecli.conversation.ghosts import is_echo, why_nothing
from voicecli.conversation.heard import first_unheard_sample
from voicecli.conversation.history import History
from voicecli.conversation.partials import Agreement
from voicecli.conversation.reply import Reply
from voicecli.duplex.seam import Duplex
from voicecli.errors import VoicecliError
from voicecli.hearing.detectors import SpeechDetector, TurnDetector
from voicecli.hearing.echo import Echo
from voicecli.hearing.endpointing import (
    Endpointer,
    Speech,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    Utterance,
    join,
)
from voicecli.hearing.loudness import Loudness
from voicecli.llm.messages import LanguageModel
from voicecli.settings import ListenSettings, Speculate
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, Samples, level_db, silence
from voicecli.stt.transcript import Recognizer, Transcript
from voicecli.timing import percentile
from voicecli.tts.clip import Clip, Voice

MAX_HELD_REPLIES = 3
"""Replies begun in the pauses of one utterance; from then on, its end is waited for."""

PARTIAL_FRAMES = 16
"""A partial transcript is made of this much more speech (0.5 s), if the recogniser is idle."""

PARTIALS_REST_TURNS = 3
"""Where a partial transcript takes longer than a pause does to be noticed, the final one may have
to wait for it: then there is only one in so many turns."""

REOPEN_S = 0.8
"""A user who speaks again so soon after the turn was taken was not finished: what was heard of the
reply is taken back, and the words join the same message (huggingface speech-to-speech's window)."""

DUCK_DB = -15.0
UNDUCK_FRAMES = 8
"""On the first frame that may be the user the reply is played softer, until so many are not."""


@dataclass(frozen=True)
class Parts:
    """What a conversation is made of."""

    duplex: Duplex
    echo: Echo
    detector: SpeechDetector
    recognizer: Recognizer
    language_model: LanguageModel
    voice: Voice
    turn_detector: TurnDetector | None = None


class Conversation:
    """Give it the parts and a place for its events, then `await run()`.

    It ends when the duplex's input does (a file), after the last reply was heard; with a microphone
    it runs until it is cancelled.
    """

    def __init__(
        self,
        parts: Parts,
        history: History,
        emit: Callable[[Event], None],
        *,
        settings: ListenSettings | None = None,
        language: str = "en",
        pronunciations: Mapping[str, str] | None = None,
        speculate: Speculate = "full",
        draft: bool = False,
    ) -> None:
        """draft: answers may be begun from partial transcripts. For a model that costs nothing."""
        self._parts = parts
        self._speaker = parts.duplex.speaker
        self._history = history
        self._emit = emit
        self._settings = settings or ListenSettings()
        self._language = language
        self._pronunciations = pronunciations or {}
        self._speculate: Speculate = speculate
        self._may_draft = draft and speculate == "full"
        self._endpointer = Endpointer(self._settings)
        self._loudness = Loudness()
        self._turn_detector = parts.turn_detector
        self._state: State | None = None
        self._pending: list[Speech] = []
        """Said, and not yet in the history."""
        self._reply: Reply | None = None
        self._suspended: Reply | None = None
        self._draft: Draft | None = None
        self._draft_job: asyncio.Task[None]
        self._n_held = 0
        self._n_drafts = 0
        self._n_failures = 0
        """Of the recogniser, one after the other."""
        self._stop_asked = False
        self._heard_from = 0.0
        """Sample index before which the microphone is muted."""
        self._heard_reply: Reply | None = None
        """The newest that may be, or was, heard."""
        self._last_audible = 0
        """Sample index up to which the loudspeaker spoke."""
        self._quiet_frames = UNDUCK_FRAMES
        self._agreement = Agreement()
        self._partial: asyncio.Task[None] | None = None
        self._partial_countdown = PARTIAL_FRAMES
        self._partials_rest_turns = 0
        self._now = 0
        """Sample index after the frame that was heard last."""
        self._jobs: set[asyncio.Task[None]] = set()
        self._first_audio_ms: list[float] = []
        self._n_turns = 0
        self._n_interruptions = 0
        self._n_false_interruptions = 0

    async def run(self) -> None:
        frames = self._parts.duplex.frames()
        try:
            async with asyncio.TaskGroup() as self._tasks, aclosing(frames):
                async for frame in frames:
                    await self._hear(frame)
                    if self._parts.duplex.input_ended and self._nothing_left():
                        break
        finally:
            await self._discard_draft()
            p50_ms, p95_ms = (percentile(self._first_audio_ms, percent) for percent in (50, 95))
            self._emit(
                Ended(
                    self._n_turns,
                    self._n_interruptions,
                    self._n_false_interruptions,
                    p50_ms,
                    p95_ms,
                )
            )

    # ---- what the user asks for otherwise than by speaking ------------------------------------

    def stop_reply(self) -> None:
        """End the reply that is heard, or in the making; listening goes on."""
        self._stop_asked = True

    @property
    def muted(self) -> bool:
        return self._heard_from == math.inf

    def mute(self, muted: bool) -> None:
        """While muted, what the microphone hears goes nowhere: silence takes its place."""
        heard_from = self._parts.duplex.mute(muted)
        self._heard_from = math.inf if muted else heard_from
        self._parts.detector.reset()

    # ---- the listening loop -------------------------------------------------------------------

    async def _hear(self, frame: Frame) -> None:
        frame = self._parts.echo.cancel(frame)
        if self._stop_asked:
            self._stop_asked = False
            await self._stop_reply()
        if frame.start < self._heard_from:  # muted, though the echo's path stays known
            frame = Frame(silence(FRAME_SAMPLES), frame.start, frame.played)
            probability, loud = 0.0, False
        else:
            probability = self._parts.detector.probability(frame.samples)
            loud = self._loudness.is_loud(frame.samples)
        self._now = frame.end
        self._emit(Level(level_db(frame.samples)))
        if not self._parts.echo.may_be_user(frame):
            probability = 0.0
        self._follow_speaker(frame, probability)
        for event in self._endpointer.feed(frame, probability, loud=loud):
            match event:
                case SpeechStarted():
                    await self._user_starts(event)
                case SpeechPaused():
                    self._user_pauses(event)
                case SpeechResumed():
                    await self._cancel_reply()
                case Utterance():
                    self._user_ends(event)
        self._report_first_audio()
        self._start_partial()
        if self._parts.duplex.stands_still:
            await self._let_work()
        # If nothing is being said, nobody waits for the moment when somebody begins.
        self._parts.duplex.hurry(self._endpointer.in_speech or bool(self._jobs))
        self._show_state()

    def _follow_speaker(self, frame: Frame, probability: float) -> None:
        """Play softer while it may be the user who is heard."""
        if not self._speaker.speaking:
            if self._quiet_frames < UNDUCK_FRAMES:  # the next reply starts at its own volume
                self._quiet_frames = UNDUCK_FRAMES
                self._speaker.duck(0.0)
            return
        self._last_audible = frame.end
        if probability >= self._settings.threshold:
            self._quiet_frames = 0
            self._speaker.duck(DUCK_DB)
        elif self._quiet_frames < UNDUCK_FRAMES:
            self._quiet_frames += 1
            if self._quiet_frames == UNDUCK_FRAMES:
                self._speaker.duck(0.0)

    async def _user_starts(self, event: SpeechStarted) -> None:
        self._emit(SpeechBegan(event.onset))
        self._n_held = self._n_drafts = 0
        self._agreement = Agreement()
        self._partial_countdown = PARTIAL_FRAMES
        self._partials_rest_turns = max(0, self._partials_rest_turns - 1)
        reply = self._reply
        if reply is None or not reply.running:
            self._reply = None
        elif reply.accepted:
            # It may turn out to be nothing: the reply is only suspended.
            reply.reopened = event.onset - reply.confirmed_at <= REOPEN_S * SAMPLE_RATE_HZ
            self._reply, self._suspended = None, reply
            self._hold_or_release()
        else:
            await self._cancel_reply()

    def _user_pauses(self, event: SpeechPaused) -> None:
        if self._speculate != "off":
            # The words are wanted at every pause: they say how long it may be.
            self._n_held += 1
            reply = self._begin_reply([*self._pending, event])
            reply.may_ask_early = self._speculate == "full" and self._n_held <= MAX_HELD_REPLIES

    def _user_ends(self, utterance: Utterance) -> None:
        if utterance.speech_end < self._now:  # else it is cut in the middle, for its length
            self._parts.detector.reset()
        self._emit(SpeechEnded(utterance.speech_end, self._now))
        self._pending.append(utterance)
        reply = self._reply or self._begin_reply(list(self._pending))
        reply.confirmed = True
        reply.confirmed_at = self._now
        self._take_turn(reply)
        self._speaker.tick()

    def _begin_reply(self, utterances: list[Speech]) -> Reply:
        self._reply = reply = Reply(utterances, self._now)
        reply.task = self._start(self._answer(reply))
        self._hold_or_release()
        return reply

    async def _cancel_reply(self) -> None:
        """End the reply that is not suspended, if there is one, and what was prepared for it."""
        reply, self._reply = self._reply, None
        if reply is not None:
            await self._end(reply)
        await self._discard_draft()
        self._hold_or_release()

    async def _stop_reply(self) -> None:
        """A turn that was just being understood is taken back with its reply."""
        suspended, self._suspended = self._suspended, None
        if suspended is not None:
            await self._end(suspended)
        reply = self._reply
        if reply is not None and reply.confirmed:
            self._pending.clear()
            await self._cancel_reply()
        self._hold_or_release()

    async def _end(self, reply: Reply) -> None:
        if reply.spoken:
            self._speaker.stop()
        reply.interrupted = reply.may_be_heard and reply.is_unfinished
        reply.task.cancel()
        await asyncio.wait([reply.task])

    def _hold_or_release(self) -> None:
        """Nothing is heard while a reply is suspended, or while the turn may go on."""
        reply = self._reply
        if self._suspended is not None or (reply is not None and not reply.may_be_heard):
            self._speaker.hold()
        else:
            self._speaker.release()

    def _report_first_audio(self) -> None:
        reply = self._reply
        if reply is None or reply.timed or not reply.spoken:
            return
        first_sample = reply.spoken[0][1].first_sample
        if first_sample is None:
            return
        reply.timed = True
        speech_end, watch = reply.utterances[-1].speech_end, reply.stopwatch
        first_audio_ms = 1000 * (
            (first_sample - speech_end) / SAMPLE_RATE_HZ + self._speaker.latency_s
        )
        self._first_audio_ms.append(first_audio_ms)
        self._emit(
            TurnTimed(
                first_audio_ms,
                1000 * (reply.confirmed_at - speech_end) / SAMPLE_RATE_HZ,
                watch.between_ms(None, "transcript"),
                watch.between_ms("asked", "first token"),
                watch.between_ms("first token", "first audio"),
                1000 * (reply.begun_at - speech_end) / SAMPLE_RATE_HZ,
            )
        )

    def _show_state(self) -> None:
        reply = self._reply
        if self.muted:
            state = State.MUTED
        elif self._endpointer.in_speech:
            state = State.HEARING
        elif reply is not None and reply.running:
            state = State.SPEAKING if self._speaker.speaking else State.THINKING
        else:
            state = State.LISTENING
        if state != self._state:
            self._state = state
            self._emit(StateChanged(state))

    def _start(self, job: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = self._tasks.create_task(job)
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)
        return task

    async def _let_work(self) -> None:
        """Where files stand in for devices, time stands still until every job waits for it."""
        while len(self._jobs) > self._speaker.n_waiting:
            waits = asyncio.ensure_future(self._speaker.wait_for_waiters(len(self._jobs)))
            await asyncio.wait([*self._jobs, waits], return_when=asyncio.FIRST_COMPLETED)
            waits.cancel()

    def _nothing_left(self) -> bool:
        return not (self._endpointer.in_speech or self._jobs or self._speaker.speaking)

    # ---- partial transcripts ------------------------------------------------------------------

    def _start_partial(self) -> None:
        """Show what the user is saying, where that costs the final transcript nothing."""
        if not self._endpointer.in_speech or self._endpointer.paused:
            return
        self._partial_countdown -= 1
        idle = self._partial is None or self._partial.done()
        waits = self._partial_countdown > 0 or self._partials_rest_turns > 0
        if waits or not idle or self._parts.recognizer.busy:
            return
        self._partial_countdown = PARTIAL_FRAMES
        self._partial = self._start(self._transcribe_partial(self._agreement))

    async def _transcribe_partial(self, agreement: Agreement) -> None:
        with suppress(VoicecliError):  # the final transcription will say it
            begun = self._now
            transcript = await self._parts.recognizer.transcribe(self._endpointer.so_far())
            if (self._now - begun) * 1000 > self._settings.pause_ms * SAMPLE_RATE_HZ:
                self._partials_rest_turns = PARTIALS_REST_TURNS
            if self._endpointer.in_speech and agreement is self._agreement:
                self._emit(PartialTranscript(*agreement.feed(transcript.text)))
                await self._draft_answer(transcript.text, transcript.language)

    async def _draft_answer(self, text: str, language: str) -> None:
        """Begin to answer before the user has fallen silent, if that reads as complete."""
        if self._draft is not None and not same_words(self._draft.text, text):
            await self._discard_draft()
        free = self._reply is None and self._suspended is None and not self._pending
        if (
            self._may_draft
            and free
            and self._draft is None
            and self._n_drafts < MAX_HELD_REPLIES
            and completeness(text, language) is Completeness.COMPLETE
        ):
            self._n_drafts += 1
            self._begin_draft(text, self._history)

    def _begin_draft(self, text: str, history: History) -> None:
        self._draft = Draft(text, self._new_answer(), history.with_user(text))
        self._draft_job = self._start(self._draft.begin())

    async def _discard_draft(self) -> None:
        draft, self._draft = self._draft, None
        if draft is not None:
            await draft.discard()

    # ---- the reply ----------------------------------------------------------------------------

    async def _answer(self, reply: Reply) -> None:
        try:
            try:
                await self._understand(reply)
                if reason := self._why_nothing(reply):
                    await self._drop(reply, reason)
                    return
                await self._let_suspended_go(reply)
                await self._accept(reply)
                await self._respond(reply)
            except VoicecliError as error:
                await self._speaker.until(lambda: reply.confirmed)
                self._emit(Notice(error.message, error.hint))
                if not reply.accepted:
                    self._emit(NotUnderstood(error.message))
                    await self._fail(reply)
                    return
            await self._speaker.drain()
            await self._speaker.until(lambda: reply.confirmed and self._suspended is not reply)
        finally:
            self._remember_heard(reply)

    async def _fail(self, reply: Reply) -> None:
        """What could not be recognised is tried again with what is said next, once."""
        self._n_failures += 1
        if self._n_failures > 1:
            self._pending.clear()
        await self._discard_draft()
        self._give_way(reply)

    async def _let_suspended_go(self, reply: Reply) -> None:
        """The reply that was suspended may yet go on, as long as the user's turn is not over."""
        suspended, transcript = self._suspended, reply.transcript
        if suspended is None or reply.confirmed:
            return
        assert transcript is not None
        if reply.may_ask_early:
            history = self._history.copy()
            if not suspended.reopened:
                heard, _ = suspended.heard_and_unheard()
                history.add_assistant(heard, interrupted=suspended.is_unfinished)
            await self._discard_draft()
            self._begin_draft(transcript.text, history)
        await self._speaker.until(lambda: reply.confirmed)

    async def _understand(self, reply: Reply) -> None:
        samples = join(reply.utterances)
        reply.transcript = await self._parts.recognizer.transcribe(samples)
        self._n_failures = 0
        reply.stopwatch.mark("transcript")
        if not reply.confirmed:
            self._emit(PartialTranscript(reply.transcript.text, ""))
        await self._adapt_hangover(samples, reply.transcript)

    async def _adapt_hangover(self, samples: Samples, transcript: Transcript) -> None:
        settings, endpointer = self._settings, self._endpointer
        wanted_ms = hangover_ms(transcript.text, transcript.language, settings)
        if self._turn_detector is not None:
            try:
                probability = await self._turn_detector.probability(samples)
            except VoicecliError as error:
                self._turn_detector = None
                self._emit(Notice(error.message, error.hint))
            else:
                is_over = probability > 0.5
                wanted_ms = settings.min_silence_ms if is_over else settings.max_silence_ms
        if endpointer.paused:
            endpointer.hangover_ms = wanted_ms

    def _why_nothing(self, reply: Reply) -> str | None:
        """The reason why the microphone heard nothing that wants an answer; None where it did."""
        transcript, speech = reply.transcript, reply.utterances[-1]
        assert transcript is not None
        during, heard = self._suspended, self._heard_reply
        if (
            during is not None
            and not during.asks_now
            and is_backchannel(transcript.text, transcript.language)
        ):
            return "only a sign of listening"
        # It takes two words to be known as an echo: the first was heard before the last was played.
        echo_until = self._last_audible + int(self._speaker.latency_s * SAMPLE_RATE_HZ)
        if (
            heard is not None
            and speech.onset < echo_until
            and is_echo(transcript.text, heard.last_words())
        ):
            return "the loudspeaker was heard"
        peak_probability = max(speech.peak_probability for speech in reply.utterances)
        return why_nothing(transcript, join(reply.utterances), peak_probability)

    async def _drop(self, reply: Reply, reason: str) -> None:
        assert reply.transcript is not None
        if self._endpointer.paused:
            self._endpointer.hangover_ms = self._settings.min_silence_ms
        await self._discard_draft()
        await self._speaker.until(lambda: reply.confirmed)
        self._pending.clear()
        self._emit(PartialTranscript("", ""))
        self._emit(Dropped(reply.transcript.text, reason))
        self._give_way(reply)

    def _give_way(self, reply: Reply) -> None:
        """Go on with the reply that `reply` suspended, from the first word that was not heard."""
        assert self._reply is reply
        self._reply, self._suspended = self._suspended, None
        resumed = self._reply
        if resumed is not None:
            resumed.reopened = False
        if resumed is not None and resumed.spoken and resumed.is_unfinished:
            self._n_false_interruptions += 1
            self._speaker.rewind(first_unheard_sample)
            self._speaker.duck(0.0)
            self._emit(ReplyResumed())
        self._hold_or_release()

    async def _accept(self, reply: Reply) -> None:
        suspended, self._suspended = self._suspended, None
        if suspended is not None:
            await self._end(suspended)
            was_heard = bool(suspended.spoken) and not suspended.reopened
            self._n_interruptions += suspended.interrupted and was_heard
        reply.accepted = True
        self._take_turn(reply)

    async def _respond(self, reply: Reply) -> None:
        assert reply.transcript is not None
        if not reply.may_ask_early:
            await self._speaker.until(lambda: reply.confirmed)
        reply.stopwatch.mark("asked")
        try:
            async with aclosing(await self._pieces(reply)) as pieces:
                async for sentence, clip in pieces:
                    reply.stopwatch.mark("first audio")
                    if sentence:
                        reply.spoken.append((sentence, self._speaker.queue(clip)))
                    else:
                        self._speaker.extend(reply.spoken[-1][1], clip.samples)
                    await self._speaker.room()
            reply.complete = True
        finally:
            if reply.spoken:  # the voice may have failed in the middle of a sentence
                self._speaker.extend(reply.spoken[-1][1], silence(0), last=True)

    async def _pieces(self, reply: Reply) -> AsyncGenerator[tuple[str, Clip], None]:
        assert reply.transcript is not None

        def tell(event: Event) -> None:
            reply.stopwatch.mark("first token")
            reply.tell(event, self._emit)

        draft, self._draft = self._draft, None
        if draft is not None:
            if same_words(draft.text, reply.transcript.text):
                self._draft_job.cancel()  # from now on it is this reply that waits
                return draft.take_over(tell)
            await draft.discard()
        # Confirmed, it is in the history already.
        text = "" if reply.confirmed else reply.transcript.text
        answer = self._new_answer()
        answer.tell = tell
        return answer.to(self._history.with_user(text))

    def _new_answer(self) -> Answer:
        parts = self._parts
        return Answer(
            parts.language_model, parts.voice, self._language, self._pronunciations, self._emit
        )

    def _take_turn(self, reply: Reply) -> None:
        """The reply may be heard if the turn is over and was worth an answer.

        Audio is forgotten only here, when its text is in the history.
        """
        if not reply.may_be_heard:
            return
        assert reply.transcript is not None
        self._heard_reply = reply
        self._pending.clear()
        self._n_turns += 1
        number = self._history.add_user(reply.transcript.text)
        self._emit(UserSaid(reply.transcript.text, number))
        reply.tell_kept(self._emit)
        self._hold_or_release()

    def _remember_heard(self, reply: Reply) -> None:
        if not reply.may_be_heard or not reply.spoken:
            return
        heard, unheard = reply.heard_and_unheard()
        number = 0
        if not reply.reopened:
            number = self._history.add_assistant(
                heard, interrupted=reply.interrupted, word_ends=reply.word_ends()
            )
        self._emit(ReplyEnded(heard, unheard, reply.interrupted, number))
