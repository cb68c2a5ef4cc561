"""What runs beside the listening loop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Self

from voicecli.duplex.speaker import Speaker


class Jobs:
    """The tasks of one conversation; an async context manager, as the TaskGroup that it holds.

    Ending one never waits. Whoever must come after what was ended waits for `settled`.
    """

    def __init__(self) -> None:
        self._tasks = asyncio.TaskGroup()
        self._running: set[asyncio.Task[None]] = set()
        self._ending: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._running)

    def start(self, job: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        task = self._tasks.create_task(job, name=name)
        self._keep(task, self._running)
        return task

    def end(self, task: asyncio.Task[None]) -> None:
        """Cancel a task."""
        task.cancel()
        self._keep(task, self._ending)

    def clear_away(self, job: Coroutine[None, None, None]) -> None:
        """Run what closes something that is not wanted any more; it is never cancelled itself."""
        task = asyncio.create_task(job, name="clear away")
        self._keep(task, self._running)
        self._keep(task, self._ending)

    async def settled(self) -> None:
        """Wait until what was ended has closed its streams: a local server serves one at a time."""
        while self._ending:
            await asyncio.wait(self._ending)

    async def let_work(self, speaker: Speaker) -> None:
        """Where files stand in for devices, time stands still until every job waits for it."""
        while len(self) > speaker.n_waiting:
            waits = asyncio.ensure_future(speaker.wait_for_waiters(len(self)))
            await asyncio.wait([*self._running, waits], return_when=asyncio.FIRST_COMPLETED)
            waits.cancel()

    @staticmethod
    def _keep(task: asyncio.Task[None], tasks: set[asyncio.Task[None]]) -> None:
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._tasks.__aexit__(kind, error, trace)
