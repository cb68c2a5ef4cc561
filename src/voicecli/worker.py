"""One thread per model: its jobs run one after the other, off the event loop."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    import asyncio

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


class Priority(IntEnum):
    """Of jobs that wait for the same thread: the least number is done first."""

    FINAL = 0
    """What the user said, whose turn is over."""
    FIRST = 1
    """The first sound of a reply."""
    REST = 2
    """The rest of it, and all that nobody gave a priority."""
    SPECULATION = 3
    """What is wanted if the user's turn is over."""
    PARTIAL = 4
    """A partial transcript."""


_priority: ContextVar[Callable[[], Priority]] = ContextVar(
    "priority", default=lambda: Priority.REST
)


@contextmanager
def at(priority: Callable[[], Priority]) -> Iterator[None]:
    """Jobs asked for within, and within tasks that are begun within, are as urgent as `priority`
    says at the moment when a thread looks for its next job: a speculation may come true while it
    waits."""
    token = _priority.set(priority)
    try:
        yield
    finally:
        _priority.reset(token)


def asked_priority() -> Callable[[], Priority]:
    """How urgent the jobs of the caller are."""
    return _priority.get()


@dataclass(frozen=True, slots=True)
class Job:
    """What became of a job that waited, for those who measure."""

    engine: str
    """The worker's name."""
    priority: Priority
    wait_s: float
    dropped: bool
    """Nobody wanted it any more when its turn came."""


_observers: list[Callable[[Job], None]] = []


@contextmanager
def observed(observer: Callable[[Job], None]) -> Iterator[None]:
    """Let it see every job of the process, on the jobs' threads."""
    _observers.append(observer)
    try:
        yield
    finally:
        _observers.remove(observer)


class Worker:
    """A daemon thread, so that leaving never waits for a model. It ends when nobody has the worker.

    A job that runs can't be stopped: keep jobs to one sentence or one utterance. A job that still
    waits when its caller is cancelled is not begun.
    """

    def __init__(self, name: str) -> None:
        self._jobs = _Jobs(name)
        watch(self._jobs)
        threading.Thread(target=self._jobs.work, name=name, daemon=True).start()
        weakref.finalize(self, self._jobs.end)

    @property
    def busy(self) -> bool:
        return self._jobs.busy

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function` on the worker's thread and return (or raise) what it does."""
        import asyncio  # a worker may be there before its event loop, with much to load meanwhile

        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put(_Waiting(future, lambda: function(*args, **kwargs), _priority.get()))
        return await future


@dataclass(eq=False)
class _Waiting:
    """A job in the queue."""

    future: asyncio.Future[Any]
    job: Callable[[], Any]
    priority: Callable[[], Priority]
    since_s: float = field(default_factory=time.monotonic)


class _Jobs:
    """What the thread holds of its worker: not the worker itself, which it would keep alive."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._waiting: list[_Waiting] = []
        self._changed = threading.Condition()
        self._ended = False
        self._running = False

    @property
    def busy(self) -> bool:
        return self._running or bool(self._waiting)

    def put(self, waiting: _Waiting) -> None:
        with self._changed:
            self._waiting.append(waiting)
            self._changed.notify()

    def end(self) -> None:
        """After what waits. May come within `put`, as finalizers do: the lock is reentrant."""
        with self._changed:
            self._ended = True
            self._changed.notify()

    def work(self) -> None:
        while (waiting := self._next()) is not None:
            try:
                result, error = waiting.job(), None
            except BaseException as caught:
                result, error = None, caught
            future = waiting.future
            with suppress(RuntimeError):  # the event loop has closed: nobody waits any more
                future.get_loop().call_soon_threadsafe(_settle, future, result, error)
            del waiting, future, result, error
            self._running = False  # not before: a model that goes with its last job is native, too

    def _next(self) -> _Waiting | None:
        """The most urgent job that somebody wants, of those the one that has waited longest."""
        while True:
            with self._changed:
                while not self._waiting:
                    if self._ended:
                        return None
                    self._changed.wait()
                waiting = min(self._waiting, key=lambda one: one.priority())
                self._waiting.remove(waiting)
                dropped = waiting.future.cancelled()
                self._running = not dropped
            wait_s = time.monotonic() - waiting.since_s
            for observer in tuple(_observers):
                observer(Job(self._name, waiting.priority(), wait_s, dropped))
            if not dropped:
                return waiting
            del waiting


def _settle(future: asyncio.Future[Any], result: object, error: BaseException | None) -> None:
    if future.cancelled():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


def one_thread_for_numpy() -> None:
    """The spectrogram of an utterance is too little for a second thread (36 ms instead of 1 ms on a
    busy machine), and recognition needs the cores. Works only before numpy is imported."""
    for name in ("OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
        os.environ.setdefault(name, "1")
