"""Echo cancellation with synthetic rooms: the voice's own speech comes back, the user talks too.

What counts is what the conversation makes of it: the frames that Silero takes for speech and the
level rule lets through, and the onsets that the endpointer raises from them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicecli.hearing.echo import (
    DELAY_SAMPLES,
    Echo,
    EchoCancellation,
    EchoPath,
    HalfDuplex,
    NoEcho,
    choose_echo,
)
from voicecli.hearing.endpointing import Endpointer, SpeechStarted
from voicecli.hearing.vad import SileroVad
from voicecli.models import find_voice
from voicecli.settings import TtsSettings
from voicecli.sound.resampling import resample
from voicecli.sound.samples import (
    FRAME_MS,
    FRAME_SAMPLES,
    SAMPLE_RATE_HZ,
    Frame,
    Samples,
    level_db,
    silence,
)
from voicecli.tts.piper import PiperSynthesizer

pytestmark = pytest.mark.slow

FAR_TEXTS = (
    "Here is a story. One night a black cat and a white horse meet. I need help, says the cat.",
    "I can not go on. Then we go on my four legs, says the horse. In the morning they are home.",
    "The weather tomorrow will be cloudy, with a little rain in the evening, and a cold wind.",
    "You could take the train at seven, change at the central station, and be there before noon.",
    "That is a good question. There are three things to think about, and one is the price.",
    "Most people like the second one better, because it is quiet, and does not need much room.",
)
NEAR_TEXTS = ("Wait, stop.", "No, I meant the other one.", "What about Sunday afternoon?")

CONVERGED_S = 4.0
AUDIBLE_DB = -50.0
THRESHOLD = 0.5


@dataclass(frozen=True)
class Room:
    delay_ms: float
    gain_db: float
    reverberation_s: float = 0.25
    """RT60; 0 for a cable."""
    distortion: bool = True
    """A small loudspeaker at its limits."""

    def echo(self, played: Samples) -> Samples:
        sound = np.tanh(2 * played) / 2 if self.distortion else played
        if self.reverberation_s:
            time_s = np.arange(int(0.8 * self.reverberation_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
            tail = np.random.default_rng(1).normal(0, 0.15, len(time_s))
            response = tail * 10 ** (-3 * time_s / self.reverberation_s)
            response[0] = 1
            sound = np.convolve(sound, response / np.sqrt(np.sum(response**2)))
        n_late = int(self.delay_ms * SAMPLE_RATE_HZ / 1000)
        late = np.concatenate([np.zeros(n_late), sound])[: len(played)]
        return (late * 10 ** (self.gain_db / 20)).astype(np.float32)


ROOMS = [Room(60, -6), Room(60, -20), Room(200, -6), Room(200, -20), Room(120, -12, 0, False)]


def speak(text: str, speed: float = 1.0) -> Samples:
    clip = asyncio.run(
        PiperSynthesizer(find_voice("en_US-voicecli-low"), TtsSettings(speed=speed)).synthesize(
            text
        )
    )
    return resample(clip.samples, clip.sample_rate_hz, SAMPLE_RATE_HZ)


def whole_frames(samples: Samples) -> Samples:
    return samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES]


def noise(n_samples: int, db: float = -65.0) -> Samples:
    return np.random.default_rng(2).normal(0, 10 ** (db / 20), n_samples).astype(np.float32)


@pytest.fixture(scope="module")
def far() -> Samples:
    """Half a minute of replies."""
    pieces = [piece for text in FAR_TEXTS for piece in (speak(text), silence(4800))]
    played = whole_frames(np.concatenate(pieces))
    assert len(played) > 30 * SAMPLE_RATE_HZ
    return played


@pytest.fixture(scope="module")
def near() -> list[Samples]:
    """Someone with a higher voice than the replies'."""
    return [resample(speak(text, speed=0.85), 5, 4) for text in NEAR_TEXTS]


