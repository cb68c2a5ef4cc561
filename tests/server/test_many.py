"""Sessions that come and go leave nothing behind."""

from __future__ import annotations

import asyncio
import gc
import os
import threading

import pytest
import websockets

from serving import served
from voicecli.server.app import ServeOptions
from voicecli.server.sessions import Limits

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="counts by Linux's /proc"),
]

N_AT_ONCE = 8
ROUNDS = 5
SESSION_MB = 3.0
"""What one may take while it is open: the models are shared."""


async def come_and_go(url: str) -> None:
    """Several at once, which stay until all are there."""
    connections = [await websockets.connect(url) for _ in range(N_AT_ONCE)]
    for connection in connections:
        await connection.recv()
    for connection in connections:
        await connection.close()


def rss_mb() -> float:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def held() -> tuple[int, int]:
    return threading.active_count(), len(os.listdir("/proc/self/fd"))


def test_sessions_that_come_and_go_leave_nothing_behind() -> None:
    async def scenario() -> None:
        async with served(ServeOptions(limits=Limits(max_sessions=N_AT_ONCE))) as where:

            async def settled() -> None:
                for session in tuple(where.server.sessions.active.values()):
                    await session.ended.wait()
                await asyncio.sleep(0.1)
                gc.collect()

            await come_and_go(where.websocket_url)
            await settled()
            n_threads, n_files = held()
            n_tasks = len(asyncio.all_tasks())
            before_mb = rss_mb()
            for _ in range(ROUNDS):
                await come_and_go(where.websocket_url)
                await settled()
            threads, files = held()
            # asyncio's own pool, for what waits for a disk, may still have grown to its full size.
            assert threads <= n_threads + min(32, (os.cpu_count() or 1) + 4)
            assert files == n_files
            assert len(asyncio.all_tasks()) == n_tasks
            grown_mb = rss_mb() - before_mb
            assert grown_mb < SESSION_MB * N_AT_ONCE  # and not that for each round
            assert where.server.calls == {}

    asyncio.run(scenario())
