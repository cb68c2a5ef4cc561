"""What was said: the messages that the language model sees. Only what was heard is remembered."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from voicecli.llm.messages import Message, ToolCall

INTERRUPTED = " —"
"""Behind a reply that the user cut off: the model should know, and must not say it."""

MAX_TURNS = 40
"""What the model is told of by default: half an hour of talk, some 4000 tokens."""

MAX_FAILURES = 2
"""What went unanswered is asked again with the next question, and not with each that follows."""

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True)
class WordEnd:
    """The end of a spoken word, to cut a reply at a time."""

    chars: int
    """So much of the text ends with it."""
    end_ms: float
    """Of the reply's sound, from its first sample."""


@dataclass(frozen=True)
class Entry:
    """One thing that was said."""

    number: int
    """Its name: counted through the conversation, never given twice."""
    message: Message
    word_ends: tuple[WordEnd, ...] = ()
    """Of a reply that was spoken."""
    n_failures: int = 0
    """Of what the user said: so many times the model was asked, and there was no answer."""


@dataclass
class History:
    """The conversation so far, without the system prompt."""

    entries: list[Entry] = field(default_factory=list)
    max_turns: int = MAX_TURNS
    """The model is told of no more of the newest turns; the older ones stay in `entries`."""
    _begins_after: int = 0
    """Entries up to this number are forgotten."""
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1), repr=False)

    @property
    def messages(self) -> list[Message]:
        """As the language model gets them: the user's messages in a row are one."""
        messages: list[Message] = []
        for entry in self._remembered():
            if entry.n_failures < MAX_FAILURES or entry is self.entries[-1]:
                messages = _joined(messages, entry.message)
        messages = _with_results(messages)
        return _newest(messages, self.max_turns)

    def with_user(self, text: str) -> list[Message]:
        """What would be sent if the user had said `text`; nothing is remembered."""
        if not text:
            return self.messages
        as_if = self.copy()
        as_if.add_user(text)
        return as_if.messages

    def copy(self) -> History:
        """For what may come of it: nothing that is added there is remembered here."""
        return History(self._remembered(), self.max_turns)

    def start_over(self) -> None:
        """The model is told of nothing that was said so far; it stays in `entries`."""
        self._begins_after = max((entry.number for entry in self.entries), default=0)

    def _remembered(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.number > self._begins_after]

    def add_user(self, text: str) -> int:
        """The number of the new entry; 0 where there is nothing to remember."""
        return self.insert(Message("user", text)) if text else 0

    def fail(self) -> None:
        """There was no answer to what the user said last."""
        for position in reversed(range(len(self.entries))):
            if self.entries[position].message.role != "user":
                break
            entry = self.entries[position]
            self.entries[position] = replace(entry, n_failures=entry.n_failures + 1)

    def add_assistant(
        self, heard: str, *, interrupted: bool = False, word_ends: Sequence[WordEnd] = ()
    ) -> int:
        """`heard`: the part of the reply that left the loudspeaker; nothing, if nothing was."""
        if not heard:
            return 0
        mark = INTERRUPTED if interrupted else ""
        ends = [end for end in word_ends if end.chars <= len(heard)]
        return self.insert(Message("assistant", heard + mark), word_ends=ends)

    @property
    def newest(self) -> int:
        """The number of the last entry; 0 where there is none."""
        return self.entries[-1].number if self.entries else 0

    def add_call(self, call: ToolCall, result: str, after: int | None = None) -> None:
        """A function was called, whether or not anything of the reply around it is heard.

        after: the number of an entry, as for `insert`. Where that was forgotten, so is the call.
        """
        if after is not None:
            known = {0, *(entry.number for entry in self.entries)}
            if after not in known or 0 < self._begins_after >= after:
                return
        number = self.insert(Message("assistant", "", (call,)), after)
        self.insert(Message("tool", result, tool_call_id=call.id), number)

    # ---- by those who keep a copy of it elsewhere, and change it there ------------------------

    def insert(
        self, message: Message, after: int | None = None, *, word_ends: Sequence[WordEnd] = ()
    ) -> int:
        """Put a message behind the entry of that number (0 is the beginning, None the end)."""
        entry = Entry(next(self._numbers), message, tuple(word_ends))
        position = len(self.entries) if after is None else 0 if after == 0 else self._of(after) + 1
        self.entries.insert(position, entry)
        return entry.number

    def delete(self, number: int) -> None:
        del self.entries[self._of(number)]

    def truncate(self, number: int, end_ms: float) -> str:
        """Cut a reply after the last word that ended by then; what is left of it.

        A reply that is shorter, or has no word times, stays as it is.
        """
        position = self._of(number)
        entry = self.entries[position]
        text = entry.message.content
        if not entry.word_ends or end_ms >= entry.word_ends[-1].end_ms:
            return text.removesuffix(INTERRUPTED)
        n_chars = max((end.chars for end in entry.word_ends if end.end_ms <= end_ms), default=0)
        heard = text[:n_chars]
        message = replace(entry.message, content=heard + INTERRUPTED if heard else "")
        self.entries[position] = replace(entry, message=message)
        return heard

    def _of(self, number: int) -> int:
        """Its place; raises KeyError where there is no such entry."""
        for position, entry in enumerate(self.entries):
            if entry.number == number:
                return position
        raise KeyError(number)


def _joined(messages: Sequence[Message], message: Message) -> list[Message]:
    if not (message.content or message.tool_calls):
        return list(messages)
    if messages and messages[-1].role == message.role == "user":
        content = f"{messages[-1].content} {message.content}"
        return [*messages[:-1], Message("user", content)]
    if messages and messages[-1].tool_calls and message.tool_calls:
        calls = (*messages[-1].tool_calls, *message.tool_calls)
        return [*messages[:-1], replace(messages[-1], tool_calls=calls)]
    return [*messages, message]


def _with_results(messages: Sequence[Message]) -> list[Message]:
    """Each call of a tool, and right behind it what came of it, as servers want them. A call that
    has no result yet is left out, and so is a result of no call."""
    results = {message.tool_call_id: message for message in messages if message.role == "tool"}
    told: list[Message] = []
    for message in messages:
        if message.role == "tool":
            continue
        calls = tuple(call for call in message.tool_calls if call.id in results)
        if message.content or calls:
            told.append(replace(message, tool_calls=calls))
        told += [results[call.id] for call in calls]
    return told


def _newest(messages: Sequence[Message], max_turns: int) -> list[Message]:
    """Without the oldest turns. A quarter of `max_turns` goes at once: servers keep what they have
    read of a conversation only as long as its beginning stays the same."""
    begins = [i for i, message in enumerate(messages) if message.role == "user"]
    n_too_many = len(begins) - max_turns
    if n_too_many <= 0:
        return list(messages)
    step = max(1, max_turns // 4)
    n_left_out = min(step * -(-n_too_many // step), len(begins) - 1)
    first = begins[n_left_out]
    return [message for i, message in enumerate(messages) if i >= first or message.role == "system"]