@dataclass(frozen=True)
class Heard:
    """What came out of the canceller."""

    samples: Samples
    """As long as what went in, at the same indices; the last DELAY_SAMPLES are not there yet."""
    probabilities: list[float]
    may_be_user: list[bool]
    echo: Echo

    def onsets_s(self, *, level_rule: bool = True) -> list[float]:
        """When the endpointer would raise SpeechStarted."""
        endpointer, onsets = Endpointer(), []
        for i, probability in enumerate(self.probabilities):
            frame = Frame(silence(FRAME_SAMPLES), i * FRAME_SAMPLES, silence(FRAME_SAMPLES))
            passed = probability if self.may_be_user[i] or not level_rule else 0.0
            for event in endpointer.feed(frame, passed):
                if isinstance(event, SpeechStarted):
                    onsets.append(frame.end / SAMPLE_RATE_HZ)
        return onsets


def listen(heard: Samples, played: Samples, echo: Echo | None = None) -> Heard:
    """Send two channels through a canceller and Silero."""
    echo, vad = echo or EchoCancellation(), SileroVad()
    frames: list[Frame] = []
    probabilities: list[float] = []
    may_be_user: list[bool] = []
    for start in range(0, len(heard), FRAME_SAMPLES):
        cut = slice(start, start + FRAME_SAMPLES)
        frames.append(echo.cancel(Frame(heard[cut], start, played[cut])))
        probabilities.append(vad.probability(frames[-1].samples))
        may_be_user.append(echo.may_be_user(frames[-1]))
    samples = np.concatenate([frame.samples for frame in frames])[-frames[0].start :]
    return Heard(samples, probabilities, may_be_user, echo)


def levels_db(samples: Samples) -> np.ndarray:
    samples = whole_frames(samples)
    return np.array([level_db(frame) for frame in samples.reshape(-1, FRAME_SAMPLES)])


def at(seconds: float) -> int:
    return int(seconds * SAMPLE_RATE_HZ)


# ---- frames -------------------------------------------------------------------------------------


def test_what_is_heard_keeps_its_indices() -> None:
    heard, played = noise(at(2) // 512 * 512, -30), silence(512)
    echo = EchoCancellation()
    for start in range(0, len(heard), FRAME_SAMPLES):
        frame = echo.cancel(Frame(heard[start : start + 512], start, played))
        assert (frame.start, len(frame.samples)) == (start - DELAY_SAMPLES, FRAME_SAMPLES)
        if frame.start > at(0.5):
            truth = heard[frame.start : frame.end]
            assert np.corrcoef(frame.samples, truth)[0, 1] > 0.9


def test_what_is_played_keeps_its_indices() -> None:
    played = np.arange(4 * 512, dtype=np.float32) * 1e-6
    echo = EchoCancellation()
    frames = [
        echo.cancel(Frame(silence(512), start, played[start : start + 512]))
        for start in range(0, len(played), 512)
    ]
    late = np.concatenate([frame.played for frame in frames])
    assert np.array_equal(late[DELAY_SAMPLES:], played[:-DELAY_SAMPLES])


def test_the_same_frames_give_the_same(far: Samples) -> None:
    far = far[: at(3.2)]
    heard = Room(60, -10).echo(far) + noise(len(far))
    first, second = listen(heard, far), listen(heard, far)
    assert np.array_equal(first.samples, second.samples)
    assert first.may_be_user == second.may_be_user


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 1e-20, 1e-3, 1.0, -1.0]), st.booleans()), min_size=1)
)
@settings(max_examples=30, deadline=None)
def test_any_sound_gives_finite_frames(pieces: list[tuple[float, bool]]) -> None:
    echo = EchoCancellation(auto=True)
    for i, (level, is_noise) in enumerate(pieces * 5):
        sound = noise(FRAME_SAMPLES, 0) * level if is_noise else np.full(512, level, np.float32)
        frame = echo.cancel(Frame(sound, i * FRAME_SAMPLES, sound[::-1].copy()))
        assert np.isfinite(frame.samples).all()
        assert frame.samples.dtype == np.float32
        echo.may_be_user(frame)
    assert np.isfinite(echo.path.level_db)


