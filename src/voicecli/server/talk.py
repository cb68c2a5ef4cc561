"""One client's conversation: its duplex, the core's `Conversation`, and its session of the API.

websocket.py and webrtc.py differ in how sound and events travel, and in nothing else.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from voicecli.conversation import events as told
from voicecli.conversation.answer import Answer
from voicecli.conversation.effort import Effort
from voicecli.conversation.history import History
from voicecli.errors import ModelError, VoicecliError
from voicecli.hearing.echo import NoEcho
from voicecli.llm.messages import Message
from voicecli.server.account import Account
from voicecli.server.duplex import LEAD_MS, NetworkDuplex, Pacer
from voicecli.server.realtime.client_events import EventRefusedError
from voicecli.server.realtime.fields import Fields, listen_settings, llm_options
from voicecli.server.realtime.items import Item
from voicecli.server.realtime.response import Event, Response
from voicecli.server.realtime.session import RealtimeSession
from voicecli.server.sessions import (
    MAX_SPEED,
    Bucket,
    Conversed,
    EndError,
    Limits,
    Session,
)
from voicecli.server.voices import chosen_voice
from voicecli.settings import Settings
from voicecli.sound.resampling import resample
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples

if TYPE_CHECKING:
    from voicecli.conversation.conversation import Conversation
    from voicecli.engines import Engines
    from voicecli.stt.transcript import Recognizer

WEBRTC_HZ = 48_000

OWN_EVENTS = "voicecli.events"
"""Who names it in the session's `include` gets what the API has no events for: words that may still
change, what was heard of a reply and what was not, where a turn's time went, notices."""

UNTOLD = (
    *(told.Started, told.Level, told.UserSaid, told.ReplyText, told.TokensCounted),
    *(told.KeysShown, told.Ended),
)
"""Events that a client has no use for, or gets by the API's own."""

LINGER_S = 0.3
"""After the last turn, before a session is ended that has to end: its sound is still on its way."""


