"""The listening socket, uvicorn, and the address that people open."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from contextlib import suppress
from types import FrameType
from typing import TextIO

import segno
import uvicorn
from prometheus_client import start_http_server

from voicecli.errors import VoicecliError
from voicecli.network import is_loopback
from voicecli.server.app import ServeOptions, Server, create_app, running
from voicecli.server.security import machine_names
from voicecli.server.tls import Certificate, own_certificate
from voicecli.settings import Settings

MAX_MESSAGE_BYTES = 22 * 1024 * 1024
"""Of a WebSocket: 15 MB of sound in base64, and what is around it."""


LAST_REQUESTS_S = 5
"""So long what is no session, such as a request for a transcript, may take to end."""


class OrderlyServer(uvicorn.Server):
    """Ends in order: at a signal turns are finished before their connections are closed, at a
    second one nothing is.

    uvicorn alone would close all connections at once, and die of the signal.
    """

    def __init__(self, config: uvicorn.Config, server: Server) -> None:
        super().__init__(config)
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._draining: asyncio.Task[None] | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """uvicorn's own raises the signal again at the end: it is not asked."""
        self._loop.call_soon_threadsafe(self.end)

    def end(self) -> None:
        if self._draining is None:
            self._draining = asyncio.ensure_future(self._drain())
        else:
            self.should_exit = self.force_exit = True

    async def _drain(self) -> None:
        await self._server.sessions.drain(self._server.limits.grace_s)
        self.should_exit = True


async def run(
    settings: Settings, options: ServeOptions, host: str, port: int, *, tls: bool = False
) -> None:
    """Serve until a signal; raises VoicecliError."""
    with listen(host, port) as listener:
        names = [_shown(host), *machine_names(), *options.host_names]
        certificate = own_certificate(names) if tls else None
        async with running(settings, options) as server:
            tell_address(listener, host, options.token, certificate)
            if options.measures_sessions:
                tell_capacity(server.limits.max_sessions)
            if options.metrics_port is not None:
                tell_metrics(server, host, options.metrics_port)
            await OrderlyServer(config(server, certificate), server).serve([listener])


def tell_capacity(n_most: int, out: TextIO = sys.stderr) -> None:
    plural = "s" * (n_most > 1)
    print(
        f"voicecli: {n_most} conversation{plural} at once, by what this machine was measured to do"
        " (--max-sessions says otherwise)",
        file=out,
        flush=True,
    )


def tell_metrics(server: Server, host: str, port: int) -> None:
    """On a thread of its own; raises VoicecliError."""
    try:
        start_http_server(port, host, server.metrics.registry)
    except OSError as error:
        raise VoicecliError(
            f"{host} port {port} can't be listened on ({error.strerror or error})",
            "choose another with --metrics-port",
        ) from None


def config(server: Server, certificate: Certificate | None = None) -> uvicorn.Config:
    """Nothing is logged of addresses, which may hold a token."""
    logging.getLogger("uvicorn.error").addFilter(_is_no_refusal)
    return uvicorn.Config(
        create_app(server),
        lifespan="off",
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE_BYTES,
        log_level="warning",
        access_log=False,
        server_header=False,
        ssl_certfile=None if certificate is None else certificate.path,
        ssl_keyfile=None if certificate is None else str(certificate.key_path),
        timeout_graceful_shutdown=LAST_REQUESTS_S,
    )


def _is_no_refusal(record: logging.LogRecord) -> bool:
    """uvicorn 0.54 takes a WebSocket that is refused with an HTTP response for a mistake."""
    return "without completing handshake" not in record.getMessage()


def listen(host: str, port: int) -> socket.socket:
    """Raises VoicecliError where that can't be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise VoicecliError(
            f"{host} port {port} can't be listened on ({reason})", "choose another with --port"
        ) from None


def tell_address(
    listener: socket.socket,
    host: str,
    token: str | None,
    certificate: Certificate | None = None,
    out: TextIO = sys.stderr,
) -> None:
    """The address to open, and where others can open it, a QR code for a phone."""
    port = listener.getsockname()[1]
    shown = _shown(host)
    name = f"[{shown}]" if ":" in shown else shown
    scheme = "http" if certificate is None else "https"
    url = f"{scheme}://{name}:{port}/" + (f"?token={token}" if token else "")
    print(f"voicecli: serving at {url}", file=out)
    if certificate is not None:
        print(
            "voicecli: this machine made the certificate itself, so browsers warn at first; it is"
            f" the right one if its SHA-256 is {certificate.fingerprint}",
            file=out,
        )
    elif not is_loopback(shown):
        print(
            "voicecli: other devices can only type: browsers give the microphone to https alone"
            " - add --tls",
            file=out,
        )
    if not is_loopback(shown) and out.isatty():
        segno.make(url, error="l").terminal(out, compact=True)
    out.flush()


def _shown(host: str) -> str:
    """The address by which others reach what listens on `host`."""
    return _own_address() if host in ("0.0.0.0", "::") else host


def _own_address() -> str:
    """Under which this machine is known in its network. Nothing is sent to find out."""
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with probe, suppress(OSError, VoicecliError):  # no network, or --offline
        probe.connect(("192.0.2.1", 9))
        return probe.getsockname()[0]
    return socket.gethostname()
