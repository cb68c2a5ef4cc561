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
    """A daemon thread, so that leaving never waits for a model.

    A job that runs can't be stopped: keep jobs to one sentence or one utterance. A job that still
    waits when its caller is cancelled is not begun.
    """

    def __init__(self, name: str) -> None:
        self._jobs: queue.SimpleQueue[tuple[asyncio.Future[Any], Callable[[], Any]]] = (
            queue.SimpleQueue()
        )
        self._running = False
        watch(self)
        threading.Thread(target=self._work, name=name, daemon=True).start()

    @property
    def busy(self) -> bool:
        return self._running or not self._jobs.empty()

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function` on the worker's thread and return (or raise) what it does."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put((future, lambda: function(*args, **kwargs)))
        return await future

    def _work(self) -> None:
        while True:
            future, job = self._jobs.get()
            if future.cancelled():
                continue
            self._running = True
            try:
                result, error = job(), None
            except BaseException as caught:
                result, error = None, caught
            self._running = False
            with suppress(RuntimeError):  # the event loop has closed: nobody waits any more
                future.get_loop().call_soon_threadsafe(_settle, future, result, error)
            del future, job, result, error


def _settle(future: asyncio.Future[Any], result: object, error: BaseException | None) -> None:
    if future.cancelled():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
