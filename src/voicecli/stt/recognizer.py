"""Utterances -> text, by faster-whisper."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from voicecli.errors import ModelError
from voicecli.settings import SttSettings
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples, silence
from voicecli.worker import Worker

if TYPE_CHECKING:
    from faster_whisper import WhisperModel
from voicecli.stt.transcript import (
    DOUBTFUL_COMPRESSION,
    DOUBTFUL_LOGPROB,
    Recognizer,
    Transcript,
    compression,
)
from voicecli.stt.whisper import (
    FULL_FRAMES,
    WINDOW_S,
    _load,
    encoder_frames,
    import_whisper,
    may_trim,
    spoken_languages,
    unsure_logprob,
    utterance_threads,
)

MAX_PROMPT_TOKENS = 4
"""Begin of transcript, language, task, and that no times are wanted."""


TOKENS_PER_S = 25
SPARE_TOKENS = 16
"""Nobody speaks faster, not even in scripts of which Whisper writes each letter as several tokens
(Hindi, Thai); a model that writes more invents."""


class WhisperRecognizer(Recognizer):
    """faster-whisper on its own thread. The model is loaded by the first job."""

    def __init__(self, folder: Path, settings: SttSettings) -> None:
        self.name = folder.name
        self._folder = folder
        self._settings = settings
        self._trims = may_trim(folder, settings)
        self._unsure_logprob = unsure_logprob(folder)
        self._model: WhisperModel | None = None
        self._n_frames = FULL_FRAMES
        self._worker = Worker("stt")

    @property
    def busy(self) -> bool:
        return self._worker.busy

    async def warm_up(self) -> None:
        """Load the model and run it once; raises ModelCorruptError."""
        await self.transcribe(silence(SAMPLE_RATE_HZ))

    async def transcribe(self, samples: Samples, language: str | None = None) -> Transcript:
        """What is said in `samples` (16 kHz, mono). Empty text where nothing is.

        language: ISO 639-1; None is that of the settings.
        """
        transcript = await self._worker.run(
            self._transcribe, samples, language or self._settings.language
        )
        return replace(transcript, is_unsure=transcript.avg_logprob < self._unsure_logprob)

    def _transcribe(self, samples: Samples, language: str | None) -> Transcript:
        if self._model is None:
            self._model = self._load()
        try:
            self._n_frames = encoder_frames(len(samples)) if self._trims else FULL_FRAMES
            transcript = self._decode(self._model, samples, language)
            if self._n_frames < FULL_FRAMES and _is_doubtful(transcript):
                self._n_frames = FULL_FRAMES
                transcript = self._decode(self._model, samples, language)
        except ModelError:
            raise
        except Exception as error:
            raise ModelError(
                f"speech recognition with {self.name} failed ({error})",
                "try another model with --stt-model",
            ) from error
        return transcript

    def _load(self) -> WhisperModel:
        recognizer, whisper = self, import_whisper()

        class TrimmedWhisper(whisper.WhisperModel):
            """faster-whisper pads what it hears to 30 s; most of that need not be encoded.

            It also encodes it twice to find out the language: for that, and to write.
            """

            _last: tuple[np.ndarray, Any] | None = None

            def encode(self, features):
                trimmed = np.ascontiguousarray(features[..., : recognizer._n_frames])
                if self._last is not None and np.array_equal(self._last[0], trimmed):
                    return self._last[1]
                encoded = super().encode(trimmed)
                self._last = trimmed, encoded
                return encoded

            def detect_language(self, audio=None, features=None, **_):
                window = whisper.audio.pad_or_trim(features[..., :-1])  # as it is transcribed
                found = spoken_languages(self, self.encode(window), recognizer.name)
                return *found[0], found

        n_threads = utterance_threads(trims=self._trims)
        return _load(TrimmedWhisper, self._folder, self._settings, n_threads)

    def _decode(self, model: WhisperModel, samples: Samples, language: str | None) -> Transcript:
        duration_s = len(samples) / SAMPLE_RATE_HZ
        is_short = duration_s <= WINDOW_S
        max_tokens = min(
            SPARE_TOKENS + int(TOKENS_PER_S * duration_s), model.max_length - MAX_PROMPT_TOKENS
        )
        segments, info = model.transcribe(
            samples,
            language=language,
            beam_size=self._settings.beam_size,
            temperature=0.0,
            condition_on_previous_text=False,
            # Short windows are more accurate without; longer audio needs them to move on.
            without_timestamps=is_short,
            suppress_tokens=[-1, *(_timestamps(model) if is_short else ())],
            max_new_tokens=max_tokens if is_short else None,
        )
        found = list(segments)
        return Transcript(
            " ".join(segment.text.strip() for segment in found).strip(),
            info.language,
            float(np.mean([segment.avg_logprob for segment in found])) if found else 0.0,
            max((segment.no_speech_prob for segment in found), default=1.0),
            is_short and sum(len(segment.tokens) for segment in found) >= max_tokens,
        )


def _timestamps(model: WhisperModel) -> range:
    """The tokens of the times 0.00 to 30.00 s.

    A model that writes one though it was told not to makes faster-whisper 1.2 hear the same window
    for ever.
    """
    first = model.hf_tokenizer.token_to_id("<|0.00|>")
    return range(0) if first is None else range(first, first + 50 * WINDOW_S + 1)


def _is_doubtful(transcript: Transcript) -> bool:
    return (
        transcript.cut_off
        or transcript.avg_logprob < DOUBTFUL_LOGPROB
        or compression(transcript.text) > DOUBTFUL_COMPRESSION
    )
