"""What a client may send, checked. Pure: text in, an event or a refusal out."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from voicecli.server.realtime.fields import ResponseFields

MAX_AUDIO_CHARS = 15 * 1024 * 1024 * 4 // 3
"""Of one append: 15 MB in base64, as OpenAI has it."""

MAX_TEXT_CHARS = 100_000

MAX_END_MS = 1e9

MAX_ID_CHARS = 128


class EventRefusedError(Exception):
    """Why an event was not carried out, as the client is told. The session goes on."""

    def __init__(
        self,
        message: str,
        code: str | None = None,
        *,
        param: str | None = None,
        type: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.param = param
        self.type = type


Id = Annotated[str, Field(min_length=1, max_length=MAX_ID_CHARS)]


class _Event(BaseModel):
    model_config = ConfigDict(extra="ignore")
    event_id: str | None = None

    @field_validator("event_id", mode="before")
    @classmethod
    def _only_text(cls, event_id: object) -> str | None:
        """Nobody needs to lose an event for its name."""
        return event_id[:512] if isinstance(event_id, str) else None


class Content(BaseModel):
    model_config = ConfigDict(extra="ignore")
    type: Literal["input_text", "input_audio", "output_text", "output_audio", "text", "audio"]
    text: str | None = Field(None, max_length=MAX_TEXT_CHARS)
    transcript: str | None = Field(None, max_length=MAX_TEXT_CHARS)
    audio: str | None = Field(None, max_length=MAX_AUDIO_CHARS)


class MessageItem(BaseModel):
    model_config = ConfigDict(extra="ignore")
    type: Literal["message"] = "message"
    id: Id | None = None
    role: Literal["system", "user", "assistant"]
    content: list[Content] = Field(max_length=64)


class FunctionCallItem(BaseModel):
    model_config = ConfigDict(extra="ignore")
    type: Literal["function_call"]
    id: Id | None = None
    call_id: Id | None = None
    name: str = Field(max_length=64)
    arguments: str = Field(max_length=MAX_TEXT_CHARS)


class FunctionCallOutputItem(BaseModel):
    model_config = ConfigDict(extra="ignore")
    type: Literal["function_call_output"]
    id: Id | None = None
    call_id: Id
    output: str = Field(max_length=MAX_TEXT_CHARS)


AnyItem = Annotated[
    MessageItem | FunctionCallItem | FunctionCallOutputItem, Field(discriminator="type")
]


ANY_ITEM: TypeAdapter[MessageItem | FunctionCallItem | FunctionCallOutputItem] = TypeAdapter(
    AnyItem
)


class SessionUpdate(_Event):
    type: Literal["session.update"]
    session: dict[str, Any]


class AudioAppend(_Event):
    type: Literal["input_audio_buffer.append"]
    audio: str = Field(max_length=MAX_AUDIO_CHARS)


class AudioCommit(_Event):
    type: Literal["input_audio_buffer.commit"]


class AudioClear(_Event):
    type: Literal["input_audio_buffer.clear"]


class OutputClear(_Event):
    type: Literal["output_audio_buffer.clear"]


class ItemCreate(_Event):
    type: Literal["conversation.item.create"]
    item: AnyItem
    previous_item_id: str | None = None


class ItemRetrieve(_Event):
    type: Literal["conversation.item.retrieve"]
    item_id: str


class ItemDelete(_Event):
    type: Literal["conversation.item.delete"]
    item_id: str


class ItemTruncate(_Event):
    type: Literal["conversation.item.truncate"]
    item_id: str
    content_index: int = 0
    audio_end_ms: float

    @field_validator("audio_end_ms")
    @classmethod
    def _clamped(cls, end_ms: float) -> float:
        """Clients fall silent where too large a time is refused."""
        return min(end_ms, MAX_END_MS) if end_ms > 0 else 0.0


class ResponseCreate(_Event):
    type: Literal["response.create"]
    response: ResponseFields = ResponseFields()

    @field_validator("response", mode="before")
    @classmethod
    def _or_nothing(cls, response: object) -> object:
        return {} if response is None else response


class ResponseCancel(_Event):
    type: Literal["response.cancel"]
    response_id: str | None = None


ClientEvent = (
    SessionUpdate
    | AudioAppend
    | AudioCommit
    | AudioClear
    | OutputClear
    | ItemCreate
    | ItemRetrieve
    | ItemDelete
    | ItemTruncate
    | ResponseCreate
    | ResponseCancel
)

_EVENTS = {
    get_args(event.model_fields["type"].annotation)[0]: TypeAdapter(event)
    for event in get_args(ClientEvent)
}


def parse(text: str | bytes) -> tuple[ClientEvent | None, EventRefusedError | None, str | None]:
    """The event, or why it is none; and the event's own id, where it has one."""
    event_id: str | None = None
    try:
        data = loads(text)
        if isinstance(data.get("event_id"), str):
            event_id = data["event_id"][:512]
        kind = data.get("type")
        if not isinstance(kind, str):
            raise EventRefusedError(
                "an event needs a `type`", "missing_required_parameter", param="type"
            )
        if kind not in _EVENTS:
            known = ", ".join(_EVENTS)
            raise EventRefusedError(
                f"no event {kind[:80]!r} is known here; there are: {known}",
                "invalid_value",
                param="type",
            )
        if kind == "conversation.item.create" and isinstance(data.get("item"), dict):
            data["item"].setdefault("type", "message")
        return _EVENTS[kind].validate_python(data), None, event_id
    except ValidationError as error:
        return None, refusal_of(error), event_id
    except EventRefusedError as refusal:
        return None, refusal, event_id


_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def loads(text: str | bytes) -> dict[str, Any]:
    """A JSON object; raises EventRefusedError."""
    try:
        data = json.loads(text)
        if _SURROGATE.search(text if isinstance(text, str) else text.decode()):
            # Half a character can be written in JSON, and nowhere else.
            whole = json.dumps(data, ensure_ascii=False).encode(errors="replace")
            data = json.loads(whole)
    except (ValueError, RecursionError) as error:
        raise EventRefusedError(
            f"an event is a JSON object; this is none ({error})", "invalid_json"
        ) from None
    if not isinstance(data, dict):
        raise EventRefusedError("an event is a JSON object; this is none", "invalid_json")
    return data


def refusal_of(error: ValidationError, prefix: str = "") -> EventRefusedError:
    """What pydantic found first, as OpenAI would say it. What was sent is not repeated."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    path = prefix
    for step in first["loc"]:
        if isinstance(step, int):
            path += f"[{step}]"
        elif not (step in _UNION_STEPS or "[" in step):
            path += f".{step}" if path else step
    code = {"missing": "missing_required_parameter"}.get(first["type"], "invalid_value")
    return EventRefusedError(f"{path or 'the event'}: {first['msg']}", code, param=path or None)


_UNION_STEPS = {
    *("message", "function_call", "function_call_output", "server_vad", "semantic_vad"),
    *("audio/pcm", "audio/pcmu", "audio/pcma", "int", "NamedFunction", "constrained-int"),
}
"""Names that pydantic puts into a path for the member of a union; clients don't know them."""


def decode_audio(text: str) -> bytes:
    """Base64, strictly; raises EventRefusedError."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise EventRefusedError("audio is not base64", "invalid_value", param="audio") from None


def sound_of(item: MessageItem | FunctionCallItem | FunctionCallOutputItem) -> bytes:
    """All that an item brings; raises EventRefusedError."""
    if not isinstance(item, MessageItem):
        return b""
    return b"".join(decode_audio(one.audio) for one in item.content if one.audio)
