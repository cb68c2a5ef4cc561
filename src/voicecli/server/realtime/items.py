"""The items of a conversation, as clients see them, beside the history that the model sees."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any, Literal

from voicecli.llm.messages import Message, ToolCall
from voicecli.server.realtime.client_events import (
    EventRefusedError,
    FunctionCallItem,
    FunctionCallOutputItem,
    MessageItem,
)

MAX_ITEMS = 500

ROOT = "root"
"""As previous_item_id: put it first."""

Status = Literal["in_progress", "completed", "incomplete"]


def new_id(kind: str) -> str:
    """Such as item_0f3a.., unguessable."""
    return f"{kind}_{secrets.token_hex(12)}"


@dataclass(eq=False)
class Item:
    """One entry of the conversation."""

    id: str
    body: dict[str, Any]
    """type, and what belongs to it: role and content, or call_id and so on."""
    status: Status = "completed"
    numbers: tuple[int, ...] = ()
    """Of its entries in the history."""

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "object": "realtime.item", "status": self.status, **self.body}


def spoken_user(item_id: str) -> Item:
    """What it says follows."""
    content = [{"type": "input_audio", "transcript": None}]
    return Item(item_id, {"type": "message", "role": "user", "content": content})


@dataclass
class Items:
    """In their order."""

    _items: list[Item] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, item_id: str) -> bool:
        return any(item.id == item_id for item in self._items)

    def get(self, item_id: str) -> Item:
        """Raises EventRefusedError."""
        for item in self._items:
            if item.id == item_id:
                return item
        raise EventRefusedError(
            f"there is no item {item_id[:80]!r}", "item_not_found", param="item_id"
        )

    def before(self, item: Item) -> Item | None:
        position = self._items.index(item)
        return self._items[position - 1] if position else None

    @property
    def is_full(self) -> bool:
        return len(self._items) >= MAX_ITEMS

    @property
    def oldest(self) -> Item:
        return self._items[0]

    @property
    def last(self) -> Item | None:
        return self._items[-1] if self._items else None

    def add(self, item: Item, previous_id: str | None = None) -> None:
        """Behind the item of that id; without one, at the end. Raises EventRefusedError."""
        if self.is_full:
            raise EventRefusedError(
                f"a conversation holds {MAX_ITEMS} items; delete some", "too_many_items"
            )
        if item.id in self:
            raise EventRefusedError(
                f"there is an item {item.id[:80]!r} already", "item_already_exists", param="item.id"
            )
        position = len(self._items)
        if previous_id == ROOT:
            position = 0
        elif previous_id is not None:
            position = self._items.index(self.get(previous_id)) + 1
        self._items.insert(position, item)

    def remove(self, item: Item) -> None:
        self._items.remove(item)

    def number_before(self, item: Item) -> int | None:
        """The history's entry behind which its own belongs: 0 is the beginning, None the end."""
        position = self._items.index(item)
        if not any(later.numbers for later in self._items[position + 1 :]):
            return None
        for earlier in reversed(self._items[:position]):
            if earlier.numbers:
                return earlier.numbers[-1]
        return 0

    def with_number(self, number: int) -> Item | None:
        return next((item for item in self._items if number in item.numbers), None)


def new_item(given: MessageItem | FunctionCallItem | FunctionCallOutputItem) -> Item:
    """As the client gave it, with what it left out; sound is not told back."""
    hidden = {"id": True, "content": {"__all__": {"audio"}}}
    body = given.model_dump(mode="json", exclude_none=True, exclude=hidden)
    if isinstance(given, FunctionCallItem):
        body.setdefault("call_id", new_id("call"))
    if isinstance(given, MessageItem):
        for content in body["content"]:
            content["type"] = _content_type(content["type"], given.role)
    return Item(given.id or new_id("item"), body)


def _content_type(type: str, role: str) -> str:
    """Old names, and those of the other side: what is meant is plain."""
    is_text = type in ("text", "input_text", "output_text")
    if role == "assistant":
        return "output_text" if is_text else "output_audio"
    return "input_text" if is_text else "input_audio"


def message_of(item: Item) -> Message | None:
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
