"""`--offline` and VOICECLI_OFFLINE=1: no socket but to this machine, whatever is asked for.

Python's own sockets are trapped by an audit hook in the process, and those of native libraries by
strace, where it is installed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from programs import VOICECLI, save_wav, speak
from voicecli.network import is_loopback
from voicecli.sound.samples import silence

pytestmark = pytest.mark.slow

HOOK = """
import os, sys
def note(event, args):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = args[1]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        address = (args[0],)
    else:
        return
    if isinstance(address, tuple):
        with open(os.environ["TRAPPED"], "a") as out:
            host = address[0]
            print(host.decode() if isinstance(host, bytes) else host, file=out)
sys.addaudithook(note)
"""

ADDRESS = re.compile(r'(?:inet_addr\(|inet_pton\(AF_INET6, )"([^"]+)"')


class Trap:
    """Runs programs, and notes every host that they talk to or ask for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._noted = folder / "trapped.txt"
        self._traced = folder / "trace.txt"
        (folder / "sitecustomize.py").write_text(HOOK)

    def run(self, *command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        trace = ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg"]
        prefix = [*trace, "-o", str(self._traced)] if shutil.which("strace") else []
        kept = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
        return subprocess.run(
            [*prefix, *map(str, command)],
            capture_output=True,
            text=True,
            cwd=self._folder,
            env={
                **kept,
                "PYTHONPATH": str(self._folder),
                "TRAPPED": str(self._noted),
                **environment,
            },
            timeout=100,
            check=False,
        )

    @property
    def hosts(self) -> set[str]:
        noted = self._noted.read_text().split() if self._noted.exists() else []
        traced = ADDRESS.findall(self._traced.read_text()) if self._traced.exists() else []
        return {*noted, *traced}

    @property
    def strangers(self) -> set[str]:
        return {host for host in self.hosts if not is_loopback(host)}


@pytest.fixture
def trap(tmp_path: Path) -> Trap:
    folder = tmp_path / "trap"
    folder.mkdir()
    return Trap(folder)


@pytest.fixture
def question(tmp_path: Path) -> Path:
    samples = np.concatenate([silence(8000), speak("What is seven plus twelve?"), silence(48000)])
    return save_wav(tmp_path / "question.wav", samples)


def test_the_trap_catches_what_python_and_what_native_code_opens(trap: Trap) -> None:
    # Nothing is sent; the addresses never have a host (RFC 5737).
    code = "from socket import *; socket(AF_INET, SOCK_DGRAM).connect(('192.0.2.1', 9))"
    trap.run(sys.executable, "-c", code)
    assert trap.strangers == {"192.0.2.1"}
    if shutil.which("strace"):
        native = (
            "import ctypes, socket, struct; libc = ctypes.CDLL(None);"
            "address = struct.pack('=HH4s8x', 2, 9, bytes([192, 0, 2, 2]));"
            "libc.connect(libc.socket(2, 2, 0), address, 16)"
        )
        trap.run(sys.executable, "-c", native)
        assert "192.0.2.2" in trap.strangers


def test_talk(trap: Trap, question: Path) -> None:
    files = ("--input", question, "--output", trap._folder / "reply.wav")
    done = trap.run(*VOICECLI, "talk", "--offline", *files)
    assert done.returncode == 0, done.stderr
    assert "ai: Seven plus twelve is nineteen." in done.stderr
    assert trap.hosts  # it looked for a language model here
    assert trap.strangers == set()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--base-url", "https://api.openai.com/v1"), "--offline forbids"),
        (("--stt-model", "small"), "is not on this machine"),
        (("--voice", "en_US-lessac-medium"), "is not on this machine"),
    ],
)
def test_talk_refuses_what_is_elsewhere(
    trap: Trap, question: Path, options: tuple[str, ...], message: str
) -> None:
    files = ("--input", question, "--output", trap._folder / "reply.wav")
    done = trap.run(*VOICECLI, "talk", "--offline", *files, *options)
    assert done.returncode == 1
    assert message in done.stderr
    assert trap.strangers == set()


def test_say(trap: Trap) -> None:
    done = trap.run(*VOICECLI, "say", "Good morning.", "-o", "said.wav", VOICECLI_OFFLINE="1")
    assert done.returncode == 0, done.stderr
    assert (trap._folder / "said.wav").exists()
    assert trap.hosts == set()


def test_transcribe(trap: Trap, question: Path) -> None:
    done = trap.run(
        *VOICECLI, "transcribe", "--stt-model", "stt-en", question, VOICECLI_OFFLINE="1"
    )
    assert done.returncode == 0, done.stderr
    assert "seven" in done.stdout.lower()
    assert trap.hosts == set()


def test_models_of_a_language_are_not_looked_up(trap: Trap) -> None:
    done = trap.run(*VOICECLI, "models", "--offline", "--language", "de")
    assert done.returncode == 1
    assert trap.strangers == set()


def test_nothing_is_pulled(trap: Trap) -> None:
    done = trap.run(*VOICECLI, "models", "pull", "--offline", "tiny")
    assert done.returncode == 1
    assert trap.strangers == set()
