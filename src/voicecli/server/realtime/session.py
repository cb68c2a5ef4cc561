"""A client's events to the conversation, the conversation's events to the client.

No socket and no clock: `send` takes what goes out, `Talk` carries out what is asked for. A turn:
user_turns.py tells what the user says, responses.py what is answered.
"""

from __future__ import annotations

from functools import singledispatchmethod
from typing import Any

from pydantic import ValidationError

from voicecli.conversation import events as told
from voicecli.server.realtime import client_events as client
from voicecli.server.realtime.client_events import EventRefusedError, refusal_of
from voicecli.server.realtime.fields import Fields
from voicecli.server.realtime.formats import Decoder
from voicecli.server.realtime.items import Item, Items, new_id
from voicecli.server.realtime.line import ClientLine, Send
from voicecli.server.realtime.record import Record
from voicecli.server.realtime.response import Response
from voicecli.server.realtime.responses import Responses
from voicecli.server.realtime.seam import Talk
from voicecli.server.realtime.user_turns import UserTurns
from voicecli.sound.samples import Samples


class RealtimeSession:
    """One client's session of the Realtime API."""

    def __init__(
        self,
        talk: Talk,
        fields: Fields,
        send: Send,
        *,
        sends_sound: bool = True,
        eager_speech_started: bool = False,
        expires_at: int | None = None,
    ) -> None:
        """sends_sound: as events; False where a track carries it.

        eager_speech_started: at the first sound, also over a reply, as OpenAI's server does.
        """
        self.id = new_id("sess")
        self.resume_token = new_id("resume")
        """With it, a client whose connection broke goes on with the conversation (`?resume=`)."""
        self._line = ClientLine(fields, send, sends_sound, eager_speech_started)
        self._talk = talk
        self._record = Record(self._line, talk.history)
        self._turns = UserTurns(self._line, self._record, talk.client_ms)
        self.responses = Responses(self._line, self._record)
        self._expires_at = expires_at
        self._decoder = Decoder(fields.audio.input.format)
        self._quiet_since_ms: int | None = None
        """Place in the client's sound since which nobody has spoken after a reply."""

    @property
    def fields(self) -> Fields:
        return self._line.fields

    @fields.setter
    def fields(self, fields: Fields) -> None:
        self._line.fields = fields

    @property
    def items(self) -> Items:
        return self._record.items

    @items.setter
    def items(self, items: Items) -> None:
        self._record.items = items

    @property
    def response(self) -> Response | None:
        """The one that is in progress in the conversation."""
        return self.responses.current

    def begin(self) -> None:
        """Say hello; before anything else."""
        self._line.send({"type": "session.created", "session": self.as_json()})

    def as_json(self) -> dict[str, Any]:
        shown = {
            "id": self.id,
            "object": "realtime.session",
            **self.fields.as_json(),
            "expires_at": self._expires_at,
            "resume_token": self.resume_token,
            "resumed_items": len(self.items),
        }
        if self.fields.type == "transcription":
            kept = ("id", "object", "type", "expires_at", "include", "resume_token")
            shown = {key: shown[key] for key in kept}
            shown["audio"] = {"input": self.fields.as_json()["audio"]["input"]}
        return shown

    # ---- what the client asks for -------------------------------------------------------------

    async def receive(self, text: str | bytes) -> None:
        """One event as it came. What can't be carried out is answered by an error event."""
        event, refusal, event_id = client.parse(text)
        try:
            if refusal is not None:
                raise refusal
            await self._carry_out(event)
        except EventRefusedError as error:
            self.refuse(error, event_id)

    def refuse(self, refusal: EventRefusedError, event_id: str | None = None) -> None:
        self._line.send(
            {
                "type": "error",
                "error": {
                    "type": refusal.type,
                    "code": refusal.code,
                    "message": refusal.message,
                    "param": refusal.param,
                    "event_id": event_id,
                },
            }
        )

    @singledispatchmethod
    async def _carry_out(self, event: Any) -> None:
        raise NotImplementedError(event)

    @_carry_out.register
    async def _(self, event: client.SessionUpdate) -> None:
        try:
            fields = self.fields.updated(event.session)
        except ValidationError as error:
            raise refusal_of(error, "session") from None
        before = self.fields
        if fields.type != before.type:
            raise EventRefusedError(
                "a session's type can't be changed", "invalid_value", param="session.type"
            )
        if self.responses.have_sounded and fields.audio.output.voice != before.audio.output.voice:
            raise EventRefusedError(
                "the voice can't be changed any more: it was heard already",
                "cannot_update_voice",
                param="session.audio.output.voice",
            )
        self.fields = fields = await self._talk.configure(fields)
        if fields.audio.input.format != before.audio.input.format:
            self._decoder = Decoder(fields.audio.input.format)
        self._line.send({"type": "session.updated", "session": self.as_json()})

    @_carry_out.register
    async def _(self, event: client.AudioAppend) -> None:
        if not self._line.sends_sound:
            raise EventRefusedError(
                "in a call, sound comes by its track", "input_audio_not_allowed", param="type"
            )
        self.hear(client.decode_audio(event.audio))

    def hear(self, data: bytes) -> None:
        """The client's sound, in the session's format."""
        samples = self._decoder.feed(data)
        self.heard(1000 * len(samples) / self._decoder.rate_hz)
        self._talk.hear(samples, self._decoder.rate_hz)

    def heard(self, duration_ms: float) -> None:
        """Sound came, if only on a track."""
        self._turns.sound_came(duration_ms)

    @_carry_out.register
    async def _(self, _event: client.AudioCommit) -> None:
        self._turns.ask_commit()
        self._talk.commit()

    @_carry_out.register
    async def _(self, _event: client.AudioClear) -> None:
        self._turns.clear()
        self._talk.clear()
        self._line.send({"type": "input_audio_buffer.cleared"})

    @_carry_out.register
    async def _(self, _event: client.OutputClear) -> None:
        if self._line.sends_sound:
            raise EventRefusedError(
                "only a call has an output buffer here; truncate the item instead",
                "output_audio_not_allowed",
                param="type",
            )
        if self.response is not None:
            self._stop(self.response)

    def _stop(self, response: Response) -> None:
        response.asked_to_stop = True
        self._talk.stop()

    @_carry_out.register
    async def _(self, event: client.ItemCreate) -> None:
        sound = client.sound_of(event.item)
        item = self._record.create(event)
        if sound:
            decoder = Decoder(self.fields.audio.input.format)
            self._talk.recognize(item, decoder.feed(sound), decoder.rate_hz)

    @_carry_out.register
    async def _(self, event: client.ItemRetrieve) -> None:
        self._record.tell_of(self.items.get(event.item_id), ["retrieved"])

    @_carry_out.register
    async def _(self, event: client.ItemDelete) -> None:
        self._record.delete(self.items.get(event.item_id))

    @_carry_out.register
    async def _(self, event: client.ItemTruncate) -> None:
        item = self._record.spoken_by_the_assistant(event.item_id)
        end_ms = event.audio_end_ms
        response = self.response
        if response is not None and response.message is item:
            # It is being spoken: the client has stopped to listen, and so it ends there.
            response.truncate_at_ms = end_ms
            self._stop(response)
        else:
            self._record.truncate(item, end_ms)
        self._line.send(
            {
                "type": "conversation.item.truncated",
                "item_id": item.id,
                "content_index": 0,
                "audio_end_ms": round(end_ms),
            }
        )

    @_carry_out.register
    async def _(self, event: client.ResponseCreate) -> None:
        wanted = event.response
        try:
            fields = wanted.over(self.fields)
        except ValidationError as error:
            raise refusal_of(error, "response") from None
        if self.fields.type == "transcription":
            raise EventRefusedError("a transcription session doesn't answer", "invalid_value")
        messages = self._record.messages_of(wanted.input)
        if wanted.conversation == "none":
            response = self.responses.begin_aside(fields, wanted.metadata)
            history = self._talk.history.messages
            await self._talk.respond_aside(response, history if messages is None else messages)
        else:
            response = self.responses.begin(fields, wanted.metadata)
            await self._talk.respond(response, messages)

    @_carry_out.register
    async def _(self, event: client.ResponseCancel) -> None:
        wanted = event.response_id
        if wanted is not None and (aside := self.responses.aside.get(wanted)) is not None:
            aside.asked_to_stop = True
            self._talk.stop_aside(aside)
            return
        response = self.response
        if response is None or wanted not in (None, response.id):
            raise EventRefusedError(
                "no response is in progress"
                if wanted is None
                else f"the response {wanted[:80]!r} is not in progress",
                "response_cancel_not_active",
                param=None if wanted is None else "response_id",
            )
        self._stop(response)

    # ---- what the conversation tells ----------------------------------------------------------

    def tell(self, event: told.Event) -> None:
        """One event of the conversation."""
        turns = self._turns
        match event:
            case told.Level():
                self._wait_for_user()
            case told.SpeechBegan(onset):
                self._quiet_since_ms = None
                over_a_reply = self.response is not None and self.response.sounded
                turns.began(onset, over_a_reply=over_a_reply)
            case told.SpeechEnded(_, end):
                turns.ended(end)
            case told.PartialTranscript(committed, _):
                turns.words_so_far(committed)
            case told.UserSaid(text, number):
                turns.said(text, number)
                self._answer_by_itself()
            case told.Stopped(text):
                turns.stopped(text)
            case told.Dropped(text, _, was_said):
                turns.dropped(text if was_said else "")
            case told.NotUnderstood(message):
                turns.not_understood(message)
            case told.ReplyEnded():
                self._reply_ended(event)
            case told.ReplyText() | told.ReplyPlain() | told.ToolCalled():
                self._answer_by_itself()  # the user is asked to say it again
                self.responses.write(event)
            case told.TokensCounted():
                self.responses.write(event)

    def _answer_by_itself(self) -> None:
        """The conversation answers what the user said; or the client has asked for it already."""
        if self.fields.answers_by_itself and self.response is None:
            self.responses.begin()

    def _reply_ended(self, event: told.ReplyEnded) -> None:
        if self.response is None:
            return
        if self._turns.open is None:
            self._quiet_since_ms = self._talk.client_ms()
        if event.interrupted and not self.response.asked_to_stop:
            self._turns.let_go()
        self.responses.ended(event)

    def _wait_for_user(self) -> None:
        """A user who says nothing after a reply for `idle_timeout_ms` is spoken to."""
        since_ms, detection = self._quiet_since_ms, self.fields.audio.input.turn_detection
        timeout_ms = getattr(detection, "idle_timeout_ms", None)
        if since_ms is None or timeout_ms is None or self.response is not None:
            return
        if (now_ms := self._talk.client_ms()) - since_ms < timeout_ms:
            return
        self._quiet_since_ms = None
        self._turns.silent(since_ms, now_ms)
        self._talk.spawn(self._talk.respond(self.responses.begin(), None))

    def sound(self, samples: Samples, rate_hz: int) -> None:
        """More of what is heard of the reply."""
        self.responses.sound(samples, rate_hz)

    def recognized(self, item: Item, text: str, seconds: float, error: str = "") -> None:
        """What is said in an item that came as sound."""
        self._record.recognized(item, text, seconds, error)

    def tell_aside(self, response: Response, event: told.Event) -> None:
        """One event of a response beside the conversation."""
        self.responses.write_aside(response, event)

    def aside_sound(self, response: Response, samples: Samples, rate_hz: int) -> None:
        self.responses.sound_aside(response, samples, rate_hz)

    def aside_ended(self, response: Response, error: str = "") -> None:
        self.responses.aside_ended(response, error)
