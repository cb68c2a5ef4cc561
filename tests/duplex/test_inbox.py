"""The microphone: no sample lost, none doubled, and every index right."""

from __future__ import annotations

import asyncio
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicecli.duplex.inbox import Inbox
from voicecli.duplex.lockstep import Lockstep
from voicecli.sound.resampling import Resampler
from voicecli.sound.samples import FRAME_SAMPLES, Frame, Samples


def noise(n_samples: int, seed: int = 0) -> Samples:
    return np.random.default_rng(seed).uniform(-1, 1, n_samples).astype(np.float32)


def run(coroutine):
    async def limited():
        async with asyncio.timeout(20):
            return await coroutine

    return asyncio.run(limited())


def chop(samples: Samples, sizes: list[int]) -> list[Samples]:
    """Cut into blocks of these sizes, again and again."""
    blocks, start, i = [], 0, 0
    while start < len(samples):
        blocks.append(samples[start : start + sizes[i % len(sizes)]])
        start += sizes[i % len(sizes)]
        i += 1
    return blocks


async def collect(microphone: Inbox) -> list[Frame]:
    microphone.close()
    return [frame async for frame in microphone.frames()]


def listen(microphone: Inbox) -> tuple[list[Frame], asyncio.Task[None]]:
    """The frames as they come, and who takes them until the microphone is closed."""
    frames: list[Frame] = []

    async def consume() -> None:
        async for frame in microphone.frames():
            frames.append(frame)

    return frames, asyncio.create_task(consume())


def heard(frames: list[Frame]) -> Samples:
    return np.concatenate([frame.samples for frame in frames])


def played(frames: list[Frame]) -> Samples:
    return np.concatenate([frame.played for frame in frames])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(50, 2000), min_size=1, max_size=5))
def test_at_16_khz_frames_are_the_blocks_bit_for_bit(sizes: list[int]):
    left, right = noise(10_000, 1), noise(10_000, 2)

    async def scenario():
        microphone = Inbox(asyncio.get_running_loop())
        for a, b in zip(chop(left, sizes), chop(right, sizes), strict=True):
            microphone.push(a, b)
        return await collect(microphone)

    frames = run(scenario())
    assert [frame.start for frame in frames] == list(range(0, 10_000 - 511, FRAME_SAMPLES))
    assert all(frame.samples.shape == frame.played.shape == (512,) for frame in frames)
    np.testing.assert_array_equal(heard(frames), left[: len(frames) * 512])
    np.testing.assert_array_equal(played(frames), right[: len(frames) * 512])


