"""How voicecli runs ONNX models: on one thread, mostly, that never spins with nothing to do."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray


def load_session(
    model: Path | bytes,
    *,
    n_threads: int = 1,
    optimized: bool = False,
    optimized_to: Path | None = None,
) -> onnxruntime.InferenceSession:
    """Raises onnxruntime's own exceptions, which have no common class: see the callers.

    optimized: the model is one that was written to `optimized_to`: that takes half as long to load.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = n_threads
    options.inter_op_num_threads = 1
    # A spinning pool burns a core for a second after each run.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # A pattern is kept for each shape, and a block of memory as large as it: no two sentences have
    # the same. A conversation took 588 MB with them, 470 without, and as long.
    options.enable_mem_pattern = False
    _share_memory()
    options.add_session_config_entry("session.use_env_allocators", "1")
    options.log_severity_level = 3
    levels = onnxruntime.GraphOptimizationLevel
    if optimized:
        options.graph_optimization_level = levels.ORT_DISABLE_ALL
    if optimized_to is not None:
        # The level above this one depends on the processor.
        options.graph_optimization_level = levels.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(optimized_to)
    # Voices draw noise: seeded, the same text sounds the same in every run of the program.
    onnxruntime.set_seed(0)
    return onnxruntime.InferenceSession(
        model if isinstance(model, bytes) else str(model),
        options,
        providers=["CPUExecutionProvider"],
    )


@cache
def _share_memory() -> None:
    """All models work in one arena: each of its own would keep what it needs at most. A
    conversation takes 420 to 440 MB with it, 450 to 470 without, and as long."""
    memory = onnxruntime.OrtMemoryInfo(
        "Cpu",
        onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR,
        0,
        onnxruntime.OrtMemType.DEFAULT,
    )
    default = -1
    onnxruntime.create_and_register_allocator(
        memory, onnxruntime.OrtArenaCfg(0, default, default, default)
    )


def run(
    session: onnxruntime.InferenceSession, inputs: Mapping[str, NDArray[np.generic]]
) -> list[NDArray[np.float32]]:
    """Every output of a model whose outputs are tensors of float32, as those here are."""
    return session.run(None, dict(inputs))  # pyrefly: ignore[bad-return]
