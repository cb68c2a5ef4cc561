"""A voice assistant for the terminal."""

import os

# Since 1.29, onnxruntime reports to its makers unless it is told not to; piper and faster-whisper
# import it too, so it is told here (docs/decisions/0005-no-telemetry.md).
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
