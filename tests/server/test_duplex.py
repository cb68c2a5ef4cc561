"""A network session as a Duplex, on a clock that the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import numpy as np
import pytest

from voicecli.server.duplex import LEAD_MS, TICK_MS, NetworkDuplex, Pacer
from voicecli.sound.resampling import resample
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples
from voicecli.tts.clip import Clip

TICK_SAMPLES = SAMPLE_RATE_HZ * TICK_MS // 1000


def tone(n_samples: int, level: float = 0.5) -> Samples:
    return np.full(n_samples, level, np.float32)


class Rig:
    """A duplex, its listener, and all that it plays."""

    def __init__(self, **how: Any) -> None:
        self.played: list[Samples] = []
        how = {"played_hz": SAMPLE_RATE_HZ, **how}
        self.duplex = NetworkDuplex(on_sound=self.played.append, **how)
        self.heard: list[Samples] = []
        self._listening = asyncio.ensure_future(self._listen())

    async def _listen(self) -> None:
        async for frame in self.duplex.frames():
            assert frame.start == len(self.heard) * FRAME_SAMPLES
            self.heard.append(frame.samples)

    async def tick(self, n: int = 1) -> None:
        for _ in range(n):
            self.duplex.tick()
            await self.settle()

    async def settle(self) -> None:
        for _ in range(50):
            await asyncio.sleep(0)

    @property
    def sound(self) -> Samples:
        return np.concatenate([*self.heard, np.zeros(0, np.float32)])

    @property
    def n_played(self) -> int:
        return sum(map(len, self.played))

    async def close(self) -> None:
        await self.duplex.__aexit__(None, None, None)
        await self._listening


def run(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scenario)


def test_a_burst_is_heard_at_once() -> None:
    async def scenario() -> None:
        rig = Rig()
        rig.duplex.feed(tone(10 * SAMPLE_RATE_HZ), SAMPLE_RATE_HZ)
        await rig.settle()
        assert len(rig.sound) == 10 * SAMPLE_RATE_HZ // FRAME_SAMPLES * FRAME_SAMPLES
        await rig.close()

    run(scenario())


def test_who_sends_nothing_is_silent_after_a_moment() -> None:
    async def scenario() -> None:
        rig = Rig()
        rig.duplex.feed(tone(5 * TICK_SAMPLES), SAMPLE_RATE_HZ)
        await rig.tick(5)
        assert rig.duplex.index == 5 * TICK_SAMPLES  # 100 ms may be the network's
        await rig.tick(10)
        assert rig.duplex.index == 15 * TICK_SAMPLES
        assert not rig.sound[5 * TICK_SAMPLES :].any()
        await rig.close()

    run(scenario())


@pytest.mark.parametrize("rate_hz", [8000, 16_000, 24_000, 44_100, 48_000])
def test_the_client_s_clock_leaves_our_silence_out(rate_hz: int) -> None:
    async def scenario() -> None:
        rig = Rig()
        second = tone(rate_hz)
        for _ in range(3):
            rig.duplex.feed(second, rate_hz)
            rig.duplex.complete_frame()
            await rig.tick(30)  # 0.5 s of it is silence of ours
        assert abs(rig.duplex.client_ms(rig.duplex.index) - 3000) <= 1
        rig.duplex.feed(second, rate_hz)
        rig.duplex.complete_frame()
        assert abs(rig.duplex.client_ms(rig.duplex.index) - 4000) <= 1
        assert rig.duplex.client_ms(0) == 0
        assert rig.duplex.client_ms(SAMPLE_RATE_HZ // 2) == 500
        await rig.close()

    run(scenario())


def test_what_the_network_lost_is_silence_of_the_client_s() -> None:
    async def scenario() -> None:
        rig = Rig()
        rig.duplex.feed(tone(TICK_SAMPLES), SAMPLE_RATE_HZ)
        await rig.tick(10)  # 100 ms of patience, 100 ms of our silence
        rig.duplex.add_silence(15 * TICK_SAMPLES)
        rig.duplex.feed(tone(TICK_SAMPLES), SAMPLE_RATE_HZ)
        assert rig.duplex.index == 17 * TICK_SAMPLES  # the silence is there once
        assert rig.duplex.client_ms(rig.duplex.index) == 17 * TICK_MS
        await rig.close()

    run(scenario())


def test_hung_up_in_the_middle_of_a_word_all_of_it_is_heard() -> None:
    async def scenario() -> None:
        rig = Rig()
        word = np.random.default_rng(1).uniform(-0.5, 0.5, 24_000).astype(np.float32)
        rig.duplex.feed(word, 24_000)
        rig.duplex.hang_up()
        assert not rig.duplex.input_ended
        await rig.tick(3)
        assert rig.duplex.input_ended
        expected = resample(word, 24_000, SAMPLE_RATE_HZ)
        heard = rig.sound[: len(expected)]
        assert np.corrcoef(heard, expected)[0, 1] > 0.9
        await rig.close()

    run(scenario())


def test_sound_goes_out_in_time_and_a_little_ahead() -> None:
    async def scenario() -> None:
        rig = Rig()
        rig.duplex.speaker.queue(Clip(tone(SAMPLE_RATE_HZ), SAMPLE_RATE_HZ))
        await rig.tick()
        assert rig.n_played == (LEAD_MS + TICK_MS) * 16
        await rig.tick(20)
        assert rig.n_played == (LEAD_MS + 21 * TICK_MS) * 16
        assert rig.duplex.speaker.queued_s > 0
        await rig.tick(30)
        assert rig.n_played == SAMPLE_RATE_HZ
        await rig.close()

    run(scenario())


def test_it_is_over_when_the_client_has_heard_it() -> None:
    async def scenario() -> None:
        rig = Rig()
        await rig.tick(20)
        rig.duplex.speaker.queue(Clip(tone(5 * TICK_SAMPLES), SAMPLE_RATE_HZ))
        over = asyncio.ensure_future(rig.duplex.speaker.drain())
        n_ticks = 0
        while not over.done():
            n_ticks += 1
            await rig.tick()
        assert 5 + LEAD_MS // TICK_MS <= n_ticks + 5 <= 7 + LEAD_MS // TICK_MS
        await rig.close()

    run(scenario())


def test_interrupted_nothing_more_goes_out_but_its_fade() -> None:
    async def scenario() -> None:
        rig = Rig()
        playback = rig.duplex.speaker.queue(Clip(tone(2 * SAMPLE_RATE_HZ), SAMPLE_RATE_HZ))
        await rig.tick(10)
        heard = rig.n_played
        rig.duplex.speaker.stop()
        assert playback.heard_samples == heard
        await rig.tick(10)
        assert rig.n_played <= heard + TICK_SAMPLES
        await rig.close()

    run(scenario())


def test_a_track_is_fed_in_silence_too() -> None:
    async def scenario() -> None:
        rig = Rig(played_hz=48_000, lead_ms=0, continuous=True)
        await rig.tick(5)
        assert [len(block) for block in rig.played] == [960] * 5
        await rig.close()

    run(scenario())


class Clock:
    """Time that passes when somebody sleeps, and when the test wants."""

    def __init__(self) -> None:
        self.now_s = 0.0

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        await asyncio.sleep(0)

    async def until(self, now_s: float) -> None:
        """Let the sleepers bring it there."""
        for _ in range(100_000):
            if self.now_s >= now_s:
                return
            await asyncio.sleep(0)
        raise AssertionError("nobody sleeps")


def test_one_pacer_ticks_for_all_and_skips_ahead_when_it_is_late() -> None:
    async def scenario() -> None:
        clock = Clock()
        pacer = Pacer(lambda: clock.now_s, clock.sleep)
        rigs = [Rig(played_hz=8000, lead_ms=0, continuous=True) for _ in range(2)]
        for rig in rigs:
            pacer.add(rig.duplex)
        running = asyncio.ensure_future(pacer.run())
        await clock.until(1.0)
        assert 49 <= len(rigs[0].played) <= 51
        assert pacer.n_skips == 0
        clock.now_s += 10.0
        before = len(rigs[1].played)
        await clock.until(11.5)
        assert pacer.n_skips == 1
        assert len(rigs[1].played) - before < 30
        pacer.remove(rigs[0].duplex)
        running.cancel()
        for rig in rigs:
            await rig.close()

    run(scenario())


def test_a_session_that_breaks_does_not_silence_the_others() -> None:
    async def scenario() -> None:
        clock = Clock()
        pacer = Pacer(lambda: clock.now_s, clock.sleep)
        good, bad = (Rig(lead_ms=0, continuous=True) for _ in range(2))
        bad.duplex.tick = lambda: 1 / 0  # type: ignore[method-assign, assignment]
        pacer.add(bad.duplex)
        pacer.add(good.duplex)
        running = asyncio.ensure_future(pacer.run())
        await clock.until(0.2)
        assert len(good.played) >= 9
        running.cancel()
        for rig in (good, bad):
            await rig.close()

    run(scenario())
