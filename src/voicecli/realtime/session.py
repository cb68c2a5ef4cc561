"""What a Realtime server is told of a session: how it should be, and what was said so far. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from voicecli.llm.messages import Message, ToolCall
from voicecli.realtime.uplink import RATE_HZ

TRANSCRIBER = "gpt-4o-mini-transcribe"
"""OpenAI's own: without one, its server tells nothing of what it heard. Others take any name."""


def session_fields(
    *,
    instructions: str,
    voice: str | None = None,
    speed: float = 1.0,
    language: str | None = None,
    transcriber: str | None = None,
    max_tokens: int | None = None,
) -> dict[str, Any]:
    """What the settings say of a session, as the server has it. Whose turn it is stays its own."""
    pcm = {"type": "audio/pcm", "rate": RATE_HZ}
    transcription = {"model": transcriber or TRANSCRIBER}
    if language:
        transcription["language"] = language
    output: dict[str, Any] = {"format": pcm}
    if voice:
        output["voice"] = voice
    if speed != 1.0:
        output["speed"] = speed
    fields: dict[str, Any] = {
        "instructions": instructions,
        "output_modalities": ["audio"],
        "audio": {"input": {"format": pcm, "transcription": transcription}, "output": output},
    }
    if max_tokens is not None:
        fields["max_output_tokens"] = max_tokens
    return fields


def voice_in(session: Mapping[str, Any]) -> str:
    """The voice that a session names; empty without one."""
    audio = session.get("audio")
    output = audio.get("output") if isinstance(audio, Mapping) else None
    return str(output.get("voice") or "") if isinstance(output, Mapping) else ""


def as_realtime(tool: Mapping[str, Any]) -> dict[str, Any]:
    """A tool as chat completions have it, flat as the Realtime API has it."""
    return {"type": "function", **tool.get("function", {})}


# ---- items of the conversation ----------------------------------------------------------------


def text_item(role: str, text: str) -> dict[str, Any]:
    kind = "input_text" if role == "user" else "output_text"
    return {"type": "message", "role": role, "content": [{"type": kind, "text": text}]}


def call_item(call: ToolCall) -> dict[str, Any]:
    fields = {"call_id": call.id, "name": call.name, "arguments": call.arguments}
    return {"type": "function_call", **fields}


def output_item(call_id: str, output: str) -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": call_id, "output": output}


def items_of(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """A conversation, for a server that does not know it."""
    items = []
    for message in messages:
        if message.role == "tool":
            items.append(output_item(message.tool_call_id, message.content))
        elif message.content:
            items.append(text_item(message.role, message.content))
        items += map(call_item, message.tool_calls)
    return items
