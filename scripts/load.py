#!/usr/bin/env python
"""Several people talk to one `voicecli serve` at once: how long each waits, and what each costs.

    scripts/load.py --people 1 2 4 8 -- --stt-model stt-en --voice en_US-voicecli-low

What follows `--` are options of `voicecli serve`. Each person connects by a WebSocket and asks a
question three times, in real time. Told are the times from the last sample of speech to the first
of the reply, the holes in what is played, turns that got no answer, and what the server needed.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import random
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import websockets

from voicecli.models import find_voice
from voicecli.settings import TtsSettings
from voicecli.sound.resampling import resample
from voicecli.timing import percentile
from voicecli.tts.piper import PiperSynthesizer

RATE_HZ = 24_000
PIECE_S = 0.04
ANSWER_S = 10.0
"""A turn that has no answer by then is lost."""
QUESTIONS = ("What is seven plus twelve?", "What is two times three?", "What is nine plus nine?")


@dataclass
class Heard:
    """What the people of one run heard."""

    first_audio_s: list[float] = field(default_factory=list)
    hole_s: list[float] = field(default_factory=list)
    n_lost: int = 0
    n_refused: int = 0


async def spoken(text: str) -> bytes:
    voice = PiperSynthesizer(find_voice("en_US-voicecli-low"), TtsSettings())
    clip = await voice.synthesize(text)
    samples = resample(clip.samples, clip.sample_rate_hz, RATE_HZ)
    loud = np.flatnonzero(np.abs(samples) > 0.02)
    return (samples[: loud[-1]] * 32767).astype("<i2").tobytes()


async def microphone(connection: Any, sounds: asyncio.Queue[bytes], ended: list[float]) -> None:
    """Sound or silence, a piece every 40 ms; the moment of each last sample of speech is kept."""
    n_bytes = int(RATE_HZ * PIECE_S) * 2
    left, due_s = b"", time.monotonic()
    while True:
        if not left and not sounds.empty():
            left = sounds.get_nowait()
        piece, left = left[:n_bytes], left[n_bytes:]
        if piece and not left:
            ended.append(due_s + len(piece) / 2 / RATE_HZ)
        audio = base64.b64encode(piece.ljust(n_bytes, b"\0")).decode()
        await connection.send(json.dumps({"type": "input_audio_buffer.append", "audio": audio}))
        due_s += PIECE_S
        await asyncio.sleep(max(0.0, due_s - time.monotonic()))


async def answer(connection: Any, ended: list[float], heard: Heard) -> None:
    """Listen to one reply to its end; a reply that was taken back is none."""
    first_s = played_until_s = 0.0
    while True:
        event = json.loads(await connection.recv())
        if event["type"] == "response.created":
            first_s = 0.0
        elif event["type"] == "response.output_audio.delta":
            now_s = time.monotonic()
            if first_s and now_s > played_until_s:
                heard.hole_s.append(now_s - played_until_s)
            first_s = first_s or now_s
            duration_s = len(base64.b64decode(event["delta"])) / 2 / RATE_HZ
            played_until_s = max(now_s, played_until_s) + duration_s
        elif event["type"] == "response.done" and event["response"]["status"] == "completed":
            heard.first_audio_s.append(first_s - ended[-1])
            await asyncio.sleep(max(0.0, played_until_s - time.monotonic()))
            return


async def person(url: str, clips: list[bytes], n_turns: int, heard: Heard) -> None:
    await asyncio.sleep(random.uniform(0, 2))
    try:
        connection = await websockets.connect(url, max_size=None)
    except websockets.InvalidStatus:
        heard.n_refused += 1
        return
    async with connection:
        sounds: asyncio.Queue[bytes] = asyncio.Queue()
        ended: list[float] = []
        speaking = asyncio.ensure_future(microphone(connection, sounds, ended))
        for turn in range(n_turns):
            sounds.put_nowait(clips[turn % len(clips)])
            try:
                async with asyncio.timeout(ANSWER_S):
                    await answer(connection, ended, heard)
            except TimeoutError:
                heard.n_lost += 1
            await asyncio.sleep(random.uniform(0.5, 1.5))
        speaking.cancel()


def cpu_s(pid: int, *, loop_alone: bool = False) -> float:
    """Of the process, or of its first thread, which has the event loop."""
    with open(f"/proc/{pid}/task/{pid}/stat" if loop_alone else f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("options", nargs="*")
    given = parser.parse_args()
    clips = [await spoken(text) for text in QUESTIONS]
    serve = ("serve", "--port", "0", "--offline", "--base-url", "built-in", "--max-sessions", "99")
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "voicecli", *serve, *given.options), stderr=asyncio.subprocess.PIPE
    )
    assert server.stderr is not None
    try:
        while "serving at" not in (line := (await server.stderr.readline()).decode()):
            assert line, "the server ended"
        url = line.split()[-1].replace("http", "ws", 1) + "v1/realtime"
        reading = asyncio.ensure_future(server.stderr.read())
        print(
            "people  p50 ms  p95 ms  p95 ratio  holes  lost  refused  cpu %/person  loop %/person"
            "  rss MB"
        )
        alone_s = None
        for n_people in given.people:
            heard, begun_s = Heard(), time.monotonic()
            begun_cpu_s = [cpu_s(server.pid, loop_alone=alone) for alone in (False, True)]
            async with asyncio.TaskGroup() as people:
                for _ in range(n_people):
                    people.create_task(person(url, clips, given.turns, heard))
            took_s = time.monotonic() - begun_s
            share, loop_share = (
                100 * (cpu_s(server.pid, loop_alone=alone) - before_s) / took_s / n_people
                for alone, before_s in zip((False, True), begun_cpu_s, strict=True)
            )
            p50_s = percentile(heard.first_audio_s, 50) or 0.0
            p95_s = percentile(heard.first_audio_s, 95) or 0.0
            alone_s = alone_s or p95_s or 1.0
            print(
                f"{n_people:6}  {1000 * p50_s:6.0f}  {1000 * p95_s:6.0f}  {p95_s / alone_s:9.2f}"
                f"  {len(heard.hole_s):5}  {heard.n_lost:4}  {heard.n_refused:7}"
                f"  {share:12.1f}  {loop_share:13.1f}  {rss_mb(server.pid):6.0f}",
                flush=True,
            )
        reading.cancel()
    finally:
        server.terminate()
        await server.wait()


if __name__ == "__main__":
    asyncio.run(main())
