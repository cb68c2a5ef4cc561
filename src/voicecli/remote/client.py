"""One keep-alive client for a server: its key, its proxy, its list of models, and another try."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import httpx

from voicecli.errors import ServerError, SettingsError
from voicecli.network import Backoff, is_loopback, proxy_for
from voicecli.remote.addresses import endpoint
from voicecli.remote.failures import RefusedError
from voicecli.remote.listing import Listing, parse_listing

MAX_LIST_BYTES = 8_000_000
MAX_PAGES = 20
"""Of a list of models."""


def new_client(
    url: httpx.URL,
    *,
    key: str,
    connect_timeout_s: float,
    proxy: str | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    keep_alive_s: float | None = 5.0,
) -> httpx.AsyncClient:
    """Connects when it is first asked. Reading is not timed: what to wait for, its user knows.

    keep_alive_s: so long a connection is kept that nobody uses (5 s are httpx's own).
    """
    headers = {"User-Agent": "voicecli", "Accept-Encoding": "identity"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
        if "api-version" in url.params:  # Azure's own header
            headers["api-key"] = key
    return httpx.AsyncClient(
        headers=headers,
        transport=transport,
        proxy=proxy,
        trust_env=False,
        # Certificates take 20 ms to load.
        verify=httpx.create_ssl_context() if url.scheme == "https" else False,
        timeout=httpx.Timeout(connect_timeout_s, read=None, pool=None),
        limits=httpx.Limits(
            max_connections=100, max_keepalive_connections=20, keepalive_expiry=keep_alive_s
        ),
    )


def proxy_to(url: httpx.URL) -> str | None:
    """The proxy that leads there. Raises ValueError."""
    return None if is_loopback(url.host) else proxy_for(str(url))


async def wait(
    backoff: Backoff, error: ServerError, sleep: Callable[[float], Awaitable[None]]
) -> None:
    """Until the next try; raises `error` where there should be none."""
    asked_s = error.retry_after_s if isinstance(error, RefusedError) else None
    delay_s = backoff.delay_s(asked_s) if error.retryable else None
    if delay_s is None:
        raise error
    await sleep(delay_s)


def checked_api_key(key: str | None, source: str = "--api-key or OPENAI_API_KEY") -> str:
    """The key as it can stand in a header, empty without one; what was pasted around it is cut
    off: `NAME=`, quotes, `Bearer`. Raises SettingsError."""
    key = re.sub(r"^(?:export\s+)?[A-Z][A-Z_]*=|^Authorization:\s*", "", (key or "").strip())
    key = re.sub(r"^Bearer\s+", "", key.strip("\"'` "), flags=re.IGNORECASE).strip("\"'` ")
    if not (key.isascii() and key.isprintable()):
        raise SettingsError("the API key holds characters that no key has", f"look at {source}")
    return key


async def list_models(client: httpx.AsyncClient, url: httpx.URL) -> Listing | httpx.Response:
    """All pages of a server's list, or the answer that is none, read. Raises ValueError."""
    models, after = [], ""
    for _ in range(MAX_PAGES):
        target = endpoint(url, "models")
        if after:
            target = target.copy_merge_params({"after_id": after, "after": after})
        async with client.stream("GET", target) as response:
            body = await head_of(response, MAX_LIST_BYTES)
        listing = parse_listing(body) if response.is_success else None
        if listing is None:
            if models:
                break
            return httpx.Response(
                response.status_code,
                headers=_plain(response.headers),
                content=body,
                request=response.request,
            )
        models.extend(listing.models)
        if not listing.next_after or listing.next_after == after:
            break
        after = listing.next_after
    return Listing(tuple(dict.fromkeys(models)))


def _plain(headers: httpx.Headers) -> dict[str, str]:
    """Those that may stand beside a body that is unpacked already."""
    dropped = ("content-encoding", "transfer-encoding", "content-length")
    return {name: value for name, value in headers.items() if name not in dropped}


async def head_of(response: httpx.Response, n_bytes: int) -> bytes:
    """The beginning of a body, unpacked; what follows is not waited for."""
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) >= n_bytes:
            break
    return bytes(body[:n_bytes])
