"""Conversations drawn at random, on the sample clock: whatever happens when, the rules hold."""

from __future__ import annotations

import asyncio
import gc
import os
import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from fakes import SETTINGS, LevelDetector, ToneVoice, pass_frames, write_pattern
from voicecli.conversation.conversation import Conversation, Parts
from voicecli.conversation.events import Event, UserSaid
from voicecli.conversation.history import History
from voicecli.duplex.files import FileDuplex
from voicecli.duplex.speaker import Speaker
from voicecli.errors import LanguageModelError, ModelError
from voicecli.hearing.echo import NoEcho
from voicecli.llm.messages import Message
from voicecli.sound.samples import Frame, Samples
from voicecli.stt.transcript import Transcript

pytestmark = pytest.mark.slow

N_CONVERSATIONS = int(os.environ.get("VOICECLI_CONVERSATIONS", "120"))
"""Three more are those that once found something."""

HEARD = ("", "Mhm.", "Yes.", "stop", "What is it?", "hello and", "two words.", None)
KEYS = ("stop", "mute", "clear", "commit", "hold", "end")
SAID = ("One two. ", "Three. ", "It will fail. ", "One two three four five? ", None)
"""None is an error."""


class Recognizer:
    """Hears something at random, one utterance after the other, each for some frames."""

    def __init__(self, draw: random.Random, speaker: Speaker) -> None:
        self._draw, self._speaker = draw, speaker
        self._queue: list[object] = []

    def settle(self, language: str, doubted: str) -> None:
        pass

    @property
    def busy(self) -> bool:
        return bool(self._queue)

    async def transcribe(self, samples: Samples) -> Transcript:
        turn = object()
        self._queue.append(turn)
        try:
            await self._speaker.until(lambda: self._queue[0] is turn)
            await pass_frames(self._speaker, self._draw.choice([0, 0, 1, 5, 9, 20]))
            text = self._draw.choice(HEARD)
            if text is None:
                raise ModelError("no memory")
            return Transcript(text, "en", -0.1, 0.0)
        finally:
            self._queue.remove(turn)


class Model:
    def __init__(self, draw: random.Random, speaker: Speaker) -> None:
        self.requests: list[list[Message]] = []
        self.n_open = 0
        self._draw, self._speaker = draw, speaker

    async def stream(self, messages: list[Message]) -> AsyncIterator[str]:
        self.requests.append(list(messages))
        self.n_open += 1
        try:
            for _ in range(self._draw.randrange(4)):
                await pass_frames(self._speaker, self._draw.choice([0, 0, 3, 12, 100]))
                text = self._draw.choice(SAID)
                if text is None:
                    raise LanguageModelError("it broke")
                yield text
        finally:
            self.n_open -= 1


def pattern(draw: random.Random) -> str:
    speech, pauses = (1, 2, 3, 4, 6, 20, 40), (1, 3, 4, 5, 6, 9, 10, 11, 12, 15, 20, 33, 50)
    turns = ("#" * draw.choice(speech) + "." * draw.choice(pauses) for _ in range(6))
    return "...." + "".join(turns) + "." * 10


class LiveDuplex(FileDuplex):
    """Like a device it does not wait for those who work: each frame comes some steps later, and
    what was heard while the machine was busy comes at once."""

    stands_still = False

    def __init__(self, draw: random.Random, *files: Path) -> None:
        super().__init__(*files)
        self._draw = draw

    async def frames(self) -> AsyncGenerator[Frame, None]:
        heard, n_at_once = list[Frame](), 1
        async with aclosing(super().frames()) as frames:
            async for frame in frames:
                heard.append(frame)
                if len(heard) < n_at_once and not self.input_ended:
                    continue
                for frame in heard:
                    yield frame
                heard, n_at_once = [], self._draw.choice([1] * 9 + [60])
                for _ in range(self._draw.randrange(12)):
                    await asyncio.sleep(0)


async def converse(draw: random.Random, folder: Path) -> tuple[list[Event], History, Model]:
    files = write_pattern(folder / "in.wav", pattern(draw)), folder / "out.wav"
    duplex = LiveDuplex(draw, *files) if draw.random() < 0.6 else FileDuplex(*files)
    duplex.speaker.latency_s = draw.choice([0.0, 0.2])
    recognizer, model = Recognizer(draw, duplex.speaker), Model(draw, duplex.speaker)
    history, events = History(), list[Event]()
    keys = {draw.randrange(400): draw.choice(KEYS) for _ in range(draw.randrange(4))}

    def emit(event: Event) -> None:
        events.append(event)
        match keys.get(len(events)):
            case "stop":
                conversation.stop_reply()
            case "mute":
                conversation.mute(not conversation.muted)
            case "clear":
                conversation.clear()
            case "commit":
                conversation.commit()
            case "hold":
                conversation.hold_turn()
            case "end":
                conversation.end_turn()

    parts = Parts(duplex, NoEcho(), LevelDetector(), recognizer, model, ToneVoice())
    conversation = Conversation(
        *(parts, history, emit),
        settings=replace(SETTINGS, min_silence_ms=256),
        speculate=draw.choice(["full", "full", "stt", "off"]),
        draft=draw.choice([True, True, False]),
    )
    loop_errors = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: loop_errors.append(context))
    async with duplex:
        await conversation.run()
    gc.collect()
    assert loop_errors == []
    return events, history, model


@pytest.mark.parametrize("seed", [*range(N_CONVERSATIONS), 729, 812, 1293])
def test_whatever_happens_when(tmp_path: Path, seed: int) -> None:
    events, history, model = asyncio.run(converse(random.Random(seed), tmp_path))
    assert model.n_open == 0
    for messages in (*model.requests, history.messages):
        assert all(one.role != other.role for one, other in pairwise(messages))
    said = " ".join(event.text for event in events if isinstance(event, UserSaid))
    kept = " ".join(
        entry.message.content for entry in history.entries if entry.message.role == "user"
    )
    assert kept == said
