"""Hundreds of turns of varied length in one process: does anything grow?

    .venv/bin/python scripts/soak.py [TURNS]

Files stand in for the devices, so that an hour of talk takes minutes; everything else is real.
Prints memory (PSS), threads, open files and the median time of transcription, every 25 turns.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np

from voicecli.bench.server import MODEL, serve
from voicecli.bench.start import pss_mb
from voicecli.conversation.events import Event, TurnTimed
from voicecli.duplex.files import FileDuplex
from voicecli.engines import Engines
from voicecli.hearing.echo import choose_echo
from voicecli.memory import share_one_heap
from voicecli.settings import LlmSettings, Settings
from voicecli.sound.resampling import resample
from voicecli.sound.samples import SAMPLE_RATE_HZ, silence
from voicecli.sound.wav import WavWriter
from voicecli.timing import percentile
from voicecli.tts.clip import Voice

WORDS = "one two three four five six seven eight nine ten eleven twelve".split()


async def record_questions(path: Path, voice: Voice, n_turns: int) -> None:
    rng = np.random.default_rng(0)
    wav = WavWriter(path, SAMPLE_RATE_HZ)
    for _ in range(n_turns):
        text = " plus ".join(rng.choice(WORDS, rng.integers(2, 9)))
        clip = await voice.synthesize(f"What is {text}?")
        wav.write(resample(clip.samples, clip.sample_rate_hz, SAMPLE_RATE_HZ))
        wav.write(silence(int(rng.uniform(3.0, 14.0) * SAMPLE_RATE_HZ)))  # some answers are cut off
    wav.close()


class Watch:
    """An Emit that looks at the process now and then."""

    def __init__(self) -> None:
        self.stt_ms: list[float] = []

    def __call__(self, event: Event) -> None:
        if not isinstance(event, TurnTimed):
            return
        self.stt_ms.append(event.stt_ms)
        if len(self.stt_ms) % 25 == 0:
            (memory_mb,) = pss_mb()
            n_files = len(os.listdir("/proc/self/fd"))
            stt_ms = percentile(self.stt_ms[-25:], 50) or 0.0
            print(
                f"{len(self.stt_ms):5} turns  {memory_mb:6.0f} MB"
                f"  {threading.active_count()} threads  {n_files} files  stt {stt_ms:.0f} ms",
                flush=True,
            )


async def main(n_turns: int) -> None:
    async with serve(0.0, 1000.0) as base_url:
        settings = Settings(llm=LlmSettings(base_url=base_url, model=MODEL))
        with tempfile.TemporaryDirectory() as folder:
            questions, replies = Path(folder, "questions.wav"), Path(folder, "replies.wav")
            async with Engines(settings) as engines:
                await record_questions(questions, engines.voice(), n_turns)
                async with FileDuplex(questions, replies) as duplex:
                    watch, echo = Watch(), choose_echo("aec")
                    conversation = await engines.conversation(duplex, watch, echo=echo)
                    await conversation.run()


if __name__ == "__main__":
    share_one_heap()  # as the commands do
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 300))
