"""`/v1/realtime/calls`: the Realtime API over WebRTC. Sound on tracks, events on a data channel."""

from __future__ import annotations

import asyncio
import fractions
import json
import logging
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from aiortc import (
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.sdp import candidate_from_sdp
from fastapi import APIRouter, Request
from fastapi.responses import Response

from voicecli.server.errors import ApiError
from voicecli.server.jitter import SpeechReceiver, make_fit_for_speech
from voicecli.server.realtime.client_events import EventRefusedError, loads
from voicecli.server.realtime.fields import Fields
from voicecli.server.realtime.items import new_id
from voicecli.server.realtime.response import Event
from voicecli.server.sessions import Bucket, Conversed, EndError, Session
from voicecli.server.talk import WEBRTC_HZ
from voicecli.server.work import first_end
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples

if TYPE_CHECKING:
    from voicecli.server.app import Server
    from voicecli.server.talk import NetworkTalk

logger = logging.getLogger(__name__)

router = APIRouter()

MAX_SDP_BYTES = 64 * 1024

EVENTS = "oai-events"
"""The data channel that the client opens."""

MAX_UNPLAYED_BLOCKS = 10
"""Of 20 ms, where the network takes nothing; older ones are dropped."""

MAX_GAP_S = 10.0
"""A jump of the client's clock that is longer is no loss, but a new clock."""

FAREWELL_S = 0.1
"""What is sent last is on its way by then."""

MAX_UNSENT_BYTES = 4 * 1024 * 1024
"""Of events, in the data channel."""


class ReplyTrack(MediaStreamTrack):
    """What the assistant says, block by block as the pacer gives them."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._blocks: asyncio.Queue[Samples] = asyncio.Queue()
        self._n_samples = 0

    def play(self, block: Samples) -> None:
        while self._blocks.qsize() >= MAX_UNPLAYED_BLOCKS:
            self._blocks.get_nowait()
        self._blocks.put_nowait(block)

    async def recv(self) -> av.AudioFrame:
        if self.readyState != "live":
            raise MediaStreamError
        block = await self._blocks.get()
        integers = (np.clip(block, -1, 1) * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(integers[np.newaxis], format="s16", layout="mono")
        frame.sample_rate = WEBRTC_HZ
        frame.time_base = fractions.Fraction(1, WEBRTC_HZ)
        frame.pts = self._n_samples
        self._n_samples += len(block)
        return frame


def mono(frame: av.AudioFrame) -> Samples:
    """A decoded frame, its channels mixed."""
    samples = frame.to_ndarray().astype(np.float32) / 32768
    n_channels = len(frame.layout.channels)
    return samples.reshape(-1, n_channels).mean(axis=1) if n_channels > 1 else samples[0]


class Call:
    """One call: its connection, and the conversation that it carries."""

    def __init__(
        self, server: Server, place: Session, fields: Fields, conversed: Conversed | None
    ) -> None:
        self.id = new_id("rtc")
        self.listeners: set[Callable[[Event], None]] = set()
        """Get every event beside the client (`?call_id=`)."""
        self._server = server
        self._place = place
        self._reply = ReplyTrack()
        self.talk: NetworkTalk = server.talk(
            fields, self._send, track=self._reply.play, conversed=conversed
        )
        self.talk.account.packets_lost = self._packets_lost
        self._channel: Any = None
        self._opened = asyncio.Event()
        """The client's data channel is there."""
        self._connected = asyncio.Event()
        self.ended = asyncio.Event()
        self._control = Bucket(
            2 * server.limits.control_events_per_s, server.limits.control_events_per_s
        )
        self._inputs: set[asyncio.Task[None]] = set()
        self._receiving: asyncio.Queue[str | bytes] = asyncio.Queue(1000)
        ice_servers = [RTCIceServer(**one) for one in server.options.ice_servers]
        # Without a configuration aiortc asks a public STUN server.
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=ice_servers))
        self._connection.on("track", self._take_track)
        self._connection.on("datachannel", self._take_channel)
        self._connection.on("connectionstatechange", self._follow)

    async def answer(self, offer: str) -> str:
        """The SDP that answers the client's, with all candidates; raises ApiError."""
        try:
            await self._connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            # An offer before this one may have failed, after the track was added.
            if not any(sender.track is self._reply for sender in self._connection.getSenders()):
                self._connection.addTrack(self._reply)
            await self._connection.setLocalDescription(await self._connection.createAnswer())
        except Exception as error:  # aiortc raises whatever its parser stumbles over
            raise ApiError(400, f"that offer can't be answered ({error})", "invalid_sdp") from error
        return self._connection.localDescription.sdp

    async def add_candidate(self, candidate: object) -> None:
        """One that the client found after its offer, as browsers write it; None is the last.

        Raises ApiError.
        """
        try:
            found = None
            if isinstance(candidate, Mapping) and candidate.get("candidate"):
                found = candidate_from_sdp(candidate["candidate"].removeprefix("candidate:"))
                found.sdpMid = candidate.get("sdpMid")
                found.sdpMLineIndex = candidate.get("sdpMLineIndex")
            await self._connection.addIceCandidate(found)
        except Exception as error:  # aiortc raises whatever its parser stumbles over
            raise ApiError(400, f"that candidate is none ({error})", "invalid_candidate") from error

    async def run(self) -> None:
        """Until one side hangs up."""
        try:
            async with self.talk:
                end = await first_end(self._converse(), self.ended.wait())
            self._place.ended_by(end)
            if end is not None:
                await self._tell_end(end)
        finally:
            await self.close()

    async def _tell_end(self, end: EndError) -> None:
        """A data channel is closed without a word."""
        code = "going_away" if end.code == 1001 else "session_ended"
        error = {"type": "session_error", "code": code, "message": end.reason}
        self._send({"type": "error", "error": {**error, "param": None, "event_id": None}})
        await asyncio.sleep(FAREWELL_S)

    async def close(self) -> None:
        for task in self._inputs:
            task.cancel()
        self._reply.stop()
        await self._connection.close()

    def _packets_lost(self) -> int:
        receivers = self._connection.getReceivers()
        return sum(one.n_lost for one in receivers if isinstance(one, SpeechReceiver))

    def hang_up(self) -> None:
        self.ended.set()

    async def _converse(self) -> None:
        try:
            async with asyncio.timeout(self._server.limits.connect_s):
                await self._connected.wait()
                if self._connection.sctp is not None:
                    await self._opened.wait()
        except TimeoutError:
            raise EndError(1008, "the call was not connected in time") from None
        end = await first_end(self.talk.run(self._place), self._read())
        if end is not None:
            raise end

    async def _read(self) -> None:
        while True:
            message = await self._receiving.get()
            if not self._control.take(1):
                raise EndError(1008, "more events than one can follow")
            await self.talk.session.receive(message)

    def _send(self, event: Event) -> None:
        event = {"event_id": new_id("event"), **event}
        for listener in tuple(self.listeners):
            listener(event)
        channel = self._channel
        if channel is not None and channel.readyState == "open":
            if channel.bufferedAmount > MAX_UNSENT_BYTES:
                self.hang_up()
                return
            channel.send(json.dumps(event, separators=(",", ":")))

    # ---- what aiortc tells --------------------------------------------------------------------

    def _follow(self) -> None:
        match self._connection.connectionState:
            case "connected":
                self._connected.set()
            case "failed" | "closed":
                self.ended.set()

    def _take_channel(self, channel: Any) -> None:
        if self._channel is not None and channel.label != EVENTS:
            return
        self._channel = channel
        channel.on("message", self._take_message)
        channel.on("close", self.hang_up)
        self._opened.set()

    def _take_message(self, message: str | bytes) -> None:
        with suppress(asyncio.QueueFull):
            self._receiving.put_nowait(message)

    def _take_track(self, track: MediaStreamTrack) -> None:
        if track.kind == "audio" and not self._inputs:
            self._inputs.add(asyncio.ensure_future(self._hear(track)))

    async def _hear(self, track: MediaStreamTrack) -> None:
        """What the client's microphone hears; a gap in its clock is silence."""
        expected: int | None = None
        with suppress(MediaStreamError):
            while True:
                frame: Any = await track.recv()
                samples = mono(frame)
                if expected is not None and frame.pts > expected:
                    missing_s = (frame.pts - expected) / frame.sample_rate
                    if missing_s < MAX_GAP_S:
                        self.talk.duplex.add_silence(round(missing_s * SAMPLE_RATE_HZ))
                expected = frame.pts + len(samples)
                self.talk.hear(samples, frame.sample_rate)
                self.talk.session.heard(1000 * len(samples) / frame.sample_rate)


