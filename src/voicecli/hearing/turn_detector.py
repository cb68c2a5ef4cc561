"""Is the user's turn over? Judged by the sound, with a model given by its path."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from voicecli.errors import ModelCorruptError, ModelError, ModelMissingError
from voicecli.hearing.detectors import TurnDetector
from voicecli.onnx import load_session
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples, silence
from voicecli.worker import Worker

HEARD_S = 8
"""The model hears so much of the end; what is shorter has silence in front of it."""

INPUT_NAME = "input_features"


class SmartTurnDetector(TurnDetector):
    """An ONNX model with the input and output of Smart Turn v3 (pipecat-ai/smart-turn), on its own
    thread.

    Input: a log-mel spectrogram as Whisper's, float32 (1, 80, 800), of the last 8 s brought
    to zero mean and unit variance. Output: the probability that the turn is over.
    """

    def __init__(self, path: Path) -> None:
        """Raises ModelMissingError, ModelCorruptError."""
        if not path.is_file():
            raise ModelMissingError(
                f"there is no turn detection model at {path}", "give the path of an .onnx file"
            )
        try:
            self._session = load_session(path)
            names = [one.name for one in self._session.get_inputs()]
            if names != [INPUT_NAME]:
                raise ValueError(f"its inputs are {names}, not {INPUT_NAME}")
        except Exception as error:
            raise ModelCorruptError(
                f"the turn detection model {path} can't be loaded ({error})",
                "give one with Smart Turn v3's input and output",
            ) from error
        from faster_whisper.feature_extractor import FeatureExtractor

        self._path = path
        self._features = FeatureExtractor(chunk_length=HEARD_S)
        self._worker = Worker("turn detector")

    async def probability(self, samples: Samples) -> float:
        """That nothing more follows what was said in `samples` (16 kHz), 0..1.

        Raises ModelError.
        """
        try:
            return await self._worker.run(self._probability, samples)
        except Exception as error:  # onnxruntime's have no base class of their own
            raise ModelError(
                f"the turn detection model {self._path} failed ({error})",
                "from now on words alone say when a turn is over",
            ) from error

    def _probability(self, samples: Samples) -> float:
        n_heard = HEARD_S * SAMPLE_RATE_HZ
        end = samples[-n_heard:]
        waveform = np.concatenate([silence(n_heard - len(end)), end])
        waveform = (waveform - waveform.mean()) / np.sqrt(waveform.var() + 1e-7)
        features = self._features(waveform, padding=0).astype(np.float32)[np.newaxis]
        (output, *_) = self._session.run(None, {INPUT_NAME: features})
        return float(np.asarray(output).reshape(-1)[0])
