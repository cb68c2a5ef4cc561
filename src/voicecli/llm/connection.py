"""The connection to a language model: the server that is named, else the first that answers on the
usual local ports, else the built-in responder. A named server is never replaced by another, and no
remote one is ever picked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Self

import httpx

from voicecli.errors import LanguageModelError, NetworkError
from voicecli.llm.context import Context
from voicecli.llm.failures import ChatPeer, RefusalError
from voicecli.llm.messages import BUILTIN, LanguageModel
from voicecli.llm.request import first_form
from voicecli.llm.search import (
    FIND_A_MODEL_HINT,
    LOCAL_BASE_URLS,
    PROBE_TIMEOUT_S,
    Found,
    Search,
    look,
)
from voicecli.network import Backoff, is_loopback
from voicecli.remote.addresses import host_and_port, parse_base_url
from voicecli.remote.client import checked_api_key, list_models, new_client, proxy_to, wait
from voicecli.remote.failures import MAX_WAIT_S, RETRY_DELAYS_S
from voicecli.remote.listing import Listing, choose_model
from voicecli.remote.said import clean
from voicecli.settings import LlmSettings

LIST_TIMEOUT_S = 3.0
"""Where a model is named, the server's list only tells how the name is spelt."""

LOOK_AGAIN_S = 0.3
"""So long a turn waits for a server that has come meanwhile; a slower one is for the next turn."""


