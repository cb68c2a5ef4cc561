#!/usr/bin/env python
"""Several `voicecli serve` behind HAProxy, while people talk: one killed, one drained, all rolled.

    scripts/replicas.py [--people 6] [-- OPTIONS OF voicecli serve]

HAProxy runs by deploy/haproxy.cfg. Each person asks one question after the other, in real time, by
the Realtime API. Who loses the connection connects again and tells the server what was said so far.
Told is, for each thing that is done to the processes, who lost the connection or an answer by it,
and how soon each was back. Exit code 1 where somebody lost more than that thing may cost.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import websockets
from load import QUESTIONS, Heard, answer, microphone, spoken

CONFIG = Path(__file__).parents[1] / "deploy" / "haproxy.cfg"
PORTS = (8765, 8766, 8767)
ANSWERS = ("nineteen", "six", "eighteen")
ANSWER_S = 15.0


@dataclass
class Person:
    """What happened to one of those who talk."""

    url: str
    clips: list[bytes]
    said: list[dict[str, Any]] = field(default_factory=list)
    """The conversation's items, for another process."""
    n_answered: int = 0
    n_lost: int = 0
    """Questions that were asked to their end and had no answer."""
    n_broken: int = 0
    """Connections that ended."""
    n_kept: int = 0
    """Of those, conversations of which the next process was told."""
    away_s: list[float] = field(default_factory=list)
    codes: list[int | None] = field(default_factory=list)

    async def talk(self) -> None:
        await asyncio.sleep(random.uniform(0, 2))
        left_s = 0.0
        while True:
            try:
                async with websockets.connect(self.url, max_size=None) as connection:
                    if left_s:
                        self.away_s.append(time.monotonic() - left_s)
                        left_s = 0.0
                    await self._converse(connection)
            except websockets.ConnectionClosed as closed:
                self.n_broken += 1
                self.codes.append(None if closed.rcvd is None else closed.rcvd.code)
                left_s = time.monotonic()
            except TimeoutError:
                self.n_broken += 1
                left_s = time.monotonic()
            except (websockets.InvalidStatus, OSError):
                left_s = left_s or time.monotonic()
                await asyncio.sleep(0.1)

    async def _converse(self, connection: Any) -> None:
        if self.said:
            for item in self.said:
                event = {"type": "conversation.item.create", "item": item}
                await connection.send(json.dumps(event))
            self.n_kept += 1
        sounds: asyncio.Queue[bytes] = asyncio.Queue()
        ended: list[float] = []
        speaking = asyncio.ensure_future(microphone(connection, sounds, ended))
        try:
            while True:
                n = self.n_answered % len(QUESTIONS)
                sounds.put_nowait(self.clips[n])
                n_asked = len(ended)
                try:
                    async with asyncio.timeout(ANSWER_S):
                        await answer(connection, ended, Heard())
                except (TimeoutError, websockets.ConnectionClosed):
                    self.n_lost += len(ended) > n_asked
                    raise
                self.n_answered += 1
                self.said += [_item("user", QUESTIONS[n]), _item("assistant", ANSWERS[n])]
                await asyncio.sleep(random.uniform(0.3, 1))
        finally:
            speaking.cancel()
            await asyncio.gather(speaking, return_exceptions=True)


def _item(role: str, text: str) -> dict[str, Any]:
    kind = "input_text" if role == "user" else "output_text"
    return {"type": "message", "role": role, "content": [{"type": kind, "text": text}]}


