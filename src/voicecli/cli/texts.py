"""Text that is to be spoken: an argument, a file, or standard input as it comes."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from voicecli.cli.streams import tell

if TYPE_CHECKING:
    from collections.abc import Iterator

READ_BYTES = 4096
"""Of standard input at once, at most: what is there is spoken before more is asked for."""

DETECT_CHARS = 200
"""The language is detected in the first sentences, up to this many characters."""


async def deltas_of(text: str | None, file: str | None) -> AsyncIterator[str]:
    """The text in pieces. Standard input is read no faster than it is spoken."""
    from voicecli.text.files import Subtitles, TextDecoder

    if text is not None:
        for first in range(0, len(text), READ_BYTES):
            yield text[first : first + READ_BYTES].encode(errors="replace").decode()
        return
    from voicecli.worker import Worker

    decoder, subtitles, told = TextDecoder(), Subtitles(), False
    # A daemon thread: whoever presses Ctrl-C need not press Ctrl-D too.
    reader = Worker("text")
    with _opened(file) as descriptor:
        while data := await reader.run(os.read, descriptor, READ_BYTES):
            yield subtitles.feed(decoder.decode(data))
            if decoder.is_windows and not told:
                told = True
                tell(f"{file or 'standard input'} is no UTF-8: it is read as Windows-1252")
    yield subtitles.feed(decoder.decode(b"", final=True), final=True)


@contextmanager
def _opened(file: str | None) -> Iterator[int]:
    from voicecli.errors import VoicecliError

    if file is None or file == "-":
        if sys.stdin is None:  # what `<&-` in a shell does
            raise VoicecliError("standard input is closed", "give the text, or --file FILE")
        yield sys.stdin.fileno()
        return
    try:
        with Path(file).open("rb") as opened:
            yield opened.fileno()
    except OSError as error:
        raise VoicecliError(f"{file} can't be read ({error.strerror})", "check the path") from error


async def peek(deltas: AsyncIterator[str]) -> tuple[str, AsyncIterator[str]]:
    """The beginning of the text, and the whole text again."""
    seen = ""
    async for delta in deltas:
        seen += delta
        if len(seen) >= DETECT_CHARS or "\n" in seen.lstrip():
            break

    async def again() -> AsyncIterator[str]:
        yield seen
        async for delta in deltas:
            yield delta

    return seen, again()