class NetworkTalk:
    """Use it as an async context manager, and `run()` it."""

    def __init__(
        self,
        engines: Engines,
        pacer: Pacer,
        limits: Limits,
        fields: Fields,
        send: Callable[[Event], None],
        *,
        track: Callable[[Samples], None] | None = None,
        eager_speech_started: bool = False,
        conversed: Conversed | None = None,
        effort: Effort | None = None,
        park: Callable[[str, Conversed], None] = lambda _token, _conversed: None,
    ) -> None:
        """track: gets what is played, at 48 kHz and without a pause; without one, sound goes out as
        events.

        conversed: what it goes on with. effort: of all conversations of the process. park: is given
        what is left of it at its end.
        """
        self.history = History() if conversed is None else conversed.history
        self.session = RealtimeSession(
            self,
            fields,
            send,
            sends_sound=track is None,
            eager_speech_started=eager_speech_started,
            expires_at=int(time.time() + limits.session_s),
        )
        if conversed is not None:
            self.session.items = conversed.items
        self._park = park
        self._effort = effort
        self._send = send
        self.duplex = NetworkDuplex(
            played_hz=fields.audio.output.format.rate if track is None else WEBRTC_HZ,
            on_sound=self._play,
            lead_ms=LEAD_MS if track is None else 0,
            continuous=track is not None,
        )
        self.observers: list[Callable[[told.Event], None]] = []
        """Get every event of the conversation, before the client does."""
        self._engines = engines
        self._pacer = pacer
        self._limits = limits
        self._track = track
        self._lively_at_s = time.monotonic()
        self.account = Account()
        self._sound_bucket = Bucket(limits.sound_burst_s, MAX_SPEED)
        self._state = told.State.LISTENING
        self._quiet = asyncio.Event()
        """Nobody speaks, and nothing is being answered."""
        self._quiet.set()
        self._conversation: Conversation
        self._stt = self._settings(fields).stt
        """By which the conversation recognises."""
        self._wait_s = 0.0
        """Sound came too fast by this."""
        self._asides: dict[str, asyncio.Task[None]] = {}
        self._beside: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Raises VoicecliError, EventRefusedError where the first fields can't be had."""
        fields = self._as_they_hold(self.session.fields)
        self._conversation = await self._engines.conversation(
            self.duplex,
            self._tell,
            settings=self._settings(fields),
            history=self.history,
            echo=NoEcho(),
        )
        if self._effort is not None:
            self._conversation.effort = self._effort
        self.session.fields = await self.configure(fields)
        self._pacer.add(self.duplex)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pacer.remove(self.duplex)
        self._quiet.set()
        session = self.session
        self._park(session.resume_token, Conversed(session.fields, self.history, session.items))
        tasks = [*self._asides.values(), *self._beside]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.duplex.__aexit__(kind, error, trace)

    async def run(self, place: Session) -> None:
        """Until it is cancelled, or the session has to end: raises EndError."""
        ending: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def close(code: int, reason: str) -> None:
            if not ending.done():
                ending.set_exception(EndError(code, reason))

        place.close, place.finish = close, self._finish
        place.account = self.account
        place.resume_token = self.session.resume_token
        self.session.begin()
        work = [
            asyncio.ensure_future(self._conversation.run()),
            asyncio.ensure_future(self._watch(place)),
        ]
        try:
            done, _ = await asyncio.wait([ending, *work], return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.session.responses.ending = True
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
        for task in done:
            task.result()

    async def room(self) -> None:
        """Wait until more sound may come."""
        if self._wait_s > 0:
            await asyncio.sleep(self._wait_s)
            self._wait_s = 0.0
        await self.duplex.room()

    async def _watch(self, place: Session) -> None:
        """End what lasts too long."""
        assert place.close is not None
        while True:
            await asyncio.sleep(1)
            now_s = time.monotonic()
            if now_s - place.started_at_s > self._limits.session_s:
                await place.close(1000, "the session has lasted as long as one may")
            if now_s - self._lively_at_s > self._limits.idle_s:
                await place.close(1000, "nothing was said for long")

    async def _finish(self) -> None:
        """Wait until nobody speaks, and nothing is being answered."""
        while True:
            await self._quiet.wait()
            await asyncio.sleep(LINGER_S)
            if self._quiet.is_set():
                return

    # ---- what the session asks for (session.Talk) ---------------------------------------------

    async def configure(self, fields: Fields) -> Fields:
        fields = self._as_they_hold(fields)
        detection = fields.audio.input.turn_detection
        settings = self._settings(fields)
        answer = await self._answer(fields, self._tell)
        if settings.stt != self._stt:
            self._conversation.recognize_by(self._recognizer(settings, answer.language))
            self._stt = settings.stt
        self._conversation.answer = answer
        self._conversation.listen(
            settings.listen,
            manual=detection is None,
            replies=fields.answers_by_itself,
            interruptible=detection is None or detection.interrupt_response,
        )
        if self._track is None:
            self.duplex.speaker.retune(fields.audio.output.format.rate)
        return fields

    def hear(self, samples: Samples, rate_hz: int) -> None:
        self.account.heard_s += len(samples) / rate_hz
        self._wait_s = self._sound_bucket.wait_s(len(samples) / rate_hz)
        self.duplex.feed(samples, rate_hz)

    def client_ms(self, index: int | None = None) -> int:
        return self.duplex.client_ms(self.duplex.index if index is None else index)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    def commit(self) -> None:
        self._conversation.commit(self.duplex.complete_frame())

    def clear(self) -> None:
        self._conversation.clear(self.duplex.complete_frame())

    async def respond(self, response: Response, messages: Sequence[Message] | None) -> None:
        self._quiet.clear()
        try:
            answer = await self._answer(response.fields, self._tell)
        except VoicecliError as failure:
            self._tell(told.ReplyEnded("", "", False, error=failure.message))
        else:
            self._conversation.respond(answer, messages)

    def stop(self) -> None:
        self._conversation.stop_reply()

    def stop_aside(self, response: Response) -> None:
        self._asides[response.id].cancel()

    async def respond_aside(self, response: Response, messages: Sequence[Message]) -> None:
        try:
            answer = await self._answer(
                response.fields, lambda event: self.session.tell_aside(response, event)
            )
        except VoicecliError as failure:
            self.session.aside_ended(response, failure.message)
            return

        async def speak() -> None:
            error = ""
            try:
                async with aclosing(answer.to(messages)) as pieces:
                    async for _, clip in pieces:
                        if not len(clip.samples):
                            continue
                        samples = resample(
                            clip.samples,
                            clip.sample_rate_hz,
                            response.fields.audio.output.format.rate,
                        )
                        if len(samples) and response.speaks:
                            rate_hz = response.fields.audio.output.format.rate
                            self.session.aside_sound(response, samples, rate_hz)
            except VoicecliError as failure:
                error = failure.message
            finally:
                del self._asides[response.id]
                self.session.aside_ended(response, error)
                self._mark_quiet()

        self._asides[response.id] = asyncio.ensure_future(speak())
        self._mark_quiet()

    def recognize(self, item: Item, samples: Samples, rate_hz: int) -> None:
        async def recognize() -> None:
            recognizer = self._engines.recognizer(self._settings(self.session.fields).stt)
            try:
                transcript = await recognizer.transcribe(resample(samples, rate_hz, SAMPLE_RATE_HZ))
                text, error = transcript.text, ""
            except ModelError as failure:
                text, error = "", failure.message
            self.session.recognized(item, text, len(samples) / rate_hz, error)

        self.spawn(recognize())

    # ---- within -------------------------------------------------------------------------------

    def _tell(self, event: told.Event) -> None:
        if isinstance(event, told.SpeechBegan | told.UserSaid):
            self._lively_at_s = time.monotonic()
        self.account.observe(event)
        for observer in self.observers:
            observer(event)
        if OWN_EVENTS in (self.session.fields.include or ()) and not isinstance(event, UNTOLD):
            shown = told.as_json(event)
            self._send({"type": f"voicecli.{shown.pop('event')}", **shown})
        self.session.tell(event)
        if isinstance(event, told.StateChanged):
            self._state = event.state
        self._mark_quiet()

    def _mark_quiet(self) -> None:
        waits = self._state in (told.State.LISTENING, told.State.MUTED)
        if waits and self.session.response is None and not self._asides:
            self._quiet.set()
        else:
            self._quiet.clear()

    def _play(self, samples: Samples) -> None:
        if self._track is not None:
            self._track(samples)
            if not samples.any():
                return
        self.account.spoken_s += len(samples) / self.duplex.speaker.sample_rate_hz
        self.session.sound(samples, self.duplex.speaker.sample_rate_hz)
        response = self.session.response
        if response is not None and response.sent_ms > 1000 * self._limits.reply_s:
            response.is_too_long = True
            self.stop()

    async def _answer(self, fields: Fields, tell: Callable[[told.Event], None]) -> Answer:
        """What answers by these fields; raises VoicecliError."""
        settings = self._settings(fields)
        text_only = fields.output_modalities == ["text"]
        answer = await self._engines.answer(settings, text_only=text_only, tell=tell)
        return replace(answer, options=llm_options(fields))

    def _settings(self, fields: Fields) -> Settings:
        """The server's own, with what the session wants otherwise."""
        settings = self._engines.settings
        transcription = fields.audio.input.transcription
        language = transcription.language if transcription is not None else None
        output = fields.audio.output
        return replace(
            settings,
            listen=listen_settings(fields.audio.input.turn_detection, settings.listen),
            stt=replace(settings.stt, language=language or settings.stt.language),
            llm=replace(settings.llm, system=fields.instructions or settings.llm.system),
            tts=replace(
                settings.tts,
                voice=chosen_voice(output.voice, settings.tts),
                speed=output.speed * settings.tts.speed,
            ),
        )

    def _recognizer(self, settings: Settings, language: str) -> Recognizer:
        """Raises EventRefusedError."""
        try:
            return self._engines.conversation_recognizer(settings.stt, language)
        except VoicecliError as error:
            param = "session.audio.input.transcription.language"
            raise EventRefusedError(error.message, "invalid_value", param=param) from None

    def _as_they_hold(self, fields: Fields) -> Fields:
        """The fields with what is meant by them here; raises EventRefusedError."""
        try:
            voice = self._engines.voice(self._settings(fields).tts)
        except VoicecliError as error:
            raise EventRefusedError(
                error.message, "invalid_value", param="session.audio.output.voice"
            ) from None
        return fields.updated({"audio": {"output": {"voice": voice.name}}})
