"""What is said to a language model, and what a language model is. Plain values; no network."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, Self

BUILTIN = "built-in"
"""As the base URL, this asks for the built-in replies even where a local server is running."""


@dataclass(frozen=True)
class Message:
    """One entry of the conversation, as the server sees it."""

    role: Literal["system", "user", "assistant"]
    content: str


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
    def where(self) -> str:
        """Of the server, for the screen."""
        return "here"

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

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None


class Instructed(LanguageModel):
    """A model that many users share, with the system prompt of one of them."""

    def __init__(self, model: LanguageModel, system: str) -> None:
        """system: empty for none. The model must not bring its own."""
        self.name = model.name
        self.is_builtin = model.is_builtin
        self._model = model
        self._prompt = [Message("system", system)] if system else []

    @property
    def where(self) -> str:
        return self._model.where

    @property
    def is_local(self) -> bool:
        return self._model.is_local

    def stream(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        return self._model.stream([*self._prompt, *messages])
