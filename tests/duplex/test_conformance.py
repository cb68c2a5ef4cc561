"""What every Duplex owes the conversation (see duplex/seam.py).

A new one is one more fixture in RIGS: it opens a duplex whose microphone will hear SIGNAL.
"""

from __future__ import annotations

import asyncio
import runpy
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from jack_person import JACK_DEVICE, Person
from programs import save_wav
from voicecli.duplex.devices import DeviceDuplex
from voicecli.duplex.files import FileDuplex
from voicecli.duplex.seam import Duplex
from voicecli.server.duplex import NetworkDuplex, Pacer
from voicecli.sound.resampling import resample
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, Samples
from voicecli.tts.clip import Clip

Open = Callable[[], AbstractAsyncContextManager[Duplex]]

LOOPING = Path(__file__).parents[2] / "docs" / "examples" / "looping_duplex.py"

TOLERANCE_S = 0.2
"""Of the resampler and of the blocks on their way."""


def noise(seconds: float, seed: int) -> Samples:
    """Below 2 kHz: resampling, and half a sample of delay, leave it as it is."""
    drawn = np.random.default_rng(seed).uniform(-0.4, 0.4, int(4_000 * seconds))
    return resample(drawn.astype(np.float32), 4_000, SAMPLE_RATE_HZ)


SIGNAL, REPLY = noise(0.5, 1), noise(0.5, 2)


@pytest.fixture
def files(tmp_path: Path) -> Open:
    path = save_wav(tmp_path / "signal.wav", SIGNAL)
    return lambda: FileDuplex(path, tmp_path / "reply.wav")


@pytest.fixture
def devices(person: Person) -> Open:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Duplex]:
        async with DeviceDuplex(JACK_DEVICE, JACK_DEVICE) as duplex:
            await asyncio.to_thread(person.wait_for_program)
            person.say(SIGNAL, SAMPLE_RATE_HZ, at_s=person.now_s + 0.3)
            yield duplex

    return opened


@pytest.fixture
def call() -> Open:
    """Over a network: what the client hears and says comes in pieces of 20 ms."""

    return lambda: network(
        NetworkDuplex(played_hz=48_000, on_sound=lambda _: None, lead_ms=0, continuous=True)
    )


@asynccontextmanager
async def network(duplex: NetworkDuplex) -> AsyncIterator[Duplex]:
    async def say() -> None:
        for i in range(0, len(SIGNAL), 320):
            duplex.feed(SIGNAL[i : i + 320], SAMPLE_RATE_HZ)
            await asyncio.sleep(0.02)

    pacer = Pacer()
    async with duplex, asyncio.TaskGroup() as tasks:
        pacer.add(duplex)
        work = [tasks.create_task(pacer.run()), tasks.create_task(say())]
        yield duplex
        for task in work:
            task.cancel()


@pytest.fixture
def socket() -> Open:
    """As `call`, over a connection that gets the sound ahead of its time, and no silence."""
    return lambda: network(NetworkDuplex(played_hz=24_000, on_sound=lambda _: None))


