"""Calls to PortAudio: one at a time, and none that would end the program."""

from __future__ import annotations

import os
import select
import socket
import stat
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import ParamSpec, TypeVar

from voicecli.errors import AudioDeviceError

P = ParamSpec("P")
T = TypeVar("T")

turn = threading.Lock()
"""Whoever holds it may use PortAudio, which bears one thread at a time."""


class ServerDiedError(AudioDeviceError):
    """This process can't use PortAudio any more."""

    def __init__(self) -> None:
        super().__init__(
            "the sound system does not answer any more",
            "restart the sound server (JACK, PipeWire...) if it died, then voicecli",
        )


def in_turn(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call it while nobody else is in PortAudio; raises ServerDiedError."""
    with turn:
        if server_died():
            raise ServerDiedError
        return function(*args, **kwargs)


def server_died() -> bool:
    """The process of a JACK server that this program had joined is gone; another one of its name
    may run.

    PortAudio takes it for granted that its server answers (ASSERT_CALL in pa_jack.c), and aborts
    the program where it does not. libjack tells PortAudio alone that the server died, if at all, so
    the connection is asked: a socket named jack_SERVER_USER_NUMBER (jackd 2). A server that threw
    this program out, since it was late, lives, and may be joined again.
    """
    with suppress(OSError):  # no such folder: not a system on which JACK has sockets
        return any(_is_orphan(int(name)) for name in os.listdir("/dev/fd"))
    return False


def _is_orphan(fd: int) -> bool:
    """It is a connection to a JACK server that is gone."""
    with suppress(OSError, AttributeError):  # closed meanwhile, not connected, or not Linux
        if not stat.S_ISSOCK(os.fstat(fd).st_mode):
            return False
        connection = socket.socket(fileno=fd)
        try:
            peer = connection.getpeername()
            if not (isinstance(peer, str) and Path(peer).name.startswith("jack_")):
                return False
            credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        finally:
            connection.detach()
        server_pid, _, _ = struct.unpack("3i", credentials)
        poll = select.poll()
        poll.register(fd, 0)  # that it was hung up is told without being asked for
        hung_up = any(event & select.POLLHUP for _, event in poll.poll(0))
        return hung_up and not Path("/proc", str(server_pid)).exists()
    return False
