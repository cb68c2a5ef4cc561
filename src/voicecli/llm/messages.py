"""What is said to a language model, and what a language model is. Plain values; no network."""

from __future__ import annotations

import secrets
import string
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol, Self

BUILTIN = "built-in"
"""As the base URL, this asks for the built-in replies even where a local server is running."""

ANSWER_IN = "The user speaks {0} now. Answer in {0}, unless asked for another language."
"""What a model is told of the turn's language, by its English name; the built-in replies look for
"Answer in", too."""


@dataclass(frozen=True)
class ToolCall:
    """A function that the model wants to have called, once all of it is known."""

    id: str
    name: str
    arguments: str
    """JSON, as the model wrote it; nobody has checked it."""


@dataclass(frozen=True)
class ToolCallDelta:
    """More of a call's arguments, as they are written."""

    id: str
    name: str
    delta: str


@dataclass(frozen=True)
class Usage:
    """Tokens of one request, as the server counted them."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    """Of the input: what the server had read before."""

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_tokens + other.cached_tokens,
        )


@dataclass(frozen=True)
class CallBegins:
    """Whoever pulls on lets a call be carried out here, and not by whom the reply is for."""

    call: ToolCall
    is_free: bool
    """It costs nothing and tells nobody: it may be carried out for a reply that may not be
    heard."""


@dataclass(frozen=True)
class CallEnded:
    """What came of a call that was carried out here, or of one that was not to be."""

    call: ToolCall
    content: str
    """As the model is told."""
    failed: bool = False


Part = str | ToolCallDelta | ToolCall | CallBegins | CallEnded | Usage
"""What a reply is made of: text to be said, and calls, each whole one after its deltas. Where the
calls are carried out here (`tools`), that, too. At the end its usage, where that was asked for and
the server counts."""


@dataclass(frozen=True)
class Message:
    """One entry of the conversation, as the server sees it."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    """Of an assistant's message."""
    tool_call_id: str = ""
    """Of a tool's message: which call it answers."""


@dataclass(frozen=True)
class Options:
    """What one request may ask for beside the settings. None leaves it as it is there."""

    tools: Sequence[Mapping[str, Any]] = ()
    """As `/v1/chat/completions` has them: `{"type": "function", "function": {...}}`."""
    tool_choice: str | Mapping[str, Any] | None = None
    """auto, none, required, or one function."""
    max_tokens: int | None = None
    temperature: float | None = None
    counts_tokens: bool = False
    """The server is asked for the request's usage."""
    language: str = ""
    """Of the turn, for what is said in the model's place; servers are not told."""


class LanguageModel(Protocol):
    """Messages in, text out, as it is written; docs/engines.md tells what each method owes its
    callers. An async context manager.

    A class that names it as its base has all but `stream` for nothing.
    """

    name: str
    """Of the model, for the screen; final after connect()."""
    is_builtin: bool = False
    """The built-in replies answer, and no language model."""

    @property
    def remarks(self) -> Sequence[tuple[str, str]]:
        """What the user should know of what connect() chose, each with a hint."""
        return ()

    @property
    def where(self) -> str:
        """Of the server, for the screen."""
        return "here"

    @property
    def title(self) -> str:
        """Model and server, for the screen."""
        return f"{self.name} at {self.where}"

    @property
    def is_local(self) -> bool:
        """Asking costs nothing and tells nobody: replies may be begun on suspicion."""
        return False

    async def connect(self) -> None:
        """Before the first stream(): find what answers; raises LanguageModelError."""
        return

    def stream(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        """The reply to the last message, piece by piece; closing the generator ends it at once.

        The system prompt is the first message, or the model's own. Raises LanguageModelError.
        """
        ...

    def respond(self, messages: Sequence[Message], options: Options) -> AsyncGenerator[Part, None]:
        """The same, asked as the options say, with the calls of tools beside the text. What knows
        no tools writes text alone."""
        return self.stream(messages)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None


class Wrapped(LanguageModel):
    """A model that is asked in another way; for the rest, it is that model."""

    def __init__(self, model: LanguageModel) -> None:
        self.name = model.name
        self.is_builtin = model.is_builtin
        self._model = model

    @property
    def where(self) -> str:
        return self._model.where

    @property
    def is_local(self) -> bool:
        return self._model.is_local

    @property
    def title(self) -> str:
        return self._model.title

    @property
    def remarks(self) -> Sequence[tuple[str, str]]:
        return self._model.remarks


class Instructed(Wrapped):
    """A model that many users share, with the system prompt of one of them."""

    def __init__(self, model: LanguageModel, system: str) -> None:
        """system: empty for none. The model must not bring its own."""
        super().__init__(model)
        self._prompt = [Message("system", system)] if system else []

    def stream(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        return self._model.stream(self._prompted(messages))

    def respond(self, messages: Sequence[Message], options: Options) -> AsyncGenerator[Part, None]:
        return self._model.respond(self._prompted(messages), options)

    def _prompted(self, messages: Sequence[Message]) -> Sequence[Message]:
        """With one system prompt: many models' templates know of no second one."""
        if self._prompt and messages and messages[0].role == "system":
            both = f"{self._prompt[0].content}\n\n{messages[0].content}"
            return [Message("system", both), *messages[1:]]
        return [*self._prompt, *messages]


class WithUniqueCalls(Wrapped):
    """A model whose calls have IDs that no other call has: a history pairs results with calls by
    them, and many servers number the calls of every answer alike."""

    def stream(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        return self._model.stream(messages)

    async def respond(
        self, messages: Sequence[Message], options: Options
    ) -> AsyncGenerator[Part, None]:
        ids: defaultdict[str, str] = defaultdict(_call_id)
        async with aclosing(self._model.respond(messages, options)) as parts:
            async for part in parts:
                match part:
                    case ToolCallDelta():
                        yield replace(part, id=ids[part.id])
                    case ToolCall():
                        yield replace(part, id=ids[part.id])
                        del ids[part.id]
                    case _:
                        yield part


def _call_id() -> str:
    """Nine letters and digits, as Mistral's templates want it."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(9))
