"""Files that are there as a whole or not at all, and what a killed program leaves of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from voicecli import files

WRITER = """
import sys, time
from pathlib import Path
from voicecli.files import written_atomically
with written_atomically(Path(sys.argv[1])) as part:
    part.write_text("half")
    print("writing", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The age of a file is for the moment before its writer has the lock."""
    monkeypatch.setattr(files, "SETTLED_S", -1.0)
    files._sweep_parts.cache_clear()
    yield
    files._sweep_parts.cache_clear()


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A program that is in the middle of writing `out.wav`."""
    command = [sys.executable, "-c", WRITER, str(tmp_path / "out.wav")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        yield process
        process.kill()


def parts(folder: Path) -> list[str]:
    return [name for name in os.listdir(folder) if ".part" in name]


def test_what_a_kill_left_is_swept_by_the_next_writer(
    tmp_path: Path, writer: subprocess.Popen[str]
) -> None:
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    assert len(parts(tmp_path)) == 1
    with files.written_atomically(tmp_path / "other.wav") as part:
        part.write_text("whole")
    assert parts(tmp_path) == []
    assert (tmp_path / "other.wav").read_text() == "whole"
    assert not (tmp_path / "out.wav").exists()


def test_what_another_program_writes_is_left_alone(
    tmp_path: Path, writer: subprocess.Popen[str]
) -> None:
    with files.written_atomically(tmp_path / "other.wav") as part:
        part.write_text("whole")
    assert len(parts(tmp_path)) == 1
    assert writer.poll() is None


def test_only_unfinished_files_of_that_name_are_swept(tmp_path: Path) -> None:
    kept = ["config.toml", ".config.toml", ".config.toml.bak", ".other.toml.0123abcd"]
    for name in [*kept, ".config.toml.0123abcd"]:
        (tmp_path / name).write_text("x")
    files.sweep(tmp_path / "config.toml")
    assert sorted(os.listdir(tmp_path)) == sorted(kept)


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(OSError, match="directory"):
        files.write_atomically(tmp_path / "config.toml", "text")
    assert os.listdir(tmp_path) == ["config.toml"]
