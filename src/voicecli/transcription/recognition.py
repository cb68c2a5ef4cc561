"""Windows -> segments, many windows at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from voicecli.errors import ModelError
from voicecli.stt.languages import SURE_LANGUAGE_S, likely_language
from voicecli.stt.transcript import DOUBTFUL_COMPRESSION, TimedWord, compression, has_loop
from voicecli.stt.whisper import FULL_FRAMES, Decoded, Decoding, Whisper, item
from voicecli.text.words import words_of
from voicecli.transcription.placing import place, segments
from voicecli.transcription.segments import Segment
from voicecli.transcription.windows import Window

if TYPE_CHECKING:
    from ctranslate2 import StorageView as Encoded

RETRY_TEMPERATURES = (0.2, 0.4, 0.6, 0.8, 1.0)
"""openai-whisper's ladder for a text that repeats itself or is too unsure."""

REST_S = 1.0
"""Where a text ends so long before its window does, the rest is heard again by itself: Whisper now
and then takes a sentence for the last. It is never less than this, and the reach of a last word
never more than WORD_S: the decoder looks at nothing definite when it ends."""
WORD_S = 0.6

MIXED_LOGPROB = -0.5
"""Below, another language may begin in the middle of a window."""

UNVOICED_LOGPROB = -0.5
WORDS_PER_VOICED_S = 5.0
"""More words than anybody says in what the VAD took for speech must be surer than this: noise alone
makes "Thank you for watching" of -0.56 to -1.7, in a voiced quarter of a second or none (tiny.en,
base)."""


class SpokenLanguage:
    """The language of a recording: given, or heard in the first of its windows. Thread-safe."""

    def __init__(self, code: str | None = None, before: SpokenLanguage | None = None) -> None:
        """before: what was spoken before, where the language may change."""
        self.before = before
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


@dataclass(frozen=True)
class Recognized:
    """What is said in a window."""

    segments: tuple[Segment, ...] = ()
    other_language: str = ""
    """ISO 639-1; where it is clearly not that of the recording, which it was taken for."""


@dataclass(frozen=True)
class _Heard:
    """A window, and what Whisper made of it."""

    window: Window
    encoded: Encoded
    decoded: Decoded


class HearsWindows(Protocol):
    """What a transcription is made with. Several threads may call it."""

    by_utterance: bool
    """See stt.whisper.card_says."""

    def recognize(
        self,
        windows: Sequence[Window],
        languages: Sequence[SpokenLanguage],
        *,
        to_hear: Collection[SpokenLanguage],
    ) -> list[Recognized]:
        """What is said in each window. Raises ModelError.

        languages: of each window's recording; one that is not known, and not in `to_hear`, is
        waited for. to_hear: those that are to be found out here, each in the first window that has
        it.
        """
        ...


