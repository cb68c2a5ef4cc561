"""PCM and G.711, there and back."""

from __future__ import annotations

import av
import numpy as np
import pytest

from voicecli.server.realtime.formats import Decoder, Pcm, Pcma, Pcmu, encode

WAVE = np.sin(np.arange(8000) / 7).astype(np.float32) * np.linspace(0, 1, 8000, dtype=np.float32)


@pytest.mark.parametrize("format", [Pcmu(), Pcma()])
def test_g711_is_what_others_make_of_it(format: Pcmu | Pcma) -> None:
    name = {"audio/pcmu": "pcm_mulaw", "audio/pcma": "pcm_alaw"}[format.type]
    every_byte = bytes(range(256))
    decoder = av.CodecContext.create(name, "r")
    decoder.sample_rate, decoder.layout = 8000, "mono"
    (frame,) = decoder.decode(av.Packet(every_byte))
    theirs = frame.to_ndarray().reshape(-1)
    np.testing.assert_array_equal(Decoder(format).feed(every_byte) * 32768, theirs)


@pytest.mark.parametrize(("format", "most"), [(Pcm(), 1 / 32768), (Pcmu(), 0.032), (Pcma(), 0.032)])
def test_there_and_back(format: Pcm | Pcmu | Pcma, most: float) -> None:
    back = Decoder(format).feed(encode(WAVE, format))
    assert len(back) == len(WAVE)
    assert np.abs(back - WAVE).max() <= most
    quiet = np.abs(WAVE) < 0.01
    assert np.abs(back - WAVE)[quiet].max() < 0.001  # finer where it is softer


@pytest.mark.parametrize("level", [-9.0, -1.0, 1.0, 9.0])
def test_too_loud_is_clipped(level: float) -> None:
    samples = np.full(4, level, np.float32)
    assert abs(Decoder(Pcm()).feed(encode(samples, Pcm()))[0]) >= 0.999
