"""A conversation that a Realtime server holds: the microphone streams out, a reply comes back.

The server says whose turn it is and what is answered. What left our loudspeaker, and so what is
remembered of a reply, is known here alone: who cuts in is told to the server with the milliseconds
that were heard. Where the line breaks, what is said meanwhile is kept, and the server that answers
next is told the conversation.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import aclosing
from typing import Any

from voicecli.conversation.events import (
    Dropped,
    Ended,
    Event,
    Level,
    Notice,
    NotUnderstood,
    PartialTranscript,
    SpeechBegan,
    SpeechEnded,
    Started,
    StartedOver,
    State,
    StateChanged,
    UserSaid,
)
from voicecli.conversation.history import History
from voicecli.duplex.ducking import Ducker
from voicecli.duplex.seam import Duplex
from voicecli.errors import first_error
from voicecli.hearing.ears import Ears
from voicecli.hearing.echo import TAIL_S, Echo, NoEcho
from voicecli.realtime.addresses import RealtimeServer
from voicecli.realtime.calls import Functions, NoFunctions, ServerCalls
from voicecli.realtime.line import ServerLine, text_of
from voicecli.realtime.replies import ServerReplies
from voicecli.realtime.session import items_of, text_item, voice_in
from voicecli.realtime.uplink import Uplink
from voicecli.sound.samples import SAMPLE_RATE_HZ, Frame, level_db
from voicecli.timing import percentile

SETTLED_S = 2.0
"""So long after the last word of a recording, nothing comes any more that is not in the making."""

HOPELESS_S = 30.0
"""So long after a recording's end a reply that does not come is waited for."""

EXPECTED_ERRORS = frozenset({"response_cancel_not_active", "input_audio_buffer_commit_empty"})
"""A stop that came too late, and the like: nothing for the user."""


