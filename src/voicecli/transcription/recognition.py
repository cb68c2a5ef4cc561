"""Windows -> segments, many windows at once, by the parts of faster-whisper.

faster-whisper's BatchedInferencePipeline encodes a whole batch at once and decodes it with all
threads together. Measured on two cores (base, int8, 30 s windows, 92 tokens, beam 5), the encoder
gains nothing from a batch and needs the batch's multiple of memory, and the decoder loses to the
threads' barriers: two workers of one thread each that encode window by window and decode in batches
take 0.6 s a window where one worker of two threads takes 1.5 s.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from voicecli.errors import ModelError
from voicecli.sound.samples import Samples
from voicecli.stt.whisper import spoken_languages
from voicecli.transcription.segments import Segment, Word
from voicecli.transcription.windows import Window

if TYPE_CHECKING:
    import ctranslate2
    from faster_whisper import WhisperModel
    from faster_whisper.tokenizer import Tokenizer

FULL_FRAMES = 3000
"""Of the spectrogram: 30 s at 10 ms."""

BUCKET_FRAMES = 200
"""Trimmed windows come in multiples of 2 s: oneDNN keeps a kernel per length, and memory would grow
with every new one (measured: 0.8 MB an utterance; flat with this)."""

TRIM_MARGIN_FRAMES = 100
"""Silence after the sound in a trimmed window."""

TOKEN_S = 0.02
"""Between two of Whisper's timestamps."""

MAX_TOKENS = 448
"""The decoder's length, prompt included."""

RETRY_TEMPERATURES = (0.2, 0.4, 0.6, 0.8, 1.0)
MAX_COMPRESSION_RATIO = 2.4
MIN_AVG_LOGPROB = -1.0
MAX_NO_SPEECH_PROB = 0.6
"""openai-whisper's thresholds: text that repeats itself or is too unsure is tried again at these
temperatures, and left out where it is unsure and the model thinks that nobody spoke."""

MAX_PAUSE_S = 2.0
"""Where nobody spoke for longer, one segment ends and another begins, whatever the model says: it
heard the two without the pause."""

PREPENDED = "\"'“¿([{-"
APPENDED = "\"'.。,，!！?？:：”)]}、"
"""Punctuation that belongs to the word after it or before it, as openai-whisper has it."""


@dataclass(frozen=True)
class RecognitionOptions:
    language: str | None = None
    """None detects it."""
    task: str = "transcribe"
    """Or `translate`, to English."""
    beam_size: int = 5
    initial_prompt: str | None = None
    """Text that could have come before; goes before every window."""
    hotwords: str | None = None
    """Words to expect; go before every window."""
    word_timestamps: bool = False


@dataclass(frozen=True)
class Heard:
    """What the recogniser made of one window."""

    segments: tuple[Segment, ...]
    reach_s: float
    """Up to where in the window it went; the window's own length where it said nothing of it."""

    @property
    def n_words(self) -> int:
        return sum(len(segment.text.split()) for segment in self.segments)


class SpokenLanguage:
    """The language of one recording: given, or heard in the first of its windows. Thread-safe."""

    def __init__(self, code: str | None = None) -> None:
        self._code: Future[str] = Future()
        if code is not None:
            self._code.set_result(code)

    @property
    def is_known(self) -> bool:
        return self._code.done()

    def settle(self, code: str) -> None:
        self._code.set_result(code)

    def fail(self, error: Exception) -> None:
        """Let those who wait for it fail too."""
        if not self._code.done():
            self._code.set_exception(error)

    def code(self) -> str:
        """ISO 639-1. Waits while another thread hears it."""
        return self._code.result()