class WindowRecognizer(HearsWindows):
    """A Whisper model that hears several windows at once. Several threads may call it."""

    def __init__(
        self,
        whisper: Whisper,
        decoding: Decoding,
        *,
        by_utterance: bool = False,
        word_times: bool = False,
        tells_languages: bool = False,
    ) -> None:
        """tells_languages: look in every window whether its language is another.

        by_utterance: see stt.whisper.card_says; what is said in one is one segment, at its
        times, and its words have times only where `word_times` says so."""
        self.by_utterance = by_utterance
        self._whisper = whisper
        self._decoding = decoding
        self._tells_languages = tells_languages
        self._aligns = word_times or not by_utterance

    def recognize(
        self,
        windows: Sequence[Window],
        languages: Sequence[SpokenLanguage],
        *,
        to_hear: Collection[SpokenLanguage],
    ) -> list[Recognized]:
        """What is said in each window.

        languages: of each window's recording; one that is not known, and not in `to_hear`, is
        waited for.
        to_hear: those that are to be found out here, each in the first window that has it. Raises
        ModelError.
        """
        try:
            return self._recognize(windows, languages, to_hear)
        except Exception as error:
            for language in languages:
                language.fail(error)
            if isinstance(error, ModelError):
                raise
            raise ModelError(
                f"speech recognition with {self._whisper.name} failed ({error})",
                "try another model with --stt-model, or a smaller --batch-size",
            ) from error

    def _recognize(
        self,
        windows: Sequence[Window],
        languages: Sequence[SpokenLanguage],
        to_hear: Collection[SpokenLanguage],
    ) -> list[Recognized]:
        for window, language in zip(windows, languages, strict=True):
            if language in to_hear and not language.is_known:
                language.settle(self._language_of(window, language.before))
        codes = [language.code() for language in languages]
        found = [Recognized()] * len(windows)
        for n_frames in sorted({self._n_frames(*one) for one in zip(windows, codes, strict=True)}):
            some = [
                i
                for i, (window, code) in enumerate(zip(windows, codes, strict=True))
                if self._n_frames(window, code) == n_frames
            ]
            heard = self._hear([windows[i] for i in some], [codes[i] for i in some], n_frames)
            for i, one in zip(some, heard, strict=True):
                found[i] = Recognized(tuple(self._segments(one)), self._other_language(one))
        return found

    def _other_language(self, heard: _Heard) -> str:
        """Another than it was taken for; empty where the user named one, or nobody can tell."""
        transcript, window = heard.decoded.transcript, heard.window
        if not self._tells_languages or not window.voiced_s or not self._whisper.is_multilingual:
            return ""
        found = self._whisper.languages(heard.encoded)
        code = likely_language(found, window.duration_s, transcript.language)
        later = window.after(window.duration_s / 2, SURE_LANGUAGE_S)
        if code == transcript.language and transcript.avg_logprob < MIXED_LOGPROB and later:
            encoded = self._whisper.encode([later.samples], self._n_frames(later, None))
            found = self._whisper.languages(encoded)
            code = likely_language(found, later.duration_s, transcript.language)
        return "" if code == transcript.language else code

    def _n_frames(self, window: Window, language: str | None) -> int:
        return self._whisper.trimming.n_frames(window.n_samples, language)

    def _language_of(self, window: Window, before: SpokenLanguage | None = None) -> str:
        if not self._whisper.is_multilingual:
            return "en"
        encoded = self._whisper.encode([window.samples], self._n_frames(window, None))
        expected = before.code() if before else None
        return likely_language(self._whisper.languages(encoded), window.duration_s, expected)

    def _hear(
        self, windows: Sequence[Window], languages: Sequence[str], n_frames: int
    ) -> list[_Heard]:
        encoded = self._whisper.encode([window.samples for window in windows], n_frames)
        durations_s = [window.duration_s for window in windows]
        decoded = self._whisper.decode(encoded, languages, durations_s, self._decoding)
        return [
            self._surer(_Heard(window, item(encoded, i), one), n_frames)
            for i, (window, one) in enumerate(zip(windows, decoded, strict=True))
        ]

    def _surer(self, heard: _Heard, n_frames: int) -> _Heard:
        heard = self._without_prompt(heard)
        return self._less_doubtful(heard, n_frames)

    def _without_prompt(self, heard: _Heard) -> _Heard:
        """Heard again without the words to expect, where it says nothing but these."""
        prompt = f"{self._decoding.hotwords or ''} {self._decoding.initial_prompt or ''}"
        said = set(words_of(heard.decoded.transcript.text.lower()))
        if not said or not said <= set(words_of(prompt.lower())):
            return heard
        transcript = heard.decoded.transcript
        plain = replace(self._decoding, hotwords=None, initial_prompt=None)
        (again,) = self._whisper.decode(
            heard.encoded, [transcript.language], [heard.window.duration_s], plain
        )
        agrees = said & set(words_of(again.transcript.text.lower()))
        return heard if agrees and not again.transcript.is_silent else replace(heard, decoded=again)

    def _less_doubtful(self, heard: _Heard, n_frames: int) -> _Heard:
        """Heard again with all the silence that the model was trained on, and then by chance, as
        long as it is doubtful."""
        transcript = heard.decoded.transcript
        if n_frames < FULL_FRAMES and (transcript.is_doubtful or has_loop(transcript.text)):
            (again,) = self._hear([heard.window], [transcript.language], FULL_FRAMES)
            return again
        if not transcript.is_doubtful:
            return heard
        tries = [heard.decoded]
        for temperature in RETRY_TEMPERATURES:
            (one,) = self._whisper.decode(
                heard.encoded,
                [transcript.language],
                [heard.window.duration_s],
                self._decoding,
                temperature=temperature,
            )
            tries.append(one)
            if not one.transcript.is_doubtful:
                break
        calm = [one for one in tries if not _repeats(one)]
        best = max(calm or tries, key=lambda one: one.transcript.avg_logprob)
        return replace(heard, decoded=best)

    def _segments(self, heard: _Heard) -> list[Segment]:
        window, decoded = heard.window, heard.decoded
        if is_nothing(decoded, window):
            return []
        words = [TimedWord(0.0, window.duration_s, decoded.transcript.text, 1.0)]
        if self._aligns:
            words = self._whisper.align(heard.encoded, decoded, window.duration_s)
        found = list(segments(place(words, window), decoded.transcript))
        if self.by_utterance:
            return found if self._aligns else [replace(one, words=()) for one in found]
        reach_s = max((min(word.end_s, word.start_s + WORD_S) for word in words), default=0.0)
        rest = window.after(reach_s, REST_S) if words else None
        if rest is not None:
            code = decoded.transcript.language
            (more,) = self._hear([rest], [code], self._n_frames(rest, code))
            found += self._segments(more)
        return found


def is_nothing(decoded: Decoded, window: Window) -> bool:
    """Text that nobody said."""
    transcript = decoded.transcript
    if transcript.is_silent or not any(char.isalnum() for char in transcript.text):
        return True
    n_words = len(words_of(transcript.text)) or 1
    is_voiced = n_words <= WORDS_PER_VOICED_S * window.voiced_s
    is_sure = transcript.avg_logprob >= UNVOICED_LOGPROB
    if _repeats(decoded):  # people repeat themselves, too
        return not (is_voiced and is_sure) or transcript.cut_off
    return not (is_voiced or is_sure)


def _repeats(decoded: Decoded) -> bool:
    return compression(decoded.transcript.text) > DOUBTFUL_COMPRESSION
