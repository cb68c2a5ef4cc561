"""Which server answers, how a base URL is read, and what a server lists."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx

from voicecli.remote.addresses import endpoint, host_and_port
from voicecli.remote.client import MAX_LIST_BYTES, head_of
from voicecli.remote.listing import Listing, choose_model, parse_listing

LOCAL_BASE_URLS = (
    "http://localhost:11434/v1",  # Ollama
    "http://localhost:1234/v1",  # LM Studio
    "http://localhost:8080/v1",  # llama.cpp
    "http://localhost:8000/v1",  # vLLM
)
"""Where a local server listens unless it was told otherwise, best first."""

FIND_A_MODEL_HINT = "ollama serve && ollama pull llama3.2"
"""The one line that gives a real model."""

PROBE_TIMEOUT_S = 1.0
"""A local server lists its models within milliseconds; for so long a better one is waited for."""

PATIENCE_S = 5.0
"""As long as none has answered, whoever accepts connections is waited for."""


@dataclass(frozen=True)
class Found:
    """A server that lists its models."""

    url: httpx.URL
    listing: Listing


@dataclass(frozen=True)
class Search:
    """What was found on the usual ports."""

    servers: list[Found] = field(default_factory=list)
    """That have a model which answers, the best first."""
    silent: list[str] = field(default_factory=list)
    """Hosts and ports where somebody listens and did not answer in time."""


async def look(
    base_urls: Sequence[str], wanted: str | None = None, *, patience_s: float | None = None
) -> Search:
    """Look for a server on this machine. A server that has the wanted model comes first.

    Asked all at once and without an API key. A refused port is known at once; one that accepts is
    waited for, as long as there is nothing better.
    """
    patience_s = PATIENCE_S if patience_s is None else patience_s
    now_s = asyncio.get_running_loop().time
    begun_s = now_s()
    async with httpx.AsyncClient(trust_env=False, verify=False, timeout=patience_s) as client:
        tasks = [asyncio.create_task(_found(client, httpx.URL(url))) for url in base_urls]
        try:
            while pending := [task for task in tasks if not task.done()]:
                waited_s = now_s() - begun_s
                if waited_s >= patience_s or _is_good(tasks, wanted, waited_s >= PROBE_TIMEOUT_S):
                    break
                until_s = PROBE_TIMEOUT_S if waited_s < PROBE_TIMEOUT_S else patience_s
                await asyncio.wait(
                    pending, timeout=until_s - waited_s, return_when=asyncio.FIRST_COMPLETED
                )
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
    servers = [found for found in ended if isinstance(found, Found)]
    silent = [
        host_and_port(httpx.URL(url))
        for url, found in zip(base_urls, ended, strict=True)
        if isinstance(found, asyncio.CancelledError | httpx.TimeoutException)
    ]
    servers.sort(key=lambda found: not (wanted and choose_model(wanted, found.listing.ids)))
    return Search(servers, silent)


def _is_good(tasks: list[asyncio.Task[Found | None]], wanted: str | None, is_late: bool) -> bool:
    """Whether no better one is to be waited for: all before it have answered, or it is late."""
    for task in tasks:
        if not task.done():
            if not is_late:
                return False
            continue
        found = None if task.exception() else task.result()
        if found and (not wanted or choose_model(wanted, found.listing.ids)):
            return True
    return False


async def _found(client: httpx.AsyncClient, url: httpx.URL) -> Found | None:
    """Raises httpx.TimeoutException where somebody listens and says nothing."""
    try:
        async with client.stream("GET", endpoint(url, "models")) as response:
            body = await head_of(response, MAX_LIST_BYTES)
        listing = parse_listing(body) if response.status_code == 200 else None
    except httpx.ConnectTimeout:
        return None
    except httpx.TimeoutException:
        raise
    except Exception:
        return None  # nothing there, or something else: nobody can list what that may answer
    return Found(url, listing) if listing and listing.chatting else None