# ---- the loudspeaker alone ----------------------------------------------------------------------


@dataclass(frozen=True)
class Alone:
    room: Room
    echo: Samples
    heard: Heard


@pytest.fixture(scope="module", params=ROOMS, ids=str)
def alone(request: pytest.FixtureRequest, far: Samples) -> Alone:
    """Half a minute in which only the loudspeaker speaks."""
    echo = request.param.echo(far)
    return Alone(request.param, echo, listen(echo + noise(len(far)), far))


def test_the_loudspeaker_is_not_taken_for_the_user(alone: Alone) -> None:
    assert alone.heard.onsets_s() == []
    assert [s for s in alone.heard.onsets_s(level_rule=False) if s > CONVERGED_S] == []


@pytest.mark.parametrize(
    ("room", "text", "phase"),
    [
        (Room(30, 0), "I can not go on. Then we go on my four legs.", 128),
        (Room(30, 0), "I can not go on. Then we go on my four legs.", 256),
        (Room(30, 0), "Sure! What would you like to know about it?", 384),
        (Room(60, -6, 0, False), "You could take the train at seven, change at the station.", 0),
    ],
)
def test_the_first_words_are_not_taken_for_the_user(room: Room, text: str, phase: int) -> None:
    """Where the filter is surer of itself than it should be."""
    played = np.concatenate([silence(4000 + phase), speak(text)[: at(2.4)], silence(512)])
    played = whole_frames(played)
    assert listen(room.echo(played), played).onsets_s() == []


