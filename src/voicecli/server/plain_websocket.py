"""`/ws`: sound in, and a handful of messages and each reply's sound out (docs/asyncapi.yaml)."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from fastapi import APIRouter, WebSocket

from voicecli.server.audio.encoding import encoding_for
from voicecli.server.errors import ApiError
from voicecli.server.plain import PlainMessages
from voicecli.server.realtime.client_events import EventRefusedError, loads
from voicecli.server.sessions import Bucket, EndError
from voicecli.server.websocket import Outbox, close
from voicecli.server.whole_replies import WholeReplies
from voicecli.server.work import first_end
from voicecli.sound.samples import Samples
from voicecli.sound.wav import Pcm16

if TYPE_CHECKING:
    from voicecli.server.app import Server
    from voicecli.server.talk import NetworkTalk

router = APIRouter()

RATES_HZ = range(8000, 48_001)
WIDTHS = {"s16": 2, "f32": 4}
"""Bytes of a sample, by its format."""

MAX_TEXT_CHARS = 4096

STOP_S = 5.0
"""A reply that was told to stop is over long before."""

PCM_HZ = 24_000


@dataclass(frozen=True)
class PlainWish:
    """What the address asks for."""

    format: str = "s16"
    rate_hz: int = 16_000
    audio: str = "wav"
    stream: bool = False
    language: str | None = None

    @classmethod
    def of(cls, websocket: WebSocket) -> PlainWish:
        """Raises ApiError."""
        query = websocket.query_params
        rate = query.get("rate", "16000")
        wish = cls(
            query.get("format", "s16"),
            int(rate) if rate.isdecimal() and len(rate) < 6 else 0,
            query.get("audio", "wav"),
            query.get("stream", "0") in ("1", "true"),
            query.get("language"),
        )
        for is_so, param, known in (
            (wish.format in WIDTHS, "format", "s16 or f32"),
            (wish.rate_hz in RATES_HZ, "rate", "from 8000 to 48000"),
            (wish.audio in ("wav", "mp3"), "audio", "wav or mp3"),
        ):
            if not is_so:
                raise ApiError(400, f"{param} is {known}", "invalid_value", param=param)
        return wish

    def fields(self) -> dict[str, Any]:
        """Of the session; pauses end a turn as they do in `voicecli talk`."""
        sound: dict[str, Any] = {"turn_detection": {"type": "semantic_vad"}}
        if self.language:
            sound["transcription"] = {"language": self.language}
        return {"audio": {"input": sound}}


class SoundIn:
    """Bytes, in pieces of any length, to samples."""

    def __init__(self, format: str) -> None:
        self._format = format
        self._pcm = Pcm16()
        self._rest = b""

    def feed(self, data: bytes) -> Samples:
        if self._format == "s16":
            return self._pcm.feed(data)
        data = self._rest + data
        n_whole = len(data) // WIDTHS[self._format] * WIDTHS[self._format]
        self._rest = data[n_whole:]
        samples = np.frombuffer(data[:n_whole], "<f4").astype(np.float32)
        return np.clip(np.nan_to_num(samples), -1, 1)


@router.websocket("/ws")
async def plain(websocket: WebSocket) -> None:
    server: Server = websocket.app.state.server
    try:
        wish = PlainWish.of(websocket)
        with server.sessions.admitted("websocket") as place:
            fields, _ = server.beginning(websocket, wish.fields())
            await websocket.accept()
            outbox = Outbox(websocket.send)
            client = Client(server, fields, wish, outbox)
            async with client.talk:
                end = await first_end(
                    outbox.run(), client.talk.run(place), client.read(websocket, server)
                )
            place.ended_by(end)
            await close(websocket, end)
    except ApiError as error:
        await websocket.send_denial_response(error.response())


class Client:
    """One client of `/ws`."""

    def __init__(self, server: Server, fields: Any, wish: PlainWish, outbox: Outbox) -> None:
        self.talk: NetworkTalk = server.talk(fields, self._take)
        self._outbox = outbox
        self._wish = wish
        self._messages = PlainMessages(self._tell)
        self._sound_in = SoundIn(wish.format)
        self._streams = False
        """Between audio_start and audio_end."""
        self._over = asyncio.Event()
        """A response was."""
        duplex = self.talk.duplex
        speaker = WholeReplies(
            *(duplex.speaker.sample_rate_hz, self._reply_made),
            at_once=not wish.stream,
            most_s=server.limits.reply_s,
        )
        speaker.latency_s = duplex.speaker.latency_s
        duplex.speaker = speaker
        self.talk.observers.append(self._messages.take)

    async def read(self, websocket: WebSocket, server: Server) -> None:
        """Take what the client sends, until it hangs up."""
        per_s = server.limits.control_events_per_s
        control = Bucket(2 * per_s, per_s)
        while (message := await websocket.receive())["type"] != "websocket.disconnect":
            if data := message.get("bytes"):
                self.talk.hear(self._sound_in.feed(data), self._wish.rate_hz)
                await self.talk.room()
            elif (text := message.get("text")) is not None:
                if not control.take(1):
                    raise EndError(1008, f"more than {per_s:g} messages a second")
                try:
                    await self._carry_out(loads(text))
                except EventRefusedError as refusal:
                    self._tell({"type": "error", "message": refusal.message})

    async def _carry_out(self, message: dict[str, Any]) -> None:
        match message.get("type"):
            case "ping":
                self._tell({"type": "pong"})
            case "clear":
                await self._clear()
                self._tell({"type": "cleared"})
            case "text":
                text = message.get("text")
                if not (isinstance(text, str) and 0 < len(text.strip()) <= MAX_TEXT_CHARS):
                    raise EventRefusedError(f"text has 1 to {MAX_TEXT_CHARS} characters")
                await self._stop_reply()
                content = [{"type": "input_text", "text": text}]
                item = {"type": "message", "role": "user", "content": content}
                await self._ask("conversation.item.create", item=item)
                await self._ask("response.create")
            case other:
                raise EventRefusedError(f"no message {str(other)[:40]!r}: text, clear, ping, sound")

    async def _clear(self) -> None:
        """Nothing of what was said so far is remembered."""
        await self._stop_reply()
        self.talk.clear()
        items = self.talk.session.items
        while len(items):
            await self._ask("conversation.item.delete", item_id=items.oldest.id)

    async def _stop_reply(self) -> None:
        if self.talk.session.response is None:
            return
        self._over.clear()
        await self._ask("response.cancel")
        async with asyncio.timeout(STOP_S):
            await self._over.wait()

    async def _ask(self, kind: str, **fields: Any) -> None:
        await self.talk.session.receive(json.dumps({"type": kind, **fields}))

    # ---- what goes out ------------------------------------------------------------------------

    async def _reply_made(self, samples: Samples, rate_hz: int) -> None:
        self._messages.tell_reply()
        if not self._wish.stream:
            self._outbox.put_message(
                await asyncio.to_thread(_encoded, samples, rate_hz, self._wish.audio)
            )

    def _tell(self, message: dict[str, Any]) -> None:
        self._outbox.put_message(json.dumps(message, ensure_ascii=False))

    def _take(self, event: dict[str, Any]) -> None:
        """An event of the Realtime API, of which few are told."""
        match event["type"]:
            case "error":
                self._tell({"type": "error", "message": event["error"]["message"]})
            case "response.output_audio.delta" if self._wish.stream:
                if not self._streams:
                    self._streams = True
                    self._tell({"type": "audio_start", "rate": PCM_HZ})
                self._outbox.put_message(base64.b64decode(event["delta"]))
            case "response.done":
                self._over.set()
                if self._streams:
                    self._streams = False
                    self._tell({"type": "audio_end"})


def _encoded(samples: Samples, rate_hz: int, kind: str) -> bytes:
    encoding = encoding_for(kind, rate_hz)
    return encoding.feed(samples) + encoding.finish()
