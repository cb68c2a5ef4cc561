"""Utterances -> text, by faster-whisper."""

from __future__ import annotations

import os
import re
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from voicecli.audio import SAMPLE_RATE_HZ, Samples, silence
from voicecli.errors import ModelCorruptError, ModelError
from voicecli.settings import SttSettings
from voicecli.worker import Worker

if TYPE_CHECKING:
    from ctranslate2 import StorageView
    from faster_whisper import WhisperModel

MAX_PROMPT_TOKENS = 4
"""Begin of transcript, language, task, and that no times are wanted."""

WINDOW_S = 30
"""Whisper hears at most this much at once."""

FRAMES_PER_S = 100
"""Of the log-mel spectrogram that the encoder takes."""

BUCKET_FRAMES = 200
"""The encoder's input is a multiple of this: CTranslate2 keeps memory for every length it meets."""

MARGIN_FRAMES = 250
MIN_FRAMES = 800
"""Silence after the speech, and the shortest input. Models that were trained on 30 s alone repeat
themselves without end when they get less (whisper.cpp #1855, FUTO's ACFT)."""

FULL_FRAMES = WINDOW_S * FRAMES_PER_S

PADDED_THREADS = 4
"""For an encoder that is given 30 s, at most."""

TOKENS_PER_S = 25
SPARE_TOKENS = 16
"""Nobody speaks faster, not even in scripts of which Whisper writes each letter as several tokens
(Hindi, Thai); a model that writes more invents."""

DOUBTFUL_LOGPROB = -1.0
DOUBTFUL_COMPRESSION = 2.4
"""openai-whisper's limits for a failed decoding."""


@dataclass(frozen=True, slots=True)
class Transcript:
    text: str
    language: str
    """ISO 639-1."""
    avg_logprob: float
    """Mean log probability of the tokens; the lower, the less sure."""
    no_speech_prob: float
    """Whisper's own opinion that nothing was said."""
    cut_off: bool = False
    """The model wrote more than can have been said, and was stopped."""


def load_whisper(
    folder: Path, settings: SttSettings, *, n_threads: int = 1, n_workers: int = 1
) -> WhisperModel:
    """Load a faster-whisper model from a folder; raises ModelCorruptError.

    Several utterances at once want several workers, which share the weights.
    """
    return _load(import_whisper().WhisperModel, folder, settings, n_threads, n_workers)


def utterance_threads(*, trims: bool) -> int:
    """How many threads recognise one utterance.

    One decodes about as fast as two (there is a barrier after each token) and leaves a core to the
    audio. But an encoder that is given 30 s wants more (base on two cores: 0.66 s, and 0.36 s with
    both; 0.90 and 0.70 s where both have other work, too).
    """
    return 1 if trims else min(PADDED_THREADS, os.cpu_count() or 1)


def import_whisper():
    """The package faster_whisper. Wherever it is needed first, so that CTranslate2 is set up."""
    if _cpu_has_avx512():
        # On AMD, CTranslate2 takes AVX2 where AVX512 is 4 to 25 % faster. Read when it is imported.
        os.environ.setdefault("CT2_FORCE_CPU_ISA", "AVX512")
    import faster_whisper

    return faster_whisper


def _cpu_has_avx512() -> bool:
    with suppress(OSError):
        return "avx512vl" in Path("/proc/cpuinfo").read_text("ascii", "ignore")
    return False


def _load(
    kind: type[WhisperModel],
    folder: Path,
    settings: SttSettings,
    n_threads: int = 1,
    n_workers: int = 1,
) -> WhisperModel:
    try:
        return kind(
            str(folder),
            device=settings.device,
            compute_type=_compute_type(settings),
            cpu_threads=n_threads,
            num_workers=n_workers,
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


def card_says(folder: Path, key: str) -> bool:
    """True where the model's card has a line `key: true`. Those that matter:

    `trim_encoder`: it was trained on short input too, without silence up to 30 s.
    `utterances`: it hears one utterance at a time, and loses sentences in a window full of them.
    """
    card = folder / "README.md"
    return card.is_file() and bool(
        re.search(rf"^{key}:\s*true\s*$", card.read_text("utf-8", "replace"), re.MULTILINE)
    )


def may_trim(folder: Path, settings: SttSettings) -> bool:
    """Whether to encode what was said alone: as the settings say, or else the model's card."""
    if settings.trim_encoder is not None:
        return settings.trim_encoder
    return card_says(folder, "trim_encoder")


def encoder_frames(n_samples: int) -> int:
    """How much of its 30 s the encoder needs for so much sound at 16 kHz."""
    n_frames = n_samples * FRAMES_PER_S // SAMPLE_RATE_HZ + MARGIN_FRAMES
    n_buckets = -(-max(MIN_FRAMES, n_frames) // BUCKET_FRAMES)
    return min(FULL_FRAMES, n_buckets * BUCKET_FRAMES)


def spoken_languages(
    model: WhisperModel, encoded: StorageView, name: str
) -> list[tuple[str, float]]:
    """ISO 639-1 codes with their probabilities, the likeliest first.

    encoded: what the encoder made of one window. name: of the model, for people. Raises ModelError.
    """
    (found,) = model.model.detect_language(encoded)
    if not found:  # its config.json has no lang_ids, which some conversions leave out
        raise ModelError(f"{name} can't tell languages apart", "name the language with --language")
    return [(token.strip("<|>"), probability) for token, probability in found]


class Recognizer:
    """faster-whisper on its own thread. The model is loaded by the first job."""

    def __init__(self, folder: Path, settings: SttSettings) -> None:
        self.name = folder.name
        self._folder = folder
        self._settings = settings
        self._trims = may_trim(folder, settings)
        self._model: WhisperModel | None = None
        self._n_frames = FULL_FRAMES
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
            self._model = self._load()
        try:
            self._n_frames = encoder_frames(len(samples)) if self._trims else FULL_FRAMES
            transcript = self._decode(self._model, samples)
            if self._n_frames < FULL_FRAMES and _is_doubtful(transcript):
                self._n_frames = FULL_FRAMES
                transcript = self._decode(self._model, samples)
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

    def _decode(self, model: WhisperModel, samples: Samples) -> Transcript:
        duration_s = len(samples) / SAMPLE_RATE_HZ
        is_short = duration_s <= WINDOW_S
        max_tokens = min(
            SPARE_TOKENS + int(TOKENS_PER_S * duration_s), model.max_length - MAX_PROMPT_TOKENS
        )
        segments, info = model.transcribe(
            samples,
            language=self._settings.language,
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


def compression(text: str) -> float:
    """zlib's ratio: high where a text repeats itself."""
    data = text.encode()
    return len(data) / len(zlib.compress(data))
