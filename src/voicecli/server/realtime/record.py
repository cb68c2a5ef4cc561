"""What was said, as the client knows it (items) and as the model does (history), in step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from voicecli.conversation.history import History
from voicecli.llm.messages import Message
from voicecli.server.realtime import client_events as client
from voicecli.server.realtime.client_events import EventRefusedError, refusal_of
from voicecli.server.realtime.items import Item, Items, message_of, new_item
from voicecli.server.realtime.line import ClientLine


class Record:
    """Changed by the client's events and by what is said; tells the client of each item."""

    def __init__(self, line: ClientLine, history: History) -> None:
        self.items = Items()
        self.history = history
        self._line = line

    def create(self, event: client.ItemCreate) -> Item:
        """As the client gave it; raises EventRefusedError."""
        item = new_item(event.item)
        self.items.add(item, event.previous_item_id)
        self.remember(item)
        self.tell_of(item)
        return item

    def add(self, item: Item) -> None:
        """What is said has its place: where a client has filled all, the oldest item goes."""
        while self.items.is_full:
            self.delete(self.items.oldest)
        self.items.add(item)

    def delete(self, item: Item) -> None:
        self.items.remove(item)
        for number in item.numbers:
            self.history.delete(number)
        self._line.send({"type": "conversation.item.deleted", "item_id": item.id})

    def truncate(self, item: Item, end_ms: float) -> None:
        for number in item.numbers:
            left = self.history.truncate(number, end_ms)
            item.body["content"][0]["transcript"] = left

    def remember(self, item: Item) -> None:
        """In the history, at the item's place; nothing, where the model sees nothing of it."""
        if (message := message_of(item)) is not None:
            item.numbers = (self.history.insert(message, self.items.number_before(item)),)

    def recognized(self, item: Item, text: str, seconds: float, error: str = "") -> None:
        """What is said in an item that came as sound."""
        if item.id not in self.items:
            return
        if error:
            self.tell_failure(item, error)
            return
        for content in item.body["content"]:
            if content["type"] == "input_audio" and not content.get("transcript"):
                content["transcript"] = text
        self.remember(item)
        self.tell_transcript(item, text, seconds)

    def messages_of(self, items: Sequence[Mapping[str, Any]] | None) -> list[Message] | None:
        """What `response.create` brings as its input: items, or references to such.

        Raises EventRefusedError.
        """
        if items is None:
            return None
        messages = [
            message_of(self._given(body, f"response.input[{position}]"))
            for position, body in enumerate(items)
        ]
        return [message for message in messages if message is not None]

    def _given(self, body: Mapping[str, Any], param: str) -> Item:
        if body.get("type") == "item_reference":
            return self.items.get(str(body.get("id")))
        try:
            return new_item(client.ANY_ITEM.validate_python({"type": "message", **body}))
        except ValidationError as error:
            raise refusal_of(error, param) from None

    def spoken_by_the_assistant(self, item_id: str) -> Item:
        """Raises EventRefusedError."""
        item = self.items.get(item_id)
        if item.body.get("role") != "assistant":
            raise EventRefusedError(
                "only what the assistant said can be truncated", "invalid_value", param="item_id"
            )
        return item

    # ---- what the client is told --------------------------------------------------------------

    def previous_id(self, item: Item) -> str | None:
        previous = self.items.before(item)
        return None if previous is None else previous.id

    @property
    def last_id(self) -> str | None:
        return None if self.items.last is None else self.items.last.id

    def tell_of(self, item: Item, kinds: Sequence[str] = ("added", "done")) -> None:
        for kind in kinds:
            self._line.send(
                {
                    "type": f"conversation.item.{kind}",
                    "previous_item_id": self.previous_id(item),
                    "item": item.as_json(),
                }
            )

    def tell_words(self, item_id: str, delta: str) -> None:
        """More of what the user is saying, which will not change."""
        if self._line.wants_transcripts:
            self._tell_transcription(item_id, "delta", delta=delta)

    def tell_transcript(self, item: Item, text: str, seconds: float) -> None:
        if self._line.wants_transcripts:
            usage = {"type": "duration", "seconds": round(seconds, 3)}
            self._tell_transcription(item.id, "completed", transcript=text, usage=usage)

    def tell_failure(self, item: Item, message: str) -> None:
        error = {"type": "server_error", "code": "transcription_failed", "message": message}
        self._tell_transcription(item.id, "failed", error=error)

    def _tell_transcription(self, item_id: str, kind: str, **what: Any) -> None:
        name = f"conversation.item.input_audio_transcription.{kind}"
        self._line.send({"type": name, "item_id": item_id, "content_index": 0, **what})
