"""Who doesn't serve pays nothing for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

SERVING = "fastapi starlette uvicorn websockets aiortc prometheus_client pydantic segno"


def test_the_other_commands_import_nothing_of_the_server() -> None:
    script = f"""
import sys
import voicecli.cli.main, voicecli.engines
import voicecli.conversation.conversation, voicecli.transcription.pipeline, voicecli.tts.piper
import voicecli.duplex.devices, voicecli.llm.client, voicecli.terminal.screen
print(sorted({{name.partition(".")[0] for name in sys.modules}} & set({SERVING.split()!r})))
print([name for name in sys.modules if name.startswith("voicecli.server")])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split("\n")[:2] == ["[]", "[]"]


def test_without_the_extra_serve_says_what_to_install() -> None:
    script = """
import sys
sys.modules["fastapi"] = None
sys.argv = ["voicecli", "serve"]
from voicecli.cli.main import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert "needs the package fastapi" in done.stderr
    assert "voicecli[serve]" in done.stderr
