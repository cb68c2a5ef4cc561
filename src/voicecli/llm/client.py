"""The language model: messages in, an async iterator of text out.

One OpenAI-compatible server, asked over one keep-alive client. Which server: the one that is named,
else the first that answers on the usual local ports, else the built-in responder, which is asked by
the same code. A named server is never replaced by another, and no remote one is ever picked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

import httpx
from httpx_sse import EventSource

from voicecli.errors import LanguageModelError, NetworkError, SettingsError
from voicecli.llm.answers import (
    Chunk,
    choose_model,
    clean,
    error_text,
    is_framed,
    media_type,
    model_ids,
    parse_chunk,
    retry_after_s,
    say_duration,
)
from voicecli.llm.failures import FOREIGN_ERRORS, _Backoff, _RefusalError
from voicecli.llm.messages import BUILTIN, LanguageModel, Message
from voicecli.llm.search import (
    FIND_A_MODEL_HINT,
    LOCAL_BASE_URLS,
    host_and_port,
    parse_base_url,
    probe,
)
from voicecli.network import is_loopback
from voicecli.settings import LlmSettings

DEFAULT_SYSTEM_PROMPT = (
    "You are a voice assistant. Everything you write is read aloud, and what the user says comes "
    "from a speech recogniser that mishears now and then. Answer in the user's language, as people "
    "talk: one to three short sentences, more only when asked for. Plain text only: no markdown, "
    "no lists, no headings, no tables, no code, no links, no emoji. If something is unclear, ask "
    "one short question."
)
"""Without date or time, so that servers can keep the prompt's state from turn to turn."""


END_TIMEOUT_S = 0.5
"""After the last token the stream is read to its end, so that the connection can be used again."""


T = TypeVar("T")


