"""A server that recognises or speaks: asked in time, asked again, blamed by name."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any, TypeVar

import httpx

from voicecli.errors import NetworkError, SpeechServerError
from voicecli.network import Backoff, is_loopback
from voicecli.remote.addresses import endpoint, host_and_port, parse_base_url
from voicecli.remote.client import (
    checked_api_key,
    head_of,
    list_models,
    new_client,
    proxy_to,
    wait,
)
from voicecli.remote.failures import (
    MAX_ERROR_BYTES,
    MAX_WAIT_S,
    RETRY_DELAYS_S,
    Peer,
    RefusedError,
    Wording,
)
from voicecli.remote.listing import Listing
from voicecli.settings.servers import SpeechServer

CONNECT_TIMEOUT_S = 5.0
LIST_TIMEOUT_S = 5.0

KEEP_ALIVE_S = 60.0
"""Somebody who talks leaves more than httpx's 5 s between two utterances."""

T = TypeVar("T")


class SpeechRefusedError(RefusedError, SpeechServerError):
    """The server answered, and not with speech, nor with what was said."""


class SpeechConnection:
    """One keep-alive client of one server. It is opened by the first request."""

    def __init__(
        self,
        server: SpeechServer,
        words: Wording,
        *,
        timeout_s: float,
        offline: bool = False,
        is_last: bool = True,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """timeout_s: until the answer begins, and between its parts. is_last: nobody else is there
        to be asked, so that waiting is worth it.

        Raises SettingsError, and NetworkError where --offline forbids to ask it.
        """
        self.url = parse_base_url(server.base_url)
        self.timeout_s = timeout_s
        self.model = ""
        """For messages; whoever asks chooses it."""
        self._words = words
        self._key = checked_api_key(server.key, words.key)
        self._is_last = is_last
        self._transport = transport
        self._sleep = sleep
        self._client: httpx.AsyncClient | None = None
        self._proxy: str | None = None
        if offline and not self.is_local:
            raise NetworkError(
                f"--offline forbids to ask the {words.noun} at {self.where}",
                f"leave out --offline, or name a server on this machine with {words.url}",
            )

    @property
    def where(self) -> str:
        return host_and_port(self.url)

    @property
    def is_local(self) -> bool:
        """Asking tells nobody, and costs nothing."""
        return is_loopback(self.url.host)

    @property
    def peer(self) -> Peer:
        return Peer(
            self.where,
            self.model,
            self._key,
            bool(self._key),
            CONNECT_TIMEOUT_S,
            self._proxy,
            words=self._words,
        )

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def choose_model(self, wanted: str | None, known: re.Pattern[str], default: str) -> None:
        """Ask for the wanted model, else for the first that the server lists whose name is of the
        right kind, else for the default.

        Raises SpeechServerError where the server can't be reached, or refuses the key.
        """
        if wanted:
            self.model = wanted
            return
        self.model = self.model or default
        try:
            listing = await self.again(self._listing)
        except SpeechRefusedError as error:
            if error.status in (401, 402, 403, 407):
                raise
            return  # it keeps its models to itself
        if default not in listing.ids:
            self.model = next(filter(known.search, listing.ids), default)

    async def _listing(self) -> Listing:
        with self.peer.foreign_errors():
            async with self._in_time(LIST_TIMEOUT_S):
                listed = await list_models(self._opened(), self.url)
        if isinstance(listed, Listing):
            return listed
        if listed.is_success:
            raise self.strange("no list of models")
        raise self.peer.refusal(listed, listed.content)

    async def again(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """What the attempt gives; where it fails and may not fail again, it is tried again."""
        backoff = self.backoff()
        while True:
            try:
                return await attempt()
            except SpeechServerError as error:
                await wait(backoff, error, self._sleep)

    async def wait(self, backoff: Backoff, error: SpeechServerError) -> None:
        """Until the next try; raises `error` where there should be none."""
        await wait(backoff, error, self._sleep)

    def backoff(self) -> Backoff:
        """Where another engine stands by, a second try is enough."""
        if self._is_last:
            return Backoff(RETRY_DELAYS_S, MAX_WAIT_S)
        return Backoff(RETRY_DELAYS_S[:1], RETRY_DELAYS_S[0])

    @asynccontextmanager
    async def answer(self, path: str, **content: Any) -> AsyncGenerator[httpx.Response]:
        """The beginning of the answer, of success. What is read of it inside is mapped as well.

        content: as httpx has it: json, data, files. Raises SpeechServerError.
        """
        with self.peer.foreign_errors():
            client = self._opened()
            request = client.build_request("POST", endpoint(self.url, path), **content)
            async with self._in_time(self.timeout_s):
                response = await client.send(request, stream=True)
            async with aclosing(response):
                if not response.is_success:
                    async with self._in_time(self.timeout_s):
                        body = await head_of(response, MAX_ERROR_BYTES)
                    raise self.peer.refusal(response, body)
                yield response

    async def pieces(self, response: httpx.Response, max_bytes: int) -> AsyncGenerator[bytes, None]:
        """The body as it comes, each piece in time."""
        n_bytes = 0
        arriving = response.aiter_bytes()
        async with aclosing(arriving):  # pyrefly: ignore[bad-specialization]  a generator
            while True:
                async with self._in_time(self.timeout_s, has_begun=True):
                    piece = await anext(arriving, None)
                if piece is None:
                    return
                n_bytes += len(piece)
                if n_bytes > max_bytes:
                    raise self.strange(f"more than {max_bytes} bytes")
                yield piece

    def strange(self, what: str) -> SpeechServerError:
        """The error for an answer that is not what was asked for."""
        return SpeechServerError(
            f"{self.where} answers {self.peer.clean(what)}",
            f"is it an OpenAI-compatible server, and {self._words.url} right? "
            "It mostly ends in /v1",
        )

    def _opened(self) -> httpx.AsyncClient:
        if self._client is None:
            with self.peer.preparing():
                self._proxy = None if self._transport else proxy_to(self.url)
                self._client = new_client(
                    self.url,
                    key=self._key,
                    connect_timeout_s=CONNECT_TIMEOUT_S,
                    proxy=self._proxy,
                    transport=self._transport,
                    keep_alive_s=KEEP_ALIVE_S,
                )
        return self._client

    @asynccontextmanager
    async def _in_time(self, seconds: float, *, has_begun: bool = False) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError as error:
            raise self.peer.silent(seconds, has_begun=has_begun) from error
