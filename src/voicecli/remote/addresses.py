"""How a server's address is read, and shown."""

from __future__ import annotations

import re

import httpx

from voicecli.errors import SettingsError
from voicecli.network import hidden_password
from voicecli.printable import in_one_line


def parse_base_url(text: str) -> httpx.URL:
    """`localhost:11434` means `http://localhost:11434/v1`; of a whole endpoint, the base is taken.

    Raises SettingsError for no URL.
    """
    text = text.strip()
    try:
        url = httpx.URL(text if "://" in text else f"http://{text}")
        port = url.port
    except (httpx.InvalidURL, ValueError) as error:
        raise _bad_base_url(text) from error
    is_port = port is None or 0 < port < 65536
    if url.scheme not in ("http", "https") or not url.host or not is_port or re.search(r"\s", text):
        raise _bad_base_url(text)
    path = re.sub(r"/(chat/completions|completions|models|responses|audio/\w+)/*$", "", url.path)
    return url.copy_with(path=path.rstrip("/") or "/v1", fragment=None)


def endpoint(base: httpx.URL, path: str) -> httpx.URL:
    """The path below the base, whose query stays behind it (`?api-version=`)."""
    return base.copy_with(path=f"{base.path.rstrip('/')}/{path}")


def _bad_base_url(text: str) -> SettingsError:
    return SettingsError(
        f"the base URL '{in_one_line(hidden_password(text), 200)}' is no address of a server",
        "write it like http://localhost:11434/v1",
    )


def host_and_port(url: httpx.URL) -> str:
    """For the screen: without user, password and path."""
    host = f"[{url.host}]" if ":" in url.host else url.host
    return host if url.port is None else f"{host}:{url.port}"