class BatchRecognizer:
    """A Whisper model that hears several windows at once. Several threads may call it."""

    def __init__(
        self,
        model: WhisperModel,
        options: RecognitionOptions,
        name: str,
        *,
        trims: bool = False,
        by_utterance: bool = False,
    ) -> None:
        """name: for people. trims, by_utterance: see stt.card_says."""
        self.trims = trims
        self.by_utterance = by_utterance
        self._model = model
        self._options = options
        self._name = name

    def recognize(
        self,
        windows: Sequence[Window],
        languages: Sequence[SpokenLanguage],
        *,
        to_hear: Collection[SpokenLanguage],
        timestamps: bool = True,
        trimmed: bool = False,
    ) -> list[Heard]:
        """What is said in each window.

        languages: of each window's recording; one that is not known, and not in `to_hear`, is
        waited for.
        to_hear: those that are to be found out here, each in the first window that has it.
        timestamps: ask the model for them; else a window is one segment.
        trimmed: let the model hear the sound alone instead of filling 30 s up with silence: 10 to
        20 times cheaper for short windows, for models that can do it. Raises ModelError.
        """
        try:
            return self._recognize(windows, languages, to_hear, timestamps, trimmed)
        except Exception as error:
            for language in languages:
                language.fail(error)
            if isinstance(error, ModelError):
                raise
            raise ModelError(
                f"speech recognition with {self._name} failed ({error})",
                "try another model with --stt-model, or a smaller --batch-size",
            ) from error

    def _recognize(
        self,
        windows: Sequence[Window],
        languages: Sequence[SpokenLanguage],
        to_hear: Collection[SpokenLanguage],
        timestamps: bool,
        trimmed: bool,
    ) -> list[Heard]:
        longest_s = max(window.duration_s for window in windows)
        n_frames = _bucket(longest_s) if trimmed else FULL_FRAMES
        encoded = self._encode([window.samples for window in windows], n_frames)
        for i, language in enumerate(languages):
            if language in to_hear and not language.is_known:
                language.settle(self._language_of(_item(encoded, i)))
        tokenizers = [self._tokenizer(language.code()) for language in languages]
        prompts = [self._prompt(tokenizer, timestamps) for tokenizer in tokenizers]
        results = self._generate(encoded, prompts, tokenizers[0], beam_size=self._options.beam_size)
        found = [
            _Decoded.of(result, tokenizer)
            for result, tokenizer in zip(results, tokenizers, strict=True)
        ]
        heard = []
        for i, (window, decoded) in enumerate(zip(windows, found, strict=True)):
            if decoded.is_doubtful:
                decoded = self._retry(_item(encoded, i), prompts[i], tokenizers[i], decoded)
            spans, reach_s = _spans(decoded.tokens, tokenizers[i], window.duration_s)
            words: Sequence[Sequence[Word]] = [()] * len(spans)
            if self._options.word_timestamps and spans:
                words = self._words(_item(encoded, i), tokenizers[i], spans, window, n_frames)
            segments = [
                segment
                for span, words_of in zip(spans, words, strict=True)
                for segment in _segments(window, span, tokenizers[i], decoded, words_of)
                if not decoded.is_silent
            ]
            heard.append(Heard(tuple(segments), reach_s))
        return heard

    def _language_of(self, encoded: ctranslate2.StorageView) -> str:
        if not self._model.model.is_multilingual:
            return "en"
        return spoken_languages(self._model, encoded, self._name)[0][0]

    def _generate(
        self,
        encoded: ctranslate2.StorageView,
        prompts: list[list[int]],
        tokenizer: Tokenizer,
        **how: Any,
    ) -> list[Any]:
        from faster_whisper.transcribe import get_suppressed_tokens

        return self._model.model.generate(
            encoded,
            prompts,
            max_length=MAX_TOKENS,
            suppress_tokens=get_suppressed_tokens(tokenizer, (-1,)) or (),
            max_initial_timestamp_index=int(1 / TOKEN_S),
            return_scores=True,
            return_no_speech_prob=True,
            **how,
        )

    def _encode(self, sounds: Sequence[Samples], n_frames: int) -> ctranslate2.StorageView:
        import ctranslate2
        from faster_whisper.audio import pad_or_trim

        features = [
            pad_or_trim(self._model.feature_extractor(sound)[..., :-1], n_frames)
            for sound in sounds
        ]
        if n_frames < FULL_FRAMES or self._model.model.device != "cpu":
            return self._model.encode(np.stack(features))
        encoded = [np.asarray(self._model.encode(one)) for one in features]
        return ctranslate2.StorageView.from_array(np.concatenate(encoded))

    def _tokenizer(self, language: str) -> Tokenizer:
        from faster_whisper.tokenizer import Tokenizer

        return Tokenizer(
            self._model.hf_tokenizer,
            self._model.model.is_multilingual,
            task=self._options.task,
            language=language,
        )

    def _prompt(self, tokenizer: Tokenizer, timestamps: bool) -> list[int]:
        before = self._options.initial_prompt
        return self._model.get_prompt(
            tokenizer,
            tokenizer.encode(" " + before.strip()) if before else [],
            without_timestamps=not timestamps,
            hotwords=self._options.hotwords,
        )

    def _retry(
        self,
        encoded: ctranslate2.StorageView,
        prompt: list[int],
        tokenizer: Tokenizer,
        first: _Decoded,
    ) -> _Decoded:
        """openai-whisper's ladder of temperatures; the surest of the tries that don't repeat."""
        tries = [first]
        for temperature in RETRY_TEMPERATURES:
            (result,) = self._generate(
                encoded,
                [prompt],
                tokenizer,
                beam_size=1,
                num_hypotheses=5,
                sampling_topk=0,
                sampling_temperature=temperature,
            )
            tries.append(_Decoded.of(result, tokenizer))
            if not tries[-1].is_doubtful:
                return tries[-1]
        calm = [one for one in tries if one.compression_ratio <= MAX_COMPRESSION_RATIO]
        return max(calm or tries, key=lambda one: one.avg_logprob)

    def _words(
        self,
        encoded: ctranslate2.StorageView,
        tokenizer: Tokenizer,
        spans: Sequence[_Span],
        window: Window,
        n_frames: int,
    ) -> list[list[Word]]:
        """The words of each span, by the attention of the decoder to the sound; in the window."""
        raw: list[dict[str, Any]] = [
            {"tokens": span.tokens, "start": span.start_s, "end": span.end_s, "seek": 0}
            for span in spans
        ]
        n_sound_frames = min(n_frames, int(np.ceil(window.duration_s * 100)))
        self._model.add_word_timestamps(
            cast(Any, [raw]), tokenizer, encoded, n_sound_frames, PREPENDED, APPENDED, 0.0
        )
        return [
            [
                Word(word["start"], word["end"], word["word"], float(word["probability"]))
                for word in one.get("words", ())
            ]
            for one in raw
        ]


