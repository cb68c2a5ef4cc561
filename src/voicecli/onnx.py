"""How voicecli runs ONNX models: one thread each, and no spinning while there is nothing to do."""

from __future__ import annotations

from pathlib import Path

import onnxruntime


def load_session(model: Path | bytes) -> onnxruntime.InferenceSession:
    """Raises onnxruntime's own exceptions, which have no common class: see the callers."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # A spinning pool burns a core for a second after each run.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    # Voices draw noise: seeded, the same text sounds the same in every run of the program.
    onnxruntime.set_seed(0)
    return onnxruntime.InferenceSession(
        model if isinstance(model, bytes) else str(model),
        options,
        providers=["CPUExecutionProvider"],
    )
