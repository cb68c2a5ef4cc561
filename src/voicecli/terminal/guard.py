"""The terminal after a death that nobody can clean up behind: SIGKILL, a crash in native code.

A small shell waits at the other end of a pipe. Where the pipe is closed without a word, it undoes
what was changed.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress

_SCRIPT = r"""
trap '' INT TERM HUP QUIT TSTP TTOU TTIN
exec 3<&1
read -r word && exit
case $(stty -a <&3) in
    *' icrnl'*'-icanon'*'-echo '*)
        stty icanon echo <&3
        case $(stty -a <&3) in *' -icrnl'*) stty -icanon -echo <&3 ;; esac ;;
esac
printf '\033[?2004l\033[<u\033[?25h\n'
"""
"""Its standard output is the terminal. What is undone is what keys.py does; modes that the user's
shell has set for a line of its own by then (no icrnl) are left alone, or given back where it came
in between."""

DISMISS_S = 1.0


class TerminalGuard:
    """Watches over a terminal until `dismiss`."""

    def __init__(self, terminal: int) -> None:
        """terminal: its file descriptor."""
        self._shell: subprocess.Popen[bytes] | None = None
        with suppress(OSError):
            writable = os.open(os.ttyname(terminal), os.O_RDWR | os.O_NOCTTY)
            try:
                self._shell = subprocess.Popen(
                    ["sh", "-c", _SCRIPT],
                    stdin=subprocess.PIPE,
                    stdout=writable,
                    stderr=subprocess.DEVNULL,
                )
            finally:
                os.close(writable)

    def dismiss(self) -> None:
        """The terminal is as it was."""
        if self._shell is not None:
            with suppress(OSError, subprocess.TimeoutExpired):
                self._shell.communicate(b"done\n", DISMISS_S)
