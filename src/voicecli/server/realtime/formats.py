"""Sound as clients send and want it: PCM of 16 bits, or G.711. Pure."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, Field

from voicecli.sound.samples import Samples

FULL_SCALE = 32768


class Pcm(BaseModel):
    """Signed 16 bits, little-endian, mono."""

    type: Literal["audio/pcm"] = "audio/pcm"
    rate: int = Field(24_000, ge=8000, le=48_000)


class Pcmu(BaseModel):
    """G.711 mu-law, 8 kHz."""

    type: Literal["audio/pcmu"] = "audio/pcmu"

    @property
    def rate(self) -> int:
        return 8000


class Pcma(BaseModel):
    """G.711 A-law, 8 kHz."""

    type: Literal["audio/pcma"] = "audio/pcma"

    @property
    def rate(self) -> int:
        return 8000


Format = Annotated[Pcm | Pcmu | Pcma, Field(discriminator="type")]


def _mu_law() -> np.ndarray:
    """The sample that each byte stands for (ITU-T G.711)."""
    byte = ~np.arange(256) & 0xFF
    magnitude = ((((byte & 0x0F) << 3) + 0x84) << ((byte & 0x70) >> 4)) - 0x84
    return np.where(byte & 0x80, -magnitude, magnitude)


def _a_law() -> np.ndarray:
    byte = np.arange(256) ^ 0x55
    segment = (byte & 0x70) >> 4
    magnitude = ((byte & 0x0F) << 4) + np.where(segment == 0, 0x008, 0x108)
    magnitude = magnitude << np.maximum(segment - 1, 0)
    return np.where(byte & 0x80, magnitude, -magnitude)


_TABLES = {"audio/pcmu": _mu_law(), "audio/pcma": _a_law()}


class Decoder:
    """Bytes of a stream, cut anywhere, to samples."""

    def __init__(self, format: Pcm | Pcmu | Pcma) -> None:
        self.rate_hz = format.rate
        self._table = _TABLES.get(format.type)
        self._odd = b""

    def feed(self, data: bytes) -> Samples:
        if self._table is not None:
            samples = self._table[np.frombuffer(data, np.uint8)]
        else:
            data = self._odd + data
            n_whole = len(data) // 2 * 2
            self._odd = data[n_whole:]
            samples = np.frombuffer(data[:n_whole], "<i2")
        return samples.astype(np.float32) / np.float32(FULL_SCALE)


def encode(samples: Samples, format: Pcm | Pcmu | Pcma) -> bytes:
    integers = np.clip(samples * FULL_SCALE, -FULL_SCALE, FULL_SCALE - 1).astype("<i2")
    table = _TABLES.get(format.type)
    if table is None:
        return integers.tobytes()
    order = np.argsort(table, kind="stable")
    levels = table[order]
    nearest = np.searchsorted((levels[1:] + levels[:-1]) / 2, integers)
    return order[nearest].astype(np.uint8).tobytes()
