"""The seam to the outside: frames in, a Speaker out."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from types import TracebackType
from typing import Protocol, Self

from voicecli.duplex.speaker import Speaker
from voicecli.sound.samples import Frame

Notices = Callable[[str, str], None]
"""Is told what the user should know: a message and a hint."""


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
    def input_ended(self) -> bool:
        """The last frame held the last sample of the input; never so with a microphone."""
        ...

    def frames(self) -> AsyncGenerator[Frame, None]: ...
    def hurry(self, hurry: bool) -> None:
        """Whether something is going on: then every frame is wanted at once. Else a few may come
        together, and streams may be opened anew."""
        ...

    def mute(self, muted: bool) -> int:
        """From now on a recording gets silence in place of the microphone, or no longer does.

        Returns the index of the first sample that is heard from now on. Frames are not changed.
        """
        ...

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
