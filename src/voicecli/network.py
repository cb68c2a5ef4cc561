"""What `--offline` promises: no socket but to this machine itself. And where the hub is."""

from __future__ import annotations

import ipaddress
import os
import sys
from functools import cache

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
    host = host.strip("[]").partition("%")[0]
    if host.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def hub_endpoint() -> str:
    """Of the hub, or of the mirror in HF_ENDPOINT."""
    return (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")


def hub_is_off() -> bool:
    """Whether HF_HUB_OFFLINE forbids to ask it, as huggingface_hub reads its variables."""
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}


@cache
def forbid_network() -> None:
    """From here on, to the end of the process, Python refuses connections to other machines.

    An audit hook, because every library goes through it: httpx, asyncio, huggingface_hub.
    :raises NetworkError: where something tries it.
    """
    sys.addaudithook(_refuse)


def _refuse(event: str, args: tuple[object, ...]) -> None:
    if event not in _EVENTS:
        return
    host = args[_EVENTS[event]]
    if _EVENTS[event] == 1:
        # A Unix socket's address is a path, and a netlink one begins with a number.
        host = host[0] if isinstance(host, tuple) else None
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if isinstance(host, str) and not is_loopback(host):
        raise NetworkError(f"--offline forbids to connect to {host}", "leave --offline out")
