"""Bytes of an answer -> its events. By what comes, not by what the headers say of it.

Servers send event streams under any media type, with one newline for two, without the last one, or
a whole JSON answer where a stream was asked for. So each line is looked at: `data:` is a stream,
`{` is JSON, in one line or in many.
"""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

MAX_CHARS = 4_000_000
"""Of one line, or of an answer that is no stream. Tokens have some hundred."""


@dataclass(frozen=True)
class Event:
    data: str
    """Empty for a sign of life: a comment, a ping."""
    name: str = ""


async def events(pieces: AsyncIterator[bytes]) -> AsyncGenerator[Event, None]:
    """Raises ValueError for what is neither a stream nor JSON, or has no end."""
    reader = _Reader()
    async with aclosing(_lines(pieces)) as lines:
        async for line in lines:
            for event in reader.feed(line):
                yield event
    for event in reader.end():
        yield event


async def _lines(pieces: AsyncIterator[bytes]) -> AsyncGenerator[str, None]:
    """Lines without their ends, and what stands behind the last one. Always read as UTF-8, as the
    standards of event streams and JSON have it, whatever charset is named."""
    utf8 = codecs.getincrementaldecoder("utf-8-sig")("replace")
    decoder = io.IncrementalNewlineDecoder(utf8, translate=True)
    parts: list[str] = []
    size = 0
    async for piece in pieces:
        *ended, rest = decoder.decode(piece).split("\n")
        for part in ended:
            yield "".join([*parts, part])
            parts, size = [], 0
        parts.append(rest)
        size += len(rest)
        _check(size)
    yield "".join([*parts, decoder.decode(b"", final=True)])


def _check(size: int) -> None:
    if size > MAX_CHARS:
        raise ValueError(f"more than {MAX_CHARS} characters in one piece")


class _Reader:
    """Lines -> events."""

    def __init__(self) -> None:
        self._name = ""
        self._data: list[str] = []
        """Of an event whose end has not come."""
        self._bare: list[str] = []
        """Of what is no stream: JSON in many lines, a page."""
        self._text: list[str] = []
        """Lines that mean nothing; if nothing else comes, they are what is told."""
        self._has_begun = False
        """An event came: what stands between events is nobody's."""
        self._size = 0

    def feed(self, line: str) -> list[Event]:
        text = line.strip()
        if self._bare:
            return self._keep(self._bare, line)
        if not text:
            return self._dispatch()
        if text[0] in "{[<":
            return self._begun(Event(text)) if _is_json(text) else self._keep_bare(line)
        field, _, value = text.partition(":")
        value = value.strip()
        match field.lower():
            case "data":
                return self._feed_data(value.removeprefix("data:").strip())
            case "error":  # no field of the standard's, and llama.cpp's way to end a stream
                return self._begun(Event(value, "error"))
            case "event":
                self._name = value
            case "":
                return [Event("")]
            case "id" | "retry":
                pass
            case _ if not self._has_begun:
                self._keep(self._text, line)
        return []

    def _feed_data(self, value: str) -> list[Event]:
        """JSON that is complete is an event by itself: the blank line behind it may be missing."""
        self._keep(self._data, value)
        if not value.endswith(("}", "]")) or not _is_json("\n".join(self._data)):
            return []
        return self._dispatch()

    def _keep_bare(self, line: str) -> list[Event]:
        return [] if self._has_begun else self._keep(self._bare, line)

    def _begun(self, event: Event) -> list[Event]:
        self._has_begun = True
        return [event]

    def _keep(self, lines: list[str], line: str) -> list[Event]:
        self._size += len(line)
        _check(self._size)
        lines.append(line)
        return []

    def _dispatch(self) -> list[Event]:
        data, name = "\n".join(self._data), self._name
        self._data, self._name, self._size = [], "", 0
        return self._begun(Event(data, name)) if data or name else []

    def end(self) -> list[Event]:
        if not self._bare and (self._has_begun or self._data or not self._text):
            return self._dispatch()
        text = "\n".join([*self._text, *self._bare])
        json.loads(text)  # a web page
        return [Event(text)]


def _is_json(text: str) -> bool:
    if text == "[DONE]":
        return True
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
