"""A Whisper model, and all that is asked of it: the only driver of faster-whisper and CTranslate2.

faster-whisper brings the spectrogram, the tokens and the alignment. Its own `transcribe` is not
used: it fills everything up with silence to 30 s, encodes twice to find out a language, and decodes
a batch with all threads together. Measured on two cores (base, int8, 30 s windows, 92 tokens, beam
5), the encoder gains nothing from a batch and needs the batch's multiple of memory, and the decoder
loses to the threads' barriers: two workers of one thread each that encode window by window and
decode in batches take 0.6 s a window where one worker of two threads takes 1.5 s.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from voicecli.errors import ModelCorruptError, ModelError
from voicecli.models import name_of
from voicecli.settings import SttSettings
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples
from voicecli.stt.chinese import in_script, is_mandarin, prompt_for, without_prompt
from voicecli.stt.transcript import DOUBTFUL_LOGPROB, Ending, TimedWord, Transcript

if TYPE_CHECKING:
    from ctranslate2 import StorageView as Encoded
    from faster_whisper import WhisperModel
    from faster_whisper.tokenizer import Tokenizer

WINDOW_S = 30
"""Whisper hears at most this much at once."""

FRAMES_PER_S = 100
"""Of the log-mel spectrogram that the encoder takes."""

FULL_FRAMES = WINDOW_S * FRAMES_PER_S

BUCKET_FRAMES = 200
"""The encoder's input is a multiple of this: oneDNN keeps a kernel for every length it meets, and
memory would grow with each (0.8 MB an utterance; flat with this)."""

MARGIN_FRAMES = 250
"""Silence after the speech. Models that were trained on 30 s alone repeat themselves without end
where they get none (whisper.cpp #1855, FUTO's ACFT)."""

CARD_MIN_FRAMES = 800
"""The shortest input of a model whose card says that it was trained on such."""

NO_POWER, FEATURE_RANGE = -1.5, 2.0
"""Of a log-mel feature, in units of 40 dB: no sound at all, and how far below the loudest one
OpenAI's spectrogram ends. Silence is what Whisper was trained on after the speech; the zeros that
faster-whisper adds are a hum, after which it goes on: of 419 words of people 35 are wrong with 16 s
of it and 22 with 30 s, with silence 20 and 21 (base, greedy).

But with silence behind them half sentences seem whole: what Whisper expects next then tells less of
whether a turn is over (of 212 pauses within one 10 % were taken for its end, with hum 4.5)."""

PADDED_THREADS = 4
"""For an encoder that is given 30 s, at most."""

TOKENS_PER_S = 25
SPARE_TOKENS = 16
"""Nobody speaks faster, not even in scripts of which Whisper writes each letter as several tokens
(Hindi, Thai); a model that writes more invents."""

MIN_PROBABILITY = 1e-9
"""In place of 0, which has no logarithm."""

MAX_TOKENS = 448
"""The decoder's length, prompt included."""

CALM_NGRAM = 3
"""Tokens that come but once in a text that is not to repeat itself."""

PREPENDED = "\"'“¿([{-"
APPENDED = "\"'.。,，!！?？:：”)]}、"
"""Punctuation that belongs to the word after it or before it, as openai-whisper has it."""

HYPHENS = "-", " -", "--"
END_MARKS = ".", "!", "?", "...", ",", '"', '."', "!!", "。", "？", "！", "，", "、"
"""What may follow a last word, as Whisper's tokens begin (`_ending`)."""


@dataclass(frozen=True)
class Family:
    """Official models of one size."""

    min_frames: int
    """The shortest input, with silence, that was measured to lose nothing."""
    min_hum_frames: int
    """With hum."""
    languages: frozenset[str]
    """In which it was measured."""


_ENGLISH = frozenset({"en"})
FAMILIES: dict[tuple[tuple[int, int], ...], Family] = {
    ((1, 0), (2, 0), (2, 5), (3, 0), (3, 1), (3, 2), (3, 3), (3, 4)): Family(1200, 1200, _ENGLISH),
    ((3, 1), (4, 2), (4, 3), (4, 7), (5, 1), (5, 2), (5, 4), (5, 6)): Family(1200, 1600, _ENGLISH),
}
"""tiny.en and base, known by the decoder heads that look where the sound is (openai-whisper's
_ALIGNMENT_HEADS), which every conversion keeps."""


@dataclass(frozen=True)
class Decoding:
    """How to write down what was encoded."""

    task: str = "transcribe"
    """Or `translate`, to English."""
    beam_size: int = 1
    initial_prompt: str | None = None
    """Text that could have come before."""
    hotwords: str | None = None
    """Words to expect."""
    opening: str = ""
    """What is said begins with this."""
    tells_ending: bool = False
    """Whether `Transcript.ending` is wanted."""


@dataclass(frozen=True, slots=True)
class Decoded:
    transcript: Transcript
    tokens: tuple[int, ...]
    """Of the text alone."""


class Whisper:
    """A model on this machine. Several threads may use it; `n_workers` of them at once."""

    def __init__(
        self,
        folder: Path,
        settings: SttSettings,
        *,
        n_threads: int = 1,
        n_workers: int = 1,
        hum: bool = False,
    ) -> None:
        """Raises ModelCorruptError. Workers share the weights.

        hum: what follows the sound is not silence (see NO_POWER). So it is always where the model's
        card says that it was trained on short input: that was hum.
        """
        self.name = name_of(folder)
        self.trimming = trimming(folder, settings, hum=hum)
        self._script = settings.script
        self._hum = hum or card_says(folder, "trim_encoder")
        self._model = _load(folder, settings, n_threads, n_workers)

    @property
    def is_multilingual(self) -> bool:
        return self._model.model.is_multilingual

    def encode(self, sounds: Sequence[Samples], n_frames: int = FULL_FRAMES) -> Encoded:
        """What the decoder looks at; silence, or hum, is added up to n_frames."""
        features = [self._features(sound, n_frames) for sound in sounds]
        if self._model.model.device != "cpu":
            return self._model.encode(np.stack(features))
        return batch([self._model.encode(one) for one in features])

    def _features(self, sound: Samples, n_frames: int) -> NDArray[np.float32]:
        found = self._model.feature_extractor(sound)[..., :-1][:, :n_frames]
        silence = max(found.max(initial=NO_POWER) - FEATURE_RANGE, NO_POWER)
        missing = n_frames - found.shape[1]
        level = 0.0 if self._hum else silence
        return np.pad(found, ((0, 0), (0, missing)), constant_values=level)

    def languages(self, encoded: Encoded) -> list[tuple[str, float]]:
        """ISO 639-1 codes with their probabilities, the likeliest first; of the first sound."""
        if not self.is_multilingual:
            return [("en", 1.0)]
        found = self._model.model.detect_language(encoded)[0]
        if not found:  # its config.json has no lang_ids, which some conversions leave out
            raise ModelError(
                f"{self.name} can't tell languages apart", "name the language with --language"
            )
        return [(token.strip("<|>"), probability) for token, probability in found]

    def decode(
        self,
        encoded: Encoded,
        languages: Sequence[str],
        durations_s: Sequence[float],
        how: Decoding | None = None,
        *,
        repeats: bool = True,
    ) -> list[Decoded]:
        """The text of each sound that was encoded; without times, for which there is `align`.

        durations_s: of the sounds; nobody says more in them than can be said.
        repeats: whether the text may repeat itself.
        """
        from faster_whisper.transcribe import get_suppressed_tokens

        how = how or Decoding()
        tokenizers = [self._tokenizer(language, how.task) for language in languages]
        prompts = [self._prompt(tokenizer, how) for tokenizer in tokenizers]
        if len(set(map(len, prompts))) > 1:  # CTranslate2 wants all texts to begin at one place
            sounds = enumerate(zip(languages, durations_s, strict=True))
            return [
                one
                for i, (language, duration_s) in sounds
                for one in self.decode(
                    item(encoded, i), [language], [duration_s], how, repeats=repeats
                )
            ]
        n_tokens = SPARE_TOKENS + int(TOKENS_PER_S * max(durations_s))
        results = self._model.model.generate(
            encoded,
            prompts,
            max_length=min(MAX_TOKENS, max(map(len, prompts)) + n_tokens),
            # It is annotated as a tuple of one, and wants a list.
            suppress_tokens=get_suppressed_tokens(tokenizers[0], [-1])  # pyrefly: ignore[bad-argument-type]
            or (),
            return_scores=True,
            return_no_speech_prob=True,
            return_logits_vocab=how.tells_ending,
            beam_size=how.beam_size,
            no_repeat_ngram_size=0 if repeats else CALM_NGRAM,
        )
        return [
            self._in_script(_decoded(result, tokenizer, n_tokens))
            for result, tokenizer in zip(results, tokenizers, strict=True)
        ]

    def opening_logprobs(
        self, encoded: Encoded, parts: Sequence[str], language: str, duration_s: float
    ) -> list[float]:
        """Natural logarithms of the probabilities that what is said begins with the first of these
        texts, and goes on with each next one. They are spelt as here, leading blanks included."""
        tokenizer = self._tokenizer(language, "transcribe")
        tokens = [tokenizer.encode(part) for part in parts]
        n_frames = min(2 * encoded.shape[1], max(1, int(np.ceil(duration_s * FRAMES_PER_S))))
        (found,) = self._model.model.align(
            encoded,
            tokenizer.sot_sequence,
            [[token for part in tokens for token in part]],
            n_frames,
        )
        logprobs = np.log(np.maximum(found.text_token_probs, MIN_PROBABILITY))
        ends = np.cumsum([len(part) for part in tokens])
        return [float(part.sum()) for part in np.split(logprobs[: ends[-1]], ends[:-1])]

    def align(self, encoded: Encoded, decoded: Decoded, duration_s: float) -> list[TimedWord]:
        """When each word was said, by the decoder's attention to the sound.

        encoded: one sound's; of a batch, see `item`.
        """
        from faster_whisper.transcribe import merge_punctuations

        if not decoded.tokens:
            return []
        n_frames = min(2 * encoded.shape[1], max(1, int(np.ceil(duration_s * FRAMES_PER_S))))
        tokenizer = self._tokenizer(decoded.transcript.language, "transcribe")
        # Both are annotated as if one sound were not in a list.
        (words,) = self._model.find_alignment(
            tokenizer,
            [list(decoded.tokens)],  # pyrefly: ignore[bad-argument-type]
            encoded,
            n_frames,
        ) or [[]]
        merge_punctuations(words, PREPENDED, APPENDED)  # pyrefly: ignore[bad-argument-type]
        words = [word for word in words if word["word"]]
        texts = in_script([w["word"] for w in words], tokenizer.language_code, self._script)
        return [
            TimedWord(float(word["start"]), float(word["end"]), text, float(word["probability"]))
            for word, text in zip(words, texts, strict=True)
        ]

    def _tokenizer(self, language: str, task: str) -> Tokenizer:
        from faster_whisper.tokenizer import Tokenizer

        return Tokenizer(
            self._model.hf_tokenizer, self.is_multilingual, task=task, language=language
        )

    def _prompt(self, tokenizer: Tokenizer, how: Decoding) -> list[int]:
        before = how.initial_prompt
        if before is None and how.task == "transcribe":
            before = prompt_for(tokenizer.language_code, self._script)
        return self._model.get_prompt(
            tokenizer,
            tokenizer.encode(" " + before.strip()) if before else [],
            without_timestamps=True,
            hotwords=how.hotwords,
            prefix=how.opening or None,
        )

    def _in_script(self, found: Decoded) -> Decoded:
        transcript = found.transcript
        (text,) = in_script([transcript.text], transcript.language, self._script)
        return replace(found, transcript=replace(transcript, text=text))


def _decoded(result: Any, tokenizer: Tokenizer, max_tokens: int) -> Decoded:
    written = result.sequences_ids[0]
    tokens = [token for token in written if token < tokenizer.eot]
    text = tokenizer.decode(tokens).strip()
    if is_mandarin(tokenizer.language_code) and not (text := without_prompt(text)):
        tokens = []
    transcript = Transcript(
        text,
        tokenizer.language_code,
        result.scores[0] * len(written) / (len(written) + 1),  # and the end of the text
        result.no_speech_prob,
        len(written) >= max_tokens,
        ending=_ending(result, tokenizer, tokens) if result.logits else None,
    )
    return Decoded(transcript, tuple(tokens))


def _ending(result: Any, tokenizer: Tokenizer, tokens: list[int]) -> Ending | None:
    """By what the decoder expected after the last word, whatever it then wrote there."""
    n_tokens = len(tokens)
    while n_tokens and not any(map(str.isalnum, tokenizer.decode(tokens[n_tokens - 1 : n_tokens]))):
        n_tokens -= 1
    steps = result.logits[0]
    if not n_tokens or n_tokens >= len(steps):
        return None
    # Only text, and its end: not the times, which it was not allowed to write.
    logits = np.array(steps[n_tokens], np.float32).reshape(-1)[: tokenizer.eot + 1]
    shares = np.exp(logits - logits.max())
    shares /= shares.sum()
    hyphens, ends = (
        sorted({tokenizer.encode(mark)[0] for mark in marks}) for marks in (HYPHENS, END_MARKS)
    )
    broken_off = float(shares[hyphens].sum())
    rest = float(shares[ends].sum() + shares[tokenizer.eot])
    return Ending(broken_off, max(0.0, 1 - broken_off - rest))


def batch(items: Sequence[Encoded]) -> Encoded:
    """Batches of one, all of one length, as one."""
    import ctranslate2

    if len(items) == 1:
        return items[0]
    return ctranslate2.StorageView.from_array(np.concatenate([_array(one) for one in items]))


def item(encoded: Encoded, i: int) -> Encoded:
    """One of a batch, as a batch of one."""
    import ctranslate2

    if encoded.shape[0] == 1:
        return encoded
    one = _array(encoded)[i : i + 1]
    return ctranslate2.StorageView.from_array(np.ascontiguousarray(one))


def _array(encoded: Encoded) -> NDArray[np.float32]:
    import ctranslate2

    if encoded.device != "cpu":
        encoded = encoded.to_device(ctranslate2.Device.cpu)
    return np.asarray(encoded)


# -- how much is encoded ----------------------------------------------------------------------


@dataclass(frozen=True)
class Trimming:
    """How far the silence after the sound may be left out."""

    min_frames: int = FULL_FRAMES
    languages: frozenset[str] | None = None
    """None: in any."""

    def __bool__(self) -> bool:
        return self.min_frames < FULL_FRAMES

    def n_frames(self, n_samples: int, language: str | None) -> int:
        """How much of its 30 s the encoder needs for so much sound at 16 kHz.

        language: ISO 639-1; None where it is not known yet.
        """
        if language and self.languages is not None and language not in self.languages:
            return FULL_FRAMES
        n_frames = n_samples * FRAMES_PER_S // SAMPLE_RATE_HZ + MARGIN_FRAMES
        n_buckets = -(-max(self.min_frames, n_frames) // BUCKET_FRAMES)
        return min(FULL_FRAMES, n_buckets * BUCKET_FRAMES)


def trimming(folder: Path, settings: SttSettings, *, hum: bool = False) -> Trimming:
    """As the settings say, else the model's card, else what its family is known to bear.

    hum: see Whisper.
    """
    if settings.trim_encoder is False:
        return Trimming()
    if card_says(folder, "trim_encoder"):
        return Trimming(CARD_MIN_FRAMES)
    family = _family(folder)
    if family is None:
        return Trimming(CARD_MIN_FRAMES) if settings.trim_encoder else Trimming()
    min_frames = family.min_hum_frames if hum else family.min_frames
    return Trimming(min_frames, None if settings.trim_encoder else family.languages)


def _family(folder: Path) -> Family | None:
    try:
        heads = json.loads((folder / "config.json").read_text("utf-8"))["alignment_heads"]
        return FAMILIES.get(tuple((layer, head) for layer, head in heads))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None  # whether it is a model at all is found out when it is loaded


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


# -- loading ----------------------------------------------------------------------------------


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


def _load(folder: Path, settings: SttSettings, n_threads: int, n_workers: int) -> WhisperModel:
    try:
        return import_whisper().WhisperModel(
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
