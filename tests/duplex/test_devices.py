"""The real sound path: PortAudio on JACK, with a person at the microphone and the loudspeaker.

What JACK can't be made to do (a device that vanishes, a stream that falls silent) is done to real
streams by small subclasses of SoundSystem.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import wave
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from jack_person import JACK_DEVICE, JackServer, Person, skip_without_jack
from programs import save_wav
from voicecli.duplex.devices import DeviceDuplex
from voicecli.duplex.portaudio import Device, SoundSystem, Stream, StreamPlan
from voicecli.errors import AudioDeviceError, AudioFileError
from voicecli.sound.resampling import resample
from voicecli.sound.samples import Frame, Samples, silence
from voicecli.tts.clip import Clip

pytestmark = pytest.mark.slow

RATE_HZ = 16_000


def speech(seconds: float, seed: int = 0) -> Samples:
    """Noise below 6 kHz, which survives resampling: no two moments of it are alike."""
    noise = np.random.default_rng(seed).uniform(-0.5, 0.5, int(12_000 * seconds))
    return resample(noise.astype(np.float32), 12_000, RATE_HZ) * 0.8


def open_jack(**options) -> DeviceDuplex:
    return DeviceDuplex(JACK_DEVICE, JACK_DEVICE, **options)


def run(coroutine):
    async def limited():
        async with asyncio.timeout(60):
            return await coroutine

    return asyncio.run(limited())


async def listen(duplex: DeviceDuplex, until: Callable[[Frame], bool]) -> list[Frame]:
    frames = []
    async for frame in duplex.frames():
        frames.append(frame)
        if until(frame):
            break
    return frames


async def listen_until(duplex: DeviceDuplex, person: Person, at_s: float) -> list[Frame]:
    """All frames of what was heard and played up to that moment of the person's timeline."""
    await asyncio.to_thread(person.wait_until, at_s + 0.1)
    end = duplex._inbox.index
    return await listen(duplex, lambda frame: frame.end >= end)


def heard(frames: list[Frame]) -> Samples:
    return np.concatenate([frame.samples for frame in frames])


def played(frames: list[Frame]) -> Samples:
    return np.concatenate([frame.played for frame in frames])


def assert_holds(recording: Samples, recording_hz: int, signal: Samples) -> int:
    """The 16 kHz signal is in the recording, whole and unbroken; returns where it begins.

    A lost, doubled or swapped sample anywhere shifts the rest, and the rest no longer agrees.
    """
    at_48 = resample(signal, RATE_HZ, 48_000)
    wide = resample(recording, recording_hz, 48_000)
    n = len(wide) + len(at_48)
    correlation = np.fft.irfft(np.fft.rfft(wide, n) * np.conj(np.fft.rfft(at_48, n)), n)
    start = int(np.argmax(correlation[: max(1, len(wide) - len(at_48) + 1)]))
    found = wide[start : start + len(at_48)]
    edge = 100  # the resamplers ring at the ends
    np.testing.assert_allclose(found[edge:-edge], at_48[edge:-edge], atol=0.02)
    return start * recording_hz // 48_000


class WithoutSharing(SoundSystem):
    """Input and output open only as two streams, as on many a PulseAudio."""

    def open(self, plan: StreamPlan) -> Stream:
        if plan.microphone and plan.loudspeaker:
            raise AudioDeviceError("not both at once")
        return super().open(plan)


class Falters(SoundSystem):
    """The first stream opened falls silent after `n_callbacks`, without a word."""

    n_callbacks = 0

    def __init__(self) -> None:
        super().__init__()
        self.n_opened = 0
        self.n_restarts = 0

    def open(self, plan: StreamPlan) -> Stream:
        self.n_opened += 1
        if self.n_opened > 1:
            return super().open(plan)
        n_left = self.n_callbacks

        def callback(indata, outdata, *rest):
            nonlocal n_left
            n_left -= 1
            if n_left >= 0:
                plan.callback(indata, outdata, *rest)
            else:
                outdata[:] = bytes(len(outdata))

        return super().open(
            StreamPlan(callback, plan.finished_callback, plan.microphone, plan.loudspeaker)
        )

    def restart(self) -> None:
        self.n_restarts += 1
        super().restart()


