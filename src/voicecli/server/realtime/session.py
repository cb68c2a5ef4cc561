"""A client's events to the conversation, the conversation's events to the client.

No socket and no clock: `send` takes what goes out, `Talk` carries out what is asked for. The events
of a user's turn, of which response.py has the second half:

speech_started > speech_stopped > committed > item.added, item.done > transcription.completed >
response.created > ... > response.done

What is said over a reply may be nothing, or a "mhm": its `speech_started` is held back until its
words count, because clients throw away their sound when they read it.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatchmethod
from typing import Any, Protocol

from pydantic import ValidationError

from voicecli.conversation import events as told
from voicecli.conversation.history import History
from voicecli.llm.messages import Message, ToolCall
from voicecli.server.realtime import client_events as client
from voicecli.server.realtime.client_events import EventRefusedError, refusal_of
from voicecli.server.realtime.fields import Fields
from voicecli.server.realtime.formats import Decoder, encode
from voicecli.server.realtime.items import Item, Items, new_id, spoken_user
from voicecli.server.realtime.response import Event, Reason, Response, Status
from voicecli.sound.samples import Samples

Send = Callable[[Event], None]

MIN_COMMIT_MS = 100
"""Less sound than this is no turn (OpenAI's own limit)."""


class Talk(Protocol):
    """What a session can have done. None waits for what is said."""

    history: History

    async def configure(self, fields: Fields) -> Fields:
        """From the next turn on; the fields as they hold then. Raises EventRefusedError where one
        can't be had."""
        ...

    def hear(self, samples: Samples, rate_hz: int) -> None:
        """More of the client's sound."""
        ...

    def client_ms(self, index: int | None = None) -> int:
        """A sample's place in the client's sound; without one, its end."""
        ...

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Let it be done beside everything else."""
        ...

    def commit(self) -> None:
        """What was heard since the last turn is a turn; `UserSaid` or `Dropped` follows."""
        ...

    def clear(self) -> None:
        """Forget what was heard since the last turn."""
        ...

    async def respond(self, response: Response, messages: Sequence[Message] | None) -> None:
        """Reply to the history, or to `messages` in its place."""
        ...

    async def respond_aside(self, response: Response, messages: Sequence[Message]) -> None:
        """Reply beside the conversation: nothing is heard by it or remembered in it."""
        ...

    def stop(self) -> None:
        """End the reply that is heard, or in the making."""
        ...

    def stop_aside(self, response: Response) -> None: ...

    def recognize(self, item: Item, samples: Samples, rate_hz: int) -> None:
        """Sound that came as an item; `recognized` follows."""
        ...


@dataclass(eq=False)
class UserTurn:
    """The user speaks, or spoke and is not understood yet."""

    item_id: str
    held_back: list[Event] | None
    """Events that are not told before the words count; None where nothing is held back."""
    start_ms: int = 0
    end_ms: int = 0
    told_words: str = ""
    """Of its transcript, by deltas."""

    @property
    def audio_s(self) -> float:
        return max(0, self.end_ms - self.start_ms) / 1000


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
        self.fields = fields
        self.items = Items()
        self.response: Response | None = None
        """The one that is in progress in the conversation."""
        self.ending = False
        """What is being answered is cut off: the session is over."""
        self._talk = talk
        self._send = send
        self._sends_sound = sends_sound
        self._eager = eager_speech_started
        self._expires_at = expires_at
        self._conversation_id = new_id("conv")
        self._decoder = Decoder(fields.audio.input.format)
        self._aside: dict[str, Response] = {}
        self._turn: UserTurn | None = None
        self._buffer_ms = 0.0
        """Sound that came since the last commit, where the client says when a turn is over."""
        self._commit_asked = False
        self._quiet_since_ms: int | None = None
        """Place in the client's sound since which nobody has spoken after a reply."""
        self._has_spoken = False
        """From the first sound on, the voice can't be changed."""

    def begin(self) -> None:
        """Say hello; before anything else."""
        self._send({"type": "session.created", "session": self.as_json()})

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
        self._send(
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
        if self._has_spoken and fields.audio.output.voice != before.audio.output.voice:
            raise EventRefusedError(
                "the voice can't be changed any more: it was heard already",
                "cannot_update_voice",
                param="session.audio.output.voice",
            )
        self.fields = fields = await self._talk.configure(fields)
        if fields.audio.input.format != before.audio.input.format:
            self._decoder = Decoder(fields.audio.input.format)
        self._send({"type": "session.updated", "session": self.as_json()})

    @_carry_out.register
    async def _(self, event: client.AudioAppend) -> None:
        if not self._sends_sound:
            raise EventRefusedError(
                "in a call, sound comes by its track", "input_audio_not_allowed", param="type"
            )
        self.hear(client.decode_audio(event.audio))

    def hear(self, data: bytes) -> None:
        """The client's sound, in the session's format."""
        samples = self._decoder.feed(data)
        self._buffer_ms += 1000 * len(samples) / self._decoder.rate_hz
        self._talk.hear(samples, self._decoder.rate_hz)

    def heard(self, duration_ms: float) -> None:
        """Sound came on a track."""
        self._buffer_ms += duration_ms

    @_carry_out.register
    async def _(self, _event: client.AudioCommit) -> None:
        if self._buffer_ms < MIN_COMMIT_MS:
            raise EventRefusedError(
                f"the buffer holds {self._buffer_ms:.0f} ms of sound; a turn needs at least"
                f" {MIN_COMMIT_MS} ms",
                "input_audio_buffer_commit_empty",
            )
        if self._turn is None:
            self._turn = UserTurn(new_id("item"), None, end_ms=round(self._buffer_ms))
        self._buffer_ms = 0.0
        self._commit_asked = True
        self._talk.commit()

    @_carry_out.register
    async def _(self, _event: client.AudioClear) -> None:
        self._buffer_ms = 0.0
        self._turn = None
        self._talk.clear()
        self._send({"type": "input_audio_buffer.cleared"})

    @_carry_out.register
    async def _(self, _event: client.OutputClear) -> None:
        if self._sends_sound:
            raise EventRefusedError(
                "only a call has an output buffer here; truncate the item instead",
                "output_audio_not_allowed",
                param="type",
            )
        response = self.response
        if response is not None:
            response.asked_to_stop = True
            self._talk.stop()

    @_carry_out.register
    async def _(self, event: client.ItemCreate) -> None:
        item = _new_item(event.item)
        self.items.add(item, event.previous_item_id)
        message = _message_of(item)
        if message is not None:
            number = self._talk.history.insert(message, self.items.number_before(item))
            item.numbers = (number,)
        self._tell_item(item)
        for content in item.body.get("content", ()):
            if audio := content.pop("audio", None):
                decoder = Decoder(self.fields.audio.input.format)
                samples = decoder.feed(client.decode_audio(audio))
                self._talk.recognize(item, samples, decoder.rate_hz)

    @_carry_out.register
    async def _(self, event: client.ItemRetrieve) -> None:
        item = self.items.get(event.item_id)
        self._send(
            {
                "type": "conversation.item.retrieved",
                "previous_item_id": self._previous_id(item),
                "item": item.as_json(),
            }
        )

    @_carry_out.register
    async def _(self, event: client.ItemDelete) -> None:
        item = self.items.get(event.item_id)
        self._delete(item)

    def _delete(self, item: Item) -> None:
        self.items.remove(item)
        for number in item.numbers:
            self._talk.history.delete(number)
        self._send({"type": "conversation.item.deleted", "item_id": item.id})

    @_carry_out.register
    async def _(self, event: client.ItemTruncate) -> None:
        item = self.items.get(event.item_id)
        if item.body.get("role") != "assistant":
            raise EventRefusedError(
                "only what the assistant said can be truncated", "invalid_value", param="item_id"
            )
        end_ms = event.audio_end_ms
        response = self.response
        if response is not None and response.message is item:
            # It is being spoken: the client has stopped to listen, and so it ends there.
            response.truncate_at_ms = end_ms
            response.asked_to_stop = True
            self._talk.stop()
        else:
            self._truncate(item, end_ms)
        self._send(
            {
                "type": "conversation.item.truncated",
                "item_id": item.id,
                "content_index": 0,
                "audio_end_ms": round(end_ms),
            }
        )

    def _truncate(self, item: Item, end_ms: float) -> None:
        for number in item.numbers:
            left = self._talk.history.truncate(number, end_ms)
            item.body["content"][0]["transcript"] = left

    @_carry_out.register
    async def _(self, event: client.ResponseCreate) -> None:
        try:
            fields = event.response.over(self.fields)
        except ValidationError as error:
            raise refusal_of(error, "response") from None
        aside = event.response.conversation == "none"
        if self.response is not None and not aside:
            raise EventRefusedError(
                f"the response {self.response.id} is in progress; wait for its response.done, or"
                " cancel it",
                "conversation_already_has_active_response",
            )
        if self.fields.type == "transcription":
            raise EventRefusedError("a transcription session doesn't answer", "invalid_value")
        messages = self._messages_of(event.response.input)
        response = Response(
            fields,
            None if aside else self._conversation_id,
            event.response.metadata,
            self._sends_sound,
        )
        if aside:
            self._aside[response.id] = response
            self._tell(response.begin())
            history = self._talk.history.messages
            await self._talk.respond_aside(response, history if messages is None else messages)
        else:
            self.response = response
            self._tell(response.begin())
            await self._talk.respond(response, messages)

    def _messages_of(self, items: Sequence[Mapping[str, Any]] | None) -> list[Message] | None:
        """What `response.create` brings as its input: items, or references to such."""
        if items is None:
            return None
        messages: list[Message] = []
        for position, body in enumerate(items):
            param = f"response.input[{position}]"
            if body.get("type") == "item_reference":
                item = self.items.get(str(body.get("id")))
            else:
                try:
                    item = _new_item(client.ANY_ITEM.validate_python({"type": "message", **body}))
                except ValidationError as error:
                    raise refusal_of(error, param) from None
            if (message := _message_of(item)) is not None:
                messages.append(message)
        return messages

    @_carry_out.register
    async def _(self, event: client.ResponseCancel) -> None:
        wanted = event.response_id
        if wanted is not None and wanted in self._aside:
            self._aside[wanted].asked_to_stop = True
            self._talk.stop_aside(self._aside[wanted])
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
        response.asked_to_stop = True
        self._talk.stop()

    # ---- what the conversation tells ----------------------------------------------------------

    def tell(self, event: told.Event) -> None:
        """One event of the conversation."""
        match event:
            case told.Level():
                self._wait_for_user()
            case told.SpeechBegan(onset):
                self._quiet_since_ms = None
                self._speech_began(onset)
            case told.SpeechEnded(_, end):
                self._speech_ended(end)
            case told.PartialTranscript(committed, _):
                self._words_so_far(committed)
            case told.UserSaid(text, number):
                self._user_said(text, number)
            case told.Stopped(text):
                self._stopped(text)
            case told.Dropped(text, _, was_said):
                self._dropped(text if was_said else "")
            case told.NotUnderstood(message):
                self._not_understood(message)
            case told.ReplyEnded():
                self._reply_ended(event)
            case told.ReplyText() | told.ReplyPlain() | told.ToolCalled():
                self._write(event)

    def _write(self, event: told.ReplyText | told.ReplyPlain | told.ToolCalled) -> None:
        if self.response is None:  # the user is asked to say it again
            self._begin_response()
        if self.response is not None:
            self._tell(_written(event, self.response, self._last_id()))
            self._remember_output(self.response)

    def _wait_for_user(self) -> None:
        """A user who says nothing after a reply for `idle_timeout_ms` is spoken to."""
        since_ms, detection = self._quiet_since_ms, self.fields.audio.input.turn_detection
        timeout_ms = getattr(detection, "idle_timeout_ms", None)
        if since_ms is None or timeout_ms is None or self.response is not None:
            return
        if (now_ms := self._talk.client_ms()) - since_ms < timeout_ms:
            return
        self._quiet_since_ms = None
        turn = UserTurn(new_id("item"), None, since_ms, now_ms)
        self._send(
            {
                "type": "input_audio_buffer.timeout_triggered",
                "item_id": turn.item_id,
                "audio_start_ms": since_ms,
                "audio_end_ms": now_ms,
            }
        )
        self._commit(turn, "", 0)
        self.response = Response(self.fields, self._conversation_id, sends_sound=self._sends_sound)
        self._tell(self.response.begin())
        self._talk.spawn(self._talk.respond(self.response, None))

    def _speech_began(self, onset: int) -> None:
        if self._turn is None:
            over_a_reply = self.response is not None and self.response.sounded
            hold_back = over_a_reply and not self._eager
            self._turn = UserTurn(new_id("item"), [] if hold_back else None)
        turn = self._turn
        detection = self.fields.audio.input.turn_detection
        padding_ms = getattr(detection, "prefix_padding_ms", 0)
        turn.start_ms = max(0, self._talk.client_ms(onset) - padding_ms)
        self._tell_of_turn(
            {
                "type": "input_audio_buffer.speech_started",
                "audio_start_ms": turn.start_ms,
                "item_id": turn.item_id,
            }
        )

    def _speech_ended(self, end: int) -> None:
        turn = self._turn
        if turn is None:
            return
        turn.end_ms = self._talk.client_ms(end)
        if not self._commit_asked:
            self._tell_of_turn(
                {
                    "type": "input_audio_buffer.speech_stopped",
                    "audio_end_ms": turn.end_ms,
                    "item_id": turn.item_id,
                }
            )

    def _tell_of_turn(self, event: Event) -> None:
        assert self._turn is not None
        if self._turn.held_back is None:
            self._send(event)
        else:
            self._turn.held_back.append(event)

    def _let_go(self) -> None:
        """The user's words count: what was held back of the turn is told."""
        if self._turn is not None and self._turn.held_back is not None:
            held_back, self._turn.held_back = self._turn.held_back, None
            for event in held_back:
                self._send(event)

    def _words_so_far(self, words: str) -> None:
        turn = self._turn
        wanted = self.fields.audio.input.transcription is not None
        if turn is None or turn.held_back is not None or not wanted:
            return
        if len(words) > len(turn.told_words) and words.startswith(turn.told_words):
            delta = words[len(turn.told_words) :]
            turn.told_words = words
            self._tell_transcription(turn.item_id, "delta", delta=delta)

    def _user_said(self, text: str, number: int) -> None:
        self._let_go()
        turn = self._turn or UserTurn(new_id("item"), None)
        item = self._commit(turn, text, number)
        self._tell_transcript(item.id, text, turn.audio_s)
        self._begin_response()

    def _stopped(self, text: str) -> None:
        """The user said to stop: it is done, and not answered."""
        self._let_go()
        if self._turn is not None:
            turn = self._turn
            self._tell_transcript(self._commit(turn, text, 0).id, text, turn.audio_s)

    def _dropped(self, said: str) -> None:
        """A noise, or a sign of listening: it leaves nothing in the conversation.

        said: the user's words, which nobody is sure of; the user is asked to say them again.
        """
        turn = self._turn
        if turn is None or turn.held_back is not None:
            self._turn = None
            return
        asked = self._commit_asked
        item = self._commit(turn, said, 0)
        self._tell_transcript(item.id, said, turn.audio_s)
        if not (asked or said):
            self._delete(item)

    def _not_understood(self, message: str) -> None:
        self._let_go()
        if self._turn is None:
            return
        item = self._commit(self._turn, None, 0)
        error = {"type": "server_error", "code": "transcription_failed", "message": message}
        self._tell_transcription(item.id, "failed", error=error)

    def _commit(self, turn: UserTurn, text: str | None, number: int) -> Item:
        """The turn becomes an item."""
        self._turn = None
        self._commit_asked = False
        self._buffer_ms = 0.0
        item = spoken_user(turn.item_id)
        item.numbers = (number,) if number else ()
        self._add(item)
        self._send(
            {
                "type": "input_audio_buffer.committed",
                "previous_item_id": self._previous_id(item),
                "item_id": item.id,
            }
        )
        self._tell_item(item)
        # Told by an event of its own: who finds it here, too, takes it for said twice.
        item.body["content"][0]["transcript"] = text
        return item

    def _begin_response(self) -> None:
        """The conversation answers what the user said."""
        if self.fields.answers_by_itself:
            self.response = Response(
                self.fields, self._conversation_id, sends_sound=self._sends_sound
            )
            self._tell(self.response.begin())

    def _remember_output(self, response: Response) -> None:
        """What is being said is an item from its first word on."""
        for item in response.output:
            if item.id not in self.items:
                self._add(item)

    def _add(self, item: Item) -> None:
        """What is said has its place: where a client has filled all, the oldest item goes."""
        while self.items.is_full:
            self._delete(self.items.oldest)
        self.items.add(item)

    def sound(self, samples: Samples, rate_hz: int) -> None:
        """More of what is heard of the reply."""
        response = self.response
        if response is None or not response.speaks:
            return
        self._has_spoken = True
        format = self.fields.audio.output.format
        duration_ms = 1000 * len(samples) / rate_hz
        data = encode(samples, format) if self._sends_sound else b""
        self._tell(response.sound(data, duration_ms, self._last_id()))
        self._remember_output(response)

    def _reply_ended(self, event: told.ReplyEnded) -> None:
        response, self.response = self.response, None
        if response is None:
            return
        if self._turn is None:
            self._quiet_since_ms = self._talk.client_ms()
        if event.interrupted and not response.asked_to_stop:
            self._let_go()
        status, reason = ("cancelled", None) if self.ending else _end_of(response, event)
        message = response.message
        previous_id = None
        if message is not None and message.id in self.items:
            previous_id = self._previous_id(message)
            message.numbers = (event.number,) if event.number else ()
        # A turn that was not over after all leaves nothing of its reply in the history.
        heard = event.heard if event.number or not event.interrupted else ""
        heard = heard if response.speaks else response.text
        for item in response.calls:
            call = _message_of(item)
            if call is not None and item.id in self.items:
                item.numbers = (self._talk.history.insert(call),)
        if response.truncate_at_ms is not None and message is not None:
            message.body["content"] = [{"type": "output_audio", "transcript": heard}]
            self._truncate(message, response.truncate_at_ms)
            heard = message.body["content"][0]["transcript"]
        self._tell(
            response.finish(
                status, heard, reason=reason, error=event.error, previous_item_id=previous_id
            )
        )

    def tell_aside(self, response: Response, event: told.Event) -> None:
        """One event of a response beside the conversation."""
        self._tell(_written(event, response, None))

    def aside_sound(self, response: Response, samples: Samples, rate_hz: int) -> None:
        if self._sends_sound:
            data = encode(samples, response.fields.audio.output.format)
            self._tell(response.sound(data, 1000 * len(samples) / rate_hz))

    def aside_ended(self, response: Response, error: str = "") -> None:
        self._aside.pop(response.id, None)
        status: Status = "completed"
        if response.asked_to_stop:
            status = "cancelled"
        elif error:
            status = "failed"
        reason: Reason | None = "client_cancelled" if response.asked_to_stop else None
        self._tell(response.finish(status, response.text, reason=reason, error=error))

    def recognized(self, item: Item, text: str, seconds: float, error: str = "") -> None:
        """What is said in an item that came as sound."""
        if item.id not in self.items:
            return
        if error:
            failure = {"type": "server_error", "code": "transcription_failed", "message": error}
            self._tell_transcription(item.id, "failed", error=failure)
            return
        for content in item.body["content"]:
            if content["type"] == "input_audio" and not content.get("transcript"):
                content["transcript"] = text
        message = _message_of(item)
        if message is not None:
            number = self._talk.history.insert(message, self.items.number_before(item))
            item.numbers = (number,)
        self._tell_transcript(item.id, text, seconds)

    # ---- within -------------------------------------------------------------------------------

    def _tell(self, events: Any) -> None:
        for event in events:
            self._send(event)

    def _tell_item(self, item: Item) -> None:
        for kind in ("added", "done"):
            self._send(
                {
                    "type": f"conversation.item.{kind}",
                    "previous_item_id": self._previous_id(item),
                    "item": item.as_json(),
                }
            )

    def _tell_transcript(self, item_id: str, text: str, seconds: float) -> None:
        if self.fields.audio.input.transcription is not None:
            usage = {"type": "duration", "seconds": round(seconds, 3)}
            self._tell_transcription(item_id, "completed", transcript=text, usage=usage)

    def _tell_transcription(self, item_id: str, kind: str, **what: Any) -> None:
        name = f"conversation.item.input_audio_transcription.{kind}"
        self._send({"type": name, "item_id": item_id, "content_index": 0, **what})

    def _previous_id(self, item: Item) -> str | None:
        previous = self.items.before(item)
        return None if previous is None else previous.id

    def _last_id(self) -> str | None:
        return None if self.items.last is None else self.items.last.id


def _written(
    event: told.Event, response: Response, previous_item_id: str | None
) -> Iterator[Event]:
    """What is spoken has no markup; what is read has it as it was written."""
    match event:
        case told.ReplyPlain(delta) if response.speaks:
            yield from response.write(delta, previous_item_id)
        case told.ReplyText(delta) if not response.speaks:
            yield from response.write(delta, previous_item_id)
        case told.ToolCalled(call_id, name, arguments):
            yield from response.call(call_id, name, arguments, previous_item_id)


def _end_of(response: Response, event: told.ReplyEnded) -> tuple[Status, Reason | None]:
    if response.asked_to_stop:
        return "cancelled", "client_cancelled"
    if event.interrupted:
        return "cancelled", "turn_detected"
    if event.cut_off:
        return "incomplete", "max_output_tokens"
    return ("failed", None) if event.error else ("completed", None)


def _new_item(
    given: client.MessageItem | client.FunctionCallItem | client.FunctionCallOutputItem,
) -> Item:
    """As the client gave it, with what it left out."""
    body = given.model_dump(mode="json", exclude_none=True, exclude={"id"})
    if isinstance(given, client.FunctionCallItem):
        body.setdefault("call_id", new_id("call"))
    if isinstance(given, client.MessageItem):
        for content in body["content"]:
            content["type"] = _content_type(content["type"], given.role)
    return Item(given.id or new_id("item"), body)


def _content_type(type: str, role: str) -> str:
    """Old names, and those of the other side: what is meant is plain."""
    is_text = type in ("text", "input_text", "output_text")
    if role == "assistant":
        return "output_text" if is_text else "output_audio"
    return "input_text" if is_text else "input_audio"


def _message_of(item: Item) -> Message | None:
    """What the language model sees of an item; None where that is nothing."""
    body = item.body
    if body["type"] == "function_call":
        call = ToolCall(body["call_id"], body["name"], body["arguments"])
        return Message("assistant", "", (call,))
    if body["type"] == "function_call_output":
        return Message("tool", body["output"], tool_call_id=body["call_id"])
    texts = [content.get("text") or content.get("transcript") for content in body["content"]]
    text = " ".join(text for text in texts if text)
    return Message(body["role"], text) if text else None
