"""What the loudspeaker sends back into the microphone, and how not to take it for the user.

    heard ──► EchoPath: minus what it expects of played ──► AEC3 ──► cancelled
    played ──────────┴──────────────────────────────────────┘

AEC3 alone (what browsers have) leaves no echo that could be taken for speech, but little of a user
who speaks at the same time no louder than the echo. Behind a linear filter it has 15-20 dB less
echo to remove, and lets the user through. The filter knows at any time how much echo it may have
left: what is not louder than that is not the user.

Whether it is the user is asked of what AEC3 left; what was said is recognised in `for_words`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voicecli.settings import EchoMode
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, Samples, silence

BLOCK_SAMPLES = SAMPLE_RATE_HZ // 100
"""AEC3 takes 10 ms at a time."""

FRAMING_SAMPLES = 128
"""What a Frame lacks at most to a whole number of such blocks: 512 and 160 have 32 in common."""

AEC3_SAMPLES = 128
"""AEC3's own delay (measured): it works on 64 samples at a time, and overlaps them."""

DELAY_SAMPLES = FRAMING_SAMPLES + AEC3_SAMPLES

PARTITIONS = 14
"""Frames that the filter spans: 448 ms hold 200 ms of Bluetooth and the room behind it."""

FIRST_VARIANCE = 0.05
"""Of each of the filter's weights, before anything was heard; all together make an echo 1.5 dB
softer than what was played."""

FORGETTING = 0.9995
"""Of a weight per frame: a path that changes (a hand, a lid) is learned again in seconds."""

DISTURBANCE_MEMORY = 0.9
"""How slowly the filter forgets, per frame, that somebody else was speaking."""

WRONG_RATIO = 1.5
"""A filter that makes what is heard so much louder, in power, though it is sure of itself, has
learned another room, and starts anew."""

FLOOR = 1e-10
"""-100 dBFS, as a power."""

NOTHING_DB = -45.0
"""What comes back so much softer than it was played is no echo, but a headphone's whisper."""

LEVEL_MEMORY = 0.97
DOUBT_MEMORY = 0.9
"""Per frame in which something is played: the echo's level is that of the last second, whether the
filter is wrong is seen in a third of it."""

AUDIBLE = 1e-6
"""Power above which something is played, or heard of it (-60 dBFS)."""

MAX_DELAY_FRAMES = 8
"""256 ms: the longest way of an echo, over Bluetooth."""

LOUD = 1e-4
"""Mean power of what is played (-40 dBFS) from which silence means something."""

READY_DB = -12.0
"""Where nothing comes back, the filter is kept from being surer of it than this."""

EXPLAINED_DB = 4.0
"""Where the filter takes away so much of what is heard, something does come back after all."""

LEFT_DB = -10.0
"""Of the echo that is to be expected behind the filter, so much at most does AEC3 leave: a user is
louder. Measured where it matters, in the first seconds, in which the filter may be surer of itself
than it should be: of 336 replies in loud rooms 19 suspended themselves without this rule, none with
it; of 72 users who cut in no louder than the echo it loses 2."""

WORDS_AEC3 = 0.5
"""Share of AEC3 in what is recognised; the rest is the linear filter's. AEC3 dulls a user who
speaks over the loudspeaker: "Stop, please" became "start, please". Of 100 words said over it, no
louder than it, tiny.en got 38 wrong behind AEC3, 15 behind the filter and 12 behind half of each
(with the loudspeaker silent 3); over the very first reply 58, 17 and 17; where the echo is faint
15, 5 and 6. Half of AEC3 is kept for the moment after another room, when the filter does
nothing."""

RESTING_FRAMES = 32
"""Frames in a row with nothing played after which AEC3 rests: a second, within which every echo
has died away. With nothing to remove it costs 0.25 ms a frame all the same, a third of what
listening to silence takes."""

RESUMED_FRAMES = 4
"""What AEC3 hears again of what it missed, so that nothing old comes out of it."""

TAIL_S = 0.5
"""The loudspeaker may be heard so long after it was given its last sound: 200 ms of Bluetooth, and
a room that rings."""


