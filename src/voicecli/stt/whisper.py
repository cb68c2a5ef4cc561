"""Whisper models: loaded, and how much sound their encoder is given."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from voicecli.errors import ModelCorruptError, ModelError
from voicecli.settings import SttSettings
from voicecli.sound.samples import SAMPLE_RATE_HZ
from voicecli.stt.transcript import DOUBTFUL_LOGPROB

if TYPE_CHECKING:
    from ctranslate2 import StorageView
    from faster_whisper import WhisperModel

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


def unsure_logprob(folder: Path) -> float:
    """Mean log probability below which the model's words are more often wrong than right.

    From the card's line `unsure_logprob: NUMBER`: small models are surer of what they make up.
    """
    card = folder / "README.md"
    text = card.read_text("utf-8", "replace") if card.is_file() else ""
    found = re.search(r"^unsure_logprob:\s*(-\d+(?:\.\d+)?)\s*$", text, re.MULTILINE)
    return float(found[1]) if found else DOUBTFUL_LOGPROB


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
