"""Sessions whose writers are killed at random moments. Prints of each its ID, how many sentences
had been heard, and how many frames, when the kill came.

    python killed_writers.py N
"""

from __future__ import annotations

import os
import random
import signal
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from session_files import frame, tone, turn
from voicecli.sessions.folders import id_of
from voicecli.sessions.recording import SessionRecorder

FRAMES = [frame(number, tone(number, 400), tone(number, 1000)) for number in range(3000)]
ACK = struct.Struct("II")


def write(acks: int) -> None:
    """A conversation of one sentence every few frames, as fast as it can be written. What is
    acknowledged is what the user may have heard."""
    with SessionRecorder() as recorder:
        assert recorder.folder is not None
        os.write(acks, f"{id_of(recorder.folder)}\n".encode())
        for number, one in enumerate(FRAMES):
            recorder.hear(one)
            if number % 5 == 0:
                for event in turn(f"Question {number}?", f"Sentence {number // 5}.", at=one.end):
                    recorder.tell(event)
            os.write(acks, ACK.pack(number // 5 + 1, number + 1))


def main(n: int) -> None:
    rng = random.Random(16)
    with SessionRecorder() as recorder:  # what is loaded late is loaded before the first fork
        for one in FRAMES[:20]:
            recorder.hear(one)
    for _ in range(n):
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reader)
            write(writer)
            os._exit(0)
        os.close(writer)
        with open(reader, "rb") as acks:
            session_id = acks.readline().decode().strip()
            told = acks.read(ACK.size * rng.randrange(120))
            time.sleep(rng.uniform(0, 0.003))  # and somewhere within what is written next
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            told += acks.read()
        whole = len(told) // ACK.size * ACK.size
        last = ACK.unpack(told[whole - ACK.size : whole]) if whole else (0, 0)
        print(session_id, *last)  # noqa: T201


main(int(sys.argv[1]))