class Stutters(SoundSystem):
    """Every block of the first `n_streams` streams comes too late, as far as PortAudio tells."""

    def __init__(self, n_streams: int, *, obeys: bool = True) -> None:
        """obeys: streams say that they have the latency they were asked for; JACK's have not."""
        super().__init__()
        self.n_streams = n_streams
        self.obeys = obeys
        self.asked_s: list[float | None] = []

    def open(self, plan: StreamPlan) -> Stream:
        self.asked_s.append(plan.latency_s)
        late = len(self.asked_s) <= self.n_streams

        def callback(*arguments):
            plan.callback(*arguments[:-1], SimpleNamespace(output_underflow=late))

        stream = super().open(replace(plan, callback=callback))
        latency_s = (plan.latency_s or 0.01) if self.obeys else 0.01
        return WithLatency(stream, latency_s)  # type: ignore[return-value]


class WithLatency:
    """A stream that says it has another latency."""

    def __init__(self, stream: Stream, latency_s: float) -> None:
        self.latency = latency_s, latency_s
        self._stream = stream

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


@pytest.mark.parametrize("sound_system", [SoundSystem, WithoutSharing])
def test_sound_arrives_and_leaves_whole(person: Person, sound_system: type[SoundSystem]):
    question, answer = speech(2.0, 1), speech(1.5, 2)

    async def scenario():
        async with open_jack(sound_system=sound_system) as duplex:
            await asyncio.to_thread(person.wait_for_program)
            asked = person.say(question)
            playback = duplex.speaker.queue(Clip(answer, RATE_HZ, "an answer"))
            await duplex.speaker.drain()
            frames = await listen_until(duplex, person, asked.end_s)
            return frames, playback, duplex.speaker.latency_s

    frames, playback, latency_s = run(scenario())
    assert [frame.start for frame in frames] == [512 * i for i in range(len(frames))]
    assert_holds(heard(frames), RATE_HZ, question)
    assert_holds(person.heard(), person.sample_rate_hz, answer)
    assert playback.heard_samples == len(answer)
    played_from = assert_holds(played(frames), RATE_HZ, answer)
    slack = 1 if sound_system is SoundSystem else RATE_HZ // 10  # two streams, two rhythms
    assert abs(played_from - (playback.first_sample or 0)) <= slack
    assert 0 <= latency_s < 0.1  # as PortAudio says; 0 for a single stream on JACK


