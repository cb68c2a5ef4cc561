"""What the conversation knows of language models loads nothing of the network."""

from __future__ import annotations

import subprocess
import sys


def test_history_and_messages_load_no_http_client() -> None:
    code = (
        "import sys, voicecli.conversation.history, voicecli.llm.messages\n"
        "print([name for name in ('httpx', 'numpy', 'onnxruntime') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
