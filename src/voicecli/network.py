"""What `--offline` promises: no socket but to this machine itself. Where the hub is, which proxy
leads to a server, and how long to wait before a server is asked again."""

from __future__ import annotations

import ipaddress
import math
import os
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache, partial
from urllib.parse import urlsplit

from voicecli.errors import NetworkError

_EVENTS = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
}
"""Audit events of Python's socket module -> where the address stands in their arguments."""


def is_loopback(host: str) -> bool:
    """Is this host's name or address this very machine? Not looked up: asking tells others."""
    address = _address(host)
    return host.lower() == "localhost" if address is None else address.is_loopback


def hub_endpoint() -> str:
    """Of the hub, or of the mirror in HF_ENDPOINT."""
    return (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")


def hub_is_off() -> bool:
    """Whether HF_HUB_OFFLINE forbids to ask it, as huggingface_hub reads its variables."""
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}


def hidden_password(url: str) -> str:
    """An address fit to be shown: `https://user:***@host`. Any text will do, URL or not."""
    return re.sub(r"(?<=//)([^/?#@\s:]*):[^/?#\s]*(?=@)", r"\1:***", url)


# -- again ------------------------------------------------------------------------------------

LONGEST_RETRY_AFTER_S = 366 * 24 * 3600.0
"""Who asks for more than a year means nothing by it."""


class Backoff:
    """How long to wait before the next try, until it is time to give up."""

    def __init__(self, delays_s: Iterable[float], budget_s: float) -> None:
        """`delays_s`: one before each further try. `budget_s`: all waits together, whatever the
        server asks for."""
        self._delays_s = iter(delays_s)
        self._left_s = budget_s

    def delay_s(self, asked_s: float | None = None) -> float | None:
        """Seconds to wait, the server's own wish first; None where there should be no more try."""
        delay_s = next(self._delays_s, None)
        if delay_s is None:
            return None
        if asked_s is not None:
            delay_s = asked_s
        if delay_s > self._left_s:
            return None
        self._left_s -= delay_s
        return delay_s


def retry_after_s(header: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header asks for, given as a number or an HTTP date; else None."""
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        seconds = _seconds_until(header, now or datetime.now(UTC))
    return max(0.0, seconds) if seconds <= LONGEST_RETRY_AFTER_S else None


def _seconds_until(date: str, now: datetime) -> float:
    """NaN where it is no date."""
    from email.utils import parsedate_to_datetime

    try:
        when = parsedate_to_datetime(date)
        return (when.replace(tzinfo=when.tzinfo or UTC) - now).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):  # a year of twenty digits
        return math.nan


# -- proxies ----------------------------------------------------------------------------------


def proxy_for(url: str) -> str | None:
    """The proxy that leads to `url`, from the environment or the system; None where none does.
    Raises ValueError for a proxy that can be none.

    NO_PROXY is read here, because httpx ends in an exception at `[::1]` and passes over networks
    (`10.0.0.0/8`). Addresses of a private network and names without a dot need no mention.
    """
    from urllib.request import getproxies

    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or _is_near(host) or _is_excepted(host, _port(url), proxies.get("no", "")):
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    try:
        _port(proxy)
    except ValueError as error:  # beyond 65535, or half an IPv6 address
        raise ValueError(f"the proxy {hidden_password(proxy)!r} is no address") from error
    return proxy


def _port(url: str) -> int | None:
    parts = urlsplit(url)
    return parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _is_near(host: str) -> bool:
    address = _address(host)
    if address is None:
        return "." not in host
    return address.is_private or address.is_link_local


def _is_excepted(host: str, port: int | None, no_proxy: str) -> bool:
    """Whether NO_PROXY names the host: `*`, names and their ends, addresses, networks, ports."""
    address = _address(host)
    for entry in no_proxy.split(","):
        entry = entry.strip().lower()
        if entry == "*":
            return True
        bare, wanted_port = _split_port(entry)
        if wanted_port is not None and wanted_port != port:
            continue
        if address is not None:
            try:
                network = ipaddress.ip_network(bare, strict=False)
            except ValueError:
                continue
            if address in network:
                return True
        elif (end := bare.removeprefix("*").strip(".")) and f".{host}".endswith(f".{end}"):
            return True
    return False


def _split_port(entry: str) -> tuple[str, int | None]:
    """`[::1]:8080`, `host:8080`, `::1`, `10.0.0.0/8` -> address or name, and port."""
    found = re.fullmatch(r"(?:\w+://)?(?:\[([^\]]*)\]|([^:\[\]]*))(?::(\d{1,5}))?", entry)
    if found is None:
        return entry, None
    return found[1] or found[2] or "", int(found[3]) if found[3] else None


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


# -- offline ----------------------------------------------------------------------------------


@cache
def forbid_network(*, calls: bool = False) -> None:
    """From here on, to the end of the process, Python refuses connections to other machines.

    An audit hook, because every library goes through it: httpx, asyncio, huggingface_hub.
    calls: who serves them answers, by UDP, those of the same network who call.
    :raises NetworkError: where something tries it.
    """
    sys.addaudithook(partial(_refuse, calls=calls))


def _refuse(event: str, args: tuple[object, ...], *, calls: bool) -> None:
    if event not in _EVENTS:
        return
    host = args[_EVENTS[event]]
    if _EVENTS[event] == 1:
        # A Unix socket's address is a path, and a netlink one begins with a number.
        host = host[0] if isinstance(host, tuple) else None
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if isinstance(host, str) and not is_loopback(host):
        if calls and event == "socket.sendto" and _is_near(host):
            return
        raise NetworkError(f"--offline forbids to connect to {host}", "leave --offline out")
