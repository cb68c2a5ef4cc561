"""How much of a conversation a model takes: its context in tokens, and what fits into it.

The setting tells, or the server's list of models, or what local servers say of themselves. Ollama
cuts what is too long without a word, so its own refusal can't be waited for.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import httpx

from voicecli.llm.messages import Message, Options
from voicecli.llm.request import turns, without_oldest
from voicecli.network import is_loopback
from voicecli.remote.client import head_of
from voicecli.remote.listing import Listing

BYTES_PER_TOKEN = 3.0
"""Of UTF-8. English has four, German and French three to four; of Chinese and Japanese a character
has three bytes and is about one token, or two to a model that was made for other languages: what
the server counts is believed (`Context.counted`)."""

COUNTED_BYTES = 1000
"""Of less, a count tells nothing: chat templates have tokens of their own."""

MESSAGE_TOKENS = 8
"""Around each message, as chat templates have them."""

REPLY_TOKENS = 512
"""Left for the reply, where nobody limits it: two minutes of speech."""

ASK_S = 0.5
"""A local server says it at once, or not at all."""

MAX_ANSWER_BYTES = 1_000_000


class Context:
    """Of one model of one server."""

    def __init__(self, tokens: int | None) -> None:
        """tokens: as the user set it; None where the server is to be asked."""
        self.tokens = tokens
        self._set_tokens = tokens
        self._bytes_per_token = BYTES_PER_TOKEN
        self._model = ""
        self._client: httpx.AsyncClient | None = None
        self._url = httpx.URL()
        self._may_tell_later = False
        """What lists loaded models answered, and did not list this one."""
        self._asking: asyncio.Task[None] | None = None

    async def learn(
        self, listing: Listing | None, model: str, client: httpx.AsyncClient | None, url: httpx.URL
    ) -> None:
        """From now on of this model, as the server lists it; a local server is asked."""
        listed = listing.context_tokens_of(model) if listing else None
        self.tokens = self._set_tokens or listed
        self._model, self._client, self._url = model, client, url
        self._may_tell_later = False
        if self.tokens is None and is_loopback(url.host):
            with suppress(TimeoutError):
                async with asyncio.timeout(ASK_S):
                    await self._ask("props", "api/ps", "api/v0/models")

    def forget(self) -> None:
        """What answers from now on has no limit."""
        self.tokens, self._may_tell_later = None, False

    def ask_again(self) -> None:
        """After a reply: the model is loaded now. Nobody waits for the answer."""
        if self.tokens is None and self._may_tell_later:
            self._may_tell_later = False
            self._asking = asyncio.create_task(self._ask("api/ps", "api/v0/models"))

    async def aclose(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait([self._asking])

    async def _ask(self, *paths: str) -> None:
        for path in paths:
            with suppress(httpx.HTTPError, ValueError, RecursionError):  # so it says nothing
                answer = await self._get(path)
                self.tokens = told_context(answer, self._model)
                if self.tokens is not None:
                    return
                self._may_tell_later |= isinstance(answer, dict)

    async def _get(self, path: str) -> Any:
        assert self._client is not None
        url = self._url.copy_with(path=f"/{path}", query=None)
        async with self._client.stream("GET", url) as response:
            body = await head_of(response, MAX_ANSWER_BYTES)
        return json.loads(body) if response.is_success else None

    def fit(
        self, messages: Sequence[Message], options: Options, max_tokens: int | None
    ) -> Sequence[Message]:
        """Without the oldest turns, where all of them would be too long; the system's words and the
        last turn stay. A quarter goes at once: servers keep what they have read of a conversation
        only as long as its beginning stays the same."""
        if self.tokens is None:
            return messages
        reply = min(max_tokens or REPLY_TOKENS, self.tokens // 2)
        room = max(0, self.tokens - reply - self._n_tokens([], options))
        excess = self._n_tokens(messages) - room
        if excess <= 0:
            return messages
        step = max(1, room // 4)
        to_drop = -(-excess // step) * step
        n_turns = 0
        for turn in turns([message for message in messages if message.role != "system"]):
            if to_drop <= 0:
                break
            to_drop -= self._n_tokens(turn)
            n_turns += 1
        return without_oldest(messages, n_turns) or messages

    def counted(self, messages: Sequence[Message], options: Options, n_input: int) -> None:
        """The server counted so many tokens in this request. A guess becomes more careful by it,
        and never bolder: some servers leave out what they had read before."""
        n_bytes = _n_bytes(messages) + _n_bytes_of_tools(options)
        n_text = n_input - MESSAGE_TOKENS * len(messages)
        if n_bytes >= COUNTED_BYTES and n_text > 0:
            self._bytes_per_token = max(1.0, min(self._bytes_per_token, n_bytes / n_text))

    def _n_tokens(self, messages: Sequence[Message], options: Options | None = None) -> int:
        """A guess on the safe side."""
        n_bytes = _n_bytes(messages) + (_n_bytes_of_tools(options) if options else 0)
        return int(n_bytes / self._bytes_per_token) + MESSAGE_TOKENS * len(messages)


def _n_bytes(messages: Sequence[Message]) -> int:
    return sum(
        len(message.content.encode(errors="replace"))
        + sum(len(call.name) + len(call.arguments) for call in message.tool_calls)
        for message in messages
    )


def _n_bytes_of_tools(options: Options) -> int:
    return len(json.dumps(options.tools, default=str)) if options.tools else 0


def told_context(answer: Any, model: str) -> int | None:
    """In what llama.cpp says at /props, Ollama at /api/ps, or LM Studio at /api/v0/models."""
    if not isinstance(answer, dict):
        return None
    settings = answer.get("default_generation_settings")
    if isinstance(settings, dict):
        return _positive(settings.get("n_ctx"))
    entries = answer.get("models", answer.get("data"))
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and model in (entry.get("id"), entry.get("name")):
            told = entry.get("loaded_context_length", entry.get("context_length"))
            return _positive(told)
    return None


def _positive(value: object) -> int | None:
    return value if type(value) is int and value > 0 else None
