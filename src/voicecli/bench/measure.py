"""The metrics, each as a list of samples of one unit."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from voicecli.audio import FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples, resample
from voicecli.bench.room import Room
from voicecli.bench.server import MODEL, serve
from voicecli.conversation import Conversation, Parts
from voicecli.duplex import DeviceDuplex
from voicecli.echo import choose_echo
from voicecli.errors import VoicecliError
from voicecli.events import Event, ReplyEnded, State, StateChanged, TurnTimed
from voicecli.history import History
from voicecli.llm import LanguageModel
from voicecli.settings import LlmSettings, Settings
from voicecli.stt import Recognizer
from voicecli.timing import now_s, percentile
from voicecli.tts import Voice
from voicecli.vad import SileroVad

T = TypeVar("T", bound=Event)

QUESTIONS = ("What is seven plus twelve?", "What time is it?", "Tell me a joke.", "How are you?")

LONG_SENTENCE = " ".join(["One sentence may be much longer than all the others are,"] * 4)

TURN_S = 60.0
"""A turn that takes longer never ends: nothing was understood, or the machine is far too slow."""

KEYS = (
    *("vad", "tts-first-audio", "tts-rtf", "first-audio-own", "endpoint-lag", "hangover", "stt"),
    *("first-audio", "barge-in", "idle", "start", "memory"),
)
"""Of all metrics, in their order."""

IDLE_S = 5.0


@dataclass(frozen=True)
class Metric:
    key: str
    """Its name in JSON and for --budget."""
    name: str
    unit: str
    values: list[float]

    @property
    def p50(self) -> float | None:
        return percentile(self.values, 50)

    @property
    def p95(self) -> float | None:
        return percentile(self.values, 95)


@dataclass
class Bench:
    """The loaded models, and everything that is measured with them."""

    settings: Settings
    recognizer: Recognizer
    voice: Voice
    tell: Callable[[str], None]
    """Gets a line for each step."""
    questions: list[Samples] = field(default_factory=list)

    async def prepare(self) -> None:
        await asyncio.gather(self.recognizer.warm_up(), self.voice.warm_up())
        for text in QUESTIONS:
            clip = await self.voice.synthesize(text)
            self.questions.append(resample(clip.samples, clip.sample_rate_hz, SAMPLE_RATE_HZ))

    async def run(self, n_turns: int) -> tuple[list[Metric], TurnTimed | None]:
        """Everything; also one turn's stages, for a waterfall."""
        await self.prepare()
        self.tell("models")
        metrics = [self.vad(), *await self.tts()]
        self.tell(f"{n_turns} turns, the language model's time excluded")
        turns = await self.turns(n_turns, first_token_s=0.0, tokens_per_s=100.0)
        metrics += turns.metrics("excluded")
        self.tell(f"{n_turns} turns, with a model of 150 ms and 50 tokens/s")
        turns = await self.turns(n_turns, first_token_s=0.15, tokens_per_s=50.0)
        metrics += turns.metrics("included")[:1]
        self.tell(f"{n_turns} interruptions")
        metrics.append(await self.barge_in(n_turns))
        self.tell("idle, start and memory")
        metrics += [await self.idle(), *cold_start(), memory()]
        return metrics, turns.timed[-1] if turns.timed else None

    # ---- single parts -------------------------------------------------------------------------

    def vad(self) -> Metric:
        detector, speech = SileroVad(), np.concatenate(self.questions)
        values = []
        for i in range(0, len(speech) - FRAME_SAMPLES, FRAME_SAMPLES):
            began_s = now_s()
            detector.probability(speech[i : i + FRAME_SAMPLES])
            values.append(1000 * (now_s() - began_s))
        return Metric("vad", "voice activity detection, a frame of 32 ms", "ms", values)

    async def tts(self) -> list[Metric]:
        first_ms, rtf = [], []
        for sentence in (QUESTIONS[0], LONG_SENTENCE) * 5:
            began_s = now_s()
            async with aclosing(self.voice.stream(sentence)) as clips:
                first = await anext(clips)
                first_ms.append(1000 * (now_s() - began_s))
                async for _ in clips:
                    pass
            rtf.append((now_s() - began_s) / first.duration_s)
        return [
            Metric("tts-first-audio", "sentence -> its first audio", "ms", first_ms),
            Metric("tts-rtf", "speech synthesis, of real time", "x", rtf),
        ]

    # ---- whole conversations ------------------------------------------------------------------

    @asynccontextmanager
    async def conversation(
        self, n_turns: int, first_token_s: float, tokens_per_s: float
    ) -> AsyncIterator[tuple[Room, Events]]:
        """Raises VoicecliError where one of the turns takes longer than TURN_S."""
        room, events = Room(n_turns * (TURN_S + 1)), Events()
        async with serve(first_token_s, tokens_per_s) as base_url:
            llm = replace(LlmSettings(), base_url=base_url, model=MODEL)
            async with (
                DeviceDuplex(sound_system=lambda: room) as duplex,
                LanguageModel(llm) as language_model,
            ):
                await language_model.connect()
                parts = Parts(
                    duplex,
                    choose_echo(self.settings.sound.echo),
                    SileroVad(),
                    self.recognizer,
                    language_model,
                    self.voice,
                )
                running = asyncio.create_task(
                    Conversation(
                        parts, History(), events, settings=self.settings.listen, draft=True
                    ).run()
                )
                try:
                    yield room, events
                except TimeoutError:
                    raise VoicecliError(
                        f"a turn of the bench was not over after {TURN_S:.0f} s",
                        "try a smaller model, and one that understands English",
                    ) from None
                finally:
                    running.cancel()
                    await asyncio.wait([running])
                    if not running.cancelled() and (error := running.exception()):
                        raise error

    async def turns(self, n_turns: int, first_token_s: float, tokens_per_s: float) -> Turns:
        turns = Turns()
        async with self.conversation(n_turns, first_token_s, tokens_per_s) as (room, events):
            for number in range(n_turns):
                _, said_until = room.say(self.questions[number % len(self.questions)])
                async with asyncio.timeout(TURN_S):
                    timed = await events.next(TurnTimed)
                    await events.next(ReplyEnded)
                answered_at = room.first_heard(said_until)
                if answered_at is not None:
                    turns.add(1000 * (answered_at - said_until) / SAMPLE_RATE_HZ, timed)
                await asyncio.sleep(0.3)
        return turns

    async def barge_in(self, n_turns: int) -> Metric:
        stop = self.questions[1][: SAMPLE_RATE_HZ // 2]
        values = []
        async with self.conversation(n_turns, 0.0, 100.0) as (room, events):
            for number in range(n_turns):
                room.say(self.questions[number % len(self.questions)])
                async with asyncio.timeout(TURN_S):
                    await events.next(TurnTimed)
                    await asyncio.sleep(0.9 + 0.1 * (number % 5))
                    onset, until = room.say(stop)
                    await asyncio.sleep((until - room.position) / SAMPLE_RATE_HZ + 0.3)
                    last = room.last_heard(onset)
                    if last is not None:
                        values.append(1000 * (last - onset) / SAMPLE_RATE_HZ)
                    await events.state(State.LISTENING)
                await asyncio.sleep(0.3)
        return Metric("barge-in", "onset of an interruption -> silence", "ms", values)

    async def idle(self) -> Metric:
        async with self.conversation(1, 0.0, 100.0):
            await asyncio.sleep(2)
            began_s, cpu_s = now_s(), time.process_time()
            await asyncio.sleep(IDLE_S)
            share = 100 * (time.process_time() - cpu_s) / (now_s() - began_s)
        return Metric("idle", "listening to silence, of one core", "%", [share])


class Events:
    """The events of a conversation, to be waited for."""

    def __init__(self) -> None:
        self._events: asyncio.Queue[Event] = asyncio.Queue()

    def __call__(self, event: Event) -> None:
        if isinstance(event, TurnTimed | ReplyEnded | StateChanged):
            self._events.put_nowait(event)

    async def next(self, kind: type[T]) -> T:
        while not isinstance(event := await self._events.get(), kind):
            pass
        return event

    async def state(self, state: State) -> None:
        while (await self.next(StateChanged)).state != state:
            pass


@dataclass
class Turns:
    """Latencies as they were heard, beside what the program said of them."""

    heard_ms: list[float] = field(default_factory=list)
    timed: list[TurnTimed] = field(default_factory=list)

    def add(self, heard_ms: float, timed: TurnTimed) -> None:
        self.heard_ms.append(heard_ms)
        self.timed.append(timed)

    def metrics(self, model_time: str) -> list[Metric]:
        lag_ms = [
            heard_ms - timed.first_audio_ms
            for heard_ms, timed in zip(self.heard_ms, self.timed, strict=True)
        ]
        return [
            Metric(
                "first-audio" if model_time == "included" else "first-audio-own",
                f"end of speech -> first audio, the model's time {model_time}",
                "ms",
                self.heard_ms,
            ),
            Metric("endpoint-lag", "true end of speech -> detected end", "ms", lag_ms),
            Metric("hangover", "silence waited for", "ms", [t.hangover_ms for t in self.timed]),
            Metric(
                "stt", "transcription, inside the hangover", "ms", [t.stt_ms for t in self.timed]
            ),
        ]


def cold_start() -> list[Metric]:
    def time_ms(*arguments: str) -> float:
        began_s = now_s()
        subprocess.run(
            [sys.executable, "-m", "voicecli", *arguments], capture_output=True, check=False
        )
        return 1000 * (now_s() - began_s)

    return [Metric("start", "start -> --help", "ms", [time_ms("--help") for _ in range(5)])]


def memory() -> Metric:
    """Proportional set size: shared libraries count for their share. Linux only."""
    smaps = Path("/proc/self/smaps_rollup")
    if not smaps.exists():
        return Metric("memory", "memory (PSS)", "MB", [])
    line = next(line for line in smaps.read_text().splitlines() if line.startswith("Pss:"))
    return Metric("memory", "memory (PSS)", "MB", [int(line.split()[1]) / 1000])
