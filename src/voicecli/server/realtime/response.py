"""One response and its events, in the order that clients rely on. Pure: events come out as dicts.

response.created > output_item.added > conversation.item.added > content_part.added > deltas > the
same outwards again: output_audio.done > transcript.done > content_part.done > output_item.done >
conversation.item.done > response.done. A response that is cut off ends the same way.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from voicecli.llm.messages import Usage
from voicecli.server.realtime.fields import Fields
from voicecli.server.realtime.items import Item, new_id

Event = dict[str, Any]

Status = Literal["completed", "cancelled", "failed", "incomplete"]
Reason = Literal["turn_detected", "client_cancelled", "max_output_tokens"]


def _usage_json(usage: Usage) -> dict[str, Any]:
    """Sound costs the language model nothing: it reads and writes text."""
    return {
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "input_token_details": {
            "text_tokens": usage.input_tokens,
            "audio_tokens": 0,
            "cached_tokens": usage.cached_tokens,
        },
        "output_token_details": {"text_tokens": usage.output_tokens, "audio_tokens": 0},
    }


@dataclass(eq=False)
class Response:
    fields: Fields
    """The session's, as they hold for this one."""
    conversation_id: str | None
    """None for one that is answered beside the conversation."""
    metadata: dict[str, str] | None = None
    sends_sound: bool = True
    """As events; a call over WebRTC has a track for it."""
    id: str = field(default_factory=lambda: new_id("resp"))
    asked_to_stop: bool = False
    """By the client."""
    is_too_long: bool = False
    """It has as much sound as one may have."""
    truncate_at_ms: float | None = None
    """So much of its sound was heard, as the client told before it ended."""
    sounded: bool = False
    """Something of it was given out."""
    sent_ms: float = 0.0
    """Of its sound, given out so far."""
    message: Item | None = None
    """What is said in it; None until something is."""
    text: str = ""
    """As it was written so far."""
    output: list[Item] = field(default_factory=list)
    calls: list[Item] = field(default_factory=list)
    """Functions that the model wants to have called."""
    usage: Usage = Usage()
    """Of the language model; 0 where its server doesn't count, or was cut off before it did."""

    @property
    def speaks(self) -> bool:
        return self.fields.output_modalities == ["audio"]

    def begin(self) -> Iterator[Event]:
        yield {"type": "response.created", "response": self._as_json("in_progress", None)}

    def write(self, delta: str, previous_item_id: str | None = None) -> Iterator[Event]:
        """More of its text."""
        yield from self._open(previous_item_id)
        self.text += delta
        kind = "output_audio_transcript" if self.speaks else "output_text"
        yield {"type": f"response.{kind}.delta", **self._place, "delta": delta}

    def sound(
        self, data: bytes, duration_ms: float, previous_item_id: str | None = None
    ) -> Iterator[Event]:
        """More of its sound."""
        yield from self._open(previous_item_id)
        if not self.sounded and not self.sends_sound:
            yield {"type": "output_audio_buffer.started", "response_id": self.id}
        self.sounded = True
        self.sent_ms += duration_ms
        if self.sends_sound:
            delta = base64.b64encode(data).decode()
            yield {"type": "response.output_audio.delta", **self._place, "delta": delta}

    def call(
        self, call_id: str, name: str, arguments: str, previous_item_id: str | None
    ) -> Iterator[Event]:
        """A function is to be called."""
        body = {"type": "function_call", "call_id": call_id, "name": name, "arguments": arguments}
        item = Item(new_id("item"), body)
        self.output.append(item)
        self.calls.append(item)
        place = {"response_id": self.id, "output_index": self.output.index(item)}
        previous = {"previous_item_id": previous_item_id}
        open_item = {**item.as_json(), "status": "in_progress", "arguments": ""}
        about = {**place, "item_id": item.id, "call_id": call_id}
        kind = "response.function_call_arguments"
        yield {"type": "response.output_item.added", **place, "item": open_item}
        yield {"type": "conversation.item.added", **previous, "item": open_item}
        yield {"type": f"{kind}.delta", **about, "delta": arguments}
        yield {"type": f"{kind}.done", **about, "name": name, "arguments": arguments}
        yield {"type": "response.output_item.done", **place, "item": item.as_json()}
        yield {"type": "conversation.item.done", **previous, "item": item.as_json()}

    def finish(
        self,
        status: Status,
        heard: str,
        *,
        reason: Reason | None = None,
        error: str = "",
        previous_item_id: str | None = None,
    ) -> Iterator[Event]:
        """heard: what the user heard of it; that is what the conversation remembers."""
        if self.message is not None:
            self.message.status = "completed" if status == "completed" else "incomplete"
            self.message.body["content"] = [self._content(heard, in_item=True)]
            yield from self._close(previous_item_id)
        details: dict[str, Any] = {"type": status, "reason": reason}
        if error:
            details["error"] = {"type": "server_error", "code": "reply_failed", "message": error}
        shown = None if status == "completed" else details
        yield {"type": "response.done", "response": self._as_json(status, shown)}
        if self.sounded and not self.sends_sound:
            how = "stopped" if status == "completed" else "cleared"
            yield {"type": f"output_audio_buffer.{how}", "response_id": self.id}

    # ---- within -------------------------------------------------------------------------------

    @property
    def _place(self) -> dict[str, Any]:
        assert self.message is not None
        return {
            "response_id": self.id,
            "item_id": self.message.id,
            "output_index": self.output.index(self.message),
            "content_index": 0,
        }

    def _open(self, previous_item_id: str | None) -> Iterator[Event]:
        if self.message is not None:
            return
        body = {"type": "message", "role": "assistant", "content": []}
        self.message = Item(new_id("item"), body, "in_progress")
        self.output.append(self.message)
        shown = self.message.as_json()
        place = {"response_id": self.id, "output_index": self.output.index(self.message)}
        yield {"type": "response.output_item.added", **place, "item": shown}
        yield {
            "type": "conversation.item.added",
            "previous_item_id": previous_item_id,
            "item": shown,
        }
        part = self._content("", in_item=False)
        yield {"type": "response.content_part.added", **self._place, "part": part}

    def _close(self, previous_item_id: str | None) -> Iterator[Event]:
        assert self.message is not None
        place = self._place
        if self.speaks:
            if self.sends_sound:
                yield {"type": "response.output_audio.done", **place}
            transcript_type = "response.output_audio_transcript.done"
            yield {"type": transcript_type, **place, "transcript": self.text}
        else:
            yield {"type": "response.output_text.done", **place, "text": self.text}
        part = self._content(self.text, in_item=False)
        yield {"type": "response.content_part.done", **place, "part": part}
        item = self.message.as_json()
        output_place = {key: place[key] for key in ("response_id", "output_index")}
        yield {"type": "response.output_item.done", **output_place, "item": item}
        yield {
            "type": "conversation.item.done",
            "previous_item_id": previous_item_id,
            "item": item,
        }

    def _content(self, text: str, *, in_item: bool) -> dict[str, Any]:
        """A part is "audio" in the events of parts and "output_audio" in items."""
        prefix = "output_" if in_item else ""
        if self.speaks:
            return {"type": f"{prefix}audio", "transcript": text}
        return {"type": f"{prefix}text", "text": text}

    def _as_json(
        self, status: Status | Literal["in_progress"], details: dict[str, Any] | None
    ) -> dict[str, Any]:
        output = self.fields.audio.output
        return {
            "object": "realtime.response",
            "id": self.id,
            "status": status,
            "status_details": details,
            "output": [item.as_json() for item in self.output],
            "conversation_id": self.conversation_id,
            "output_modalities": list(self.fields.output_modalities),
            "max_output_tokens": self.fields.max_output_tokens,
            "audio": {
                "output": {
                    "format": output.format.model_dump(mode="json"),
                    "voice": output.voice,
                }
            },
            "usage": None if status == "in_progress" else _usage_json(self.usage),
            "metadata": self.metadata,
        }
