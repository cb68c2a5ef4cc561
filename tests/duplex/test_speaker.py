"""The speaker: what is pulled is what was queued, to the sample, and waits end when they should."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicecli.duplex.speaker import Speaker
from voicecli.sound.resampling import resample
from voicecli.sound.samples import Samples
from voicecli.tts.clip import Clip

RATE_HZ = 16_000
BLOCK = 160
"""10 ms."""


def noise(n_samples: int, seed: int = 0) -> Samples:
    return np.random.default_rng(seed).uniform(-1, 1, n_samples).astype(np.float32)


def clip(n_samples: int, seed: int = 0, rate_hz: int = RATE_HZ) -> Clip:
    return Clip(noise(n_samples, seed), rate_hz)


def pull(speaker: Speaker, n_samples: int, block: int = BLOCK) -> Samples:
    """What the device gets in the next n samples; the buffers are dirty before."""
    blocks = []
    for start in range(0, n_samples, block):
        out = np.full(min(block, n_samples - start), 9, np.float32)
        speaker.fill(out)
        blocks.append(out)
    return np.concatenate(blocks)


def run(coroutine):
    async def limited():
        async with asyncio.timeout(10):
            return await coroutine

    return asyncio.run(limited())


async def step() -> None:
    """Let every task that can go on do so."""
    for _ in range(5):
        await asyncio.sleep(0)


@settings(deadline=None)
@given(st.lists(st.integers(0, 700), max_size=6), st.integers(1, 500))
def test_what_is_pulled_is_what_was_queued(lengths: list[int], block: int):
    speaker = Speaker(RATE_HZ)
    playbacks = [speaker.queue(clip(n, seed)) for seed, n in enumerate(lengths)]
    heard = pull(speaker, sum(lengths) + 1000, block)

    expected = [playback.clip.samples for playback in playbacks]
    np.testing.assert_array_equal(heard, np.concatenate([*expected, np.zeros(1000, np.float32)]))
    starts = np.cumsum([0, *lengths])[:-1]
    assert [playback.first_sample for playback in playbacks] == list(starts)
    assert [playback.heard_samples for playback in playbacks] == lengths
    assert not speaker.speaking


def test_heard_samples_grow_while_a_clip_plays():
    speaker = Speaker(RATE_HZ)
    playback = speaker.queue(clip(400))
    assert (playback.heard_samples, playback.first_sample, speaker.speaking) == (0, None, True)
    pull(speaker, BLOCK)
    assert (playback.heard_samples, playback.first_sample, speaker.speaking) == (160, 0, True)
    pull(speaker, 2 * BLOCK)
    assert (playback.heard_samples, speaker.speaking) == (400, False)


@pytest.mark.parametrize("clip_rate_hz", [8000, 16000, 22050, 24000, 44100])
@pytest.mark.parametrize("device_rate_hz", [16000, 44100, 48000])
def test_clips_are_resampled_to_the_device(clip_rate_hz: int, device_rate_hz: int):
    speaker = Speaker(device_rate_hz)
    pull(speaker, device_rate_hz)
    playback = speaker.queue(clip(clip_rate_hz // 2, rate_hz=clip_rate_hz))
    heard = pull(speaker, device_rate_hz // 4)
    assert playback.first_sample == 16000
    assert abs(playback.heard_samples - clip_rate_hz // 4) <= 3
    heard = np.concatenate([heard, pull(speaker, device_rate_hz // 2)])
    expected = resample(playback.clip.samples, clip_rate_hz, device_rate_hz)
    np.testing.assert_array_equal(heard[: len(expected)], expected)
    assert not heard[len(expected) :].any()
    assert playback.heard_samples == clip_rate_hz // 2


def test_a_clip_shorter_than_one_sample_of_the_device_is_heard_at_once():
    speaker = Speaker(8000)
    playback = speaker.queue(clip(1, rate_hz=48000))
    pull(speaker, 8)
    assert playback.heard_samples == 1


def test_the_first_sample_follows_the_index_of_the_microphone():
    speaker = Speaker(48_000)
    speaker.fill(np.empty(480, np.float32), index=7000)
    playback = speaker.queue(clip(1000))
    speaker.fill(np.empty(480, np.float32))
    assert playback.first_sample == 7160


def test_play_waits_while_more_than_two_seconds_are_queued():
    async def scenario():
        speaker = Speaker(RATE_HZ)
        await speaker.play(clip(2 * RATE_HZ))
        assert not speaker.n_waiting
        waiting = asyncio.create_task(speaker.play(clip(RATE_HZ)))
        await speaker.wait_for_waiters(1)
        assert speaker.n_waiting
        pull(speaker, RATE_HZ - 1)
        speaker.tick()
        assert speaker.n_waiting
        pull(speaker, 1)
        speaker.tick()
        assert not speaker.n_waiting  # at once, before the waiting task has run
        assert (await waiting).heard_samples == 0

    run(scenario())


def test_drain_waits_until_everything_was_heard_and_has_left_the_device():
    async def scenario():
        speaker = Speaker(RATE_HZ)
        speaker.latency_s = 0.05
        speaker.queue(clip(RATE_HZ))
        draining = asyncio.create_task(speaker.drain())
        await speaker.wait_for_waiters(1)
        pull(speaker, RATE_HZ + 799)
        speaker.tick()
        await step()
        assert not draining.done()
        pull(speaker, 1)
        speaker.tick()
        await draining
        await speaker.drain()  # nothing is queued: no wait

    run(scenario())


def test_nothing_is_played_while_held():
    async def scenario():
        speaker = Speaker(RATE_HZ)
        speaker.hold()
        playback = speaker.queue(clip(BLOCK))
        released = asyncio.create_task(speaker.until(lambda: speaker.speaking))
        await speaker.wait_for_waiters(1)
        assert not pull(speaker, 1000).any()
        assert (playback.first_sample, playback.heard_samples, speaker.speaking) == (None, 0, False)
        speaker.release()
        await released
        assert speaker.speaking
        np.testing.assert_array_equal(pull(speaker, BLOCK), playback.clip.samples)
        assert playback.first_sample == 1000

    run(scenario())


def test_hold_in_the_middle_of_a_clip_fades_and_goes_on_where_it_was():
    speaker = Speaker(RATE_HZ)
    playback = speaker.queue(Clip(np.ones(4 * BLOCK, np.float32), RATE_HZ))
    pull(speaker, BLOCK)
    speaker.hold()
    faded = pull(speaker, 3 * BLOCK)
    np.testing.assert_allclose(faded[:BLOCK], np.linspace(1, 0, BLOCK), atol=1e-6)
    assert not faded[BLOCK:].any()
    assert playback.heard_samples == BLOCK
    speaker.release()
    rest = pull(speaker, 4 * BLOCK)
    np.testing.assert_allclose(rest[:BLOCK], np.linspace(0, 1, BLOCK), atol=1e-6)
    assert (rest[BLOCK : 3 * BLOCK] == 1).all()
    assert not rest[3 * BLOCK :].any()
    assert playback.heard_samples == 4 * BLOCK


def test_stop_fades_within_10_ms_and_drops_the_rest():
    async def scenario():
        speaker = Speaker(RATE_HZ)
        first = speaker.queue(Clip(np.ones(RATE_HZ, np.float32), RATE_HZ))
        second = speaker.queue(clip(3 * RATE_HZ))
        waiting = [
            asyncio.create_task(speaker.room()),
            asyncio.create_task(speaker.drain()),
        ]
        await step()
        assert not any(task.done() for task in waiting)
        pull(speaker, 2 * BLOCK)
        speaker.stop()
        assert not speaker.speaking
        assert not speaker.n_waiting
        await asyncio.gather(*waiting)
        heard = pull(speaker, RATE_HZ)
        np.testing.assert_allclose(heard[:BLOCK], np.linspace(1, 0, BLOCK), atol=1e-6)
        assert not heard[BLOCK:].any()
        assert (first.heard_samples, second.heard_samples) == (2 * BLOCK, 0)

    run(scenario())


def test_stop_before_the_first_sample_is_silent():
    speaker = Speaker(RATE_HZ)
    playback = speaker.queue(clip(RATE_HZ))
    speaker.stop()
    assert not pull(speaker, RATE_HZ).any()
    assert (playback.heard_samples, playback.first_sample) == (0, None)


def test_two_stops_in_a_row_do_not_cut_the_fade():
    speaker = Speaker(RATE_HZ)
    speaker.queue(Clip(np.ones(RATE_HZ, np.float32), RATE_HZ))
    pull(speaker, BLOCK)
    speaker.stop()
    speaker.stop()
    np.testing.assert_allclose(pull(speaker, BLOCK), np.linspace(1, 0, BLOCK), atol=1e-6)


def test_stop_keeps_the_hold():
    speaker = Speaker(RATE_HZ)
    speaker.hold()
    speaker.stop()
    speaker.queue(clip(BLOCK))
    assert not pull(speaker, BLOCK).any()


def test_duck_ramps_within_10_ms_and_stop_undoes_it():
    speaker = Speaker(RATE_HZ)
    speaker.queue(Clip(np.ones(RATE_HZ, np.float32), RATE_HZ))
    assert (pull(speaker, BLOCK) == 1).all()
    speaker.duck(-20)
    np.testing.assert_allclose(pull(speaker, BLOCK), np.linspace(1, 0.1, BLOCK), atol=1e-6)
    np.testing.assert_allclose(pull(speaker, BLOCK), 0.1, atol=1e-6)
    speaker.duck()
    np.testing.assert_allclose(pull(speaker, BLOCK), np.linspace(0.1, 1, BLOCK), atol=1e-6)
    assert (pull(speaker, BLOCK) == 1).all()

    speaker.duck(-20)
    pull(speaker, BLOCK)
    speaker.stop()
    np.testing.assert_allclose(pull(speaker, BLOCK), np.linspace(0.1, 0, BLOCK), atol=1e-6)
    speaker.queue(Clip(np.ones(BLOCK, np.float32), RATE_HZ))
    assert (pull(speaker, BLOCK) == 1).all()


def test_a_duck_during_a_ramp_goes_on_from_there():
    speaker = Speaker(RATE_HZ)
    speaker.queue(Clip(np.ones(RATE_HZ, np.float32), RATE_HZ))
    speaker.duck(-200)
    halfway = pull(speaker, BLOCK // 2)[-1]
    speaker.duck()
    assert pull(speaker, 1)[0] == pytest.approx(halfway, abs=0.01)


def test_a_cancelled_wait_leaves_nothing_behind():
    async def scenario():
        speaker = Speaker(RATE_HZ)
        task = asyncio.create_task(speaker.play(clip(5 * RATE_HZ)))
        await speaker.wait_for_waiters(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not speaker.n_waiting
        speaker.tick()

    run(scenario())


def test_a_new_rate_in_the_middle_of_a_clip_loses_and_repeats_nothing():
    speaker = Speaker(48_000)
    tone = np.sin(np.arange(16_000) * 2 * np.pi * 440 / 16_000).astype(np.float32)
    playback = speaker.queue(Clip(tone, 16_000))
    at_48 = pull(speaker, 24_000)
    speaker.retune(16_000)
    assert playback.heard_samples == 8000
    at_16 = pull(speaker, 8000)
    np.testing.assert_array_equal(at_16, tone[8000:])
    np.testing.assert_array_equal(at_48, resample(tone, 16_000, 48_000)[:24_000])
    assert playback.heard_samples == 16_000
    later = speaker.queue(clip(160))
    pull(speaker, 160)
    assert later.first_sample == 16_000


def test_an_hour_of_silence_gives_zeros_and_keeps_the_count():
    speaker = Speaker(44_100)
    out = np.empty(44_100, np.float32)
    for _ in range(3600):
        speaker.fill(out)
        assert not out.any()
    playback = speaker.queue(clip(160))
    pull(speaker, 441)
    assert playback.first_sample == 3600 * 16_000


# ---- clips that are made while they are heard -------------------------------------------------


def growing(whole: Clip, n_samples: int) -> Clip:
    """The beginning of a clip."""
    to_come = len(whole.samples) - n_samples
    return replace(whole, samples=whole.samples[:n_samples], to_come=to_come)


@given(
    st.lists(st.integers(0, 3000), min_size=1, max_size=6),
    st.sampled_from([8000, 16000, 22050, 24000]),
    st.sampled_from([16000, 44100, 48000]),
)
def test_a_growing_clip_sounds_as_if_it_had_been_there(
    lengths: list[int], clip_rate_hz: int, device_rate_hz: int
):
    whole = clip(sum(lengths), rate_hz=clip_rate_hz)
    speaker = Speaker(device_rate_hz)
    playback = speaker.queue(growing(whole, lengths[0]))
    ends = np.cumsum(lengths)
    for start, end in zip(ends[:-1], ends[1:], strict=True):
        speaker.extend(playback, whole.samples[start:end])
    assert playback.clip.to_come == 0
    np.testing.assert_array_equal(playback.clip.samples, whole.samples)
    expected = resample(whole.samples, clip_rate_hz, device_rate_hz)
    heard = pull(speaker, len(expected) + BLOCK)
    np.testing.assert_array_equal(heard[: len(expected)], expected)
    assert not heard[len(expected) :].any()
    assert playback.heard_samples == len(whole.samples)
    assert not speaker.speaking


def test_what_is_heard_of_a_growing_clip_is_known_all_the_time():
    speaker = Speaker(48_000)
    whole = clip(16_000)
    playback = speaker.queue(growing(whole, 4000))
    assert playback.clip.duration_s == 1.0
    pull(speaker, 4800)
    assert playback.heard_samples == 1600
    speaker.extend(playback, whole.samples[4000:])
    assert playback.heard_samples == 1600
    pull(speaker, 24_000)
    assert playback.heard_samples == 9600
    pull(speaker, 48_000)
    assert playback.heard_samples == 16_000


def test_a_clip_made_more_slowly_than_heard_is_waited_for():
    async def scenario():
        speaker = Speaker(RATE_HZ)
        whole = clip(3 * BLOCK)
        playback = speaker.queue(growing(whole, BLOCK))
        after = speaker.queue(clip(BLOCK, seed=1))
        draining = asyncio.create_task(speaker.drain())
        await speaker.wait_for_waiters(1)
        np.testing.assert_array_equal(pull(speaker, BLOCK), whole.samples[:BLOCK])
        assert not pull(speaker, 2 * BLOCK).any()
        speaker.tick()
        assert speaker.speaking
        assert speaker.n_waiting
        assert (playback.heard_samples, after.first_sample) == (BLOCK, None)
        speaker.extend(playback, whole.samples[BLOCK:])
        heard = pull(speaker, 3 * BLOCK)
        np.testing.assert_array_equal(heard[: 2 * BLOCK], whole.samples[BLOCK:])
        np.testing.assert_array_equal(heard[2 * BLOCK :], after.clip.samples)
        pull(speaker, BLOCK)
        speaker.tick()
        await draining
        assert after.first_sample == 5 * BLOCK

    run(scenario())


def test_a_clip_whose_rest_never_comes_ends_there():
    speaker = Speaker(RATE_HZ)
    whole = clip(3 * BLOCK)
    playback = speaker.queue(growing(whole, 2 * BLOCK))
    speaker.extend(playback, whole.samples[:0], last=True)
    pull(speaker, 3 * BLOCK)
    assert not speaker.speaking
    assert playback.heard_samples == 2 * BLOCK
    assert playback.clip.n_samples == 3 * BLOCK  # it was not heard whole
    speaker.extend(playback, whole.samples[2 * BLOCK :])
    assert not pull(speaker, BLOCK).any()


def test_a_stopped_clip_may_still_be_extended():
    speaker = Speaker(RATE_HZ)
    whole = clip(3 * BLOCK)
    playback = speaker.queue(growing(whole, BLOCK))
    pull(speaker, BLOCK // 2)
    speaker.stop()
    pull(speaker, BLOCK)
    speaker.extend(playback, whole.samples[BLOCK:])
    assert not pull(speaker, 3 * BLOCK).any()
    assert playback.heard_samples == BLOCK // 2


def test_a_new_rate_while_a_clip_grows_loses_and_repeats_nothing():
    speaker = Speaker(48_000)
    tone = np.sin(np.arange(16_000) * 2 * np.pi * 440 / 16_000).astype(np.float32)
    playback = speaker.queue(growing(Clip(tone, 16_000), 6000))
    pull(speaker, 12_000)
    speaker.retune(16_000)
    assert playback.heard_samples == 4000
    speaker.extend(playback, tone[6000:])
    np.testing.assert_array_equal(pull(speaker, 12_000), tone[4000:])


def test_a_speaker_rests_exactly_where_it_would_write_zeros_and_nothing_is_to_come():
    speaker = Speaker(48_000)
    speaker.latency_s = 0.02
    out = np.empty(480, np.float32)

    def move() -> bool:
        """Whether it rested."""
        if rests := speaker.rests(480):
            out[:] = 0
        else:
            speaker.fill(out)
        return rests

    assert [move() for _ in range(3)] == [True] * 3
    assert speaker.drained
    playback = speaker.queue(Clip(np.ones(960, np.float32), 48_000))
    speaker.hold()
    assert not move()  # what is held back is to come
    speaker.release()
    assert [move() for _ in range(3)] == [False, False, True]
    assert playback.first_sample == 4 * 160
    assert not speaker.drained
    assert move()
    assert speaker.drained
    speaker.queue(Clip(np.ones(4800, np.float32), 48_000))
    move()
    speaker.stop()
    assert [move() for _ in range(2)] == [False, True]  # 10 ms of fade
    speaker.mix(Clip(np.ones(480, np.float32), 48_000))
    assert [move() for _ in range(2)] == [False, True]
