"""How commands end: within two seconds of a signal, whatever they wait for."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from types import FrameType
from typing import Any, TypeVar

import typer

from voicecli.files import drop_unfinished
from voicecli.timing import now_s

T = TypeVar("T")

DROP_S = 0.2
"""For taking away unfinished files."""

HELD_UP_S = 0.7
"""After a signal. An event loop that has not taken notice by then waits for something that may
never come: a pipe that nobody reads, a network file system."""

CLEAN_UP_S = 1.6
"""After a signal, for everything."""


def run(work: Coroutine[Any, Any, T], *, before_giving_up: Callable[[], None] = lambda: None) -> T:
    """As asyncio.run. SIGTERM, SIGHUP and SIGQUIT end it as cleanly as Ctrl-C does, with 128 and
    their number as exit code.

    before_giving_up: what even a process that hangs has to put right.
    """
    import asyncio  # a fifth of all modules that --help would load

    return asyncio.run(_until_signal(work, before_giving_up))


async def _until_signal(work: Coroutine[Any, Any, T], before_giving_up: Callable[[], None]) -> T:
    import asyncio

    loop = asyncio.get_running_loop()
    task = loop.create_task(work)
    caught: list[int] = []
    noticed = threading.Event()
    interrupt = signal.getsignal(signal.SIGINT)

    def leave(number: int) -> None:
        caught.append(number)
        task.cancel()

    def on_signal(number: int, frame: FrameType | None) -> None:
        # Called also while the loop itself is held up by an `open` or a `read`.
        end_soon(number, before_giving_up, noticed)
        loop.call_soon_threadsafe(noticed.set)
        if number == signal.SIGINT and callable(interrupt):
            interrupt(number, frame)
        else:
            loop.call_soon_threadsafe(leave, number)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
    before = {number: signal.signal(number, on_signal) for number in numbers}
    try:
        return await task
    except asyncio.CancelledError:
        if not caught:
            raise
        raise typer.Exit(128 + caught[0]) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


_ending = threading.Lock()


def end_soon(
    number: int,
    before_giving_up: Callable[[], None] = lambda: None,
    noticed: threading.Event | None = None,
) -> None:
    """Let the process end in CLEAN_UP_S, wherever it stands then.

    noticed: is set when somebody has begun to clean up; without that it ends in HELD_UP_S.
    """
    if not _ending.acquire(blocking=False):
        return  # it does already

    def give_up() -> None:
        give_up_at_s = now_s() + CLEAN_UP_S
        if noticed is None or noticed.wait(HELD_UP_S):
            time.sleep(give_up_at_s - now_s())
        with suppress(Exception):
            before_giving_up()
        # A file system that hangs must not hold up the end.
        dropping = threading.Thread(target=drop_unfinished, daemon=True)
        dropping.start()
        dropping.join(DROP_S)
        os._exit(128 + number)

    threading.Thread(target=give_up, name="ending", daemon=True).start()