@pytest.mark.parametrize("rate_hz", [8000, 11025, 22050, 32000, 44100, 48000, 96000, 192_000])
def test_at_other_rates_frames_equal_the_whole_resampled_at_once(rate_hz: int):
    left, right = noise(2 * rate_hz, 1), noise(2 * rate_hz, 2)

    async def scenario():
        microphone = Inbox(asyncio.get_running_loop())
        microphone.retune(rate_hz, rate_hz)
        sizes = [rate_hz // 100, 1, rate_hz // 70]
        for a, b in zip(chop(left, sizes), chop(right, sizes), strict=True):
            microphone.push(a, b)
        assert microphone.index == 32_000
        return await collect(microphone)

    frames = run(scenario())
    n_samples = len(frames) * 512
    assert n_samples > 32_000 - 0.12 * 16_000 - 512  # the resampler holds the last moment back
    for channel, whole in ((heard(frames), left), (played(frames), right)):
        at_once = Resampler(rate_hz, 16_000, early=True).feed(whole, last=True)
        np.testing.assert_allclose(channel, at_once[:n_samples])


def test_blocks_are_copied_because_portaudio_uses_its_buffers_again():
    buffer, silent = np.ones(512, np.float32), np.zeros(512, np.float32)

    async def scenario():
        microphone = Inbox(asyncio.get_running_loop())
        microphone.push(buffer, silent)
        buffer[:] = 7
        silent[:] = 7
        return await collect(microphone)

    (frame,) = run(scenario())
    assert (frame.samples == 1).all()
    assert (frame.played == 0).all()


def test_blocks_from_another_thread_arrive_in_order_and_whole():
    signal = noise(64_000)

    async def scenario():
        n_wakes = 0

        def on_block():
            nonlocal n_wakes
            n_wakes += 1

        microphone = Inbox(asyncio.get_running_loop(), on_block=on_block)

        def audio_thread():
            for block in chop(signal, [160]):
                microphone.push(block, block)

        thread = threading.Thread(target=audio_thread)
        thread.start()
        frames = []
        async for frame in microphone.frames():
            frames.append(frame)
            if len(frames) == 125:
                break
        thread.join()
        assert n_wakes >= 1
        return frames

    np.testing.assert_array_equal(heard(run(scenario())), signal)


def test_a_full_inbox_drops_the_oldest_and_the_indices_stay_right():
    signal = np.arange(48_000, dtype=np.float32)  # each sample says its own index

    async def scenario():
        microphone = Inbox(asyncio.get_running_loop(), inbox_s=1.0)
        frames = []
        stream = microphone.frames()
        for block in chop(signal[:1600], [160]):
            microphone.push(block, block)
        for _ in range(3):
            frames.append(await anext(stream))
        for block in chop(signal[1600:], [160]):
            microphone.push(block, block)
        microphone.close()
        frames += [frame async for frame in stream]
        assert microphone.dropped_samples == 48_000 - 16_000 - 1600
        return frames

    frames = run(scenario())
    for frame in frames:
        np.testing.assert_array_equal(frame.samples, np.arange(frame.start, frame.end))
        np.testing.assert_array_equal(frame.played, frame.samples)
    starts = [frame.start for frame in frames]
    assert starts[:3] == [0, 512, 1024]
    assert starts[3:] == list(range(32_000, 48_000 - 511, 512))


def test_indices_stay_right_after_a_drop_at_another_rate():
    """A click a second, and a consumer that sleeps through the first three."""
    signal = np.zeros(5 * 48_000, np.float32)
    signal[24_000::48_000] = 1

    async def scenario():
        microphone = Inbox(asyncio.get_running_loop(), inbox_s=2.0)
        microphone.retune(48_000, 48_000)
        for block in chop(signal, [480]):
            microphone.push(block, block)
        return await collect(microphone)

    frames = run(scenario())
    clicks = frames[0].start + np.flatnonzero(heard(frames) > 0.2)
    assert list(clicks) == [3 * 16_000 + 8000, 4 * 16_000 + 8000]


@pytest.mark.parametrize("rates", [(16_000, 48_000), (48_000, 16_000), (44_100, 48_000)])
def test_a_device_reopened_at_another_rate_continues_the_index(rates: tuple[int, int]):
    async def scenario():
        microphone = Inbox(asyncio.get_running_loop())
        for rate_hz in rates:
            microphone.retune(rate_hz, rate_hz)
            tone = np.sin(np.arange(rate_hz + 7) * 2 * np.pi * 200 / rate_hz).astype(np.float32)
            for block in chop(tone, [rate_hz // 100]):
                microphone.push(block, block)
        return await collect(microphone)

    frames = run(scenario())
    assert [frame.start for frame in frames] == list(range(0, 512 * len(frames), 512))
    assert len(frames) >= (2 * 16_000 - 0.04 * 16_000) // 512
    middle = heard(frames)[2000:14_000]
    np.testing.assert_allclose(middle, np.sin(np.arange(2000, 14_000) * np.pi / 40), atol=1e-3)


def test_a_source_stands_in_for_the_microphone_at_the_pace_of_the_loudspeaker():
    signal = noise(16_000)
    position = 0

    def read(n_samples: int) -> Samples:
        nonlocal position
        position += n_samples
        return signal[position - n_samples : position]

    async def scenario():
        microphone = Inbox(asyncio.get_running_loop(), source=read)
        microphone.retune(48_000, 44_100)
        for block in chop(noise(44_100), [441, 442]):
            microphone.push(None, block)
        return await collect(microphone)

    frames = run(scenario())
    assert position == 16_000
    np.testing.assert_array_equal(heard(frames), signal[: 31 * 512])


@pytest.mark.parametrize("speed", [0.99, 1.0, 1.01])
def test_two_devices_with_two_clocks_stay_together(speed: float):
    """A loudspeaker whose clock is wrong by 1 %, and whose blocks come in pairs."""
    lockstep = Lockstep(16_000, 16_000, 16_000)
    n_in = n_out = 0
    for i in range(6000):
        n_in += 160
        pushed = [round(160 * speed * n) for n in (i // 2 * 2, (i // 2 + 1) * 2)]
        played = np.arange(*pushed, dtype=np.float32) if i % 2 else np.zeros(0, np.float32)
        heard, played = lockstep.feed(np.ones(160, np.float32), played)
        assert len(heard) == len(played)
        n_out += len(heard)
        assert n_in - n_out <= 16_000 * 0.05 + 160  # nothing heard waits longer than that
        if played.any():
            played_ago = i * 160 * speed - played.max()
            assert played_ago < 16_000 * 0.27
    assert n_in - n_out <= 16_000 * 0.05 + 160


@pytest.mark.parametrize("rates", [(16_000, 48_000), (48_000, 16_000), (44_100, 48_000)])
def test_two_channels_of_different_rates_stay_aligned_to_the_sample(rates: tuple[int, int]):
    lockstep = Lockstep(*rates, 16_000)
    tones = [np.sin(np.arange(2 * r) * 2 * np.pi * 300 / r).astype(np.float32) for r in rates]
    pairs = []
    for i in range(200):
        cut = [tone[i * len(tone) // 200 : (i + 1) * len(tone) // 200] for tone in tones]
        pairs.append(lockstep.feed(cut[0], cut[1], last=i == 199))
    heard, played = (np.concatenate(channel) for channel in zip(*pairs, strict=True))
    assert len(heard) == 32_000
    np.testing.assert_allclose(heard[1000:-1000], played[1000:-1000], atol=2e-3)


def test_the_tap_gets_everything_once_and_silence_for_what_was_lost():
    signal = noise(48_000)
    pieces: list[Samples] = []

    async def scenario():
        microphone = Inbox(
            asyncio.get_running_loop(),
            inbox_s=1.0,
            tap=lambda heard, heard_hz, played, played_hz: pieces.append(heard),
        )
        blocks = chop(signal, [160])
        for block in blocks[:50]:
            microphone.push(block, block)
        await anext(microphone.frames())
        for block in blocks[50:]:
            microphone.push(block, block)
        microphone.empty()

    run(scenario())
    tapped = np.concatenate(pieces)
    assert len(tapped) == 48_000
    np.testing.assert_array_equal(tapped[-16_000:], signal[-16_000:])
    lost = tapped == 0
    assert lost.sum() == 48_000 - 16_000 - np.flatnonzero(lost)[0]
    np.testing.assert_array_equal(tapped[~lost], signal[~lost])


def test_nobody_listening_costs_no_memory_and_a_closed_loop_no_error():
    loop = asyncio.new_event_loop()
    microphone = Inbox(loop, inbox_s=0)
    block = np.zeros(160, np.float32)
    for _ in range(1000):
        microphone.push(block, block)
    assert microphone.dropped_samples == 160_000
    assert microphone.index == 160_000
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    microphone.push(block, block)


def test_where_nobody_hurries_several_frames_are_waited_for():
    async def scenario():
        microphone = Inbox(asyncio.get_running_loop(), on_block=lambda: woken.append(None))
        microphone.frames_at_once = 4
        woken: list[None] = []
        frames, consumer = listen(microphone)
        counts = []
        for _ in range(14):
            await asyncio.sleep(0)
            microphone.push(np.zeros(160, np.float32), np.zeros(160, np.float32))
            for _ in range(20):
                await asyncio.sleep(0)
            counts.append(len(frames))
        microphone.close()
        await consumer
        return counts, len(woken)

    counts, n_woken = run(scenario())
    assert counts == [0] * 12 + [4] * 2  # 13 blocks are four frames and a little
    assert n_woken == 1


@pytest.mark.parametrize("rate_hz", [16_000, 44_100, 48_000])
def test_silence_is_not_handed_over_and_is_played_all_the_same(rate_hz: int):
    signal = noise(rate_hz)

    async def scenario():
        microphone = Inbox(asyncio.get_running_loop())
        microphone.retune(rate_hz, rate_hz)
        for number, block in enumerate(chop(signal, [rate_hz // 100])):
            microphone.push(block, block if 30 <= number < 60 else None)
        return await collect(microphone)

    frames = run(scenario())
    silent_between = signal.copy()
    silent_between[: 30 * (rate_hz // 100)] = silent_between[60 * (rate_hz // 100) :] = 0
    for channel, whole in ((heard(frames), signal), (played(frames), silent_between)):
        at_once = Resampler(rate_hz, 16_000, early=True).feed(whole, last=True)
        np.testing.assert_allclose(channel, at_once[: len(channel)], atol=1e-6)


def test_what_waits_while_it_is_muted_is_silence_in_the_tap_to_the_sample():
    signal = noise(4800)
    pieces: list[Samples] = []

    async def scenario():
        microphone = Inbox(
            asyncio.get_running_loop(),
            tap=lambda heard, heard_hz, played, played_hz: pieces.append(heard),
        )
        blocks = chop(signal, [160])
        for number, block in enumerate(blocks):
            if number in (10, 17):
                assert microphone.mute(number == 10) == 160 * number
            microphone.push(block, None)
        return await collect(microphone)

    frames = run(scenario())
    tapped = np.concatenate(pieces)
    assert not tapped[: 17 * 160].any()
    np.testing.assert_array_equal(tapped[17 * 160 :], signal[17 * 160 :])
    np.testing.assert_array_equal(heard(frames), signal[: 9 * FRAME_SAMPLES])


def test_a_device_reopened_at_another_rate_wakes_its_listener_after_as_much_sound():
    async def scenario():
        microphone = Inbox(asyncio.get_running_loop())
        frames, consumer = listen(microphone)
        counts = []
        for rate_hz in (48_000, 16_000, 48_000):
            microphone.retune(rate_hz, rate_hz)
            for _ in range(32):
                microphone.push(np.zeros(rate_hz // 100, np.float32), None)
                for _ in range(10):
                    await asyncio.sleep(0)
            counts.append(len(frames))
        microphone.close()
        await consumer
        return counts

    for number, count in enumerate(run(scenario()), 1):
        assert 10 * number - 1 <= count <= 10 * number
