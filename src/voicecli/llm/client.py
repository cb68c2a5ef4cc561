"""The language model: messages in, an async iterator of text out, and of calls of tools.

The built-in responder and every OpenAI-compatible server are asked by the same code.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import TypeVar

import httpx

from voicecli.errors import LanguageModelError
from voicecli.llm.answers import Chunk, parse_chunk
from voicecli.llm.connection import Connection
from voicecli.llm.failures import (
    ContextFullError,
    EmptyReplyError,
    RefusalError,
)
from voicecli.llm.messages import Message, Options, Part
from voicecli.llm.reply import MAX_REPLY_CHARS, ArrivingReply
from voicecli.llm.request import prompted, request_body, size_chars, without_oldest
from voicecli.network import Backoff
from voicecli.remote.addresses import endpoint
from voicecli.remote.client import head_of
from voicecli.remote.events import Event, events
from voicecli.remote.failures import MAX_ERROR_BYTES, MAX_WAIT_S, RETRY_DELAYS_S
from voicecli.remote.said import clean

END_TIMEOUT_S = 0.5
"""After the last token the stream is read to its end, so that the connection can be used again."""

MAX_WORDLESS_S = 600.0
"""A model may think for so long, or a server keep alive, before it says a word."""

T = TypeVar("T")


class ChatClient(Connection):
    """One OpenAI-compatible server. Use it as an async context manager and `connect()` before the
    first `stream()`."""

    async def stream(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        """The reply's text, piece by piece, as respond() tells."""
        async with aclosing(self.respond(messages, Options())) as parts:
            async for part in parts:
                if isinstance(part, str):
                    yield part

    async def respond(
        self, messages: Sequence[Message], options: Options
    ) -> AsyncGenerator[Part, None]:
        """The reply, piece by piece. Closing the generator closes the HTTP stream at once.

        The system prompt is put in front unless the messages bring their own. Until the first
        piece, what may pass is tried again, and what the server refuses in one form is asked in
        another; where the conversation is too long for the model, its oldest turns are left out.
        From then on an error raises LanguageModelError, and what was yielded stays valid; so does
        CutOffError, which ends a reply at the model's limit.
        """
        backoff = Backoff(RETRY_DELAYS_S, MAX_WAIT_S)
        begun = False
        n_left_out = 0
        await self._look_again()
        messages = self._within_limit(prompted(messages, self._settings), options)
        while True:
            try:
                async with aclosing(self._attempt(messages, options)) as parts:
                    async for part in parts:
                        begun = True
                        yield part
                self._context.ask_again()
                return
            except LanguageModelError as error:
                if begun:
                    raise
                if self._is_too_long(error, n_left_out):
                    n_left_out = max(1, 2 * n_left_out)
                    messages = self._shortened(messages, n_left_out, error)
                elif not self._asks_otherwise(error, messages, options):
                    await self._wait(backoff, error)

    def _is_too_long(self, error: LanguageModelError, n_left_out: int) -> bool:
        if isinstance(error, EmptyReplyError):  # if that was not why, it helps once at most
            return error.is_bare and n_left_out == 0
        return isinstance(error, ContextFullError)

    def _within_limit(self, messages: Sequence[Message], options: Options) -> Sequence[Message]:
        """As much of the end of the conversation as is known to be taken."""
        max_tokens = options.max_tokens or self._settings.max_tokens
        fitting = self._context.fit(messages, options, max_tokens)
        if len(fitting) < len(messages):
            self._tell_of_length()
        messages = fitting
        while self._full_chars is not None and size_chars(messages) >= self._full_chars:
            shorter = without_oldest(messages, 1)
            if shorter is None:
                break
            messages = shorter
        return messages

    def _shortened(
        self, messages: Sequence[Message], n_turns: int, error: LanguageModelError
    ) -> Sequence[Message]:
        shorter = without_oldest(messages, n_turns)
        if shorter is None:
            raise error
        if isinstance(error, ContextFullError):
            self._tell_of_length()
            self._full_chars = size_chars(messages)
        return shorter

    def _tell_of_length(self) -> None:
        if not self._told_of_length:
            self._told_of_length = True
            self._notices(
                f"the conversation is longer than {clean(self.name)} takes: "
                "its oldest turns are left out from now on",
                "a larger context in the server's settings keeps more of it",
            )

    def _asks_otherwise(
        self, error: LanguageModelError, messages: Sequence[Message], options: Options
    ) -> bool:
        """Whether the server, or the one that takes its place, is to be asked in another way."""
        if not isinstance(error, RefusalError):
            return False
        if error.status == 404 and self._was_found:
            self._give_way()
            return True
        body = request_body(self.name, messages, self._settings, self._form, options)
        form = self._form.after(error.said, body)
        if form is None:
            return False
        self._form = form
        return True

    async def _attempt(
        self, messages: Sequence[Message], options: Options
    ) -> AsyncGenerator[Part, None]:
        if self._client is None:
            raise RuntimeError("connect() comes before stream()")
        first_token_s = self._settings.first_token_timeout_s
        deadline_s = asyncio.get_running_loop().time() + first_token_s
        reply = ArrivingReply()
        with self._peer.foreign_errors():
            response = await self._in_time(
                self._client.send(self._request(messages, options), stream=True), deadline_s
            )
            async with aclosing(response):
                if not response.is_success:
                    body = await self._in_time(head_of(response, MAX_ERROR_BYTES), deadline_s)
                    raise self._peer.refusal(response, body)
                async with aclosing(self._chunks(response, reply, deadline_s)) as chunks:
                    async for chunk in chunks:
                        for part in self._fed(reply, chunk):
                            yield part
        if reply.is_empty:
            raise self._peer.empty(reply.finish_reason, is_bare=not reply.anything_came)
        for call in reply.whole_calls():
            yield call
        if reply.usage is not None:
            self._context.counted(messages, options, reply.usage.input_tokens)
            if options.counts_tokens:
                yield reply.usage
        if cut_off := self._peer.cut_off(reply.finish_reason or ""):
            raise cut_off

    def _fed(self, reply: ArrivingReply, chunk: Chunk) -> list[Part]:
        try:
            return list(reply.feed(chunk))
        except OverflowError as error:
            raise self._peer.endless(
                f"answered with more than {MAX_REPLY_CHARS} characters"
            ) from error

    async def _chunks(
        self, response: httpx.Response, reply: ArrivingReply, deadline_s: float
    ) -> AsyncGenerator[Chunk, None]:
        """What arrives; the first token may take until `deadline_s` of the loop's clock."""
        now_s = asyncio.get_running_loop().time
        idle_s: float | None = None
        worded_s = now_s()
        async with aclosing(events(response.aiter_bytes())) as arriving:
            while True:
                is_over = reply.finish_reason is not None and not reply.finish_is_doubtful
                try:
                    event = await self._in_time(
                        anext(arriving, None),
                        min(deadline_s, now_s() + END_TIMEOUT_S) if is_over else deadline_s,
                        idle_s,
                    )
                except Exception:
                    if reply.finish_reason is None or reply.is_empty:
                        raise
                    return  # nothing is lost of a reply that was complete
                if event is None:
                    break
                chunk = self._checked(event)
                yield chunk
                if chunk.is_done:
                    await read_to_end(arriving)
                    return
                if chunk.content or chunk.calls:
                    worded_s = now_s()
                if now_s() - worded_s > MAX_WORDLESS_S:
                    raise self._peer.endless(f"has said no word for {MAX_WORDLESS_S:g} s")
                # Before the first token, keep-alives gain no time. The next token is awaited from
                # now on, when it is asked for: a reply that is being spoken may leave it lying.
                if chunk.is_alive:
                    idle_s = self._settings.idle_timeout_s
                    deadline_s = now_s() + idle_s
                elif chunk.is_waiting or idle_s is not None:
                    deadline_s = max(deadline_s, now_s() + self._settings.idle_timeout_s)
        if not is_framed(response) and reply.finish_reason is None:
            raise self._peer.broke_off()

    def _checked(self, event: Event) -> Chunk:
        chunk = parse_chunk(event.data, event.name) if event.data or event.name else Chunk()
        if chunk.error is None:
            return chunk
        raise self._peer.failed(chunk.error, kind=chunk.kind, retryable=chunk.is_overload)

    async def _in_time(
        self, result: Awaitable[T], deadline_s: float, idle_s: float | None = None
    ) -> T:
        """The result, unless the deadline passes: for the first token, or idle for `idle_s`."""
        try:
            async with asyncio.timeout_at(deadline_s):
                return await result
        except TimeoutError as error:
            first_token_s = self._settings.first_token_timeout_s
            raise self._peer.silent(
                first_token_s if idle_s is None else idle_s, has_begun=idle_s is not None
            ) from error

    def _request(self, messages: Sequence[Message], options: Options) -> httpx.Request:
        assert self._client is not None
        assert self._url is not None
        if self._context.tokens is not None:  # the count tells how much fits
            options = replace(options, counts_tokens=True)
        return self._client.build_request(
            "POST",
            endpoint(self._url, "chat/completions"),
            json=request_body(self.name, messages, self._settings, self._form, options),
            headers={"Accept": "text/event-stream", "Cache-Control": "no-store"},
        )


def is_framed(response: httpx.Response) -> bool:
    """True where HTTP itself tells a complete answer from one that was cut off."""
    return "transfer-encoding" in response.headers or "content-length" in response.headers


async def read_to_end(arriving: AsyncGenerator[Event, None]) -> None:
    """Read what follows a complete reply. Nothing is lost if it fails."""
    with suppress(Exception):
        async with asyncio.timeout(END_TIMEOUT_S):
            async for _ in arriving:
                pass