class Replicas:
    """The processes, and HAProxy in front of them."""

    def __init__(self, options: list[str], folder: Path) -> None:
        self._options = options
        self._folder = folder
        self.processes: dict[int, asyncio.subprocess.Process] = {}
        self.port = _free_port()

    async def __aenter__(self) -> Replicas:
        await asyncio.gather(*map(self.start, PORTS))
        config = self._folder / "haproxy.cfg"
        config.write_text(CONFIG.read_text().replace("bind :8080", f"bind 127.0.0.1:{self.port}"))
        self._proxy = await asyncio.create_subprocess_exec("haproxy", "-q", "-f", str(config))
        await asyncio.sleep(1.5)
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in (self._proxy, *self.processes.values()):
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def start(self, port: int) -> None:
        """Until it is ready."""
        serve = ("serve", "--port", str(port), "--offline", "--base-url", "built-in")
        with (self._folder / f"{port}.log").open("ab") as log:
            self.processes[port] = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "voicecli", *serve, *self._options), stderr=log
            )
        async with httpx.AsyncClient(trust_env=False) as client:
            while True:
                try:
                    ready = await client.get(f"http://127.0.0.1:{port}/readyz")
                    if ready.status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                assert self.processes[port].returncode is None, "the server ended"
                await asyncio.sleep(0.1)

    async def end(self, port: int, number: signal.Signals) -> int:
        """Its exit code."""
        self.processes[port].send_signal(number)
        return await self.processes[port].wait()

    async def active(self) -> dict[int, int]:
        """Sessions by port."""
        counts = {}
        async with httpx.AsyncClient(trust_env=False) as client:
            for port in PORTS:
                text = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
                lines = [
                    line
                    for line in text.splitlines()
                    if line.startswith("voicecli_sessions_active")
                ]
                counts[port] = round(sum(float(line.split()[-1]) for line in lines))
        return counts


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=6)
    parser.add_argument("options", nargs="*")
    given = parser.parse_args()
    small = ["--stt-model", "stt-en", "--voice", "en_US-voicecli-low"]
    clips = [await spoken(text) for text in QUESTIONS]
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        async with Replicas(given.options or small, Path(folder)) as replicas:
            url = f"ws://127.0.0.1:{replicas.port}/v1/realtime?model=voicecli"
            people = [Person(url, clips) for _ in range(given.people)]
            talking = [asyncio.ensure_future(person.talk()) for person in people]

            async def kill() -> int:
                await replicas.end(PORTS[0], signal.SIGKILL)
                await asyncio.sleep(6)
                await replicas.start(PORTS[0])
                return 0

            async def drain() -> int:
                code = await replicas.end(PORTS[1], signal.SIGTERM)
                await replicas.start(PORTS[1])
                return code

            async def roll() -> int:
                codes = []
                for port in PORTS:
                    codes.append(await replicas.end(port, signal.SIGTERM))
                    await replicas.start(port)
                    await asyncio.sleep(2)
                return max(codes)

            print(
                "              sessions  answered  broken  kept  lost  back after s  exit  closed"
            )
            await asyncio.sleep(8)
            for name, do, may_lose in (
                ("nothing", _nothing, False),
                ("one killed", kill, True),
                ("one drained", drain, False),
                ("all rolled", roll, False),
            ):
                failed |= await _tell(name, do, people, replicas, may_lose=may_lose)
            for task in talking:
                task.cancel()
            await asyncio.gather(*talking, return_exceptions=True)
    return int(failed)


async def _nothing() -> int:
    await asyncio.sleep(6)
    return 0


async def _tell(
    name: str,
    do: Callable[[], Awaitable[int]],
    people: list[Person],
    replicas: Replicas,
    *,
    may_lose: bool,
) -> bool:
    """Whether somebody lost more than that may cost."""
    before = [replace(person, away_s=[], codes=[]) for person in people]
    for person in people:
        person.away_s, person.codes = [], []
    active = await replicas.active()
    code = await do()
    await asyncio.sleep(8)  # who asks at this moment has an answer by then
    pairs = list(zip(people, before, strict=True))
    answered = sum(now.n_answered - then.n_answered for now, then in pairs)
    broken = sum(now.n_broken - then.n_broken for now, then in pairs)
    kept = sum(now.n_kept - then.n_kept for now, then in pairs)
    lost = sum(now.n_lost - then.n_lost for now, then in pairs)
    away_s = sorted(s for person in people for s in person.away_s)
    codes = sorted({str(code) for person in people for code in person.codes})
    span = f"{away_s[0]:.2f}-{away_s[-1]:.2f}" if away_s else "-"
    sessions = "/".join(map(str, active.values()))
    print(
        f"{name:12}  {sessions:8}  {answered:8}  {broken:6}  {kept:4}  {lost:4}  {span:12}"
        f"  {code:4}  {', '.join(codes)}",
        flush=True,
    )
    return bool(code or not answered or broken != len(away_s) or (lost and not may_lose))


if __name__ == "__main__":
    os.environ.setdefault("NO_PROXY", "127.0.0.1")
    sys.exit(asyncio.run(main()))
