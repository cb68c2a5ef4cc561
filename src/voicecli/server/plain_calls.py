"""`/rtc`: a call whose signalling and texts go by a WebSocket; the reply is on the call's track.

offer > answer; candidate, as they are found; then asr_partial_result, asr_result, and so on.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, WebSocket

from voicecli.server.errors import ApiError
from voicecli.server.plain import MessageNames, PlainMessages
from voicecli.server.realtime.client_events import EventRefusedError, loads
from voicecli.server.sessions import Bucket, EndError
from voicecli.server.webrtc import MAX_SDP_BYTES, Call
from voicecli.server.websocket import Outbox, close
from voicecli.server.work import first_end

if TYPE_CHECKING:
    from voicecli.server.app import Server

router = APIRouter()

NAMES = MessageNames("asr_partial_result", "asr_result")

MAX_CANDIDATES = 64


@router.websocket("/rtc")
async def rtc(websocket: WebSocket) -> None:
    server: Server = websocket.app.state.server
    update: dict[str, Any] = {"audio": {"input": {"turn_detection": {"type": "semantic_vad"}}}}
    if language := websocket.query_params.get("language"):
        update["audio"]["input"]["transcription"] = {"language": language}
    try:
        with server.sessions.admitted("webrtc") as place:
            fields, _ = server.beginning(websocket, update)
            await websocket.accept()
            outbox = Outbox(websocket.send)
            call = Call(server, place, fields, None)
            try:
                signalling = Signalling(server, call, outbox)
                end = await first_end(outbox.run(), signalling.run(websocket))
            finally:
                await call.close()
            place.ended_by(end)
            await close(websocket, end or EndError(1000, "the call is over"))
    except ApiError as error:
        await websocket.send_denial_response(error.response())


class Signalling:
    """What goes by the WebSocket of one call."""

    def __init__(self, server: Server, call: Call, outbox: Outbox) -> None:
        self._connect_s = server.limits.connect_s
        per_s = server.limits.control_events_per_s
        self._control = Bucket(2 * per_s, per_s)
        self._call = call
        self._outbox = outbox
        self._answered = asyncio.Event()
        self._n_candidates = 0
        call.talk.observers.append(PlainMessages(self._tell, NAMES, tells_vad=False).take)

    async def run(self, websocket: WebSocket) -> None:
        """Until one side hangs up; raises EndError."""
        end = await first_end(self._read(websocket), self._converse())
        if end is not None:
            raise end

    async def _converse(self) -> None:
        try:
            async with asyncio.timeout(self._connect_s):
                await self._answered.wait()
        except TimeoutError:
            raise EndError(1008, "no offer came") from None
        await self._call.run()

    async def _read(self, websocket: WebSocket) -> None:
        while (message := await websocket.receive())["type"] != "websocket.disconnect":
            if not self._control.take(1):
                raise EndError(1008, "more messages than one can follow")
            try:
                text = message.get("text")
                if text is None:
                    raise EventRefusedError("sound comes by the call's track, not here")
                await self._carry_out(loads(text))
            except EventRefusedError as refusal:
                self._tell({"type": "error", "message": refusal.message})
            except ApiError as error:
                self._tell({"type": "error", "message": error.message})

    async def _carry_out(self, message: dict[str, Any]) -> None:
        match message.get("type"):
            case "offer":
                sdp = message.get("sdp")
                if not isinstance(sdp, str) or len(sdp) > MAX_SDP_BYTES:
                    raise EventRefusedError("an offer has its description as `sdp`")
                if self._answered.is_set():
                    raise EventRefusedError("this call has its offer; open another for a new one")
                self._tell({"type": "answer", "sdp": await self._call.answer(sdp)})
                self._answered.set()
            case "candidate":
                self._n_candidates += 1
                if self._n_candidates <= MAX_CANDIDATES:
                    await self._call.add_candidate(message.get("candidate"))
            case "ping":
                self._tell({"type": "pong"})
            case other:
                raise EventRefusedError(f"no message {str(other)[:40]!r}: offer, candidate, ping")

    def _tell(self, message: dict[str, Any]) -> None:
        self._outbox.put_message(json.dumps(message, ensure_ascii=False))
