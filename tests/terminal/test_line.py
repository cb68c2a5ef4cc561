"""A typed line, by the bytes that a terminal sends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from voicecli.terminal.line import LineEditor, TypedLine
from voicecli.terminal.live import typed

LEFT, UP, CTRL_A = b"\x1b[D", b"\x1b[A", b"\x01"


class Typist:
    """What a line became."""

    def __init__(self, choices: Sequence[str] = ()) -> None:
        self.shown: list[TypedLine | None] = []
        self.taken: list[str] = []
        self.n_ends = 0
        self._news = asyncio.Event()
        self.editor = LineEditor(
            self._show,
            self.taken.append,
            lambda text: [one for one in choices if one.startswith(text)],
            on_end=self._end,
        )

    def _end(self) -> None:
        self.n_ends += 1

    def _show(self, line: TypedLine | None) -> None:
        self.shown.append(line)
        self._news.set()

    async def until(self, line: TypedLine | None) -> None:
        async with asyncio.timeout(60):
            while not self.shown or self.shown[-1] != line:
                self._news.clear()
                await self._news.wait()

    async def type(self, *data: bytes) -> list[str]:
        """In a new line, until it closes."""
        self.editor.open()
        for piece in data:
            self.editor.feed(piece)
        await self.until(None)
        return self.taken


def test_edited_and_found_again() -> None:
    async def main() -> None:
        typist = Typist()
        async with typist.editor:
            assert await typist.type("héllo".encode(), LEFT, b"X", b"\n") == ["héllXo"]
            assert await typist.type(UP, CTRL_A, b"oh ", b"\n") == ["héllXo", "oh héllXo"]

    asyncio.run(main())


def test_begun_with_a_letter_and_closed() -> None:
    """What was typed is one arrow up."""

    async def main() -> None:
        typist = Typist()
        async with typist.editor:
            typist.editor.open("w")
            typist.editor.feed(b"hy")
            await typist.until(TypedLine("why"))
            typist.editor.close()
            await typist.until(None)
            assert not typist.editor.is_open
            assert await typist.type(UP, b"\n") == ["why"]

    asyncio.run(main())


def test_pasted_text_steers_nothing() -> None:
    async def main() -> None:
        typist = Typist()
        async with typist.editor:
            pasted = b"\x1b[200~one\r\ntwo\x1b[2J\x07\x03\x04\x1b[201~"
            assert await typist.type(pasted, b"!", b"\n") == ["one\ntwo[2J!"]

    asyncio.run(main())


def test_completed_by_tab() -> None:
    async def main() -> None:
        typist = Typist(["/model", "/save"])
        async with typist.editor:
            typist.editor.open()
            typist.editor.feed(b"/")
            await typist.until(TypedLine("/", choices=("/model", "/save")))
            typist.editor.feed(b"m")
            await typist.until(TypedLine("/m", choices=("/model",)))
            typist.editor.feed(b"\t\n")
            await typist.until(None)
            assert typist.taken == ["/model"]

    asyncio.run(main())


def test_control_d_in_an_empty_line_ends() -> None:
    async def main() -> None:
        typist = Typist()
        async with typist.editor:
            assert await typist.type(b"\x04") == []
            assert typist.n_ends == 1

    asyncio.run(main())


def test_left_while_it_is_open() -> None:
    async def main() -> None:
        typist = Typist()
        async with typist.editor:
            typist.editor.open()
            typist.editor.feed(b"half")

    asyncio.run(main())


def test_as_it_is_drawn() -> None:
    (row,), cursor = typed(TypedLine("ab", "cd"), 40)
    assert (row.plain, cursor) == (" you > abcd", 9)
    (row,), cursor = typed(TypedLine("a\nb\tc"), 40)
    assert row.plain == " you > a⏎b c"
    (row,), cursor = typed(TypedLine("x" * 90 + "日本", "y" * 50), 40)
    assert row.plain.endswith("日本")
    assert cursor == row.cell_len
    assert cursor < 40
    (choices, row), _ = typed(TypedLine("/", choices=("/a", "/b"), chosen=1), 40)
    assert choices.plain.split() == ["/a", "/b"]