class RealtimeConversation:
    """As Conversation, from `run` to `mute`; made of a server instead of engines."""

    def __init__(
        self,
        duplex: Duplex,
        ears: Ears,
        echo: Echo,
        server: RealtimeServer,
        session: Mapping[str, Any],
        history: History,
        emit: Callable[[Event], None],
        *,
        functions: Functions = NoFunctions(),  # noqa: B008
    ) -> None:
        """echo: that of the ears. session: what the settings say of the server's session."""
        self._duplex = duplex
        self._speaker = duplex.speaker
        self._ears = ears
        self._echo = echo
        self._server = server
        self._session = session
        self._history = history
        self._emit = emit
        self._ducker = Ducker(self._speaker)
        self._uplink = Uplink(gated=not isinstance(echo, NoEcho))
        self._line = ServerLine(
            server, self._uplink, self._session_began, self._receive, self._lost, emit
        )
        self._replies = ServerReplies(self._line, self._speaker, history, emit)
        self._calls = ServerCalls(functions, self._line, self._replies, history, emit)
        self._drafts: dict[str, str] = {}
        """What the user says, as far as it was told, by item."""
        self._item_ids: list[str] = []
        self._hearing = False
        self._heard_at = 0
        """Sample index after the last one in which our own ear heard speech."""
        self._audible_until = 0
        self._state: State | None = None
        self._n_turns = 0
        self._handlers: dict[str, Callable[[dict[str, Any]], None]] = {
            "error": self._error,
            "input_audio_buffer.speech_started": self._speech_started,
            "input_audio_buffer.speech_stopped": self._speech_stopped,
            "conversation.item.added": self._item_added,
            "conversation.item.created": self._item_added,
            "conversation.item.input_audio_transcription.delta": self._words_came,
            "conversation.item.input_audio_transcription.completed": self._words_complete,
            "conversation.item.input_audio_transcription.failed": self._words_failed,
            "response.created": self._replies.created,
            "response.output_audio.delta": self._replies.sound_came,
            "response.audio.delta": self._replies.sound_came,
            "response.output_audio_transcript.delta": self._replies.text_came,
            "response.audio_transcript.delta": self._replies.text_came,
            "response.output_text.delta": self._replies.text_came,
            "response.text.delta": self._replies.text_came,
            "response.output_item.done": self._calls.begin,
            "response.done": self._response_done,
            "voicecli.partial_transcript": self._partial_of_ours,
            "voicecli.dropped": self._dropped_of_ours,
            "voicecli.notice": self._notice_of_ours,
        }

    async def run(self) -> None:
        """Until the input of the duplex ends, or it is cancelled.

        Raises ServerError, and what the duplex does.
        """
        await self._calls.look()
        try:
            async with asyncio.TaskGroup() as tasks:
                beside = [tasks.create_task(job) for job in self._beside()]
                try:
                    await self._listen()
                finally:
                    for task in beside:
                        task.cancel()
        except ExceptionGroup as group:
            raise first_error(group) from None
        finally:
            self._calls.end()
            self._replies.end_all()
            p50_ms, p95_ms = (percentile(self._replies.first_audio_ms, p) for p in (50, 95))
            counts = self._n_turns, self._replies.n_interruptions, 0
            self._emit(Ended(*counts, p50_ms, p95_ms))

    def _beside(self) -> tuple[Coroutine[None, None, None], ...]:
        return self._line.run(), self._calls.keep_looking()

    # ---- what the user asks for otherwise than by speaking ------------------------------------

    def stop_reply(self) -> None:
        """End the reply that is heard, or in the making; listening goes on."""
        self._replies.awaited = False
        if self._replies.active:
            self._line.send("response.cancel")
        self._replies.cut_off()
        self._calls.cut_off()

    def say(self, text: str) -> None:
        """Typed words are a turn of the user's; they end a reply."""
        self.stop_reply()
        self._said(text)
        self._line.send("conversation.item.create", item=text_item("user", text))
        self._line.send("response.create")
        self._replies.awaited = True

    def start_over(self) -> None:
        """Nothing that was said so far is remembered, here and there."""
        self.stop_reply()
        self._history.start_over()
        for item_id in self._item_ids:
            self._line.send("conversation.item.delete", item_id=item_id)
        self._item_ids.clear()
        self._emit(StartedOver())

    @property
    def muted(self) -> bool:
        return self._ears.muted

    def mute(self, muted: bool) -> None:
        """While muted, silence takes the place of what the microphone hears."""
        self._ears.mute(muted, self._duplex.mute(muted))

    # ---- the microphone's side ----------------------------------------------------------------

    async def _listen(self) -> None:
        frames = self._duplex.frames()
        began_s = time.monotonic()
        async with aclosing(frames):
            async for frame in frames:
                self._hear(frame)
                if self._duplex.input_ended and self._nothing_left():
                    break
                if self._duplex.stands_still:  # a server's time doesn't
                    due_s = began_s + self._ears.now / SAMPLE_RATE_HZ
                    await asyncio.sleep(max(0.0, due_s - time.monotonic()))

    def _hear(self, frame: Frame) -> None:
        heard = self._ears.hear(frame)
        self._emit(Level(level_db(heard.frame.samples)))
        self._ducker.feed(heard.frame, may_be_user=heard.may_be_user)
        if heard.may_be_user:
            self._heard_at = self._ears.now
        if self._speaker.speaking:
            self._audible_until = self._ears.now + int(TAIL_S * SAMPLE_RATE_HZ)
        self._uplink.feed(
            heard.frame.samples,
            is_user=self._ears.endpointer.in_speech,
            loudspeaker=self._ears.now < self._audible_until,
        )
        self._replies.watch()
        self._duplex.hurry(True)
        self._tell_state()

    def _tell_state(self) -> None:
        if self.muted:
            state = State.MUTED
        elif self._hearing:
            state = State.HEARING
        elif self._speaker.speaking:
            state = State.SPEAKING
        elif self._replies.active or self._replies.awaited:
            state = State.THINKING
        else:
            state = State.LISTENING
        if state != self._state:
            self._state = state
            self._emit(StateChanged(state))

    def _nothing_left(self) -> bool:
        """Of a recording: nothing is going on, and nothing will."""
        now, since = self._ears.now, max(self._heard_at, self._replies.over_at)
        if now - since < SETTLED_S * SAMPLE_RATE_HZ or not self._line.was_open:
            return False  # a server that can't be had ends it otherwise
        busy = (
            not self._line.is_open
            or self._hearing
            or self._replies.active
            or self._replies.awaited
            or self._replies
            or self._calls
        )
        return not busy or (not self._replies and now - since > HOPELESS_S * SAMPLE_RATE_HZ)

    # ---- the line -----------------------------------------------------------------------------

    def _session_began(self, session: Mapping[str, Any], *, again: bool) -> None:
        """The server is told what was said so far."""
        if again:
            self._emit(Notice("connected again; the conversation goes on"))
        else:
            self._tell_started(session)
        self._item_ids.clear()
        fields = {"type": "realtime", **self._session}
        if self._calls.definitions:
            fields["tools"] = self._calls.definitions
        self._line.send("session.update", session=fields)
        for item in items_of(self._history.messages):
            self._line.send("conversation.item.create", item=item)
        self._calls.line_began()
        if self._replies.awaited and not self._calls:
            self._line.send("response.create")

    def _tell_started(self, session: Mapping[str, Any]) -> None:
        where = self._server.where
        model = session.get("model") or self._server.model or "a model"
        voice = voice_in(self._session) or voice_in(session) or "its own voice"
        sound, echo = self._duplex.describe(), self._echo.describe()
        self._emit(Started(sound, echo, where, voice, f"{model} at {where}"))

    def _lost(self, why: str) -> None:
        """What was being answered is asked anew, if nothing of it was heard."""
        self._emit(Notice(f"the line to {self._server.where} broke ({why})", "connecting again"))
        self._hearing = False
        self._replies.lost()

    # ---- what comes back ----------------------------------------------------------------------

    def _receive(self, event: dict[str, Any]) -> None:
        kind = event.get("type")
        handler = self._handlers.get(kind) if isinstance(kind, str) else None
        if handler is None:
            return
        try:
            handler(event)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            self._emit(Notice(f"{self._server.where} sent a {kind} that can't be read"))

    def _error(self, event: dict[str, Any]) -> None:
        if (event.get("error") or {}).get("code") not in EXPECTED_ERRORS:
            self._emit(Notice(f"{self._server.where}: {text_of(event)}"))

    def _at(self, ms: float) -> int:
        """The sample index of a time of the server's."""
        return self._line.began + round(ms * SAMPLE_RATE_HZ / 1000)

    def _speech_started(self, event: dict[str, Any]) -> None:
        onset = self._at(float(event["audio_start_ms"]))
        self._hearing = True
        self._emit(SpeechBegan(onset))
        self._replies.cut_off(by_speech=True)
        self._calls.cut_off()

    def _speech_stopped(self, event: dict[str, Any]) -> None:
        if not self._hearing:  # speaches tells it again and again
            return
        self._hearing = False
        told = self._at(float(event["audio_end_ms"]))
        # Servers count the silence in that they waited for; our own ear knows better.
        self._replies.speech_end = min(told, self._heard_at or told)
        self._replies.over_at = self._ears.now
        self._replies.awaited = True
        self._calls.turn_over()
        self._emit(SpeechEnded(self._replies.speech_end, self._replies.over_at))

    def _item_added(self, event: dict[str, Any]) -> None:
        item_id = str(event["item"]["id"])
        if item_id not in self._item_ids:
            self._item_ids.append(item_id)

    def _words_came(self, event: dict[str, Any]) -> None:
        item_id = str(event["item_id"])
        self._drafts[item_id] = self._drafts.get(item_id, "") + str(event["delta"])
        self._emit(PartialTranscript(self._drafts[item_id].strip(), ""))

    def _words_complete(self, event: dict[str, Any]) -> None:
        self._drafts.pop(str(event["item_id"]), None)
        text = str(event["transcript"]).strip()
        self._emit(PartialTranscript("", ""))
        if text:
            self._said(text)
        else:
            self._calls.words_known()
            self._emit(Dropped("", "the server heard no words"))

    def _said(self, text: str) -> None:
        self._n_turns += 1
        self._emit(UserSaid(text, self._history.add_user(text)))
        self._calls.words_known()

    def _words_failed(self, event: dict[str, Any]) -> None:
        self._drafts.pop(str(event["item_id"]), None)
        self._calls.words_known()
        self._emit(NotUnderstood(text_of(event)))

    def _response_done(self, event: dict[str, Any]) -> None:
        self._replies.done(event)
        self._calls.go_on()

    def _partial_of_ours(self, event: dict[str, Any]) -> None:
        self._emit(PartialTranscript(str(event["committed"]), str(event["tail"])))

    def _dropped_of_ours(self, event: dict[str, Any]) -> None:
        self._replies.awaited = False
        self._calls.words_known()
        self._emit(PartialTranscript("", ""))
        self._emit(Dropped(str(event["text"]), str(event["reason"]), bool(event.get("was_said"))))

    def _notice_of_ours(self, event: dict[str, Any]) -> None:
        self._emit(Notice(str(event["message"]), str(event.get("hint", ""))))
