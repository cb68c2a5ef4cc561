"""How many conversations this machine can hold: measured when the server starts.

What a conversation takes is the event loop's work, which listens all the time, and the engines',
once a turn. scripts/load.py on two cores, per person and of one core: 3 % for the loop and 8 % for
the models on board (eight people), 5 and 12 % for tiny.en and a medium voice (four).
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from voicecli.engines import Engines
from voicecli.hearing.vad import SileroVad
from voicecli.languages import language_of
from voicecli.sound.resampling import resample
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, silence
from voicecli.speech_engines import PIPER, WHISPER, is_here
from voicecli.tts.clip import Clip

T = TypeVar("T")

TURN_EVERY_S = 7.0
"""Of one user: a question, its answer, and the thought after it."""

HEARD_A_TURN = 3
"""Times that what a user says is recognised: in a pause, at the end, and for partial transcripts.
"""

REST_FRAMES = 1800
"""A turn's other work (drafts, text, word times, resampling), as so many frames of the speech
detector: it is as slow as the machine is. 0.25 s where a frame takes 0.14 ms."""

VAD_SHARE = 0.19
"""Of the event loop's work that is for the speech detector (profile of eight conversations)."""

MAX_LOAD = 0.4
"""Of the cores, and of the event loop alone: turns come in heaps, and queues grow beyond it."""

MOST = 64

TRIES = 2
"""Of which the quicker counts: the other one may have waited for somebody else's work."""


@dataclass(frozen=True)
class Costs:
    """Times on this machine."""

    recognition_s: float = 0.0
    """Of a short utterance; 0 where a server does it."""
    speech_s: float = 0.0
    """Of making a sentence; 0 where a server does it."""
    frame_s: float = 0.0
    """Of the speech detector, for one frame."""


def n_sessions(costs: Costs, n_cores: float) -> int:
    """At least one: who starts a server wants to talk."""
    loop_share = costs.frame_s * SAMPLE_RATE_HZ / FRAME_SAMPLES / VAD_SHARE
    turn_s = HEARD_A_TURN * costs.recognition_s + costs.speech_s + REST_FRAMES * costs.frame_s
    share = loop_share + turn_s / TURN_EVERY_S
    by_loop = MAX_LOAD / loop_share if loop_share else MOST
    by_cores = MAX_LOAD * n_cores / share if share else MOST
    return max(1, min(MOST, int(min(by_loop, by_cores))))


def n_cores() -> float:
    """That this process may use: by its affinity, and by its container's limit."""
    cores: float = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    with suppress(OSError, ValueError):  # "max 100000", or none at all
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text("ascii").split()
        cores = min(cores, int(quota) / int(period))
    return cores


async def measured(engines: Engines) -> Costs:
    """For engines that are warm; raises VoicecliError."""
    voice, recognizer = engines.voice(), engines.recognizer()
    sentence = language_of(voice.language or "en").phrases.not_understood
    sentence_clip = Clip(silence(SAMPLE_RATE_HZ), SAMPLE_RATE_HZ)
    speech_s = recognition_s = 0.0
    if is_here(engines.settings.tts.engine, PIPER):
        speech_s, sentence_clip = await _quickest(lambda: voice.synthesize(sentence))
    if is_here(engines.settings.stt.engine, WHISPER):
        heard = resample(sentence_clip.samples, sentence_clip.sample_rate_hz, SAMPLE_RATE_HZ)
        recognition_s, _ = await _quickest(lambda: recognizer.transcribe(heard))
    return Costs(recognition_s, speech_s, await asyncio.to_thread(_frame_s))


async def _quickest(work: Callable[[], Awaitable[T]]) -> tuple[float, T]:
    tries = [await _timed(work) for _ in range(TRIES)]
    return min(tries, key=lambda one: one[0])


async def _timed(work: Callable[[], Awaitable[T]]) -> tuple[float, T]:
    begun_s = time.perf_counter()
    result = await work()
    return time.perf_counter() - begun_s, result


def _frame_s() -> float:
    detector, frame = SileroVad(), silence(FRAME_SAMPLES)
    times_s: list[float] = []
    for _ in range(50):
        begun_s = time.perf_counter()
        detector.probability(frame)
        times_s.append(time.perf_counter() - begun_s)
    return sorted(times_s)[len(times_s) // 2]
