"""The metrics, each as a list of samples of one unit."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from voicecli.bench import advice
from voicecli.bench.room import HEADPHONES, OPEN_LOUDSPEAKER, Loudspeaker, Room
from voicecli.bench.server import ANSWER, MODEL, SHORT_ANSWER, serve
from voicecli.bench.start import help_ms, talk_memory_mb, talk_ms
from voicecli.conversation.events import Event, Notice, ReplyEnded, State, StateChanged, TurnTimed
from voicecli.doctor.speech import expected_first_audio_ms
from voicecli.duplex.devices import DeviceDuplex
from voicecli.engines import Engines
from voicecli.errors import VoicecliError
from voicecli.hearing.vad import SileroVad
from voicecli.settings import LlmSettings
from voicecli.sound.resampling import resample
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples
from voicecli.timing import now_s, percentile

T = TypeVar("T", bound=Event)

QUESTIONS = ("What is seven plus twelve?", "What time is it?", "Tell me a joke.", "How are you?")

LONG_SENTENCE = " ".join(["One sentence may be much longer than all the others are,"] * 4)

TURN_S = 60.0
"""A turn that takes longer never ends: nothing was understood, or the machine is far too slow."""

IDLE_S = 2.0
"""Of silence, for each turn that is asked for: 20 s, unless it is to be quicker or more exact."""

STARTS = 3

METRICS = {
    "vad": ("ms", "speech detection, a frame of 32 ms"),
    "endpoint-lag": ("ms", "true -> detected speech end"),
    "hangover": ("ms", "silence waited for"),
    "stt": ("ms", "speech end -> transcript"),
    "first-audio-own": ("ms", "speech end -> first audio, LLM excluded"),
    "first-audio": ("ms", "speech end -> first audio, LLM included"),
    "barge-in": ("ms", "interruption -> silence, headphones"),
    "barge-in-loudspeaker": ("ms", "interruption -> silence, loudspeaker"),
    "recognition-trimmed": ("ms", "a question recognised, as it is"),
    "recognition-padded": ("ms", "a question recognised, padded to 30 s"),
    "tts-first-audio": ("ms", "sentence -> its first audio"),
    "tts-rtf": ("x", "speech synthesis, of real time"),
    "idle": ("%", "listening to silence, of one core"),
    "start": ("ms", "start -> --help"),
    "start-listening": ("ms", "start -> listening"),
    "start-ready": ("ms", "start -> ready for a turn"),
    "memory": ("MB", "memory of a conversation (PSS)"),
}
"""Units and meanings, in their order. In JSON and for --budget they have these names."""


@dataclass(frozen=True)
class Metric:
    key: str
    values: list[float]

    @property
    def unit(self) -> str:
        return METRICS[self.key][0]

    @property
    def meaning(self) -> str:
        return METRICS[self.key][1]

    @property
    def p50(self) -> float | None:
        return percentile(self.values, 50)

    @property
    def p95(self) -> float | None:
        return percentile(self.values, 95)


@dataclass(frozen=True)
class Stage:
    """Of one turn, in milliseconds since the end of speech."""

    name: str
    start_ms: float
    end_ms: float


@dataclass
class Bench:
    """The engines, and everything that is measured with them."""

    engines: Engines
    tell: Callable[[str], None]
    """Gets a line before each step."""
    questions: list[Samples] = field(default_factory=list)

    async def prepare(self) -> None:
        voice = self.engines.voice()
        await asyncio.gather(self.engines.recognizer().warm_up(), voice.warm_up())
        for text in QUESTIONS:
            clip = await voice.synthesize(text)
            self.questions.append(resample(clip.samples, clip.sample_rate_hz, SAMPLE_RATE_HZ))

    async def run(self, n_turns: int) -> tuple[list[Metric], list[Stage]]:
        """Everything; also the stages of one turn, for a waterfall."""
        self.tell("measuring the memory of a conversation")
        memory_mb = await talk_memory_mb(self.engines.settings, within_s=TURN_S)
        self.tell("loading the models")
        await self.prepare()
        self.tell("measuring speech detection and synthesis")
        values = {"memory": memory_mb, "vad": self.vad(), **await self.tts()}
        self.tell(f"measuring answers, the language model's time excluded ({n_turns}x)")
        own = await self.turns(n_turns, first_token_s=0.0, tokens_per_s=100.0)
        self.tell(
            f"measuring answers, with a language model of 150 ms and 50 tokens/s ({n_turns}x)"
        )
        whole = await self.turns(n_turns, first_token_s=0.15, tokens_per_s=50.0)
        self.tell(f"measuring interruptions, with headphones ({n_turns}x)")
        values["barge-in"] = await self.barge_in(n_turns, HEADPHONES)
        self.tell(f"measuring interruptions, over a loudspeaker ({n_turns}x)")
        values["barge-in-loudspeaker"] = await self.barge_in(n_turns, OPEN_LOUDSPEAKER)
        self.tell(f"measuring {n_turns * IDLE_S:.0f} s of silence")
        values["idle"] = await self.idle(n_turns * IDLE_S)
        self.tell(f"measuring the start ({STARTS}x)")
        values |= await self.starts()
        self.tell("measuring what trimming the encoder's input gains")
        values |= await self.recognition()
        values |= {
            "endpoint-lag": own.lag_ms,
            "hangover": [timed.hangover_ms for timed in own.timed],
            "stt": own.transcript_ms,
            "first-audio-own": own.heard_ms,
            "first-audio": whole.heard_ms,
        }
        full = self.engines.settings.listen.speculate in (None, "full")
        stages = waterfall(whole.timed[-1], full=full) if whole.timed else []
        return [Metric(key, values[key]) for key in METRICS], stages

    # ---- single parts -------------------------------------------------------------------------

    def vad(self) -> list[float]:
        detector, speech = SileroVad(), np.concatenate(self.questions)
        values = []
        for i in range(0, len(speech) - FRAME_SAMPLES, FRAME_SAMPLES):
            began_s = now_s()
            detector.probability(speech[i : i + FRAME_SAMPLES])
            values.append(1000 * (now_s() - began_s))
        return values

    async def tts(self) -> dict[str, list[float]]:
        voice = self.engines.voice()
        first_ms, rtf = [], []
        for sentence in (QUESTIONS[0], LONG_SENTENCE) * 5:
            began_s = now_s()
            async with aclosing(voice.stream(sentence)) as clips:
                first = await anext(clips)
                first_ms.append(1000 * (now_s() - began_s))
                async for _ in clips:
                    pass
            rtf.append((now_s() - began_s) / first.duration_s)
        return {"tts-first-audio": first_ms, "tts-rtf": rtf}

    async def recognition(self) -> dict[str, list[float]]:
        """Where the model's card doesn't allow to trim, this is what --trim-encoder would gain."""
        values: dict[str, list[float]] = {}
        for key, trims in (("recognition-trimmed", True), ("recognition-padded", False)):
            recognizer = self.engines.recognizer(
                replace(self.engines.settings.stt, trim_encoder=trims)
            )
            await recognizer.warm_up()
            values[key] = []
            for question in self.questions:
                began_s = now_s()
                await recognizer.transcribe(question)
                values[key].append(1000 * (now_s() - began_s))
        return values

    async def advice(self, metrics: list[Metric]) -> list[str]:
        """What the figures say; raises VoicecliError."""
        from voicecli.models import installed_stt, store

        settings, medians = self.engines.settings, {one.key: one.p50 or 0.0 for one in metrics}
        took_ms: list[float] = []
        if detector := await self.engines.turn_detector(settings.listen.turn_model):
            for question in self.questions:
                began_s = now_s()
                await detector.probability(question)
                took_ms.append(1000 * (now_s() - began_s))
        names = {store.canonical(one.name) for one in installed_stt()}
        return [
            advice.trimming(medians["recognition-trimmed"], medians["recognition-padded"]),
            advice.turn_detector(percentile(took_ms, 50)),
            advice.recognizer(await expected_first_audio_ms(settings), names),
        ]

    async def starts(self) -> dict[str, list[float]]:
        talks = [await talk_ms(self.engines.settings, within_s=TURN_S) for _ in range(STARTS)]
        return {
            "start": [help_ms() for _ in range(STARTS)],
            "start-listening": [listening_ms for listening_ms, _ in talks],
            "start-ready": [ready_ms for _, ready_ms in talks],
        }

    # ---- whole conversations ------------------------------------------------------------------

    @asynccontextmanager
    async def conversation(
        self,
        n_turns: int,
        *,
        first_token_s: float = 0.0,
        tokens_per_s: float = 100.0,
        answer: str = SHORT_ANSWER,
        loudspeaker: Loudspeaker = HEADPHONES,
    ) -> AsyncIterator[tuple[Room, Events]]:
        """Raises VoicecliError where one of the turns takes longer than TURN_S."""
        room, events = Room(n_turns * (TURN_S + 1), loudspeaker), Events()
        async with serve(first_token_s, tokens_per_s, answer) as base_url:
            llm = LlmSettings(base_url=base_url, model=MODEL)
            async with DeviceDuplex(sound_system=lambda: room) as duplex:
                conversation = await self.engines.conversation(
                    duplex, events, settings=replace(self.engines.settings, llm=llm)
                )
                running = asyncio.create_task(conversation.run())
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
        async with self.conversation(
            n_turns, first_token_s=first_token_s, tokens_per_s=tokens_per_s
        ) as (room, events):
            for number in range(n_turns):
                _, said_until = room.say(self.question(number))
                async with asyncio.timeout(TURN_S):
                    timed = await events.next(TurnTimed)
                    await events.next(ReplyEnded)
                answered_at = room.first_heard(said_until)
                if answered_at is not None:
                    turns.add(1000 * (answered_at - said_until) / SAMPLE_RATE_HZ, timed)
                await asyncio.sleep(0.3)
        return turns

    async def barge_in(self, n_turns: int, loudspeaker: Loudspeaker) -> list[float]:
        """Each question interrupts the answer to the one before.

        An interruption that is missed lasts until the answer has ended by itself.
        """
        values = []
        async with self.conversation(n_turns, answer=ANSWER, loudspeaker=loudspeaker) as (
            room,
            events,
        ):
            asked = False
            for number in range(n_turns):
                if not asked:
                    room.say(self.question(number))
                async with asyncio.timeout(TURN_S):
                    await events.next(TurnTimed)
                    await asyncio.sleep(0.9 + 0.1 * (number % 5))
                    onset, _ = room.say(self.question(number + 1))
                    ended = await events.next(ReplyEnded)
                    last = room.last_heard(onset)
                    if last is not None:
                        values.append(1000 * (last - onset) / SAMPLE_RATE_HZ)
                    asked = ended.interrupted
                    if not asked:
                        await events.state(State.LISTENING)
        return values

    def question(self, number: int) -> Samples:
        return self.questions[number % len(self.questions)]

    async def idle(self, duration_s: float) -> list[float]:
        n_turns = 2 + int(duration_s / TURN_S)  # the room is large enough for that
        async with self.conversation(n_turns) as (room, _):
            await asyncio.sleep(2)
            began_s, cpu_s = now_s(), time.process_time() - room.own_cpu_s
            await asyncio.sleep(duration_s)
            cpu_s = time.process_time() - room.own_cpu_s - cpu_s
            return [100 * cpu_s / (now_s() - began_s)]


class Events:
    """The events of a conversation, to be waited for."""

    def __init__(self) -> None:
        self._events: asyncio.Queue[Event] = asyncio.Queue()

    def __call__(self, event: Event) -> None:
        if isinstance(event, TurnTimed | ReplyEnded | StateChanged | Notice):
            self._events.put_nowait(event)

    async def next(self, kind: type[T]) -> T:
        """Raises VoicecliError where the conversation has something to complain about."""
        while not isinstance(event := await self._events.get(), kind):
            if isinstance(event, Notice):
                raise VoicecliError(event.message, event.hint)
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

    @property
    def lag_ms(self) -> list[float]:
        """The program counts from the end of speech that it has detected."""
        return [
            heard_ms - timed.first_audio_ms
            for heard_ms, timed in zip(self.heard_ms, self.timed, strict=True)
        ]

    @property
    def transcript_ms(self) -> list[float]:
        return [
            lag_ms + max(0.0, timed.begun_ms) + timed.stt_ms
            for lag_ms, timed in zip(self.lag_ms, self.timed, strict=True)
        ]


def waterfall(timed: TurnTimed, *, full: bool) -> list[Stage]:
    """What is held back is done inside the pause. full: so is the model's part."""
    heard = Stage("heard", timed.first_audio_ms, timed.first_audio_ms)
    stages = [Stage("pause", 0.0, timed.hangover_ms)]
    start_ms = max(0.0, timed.begun_ms)
    for name, ms in (("stt", timed.stt_ms), ("llm", timed.llm_ms), ("voice", timed.tts_ms)):
        if name == "llm" and not full:
            start_ms = max(start_ms, timed.hangover_ms)
        stages.append(Stage(name, start_ms, start_ms + ms))
        start_ms += ms
    return [*stages, heard]