@pytest.fixture
def loop() -> Open:
    """That of docs/engines.md: the microphone hears what the loudspeaker plays."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Duplex]:
        async with runpy.run_path(str(LOOPING))["LoopingDuplex"](10_000) as duplex:
            duplex.speaker.queue(Clip(SIGNAL, SAMPLE_RATE_HZ))
            yield duplex

    return opened


RIGS = [
    *("files", "loop"),
    *(pytest.param(name, marks=pytest.mark.call) for name in ("call", "socket")),
    pytest.param("devices", marks=pytest.mark.jack),
]


@pytest.fixture(params=RIGS)
def open_duplex(request: pytest.FixtureRequest) -> Open:
    return request.getfixturevalue(request.param)


async def take(duplex: Duplex, is_enough: Callable[[list[Frame]], bool]) -> list[Frame]:
    frames: list[Frame] = []
    async with aclosing(duplex.frames()) as source:
        async for frame in source:
            frames.append(frame)
            if is_enough(frames):
                break
    return frames


def lasting(seconds: float) -> Callable[[list[Frame]], bool]:
    return lambda frames: len(frames) * FRAME_SAMPLES >= seconds * SAMPLE_RATE_HZ


def signal_is_over(frames: list[Frame]) -> bool:
    """It was heard, and 0.3 s of silence after it."""
    loud = [bool(np.abs(frame.samples).max() > 0.01) for frame in frames]
    return any(loud) and not any(loud[-10:])


def run(scenario: Coroutine) -> None:
    async def limited() -> None:
        async with asyncio.timeout(60):
            await scenario

    asyncio.run(limited())


def find(signal: Samples, sound: Samples) -> int:
    """Where the signal begins in a sound that holds it whole."""
    correlation = np.correlate(sound, signal, "valid")
    start = int(np.argmax(correlation))
    assert correlation[start] > 0.9 * float(np.sum(signal * signal))
    return start


def test_frames_are_one_clock_and_hold_what_the_microphone_heard(open_duplex: Open) -> None:
    async def scenario() -> None:
        async with open_duplex() as duplex:
            frames = await take(duplex, signal_is_over)
            for before, frame in zip(frames, frames[1:], strict=False):
                assert frame.start == before.end
            for frame in frames:
                assert frame.samples.shape == frame.played.shape == (FRAME_SAMPLES,)
                assert frame.samples.dtype == frame.played.dtype == np.float32
            find(SIGNAL, np.concatenate([frame.samples for frame in frames]))

    run(scenario())


def test_what_is_played_stands_beside_what_was_heard_meanwhile(open_duplex: Open) -> None:
    async def scenario() -> None:
        async with open_duplex() as duplex:
            playbacks = []

            def answers(frames: list[Frame]) -> bool:
                if len(frames) == 10:
                    playbacks.append(duplex.speaker.queue(Clip(REPLY, SAMPLE_RATE_HZ)))
                return lasting(1.5)(frames)

            frames = await take(duplex, answers)
            [playback] = playbacks
            start = frames[0].start + find(REPLY, np.concatenate([f.played for f in frames]))
            assert playback.heard_samples == len(REPLY)
            assert playback.first_sample is not None
            at_most_s = TOLERANCE_S + duplex.speaker.latency_s
            assert abs(start - playback.first_sample) < at_most_s * SAMPLE_RATE_HZ

    run(scenario())


def test_who_waits_for_the_loudspeaker_goes_on_block_by_block(open_duplex: Open) -> None:
    async def scenario() -> None:
        async with open_duplex() as duplex:
            speaker, n_asked = duplex.speaker, 0

            def asked_often() -> bool:
                nonlocal n_asked
                n_asked += 1
                return n_asked > 20

            idle = asyncio.ensure_future(speaker.until(asked_often))  # also in silence
            drained = asyncio.ensure_future(speaker.play(Clip(REPLY, SAMPLE_RATE_HZ)))
            await take(duplex, lambda frames: idle.done() and drained.done())
            assert speaker.latency_s >= 0

    run(scenario())


def test_what_is_stopped_was_heard_in_part_and_the_rest_never_is(open_duplex: Open) -> None:
    async def scenario() -> None:
        async with open_duplex() as duplex:
            playback = duplex.speaker.queue(Clip(REPLY, SAMPLE_RATE_HZ))
            heard: list[int] = []

            def stops_in_the_middle(frames: list[Frame]) -> bool:
                if not heard and playback.heard_samples > len(REPLY) // 4:
                    duplex.speaker.stop()
                    heard.append(playback.heard_samples)
                return lasting(1.5)(frames)

            await take(duplex, stops_in_the_middle)
            assert 0 < heard[0] < len(REPLY)
            assert playback.heard_samples == heard[0]

    run(scenario())


def test_muting_tells_from_where_on_and_changes_no_frame(open_duplex: Open) -> None:
    async def scenario() -> None:
        async with open_duplex() as duplex:
            muted_from: list[int] = []

            def mutes(frames: list[Frame]) -> bool:
                if not muted_from:
                    muted_from.append(duplex.mute(True))
                    assert muted_from[0] >= frames[-1].end
                return signal_is_over(frames)

            frames = await take(duplex, mutes)
            assert duplex.mute(False) >= frames[-1].end
            find(SIGNAL, np.concatenate([frame.samples for frame in frames]))
            duplex.hurry(True)
            assert duplex.describe()

    run(scenario())
