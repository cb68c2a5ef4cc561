"""One WebSocket to a Realtime server, and in words why there is none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx

from voicecli.errors import ServerError, VoicecliError
from voicecli.llm.failures import WORDS, RefusalError
from voicecli.realtime.addresses import RealtimeServer
from voicecli.remote.client import proxy_to
from voicecli.remote.failures import Peer

try:
    import websockets
    from websockets.asyncio.client import ClientConnection, connect
except ImportError as error:
    raise VoicecliError(
        "`--realtime` needs the package websockets",
        "install it with: uv tool install 'voicecli[realtime]'",
    ) from error

CONNECT_S = 10.0

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
"""A minute of sound in one event; OpenAI's own limit for what it takes is 15 MB."""

PING_S = 10.0
"""A line that is dead for so long is given up."""

REALTIME_WORDS = replace(
    WORDS,
    noun="Realtime server",
    url="--realtime",
    request="--model, --voice and --system",
    ending="/v1/realtime",
)


def peer_of(server: RealtimeServer) -> Peer:
    """The server, as messages name it."""
    return Peer(
        server.where,
        server.model,
        server.key,
        bool(server.key),
        CONNECT_S,
        words=REALTIME_WORDS,
    )


@asynccontextmanager
async def connected(server: RealtimeServer) -> AsyncIterator[ClientConnection]:
    """Connected, until the context ends. Raises ServerError; who uses it, ConnectionClosed."""
    peer = peer_of(server)
    headers = {"Authorization": f"Bearer {server.key}"} if server.key else {}
    with peer.preparing():
        proxy = proxy_to(server.http_url)
    connecting = connect(
        str(server.url),
        additional_headers=headers,
        user_agent_header="voicecli",
        proxy=proxy,
        open_timeout=CONNECT_S,
        close_timeout=1,
        ping_interval=PING_S,
        ping_timeout=PING_S,
        max_size=MAX_MESSAGE_BYTES,
        process_exception=_as_it_is,
    )
    try:
        connection = await connecting
    except websockets.InvalidStatus as refused:
        raise _refusal(peer, server, refused) from refused
    except TimeoutError as error:
        raise peer.error(
            f"{server.where} doesn't answer (waited {CONNECT_S:g} s)",
            "is the server running, and --realtime right?",
            retryable=True,
        ) from error
    except (OSError, EOFError) as error:
        raise peer.error(
            f"can't reach the Realtime server at {server.where}: {peer.clean(str(error))}",
            "is it running? `voicecli serve` is one",
            retryable=True,
        ) from error
    except (websockets.WebSocketException, ImportError, ValueError) as error:
        raise peer.error(
            f"{server.where} is no Realtime server: {peer.clean(str(error))}",
            "look at --realtime: its address mostly ends in /v1/realtime",
        ) from error
    try:
        yield connection
    finally:
        await connection.close()


def _as_it_is(error: Exception) -> Exception:
    """Whether it is tried again is decided here, and not by the library."""
    return error


def _refusal(
    peer: Peer, server: RealtimeServer, refused: websockets.InvalidStatus
) -> RefusalError | ServerError:
    answer = refused.response
    request = httpx.Request("GET", server.http_url)
    headers = [(name, value) for name, value in answer.headers.raw_items()]
    body = bytes(answer.body or b"")
    return peer.refusal(httpx.Response(answer.status_code, headers=headers, request=request), body)
