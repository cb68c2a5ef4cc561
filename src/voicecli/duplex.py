"""The seam between the conversation and its devices or files."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from types import TracebackType
from typing import Protocol, Self

from voicecli.audio import Frame
from voicecli.speaker import Speaker


class Duplex(Protocol):
    """A microphone and a loudspeaker that move together; an async context manager.

    DeviceDuplex is the real one, recording.FileDuplex its stand-in.
    """

    @property
    def speaker(self) -> Speaker: ...
    @property
    def stands_still(self) -> bool:
        """Time passes only when the next frame is asked for. A consumer does its work first."""
        ...

    @property
    def latency_s(self) -> float:
        """From the block in which a sample is in Frame.played to the air."""
        ...

    @property
    def input_ended(self) -> bool:
        """The last frame held the last sample of the input; never so with a microphone."""
        ...

    def frames(self) -> AsyncGenerator[Frame, None]: ...
    def describe(self) -> str:
        """In a few words, for the screen."""
        ...

    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