def test_little_of_the_loudspeaker_is_left(alone: Alone) -> None:
    after = levels_db(alone.heard.samples)
    before = levels_db(alone.echo)[: len(after)]
    loud = before > AUDIBLE_DB
    loud[: at(CONVERGED_S) // FRAME_SAMPLES] = False
    assert np.median((before - after)[loud]) > 24


def test_level_and_delay_are_measured(alone: Alone, far: Samples) -> None:
    assert isinstance(alone.heard.echo, EchoCancellation)
    measured = alone.heard.echo.path.measure()
    assert abs(measured.delay_ms - alone.room.delay_ms) < 2
    assert abs(measured.level_db - (level_db(alone.echo) - level_db(far))) < 3


def test_without_cancellation_it_would_be(far: Samples) -> None:
    assert listen(Room(60, -20).echo(far), far, NoEcho()).onsets_s()


@pytest.mark.parametrize("gain_db", [-6, -20, -35])
def test_level_and_delay_are_known_after_a_few_seconds_of_chirps(gain_db: float) -> None:
    time_s = np.arange(at(0.5)) / SAMPLE_RATE_HZ
    chirp = 0.3 * np.sin(2 * np.pi * (150 * time_s + 6850 * time_s**2))
    played = whole_frames(np.tile(chirp, 8).astype(np.float32))
    echo = Room(80, gain_db).echo(played)
    path, heard = EchoPath(), echo + noise(len(played))
    for start in range(0, len(played), FRAME_SAMPLES):
        path.subtract(heard[start : start + 512], played[start : start + 512])
    measured = path.measure()
    assert abs(measured.delay_ms - 80) < 2
    assert abs(measured.level_db - (level_db(echo) - level_db(played))) < 3


def test_another_room_is_learned_anew(far: Samples) -> None:
    half = len(far) // FRAME_SAMPLES // 2 * FRAME_SAMPLES
    echo = np.concatenate([Room(60, -12).echo(far)[:half], Room(150, -8, 0.4).echo(far)[half:]])
    heard = listen(echo + noise(len(far)), far)
    assert isinstance(heard.echo, EchoCancellation)
    assert abs(heard.echo.path.measure().delay_ms - 150) < 2
    changed_s = half / SAMPLE_RATE_HZ
    assert not [s for s in heard.onsets_s() if not changed_s < s < changed_s + 3]


def test_two_devices_that_keep_two_clocks(far: Samples) -> None:
    drifting = resample(far, 1_000_000, 1_000_100)[: len(far)]
    echo = np.zeros_like(far)
    echo[: len(drifting)] = Room(60, -10).echo(drifting)
    assert listen(echo + noise(len(far)), far).onsets_s() == []


# ---- both speak ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class BothSpeak:
    recall: float
    """Of the frames that are speech where the user is alone."""
    late_ms: list[float | None]
    """How much later than without a loudspeaker each onset comes; None where there is none."""


def both_speak(room: Room, far: Samples, near: list[Samples], near_db: float) -> BothSpeak:
    """The user cuts in every three seconds, so much louder than the echo."""
    echo = room.echo(far)
    loud_db = np.median(levels_db(echo)[levels_db(echo) > AUDIBLE_DB])
    user, starts = silence(len(far)), range(at(CONVERGED_S), len(far) - at(3), at(3))
    for i, start in enumerate(starts):
        said = near[i % len(near)]
        said_db = np.median(levels_db(said)[levels_db(said) > level_db(said) - 10])
        user[start : start + len(said)] += said * 10 ** ((loud_db + near_db - said_db) / 20)
    alone = listen(user + noise(len(far)), silence(len(far)))
    both = listen(user + echo + noise(len(far)), far)
    reference = np.array(alone.probabilities) >= THRESHOLD
    found = (np.array(both.probabilities) >= THRESHOLD) & np.array(both.may_be_user)
    late_ms: list[float | None] = []
    for start in starts:
        cut = slice(start // FRAME_SAMPLES, (start + at(2.5)) // FRAME_SAMPLES)
        expected, actual = (_onset(flags[cut]) for flags in (reference, found))
        assert expected is not None
        late_ms.append(None if actual is None else (actual - expected) * FRAME_MS)
    return BothSpeak(float((found & reference).sum() / reference.sum()), late_ms)


def _onset(flags: np.ndarray) -> int | None:
    """The third frame of speech within six."""
    for i in range(len(flags)):
        if flags[i] and flags[max(0, i - 5) : i + 1].sum() >= 3:
            return i
    return None


@pytest.mark.parametrize(("near_db", "min_recall", "max_late_ms"), [(10, 0.8, 160), (0, 0.6, 640)])
@pytest.mark.parametrize("room", [Room(60, -6), Room(200, -20)], ids=str)
def test_the_user_is_heard_through_the_loudspeaker(
    room: Room,
    far: Samples,
    near: list[Samples],
    near_db: float,
    min_recall: float,
    max_late_ms: float,
) -> None:
    result = both_speak(room, far, near, near_db)
    late_ms = [late for late in result.late_ms if late is not None]
    assert len(late_ms) == len(result.late_ms)
    assert max(late_ms) <= max_late_ms
    assert np.median(late_ms) <= 100
    assert result.recall >= min_recall


def test_words_stay_as_they_were_said(far: Samples, near: list[Samples]) -> None:
    """AEC3 takes of the user, too; what is recognised is nearer to what was said."""
    room = Room(200, -20)
    user, said = silence(len(far)), near[0]
    for start in range(at(CONVERGED_S), len(far) - at(3), at(3)):
        user[start : start + len(said)] += 0.3 * said
    echo, heard = EchoCancellation(), user + room.echo(far) + noise(len(far))
    detected, words = [], []
    for start in range(0, len(heard), FRAME_SAMPLES):
        cut = slice(start, start + FRAME_SAMPLES)
        frame = echo.cancel(Frame(heard[cut], start, far[cut]))
        detected.append(frame.samples)
        words.append(echo.for_words(frame))
    lost_db, lost_words_db = (
        level_db(
            (np.concatenate(samples)[DELAY_SAMPLES:] - user[:-DELAY_SAMPLES])[
                user[:-DELAY_SAMPLES] != 0
            ]
        )
        for samples in (detected, words)
    )
    assert lost_words_db < lost_db - 3


def test_a_loud_user_is_heard_before_it_has_converged(far: Samples, near: list[Samples]) -> None:
    """The level rule lets pass what is louder than any echo could be."""
    far = far[: at(3.2)]
    user = silence(len(far))
    user[at(0.8) : at(0.8) + len(near[1])] = near[1][: len(user) - at(0.8)]
    user *= 0.9 / np.abs(user).max()
    heard = listen(Room(60, -20).echo(0.3 * far) + user, 0.3 * far)
    assert heard.onsets_s()
    assert heard.onsets_s()[0] < 1.5


# ---- the modes ----------------------------------------------------------------------------------


def test_headphones_change_nothing() -> None:
    echo, frame = choose_echo("headphones"), Frame(noise(512), 0, noise(512))
    assert echo.cancel(frame) is frame
    assert echo.may_be_user(frame)


def test_half_duplex_is_deaf_while_it_speaks_and_a_little_longer() -> None:
    echo = choose_echo("half-duplex")
    assert isinstance(echo, HalfDuplex)
    loud, quiet = noise(512, -20), silence(512)
    played = [quiet] * 3 + [loud] * 3 + [quiet] * 20
    frames = [echo.cancel(Frame(loud, 512 * i, piece)) for i, piece in enumerate(played)]
    deaf = [not frame.samples.any() for frame in frames]
    assert deaf == [False] * 3 + [True] * (3 + 16) + [False] * 4
    assert "half-duplex" in echo.describe()


def test_auto_leaves_what_is_heard_as_it_is_where_nothing_comes_back(
    far: Samples, near: list[Samples]
) -> None:
    user = silence(len(far))
    user[at(25) : at(25) + len(near[1])] = near[1]
    heard = user + noise(len(far)) + Room(5, -55).echo(far)
    echo = choose_echo("auto")
    assert echo.describe() == "echo cancelled"  # as long as it does not know
    result = listen(heard, far, echo)
    assert echo.describe() == "no echo"
    late = slice(at(22), at(30))
    assert np.array_equal(result.samples[late], heard[late])


def test_auto_cancels_when_the_headphones_are_taken_off(far: Samples) -> None:
    half = len(far) // FRAME_SAMPLES // 2 * FRAME_SAMPLES
    echo = choose_echo("auto")
    assert listen(noise(half), far[:half], echo).onsets_s() == []
    assert echo.describe() == "no echo"
    heard = listen(Room(60, -10).echo(far)[half:] + noise(len(far) - half), far[half:], echo)
    assert echo.describe() == "echo cancelled"
    assert [onset for onset in heard.onsets_s() if onset > 2] == []


def test_a_second_after_the_last_sound_nothing_is_done_to_what_is_heard(far: Samples) -> None:
    echo, heard = choose_echo("aec"), whole_frames(noise(at(12)))
    played = far[: len(heard)] * (np.arange(len(heard)) < at(4))
    result = listen(heard, played, echo)
    rested = slice(at(6), at(11))
    assert np.array_equal(result.samples[rested], heard[rested])


def test_it_goes_on_cancelling_after_a_rest(far: Samples) -> None:
    sounding, rest = far[: at(8)], silence(at(3))
    played = whole_frames(np.concatenate([sounding, rest, sounding]))
    echo, user = Room(60, -6).echo(played), silence(len(played))
    user[at(8) : at(11)] = noise(at(3), -25)  # loud until the loudspeaker goes on
    result = listen(echo + user + noise(len(played)), played, choose_echo("aec"))
    again = result.samples[at(11.2) : at(14)]
    assert level_db(again) < level_db(echo[at(11.2) : at(14)]) - 20
    assert result.onsets_s() == []


def test_aec_always_cancels(far: Samples) -> None:
    echo = choose_echo("aec")
    listen(noise(at(16)), far[: at(16)], echo)
    assert echo.describe() == "echo cancelled"
