"""Which Realtime server is meant, and under which URL it is reached."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx

from voicecli.errors import SettingsError
from voicecli.network import hidden_password
from voicecli.printable import in_one_line
from voicecli.remote.addresses import host_and_port

OPENAI = "openai"
OPENAI_URL = "wss://api.openai.com/v1/realtime"
PATH = "/v1/realtime"

_SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}


@dataclass(frozen=True)
class RealtimeServer:
    url: httpx.URL
    """Of the WebSocket, with `?model=` where one is asked for."""
    key: str = field(default="", repr=False)

    @property
    def where(self) -> str:
        """For the screen."""
        return host_and_port(self.url)

    @property
    def model(self) -> str:
        """As it is asked for; empty leaves it to the server."""
        return self.url.params.get("model", "")

    @property
    def http_url(self) -> httpx.URL:
        """The same by its other scheme: what proxies are looked up by."""
        return self.url.copy_with(scheme="https" if self.url.scheme == "wss" else "http")


def parse_realtime_url(text: str, model: str | None = None, key: str = "") -> RealtimeServer:
    """`localhost:8765` means `ws://localhost:8765/v1/realtime`; `openai` is OpenAI's own.

    Raises SettingsError for no URL.
    """
    given = OPENAI_URL if text.strip() == OPENAI else text.strip()
    try:
        url = httpx.URL(given if "://" in given else f"ws://{given}")
        is_address = bool(url.host) and (url.port is None or 0 < url.port < 65536)
    except (httpx.InvalidURL, ValueError):
        is_address, url = False, httpx.URL("")
    if not is_address or url.scheme not in _SCHEMES or any(map(str.isspace, given)):
        raise SettingsError(
            f"{in_one_line(hidden_password(given), 200)!r} is no address of a Realtime server",
            "write it like wss://api.example.org/v1/realtime, or localhost:8765 for a"
            " `voicecli serve` on this machine",
        )
    path = url.path.rstrip("/")
    if not path.endswith("/realtime"):
        path = f"{path}/realtime" if path else PATH
    url = url.copy_with(scheme=_SCHEMES[url.scheme], path=path, fragment=None)
    if model:
        url = url.copy_merge_params({"model": model})
    return RealtimeServer(url, key)