@dataclass(frozen=True)
class _Decoded:
    tokens: list[int]
    avg_logprob: float
    compression_ratio: float
    no_speech_prob: float

    @classmethod
    def of(cls, result: Any, tokenizer: Tokenizer) -> _Decoded:
        tokens = result.sequences_ids[0]
        text = tokenizer.decode(tokens).strip().encode()
        avg_logprob = result.scores[0] * len(tokens) / (len(tokens) + 1)
        ratio = len(text) / len(zlib.compress(text)) if text else 0.0
        return cls(tokens, avg_logprob, ratio, result.no_speech_prob)

    @property
    def is_silent(self) -> bool:
        return self.no_speech_prob > MAX_NO_SPEECH_PROB and self.avg_logprob < MIN_AVG_LOGPROB

    @property
    def is_doubtful(self) -> bool:
        repeats = self.compression_ratio > MAX_COMPRESSION_RATIO
        return repeats or (self.avg_logprob < MIN_AVG_LOGPROB and not self.is_silent)


@dataclass(frozen=True)
class _Span:
    """Tokens between two timestamps of the model."""

    start_s: float
    """In the window."""
    end_s: float
    tokens: list[int]


def _spans(
    tokens: Sequence[int], tokenizer: Tokenizer, duration_s: float
) -> tuple[list[_Span], float]:
    """Split at the timestamps; the second value is the last of them.

    `<|0.00|> a b <|1.20|><|1.50|> c <|3.00|>` has two spans. Where the last timestamp is a start,
    or there is none, the sound's end stands for the end that was not said.
    """
    spans: list[_Span] = []
    start_s, held, reach_s = 0.0, [], 0.0
    for token in tokens:
        if token < tokenizer.timestamp_begin:
            held.append(token)
            continue
        time_s = min((token - tokenizer.timestamp_begin) * TOKEN_S, duration_s)
        if held:
            spans.append(_Span(start_s, max(start_s, time_s), held))
            reach_s = time_s
        start_s, held = time_s, []
    if held:
        spans.append(_Span(start_s, duration_s, held))
        reach_s = duration_s
    return spans, reach_s if spans else duration_s


