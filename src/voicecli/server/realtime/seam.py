"""What a session asks of the conversation behind it: the seam between events and sound."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import Any, Protocol

from voicecli.conversation.history import History
from voicecli.llm.messages import Message
from voicecli.server.realtime.fields import Fields
from voicecli.server.realtime.items import Item
from voicecli.server.realtime.response import Response
from voicecli.sound.samples import Samples


class Talk(Protocol):
    """What a session can have done. None waits for what is said."""

    history: History

    async def configure(self, fields: Fields) -> Fields:
        """From the next turn on; the fields as they hold then. Raises EventRefusedError where one
        can't be had."""
        ...

    def hear(self, samples: Samples, rate_hz: int) -> None:
        """More of the client's sound."""
        ...

    def client_ms(self, index: int | None = None) -> int:
        """A sample's place in the client's sound; without one, its end."""
        ...

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Let it be done beside everything else."""
        ...

    def commit(self) -> None:
        """What was heard since the last turn is a turn; `UserSaid` or `Dropped` follows."""
        ...

    def clear(self) -> None:
        """Forget what was heard since the last turn."""
        ...

    async def respond(self, response: Response, messages: Sequence[Message] | None) -> None:
        """Reply to the history, or to `messages` in its place."""
        ...

    async def respond_aside(self, response: Response, messages: Sequence[Message]) -> None:
        """Reply beside the conversation: nothing is heard by it or remembered in it."""
        ...

    def stop(self) -> None:
        """End the reply that is heard, or in the making."""
        ...

    def stop_aside(self, response: Response) -> None: ...

    def recognize(self, item: Item, samples: Samples, rate_hz: int) -> None:
        """Sound that came as an item; `recognized` follows."""
        ...
