"""Is the microphone heard, how loud, and what of the loudspeaker comes back into it?"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

import numpy as np

from voicecli.duplex.devices import DeviceDuplex
from voicecli.duplex.zeros import ZeroWatch, patience_s
from voicecli.hearing.echo import TAIL_S, EchoMeasurement, EchoPath
from voicecli.hearing.faintness import Faintness
from voicecli.hearing.vad import SileroVad
from voicecli.sound.samples import (
    FRAME_MS,
    FRAME_SAMPLES,
    SAMPLE_RATE_HZ,
    Frame,
    Samples,
    level_db,
    silence,
)
from voicecli.tts.clip import Clip

NOISY_DB = -45.0
"""A noise floor above it makes speech hard to tell: people at arm's length speak at -35 to -20."""

NOISE_PERCENTILE = 10
"""Of the frames' levels: the pauses between words and clicks."""


@dataclass(frozen=True)
class Recorded:
    """What a microphone gave."""

    samples: Samples
    """16 kHz."""
    is_zeros: bool
    """It gave nothing but zeros for longer than it needs to wake up."""

    @property
    def level_db(self) -> float:
        return level_db(self.samples)

    @property
    def loudest_db(self) -> float:
        """Of its loudest frame."""
        return max(_levels_db(self.samples), default=level_db(self.samples))

    @property
    def noise_db(self) -> float:
        """Of its quiet moments."""
        return float(np.percentile(_levels_db(self.samples) or [-100.0], NOISE_PERCENTILE))


def _levels_db(samples: Samples) -> list[float]:
    starts = range(0, len(samples) - FRAME_SAMPLES + 1, FRAME_SAMPLES)
    return [level_db(samples[start : start + FRAME_SAMPLES]) for start in starts]


async def frames_of(duplex: DeviceDuplex) -> AsyncGenerator[Frame, None]:
    """Its frames, from the first that is no silence: a headset may have to wake up.

    They end at once where it gives nothing but zeros for too long.
    """
    microphone = duplex.microphone
    patience = None if microphone is None else patience_s(microphone)
    watch = ZeroWatch(patience)
    awake = patience is None
    async with aclosing(duplex.frames()) as frames:
        async for frame in frames:
            if watch.feed(frame.samples) == "zeros":
                return
            awake = awake or bool(frame.samples.any())
            if awake:
                yield frame


async def listen(
    duplex: DeviceDuplex, duration_s: float, on_level: Callable[[float], None] = lambda db: None
) -> Recorded:
    """Hear for so long; `on_level` gets the level of every frame, in dBFS."""
    heard = [silence(0)]
    async with aclosing(frames_of(duplex)) as frames:
        async for frame in frames:
            heard.append(frame.samples)
            on_level(level_db(frame.samples))
            if len(heard) * FRAME_MS >= 1000 * duration_s:
                break
    return Recorded(np.concatenate(heard), is_zeros=len(heard) == 1)


async def loudest_speech_db(frames: AsyncGenerator[Frame, None], within_s: float) -> float | None:
    """How loud the loudest frame of what somebody says is, in dBFS; None where nobody speaks.

    Ends as soon as there was enough speech to tell.
    """
    detector, watch = SileroVad(), Faintness(SileroVad)
    async with aclosing(frames):
        end = None
        async for frame in frames:
            end = frame.start + int(within_s * SAMPLE_RATE_HZ) if end is None else end
            faint_db = watch.feed(frame, detector.probability(frame.samples))
            if faint_db is not None:
                return faint_db
            if watch.is_clear or frame.end >= end:
                break
    return watch.loudest_db if watch.is_clear else None


async def play(duplex: DeviceDuplex, clip: Clip) -> list[Frame]:
    """Play it to its end; the frames from its beginning until its echo is over."""
    playback = duplex.speaker.queue(clip)
    frames: list[Frame] = []
    end: int | None = None
    async with aclosing(duplex.frames()) as found:
        async for frame in found:
            frames.append(frame)
            if end is None and playback.heard_samples >= len(clip.samples):
                end = frame.end + int((TAIL_S + duplex.speaker.latency_s) * SAMPLE_RATE_HZ)
            if end is not None and frame.end >= end:
                break
    return frames


def measure_echo(frames: list[Frame]) -> EchoMeasurement:
    """What of the loudspeaker is in the frames that `play` gave."""
    path = EchoPath()
    for frame in frames:
        path.subtract(frame.samples, frame.played)
    return path.measure()
