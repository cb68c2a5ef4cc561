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

    DeviceDuplex is the real one, FileDuplex its stand-in. What each owes who uses it, and
    tests/duplex/test_conformance.py checks:

    - `frames()` yields Frames of 512 samples at 16 kHz without end (a file's is followed by
      silence), until it is closed. What the microphone heard sets the pace.
    - The indices are one clock: a Frame begins where the one before ended. Where sound was lost
      they jump by as much, so that an index still means the same moment.
    - `Frame.played` is what left the loudspeaker while `Frame.samples` were heard: what is played
      is pulled by `speaker.fill`, and goes the same way, and as fast.
    - After every block that was pulled, `speaker.tick()` is called on the event loop, also while
      nothing is queued: whoever waits in `room`, `drain` or `until` goes on by nothing else.
    - `speaker.latency_s` is right once the duplex was entered.
    - Entering it opens the devices or files, or raises AudioDeviceError or AudioFileError; leaving
      it closes them, whatever happened.
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
