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

from voicecli.terminal.guard import TerminalGuard

ESCAPE = "escape"
ENTER = "\n"
SPACE = " "
SPACE_UP = "space up"
"""The space bar was let go: of terminals that tell it."""

ESCAPE_WAIT_S = 0.05
"""Arrows and the like send an escape and more. What follows arrives at once, over SSH nearly so;
an escape that stays alone for so long is the key."""

PASTE_WAIT_S = 1.0
"""Of a pasted text without an end no more comes after so long a silence."""

PASTE_BEGINS, PASTE_ENDS = b"\x1b[200~", b"\x1b[201~"

# xterm's bracketed paste, and kitty's keyboard protocol: https://sw.kovidgoyal.net/kitty/keyboard-protocol
TELL_PASTES, TELL_NO_PASTES = "\x1b[?2004h", "\x1b[?2004l"
ASK_FOR_RELEASES = "\x1b[?u"
TELL_RELEASES, TELL_NO_RELEASES = "\x1b[>27u", "\x1b[<u"
"""27: every key as an escape code, with its text, when it is pressed and when it is let go."""

_SEQUENCE = re.compile(
    rb"""
      \x1b\[200~ .*? \x1b\[201~        # a pasted text
    | (?! \x1b\[200~) \x1b \[ [0-?]* [ -/]* [@-~]  # arrows, function keys (ECMA-48 CSI)
    | \x1b O [ -~]                     # the same in the keypad's mode
    | \x1b (?= \x1b)                   # Esc, and something after it
    | \x1b [^\x1b\[O]                  # with Alt
    | [\xc2-\xdf] [\x80-\xbf] | [\xe0-\xef] [\x80-\xbf]{2} | [\xf0-\xf4] [\x80-\xbf]{3}
    | [\xc2-\xf4] (?= [\x80-\xbf]* [^\x80-\xbf])   # half a character
    | [^\x1b\xc2-\xf4]
    """,
    re.VERBOSE | re.DOTALL,
)
_KITTY_KEY = re.compile(rb"\x1b\[(\d+)(?::[\d:]*)?(?:;(\d*)(?::(\d+))?)?(?:;([\d:]*))?u")
_KITTY_ANSWER = re.compile(rb"\x1b\[\?\d+u")
_CONTROL, _OTHER_MODIFIERS = 0b100, 0b111010
"""Of kitty's modifiers; the others are Shift and the locks."""
_KITTY_NAMES = {27: ESCAPE, 13: ENTER, 9: "\t", 127: "\x7f", 57414: ENTER}

_SIGNALS = {"\x03": signal.SIGINT, "\x1a": signal.SIGTSTP, "\x1c": signal.SIGQUIT}
"""Where every key is an escape code, the terminal makes no signals of these."""


def sequences_in(data: bytes) -> tuple[list[bytes], bytes]:
    """A terminal's bytes, cut into keys and pasted texts, and what may be the beginning of one
    more."""
    found: list[bytes] = []
    position = 0
    while match := _SEQUENCE.match(data, position):
        position = match.end()
        found.append(match[0])
    return found, data[position:]


def key_of(sequence: bytes) -> str | None:
    """The key: its character, ESCAPE or SPACE_UP. None for arrows, function keys, keys with Alt,
    and what is no key."""
    if sequence == b"\x1b":
        return ESCAPE
    if sequence.startswith(b"\x1b"):
        kitty = _KITTY_KEY.fullmatch(sequence)
        return None if kitty is None else _kitty_key(*(part or b"" for part in kitty.groups()))
    text = sequence.decode(errors="ignore")
    return text if len(text) == 1 else None


def _kitty_key(code: bytes, modifiers: bytes, kind: bytes, text: bytes) -> str | None:
    number, held = int(code[:8]), int(modifiers[:4] or b"1") - 1
    if kind == b"3":  # let go
        return SPACE_UP if number == ord(SPACE) else None
    if held & _OTHER_MODIFIERS or (kind == b"2" and number == ord(SPACE)):
        return None
    if held & _CONTROL:
        return chr(number & 0x1F) if 0x40 <= number < 0x80 else None
    if number in _KITTY_NAMES:
        return _KITTY_NAMES[number]
    number = int(text[:8]) if text[:8].isdigit() else number
    is_character = number < 0xE000 or 0x10000 <= number < 0x110000
    return chr(number) if is_character else None  # those between are keys without a text


def pasted_in(sequence: bytes) -> str | None:
    """The text, where it was pasted."""
    if not sequence.startswith(PASTE_BEGINS):
        return None
    return sequence.removeprefix(PASTE_BEGINS).removesuffix(PASTE_ENDS).decode(errors="replace")


def keys_in(data: bytes) -> tuple[list[str], bytes]:
    """The keys that a terminal's bytes stand for, and what may be the beginning of one more."""
    sequences, rest = sequences_in(data)
    return [key for sequence in sequences if (key := key_of(sequence)) is not None], rest


