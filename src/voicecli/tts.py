"""Sentence -> Clip, by Piper."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voicecli.audio import Clip, silence
from voicecli.errors import ModelCorruptError, ModelError, SettingsError
from voicecli.onnx import load_session
from voicecli.settings import TtsSettings
from voicecli.worker import Worker

if TYPE_CHECKING:
    from piper import PiperVoice

PEAK = 0.89
"""-1 dBFS: resampling overshoots a little, and full scale would clip."""


def load_piper(path: Path) -> PiperVoice:
    """Load an .onnx voice with its .onnx.json; raises ModelCorruptError."""
    from piper import PiperConfig, PiperVoice

    try:
        config = PiperConfig.from_dict(json.loads(Path(f"{path}.json").read_text("utf-8")))
        return PiperVoice(session=load_session(path), config=config)
    except Exception as error:
        raise ModelCorruptError(
            f"the voice {path} can't be loaded ({error})",
            "choose another with --voice, or fetch it again with `voicecli models pull`",
        ) from error


class Voice:
    """A Piper voice on its own thread. It is loaded by the first job."""

    def __init__(self, path: Path, settings: TtsSettings) -> None:
        self.name = path.stem
        self._path = path
        self._settings = settings
        self._piper: PiperVoice | None = None
        self._worker = Worker("tts")

    @property
    def busy(self) -> bool:
        return self._worker.busy

    async def warm_up(self) -> None:
        """Load the voice and speak a word to nobody; raises ModelCorruptError, SettingsError."""
        await self.synthesize("Hello.")

    async def synthesize(self, sentence: str) -> Clip:
        """Speak one sentence. Text with nothing to say (`...`) gives a clip of no samples."""
        return await self._worker.run(self._synthesize, sentence)

    def _synthesize(self, sentence: str) -> Clip:
        from piper import SynthesisConfig

        if self._piper is None:
            self._piper = load_piper(self._path)
        config = SynthesisConfig(
            speaker_id=self._speaker_id(self._piper),
            length_scale=self._piper.config.length_scale / self._settings.speed,
            volume=PEAK * self._settings.volume,
        )
        try:
            chunks = [chunk.audio_float_array for chunk in self._piper.synthesize(sentence, config)]
        except Exception as error:
            raise ModelError(
                f"the voice {self.name} can't speak {sentence!r} ({error})",
                "try another with --voice",
            ) from error
        samples = np.concatenate(chunks) if chunks else silence(0)
        return Clip(samples, self._piper.config.sample_rate, sentence)

    def _speaker_id(self, piper: PiperVoice) -> int | None:
        wanted, names = self._settings.speaker, piper.config.speaker_id_map
        if wanted is None:
            return None
        if wanted in names:
            return names[wanted]
        if wanted.isdigit() and int(wanted) < piper.config.num_speakers:
            return int(wanted)
        known = ", ".join(names) or f"0 to {piper.config.num_speakers - 1}"
        raise SettingsError(f"the voice {self.name} has no speaker {wanted!r}", f"it has: {known}")
