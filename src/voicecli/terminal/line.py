"""A line that is typed below a screen that goes on: prompt_toolkit edits it, the screen draws it.

The screen draws the bottom of the terminal again and again, and so would prompt_toolkit. Hence it
gets its keys from a pipe and draws nowhere; what it has made of them is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from voicecli.printable import printable

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.input import PipeInput

MAX_LINE_CHARS = 100_000
"""More is hardly what somebody meant to paste."""


@dataclass(frozen=True)
class TypedLine:
    """As it stands."""

    before: str = ""
    """The cursor."""
    after: str = ""
    choices: tuple[str, ...] = ()
    """What it may become by Tab."""
    chosen: int | None = None
    """Of these."""


class LineEditor:
    """Opens when it is asked to; an async context manager."""

    def __init__(
        self,
        show: Callable[[TypedLine | None], None],
        take: Callable[[str], None],
        complete: Callable[[str], Sequence[str]] = lambda text: (),
        *,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        """show: is given the line whenever it changed, and None when it closes. take: is given
        what was entered, without control characters. complete: what a text may become, by Tab.
        on_end: Ctrl-D in an empty line."""
        self._show = show
        self._take = take
        self._complete = complete
        self._on_end = on_end
        self._session: PromptSession[str] | None = None
        self._input: PipeInput | None = None
        self._open: asyncio.Task[None] | None = None
        self._early: list[bytes] = []
        self._closing = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._open is not None:
            self._open.cancel()
            await asyncio.wait([self._open])
        await self._closing.aclose()

    @property
    def is_open(self) -> bool:
        return self._open is not None

    def open(self, text: str = "") -> None:
        """Begin with that text."""
        if self._open is None:
            self._open = asyncio.create_task(self._edit(_clean(text)), name="typed line")
            self._show(TypedLine(_clean(text)))

    def feed(self, data: bytes) -> None:
        """Take what the terminal wrote: characters, arrows, a pasted text."""
        if self._input is None:
            self._early.append(data)  # prompt_toolkit is being loaded
        else:
            self._input.send_bytes(data)

    def close(self) -> None:
        """Without entering it. What was typed is in the history, one arrow up."""
        if self._open is not None:
            if self._session is not None and (text := self._session.default_buffer.text.strip()):
                self._session.history.append_string(text)
            self._open.cancel()

    async def _edit(self, text: str) -> None:
        entered: str | None = None
        try:
            if self._session is None:
                # Some 0.1 s that who doesn't type doesn't pay, and in which listening goes on.
                await asyncio.to_thread(_load)
                self._session, self._input = self._new_session()
            assert self._input is not None
            early, self._early = self._early, []
            for data in early:
                self._input.send_bytes(data)
            entered = await self._session.prompt_async(
                default=text, handle_sigint=False, set_exception_handler=False
            )
        except EOFError:
            self._on_end()
        finally:
            self._open = None
            self._show(None)
        if entered is not None:
            self._take(_clean(entered))

    def _new_session(self) -> tuple[PromptSession[str], PipeInput]:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.completion import CompleteEvent, Completer, Completion
        from prompt_toolkit.document import Document
        from prompt_toolkit.input import create_pipe_input
        from prompt_toolkit.output import DummyOutput

        complete = self._complete

        class Choices(Completer):
            def get_completions(
                self, document: Document, complete_event: CompleteEvent
            ) -> Iterator[Completion]:
                text = document.text
                if document.is_cursor_at_the_end:
                    for choice in complete(text):
                        yield Completion(choice, start_position=-len(text))

        pipe = self._closing.enter_context(create_pipe_input())
        session: PromptSession[str] = PromptSession(
            input=pipe, output=DummyOutput(), completer=Choices(), complete_while_typing=True
        )
        session.app.after_render += lambda _app: self._tell(session)
        return session, pipe

    def _tell(self, session: PromptSession[str]) -> None:
        if self._open is None or session.app.is_done:
            return
        buffer = session.default_buffer
        state = buffer.complete_state
        self._show(
            TypedLine(
                _clean(buffer.text[: buffer.cursor_position]),
                _clean(buffer.text[buffer.cursor_position :]),
                tuple(choice.text for choice in state.completions) if state else (),
                state.complete_index if state else None,
            )
        )


def _load() -> None:
    import prompt_toolkit.shortcuts  # noqa: F401


def _clean(text: str) -> str:
    """Pasted text may hold anything."""
    return printable(text.replace("\r\n", "\n").replace("\r", "\n"))[:MAX_LINE_CHARS]
