"""As much of protocol buffers as it takes to rearrange a message without knowing its schema.

What ONNX files are written in. A message is a sequence of fields, each a number and a value; only
the length-delimited ones (messages, strings, bytes) matter here.
"""

from __future__ import annotations

from collections.abc import Iterator

Buffer = bytes | memoryview


def fields(message: Buffer) -> Iterator[tuple[int, memoryview]]:
    """The length-delimited fields, in order; those of other kinds are passed over."""
    for number, _, value in records(message):
        if value is not None:
            yield number, value


def records(message: Buffer) -> Iterator[tuple[int, memoryview, memoryview | None]]:
    """Every field: its number, all its bytes, and its content where it is length-delimited.

    A message that is cut off or not one at all ends early.
    """
    view = memoryview(message)
    at = 0
    while at < len(view):
        start = at
        key, at = _varint(view, at)
        number, kind = key >> 3, key & 7
        value = None
        if kind == 2:
            length, at = _varint(view, at)
            value = view[at : at + length]
            at += length
        elif kind == 0:
            _, at = _varint(view, at)
        elif kind in (1, 5):
            at += 8 if kind == 1 else 4
        else:
            return
        yield number, view[start:at], value


def last(message: Buffer, number: int) -> memoryview:
    """The field's value; empty where there is none. Of several, the last one counts."""
    found = memoryview(b"")
    for n, value in fields(message):
        if n == number:
            found = value
    return found


def text(message: Buffer, number: int) -> str:
    return str(last(message, number), "utf-8", "replace")


def field(number: int, content: Buffer) -> bytes:
    """A length-delimited field."""
    return b"".join([_as_varint(number << 3 | 2), _as_varint(len(content)), content])


def integer(number: int, value: int) -> bytes:
    """A field of an integer that is not negative."""
    return _as_varint(number << 3) + _as_varint(value)


def _varint(view: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(view):
        byte = view[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    return value, at


def _as_varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
