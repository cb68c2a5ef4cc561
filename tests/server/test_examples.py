"""The examples of clients in docs/examples run, and docs/protocols.md names all there is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving import Served, served_on_thread
from voicecli.server.realtime import client_events

pytestmark = [pytest.mark.slow, pytest.mark.call]

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs/examples"


@pytest.fixture(scope="module")
def where() -> Iterator[Served]:
    with served_on_thread() as one:
        yield one


def printed(folder: Path, *command: str) -> str:
    done = subprocess.run(
        command, cwd=folder, env=os.environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_python(where: Served, tmp_path: Path) -> None:
    script = str(EXAMPLES / "serve_speech.py")
    assert printed(tmp_path, sys.executable, script, f"{where.url}/v1", "hello.mp3") == (
        "What is seven plus twelve?\n"
    )


def test_javascript(where: Served, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    version = int(printed(tmp_path, node, "--version")[1:].partition(".")[0])
    if version < 20:
        pytest.skip(f"node {version} has no WebSocket")
    flags = ["--experimental-websocket"] if version < 22 else []
    script = str(EXAMPLES / "serve_websocket.mjs")
    url = f"ws://127.0.0.1:{where.port}/ws"
    assert "nineteen" in printed(tmp_path, node, *flags, script, url)
    assert (tmp_path / "reply.wav").stat().st_size > 10_000


def test_curl(where: Served, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    script = str(EXAMPLES / "serve_curl.sh")
    assert printed(tmp_path, "sh", script, where.url).strip() == "What is seven plus twelve?"


def test_the_table_names_every_event() -> None:
    table = (ROOT / "docs/protocols.md").read_text(encoding="utf-8")
    sources = (ROOT / "src/voicecli/server/realtime").glob("*.py")
    sent = {
        kind
        for source in sources
        for kind in re.findall(
            r'"type": "((?:session|conversation|input_audio_buffer|response)\.[a-z_.]+)"',
            source.read_text(encoding="utf-8"),
        )
    }
    assert len(sent) > 15
    missing = [kind for kind in {*sent, *client_events._EVENTS} if f"`{kind}`" not in table]
    # The table writes `.completed` for those of transcriptions.
    assert not [kind for kind in missing if "input_audio_transcription" not in kind]
