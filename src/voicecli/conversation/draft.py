"""An answer begun before the user has ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress

from voicecli.conversation.answer import Answer, Emit
from voicecli.conversation.events import Event
from voicecli.llm.messages import Message
from voicecli.tts.clip import Clip


class Draft:
    """An answer to what the user seems to be saying, made as far as its first sentence.

    It becomes a reply if the user's words turn out to be these.
    """

    def __init__(self, text: str, answer: Answer, messages: Sequence[Message]) -> None:
        self.text = text
        self._answer = answer
        self._told: list[Event] = []
        answer.tell = self._told.append
        self._pieces = answer.to(messages)
        self._first = asyncio.ensure_future(anext(self._pieces))
        """The first sentence is made whoever waits for it; errors wait, too."""

    async def begin(self) -> None:
        """Wait for the first sentence."""
        await asyncio.wait([self._first])

    async def take_over(self, tell: Emit) -> AsyncGenerator[tuple[str, Clip], None]:
        """The whole answer, with its beginning as it was made."""
        for event in self._told:
            tell(event)
        self._answer.tell = tell
        try:
            yield await self._first
            async for piece in self._pieces:
                yield piece
        except StopAsyncIteration:
            pass  # the model had nothing to say
        finally:
            await self.discard()

    async def discard(self) -> None:
        """Close the model's stream."""
        if not self._first.done():
            self._first.cancel()
            await asyncio.wait([self._first])
        if not self._first.cancelled():
            self._first.exception()  # nobody wants to know it any more
        with suppress(RuntimeError):
            await self._pieces.aclose()
