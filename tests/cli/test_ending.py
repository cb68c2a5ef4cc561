"""Signals, whatever a command waits for, and standard streams that are closed."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from programs import VOICECLI, run_voicecli, save_wav, speak
from voicecli.sound.reading import read_audio

pytestmark = pytest.mark.slow

TALK = ("talk", "--plain", "--base-url", "built-in")


@pytest.fixture
def question(tmp_path: Path) -> Path:
    return save_wav(tmp_path / "question.wav", speak("What is seven plus twelve?"))


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*VOICECLI, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ends_with(process: subprocess.Popen[str], number: int, exit_code: int) -> None:
    process.send_signal(number)
    assert process.wait(20) == exit_code  # 0.3 to 1.2 s
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()


@pytest.mark.parametrize(("number", "exit_code"), SIGNALS)
@pytest.mark.parametrize(
    "arguments",
    [
        (*TALK, "--input", "pipe", "--output", "new.wav"),
        ("say", "--file", "pipe", "--output", "new.wav"),
        ("transcribe", "--stt-model", "stt-en", "pipe"),
    ],
    ids=" ".join,
)
def test_a_pipe_that_gives_nothing_holds_up_no_signal(
    pipe: Path, arguments: tuple[str, ...], number: int, exit_code: int
) -> None:
    with started(pipe.parent, *arguments) as process:
        writer = None
        while writer is None:
            try:  # possible as soon as somebody waits at the other end
                writer = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:
                time.sleep(0.05)
        try:
            ends_with(process, number, exit_code)
        finally:
            os.close(writer)


@pytest.mark.parametrize(("number", "exit_code"), SIGNALS)
def test_a_pipe_that_nobody_reads_holds_up_no_signal(
    question: Path, pipe: Path, number: int, exit_code: int
) -> None:
    arguments = (*TALK, "--input", str(question), "--output", str(pipe))
    with started(pipe.parent, *arguments) as process:
        assert process.stderr is not None
        while "built-in replies" not in process.stderr.readline():
            pass  # the last thing before the output is opened
        ends_with(process, number, exit_code)


@pytest.mark.parametrize(("number", "exit_code"), SIGNALS)
def test_a_pipe_that_is_full_holds_up_no_signal(pipe: Path, number: int, exit_code: int) -> None:
    name = pipe.rename(pipe.with_suffix(".wav"))
    reader = os.open(name, os.O_RDONLY | os.O_NONBLOCK)
    text = "A long text goes on and on. " * 30
    try:
        with started(pipe.parent, "say", text, "--output", name.name, "--force") as process:
            n_bytes, n_before = 0, -1
            while n_bytes < 4096 or n_bytes != n_before:  # until nothing goes in any more
                time.sleep(0.3)
                n_before = n_bytes
                n_bytes = int.from_bytes(fcntl.ioctl(reader, termios.FIONREAD, bytes(4)), "little")
            ends_with(process, number, exit_code)
    finally:
        os.close(reader)


HELD_UP = """
import os, signal, sys, time
from pathlib import Path
from voicecli.cli.ending import run
from voicecli.files import written_atomically

async def write() -> None:
    with written_atomically(Path(sys.argv[1])) as part:
        part.write_text("half")
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)  # the loop takes no notice: a library is loaded, a file system hangs

run(write())
"""


def test_a_loop_that_is_held_up_leaves_no_half_file(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", HELD_UP, tmp_path / "a.wav"], timeout=30)
    assert done.returncode == 143
    assert list(tmp_path.iterdir()) == []


def closed(*numbers: int):
    def close() -> None:
        for number in numbers:
            os.close(number)

    return close


@pytest.mark.parametrize("numbers", [(0,), (2,), (0, 2), (0, 1, 2)])
def test_talk_needs_no_standard_streams(
    tmp_path: Path, question: Path, numbers: tuple[int, ...]
) -> None:
    output = tmp_path / "reply.wav"
    done = run_voicecli(
        *(*TALK, "--input", question, "--output", output), preexec_fn=closed(*numbers)
    )
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert len(read_audio(output)) > 16_000


def test_text_goes_to_stdout_where_stderr_is_closed(question: Path) -> None:
    done = run_voicecli("transcribe", "--stt-model", "stt-en", question, preexec_fn=closed(2))
    assert done.returncode == 0
    assert "seven" in done.stdout.lower() or "7" in done.stdout


def test_an_error_is_not_the_product_where_stderr_is_closed(tmp_path: Path) -> None:
    done = run_voicecli("transcribe", tmp_path / "missing.wav", preexec_fn=closed(2))
    assert (done.returncode, done.stdout) == (1, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("transcribe", "--stt-model", "stt-en", "question.wav"),
        ("transcribe", "--stt-model", "stt-en", "question.wav", "--format", "json"),
        ("say", "hello", "--output", "-"),
        ("config", "show"),
        ("models",),
        ("--help",),
        ("talk", "--help"),
    ],
    ids=" ".join,
)
def test_where_stdout_is_closed_the_product_is_not_lost_in_silence(
    question: Path, arguments: tuple[str, ...]
) -> None:
    done = run_voicecli(*arguments, cwd=question.parent, preexec_fn=closed(1))
    assert done.returncode == 1
    assert done.stderr == ("voicecli: standard output is closed\n  leave out >&- or name a file\n")


def test_a_full_disk_behind_any_command() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*VOICECLI, "config", "show"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "standard output can't be written (No space left on device)" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_secret_can_not_be_asked_for_where_stdin_is_closed() -> None:
    done = run_voicecli("config", "set", "llm.api_key", preexec_fn=closed(0))
    assert done.returncode == 2
    assert "standard input is closed" in done.stderr


def test_a_crash_in_native_code_says_where() -> None:
    code = (
        "import os, signal, sys\nfrom voicecli.cli.main import main\n"
        "sys.argv = ['voicecli', 'config', 'path']\n"
        "try: main()\nexcept SystemExit: os.kill(os.getpid(), signal.SIGSEGV)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGSEGV
    assert "Fatal Python error: Segmentation fault" in done.stderr
