"""A voice assistant for the terminal; from Python, see docs/python.md."""

import os
from importlib import import_module
from typing import TYPE_CHECKING

# Since 1.29, onnxruntime reports to its makers unless it is told not to; piper and faster-whisper
# import it too, so it is told here (docs/decisions/0005-no-telemetry.md).
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

if TYPE_CHECKING:
    from voicecli.api import say, transcribe
    from voicecli.conversation.conversation import Conversation
    from voicecli.engines import Engines
    from voicecli.settings import Settings

__all__ = ["Conversation", "Engines", "Settings", "say", "transcribe"]

_MODULES = {
    "Conversation": "voicecli.conversation.conversation",
    "Engines": "voicecli.engines",
    "Settings": "voicecli.settings",
    "say": "voicecli.api",
    "transcribe": "voicecli.api",
}


def __getattr__(name: str) -> object:
    """Imported when it is asked for: `voicecli --help` needs none of it."""
    if name not in _MODULES:
        raise AttributeError(f"module 'voicecli' has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
