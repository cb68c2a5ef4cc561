"""The callbacks: what PortAudio's memory holds goes to the inbox, and what is queued into it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import numpy as np
import pytest

from voicecli.duplex.inbox import Inbox
from voicecli.duplex.portaudio import Device
from voicecli.duplex.speaker import Speaker
from voicecli.duplex.streams import Line
from voicecli.sound.samples import SAMPLE_RATE_HZ, Frame, Samples, silence
from voicecli.tts.clip import Clip

N = 160
CARD = Device(0, "Card", "none", 2, 2, SAMPLE_RATE_HZ)
IN_TIME = SimpleNamespace(output_underflow=False)


def noise(*shape: int) -> Samples:
    return np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)


def memory(samples: Samples) -> memoryview:
    return memoryview(samples).cast("B")


class Driven:
    """One stream for both sides, driven block by block."""

    def __init__(self, *, live: bool = True) -> None:
        self.speaker = Speaker(SAMPLE_RATE_HZ)
        self.inbox = Inbox(asyncio.get_running_loop())
        self.line = Line(self.inbox, self.speaker, CARD, CARD, shared=True)
        self.line.played_hz = SAMPLE_RATE_HZ
        self.line.live = live

    def move(self, heard: Samples, n_channels: int = 2) -> Samples:
        """What the loudspeaker gets; its memory holds old sound before, as PortAudio's may."""
        out = noise(N, n_channels)
        self.line._move_both(memory(heard), memory(out), N, None, IN_TIME)  # type: ignore[arg-type]
        return out

    async def frames(self) -> list[Frame]:
        self.inbox.close()
        return [frame async for frame in self.inbox.frames()]


@pytest.mark.parametrize("n_channels", [1, 2])
def test_the_channels_of_a_microphone_are_one_and_a_loudspeaker_gets_it_in_all(n_channels: int):
    heard, clip = noise(16 * N, n_channels), noise(8 * N)

    async def scenario():
        driven = Driven()
        blocks = heard.reshape(16, N, n_channels)
        before = [driven.move(block, n_channels) for block in blocks[:4]]
        playback = driven.speaker.queue(Clip(clip, SAMPLE_RATE_HZ))
        after = [driven.move(block, n_channels) for block in blocks[4:]]
        return np.concatenate(before + after), playback, await driven.frames()

    out, playback, frames = asyncio.run(scenario())
    expected = np.concatenate([silence(4 * N), clip, silence(4 * N)])
    np.testing.assert_array_equal(out, np.repeat(expected[:, np.newaxis], n_channels, axis=1))
    assert playback.first_sample == 4 * N
    got, played = (
        np.concatenate(side) for side in zip(*((f.samples, f.played) for f in frames), strict=True)
    )
    np.testing.assert_allclose(got, heard.mean(axis=1, dtype=np.float32)[: len(got)])
    np.testing.assert_array_equal(played, expected[: len(got)])


def test_before_it_is_live_a_stream_gives_silence_and_hands_nothing_over():
    async def scenario():
        driven = Driven(live=False)
        driven.speaker.queue(Clip(noise(N), SAMPLE_RATE_HZ))
        return driven.move(noise(N)), driven.inbox.index, driven.line.moved_s()

    out, index, moved_s = asyncio.run(scenario())
    assert not out.any()
    assert (index, moved_s) == (0, 0.01)
