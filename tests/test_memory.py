"""Memory that nobody uses, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from voicecli import memory

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc is Linux's")

FREED = """
from pathlib import Path
from voicecli.memory import give_back

def resident_mb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

kept = [bytes(4000) for _ in range(20_000)]
last = bytes(4000)  # what lies behind what is free
del kept
before_mb = resident_mb()
give_back()
print(before_mb - resident_mb())
"""

HEAPS = """
import ctypes
import threading
from pathlib import Path
from voicecli.memory import share_one_heap

share_one_heap()
malloc = ctypes.CDLL(None).malloc
malloc.restype = ctypes.c_void_p
made = []
threads = [threading.Thread(target=lambda: made.append(malloc(1000))) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
line = next(line for line in Path("/proc/self/maps").read_text().splitlines() if "[heap]" in line)
first, end = (int(address, 16) for address in line.split()[0].split("-"))
print(sum(first <= address < end for address in made))
"""


def printed(program: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    return float(done.stdout)


def test_what_is_free_is_given_back() -> None:
    assert printed(FREED) > 60


def test_threads_share_one_heap() -> None:
    assert printed(HEAPS) == 8


def test_where_the_c_library_has_no_such_thing_nothing_happens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda name: object())
    memory.give_back()
    memory.share_one_heap()
