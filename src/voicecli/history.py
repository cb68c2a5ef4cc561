"""What was said: the messages that the language model sees. Only what was heard is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from voicecli.llm import Message


@dataclass
class History:
    """The conversation so far. Consecutive messages of the user are one."""

    system: str = ""
    messages: list[Message] = field(default_factory=list)

    @property
    def unanswered(self) -> bool:
        """True where the user spoke last."""
        return bool(self.messages) and self.messages[-1].role == "user"

    def with_user(self, text: str) -> list[Message]:
        """What would be sent if the user had said `text`; nothing is remembered."""
        head = [Message("system", self.system)] if self.system else []
        return head + _joined(self.messages, text)

    def add_user(self, text: str) -> None:
        self.messages = _joined(self.messages, text)

    def add_assistant(self, heard: str) -> None:
        """`heard`: the part of the reply that left the loudspeaker; nothing, if nothing was."""
        if heard:
            self.messages.append(Message("assistant", heard))


def _joined(messages: Sequence[Message], text: str) -> list[Message]:
    if not text:
        return list(messages)
    if messages and messages[-1].role == "user":
        return [*messages[:-1], Message("user", f"{messages[-1].content} {text}")]
    return [*messages, Message("user", text)]


def heard_words(text: str, heard_samples: int, n_samples: int) -> str:
    """The words of `text` that were heard whole, by the share of its audio that was played."""
    if heard_samples >= n_samples:
        return text
    n_heard = int(len(text) * heard_samples / n_samples)
    if n_heard < len(text) and not text[n_heard].isspace():
        n_heard = text.rfind(" ", 0, n_heard) + 1
    return text[:n_heard].rstrip()
