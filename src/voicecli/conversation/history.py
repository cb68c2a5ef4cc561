"""What was said: the messages that the language model sees. Only what was heard is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from voicecli.llm.messages import Message

INTERRUPTED = " —"
"""Behind a reply that the user cut off: the model should know, and must not say it."""


@dataclass
class History:
    """The conversation so far, without the system prompt. The user's messages in a row are one."""

    messages: list[Message] = field(default_factory=list)

    def with_user(self, text: str) -> list[Message]:
        """What would be sent if the user had said `text`; nothing is remembered."""
        return _joined(self.messages, text)

    def add_user(self, text: str) -> None:
        self.messages = _joined(self.messages, text)

    def add_assistant(self, heard: str, *, interrupted: bool = False) -> None:
        """`heard`: the part of the reply that left the loudspeaker; nothing, if nothing was."""
        if heard:
            mark = INTERRUPTED if interrupted else ""
            self.messages.append(Message("assistant", heard + mark))


def _joined(messages: Sequence[Message], text: str) -> list[Message]:
    if not text:
        return list(messages)
    if messages and messages[-1].role == "user":
        return [*messages[:-1], Message("user", f"{messages[-1].content} {text}")]
    return [*messages, Message("user", text)]