@router.post("/v1/realtime/calls", status_code=201)
async def begin_call(request: Request) -> Response:
    server: Server = request.app.state.server
    sdp, update = await _offer_of(request)
    await server.sessions.take_over(request.query_params.get("resume", ""))
    async with AsyncExitStack() as stack:
        place = stack.enter_context(server.sessions.admitted("webrtc"))
        call = Call(server, place, *server.beginning(request, update))
        stack.push_async_callback(call.close)
        answer = await call.answer(sdp)
        server.calls[call.id] = call
        rest = stack.pop_all()

    async def run() -> None:
        async with rest:
            try:
                await call.run()
            except Exception:
                logger.exception("a call failed")
            finally:
                server.calls.pop(call.id, None)

    server.background(run())
    headers = {"Location": f"/v1/realtime/calls/{call.id}"}
    return Response(answer, 201, headers, media_type="application/sdp")


@router.post("/v1/realtime/calls/{call_id}/hangup")
async def hang_up(request: Request, call_id: str) -> Response:
    call_of(request.app.state.server, call_id).hang_up()
    return Response(status_code=200)


def call_of(server: Server, call_id: str) -> Call:
    """Raises ApiError where there is none of that name."""
    call = server.calls.get(call_id)
    if call is None:
        raise ApiError(404, "there is no such call", "call_not_found", param="call_id")
    return call


async def _offer_of(request: Request) -> tuple[str, dict[str, Any]]:
    """The SDP, and the session's fields that came with it; raises ApiError."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > 4 * MAX_SDP_BYTES:
            raise ApiError(413, "an offer is smaller than that", "request_too_large")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    sdp, session = body, b"{}"
    if kind == "multipart/form-data":
        parts = await _form(request, body)
        sdp, session = parts.get("sdp", b""), parts.get("session", b"{}")
    elif kind not in ("application/sdp", ""):
        raise ApiError(415, "send the offer as application/sdp or as a form", "invalid_media_type")
    if not sdp.strip():
        raise ApiError(400, "there is no offer in it", "missing_required_parameter", param="sdp")
    if len(sdp) > MAX_SDP_BYTES:
        raise ApiError(413, "an offer is smaller than that", "request_too_large")
    try:
        return sdp.decode(), loads(session)
    except UnicodeDecodeError:
        raise ApiError(400, "the offer is no text", "invalid_sdp") from None
    except EventRefusedError as refusal:
        raise ApiError(400, refusal.message, refusal.code, param="session") from None


async def _form(request: Request, body: bytes) -> dict[str, bytes]:
    """The parts of a form of which the whole body was read."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    parts: dict[str, bytes] = {}
    async with Request(request.scope, receive).form(max_files=2, max_fields=2) as form:
        for name, value in form.items():
            parts[name] = value.encode() if isinstance(value, str) else await value.read()
    return parts


make_fit_for_speech()
