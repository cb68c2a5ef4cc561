"""A server of conversations on loopback, with the small models on board, and people who use it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache

import numpy as np
import uvicorn

from voicecli.models import find_voice
from voicecli.server.app import ServeOptions, Server, running
from voicecli.server.serving import config, listen
from voicecli.server.tls import Certificate
from voicecli.settings import LlmSettings, Settings, SttSettings, TtsSettings
from voicecli.sound.resampling import resample
from voicecli.tts.piper import PiperSynthesizer

SMALL = Settings(
    stt=SttSettings(model="stt-en"),
    llm=LlmSettings(base_url="built-in"),
    tts=TtsSettings(voice="en_US-voicecli-low"),
)


@dataclass(frozen=True)
class Served:
    server: Server
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def websocket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/v1/realtime?model=voicecli"


@asynccontextmanager
async def served(
    options: ServeOptions = ServeOptions(),  # noqa: B008
    settings: Settings = SMALL,
    certificate: Certificate | None = None,
) -> AsyncIterator[Served]:
    with listen("127.0.0.1", 0) as listener:
        async with running(settings, options) as server:
            http = uvicorn.Server(config(server, certificate))
            serving = asyncio.ensure_future(http.serve([listener]))
            try:
                yield Served(server, listener.getsockname()[1])
            finally:
                http.should_exit = True
                await serving


@contextmanager
def served_on_thread(options: ServeOptions = ServeOptions()) -> Iterator[Served]:  # noqa: B008
    """For who waits for answers in no event loop: stock clients, other processes."""
    started, running = threading.Event(), list[Served]()
    loop, over = asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        async with served(options) as one:
            running.append(one)
            started.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert started.wait(60)
    try:
        yield running[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(60)
        loop.close()


@cache
def spoken_pcm(text: str, rate_hz: int = 24_000) -> bytes:
    """Said by the voice on board, as 16-bit PCM. Not from within an event loop."""
    voice = PiperSynthesizer(find_voice(SMALL.tts.voice), SMALL.tts)
    clip = asyncio.run(voice.synthesize(text))
    samples = resample(clip.samples, clip.sample_rate_hz, rate_hz)
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
