"""The line to a Realtime server: opened, opened again where it breaks, and what goes over it."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import websockets
from websockets.asyncio.client import ClientConnection

from voicecli.conversation.events import Event, Notice
from voicecli.errors import ServerError
from voicecli.realtime.addresses import RealtimeServer
from voicecli.realtime.connection import connected, peer_of
from voicecli.realtime.uplink import Uplink
from voicecli.remote.failures import RefusedError
from voicecli.remote.said import clean
from voicecli.timing import now_s

RETRY_DELAYS_S = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Before each further try to connect; the last for ever."""

FIRST_TRIES = 3
"""A server that can't be reached at the start is given up after so many."""

MAX_WAIT_S = 30.0
"""Whatever Retry-After asks for."""

CREATED_S = 10.0
"""Until a server that took the connection greets."""

STEADY_S = 10.0
"""A line that lasted so long broke by chance, and another is tried for at once."""


class Greeting(Protocol):
    def __call__(self, session: Mapping[str, Any], *, again: bool) -> None: ...


class ServerLine:
    """Sends the microphone's sound and events; gives away what comes back."""

    def __init__(
        self,
        server: RealtimeServer,
        uplink: Uplink,
        began: Greeting,
        receive: Callable[[dict[str, Any]], None],
        lost: Callable[[str], None],
        emit: Callable[[Event], None],
    ) -> None:
        """began: hears the server's session, and may send. lost: hears why the line broke."""
        self.began = 0
        """Sample index with which the sound on this line begins: the zero of the server's times."""
        self.where = server.where
        self.is_open = False
        self.was_open = False
        """It was, at least once."""
        self._server = server
        self._uplink = uplink
        self._began = began
        self._receive = receive
        self._lost = lost
        self._emit = emit
        self._events: deque[dict[str, Any]] = deque()
        self._filled = asyncio.Event()

    def send(self, kind: str, **fields: Any) -> None:
        """An event. Those that no line took are forgotten with the line: another is told anew."""
        self._events.append({"type": kind, **fields})
        self._filled.set()

    async def run(self) -> None:
        """Until it is cancelled, or the server can't be had: raises ServerError."""
        n_tries, opened_s = 0, 0.0
        while True:
            asked_s = None
            try:
                async with connected(self._server) as connection:
                    session = await self._greeted(connection)
                    self._events.clear()
                    self._began(session, again=self.was_open)
                    self.began = self._uplink.n_samples
                    self.is_open = self.was_open = True
                    opened_s = now_s()
                    await self._exchange(connection)
            except websockets.ConnectionClosed as closed:
                self.is_open = False
                self._lost(_why_closed(closed))
                n_tries = 0 if now_s() - opened_s > STEADY_S else n_tries + 1
            except ServerError as error:
                n_tries += 1
                if not error.retryable or (not self.was_open and n_tries >= FIRST_TRIES):
                    raise
                if n_tries == 1:
                    self._emit(Notice(error.message, "connecting again"))
                asked_s = error.retry_after_s if isinstance(error, RefusedError) else None
            delay_s = RETRY_DELAYS_S[min(n_tries, len(RETRY_DELAYS_S) - 1)]
            await asyncio.sleep(min(asked_s or delay_s, MAX_WAIT_S))

    async def _greeted(self, connection: ClientConnection) -> Mapping[str, Any]:
        """The session that the server begins; raises ServerError."""
        peer = peer_of(self._server)
        try:
            async with asyncio.timeout(CREATED_S):
                while (event := _event(await connection.recv())).get("type") != "session.created":
                    if event.get("type") == "error":
                        raise peer.error(
                            f"{self.where} refuses the session: {text_of(event)}",
                            "look at --realtime, --model and --api-key",
                        )
        except (TimeoutError, websockets.ConnectionClosed) as error:
            is_closed = isinstance(error, websockets.ConnectionClosed)
            why = f": the line broke ({_why_closed(error)})" if is_closed else ""
            raise peer.error(
                f"{self.where} does not begin a session{why}",
                "is it a Realtime server? Its address mostly ends in /v1/realtime",
                retryable=is_closed,
            ) from error
        session = event.get("session")
        return session if isinstance(session, Mapping) else {}

    async def _exchange(self, connection: ClientConnection) -> None:
        """Until the line breaks; raises ConnectionClosed."""
        sending = [
            asyncio.ensure_future(self._send_sound(connection)),
            asyncio.ensure_future(self._send_events(connection)),
        ]
        try:
            while True:
                self._receive(_event(await connection.recv()))
        finally:
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)

    async def _send_sound(self, connection: ClientConnection) -> None:
        while True:
            await connection.send(json.dumps(await self._uplink.next()))

    async def _send_events(self, connection: ClientConnection) -> None:
        while True:
            while self._events:
                await connection.send(json.dumps(self._events.popleft()))
            self._filled.clear()
            await self._filled.wait()


def _event(message: str | bytes) -> dict[str, Any]:
    """Empty for what is no event."""
    try:
        event = json.loads(message)
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}


def text_of(event: Mapping[str, Any]) -> str:
    """Why something failed, as the server says it."""
    error = event.get("error")
    if isinstance(error, Mapping):
        error = error.get("message") or error.get("code") or error.get("type")
    return clean(str(error or "it does not say why"))


def _why_closed(closed: websockets.ConnectionClosed) -> str:
    if closed.rcvd is None:
        return "without a word"
    return clean(closed.rcvd.reason) or f"code {closed.rcvd.code}"
