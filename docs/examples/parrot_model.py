"""A language model: it says what it was told, and remembers who it is."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

from voicecli.llm.messages import LanguageModel, Message
from voicecli.settings import LlmSettings


class Parrot(LanguageModel):
    is_local = True  # asking costs nothing and tells nobody

    def __init__(self, settings: LlmSettings) -> None:
        self.name = settings.model or "parrot"

    async def stream(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        """Piece by piece. Who cuts in closes the generator: clean up in a `finally`."""
        *_, last = messages
        for word in f"You said: {last.content}".split():
            yield f"{word} "


def language_models():
    """What the entry point's module is asked for: a name for `llm.engine`, and what makes it."""
    return {"parrot": Parrot}