class ChatClient(LanguageModel):
    """One OpenAI-compatible server, one keep-alive client.

    Use it as an async context manager and `connect()` before the first `stream()`. `transport`,
    `local_base_urls` and `sleep` are seams for tests.
    """

    def __init__(
        self,
        settings: LlmSettings,
        *,
        offline: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
        local_base_urls: Sequence[str] = LOCAL_BASE_URLS,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Raises SettingsError where the base URL or the API key can't be one."""
        self._settings = settings
        self._offline = offline
        self._transport = transport
        self._local_base_urls = local_base_urls
        self._sleep = sleep
        self._api_key = checked_api_key(settings.api_key)
        self._client: httpx.AsyncClient | None = None
        self._url: httpx.URL | None = None
        if settings.base_url and settings.base_url != BUILTIN:
            self._url = parse_base_url(settings.base_url)
        self.is_builtin = settings.base_url == BUILTIN
        """True where the built-in replies answer, and no language model."""
        self.name = settings.model or ""
        """The model's id, for the screen; final after connect()."""

    def __repr__(self) -> str:
        return f"ChatClient({self.name!r} @ {self.where!r})"

    @property
    def where(self) -> str:
        """Host and port, or "built-in replies"."""
        if self.is_builtin:
            return "built-in replies"
        return host_and_port(self._url) if self._url else ""

    @property
    def is_local(self) -> bool:
        """True where asking costs nothing and tells nobody: replies may be begun on suspicion."""
        return self.is_builtin or (self._url is not None and is_loopback(self._url.host))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    async def _close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def connect(self) -> None:
        """Find the server and choose the model.

        Raises LanguageModelError where the named server can't be reached, refuses the API key or
        lacks the named model, and NetworkError where --offline forbids to ask it.
        """
        await self._close()
        if self.is_builtin:
            self._use_builtin()
        elif self._settings.base_url:
            await self._connect_to_named()
        else:
            await self._connect_to_found()

    def _use_builtin(self) -> None:
        from voicecli.llm.builtin.transport import (
            ResponderTransport,  # it imports Message from here
        )

        self.is_builtin = True
        self.name = BUILTIN
        self._url = httpx.URL("http://built-in/v1")
        self._client = httpx.AsyncClient(base_url=self._url, transport=ResponderTransport())

    async def _connect_to_named(self) -> None:
        assert self._url is not None
        if self._offline and not is_loopback(self._url.host):
            raise NetworkError(
                f"--offline forbids to ask the language model at {self.where}",
                "leave out --offline, or name a server on this machine with --base-url",
            )
        self._open(self._url)
        listed = await self._listed_models()
        if listed is None and not self._settings.model:
            raise LanguageModelError(
                f"the server at {self.where} doesn't list its models",
                "name one with --model; and does the base URL end where it should, mostly in /v1?",
            )
        if listed is not None:
            self.name = self._chosen(self._settings.model, listed, f"the server at {self.where}")

    async def _connect_to_found(self) -> None:
        found = await probe(self._local_base_urls, self._settings.model)
        if found is not None:
            url, listed = found
            self._open(url)
            self.name = self._chosen(
                self._settings.model, listed, "no server on this machine", has="has"
            )
        elif self._settings.model:
            raise LanguageModelError(
                f"no language model server answers on this machine, so there is no model "
                f"'{clean(self._settings.model)}'",
                f"start one ({FIND_A_MODEL_HINT}), or name one with --base-url",
            )
        else:
            self._use_builtin()

    def _chosen(self, wanted: str | None, listed: Sequence[str], who: str, has: str = "") -> str:
        name = choose_model(wanted, listed)
        if name is not None:
            return name
        if not listed:
            raise LanguageModelError(
                f"{who} has no model", "give it one, for instance with: ollama pull llama3.2"
            )
        shown = ", ".join(clean(model) for model in listed[:8])
        raise LanguageModelError(
            f"{who} {has or 'has no'} model '{clean(wanted or '')}'",
            f"name one of its models with --model: {shown}{', ...' if len(listed) > 8 else ''}",
        )

    def _open(self, url: httpx.URL) -> None:
        self._url = url
        local = is_loopback(url.host)
        headers = {"User-Agent": "voicecli"}
        # A key that is meant for a remote service isn't shown to whatever listens on a local port.
        if self._api_key and self._settings.base_url:
            headers["Authorization"] = f"Bearer {self._api_key}"
        try:
            self._client = httpx.AsyncClient(
                base_url=url,
                headers=headers,
                transport=self._transport,
                trust_env=not local,  # proxies are for remote servers only
                verify=url.scheme == "https",  # certificates take 20 ms to load
                # Reading is timed per token, in _in_time.
                timeout=httpx.Timeout(self._settings.connect_timeout_s, read=None, pool=None),
            )
        except (ImportError, ValueError, OSError, httpx.InvalidURL) as error:
            # ALL_PROXY names a proxy that httpx can't use, SSL_CERT_FILE a file that isn't there.
            raise LanguageModelError(
                f"can't prepare the connection to {self.where}: {clean(str(error))}",
                "look at the environment: HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE",
            ) from error

    async def _listed_models(self) -> list[str] | None:
        """The ids that the server lists; None where it has no list."""
        backoff = _Backoff(self._sleep)
        while True:
            try:
                return await self._listed_models_once()
            except _RefusalError as refusal:  # such as llama.cpp's 503 while it loads the model
                await backoff.wait(refusal)

    async def _listed_models_once(self) -> list[str] | None:
        assert self._client is not None
        timeout_s = self._settings.connect_timeout_s + self._settings.idle_timeout_s
        with self._foreign_errors():
            try:
                async with asyncio.timeout(timeout_s):
                    response = await self._client.get("models")
            except TimeoutError as error:
                raise LanguageModelError(
                    f"{self.where} didn't list its models within {timeout_s:g} s",
                    "is the server busy, or stuck? Restart it, or name another with --base-url",
                ) from error
            if response.status_code == 404:
                return None
            if not response.is_success:
                raise self._refusal(response)
            listed = model_ids(response.content)
        if listed is None:
            raise LanguageModelError(
                f"what answers at {self.where} is no OpenAI-compatible server",
                "look at --base-url: it mostly ends in /v1",
            )
        return listed

    async def stream(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        """The reply, piece by piece. Closing the generator closes the HTTP stream at once.

        The system prompt is put in front unless the messages bring their own. Until the first
        piece, what may pass is tried again; from then on an error raises LanguageModelError, and
        what was yielded stays valid.
        """
        backoff = _Backoff(self._sleep)
        begun = False
        while True:
            try:
                async with aclosing(self._attempt(messages)) as deltas:
                    async for delta in deltas:
                        begun = True
                        yield delta
                return
            except LanguageModelError as error:
                if begun:
                    raise
                await backoff.wait(error)

    async def _attempt(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        if self._client is None:
            raise RuntimeError("connect() comes before stream()")
        first_token_s = self._settings.first_token_timeout_s
        deadline_s = asyncio.get_running_loop().time() + first_token_s
        said = False
        finish_reason: str | None = None
        with self._foreign_errors():
            response = await self._in_time(
                self._client.send(self._request(messages), stream=True), deadline_s
            )
            async with aclosing(response):
                if not response.is_success:
                    await self._in_time(response.aread(), deadline_s)
                    raise self._refusal(response)
                async with aclosing(self._chunks(response, deadline_s)) as chunks:
                    async for chunk in chunks:
                        finish_reason = finish_reason or chunk.finish_reason
                        if chunk.content:
                            said = True
                            yield chunk.content
        if not said:
            raise self._empty(finish_reason)

    async def _chunks(
        self, response: httpx.Response, deadline_s: float
    ) -> AsyncGenerator[Chunk, None]:
        """What arrives; the first token may take until `deadline_s` of the loop's clock."""
        if media_type(response) == "application/json":  # a server that doesn't stream
            yield self._checked(parse_chunk(await self._in_time(response.aread(), deadline_s)))
            return
        now_s = asyncio.get_running_loop().time
        idle_s: float | None = None
        async with aclosing(EventSource(response).aiter_sse()) as events:
            while True:
                event = await self._in_time(anext(events, None), deadline_s, idle_s)
                if event is None:
                    break
                if not event.data:
                    continue
                chunk = self._checked(parse_chunk(event.data))
                yield chunk
                if chunk.finish_reason:
                    await read_to_end(events)
                    return
                # Keep-alives and empty chunks gain no time. The next token is awaited from now on,
                # when it is asked for: a reply that is being spoken may leave it lying for long.
                if chunk.is_alive:
                    idle_s = self._settings.idle_timeout_s
                    deadline_s = now_s() + idle_s
        if not is_framed(response):
            raise LanguageModelError(
                f"{self.name} at {self.where} broke off in the middle",
                "ask again; if it stays so, look at the server's log",
                retryable=True,
            )

    async def _in_time(
        self, result: Awaitable[T], deadline_s: float, idle_s: float | None = None
    ) -> T:
        """The result, unless the deadline passes: for the first token, or idle for `idle_s`."""
        try:
            async with asyncio.timeout_at(deadline_s):
                return await result
        except TimeoutError as error:
            first_token_s = self._settings.first_token_timeout_s
            raise LanguageModelError(
                f"{self.name} at {self.where} said nothing for {first_token_s:g} s"
                if idle_s is None
                else f"{self.name} at {self.where} fell silent for {idle_s:g} s",
                "is the server busy, or still loading the model? Ask again in a moment",
            ) from error

    def _request(self, messages: Sequence[Message]) -> httpx.Request:
        assert self._client is not None
        assert self._url is not None
        system = self._settings.system
        if system is None:
            system = DEFAULT_SYSTEM_PROMPT
        if system and not (messages and messages[0].role == "system"):
            messages = [Message("system", system), *messages]
        body: dict[str, Any] = {
            "model": self.name,
            "messages": [{"role": m.role, "content": m.content} for m in messages],
            "stream": True,
        }
        if self._settings.temperature is not None:
            body["temperature"] = self._settings.temperature
        if self._settings.max_tokens is not None:
            # OpenAI's newer models refuse the old name, other servers don't know the new one.
            is_openai = self._url.host == "api.openai.com"
            body["max_completion_tokens" if is_openai else "max_tokens"] = self._settings.max_tokens
        return self._client.build_request(
            "POST",
            "chat/completions",
            json=body,
            headers={"Accept": "text/event-stream", "Cache-Control": "no-store"},
        )

    def _checked(self, chunk: Chunk) -> Chunk:
        if chunk.error is None:
            return chunk
        raise LanguageModelError(
            f"{self.name} at {self.where} failed: {self._clean(chunk.error)}",
            "ask again; if it stays so, look at the server's log",
            retryable=chunk.is_overload,
        )

    def _empty(self, finish_reason: str | None) -> LanguageModelError:
        if finish_reason == "length":
            return LanguageModelError(
                f"{self.name} used up its tokens before it said anything",
                "raise --max-tokens: it thinks before it speaks",
            )
        return LanguageModelError(
            f"{self.name} at {self.where} sent an empty reply", "ask again, in other words"
        )

    def _clean(self, text: str) -> str:
        """`text` of a server or a library, on one line and without the key."""
        return clean(text.replace(self._api_key, "***") if self._api_key else text)

    def _refusal(self, response: httpx.Response) -> _RefusalError:
        """The error for an answer (already read) whose status is no success."""
        status = response.status_code
        said = error_text(response.text) or response.reason_phrase
        said = f": {self._clean(said)}" if said else ""
        pause_s = retry_after_s(response.headers.get("retry-after"), datetime.now(UTC))
        if status in (401, 403):
            if self._settings.base_url and self._api_key:
                return _RefusalError(
                    f"{self.where} refuses the API key{said}",
                    "look at --api-key or OPENAI_API_KEY",
                )
            return _RefusalError(
                f"{self.where} asks for an API key{said}",
                "give it with --api-key or OPENAI_API_KEY, and the server with --base-url",
            )
        if status == 404:
            return _RefusalError(
                f"{self.where} doesn't find model '{clean(self.name)}' or has no "
                f"{response.request.url.path}{said}",
                "look at --model, and at --base-url: it mostly ends in /v1",
            )
        if response.is_redirect:
            return _RefusalError(
                f"{self.where} redirects to {self._clean(response.headers.get('location', '?'))}",
                "if that is the right place, name it with --base-url",
            )
        if status == 429 and "quota" in said:
            return _RefusalError(f"{self.where} answers no more{said}", "look at your account")
        if status == 429 or status >= 500:
            what = "is asked too often" if status == 429 else f"failed ({status})"
            return _RefusalError(
                f"{self.where} {what}{said}",
                f"try again in {say_duration(pause_s)}" if pause_s else "try again in a moment",
                retryable=True,
                retry_after_s=pause_s,
            )
        return _RefusalError(
            f"{self.where} refuses the request ({status}){said}",
            "look at --model, --temperature and --max-tokens",
        )

    @contextmanager
    def _foreign_errors(self) -> Iterator[None]:
        """Maps what the libraries raise."""
        try:
            yield
        except httpx.ConnectTimeout as error:
            raise LanguageModelError(
                f"{self.where} doesn't answer (waited {self._settings.connect_timeout_s:g} s)",
                "is the server running, and --base-url right?",
            ) from error
        except (httpx.ConnectError, httpx.ProxyError) as error:
            raise LanguageModelError(
                f"can't reach the language model at {self.where}: {self._clean(str(error))}",
                "is the server running, and --base-url right?",
                retryable="certificate" not in str(error).lower(),
            ) from error
        except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
            raise LanguageModelError(
                f"{self.where} broke the connection: {self._clean(str(error)) or 'reset'}",
                "ask again; if it stays so, look at the server's log",
                retryable=True,
            ) from error
        except FOREIGN_ERRORS as error:
            raise LanguageModelError(
                f"{self.where} answers what voicecli doesn't understand: "
                f"{self._clean(str(error)) or type(error).__name__}",
                "is it an OpenAI-compatible server, and --base-url right? It mostly ends in /v1",
            ) from error


async def read_to_end(events: AsyncGenerator[Any, None]) -> None:
    """Read what follows a complete reply. Nothing is lost if it fails."""
    with suppress(TimeoutError, *FOREIGN_ERRORS):
        async with asyncio.timeout(END_TIMEOUT_S):
            async for _ in events:
                pass


def checked_api_key(key: str | None) -> str:
    """The key as it can stand in a header, empty without one. Raises SettingsError."""
    key = (key or "").strip()
    if not (key.isascii() and key.isprintable()):
        raise SettingsError(
            "the API key holds characters that no key has", "look at --api-key or OPENAI_API_KEY"
        )
    return key