class Echo(Protocol):
    """What stands between the microphone and the conversation."""

    def cancel(self, frame: Frame) -> Frame: ...
    def may_be_user(self, frame: Frame) -> bool: ...
    def for_words(self, frame: Frame) -> Samples:
        """Of the frame that `cancel` returned last, what a recogniser understands best."""
        ...

    def describe(self) -> str:
        """In a few words, for the screen."""
        ...


class NoEcho:
    """Headphones, or a recording: nothing comes back."""

    def cancel(self, frame: Frame) -> Frame:
        return frame

    def may_be_user(self, frame: Frame) -> bool:
        return True

    def for_words(self, frame: Frame) -> Samples:
        return frame.samples

    def describe(self) -> str:
        return "no echo"


class HalfDuplex:
    """The microphone is not heard while the loudspeaker speaks: no echo, and no interruption."""

    def __init__(self) -> None:
        self._deaf_until = 0

    def cancel(self, frame: Frame) -> Frame:
        if _power(frame.played) > AUDIBLE:
            self._deaf_until = frame.end + int(TAIL_S * SAMPLE_RATE_HZ)
        if self.may_be_user(frame):
            return frame
        return Frame(silence(FRAME_SAMPLES), frame.start, frame.played)

    def may_be_user(self, frame: Frame) -> bool:
        return frame.start >= self._deaf_until

    def for_words(self, frame: Frame) -> Samples:
        return frame.samples

    def describe(self) -> str:
        return "half-duplex"


@dataclass(frozen=True, slots=True)
class EchoMeasurement:
    """What comes back from the loudspeaker."""

    level_db: float
    """Relative to what was played."""
    delay_ms: float
    """From Frame.played to Frame.samples; means nothing where nothing comes back."""


class EchoPath:
    """The way from the loudspeaker to the microphone, learned while something is played.

    A Kalman filter in the frequency domain, in PARTITIONS of one frame (Enzner and Vary, "Frequency
    -domain adaptive Kalman filter for acoustic echo control", 2006; Kuech et al., "State-space
    architecture of the partitioned-block-based acoustic echo controller", 2014). Its variances say
    how far each weight may be off, so it learns fast at first, and hardly while the user speaks.
    """

    def __init__(self) -> None:
        n_bins = FRAME_SAMPLES + 1
        shape = PARTITIONS, n_bins
        self._spectra = np.zeros(shape, np.complex64)
        """Of what was played, the newest first."""
        self._last_played = silence(FRAME_SAMPLES)
        self.n_silent = PARTITIONS
        """Frames in a row with nothing played."""
        self._disturbance: NDArray[np.floating] = np.full(n_bins, 0.01, np.float32)
        """Power of everything that is heard and not explained."""
        self.forget()

    def forget(self) -> None:
        """Learn anew: it may be another room, or another loudspeaker."""
        self._weights = np.zeros_like(self._spectra)
        self._variances = np.full(self._weights.shape, FIRST_VARIANCE, np.float32)
        self._echo_power, self._played_power = 0.0, AUDIBLE
        self._expected_power = FIRST_VARIANCE * PARTITIONS * AUDIBLE
        self._allowed_power = self._rest_power = 0.0

    def subtract(self, heard: Samples, played: Samples) -> tuple[Samples, float]:
        """What is heard without the echo, and the power that the echo may still have in it."""
        both = np.concatenate([self._last_played, played])
        self._last_played = played
        self.n_silent = 0 if both.any() else self.n_silent + 1
        if self.n_silent >= PARTITIONS:
            return heard, 0.0  # nothing of what was played is left in the spectra, or will be
        self._spectra = np.roll(self._spectra, 1, axis=0)
        self._spectra[0] = np.fft.rfft(both)
        power = np.square(np.abs(self._spectra))
        echo = np.fft.irfft((self._weights * self._spectra).sum(axis=0))[FRAME_SAMPLES:]
        echo = echo.astype(np.float32)
        rest = heard - echo
        expected = self._learn(rest, power)
        self._played_power = _smooth(self._played_power, _power(played), LEVEL_MEMORY)
        self._echo_power = _smooth(self._echo_power, _power(echo), LEVEL_MEMORY)
        self._expected_power = _smooth(self._expected_power, expected, LEVEL_MEMORY)
        self._allowed_power = _smooth(self._allowed_power, _power(heard) + expected, DOUBT_MEMORY)
        self._rest_power = _smooth(self._rest_power, _power(rest), DOUBT_MEMORY)
        if self._rest_power > WRONG_RATIO * self._allowed_power:
            self.forget()
        return rest, expected

    def _learn(self, rest: Samples, power: NDArray[np.float32]) -> float:
        """Take the step that `rest` asks for; returns the power that was to be expected of it."""
        error = np.fft.rfft(np.concatenate([silence(FRAME_SAMPLES), rest]))
        keep = DISTURBANCE_MEMORY
        disturbance = np.square(np.abs(error)).astype(np.float32, copy=False)
        self._disturbance = keep * self._disturbance + (1 - keep) * disturbance
        expected = (self._variances * power).sum(axis=0)
        # Of the 2 N samples of a spectrum only N are heard: twice the noise, half the step.
        gain = self._variances / (expected + 2 * self._disturbance + FLOOR)
        step = np.fft.irfft(gain * self._spectra.conj() * error, axis=1)
        step[:, FRAME_SAMPLES:] = 0
        self._weights += np.fft.rfft(step, axis=1).astype(np.complex64)
        self._variances *= np.maximum(1 - gain * power / 2, 0)
        forget = 1 - FORGETTING**2
        self._variances += forget * (np.square(np.abs(self._weights)) - self._variances)
        return (
            float(expected[0] + 2 * expected[1:-1].sum() + expected[-1]) / (2 * FRAME_SAMPLES) ** 2
        )

    @property
    def level_db(self) -> float:
        """What comes back relative to what is played, at most: what isn't known yet counts."""
        return _db((self._echo_power + self._expected_power) / (self._played_power + FLOOR))

    def measure(self) -> EchoMeasurement:
        """What is known by now. It needs two seconds of sound."""
        level_db = _db(self._echo_power / (self._played_power + FLOOR))
        response = np.fft.irfft(self._weights, axis=1)[:, :FRAME_SAMPLES].reshape(-1)
        delay_ms = 1000 * int(np.abs(response).argmax()) / SAMPLE_RATE_HZ
        return EchoMeasurement(level_db, delay_ms)


