"""A real terminal (tmux) with a program in it."""

from __future__ import annotations

import itertools
import os
import shlex
import subprocess
import time
from collections.abc import Callable

_numbers = itertools.count()


class Terminal:
    """A program in tmux, 80 columns wide; or, without one, a shell with job control."""

    def __init__(self, *command: str) -> None:
        self._tmux = ("tmux", "-L", f"voicecli-{os.getpid()}-{next(_numbers)}", "-f", "/dev/null")
        shell = f"{shlex.join(command)}; echo exit code: $?; exec sleep 600"
        if not command:
            shell = "ENV= PS1='$ ' exec sh -i"
        self._call("new-session", "-d", "-x", "80", "-y", "24", shell)

    def _call(self, *arguments: str) -> str:
        done = subprocess.run([*self._tmux, *arguments], capture_output=True, text=True, check=True)
        return done.stdout

    @property
    def text(self) -> str:
        """The screen, and what has scrolled out of it."""
        return self._call("capture-pane", "-p", "-S", "-")

    @property
    def cursor_is_shown(self) -> bool:
        return self._call("display-message", "-p", "#{cursor_flag}").strip() == "1"

    def press(self, key: str) -> None:
        """As tmux names it: "q", "C-c", "Escape", "Enter"."""
        self._call("send-keys", key)

    def type(self, line: str) -> None:
        """And Enter."""
        self._call("send-keys", "-l", line)
        self.press("Enter")

    def wait_for(self, text: str, timeout_s: float = 60) -> str:
        return self._wait(lambda: text in self.text, text, timeout_s)

    def wait_for_end(self, timeout_s: float = 30) -> str:
        """Until the program has left; its exit code."""
        text = self._wait(lambda: "exit code: " in self.text, "exit code", timeout_s)
        return text.rpartition("exit code: ")[2].split()[0]

    def _wait(self, is_there: Callable[[], bool], what: str, timeout_s: float) -> str:
        deadline = time.monotonic() + timeout_s
        while not is_there():
            assert time.monotonic() < deadline, f"no {what!r} on:\n{self.text}"
            time.sleep(0.02)
        return self.text

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], check=False, capture_output=True)
