"""Single keys of the terminal while a conversation runs, and the terminal as it was afterwards.

Ctrl-C and Ctrl-Z keep their meaning. While the program is stopped or in the background, the
terminal belongs to the shell: it is neither read nor changed then.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Self

ESCAPE = "escape"
ENTER = "\n"

ESCAPE_WAIT_S = 0.05
"""Arrows and the like send an escape and more. What follows arrives at once, over SSH nearly so;
an escape that stays alone for so long is the key."""

_KEY = re.compile(
    rb"""
      \x1b \[ [0-?]* [ -/]* [@-~]   # arrows, function keys, pasted text's brackets (ECMA-48 CSI)
    | \x1b O [ -~]                  # the same in the keypad's mode
    | \x1b (?= \x1b)                # Esc, and something after it
    | \x1b [^\x1b\[O]               # with Alt
    | [^\x1b]
    """,
    re.VERBOSE | re.DOTALL,
)


def keys_in(data: bytes) -> tuple[list[str], bytes]:
    """The keys that a terminal's bytes stand for, and what may be the beginning of one more.

    A key is its character, or ESCAPE. Arrows, function keys and keys with Alt are left out.
    """
    keys: list[str] = []
    position = 0
    while found := _KEY.match(data, position):
        position = found.end()
        if found[0] == b"\x1b":
            keys.append(ESCAPE)
        elif len(found[0]) == 1:
            keys.append(found[0].decode("latin-1"))
    return keys, data[position:]


class Keyboard:
    """Calls `on_key` for each key, from `with` on; a context manager inside an event loop.

    Where stdin is no terminal, or the program was started in the background, there are no keys.

    before_stop, after_stop: called when Ctrl-Z stops the program and when it is in the foreground
    again, so that a screen can be taken down and set up.
    """

    def __init__(
        self,
        on_key: Callable[[str], None],
        *,
        before_stop: Callable[[], None] = lambda: None,
        after_stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._on_key = on_key
        self._before_stop = before_stop
        self._after_stop = after_stop
        self._normal: list[Any] | None = None
        self._taken = False
        self._stopped = False
        self._rest = b""
        self._alone: asyncio.TimerHandle | None = None

    def __enter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        if is_ours():
            self._normal = termios.tcgetattr(_stdin())
            self._take()
        self._loop.add_signal_handler(signal.SIGTSTP, self._stop)
        self._loop.add_signal_handler(signal.SIGCONT, self._go_on)
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.remove_signal_handler(signal.SIGTSTP)
        self._loop.remove_signal_handler(signal.SIGCONT)
        self._leave()

    # ---- whose terminal it is -----------------------------------------------------------------

    def _take(self) -> None:
        """Have keys at once, and unseen."""
        assert self._normal is not None
        modes = [*self._normal]
        modes[3] &= ~(termios.ICANON | termios.ECHO)
        modes[6] = [*modes[6]]
        modes[6][termios.VMIN], modes[6][termios.VTIME] = 1, 0
        with suppress(termios.error):  # it was hung up
            termios.tcsetattr(_stdin(), termios.TCSADRAIN, modes)
            self._loop.add_reader(_stdin(), self._read)
            self._taken = True

    def _leave(self) -> None:
        """Give it back as it was."""
        if self._alone is not None:
            self._alone.cancel()
        if self._taken:
            self._taken = False
            self._loop.remove_reader(_stdin())
            assert self._normal is not None
            _restore(self._normal)

    def _stop(self) -> None:
        """Ctrl-Z. Goes on behind the line that stops when the shell says `fg` or `bg`."""
        self._leave()
        self._stopped = True
        self._before_stop()
        self._loop.remove_signal_handler(signal.SIGTSTP)
        # To this thread: the signal has done its work when the call returns.
        signal.pthread_kill(threading.get_ident(), signal.SIGTSTP)
        self._loop.add_signal_handler(signal.SIGTSTP, self._stop)
        self._go_on()

    def _go_on(self) -> None:
        """Also after a stop that nobody told us of. In the background there is nothing to do."""
        if not is_foreground():
            self._leave()
            return
        if self._normal is not None:
            self._leave()  # the shell may have changed the modes
            self._take()
        if self._stopped:
            self._stopped = False
            self._after_stop()

    # ---- reading ------------------------------------------------------------------------------

    def _read(self) -> None:
        if not is_foreground():  # reading would stop us
            self._leave()
            return
        try:
            data = os.read(_stdin(), 1024)
        except OSError:
            data = b""
        if not data:  # hung up
            self._loop.remove_reader(_stdin())
            return
        if self._alone is not None:
            self._alone.cancel()
        keys, self._rest = keys_in(self._rest + data)
        if self._rest:
            self._alone = self._loop.call_later(ESCAPE_WAIT_S, self._nothing_follows)
        for key in keys:
            self._on_key(key)

    def _nothing_follows(self) -> None:
        rest, self._rest = self._rest, b""
        if rest == b"\x1b":
            self._on_key(ESCAPE)


@contextmanager
def terminal_kept() -> Iterator[Callable[[], None]]:
    """However the block is left, the terminal is as it was before: for what is outermost.

    Gives a function that makes it so at once, with the cursor, from any thread.
    """
    before = termios.tcgetattr(_stdin()) if is_ours() else None

    def restore() -> None:
        if before is not None:
            _restore(before)
        if sys.stderr.isatty():
            sys.stderr.write("\x1b[?25h\n")
            sys.stderr.flush()

    try:
        yield restore
    finally:
        if before is not None:
            _restore(before)


def is_ours() -> bool:
    """stdin is a terminal, and this program is in its foreground."""
    try:
        return os.isatty(_stdin()) and is_foreground()
    except (OSError, ValueError):  # it is closed
        return False


def is_foreground() -> bool:
    """True also where stdin is no terminal: nobody else waits for it then."""
    try:
        return os.tcgetpgrp(_stdin()) == os.getpgrp()
    except (OSError, ValueError):
        return not sys.stdin or sys.stdin.closed or not sys.stdin.isatty()


def _restore(modes: list[Any]) -> None:
    # From the background, the attempt would stop us; the shell has its own modes there.
    if is_foreground():
        with suppress(termios.error, OSError, ValueError):
            termios.tcsetattr(_stdin(), termios.TCSANOW, modes)


def _stdin() -> int:
    """Raises ValueError where it is closed, from the beginning (`<&-`) or now."""
    if sys.stdin is None:
        raise ValueError("standard input is closed")
    return sys.stdin.fileno()
