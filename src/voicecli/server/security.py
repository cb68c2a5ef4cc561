"""Who may ask: the token, ephemeral keys, and which Host and Origin are ours.

A loopback server without a token is still protected from web pages: the Host must be a name of
this machine (DNS rebinding), and a request that comes from a page must come from ours (Origin).
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from voicecli.server.errors import ApiError

COOKIE = "voicecli_token"

KEY_PROTOCOL = "openai-insecure-api-key."
"""Browsers can't send headers with a WebSocket: OpenAI's clients put the key into a subprotocol."""

OPEN_PATHS = frozenset({"/healthz", "/readyz"})
"""Asked by those who start and balance servers, by whatever name or none; they tell nothing."""

EPHEMERAL_PATHS = ("/v1/realtime",)
"""All that an ephemeral key is good for."""

EPHEMERAL_S = (10, 7200)
DEFAULT_EPHEMERAL_S = 600

MAX_SECRETS = 10_000


def new_token() -> str:
    return secrets.token_urlsafe(24)


@dataclass(frozen=True)
class Secret:
    """An ephemeral key: good for one session."""

    value: str
    expires_at: int
    """Seconds since the epoch."""
    session: Mapping[str, Any]
    """The fields with which that session begins."""


@dataclass
class Secrets:
    """The ephemeral keys that were given out and are not used yet."""

    now_s: Callable[[], float] = time.time
    _secrets: dict[str, Secret] = field(default_factory=dict)

    def issue(self, lasts_s: int, session: Mapping[str, Any]) -> Secret:
        """Raises ApiError where too many are open."""
        now_s = self.now_s()
        self._secrets = {
            key: secret for key, secret in self._secrets.items() if secret.expires_at > now_s
        }
        if len(self._secrets) >= MAX_SECRETS:
            raise ApiError(429, "too many ephemeral keys are open", "too_many_secrets")
        value = f"ek_{secrets.token_hex(20)}"
        secret = Secret(value, int(now_s) + lasts_s, session)
        self._secrets[value] = secret
        return secret

    def find(self, value: str) -> Secret | None:
        secret = self._secrets.get(value)
        return secret if secret is not None and secret.expires_at > self.now_s() else None

    def use(self, value: str) -> Secret | None:
        """It is no longer good."""
        secret = self.find(value)
        if secret is not None:
            del self._secrets[value]
        return secret


def is_our_host(host: str, names: Iterable[str]) -> bool:
    """Whether a Host header names this machine. An address can't be rebound; a name can."""
    name = host_name(host)
    if name == "localhost" or name in names:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def host_name(host: str) -> str:
    """`name:port` or `[address]:port` without the port, in lower case."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def machine_names() -> frozenset[str]:
    """Under which others in the house know this machine."""
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    return frozenset({name, short, f"{short}.local"})


def key_of(connection: HTTPConnection) -> str | None:
    """The token or ephemeral key that a request carries."""
    scheme, _, key = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key:
        return key.strip()
    for protocol in connection.scope.get("subprotocols", ()):
        if protocol.startswith(KEY_PROTOCOL):
            return protocol.removeprefix(KEY_PROTOCOL)
    return connection.cookies.get(COOKIE)


class Guard:
    """ASGI middleware: nothing gets past it that may not."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        token: str | None,
        secrets: Secrets,
        host_names: Iterable[str] = (),
        allowed_origins: Iterable[str] = (),
    ) -> None:
        """token: None asks for none, which is for loopback alone."""
        self._app = app
        self._token = token
        self._secrets = secrets
        self._host_names = frozenset(name.lower() for name in host_names)
        self._allowed_origins = frozenset(origin.rstrip("/") for origin in allowed_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        try:
            answer = self._check(connection)
        except ApiError as error:
            answer = error.response()
        if answer is None:
            await self._app(scope, receive, send)
        else:
            await answer(scope, receive, send)  # a WebSocket is refused before it is one

    def _check(self, connection: HTTPConnection) -> Response | None:
        """Raises ApiError; an answer of ours, or None where the app is to answer."""
        headers = connection.headers
        path = connection.url.path
        if path in OPEN_PATHS:
            return None
        if not is_our_host(headers.get("host", ""), self._host_names):
            raise ApiError(
                403,
                "this server is not known by that name; name it with --allow-host",
                "host_not_allowed",
            )
        self._check_origin(headers)
        if self._token is None:
            return None
        if path == "/" and (given := connection.query_params.get("token")) is not None:
            if self._is_token(given):
                return self._with_cookie(connection)
            raise _wrong_key()
        if connection.scope.get("method") == "OPTIONS" and "origin" in headers:
            return None  # a browser's question whether it may ask carries no key
        key = key_of(connection)
        if key is None:
            raise ApiError(
                401,
                "a token is needed: the server prints it when it starts. Send it as"
                " `Authorization: Bearer TOKEN`, or open the printed address",
                "missing_api_key",
                headers={"WWW-Authenticate": "Bearer"},
            )
        ephemeral = path.startswith(EPHEMERAL_PATHS) and self._secrets.find(key) is not None
        if not (ephemeral or self._is_token(key)):
            raise _wrong_key()
        return None

    def _check_origin(self, headers: Headers) -> None:
        """A page of ours, or no page at all."""
        origin = headers.get("origin")
        if origin is None or origin.rstrip("/") in self._allowed_origins:
            return
        try:
            netloc = urlsplit(origin).netloc
        except ValueError:
            netloc = ""
        if not netloc or netloc.lower() != headers.get("host", "").lower():
            raise ApiError(
                403,
                "pages from there may not ask; allow them with --allow-origin",
                "origin_not_allowed",
            )

    def _is_token(self, key: str) -> bool:
        assert self._token is not None
        return hmac.compare_digest(key.encode(), self._token.encode())

    def _with_cookie(self, connection: HTTPConnection) -> Response:
        """The token goes from the address into a cookie that no script and no other page reads."""
        assert self._token is not None
        response = RedirectResponse("/", 303, {"Cache-Control": "no-store"})
        secure = connection.url.scheme == "https"
        response.set_cookie(
            COOKIE, self._token, httponly=True, secure=secure, samesite="strict", path="/"
        )
        return response


def _wrong_key() -> ApiError:
    return ApiError(
        401,
        "that token is wrong, or has expired",
        "invalid_api_key",
        headers={"WWW-Authenticate": "Bearer"},
    )
