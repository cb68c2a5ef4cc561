"""python livekit_client.py BASE_URL PCM...: each recording is a turn for livekit's realtime client.

Runs where livekit-agents is installed, which voicecli is not. Prints what the client made of it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import aiohttp
from livekit import rtc
from livekit.plugins import openai

RATE_HZ = 24_000
PIECE_BYTES = 2 * RATE_HZ // 25
SILENCE_S = 1.5


async def say(session: Any, pcm: bytes) -> None:
    """In real time, with a silence behind it."""
    pcm += bytes(int(2 * RATE_HZ * SILENCE_S))
    for i in range(0, len(pcm) - PIECE_BYTES + 1, PIECE_BYTES):
        piece = pcm[i : i + PIECE_BYTES]
        session.push_audio(rtc.AudioFrame(piece, RATE_HZ, 1, len(piece) // 2))
        await asyncio.sleep(0.04)


async def main(base_url: str, recordings: list[Path]) -> None:
    said: list[str] = []
    errors: list[str] = []
    replies: asyncio.Queue[tuple[str, float]] = asyncio.Queue()
    over: asyncio.Queue[Any] = asyncio.Queue()
    reading: set[asyncio.Task[None]] = set()

    async def read(generation: Any) -> None:
        async for message in generation.message_stream:
            text = "".join([str(piece) async for piece in message.text_stream])
            sound_s = sum([frame.duration async for frame in message.audio_stream])
            replies.put_nowait((text, sound_s))

    def heard(event: Any) -> None:
        if event.is_final:
            said.append(event.transcript)

    async with aiohttp.ClientSession() as http:
        model = openai.realtime.RealtimeModel(base_url=base_url, api_key="none", http_session=http)
        session = model.session()
        session.on("input_audio_transcription_completed", heard)
        # With response.done a reply's text gets into chat_ctx; its streams end before.
        session.on(
            "openai_server_event_received",
            lambda event: event["type"] == "response.done" and over.put_nowait(event),
        )
        session.on("error", lambda event: errors.append(str(event.error)))
        session.on(
            "generation_created",
            lambda event: reading.add(asyncio.ensure_future(read(event))),
        )
        answered = []
        for recording in recordings:
            saying = asyncio.ensure_future(say(session, recording.read_bytes()))
            answered.append(await replies.get())
            await over.get()
            await saying
        items = [
            {"role": item.role, "text": item.text_content}
            for item in session.chat_ctx.items
            if item.type == "message"
        ]
        await session.aclose()
        await model.aclose()
    told = {"said": said, "answered": answered, "errors": errors, "items": items}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], [Path(name) for name in sys.argv[2:]]))
