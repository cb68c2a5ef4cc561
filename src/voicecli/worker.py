"""One thread per model: its jobs run one after the other, off the event loop."""

from __future__ import annotations

import asyncio
import queue
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Busy(Protocol):
    """Threads that run native code."""

    @property
    def busy(self) -> bool: ...


_workers: weakref.WeakSet[Busy] = weakref.WeakSet()


def watch(worker: Busy) -> None:
    """Let `any_busy` ask it, as long as it lives."""
    _workers.add(worker)


def any_busy() -> bool:
    """A job runs somewhere. Python can't end then: native code would lose the ground under it."""
    return any(worker.busy for worker in _workers)


class Worker:
    """A daemon thread, so that leaving never waits for a model. It ends when nobody has the worker.

    A job that runs can't be stopped: keep jobs to one sentence or one utterance. A job that still
    waits when its caller is cancelled is not begun.
    """

    def __init__(self, name: str) -> None:
        self._jobs = _Jobs()
        watch(self._jobs)
        threading.Thread(target=self._jobs.work, name=name, daemon=True).start()
        weakref.finalize(self, self._jobs.queue.put, None)

    @property
    def busy(self) -> bool:
        return self._jobs.busy

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function` on the worker's thread and return (or raise) what it does."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.queue.put((future, lambda: function(*args, **kwargs)))
        return await future


class _Jobs:
    """What the thread holds of its worker: not the worker itself, which it would keep alive."""

    def __init__(self) -> None:
        self.queue: queue.SimpleQueue[tuple[asyncio.Future[Any], Callable[[], Any]] | None] = (
            queue.SimpleQueue()
        )
        self._running = False

    @property
    def busy(self) -> bool:
        return self._running or not self.queue.empty()

    def work(self) -> None:
        while (queued := self.queue.get()) is not None:
            future, job = queued
            if future.cancelled():
                del queued, future, job
                continue
            self._running = True
            try:
                result, error = job(), None
            except BaseException as caught:
                result, error = None, caught
            self._running = False
            with suppress(RuntimeError):  # the event loop has closed: nobody waits any more
                future.get_loop().call_soon_threadsafe(_settle, future, result, error)
            del queued, future, job, result, error


def _settle(future: asyncio.Future[Any], result: object, error: BaseException | None) -> None:
    if future.cancelled():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