class Keyboard:
    """Calls `on_key` for each key, from `with` on, and `on_paste` for a text that was pasted; a
    context manager inside an event loop.

    Where stdin is no terminal, or the program was started in the background, there are no keys.
    """

    def __init__(
        self,
        *,
        before_stop: Callable[[], None] = lambda: None,
        after_stop: Callable[[], None] = lambda: None,
    ) -> None:
        """before_stop, after_stop: called when Ctrl-Z stops the program and when it is in the
        foreground again, so that a screen can be taken down and set up."""
        self.on_key: Callable[[str], None] = lambda key: None
        self.on_paste: Callable[[str], None] = lambda text: None
        self._before_stop = before_stop
        self._after_stop = after_stop
        self._line: Callable[[bytes], None] | None = None
        self._take_line: Callable[[str | None], None] | None = None
        self._normal: list[Any] | None = None
        self._guard: TerminalGuard | None = None
        self._taken = False
        self._stopped = False
        self._wants_releases = self._knows_releases = False
        self._rest = b""
        self._alone: asyncio.TimerHandle | None = None

    def __enter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        if is_ours():
            self._normal = termios.tcgetattr(_stdin())
            self._guard = TerminalGuard(_stdin())
            self._take()
        self._loop.add_signal_handler(signal.SIGTSTP, self._stop)
        self._loop.add_signal_handler(signal.SIGCONT, self._go_on)
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.remove_signal_handler(signal.SIGTSTP)
        self._loop.remove_signal_handler(signal.SIGCONT)
        self._leave()
        if self._guard is not None:
            self._guard.dismiss()

    @property
    def are_there(self) -> bool:
        """There is somebody who can press keys."""
        return self._normal is not None

    def ask_for_releases(self) -> None:
        """From now on SPACE_UP is a key, if the terminal can tell it."""
        self._wants_releases = True
        if self._taken:
            write_to_terminal(ASK_FOR_RELEASES)

    def give_line(self, line: Callable[[bytes], None] | None) -> None:
        """Until it is called with None, `line` gets what is typed, as the terminal writes it, and
        only Esc is a key."""
        if self._taken and self._knows_releases and (line is None) != (self._line is None):
            write_to_terminal(TELL_NO_RELEASES if line else TELL_RELEASES)
        self._line = line

    def ask_line(self, take: Callable[[str | None], None]) -> None:
        """Let the terminal itself edit a line, and give it to `take`: for who reads plain lines.
        None is the end of all lines, Ctrl-D."""
        if self._taken:
            self._leave()
            self._take_line = take
            self._take()

    # ---- whose terminal it is -----------------------------------------------------------------

    def _take(self) -> None:
        """Have keys at once, and unseen."""
        assert self._normal is not None
        modes = [*self._normal]
        if self._take_line is not None:
            modes[3] |= termios.ICANON | termios.ECHO
        else:
            modes[3] &= ~(termios.ICANON | termios.ECHO)
            modes[6] = [*modes[6]]
            modes[6][termios.VMIN], modes[6][termios.VTIME] = 1, 0
        with suppress(termios.error):  # it was hung up
            termios.tcsetattr(_stdin(), termios.TCSADRAIN, modes)
            self._loop.add_reader(_stdin(), self._read)
            self._taken = True
            if self._take_line is not None:
                return
            write_to_terminal(TELL_PASTES)
            if self._knows_releases and self._line is None:
                write_to_terminal(TELL_RELEASES)
            elif self._wants_releases and not self._knows_releases:
                write_to_terminal(ASK_FOR_RELEASES)

    def _leave(self) -> None:
        """Give it back as it was."""
        if self._alone is not None:
            self._alone.cancel()
        if self._taken:
            self._taken = False
            self._loop.remove_reader(_stdin())
            assert self._normal is not None
            if is_foreground() and self._take_line is None:
                releases = self._knows_releases and self._line is None
                write_to_terminal(TELL_NO_PASTES + (TELL_NO_RELEASES if releases else ""))
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
            data = os.read(_stdin(), 4096)
        except OSError:
            data = b""
        if not data and self._take_line is None:  # hung up
            self._loop.remove_reader(_stdin())
            return
        if self._take_line is not None:
            self._end_line(data)
            return
        if self._alone is not None:
            self._alone.cancel()
        sequences, self._rest = sequences_in(self._rest + data)
        if self._rest:
            wait_s = PASTE_WAIT_S if self._rest.startswith(PASTE_BEGINS) else ESCAPE_WAIT_S
            self._alone = self._loop.call_later(wait_s, self._nothing_follows)
        for sequence in sequences:
            self._take_sequence(sequence)

    def _end_line(self, data: bytes) -> None:
        self._leave()
        take, self._take_line = self._take_line, None
        self._take()
        assert take is not None
        take(data.decode(errors="replace") if data else None)

    def _nothing_follows(self) -> None:
        rest, self._rest = self._rest, b""
        if rest == b"\x1b" or rest.startswith(PASTE_BEGINS):
            self._take_sequence(rest)

    def _take_sequence(self, sequence: bytes) -> None:
        if _KITTY_ANSWER.fullmatch(sequence):
            if self._wants_releases and not self._knows_releases:
                self._knows_releases = True
                if self._line is None:
                    write_to_terminal(TELL_RELEASES)
        elif self._line is not None and key_of(sequence) != ESCAPE:
            if _KITTY_KEY.fullmatch(sequence):  # on its way before the terminal was told otherwise
                key = key_of(sequence) or ""
                sequence = key.encode() if len(key) == 1 else b""
            self._line(sequence)
        elif (text := pasted_in(sequence)) is not None:
            self.on_paste(text)
        elif (key := key_of(sequence)) in _SIGNALS:
            os.killpg(os.getpgrp(), _SIGNALS[key])
        elif key is not None:
            self.on_key(key)


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
        if before is not None and is_foreground():
            write_to_terminal(TELL_NO_PASTES + TELL_NO_RELEASES)

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


def write_to_terminal(text: str) -> None:
    """To the terminal that is read: standard error may be a file."""
    with suppress(OSError, ValueError):
        terminal = os.open(os.ttyname(_stdin()), os.O_WRONLY | os.O_NOCTTY)
        try:
            os.write(terminal, text.encode())
        finally:
            os.close(terminal)


def _stdin() -> int:
    """Raises ValueError where it is closed, from the beginning (`<&-`) or now."""
    if sys.stdin is None:
        raise ValueError("standard input is closed")
    return sys.stdin.fileno()
