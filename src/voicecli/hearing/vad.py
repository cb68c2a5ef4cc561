"""Frame -> speech probability, by Silero VAD."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np

from voicecli.errors import ModelCorruptError, ModelMissingError
from voicecli.onnx import load_session
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples

CONTEXT_SAMPLES = 64
"""Each frame is preceded by the end of the one before (silero_vad.utils_vad.OnnxWrapper)."""


class SileroVad:
    """The ONNX file of the silero-vad package, which itself is never imported: it needs torch."""

    def __init__(self) -> None:
        path = _model_path()
        try:
            self._session = load_session(path)
        except Exception as error:
            raise ModelCorruptError(
                f"the voice activity detector {path} can't be loaded ({error})",
                "install voicecli again",
            ) from error
        self._rate = np.array(SAMPLE_RATE_HZ, np.int64)
        self.reset()

    def reset(self) -> None:
        """Forget what was heard. Between turns only: inside one it would be deaf for a moment."""
        self._state = np.zeros((2, 1, 128), np.float32)
        self._input = np.zeros((1, CONTEXT_SAMPLES + FRAME_SAMPLES), np.float32)

    def probability(self, frame: Samples) -> float:
        """Speech probability of the next 512 samples at 16 kHz, 0..1."""
        self._input[0, :CONTEXT_SAMPLES] = self._input[0, -CONTEXT_SAMPLES:]
        self._input[0, CONTEXT_SAMPLES:] = frame
        output, self._state = self._session.run(
            None, {"input": self._input, "state": self._state, "sr": self._rate}
        )
        return float(output[0, 0])


def _model_path() -> Path:
    package = importlib.util.find_spec("silero_vad")
    if package is None or package.origin is None:
        raise ModelMissingError("the package silero-vad is missing", "install voicecli again")
    return Path(package.origin).parent / "data" / "silero_vad.onnx"
