"""The responses in progress: one in the conversation, and any beside it; response.py has the events
of each."""

from __future__ import annotations

from collections.abc import Iterator

from voicecli.conversation import events as told
from voicecli.llm.messages import Usage
from voicecli.server.realtime.client_events import EventRefusedError
from voicecli.server.realtime.fields import Fields
from voicecli.server.realtime.formats import encode
from voicecli.server.realtime.items import message_of, new_id
from voicecli.server.realtime.line import ClientLine
from voicecli.server.realtime.record import Record
from voicecli.server.realtime.response import Event, Reason, Response, Status
from voicecli.sound.samples import Samples


class Responses:
    def __init__(self, line: ClientLine, record: Record) -> None:
        self.current: Response | None = None
        """The one that is in progress in the conversation."""
        self.aside: dict[str, Response] = {}
        """Those beside it, by their id."""
        self.have_sounded = False
        """From the first sound on, the voice can't be changed."""
        self.ending = False
        """What is being answered is cut off: the session is over."""
        self._line = line
        self._record = record
        self._conversation_id = new_id("conv")

    def begin(
        self, fields: Fields | None = None, metadata: dict[str, str] | None = None
    ) -> Response:
        """In the conversation; raises EventRefusedError where one is in progress there."""
        if self.current is not None:
            raise EventRefusedError(
                f"the response {self.current.id} is in progress; wait for its response.done, or"
                " cancel it",
                "conversation_already_has_active_response",
            )
        self.current = response = Response(
            *(fields or self._line.fields, self._conversation_id, metadata, self._line.sends_sound)
        )
        self._line.tell(response.begin())
        return response

    def begin_aside(self, fields: Fields, metadata: dict[str, str] | None) -> Response:
        response = Response(fields, None, metadata, self._line.sends_sound)
        self.aside[response.id] = response
        self._line.tell(response.begin())
        return response

    def write(self, event: told.Event) -> None:
        """More of the current one."""
        if (response := self.current) is not None:
            self._line.tell(_written(event, response, self._record.last_id))
            self._remember(response)

    def sound(self, samples: Samples, rate_hz: int) -> None:
        """More of what is heard of the current one."""
        response = self.current
        if response is None or not response.speaks:
            return
        self.have_sounded = True
        data = self._encoded(samples, self._line.fields)
        self._line.tell(response.sound(data, 1000 * len(samples) / rate_hz, self._record.last_id))
        self._remember(response)

    def _encoded(self, samples: Samples, fields: Fields) -> bytes:
        return encode(samples, fields.audio.output.format) if self._line.sends_sound else b""

    def _remember(self, response: Response) -> None:
        """What is being said is an item from its first word on."""
        for item in response.output:
            if item.id not in self._record.items:
                self._record.add(item)

    def ended(self, event: told.ReplyEnded) -> None:
        response, self.current = self.current, None
        if response is None:
            return
        status, reason = ("cancelled", None) if self.ending else _end_of(response, event)
        message = response.message
        previous_id = None
        if message is not None and message.id in self._record.items:
            previous_id = self._record.previous_id(message)
            message.numbers = (event.number,) if event.number else ()
        for item in response.calls:
            call = message_of(item)
            if call is not None and item.id in self._record.items:
                item.numbers = (self._record.history.insert(call),)
        heard = self._heard(response, event)
        self._line.tell(
            response.finish(
                status, heard, reason=reason, error=event.error, previous_item_id=previous_id
            )
        )

    def _heard(self, response: Response, event: told.ReplyEnded) -> str:
        """What the conversation remembers of it."""
        if not response.speaks:
            return response.text
        # A turn that was not over after all leaves nothing of its reply in the history.
        heard = event.heard if event.number or not event.interrupted else ""
        message = response.message
        if response.truncate_at_ms is None or message is None:
            return heard
        message.body["content"] = [{"type": "output_audio", "transcript": heard}]
        self._record.truncate(message, response.truncate_at_ms)
        return message.body["content"][0]["transcript"]

    # ---- beside the conversation --------------------------------------------------------------

    def write_aside(self, response: Response, event: told.Event) -> None:
        self._line.tell(_written(event, response, None))

    def sound_aside(self, response: Response, samples: Samples, rate_hz: int) -> None:
        if self._line.sends_sound:
            data = self._encoded(samples, response.fields)
            self._line.tell(response.sound(data, 1000 * len(samples) / rate_hz))

    def aside_ended(self, response: Response, error: str = "") -> None:
        self.aside.pop(response.id, None)
        status: Status = "failed" if error else "completed"
        reason: Reason | None = None
        if response.asked_to_stop:
            status, reason = "cancelled", "client_cancelled"
        self._line.tell(response.finish(status, response.text, reason=reason, error=error))


def _written(
    event: told.Event, response: Response, previous_item_id: str | None
) -> Iterator[Event]:
    """What is spoken has no markup; what is read has it as it was written."""
    match event:
        case told.ReplyPlain(delta) if response.speaks:
            yield from response.write(delta, previous_item_id)
        case told.ReplyText(delta) if not response.speaks:
            yield from response.write(delta, previous_item_id)
        case told.TokensCounted():
            response.usage += Usage(event.input_tokens, event.output_tokens, event.cached_tokens)
        case told.ToolCalled(call_id, name, arguments):
            yield from response.call(call_id, name, arguments, previous_item_id)


def _end_of(response: Response, event: told.ReplyEnded) -> tuple[Status, Reason | None]:
    if response.asked_to_stop:
        return "cancelled", "client_cancelled"
    if response.is_too_long:
        return "incomplete", "max_output_tokens"
    if event.interrupted:
        return "cancelled", "turn_detected"
    if event.cut_off:
        return "incomplete", "max_output_tokens"
    return ("failed", None) if event.error else ("completed", None)
