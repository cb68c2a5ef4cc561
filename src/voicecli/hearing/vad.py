"""Frame -> speech probability, by Silero VAD."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np

from voicecli.errors import ModelCorruptError, ModelMissingError
from voicecli.onnx import load_session, run
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples, silence

CONTEXT_SAMPLES = 64
"""Each frame is preceded by the end of the one before (silero_vad.utils_vad.OnnxWrapper)."""

STATES = {"state": (2, 1, 128), "h": (1, 1, 128), "c": (1, 1, 128)}
"""What the model remembers from frame to frame: in one input, or as faster-whisper exports it."""

FILES = {"silero_vad": "data/silero_vad.onnx", "faster_whisper": "assets/silero_vad_v6.onnx"}
"""Packages that bring the model, the better file first (docs/decisions/0001-no-torch.md)."""
WARM_UP_FRAMES = 32
"""A second of silence that it hears before anything else: without it, it missed 10 of 180 digits
that began their recording; with it, none."""


class SileroVad:
    """The ONNX file of the silero-vad package, where that is installed; else faster-whisper's.

    silero-vad itself is never imported: it needs torch.
    """

    def __init__(self, path: Path | None = None) -> None:
        """path: the model, where another than the best installed is wanted."""
        path = path or _model_path()
        try:
            self._session = load_session(path)
        except Exception as error:
            raise ModelCorruptError(
                f"the voice activity detector {path} can't be loaded ({error})",
                "install voicecli again",
            ) from error
        inputs = {one.name for one in self._session.get_inputs()}
        self._states = [name for name in STATES if name in inputs]
        self._rate = {"sr": np.array(SAMPLE_RATE_HZ, np.int64)} if "sr" in inputs else {}
        self._memory = {name: np.zeros(STATES[name], np.float32) for name in self._states}
        self._input = np.zeros((1, CONTEXT_SAMPLES + FRAME_SAMPLES), np.float32)
        for _ in range(WARM_UP_FRAMES):
            self.probability(silence(FRAME_SAMPLES))
        self._warm = self._memory

    def reset(self) -> None:
        """Forget what was heard. Between turns only: inside one it would be deaf for a moment."""
        self._memory = self._warm
        self._input[:] = 0

    def probability(self, frame: Samples) -> float:
        """Speech probability of the next 512 samples at 16 kHz, 0..1."""
        self._input[0, :CONTEXT_SAMPLES] = self._input[0, -CONTEXT_SAMPLES:]
        self._input[0, CONTEXT_SAMPLES:] = frame
        output, *memory = run(self._session, {"input": self._input, **self._memory, **self._rate})
        self._memory = dict(zip(self._states, memory, strict=True))
        return float(output.reshape(-1)[0])


def _model_path() -> Path:
    for name, file in FILES.items():
        package = importlib.util.find_spec(name)
        if package is not None and package.origin is not None:
            return Path(package.origin).parent / file
    raise ModelMissingError("the package faster-whisper is missing", "install voicecli again")