class Connection(LanguageModel):
    """Which server and which model answer, and one keep-alive client to ask it with."""

    def __init__(
        self,
        settings: LlmSettings,
        *,
        offline: bool = False,
        notices: Callable[[str, str], None] = lambda message, hint: None,
        transport: httpx.AsyncBaseTransport | None = None,
        local_base_urls: Sequence[str] = LOCAL_BASE_URLS,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`notices` hears, with a hint, what the user should know while the conversation goes on.

        Raises SettingsError where the base URL or the API key can't be one.
        """
        self._settings = settings
        self._offline = offline
        self._notices = notices
        self._transport = transport
        self._local_base_urls = local_base_urls
        self._sleep = sleep
        self._api_key = checked_api_key(settings.api_key)
        self._client: httpx.AsyncClient | None = None
        self._clients = AsyncExitStack()
        """All that were opened: one that is replaced may still stream to somebody."""
        self._url: httpx.URL | None = None
        self._proxy: str | None = None
        if settings.base_url and settings.base_url != BUILTIN:
            self._url = parse_base_url(settings.base_url)
        self._form = first_form(self._url or httpx.URL())
        self._context = Context(settings.context_tokens)
        self._search: asyncio.Task[Search] | None = None
        """A look for a server, while the built-in replies stand in for one."""
        self._full_chars: int | None = None
        """Conversations of so many characters are refused for their length."""
        self._told_of_length = False
        """The user knows that the oldest turns are left out."""
        self._no_chat: set[httpx.URL] = set()
        """Servers that list a model and have nothing that chats."""
        self._remarks: list[tuple[str, str]] = []
        self.is_builtin = settings.base_url == BUILTIN
        """True where the built-in replies answer, and no language model."""
        self.name = settings.model or ""
        """The model's id, for the screen; final after connect(), but for a server found later."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r} @ {self.where!r})"

    @property
    def where(self) -> str:
        """Host and port, or "built-in replies"."""
        if self.is_builtin:
            return "built-in replies"
        return host_and_port(self._url) if self._url else ""

    @property
    def remarks(self) -> list[tuple[str, str]]:
        """What the user should know of the choice that connect() made, with hints."""
        return self._remarks

    @property
    def title(self) -> str:
        """Model and server, for the screen."""
        return self.where if self.is_builtin else f"{clean(self.name)} at {self.where}"

    @property
    def is_local(self) -> bool:
        """True where asking costs nothing and tells nobody: replies may be begun on suspicion."""
        return self.is_builtin or (self._url is not None and is_loopback(self._url.host))

    @property
    def _peer(self) -> ChatPeer:
        return ChatPeer(
            self.where,
            self.name,
            self._api_key,
            bool(self._api_key and self._settings.base_url),
            self._settings.connect_timeout_s,
            self._proxy,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    async def _close(self) -> None:
        if self._search is not None:
            self._search.cancel()
            self._search = None
        await self._context.aclose()
        self._client = None
        await self._clients.aclose()

    # ---- which server, which model ------------------------------------------------------------

    async def connect(self) -> None:
        """Find the server and choose the model.

        Raises LanguageModelError where the named server can't be reached, or there is no model
        to ask, and NetworkError where --offline forbids to ask it.
        """
        await self._close()
        self.remarks.clear()
        if self.is_builtin:
            self._use_builtin()
        elif self._settings.base_url:
            await self._connect_to_named()
        else:
            await self._connect_to_found()

    async def models(self) -> list[str]:
        """The names that --model could take; connect() isn't needed. Raises LanguageModelError."""
        if self.is_builtin:
            return []
        if self._url is None:
            search = await look(self._local_base_urls, patience_s=PROBE_TIMEOUT_S)
            return [name for found in search.servers for name in found.listing.chatting]
        if self._client is None:
            self._open(self._url)
        return (await self._listing_once(PROBE_TIMEOUT_S)).chatting

    def _use_builtin(self) -> None:
        from voicecli.llm.builtin.transport import ResponderTransport

        self.is_builtin = True
        self.name = BUILTIN
        self._context.forget()
        self._url = httpx.URL("http://built-in/v1")
        self._use(httpx.AsyncClient(transport=ResponderTransport()))

    def _use(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._clients.push_async_callback(client.aclose)

    async def _connect_to_named(self) -> None:
        assert self._url is not None
        self._open(self._url)
        if self._settings.model:
            listing = await self._listing_if_any()
            self._choose_named(self._settings.model, listing.ids if listing else [])
        else:
            listing = await self._listing()
            self._choose_first(listing, f"the server at {self.where}")
        await self._context.learn(listing, self.name, self._client, self._url)

    async def _connect_to_found(self) -> None:
        wanted = self._settings.model
        search = await look(self._local_base_urls, wanted)
        for where in search.silent:
            self.remarks.append(
                (f"{where} is there but does not answer", "is it busy, or stuck? Restart it")
            )
        if not search.servers:
            self._without_server(wanted)
            return
        found = search.servers[0]
        if wanted and len(search.servers) > 1 and not choose_model(wanted, found.listing.ids):
            shown = sorted(
                {model for server in search.servers for model in server.listing.chatting}
            )
            raise LanguageModelError(
                f"no server on this machine has model '{clean(wanted)}'",
                f"name one of its models with --model: {_some(shown)}",
            )
        await self._adopt(found)

    def _without_server(self, wanted: str | None) -> None:
        if wanted:
            said = "".join(f"; {message}" for message, _ in self.remarks)
            raise LanguageModelError(
                f"no language model server answers on this machine, so there is no model "
                f"'{clean(wanted)}'{said}",
                f"start one ({FIND_A_MODEL_HINT}), or name one with --base-url",
            )
        self.remarks.append(
            (
                "no language model found: answering from the built-in replies",
                f"for a real one: {FIND_A_MODEL_HINT}",
            )
        )
        self._use_builtin()

    async def _adopt(self, found: Found) -> None:
        """Ask this server from now on."""
        self.is_builtin = False
        self._open(found.url)
        if self._settings.model:
            self._choose_named(self._settings.model, found.listing.ids)
        else:
            self._choose_first(found.listing, f"the server at {self.where}")
        await self._context.learn(found.listing, self.name, self._client, found.url)

    def _choose_named(self, wanted: str, listed: Sequence[str]) -> None:
        """The name as the server spells it. A name that it doesn't list may do all the same."""
        self.name = choose_model(wanted, listed) or wanted
        if listed and self.name not in listed:
            self.remarks.append(
                (
                    f"{self.where} doesn't list model '{clean(wanted)}'; it is asked for it anyway",
                    f"it lists: {_some(listed)}",
                )
            )

    def _choose_first(self, listing: Listing, who: str) -> None:
        name = choose_model(None, listing.chatting or listing.ids)
        if name is None:
            raise LanguageModelError(
                f"{who} has no model", "give it one, for instance with: ollama pull llama3.2"
            )
        self.name = name
        others = [other for other in listing.chatting if other != name]
        if others:
            self.remarks.append((f"{clean(name)} answers", f"--model takes: {_some(others)}"))

    @property
    def _was_found(self) -> bool:
        """Nobody named a server or a model: another may take the place of what answers."""
        return not (self._settings.base_url or self._settings.model)

    def _give_way(self) -> None:
        """A server that lists a model and doesn't chat is passed over from now on."""
        assert self._url is not None
        self._no_chat.add(self._url)
        self._notices(f"{self.where} doesn't chat: answering from the built-in replies", "")
        self._use_builtin()

    async def _look_again(self) -> None:
        """A server may have come since the built-in replies took its place."""
        if not (self.is_builtin and self._was_found):
            return
        if self._search is None:
            self._search = asyncio.create_task(self._look())
        search = self._search
        await asyncio.wait([search], timeout=LOOK_AGAIN_S)
        if not search.done() or self._search is not search:
            return
        self._search = None
        if search.result().servers:
            self.remarks.clear()
            await self._adopt(search.result().servers[0])
            self._notices(f"a language model is there now: {self.title} answers", "")

    async def _look(self) -> Search:
        urls = [url for url in self._local_base_urls if httpx.URL(url) not in self._no_chat]
        return await look(urls, self._settings.model)

    async def _replace(self, error: LanguageModelError) -> bool:
        """Whether another answers in the place of a server that was found, and is gone: one on
        this machine, else the built-in replies until there is one."""
        is_gone = isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout)
        if not is_gone or self.is_builtin or self._settings.base_url:
            return False
        gone, wanted = self.where, self._settings.model
        servers = (await self._look()).servers
        if servers and (not wanted or choose_model(wanted, servers[0].listing.ids)):
            await self._adopt(servers[0])
            self._notices(f"{gone} is gone: {self.title} answers", "")
            return True
        if wanted:
            return False
        self._notices(f"{gone} is gone: the built-in replies answer until it is back", "")
        self._use_builtin()
        return True

    def _open(self, url: httpx.URL) -> None:
        self._url = url
        self._full_chars = None
        self._told_of_length = False
        if self._offline and not is_loopback(url.host):
            raise NetworkError(
                f"--offline forbids to ask the language model at {self.where}",
                "leave out --offline, or name a server on this machine with --base-url",
            )
        self._form = first_form(url)
        # A key that is meant for a remote service isn't shown to whatever listens on a local port.
        key = self._api_key if self._settings.base_url else ""
        with self._peer.preparing():
            self._proxy = None if self._transport else proxy_to(url)
            self._use(
                new_client(
                    url,
                    key=key,
                    connect_timeout_s=self._settings.connect_timeout_s,
                    proxy=self._proxy,
                    transport=self._transport,
                )
            )

    async def _listing_if_any(self) -> Listing | None:
        """What the server lists; None for whatever reason, but that it isn't there."""
        try:
            return await self._listing_once(min(LIST_TIMEOUT_S, self._settings.idle_timeout_s))
        except LanguageModelError as error:
            if isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout):
                raise
            return None

    async def _listing(self) -> Listing:
        backoff = Backoff(RETRY_DELAYS_S, MAX_WAIT_S)
        while True:
            try:
                return await self._listing_once(self._settings.idle_timeout_s)
            except RefusalError as refusal:  # such as llama.cpp's 503 while it loads the model
                await self._wait(backoff, refusal)

    async def _listing_once(self, patience_s: float) -> Listing:
        assert self._client is not None
        assert self._url is not None
        timeout_s = self._settings.connect_timeout_s + patience_s
        with self._peer.foreign_errors():
            try:
                async with asyncio.timeout(timeout_s):
                    listed = await list_models(self._client, self._url)
            except TimeoutError as error:
                raise LanguageModelError(
                    f"{self.where} is there but does not answer: it didn't list its models within "
                    f"{timeout_s:g} s",
                    "is the server busy, or stuck? Restart it, or name another with --base-url",
                ) from error
        if isinstance(listed, Listing):
            return listed
        if listed.status_code in (404, 405):
            raise LanguageModelError(
                f"the server at {self.where} doesn't list its models",
                "name one with --model; and does the base URL end where it should, mostly in /v1?",
            )
        if not listed.is_success:
            raise self._peer.refusal(listed, listed.content)
        raise LanguageModelError(
            f"what answers at {self.where} is no OpenAI-compatible server",
            "look at --base-url: it mostly ends in /v1",
        )

    async def _wait(self, backoff: Backoff, error: LanguageModelError) -> None:
        """Until the next try, of whoever answers then; raises `error` where there is none."""
        try:
            await wait(backoff, error, self._sleep)
        except LanguageModelError:
            if not await self._replace(error):
                raise


def _some(models: Sequence[str]) -> str:
    """The first few names."""
    return ", ".join(map(clean, models[:8])) + (", ..." if len(models) > 8 else "")
