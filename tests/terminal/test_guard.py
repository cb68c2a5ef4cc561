"""Beside the shell, which takes its terminal back at the same moment."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import termios
import tty
from pathlib import Path

import pytest

from voicecli.terminal.guard import TerminalGuard

MODES = termios.ICANON | termios.ECHO


@pytest.mark.parametrize("shell_comes", [False, True])
def test_what_the_shell_has_set_meanwhile_stays(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shell_comes: bool
) -> None:
    """A stty that lets the modes of a shell's own line come right before what it is to set."""
    real = shutil.which("stty")
    prepared = f'[ "$*" = "icanon echo" ] && {real} -icrnl -icanon -echo' if shell_comes else ""
    (tmp_path / "stty").write_text(f'#!/bin/sh\n{prepared}\nexec {real} "$@"\n')
    (tmp_path / "stty").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    master, slave = pty.openpty()
    try:
        tty.setcbreak(slave)
        attributes = termios.tcgetattr(slave)
        attributes[0] |= termios.ICRNL
        termios.tcsetattr(slave, termios.TCSANOW, attributes)
        guard = TerminalGuard(slave)
        assert isinstance(guard._shell, subprocess.Popen)
        assert guard._shell.stdin is not None
        guard._shell.stdin.close()  # as the end of the program does
        guard._shell.wait()
        modes = termios.tcgetattr(slave)
    finally:
        os.close(slave)
        os.close(master)
    assert modes[3] & MODES == (0 if shell_comes else MODES)
