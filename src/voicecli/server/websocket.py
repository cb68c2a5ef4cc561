"""`/v1/realtime`: the Realtime API over a WebSocket."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from starlette.websockets import WebSocketState

from voicecli.server.errors import ApiError
from voicecli.server.realtime.items import new_id
from voicecli.server.sessions import Bucket, EndError
from voicecli.server.webrtc import call_of
from voicecli.server.work import first_end

if TYPE_CHECKING:
    from voicecli.server.app import Server
    from voicecli.server.talk import NetworkTalk

router = APIRouter()

SLOW_READER_S = 5.0
MAX_UNSENT_BYTES = 4 * 1024 * 1024
"""A client that doesn't read for so long, or lets so much pile up, is cut off."""


class Outbox:
    """What is to be sent, in order; nobody who sends has to wait."""

    def __init__(self, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        """send: takes messages of ASGI."""
        self._send = send
        self._waiting: deque[str | bytes] = deque()
        self._n_bytes = 0
        self._filled = asyncio.Event()

    def put(self, event: dict[str, Any]) -> None:
        """An event of the Realtime API."""
        self.put_message(json.dumps({"event_id": new_id("event"), **event}, separators=(",", ":")))

    def put_message(self, message: str | bytes) -> None:
        self._waiting.append(message)
        self._n_bytes += len(message)
        self._filled.set()

    async def run(self) -> None:
        """Send until the client has hung up; raises EndError for one that doesn't read."""
        while True:
            await self._filled.wait()
            while self._waiting:
                message = self._waiting.popleft()
                kind = "text" if isinstance(message, str) else "bytes"
                if self._n_bytes > MAX_UNSENT_BYTES:
                    raise EndError(1008, "you don't read what is sent")
                try:
                    async with asyncio.timeout(SLOW_READER_S):
                        await self._send({"type": "websocket.send", kind: message})
                except TimeoutError:
                    raise EndError(1008, "you don't read what is sent") from None
                except WebSocketDisconnect:
                    return
                self._n_bytes -= len(message)
            self._filled.clear()


@router.websocket("/v1/realtime")
async def realtime(websocket: WebSocket) -> None:
    server: Server = websocket.app.state.server
    if (call_id := websocket.query_params.get("call_id")) is not None:
        await _join(websocket, server, call_id)
        return
    try:
        await server.sessions.take_over(websocket.query_params.get("resume", ""))
        with server.sessions.admitted("websocket") as place:
            fields, conversed = server.beginning(websocket)
            offered = websocket.scope.get("subprotocols", ())
            await websocket.accept("realtime" if "realtime" in offered else None)
            outbox = Outbox(websocket.send)
            async with server.talk(fields, outbox.put, conversed=conversed) as talk:
                end = await first_end(
                    outbox.run(),
                    talk.run(place),
                    _read(websocket, talk, server.limits.control_events_per_s),
                )
            place.ended_by(end)
            await close(websocket, end)
    except ApiError as error:
        await websocket.send_denial_response(error.response())


async def _join(websocket: WebSocket, server: Server, call_id: str) -> None:
    """A second channel of a call, for a server that looks after it."""
    try:
        call = call_of(server, call_id)
    except ApiError as error:
        await websocket.send_denial_response(error.response())
        return
    await websocket.accept()
    outbox = Outbox(websocket.send)
    call.listeners.add(outbox.put)
    try:
        events_per_s = server.limits.control_events_per_s
        end = await first_end(
            outbox.run(), _read(websocket, call.talk, events_per_s), call.ended.wait()
        )
    finally:
        call.listeners.discard(outbox.put)
    await close(websocket, end or EndError(1000, "the call is over"))


async def close(websocket: WebSocket, end: EndError | None) -> None:
    if end is not None and websocket.client_state is WebSocketState.CONNECTED:
        with suppress(TimeoutError, RuntimeError):  # it may be gone by now
            async with asyncio.timeout(SLOW_READER_S):
                await websocket.close(end.code, end.reason)


async def _read(websocket: WebSocket, talk: NetworkTalk, events_per_s: float) -> None:
    """Take what the client sends, until it hangs up."""
    control = Bucket(2 * events_per_s, events_per_s)
    try:
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if (text := message.get("text")) is not None:
                if not is_sound(text) and not control.take(1):
                    raise EndError(1008, f"more than {events_per_s:g} events a second")
                await talk.session.receive(text)
            elif data := message.get("bytes"):
                talk.session.hear(data)  # sound without base64 and JSON, as an extension
            await talk.room()
    except WebSocketDisconnect:
        return


def is_sound(text: str) -> bool:
    """Without reading it whole: it may be 15 MB."""
    return "input_audio_buffer.append" in text[:100] or len(text) > 10_000
