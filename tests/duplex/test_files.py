"""Files in place of devices: the clock is the sample count, and two runs write the same bytes."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path

import numpy as np
import pytest

from programs import save_wav
from voicecli.duplex.files import FileDuplex
from voicecli.duplex.recorder import Recorder
from voicecli.errors import AudioFileError
from voicecli.sound.reading import read_audio
from voicecli.sound.resampling import resample
from voicecli.sound.samples import Samples
from voicecli.tts.clip import Clip

RATE_HZ = 16_000


def noise(n_samples: int, seed: int = 0) -> Samples:
    return np.random.default_rng(seed).uniform(-0.9, 0.9, n_samples).astype(np.float32)


def read_wav(path: Path) -> tuple[int, Samples]:
    """Rate, and samples of shape (n, channels)."""
    with wave.open(str(path), "rb") as wav:
        data = np.frombuffer(wav.readframes(wav.getnframes()), "<i2").astype(np.float32) / 32767
        return wav.getframerate(), data.reshape(-1, wav.getnchannels())


def run(coroutine):
    async def limited():
        async with asyncio.timeout(20):
            return await coroutine

    return asyncio.run(limited())


@pytest.mark.parametrize("n_samples", [1, 511, 512, 513, 5120, 20_000])
def test_the_frames_are_the_file_and_then_silence(tmp_path: Path, n_samples: int):
    path = save_wav(tmp_path / "question.wav", noise(n_samples))
    signal = read_audio(path)

    async def scenario():
        frames, ended = [], []
        async with FileDuplex(path) as duplex:
            async for frame in duplex.frames():
                frames.append(frame)
                ended.append(duplex.input_ended)
                if len(frames) == n_samples // 512 + 4:
                    break
        return frames, ended

    frames, ended = run(scenario())
    assert [frame.start for frame in frames] == [512 * i for i in range(len(frames))]
    heard = np.concatenate([frame.samples for frame in frames])
    np.testing.assert_array_equal(heard[:n_samples], signal)
    assert not heard[n_samples:].any()
    assert ended.index(True) == (n_samples - 1) // 512  # in the frame with the last sample


async def converse(question: Path, reply: Path, *, stereo: bool) -> list[int | None]:
    """A fixed course: two clips of different rates, back-pressure, a hold, a stop."""
    async with FileDuplex(question, reply, stereo=stereo) as duplex:
        speaker = duplex.speaker

        async def answer():
            for seed, (n_samples, rate_hz) in enumerate([(44_100, 22_050), (24_000, 24_000)]):
                playback = await speaker.play(Clip(noise(n_samples, seed), rate_hz))
                playbacks.append(playback)
            await speaker.drain()

        playbacks = []
        task = None
        async for frame in duplex.frames():
            if frame.start == 512 * 4:
                speaker.hold()
                task = asyncio.create_task(answer())
            if frame.start == 512 * 8:
                speaker.release()
            if task:
                waiting = asyncio.ensure_future(speaker.wait_for_waiters(1))
                await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
            if frame.start == 512 * 90:
                speaker.stop()
            if duplex.input_ended and task and task.done():
                break
        return [playback.first_sample for playback in playbacks]


@pytest.mark.parametrize("stereo", [False, True])
def test_two_runs_write_the_same_bytes(tmp_path: Path, stereo: bool):
    question = save_wav(tmp_path / "question.wav", noise(60_000))
    first, second = tmp_path / "first.wav", tmp_path / "second.wav"
    starts = run(converse(question, first, stereo=stereo))
    assert starts == run(converse(question, second, stereo=stereo))
    assert first.read_bytes() == second.read_bytes()
    assert starts == [512 * 9, 512 * 9 + 32_000]


def test_the_output_holds_user_left_and_assistant_right_on_one_timeline(tmp_path: Path):
    question = save_wav(tmp_path / "question.wav", noise(60_000))
    both, alone = tmp_path / "both.wav", tmp_path / "alone.wav"
    starts = run(converse(question, both, stereo=True))
    run(converse(question, alone, stereo=False))
    rate_hz, channels = read_wav(both)
    assert rate_hz == 48_000
    assert channels.shape[1] == 2

    user = np.clip(resample(read_audio(question), 16_000, 48_000), -1, 1)
    np.testing.assert_allclose(channels[: len(user) - 4800, 0], user[:-4800], atol=2e-4)
    clip = np.clip(resample(noise(44_100), 22_050, 48_000), -1, 1)
    start = 3 * (starts[0] or 0)
    assert not channels[:start, 1].any()
    np.testing.assert_allclose(channels[start : start + len(clip), 1], clip, atol=2e-4)
    np.testing.assert_array_equal(read_wav(alone)[1][:, 0], channels[:, 1])


def test_the_length_of_the_output_is_that_of_the_frames(tmp_path: Path):
    async def scenario():
        async with FileDuplex(None, tmp_path / "out.wav") as duplex:
            assert duplex.input_ended
            async for frame in duplex.frames():
                if frame.end == 512 * 20:
                    break

    run(scenario())
    assert len(read_wav(tmp_path / "out.wav")[1]) == 512 * 20 * 3


def test_the_output_is_valid_while_it_is_written(tmp_path: Path):
    path = tmp_path / "out.wav"

    async def scenario():
        async with FileDuplex(None, path) as duplex:
            duplex.speaker.queue(Clip(noise(RATE_HZ), RATE_HZ))
            async for frame in duplex.frames():
                if frame.end >= RATE_HZ:
                    break
            return read_wav(path)[1]

    samples = run(scenario())
    assert len(samples) > 0.9 * 48_000
    assert np.abs(samples).max() > 0.5


@pytest.mark.parametrize("kind", ["missing", "directory", "empty", "text"])
def test_a_bad_input_is_an_error_and_leaves_no_output(tmp_path: Path, kind: str):
    path = tmp_path / "question.wav"
    match kind:
        case "directory":
            path.mkdir()
        case "empty":
            path.touch()
        case "text":
            path.write_text("What is two plus two?\n")
    output = tmp_path / "reply.wav"

    async def scenario():
        async with FileDuplex(path, output):
            pass

    with pytest.raises(AudioFileError, match=r"question\.wav"):
        run(scenario())
    assert not output.exists()


def test_an_output_that_cannot_be_written_is_an_error(tmp_path: Path):
    async def scenario():
        async with FileDuplex(None, tmp_path / "no" / "such" / "folder.wav") as duplex:
            await anext(duplex.frames())

    with pytest.raises(AudioFileError, match="can't be written"):
        run(scenario())


def test_describe_names_the_files(tmp_path: Path):
    question, reply = tmp_path / "question.wav", tmp_path / "reply.wav"
    assert FileDuplex(question, reply).describe() == f"{question} -> {reply}"


@pytest.mark.parametrize("rates", [(16_000, 16_000), (44_100, 48_000), (8000, 22_050)])
def test_a_recorder_keeps_its_rate_when_the_devices_change_theirs(
    tmp_path: Path, rates: tuple[int, int]
):
    path = tmp_path / "session.wav"
    recorder = Recorder(path, 48_000, stereo=True)
    for heard_hz, played_hz in [rates, (48_000, 48_000)]:
        for _ in range(100):
            recorder.feed(
                np.full(heard_hz // 100, 0.25, np.float32),
                heard_hz,
                np.full(played_hz // 100, 0.5, np.float32),
                played_hz,
            )
    recorder.close()
    rate_hz, channels = read_wav(path)
    assert rate_hz == 48_000
    assert abs(len(channels) - 2 * 48_000) < 480 * 5  # the rates are no multiples of 100 blocks
    np.testing.assert_allclose(channels[10_000:40_000], [[0.25, 0.5]] * 30_000, atol=1e-3)