class EchoCancellation:
    """A linear filter and AEC3. The frames come out DELAY_SAMPLES late, with their true indices.

    auto: where nothing comes back, what is heard is left as it is; if something does come back
    later (headphones were taken off), it is cancelled again.
    """

    def __init__(self, *, auto: bool = False) -> None:
        from pywebrtc_audio import EchoCanceller

        self.path = EchoPath()
        self._auto = auto
        self._aec3 = EchoCanceller(SAMPLE_RATE_HZ)
        self._start_blocks()
        self._missed: deque[Samples] = deque(maxlen=RESUMED_FRAMES)
        """What AEC3 was not given while it rests, the newest."""
        self._delayed = (silence(DELAY_SAMPLES),) * 3
        """Of what was heard, what the filter left of it, and what was played."""
        self._words = silence(FRAME_SAMPLES)
        self._powers = (0.0, 0.0), (0.0, 0.0)
        """Of the last two frames: what was left, and what was to be expected of the echo."""
        self._heard_power = self._rest_power = 0.0
        self._levels: deque[tuple[float, float]] = deque(maxlen=2 * MAX_DELAY_FRAMES)
        """Power heard and played, of the last frames."""
        self._is_silent = False
        """Played was loud, and heard was nothing at all."""

    @property
    def nothing_comes_back(self) -> bool:
        """What is played can't be heard: headphones. Only `auto` asks."""
        return self._auto and (self._is_silent or self.path.level_db < NOTHING_DB)

    def cancel(self, frame: Frame) -> Frame:
        self._look_for_silence(frame)
        rest, expected = self.path.subtract(frame.samples, frame.played)
        self._powers = self._powers[1], (_power(rest), expected)
        now = frame.samples, rest, frame.played
        both = [np.concatenate(pair) for pair in zip(self._delayed, now, strict=True)]
        self._delayed = both[0][FRAME_SAMPLES:], both[1][FRAME_SAMPLES:], both[2][FRAME_SAMPLES:]
        heard, filtered, played = (samples[:FRAME_SAMPLES] for samples in both)
        if self.path.n_silent > RESTING_FRAMES:
            self._missed.append(rest)
            self._words = filtered
            return Frame(filtered, frame.start - DELAY_SAMPLES, played)
        self._resume()
        cancelled = self._cancel_rest(rest, frame.played)
        words = WORDS_AEC3 * cancelled + (1 - WORDS_AEC3) * filtered
        self._words = words.astype(np.float32, copy=False)
        if self.nothing_comes_back:
            self._doubt(frame.samples, rest, frame.played)
            cancelled = self._words = heard
        return Frame(cancelled, frame.start - DELAY_SAMPLES, played)

    def _doubt(self, heard: Samples, rest: Samples, played: Samples) -> None:
        """An echo can be explained by what was played, and so taken away; a user can not."""
        if self.path.level_db < READY_DB:
            self.path.forget()  # a filter that is sure of silence would not learn
        if min(_power(played), _power(heard)) > AUDIBLE:
            self._heard_power = _smooth(self._heard_power, _power(heard), DOUBT_MEMORY)
            self._rest_power = _smooth(self._rest_power, _power(rest), DOUBT_MEMORY)
        if _db(self._heard_power) - _db(self._rest_power) > EXPLAINED_DB:
            self._is_silent = False
            self._heard_power = self._rest_power = 0.0
            self._levels.clear()

    def _look_for_silence(self, frame: Frame) -> None:
        """Headphones are told within the first half second of a reply.

        The filter alone would need ten, and AEC3, that finds no echo to learn from, would take the
        user for one meanwhile.
        """
        self._levels.append((_power(frame.samples), _power(frame.played)))
        if len(self._levels) < 2 * MAX_DELAY_FRAMES:
            return
        heard, played = zip(*self._levels, strict=True)
        # The echo of the first half would have come by now.
        before = sum(played[:MAX_DELAY_FRAMES])
        if before > LOUD * MAX_DELAY_FRAMES:
            self._is_silent |= _db(sum(heard)) - _db(before) < NOTHING_DB

    def _start_blocks(self) -> None:
        """Of what comes next, the first block."""
        self._to_cancel = silence(0), silence(0)
        self._cancelled = silence(FRAMING_SAMPLES)

    def _resume(self) -> None:
        """After a rest: what comes out of AEC3 next is to be of now."""
        if self._missed:
            self._start_blocks()
        for missed in self._missed:
            self._cancel_rest(missed, silence(FRAME_SAMPLES))
        self._missed.clear()

    def _cancel_rest(self, rest: Samples, played: Samples) -> Samples:
        rest, played = (
            np.concatenate(pair) for pair in zip(self._to_cancel, (rest, played), strict=True)
        )
        n_whole = len(rest) // BLOCK_SAMPLES * BLOCK_SAMPLES
        self._to_cancel = rest[n_whole:], played[n_whole:]
        cancelled = np.concatenate(
            [self._cancelled, self._aec3.process(rest[:n_whole], played[:n_whole])]
        )
        self._cancelled = cancelled[FRAME_SAMPLES:]
        return cancelled[:FRAME_SAMPLES]

    def may_be_user(self, frame: Frame) -> bool:
        """False where what the filter or AEC3 left is no louder than what the echo may have left.

        `frame` is the one that `cancel` returned last. It lies across two of those that were given.
        """
        if self.nothing_comes_back:
            return True
        rest, expected = (sum(pair) / 2 for pair in zip(*self._powers, strict=True))
        return rest > expected and _power(frame.samples) > 10 ** (LEFT_DB / 10) * expected

    def for_words(self, frame: Frame) -> Samples:
        return self._words

    def describe(self) -> str:
        return "no echo" if self.nothing_comes_back else "echo cancelled"


def choose_echo(mode: EchoMode) -> Echo:
    """What `--echo` asks for."""
    match mode:
        case "headphones":
            return NoEcho()
        case "half-duplex":
            return HalfDuplex()
        case "aec":
            return EchoCancellation()
        case "auto":
            return EchoCancellation(auto=True)


def _power(samples: Samples) -> float:
    return float(samples.dot(samples)) / len(samples)


def _smooth(before: float, now: float, memory: float) -> float:
    return memory * before + (1 - memory) * now


def _db(power: float) -> float:
    return 10 * float(np.log10(power + FLOOR))
