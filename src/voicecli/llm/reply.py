"""One reply as it arrives: of each chunk, what is new; at the end, what became of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from voicecli.llm.answers import CallPiece, Chunk
from voicecli.llm.messages import Part, ToolCall, ToolCallDelta, Usage

MAX_REPLY_CHARS = 200_000
"""Of text and of arguments, together: three hours of speech."""


@dataclass
class ArrivingReply:
    said: list[str] = field(default_factory=list)
    calls: list[_Call] = field(default_factory=list)
    finish_reason: str | None = None
    usage: Usage | None = None
    n_chars: int = 0
    anything_came: bool = False
    """True where the server sent more than an end."""
    finish_is_doubtful: bool = False
    """True where more came behind a finish reason, or the first piece had one: then it says
    nothing about the end."""

    def feed(self, chunk: Chunk) -> Iterator[Part]:
        """What of a chunk is to be passed on. Raises OverflowError for a reply without end."""
        text = self._new_text(chunk)
        self.usage = chunk.usage or self.usage
        if chunk.is_alive:
            self.anything_came = True
            self.finish_is_doubtful |= self.finish_reason is not None
        if chunk.finish_reason is not None:
            self.finish_is_doubtful |= chunk.is_alive and not self.said
            self.finish_reason = chunk.finish_reason
        self.n_chars += len(text) + sum(len(piece.arguments) for piece in chunk.calls)
        if self.n_chars > MAX_REPLY_CHARS:
            raise OverflowError
        if text:
            self.said.append(text)
            yield text
        for piece in chunk.calls:
            yield from self._feed_call(piece)

    def _new_text(self, chunk: Chunk) -> str:
        """Not what repeats all that was said, as some servers do in their last chunk."""
        if not self.said:
            return chunk.content or chunk.whole
        is_end = chunk.finish_reason is not None
        repeats = is_end and len(self.said) > 1 and chunk.content == "".join(self.said)
        return "" if repeats else chunk.content

    def _feed_call(self, piece: CallPiece) -> Iterator[Part]:
        call = next((c for c in reversed(self.calls) if c.index == piece.index), None)
        # Some servers number all calls 0: there another id begins another call.
        if call is None or (piece.id and call.id != piece.id):
            number = len(self.calls)
            call = _Call(piece.index, piece.id or f"call_{number}", piece.name)
            self.calls.append(call)
        call.name = call.name or piece.name
        call.arguments.append(piece.arguments)
        yield ToolCallDelta(call.id, call.name, piece.arguments)

    def whole_calls(self) -> list[ToolCall]:
        return [ToolCall(c.id, c.name, "".join(c.arguments) or "{}") for c in self.calls]

    @property
    def is_empty(self) -> bool:
        return not self.said and not self.calls


@dataclass
class _Call:
    index: int
    id: str
    name: str
    arguments: list[str] = field(default_factory=list)
