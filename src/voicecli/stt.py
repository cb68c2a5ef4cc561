"""Utterances -> text, by faster-whisper."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voicecli.audio import SAMPLE_RATE_HZ, Samples, silence
from voicecli.errors import ModelCorruptError, ModelError
from voicecli.settings import SttSettings
from voicecli.worker import Worker

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

WINDOW_S = 30
"""Whisper hears at most this much at once."""


@dataclass(frozen=True, slots=True)
class Transcript:
    text: str
    language: str
    """ISO 639-1."""
    avg_logprob: float
    """Mean log probability of the tokens; the lower, the less sure."""
    no_speech_prob: float
    """Whisper's own opinion that nothing was said."""


def load_whisper(folder: Path, settings: SttSettings, *, n_threads: int = 1) -> WhisperModel:
    """Load a faster-whisper model from a folder; raises ModelCorruptError.

    One thread decodes an utterance faster than two (the barrier after each token costs more than
    the second core brings), and leaves a core to the audio.
    """
    from faster_whisper import WhisperModel

    try:
        return WhisperModel(
            str(folder),
            device=settings.device,
            compute_type=_compute_type(settings),
            cpu_threads=n_threads,
            local_files_only=True,
        )
    except Exception as error:
        raise ModelCorruptError(
            f"the speech recognition model {folder} can't be loaded ({error})",
            "choose another with --stt-model, or fetch it again with `voicecli models pull`",
        ) from error


def _compute_type(settings: SttSettings) -> str:
    if settings.compute_type != "auto":
        return settings.compute_type
    return "int8" if settings.device != "cuda" else "float16"


class Recognizer:
    """faster-whisper on its own thread. The model is loaded by the first job."""

    def __init__(self, folder: Path, settings: SttSettings) -> None:
        self.name = folder.name
        self._folder = folder
        self._settings = settings
        self._model: WhisperModel | None = None
        self._worker = Worker("stt")

    @property
    def busy(self) -> bool:
        return self._worker.busy

    async def warm_up(self) -> None:
        """Load the model and run it once; raises ModelCorruptError."""
        await self.transcribe(silence(SAMPLE_RATE_HZ))

    async def transcribe(self, samples: Samples) -> Transcript:
        """What is said in `samples` (16 kHz, mono). Empty text where nothing is."""
        return await self._worker.run(self._transcribe, samples)

    def _transcribe(self, samples: Samples) -> Transcript:
        if self._model is None:
            self._model = load_whisper(self._folder, self._settings)
        try:
            segments, info = self._model.transcribe(
                samples,
                language=self._settings.language,
                beam_size=self._settings.beam_size,
                temperature=0.0,
                condition_on_previous_text=False,
                # Short windows are more accurate without; longer audio needs them to move on.
                without_timestamps=len(samples) <= WINDOW_S * SAMPLE_RATE_HZ,
            )
            found = list(segments)
        except Exception as error:
            raise ModelError(
                f"speech recognition with {self.name} failed ({error})",
                "try another model with --stt-model",
            ) from error
        return Transcript(
            " ".join(segment.text.strip() for segment in found).strip(),
            info.language,
            float(np.mean([segment.avg_logprob for segment in found])) if found else 0.0,
            max((segment.no_speech_prob for segment in found), default=1.0),
        )
