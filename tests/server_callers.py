"""The other end of a call: what its microphone sends, and what it hears."""

from __future__ import annotations

import asyncio
import fractions
import time
from typing import Any

import av
import numpy as np
from aiortc import RTCPeerConnection
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack


class Microphone(MediaStreamTrack):
    """What the caller says, in real time."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._samples = np.zeros(0, np.int16)
        self._n_sent = 0
        self._begun_s: float | None = None

    def say(self, pcm: bytes) -> None:
        self._samples = np.concatenate([self._samples, np.frombuffer(pcm, np.int16)])

    async def recv(self) -> av.AudioFrame:
        self._begun_s = self._begun_s or time.monotonic()
        await asyncio.sleep(max(0.0, self._begun_s + self._n_sent / 48_000 - time.monotonic()))
        block = np.zeros(960, np.int16)
        block[: len(self._samples)] = self._samples[:960]
        self._samples = self._samples[960:]
        frame = av.AudioFrame.from_ndarray(block[np.newaxis], format="s16", layout="mono")
        frame.sample_rate, frame.time_base = 48_000, fractions.Fraction(1, 48_000)
        frame.pts = self._n_sent
        self._n_sent += len(block)
        return frame


def loudest_of(connection: RTCPeerConnection) -> list[int]:
    """The loudest sample of what was heard so far, its only element."""
    loudest = [0]

    async def hear(track: MediaStreamTrack) -> None:
        try:
            while True:
                frame: Any = await track.recv()
                loudest[0] = max(loudest[0], int(np.abs(frame.to_ndarray()).max()))
        except MediaStreamError:
            pass

    connection.on("track", lambda track: asyncio.ensure_future(hear(track)))
    return loudest
