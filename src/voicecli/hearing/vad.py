"""Frame -> speech probability, by Silero VAD."""

from __future__ import annotations

import importlib.util
import threading
from pathlib import Path
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from voicecli.errors import ModelCorruptError, ModelMissingError
from voicecli.onnx import load_session, run
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples

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

    silero-vad itself is never imported: it needs torch. What was loaded is shared by all who listen
    at the same time: it takes 0.15 s and 10 MB.
    """

    def __init__(self, path: Path | None = None) -> None:
        """path: the model, where another than the best installed is wanted."""
        self._model = _shared(path or _model_path())
        self.reset()

    def reset(self) -> None:
        """Forget what was heard. Between turns only: inside one it would be deaf for a moment."""
        self._memory = self._model.warm
        self._input = np.zeros((1, CONTEXT_SAMPLES + FRAME_SAMPLES), np.float32)

    def probability(self, frame: Samples) -> float:
        """Speech probability of the next 512 samples at 16 kHz, 0..1."""
        self._input[0, :CONTEXT_SAMPLES] = self._input[0, -CONTEXT_SAMPLES:]
        self._input[0, CONTEXT_SAMPLES:] = frame
        probability, self._memory = self._model.run(self._input, self._memory)
        return probability


Memory = dict[str, NDArray[np.float32]]


class _Silero:
    """A model that was loaded. It remembers nothing; any thread may run it."""

    def __init__(self, path: Path) -> None:
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
        self.warm: Memory = {name: np.zeros(STATES[name], np.float32) for name in self._states}
        """Of who has heard WARM_UP_FRAMES of silence."""
        nothing = np.zeros((1, CONTEXT_SAMPLES + FRAME_SAMPLES), np.float32)
        for _ in range(WARM_UP_FRAMES):
            _, self.warm = self.run(nothing, self.warm)

    def run(self, frame: NDArray[np.float32], memory: Memory) -> tuple[float, Memory]:
        output, *after = run(self._session, {"input": frame, **memory, **self._rate})
        return float(output.reshape(-1)[0]), dict(zip(self._states, after, strict=True))


_loaded: WeakValueDictionary[Path, _Silero] = WeakValueDictionary()
_loading = threading.Lock()


def _shared(path: Path) -> _Silero:
    """The model of that file, as long as somebody has it; raises ModelCorruptError."""
    with _loading:
        model = _loaded.get(path)
        if model is None:
            _loaded[path] = model = _Silero(path)
        return model


def _model_path() -> Path:
    for name, file in FILES.items():
        package = importlib.util.find_spec(name)
        if package is not None and package.origin is not None:
            return Path(package.origin).parent / file
    raise ModelMissingError("the package faster-whisper is missing", "install voicecli again")
