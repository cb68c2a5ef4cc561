"""Which server answers, and how a base URL is read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import httpx

from voicecli.errors import SettingsError
from voicecli.llm.answers import (
    choose_model,
    clean,
    model_ids,
)
from voicecli.llm.failures import FOREIGN_ERRORS

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
"""A local server lists its models within milliseconds; only one that hangs needs this."""


async def probe(
    base_urls: Sequence[str], wanted: str | None = None
) -> tuple[httpx.URL, list[str]] | None:
    """The first of the local servers that lists a model, and what it lists; None without one.

    A server that has the wanted model is preferred. Asked all at once and without an API key.
    """
    async with (
        httpx.AsyncClient(trust_env=False, verify=False, timeout=PROBE_TIMEOUT_S) as client,
        asyncio.TaskGroup() as group,
    ):
        probes = [group.create_task(_probe_one(client, httpx.URL(url))) for url in base_urls]
        fallback = None
        for task in probes:
            found = await task
            if found and (not wanted or choose_model(wanted, found[1])):
                for other in probes:
                    other.cancel()
                return found
            fallback = fallback or found
        return fallback


async def _probe_one(
    client: httpx.AsyncClient, url: httpx.URL
) -> tuple[httpx.URL, list[str]] | None:
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_S):
            response = await client.get(f"{url}/models")
        listed = model_ids(response.content) if response.status_code == 200 else None
    except (TimeoutError, *FOREIGN_ERRORS):
        return None  # nothing there, or something else
    return (url, listed) if listed else None


def parse_base_url(text: str) -> httpx.URL:
    """`localhost:11434` means `http://localhost:11434/v1`. Raises SettingsError for no URL."""
    text = text.strip()
    try:
        url = httpx.URL(text if "://" in text else f"http://{text}")
    except httpx.InvalidURL as error:
        raise _bad_base_url(text) from error
    if url.scheme not in ("http", "https") or not url.host or any(c.isspace() for c in text):
        raise _bad_base_url(text)
    return url.copy_with(path=url.path.rstrip("/") or "/v1")


def _bad_base_url(text: str) -> SettingsError:
    return SettingsError(
        f"the base URL '{clean(text)}' is no address of a server",
        "write it like http://localhost:11434/v1",
    )


def host_and_port(url: httpx.URL) -> str:
    """For the screen: without user, password and path."""
    host = f"[{url.host}]" if ":" in url.host else url.host
    return host if url.port is None else f"{host}:{url.port}"