def _segments(
    window: Window,
    span: _Span,
    tokenizer: Tokenizer,
    decoded: _Decoded,
    words: Sequence[Word],
) -> Iterator[Segment]:
    """A span in its place in the recording, parted where a pause was left out of the window.

    words: in the window; empty where nobody asked for them.
    """
    for spoken in _parted(_placed(words or _presumed(window, span, tokenizer), window)):
        if text := "".join(word.text for word in spoken).strip():
            yield Segment(
                spoken[0].start_s,
                spoken[-1].end_s,
                text,
                tokenizer.language_code,
                tuple(spoken) if words else (),
                decoded.avg_logprob,
                decoded.no_speech_prob,
            )


def _presumed(window: Window, span: _Span, tokenizer: Tokenizer) -> list[Word]:
    """The words of a span, as if each took as long as it has letters; all in one where no silence
    was left out between them."""
    tokens = [token for token in span.tokens if token < tokenizer.eot]
    texts = [tokenizer.decode(tokens)]
    if window.has_seam(span.start_s, span.end_s):
        texts = tokenizer.split_to_word_tokens(tokens)[0]
    ends = list(accumulate(map(len, texts), initial=0))
    letter_s = (span.end_s - span.start_s) / max(1, ends[-1])
    return [
        Word(span.start_s + begin * letter_s, span.start_s + end * letter_s, text, 0.0)
        for text, (begin, end) in zip(texts, pairwise(ends), strict=True)
    ]


def _placed(words: Sequence[Word], window: Window) -> list[Word]:
    """Words of a window, in the recording."""
    return [
        replace(word, start_s=start_s, end_s=end_s)
        for word in words
        for start_s, end_s in [window.in_recording_s(word.start_s, word.end_s)]
    ]


def _parted(words: Sequence[Word]) -> Iterator[Sequence[Word]]:
    """Parts at the pauses that nobody makes within a sentence."""
    first = 0
    for i, (one, other) in enumerate(pairwise(words), 1):
        if other.start_s - one.end_s > MAX_PAUSE_S:
            yield words[first:i]
            first = i
    if words[first:]:
        yield words[first:]


def _bucket(duration_s: float) -> int:
    n_frames = int(duration_s * 100) + TRIM_MARGIN_FRAMES
    return min(FULL_FRAMES, -(-n_frames // BUCKET_FRAMES) * BUCKET_FRAMES)


def _item(encoded: ctranslate2.StorageView, i: int) -> ctranslate2.StorageView:
    """One of a batch, with a batch dimension of 1."""
    import ctranslate2

    if encoded.shape[0] == 1:
        return encoded
    if encoded.device != "cpu":
        encoded = encoded.to_device(ctranslate2.Device.cpu)
    return ctranslate2.StorageView.from_array(np.ascontiguousarray(np.asarray(encoded)[i : i + 1]))