def test_the_microphone_hears_the_loudspeaker_a_constant_time_after_frame_played(person: Person):
    """What echo cancellation stands on, measured: the delay is the same at both ends of 4 s."""
    answer = speech(4.0)
    person.set_echo(-6, delay_ms=60)

    async def scenario():
        async with open_jack() as duplex:
            await asyncio.to_thread(person.wait_for_program)
            duplex.speaker.queue(Clip(answer, RATE_HZ))
            await duplex.speaker.drain()
            return await listen_until(duplex, person, person.now_s + 0.2)

    frames = run(scenario())
    begin, end = answer[: RATE_HZ // 2], answer[-RATE_HZ // 2 :]
    delays = []
    for part in (begin, end):
        went = assert_holds(played(frames), RATE_HZ, part)
        came = assert_holds(heard(frames) * 10 ** (6 / 20), RATE_HZ, part)
        delays.append(came - went)
    assert abs(delays[0] - delays[1]) <= 1
    assert 0.060 * RATE_HZ <= delays[0] < 0.120 * RATE_HZ


def test_stop_is_silence_at_the_ear(person: Person):
    async def scenario():
        async with open_jack() as duplex:
            await asyncio.to_thread(person.wait_for_program)
            playback = duplex.speaker.queue(Clip(speech(5), RATE_HZ))
            await asyncio.to_thread(person.wait_for_sound)
            await asyncio.sleep(0.3)
            duplex.speaker.stop()
            stopped_s = person.now_s
            await asyncio.to_thread(person.wait_for_silence, 0.3)
            return playback, stopped_s, duplex.speaker.latency_s

    playback, stopped_s, latency_s = run(scenario())
    (span,) = person.heard_spans()
    assert span.end_s - stopped_s < 0.1
    heard_s = playback.heard_samples / RATE_HZ
    assert heard_s == pytest.approx(span.end_s - span.start_s, abs=0.012)  # and the fade


@pytest.mark.parametrize("loudspeaker", [True, False])
def test_a_recording_has_both_sides(person: Person, tmp_path: Path, loudspeaker: bool):
    question, answer = speech(1.0, 1), speech(1.0, 2)
    path = tmp_path / "session.wav"

    async def scenario():
        async with open_jack(loudspeaker=loudspeaker, recording=path, stereo=True) as duplex:
            await asyncio.to_thread(person.wait_for_program, loudspeaker=loudspeaker)
            asked = person.say(question)
            duplex.speaker.queue(Clip(answer, RATE_HZ))
            await duplex.speaker.drain()
            await listen_until(duplex, person, asked.end_s)

    run(scenario())
    with wave.open(str(path)) as wav:
        assert (wav.getnchannels(), wav.getframerate()) == (2, 48_000)
        samples = np.frombuffer(wav.readframes(wav.getnframes()), "<i2") / np.float32(32767)
    left, right = samples.astype(np.float32).reshape(-1, 2).T
    assert_holds(left, 48_000, question)
    assert_holds(right, 48_000, answer)
    assert person.heard().any() == loudspeaker


def test_a_file_in_place_of_the_microphone(person: Person, tmp_path: Path):
    path, question, answer = tmp_path / "question.wav", speech(0.7, 1), speech(0.7, 2)
    save_wav(path, question)

    async def scenario():
        async with open_jack(input_file=path) as duplex:
            await asyncio.to_thread(person.wait_for_program, microphone=False)
            assert not duplex.input_ended
            duplex.speaker.queue(Clip(answer, RATE_HZ))
            frames = await listen(duplex, lambda frame: duplex.input_ended)
            await duplex.speaker.drain()
            return frames, duplex.describe()

    frames, description = run(scenario())
    np.testing.assert_allclose(heard(frames)[: len(question)], question, atol=1e-4)
    assert len(frames) == -(-len(question) // 512)
    assert_holds(person.heard(), person.sample_rate_hz, answer)
    assert description == f"{path} -> system"


def test_only_a_loudspeaker(person: Person):
    answer = speech(3.0)
    sentences = np.split(resample(answer, RATE_HZ, 48_000), 6)

    async def scenario():
        async with open_jack(microphone=False) as duplex:
            await asyncio.to_thread(person.wait_for_program, microphone=False)
            for sentence in sentences:  # 3 s: more than the speaker queues
                await duplex.speaker.play(Clip(sentence, 48_000))
            await duplex.speaker.drain()
            return person.is_listened_to

    assert not run(scenario())
    person.wait_for_silence(0.1)
    assert_holds(person.heard(), person.sample_rate_hz, answer)


def test_a_shared_stream_that_never_runs_is_replaced_by_two(person: Person):
    notices: list[tuple[str, str]] = []
    system = []

    def make() -> SoundSystem:
        system.append(Falters())
        return system[0]

    question = speech(0.5)

    async def scenario():
        options = {"notices": lambda *notice: notices.append(notice), "sound_system": make}
        async with open_jack(**options) as duplex:
            await asyncio.to_thread(person.wait_for_program)
            return await listen_until(duplex, person, person.say(question).end_s)

    assert_holds(heard(run(scenario())), RATE_HZ, question)
    assert (system[0].n_opened, system[0].n_restarts, notices) == (3, 0, [])


@pytest.mark.parametrize("n_callbacks", [60, 400])
def test_a_stream_that_falls_silent_is_replaced_and_the_reply_goes_on(
    person: Person, n_callbacks: int
):
    notices: list[str] = []
    answer = speech(6)

    class FaltersLater(Falters):
        pass

    FaltersLater.n_callbacks = n_callbacks

    async def scenario():
        async with open_jack(
            notices=lambda message, hint: notices.append(message), sound_system=FaltersLater
        ) as duplex:
            await asyncio.to_thread(person.wait_for_program)
            playback = duplex.speaker.queue(Clip(answer, RATE_HZ))
            frames = await listen(duplex, lambda frame: len(notices) == 2)
            question = speech(0.5, 1)
            await asyncio.to_thread(person.wait_for_program)
            frames += await listen_until(duplex, person, person.say(question).end_s)
            await duplex.speaker.drain()
            return frames, playback, question, duplex._line.shared

    frames, playback, question, shared = run(scenario())
    assert notices == ["the sound stopped: system", "the sound is back: system"]
    assert [frame.start for frame in frames] == [512 * i for i in range(len(frames))]
    assert_holds(heard(frames), RATE_HZ, question)
    assert playback.heard_samples == len(answer)
    assert shared == (n_callbacks == 400)  # one that ran well may be tried again
    first, second = person.heard_spans()
    assert_holds(person.heard(second.start_s - 0.1), 48_000, answer[-RATE_HZ * 2 :])


@pytest.mark.parametrize(("n_streams", "asked_s"), [(1, [None, 0.05]), (9, [None, 0.05, 0.1, 0.2])])
def test_a_loudspeaker_that_stutters_gets_more_latency_after_the_reply(
    person: Person, n_streams: int, asked_s: list[float | None]
):
    notices: list[str] = []
    sound = Stutters(n_streams)
    answer = speech(1.5)
    late_answer = np.concatenate([silence(RATE_HZ), answer])  # a person comes after the program

    async def scenario():
        async with open_jack(
            notices=lambda message, hint: notices.append(hint), sound_system=lambda: sound
        ) as duplex:
            playback = duplex.speaker.queue(Clip(late_answer, RATE_HZ))
            await asyncio.to_thread(person.wait_for_program)
            frames = await listen(duplex, lambda frame: len(notices) == len(asked_s) - 1)
            await asyncio.to_thread(person.wait_for_program)
            question = speech(0.5, 1)
            frames += await listen_until(duplex, person, person.say(question).end_s)
            return frames, playback, question

    frames, playback, question = run(scenario())
    assert sound.asked_s == asked_s
    assert [hint.split()[-3:] for hint in notices] == [
        [f"{1000 * (latency_s or 0):.0f}", "ms", "ahead"] for latency_s in asked_s[1:]
    ]
    assert [frame.start for frame in frames] == [512 * i for i in range(len(frames))]
    assert_holds(heard(frames), RATE_HZ, question)
    assert playback.heard_samples == len(late_answer)
    assert_holds(person.heard(), 48_000, answer)


def test_where_latency_stays_what_it_is_nothing_is_tried_twice_or_told(person: Person):
    sound = Stutters(9, obeys=False)

    async def scenario():
        async with open_jack(
            notices=lambda message, hint: pytest.fail(message), sound_system=lambda: sound
        ) as duplex:
            await listen(duplex, lambda frame: frame.end > 4 * RATE_HZ)

    run(scenario())
    assert sound.asked_s == [None, 0.05]


def test_no_stream_is_opened_anew_while_something_is_said_or_held_back(person: Person):
    sound = Stutters(1)

    async def scenario():
        async with open_jack(sound_system=lambda: sound) as duplex:
            duplex.hurry(True)
            await listen(duplex, lambda frame: frame.end > 2 * RATE_HZ)
            assert sound.asked_s == [None]
            duplex.speaker.hold()
            duplex.speaker.queue(Clip(speech(0.2), RATE_HZ))
            duplex.hurry(False)
            await listen(duplex, lambda frame: frame.end > 4 * RATE_HZ)
            assert sound.asked_s == [None]
            duplex.speaker.release()
            await listen(duplex, lambda frame: len(sound.asked_s) == 2)

    run(scenario())


def test_a_device_that_vanishes_is_waited_for_and_the_default_taken(person: Person):
    """A USB microphone is unplugged: its stream ends, PortAudio lists nothing for a while, and then
    only another device."""
    notices: list[tuple[str, str]] = []

    class Unplugged(SoundSystem):
        def __init__(self) -> None:
            super().__init__()
            self.streams: list[Stream] = []
            self.n_restarts = 0

        def devices(self) -> list[Device]:
            if self.n_restarts in (1, 2):
                return []
            name = "USB Headset" if self.n_restarts == 0 else "Built-in Audio"
            return [
                Device(device.index, name, "JACK", 2, 2, 48_000, True, True)
                for device in super().devices()
                if device.full_name == JACK_DEVICE
            ]

        def open(self, plan: StreamPlan) -> Stream:
            stream = super().open(plan)
            self.streams.append(stream)
            return stream

        def restart(self) -> None:
            self.n_restarts += 1
            super().restart()

    systems: list[Unplugged] = []

    def make() -> SoundSystem:
        systems.append(Unplugged())
        return systems[0]

    async def scenario():
        async with DeviceDuplex(
            "headset", "usb", notices=lambda *notice: notices.append(notice), sound_system=make
        ) as duplex:
            assert duplex.describe() == "USB Headset"
            frames = await listen(duplex, lambda frame: frame.end > RATE_HZ // 2)
            systems[0].streams[0].stop()  # type: ignore[attr-defined]
            frames += await listen(duplex, lambda frame: len(notices) == 2)
            return frames, duplex.describe()

    frames, description = run(scenario())
    assert description == "Built-in Audio"
    assert [message for message, _ in notices] == [
        "the sound stopped: USB Headset",
        "the sound is back: Built-in Audio",
    ]
    assert [frame.start for frame in frames] == [512 * i for i in range(len(frames))]


def test_a_stream_that_hangs_on_close_does_not_hang_the_exit(person: Person):
    hang = threading.Event()

    class Hangs(SoundSystem):
        gave_up = False

        def open(self, plan: StreamPlan) -> Stream:
            stream = super().open(plan)
            close = stream.close

            def close_late(ignore_errors: bool = True) -> None:
                hang.wait()
                close(ignore_errors)
                done.set()

            stream.close = close_late  # type: ignore[method-assign]
            return stream

        def give_up(self) -> None:
            Hangs.gave_up = True

    done = threading.Event()

    async def scenario():
        async with open_jack(sound_system=Hangs):
            pass

    run(scenario())
    assert Hangs.gave_up
    hang.set()
    assert done.wait(5)


PROGRAM = """
import asyncio, sys
from voicecli.duplex.devices import DeviceDuplex
from voicecli.errors import AudioDeviceError

async def main():
    async with DeviceDuplex(sys.argv[1], sys.argv[1]) as duplex:
        print("open", flush=True)
        async for frame in duplex.frames():
            pass

try:
    asyncio.run(main())
except AudioDeviceError as error:
    print(error.message)
    print(error.hint)
"""


@pytest.mark.jack
def test_a_sound_server_that_dies_for_good_ends_with_an_error_and_no_hang():
    """PortAudio waits ten minutes in Pa_CloseStream for a JACK server that died, also at exit."""
    skip_without_jack()
    with JackServer() as server:
        program = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, JACK_DEVICE],
            env={**os.environ, **server.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert program.stdout is not None
            assert program.stdout.readline() == "open\n"
            server.kill()
            out, err = program.communicate(timeout=20)
        finally:
            program.kill()
            program.wait()
    assert out.splitlines()[0] == "the sound system does not answer any more"
    assert "Traceback" not in err
    assert program.returncode == 0


def test_an_unknown_device_is_an_error_that_names_it(jack_server: JackServer):
    async def scenario(**options):
        async with DeviceDuplex(**options):
            pass

    for option in ("input_device", "output_device"):
        with pytest.raises(AudioDeviceError, match="'Theremin'") as caught:
            run(scenario(**{option: "Theremin"}))
        assert caught.value.hint == "list devices with `voicecli devices`"


def test_a_recording_that_cannot_be_written_is_an_error_and_the_devices_are_closed(
    person: Person, tmp_path: Path
):
    async def scenario():
        async with open_jack(recording=tmp_path / "no" / "folder.wav"):
            pass

    with pytest.raises(AudioFileError, match=r"folder\.wav"):
        run(scenario())
    assert not person.is_listened_to


def test_no_device_at_all_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="FileDuplex"):
        DeviceDuplex(microphone=False, loudspeaker=False)
