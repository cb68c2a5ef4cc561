"""Windows -> segments, many windows at once."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from math import log
from typing import TYPE_CHECKING, Protocol

from voicecli.errors import ModelError
from voicecli.stt.languages import SURE_LANGUAGE_PROB, SURE_LANGUAGE_S, likely_language
from voicecli.stt.transcript import (
    DOUBTFUL_COMPRESSION,
    SILENT_PROB,
    TimedWord,
    compression,
    has_loop,
)
from voicecli.stt.whisper import FULL_FRAMES, Decoded, Decoding, Whisper, batch, item
from voicecli.text.words import words_of
from voicecli.transcription.placing import place, segments
from voicecli.transcription.segments import Segment
from voicecli.transcription.speech import SpeechStretch
from voicecli.transcription.windows import Window

if TYPE_CHECKING:
    from ctranslate2 import StorageView as Encoded

REST_S = 1.0
"""Where a text ends so long before its window does, the rest is heard again by itself: Whisper now
and then takes a sentence for the last. It is never less than this, and the reach of a last word
never more than WORD_S: the decoder looks at nothing definite when it ends."""
WORD_S = 0.6

STRANGE_LOGPROB = -0.35
"""Of words said in another language (mean of their own log probabilities), or there are none: what
was English lay above -0.25 in real recordings (base)."""

SURER_LOGPROB = 0.2
"""So much surer is a text in the language that was spoken, of two that might have been."""

UNVOICED_LOGPROB = -0.5
WORDS_PER_VOICED_S = 5.0
"""More words than anybody says in what the VAD took for speech must be surer than this, repeat
nothing, and be speech to Whisper: noise alone makes "Thank you for watching" of -0.56 to -1.7, in a
voiced quarter of a second or none, snoring "Shh. Shh. Shh." of -0.33 (tiny.en, base)."""


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
        self._rehearing = threading.Lock()
        """Short recordings need little memory, but for this: one at a time."""

    def recognize(
        self,
        windows: Sequence[Window],
        languages: Sequence[SpokenLanguage],
        *,
        to_hear: Collection[SpokenLanguage],
    ) -> list[Recognized]:
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
        encoded: dict[Window, Encoded] = {}
        for window, language in zip(windows, languages, strict=True):
            if language in to_hear and not language.is_known:
                code, encoded[window] = self._language_of(window, language.before)
                language.settle(code)
        codes = [language.code() for language in languages]
        lengths = [
            max(self._n_frames(window, code), _n_frames_of(encoded.get(window)))
            for window, code in zip(windows, codes, strict=True)
        ]
        found = [Recognized()] * len(windows)
        for n_frames in sorted(set(lengths)):
            some = [i for i, length in enumerate(lengths) if length == n_frames]
            heard = self._hear(
                [windows[i] for i in some], [codes[i] for i in some], n_frames, encoded
            )
            for i, one in zip(some, heard, strict=True):
                found[i] = self._recognized(one)
        return found

    def _other_language(self, heard: _Heard, words: Sequence[TimedWord]) -> str:
        """Another than it was taken for; empty where the user named one, or nobody can tell.

        words: of the window.
        """
        window, taken_for = heard.window, heard.decoded.transcript.language
        if not self._tells_languages or not window.voiced_s or not self._whisper.is_multilingual:
            return ""
        code = likely_language(self._whisper.languages(heard.encoded), window.duration_s, taken_for)
        for stretch in strange(words, window) if code == taken_for else ():
            encoded = self._whisper.encode([stretch.samples])
            code = likely_language(self._whisper.languages(encoded), stretch.voiced_s, taken_for)
            if code != taken_for:
                break
        return "" if code == taken_for else code

    def _n_frames(self, window: Window, language: str | None) -> int:
        return self._whisper.trimming.n_frames(window.n_samples, language)

    def _language_of(
        self, window: Window, before: SpokenLanguage | None = None
    ) -> tuple[str, Encoded]:
        """And what it was heard in."""
        expected = before.code() if before else None
        n_frames = self._n_frames(window, None)
        encoded = self._whisper.encode([window.samples], n_frames)
        found = self._whisper.languages(encoded)
        code, probability = found[0]
        # Less than 30 s makes the model less sure (base: 0.78 for 0.88 of 2.6 s of German).
        is_enough = probability > SURE_LANGUAGE_PROB and self._n_frames(window, code) == n_frames
        if n_frames < FULL_FRAMES and not is_enough:
            encoded = self._whisper.encode([window.samples])
            found = self._whisper.languages(encoded)
        code = likely_language(found, window.duration_s, expected)
        if expected is not None and found[0][0] != code:
            code = self._better_written(encoded, window, expected, found[0][0])
        return code, encoded

    def _better_written(
        self, encoded: Encoded, window: Window, expected: str, likeliest: str
    ) -> str:
        """Which of two languages, none of them sure, gives the surer text."""
        first, second = (
            self._whisper.decode(encoded, [code], [window.duration_s])[0].transcript
            for code in (expected, likeliest)
        )
        is_better = second.avg_logprob > first.avg_logprob + SURER_LOGPROB
        return likeliest if is_better and not second.is_doubtful else expected

    def _hear(
        self,
        windows: Sequence[Window],
        languages: Sequence[str],
        n_frames: int,
        encoded_before: Mapping[Window, Encoded] | None = None,
    ) -> list[_Heard]:
        """encoded_before: what some of them are encoded to."""
        before = [(encoded_before or {}).get(window) for window in windows]
        if all(_n_frames_of(one) == n_frames for one in before):
            encoded = batch(before)
        else:
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
        """Heard again with all the silence that the model was trained on, and then without
        repetitions, where it is doubtful still."""
        transcript = heard.decoded.transcript
        if n_frames < FULL_FRAMES and (transcript.is_doubtful or has_loop(transcript.text)):
            with self._rehearing:
                return self._hear([heard.window], [transcript.language], FULL_FRAMES)[0]
        if not transcript.is_doubtful:
            return heard
        # openai-whisper tries by chance: the same recording would have another text every time.
        (again,) = self._whisper.decode(
            heard.encoded,
            [transcript.language],
            [heard.window.duration_s],
            self._decoding,
            repeats=False,
        )
        tries = [heard.decoded, again]
        calm = [one for one in tries if not _repeats(one)]
        best = max(calm or tries, key=lambda one: one.transcript.avg_logprob)
        return replace(heard, decoded=best)

    def _recognized(self, heard: _Heard) -> Recognized:
        window, decoded = heard.window, heard.decoded
        if is_nothing(decoded, window):
            return Recognized((), self._other_language(heard, []))
        words = [TimedWord(0.0, window.duration_s, decoded.transcript.text, 1.0)]
        if self._aligns:
            words = self._whisper.align(heard.encoded, decoded, window.heard_s)
        found = tuple(segments(place(words, window), decoded.transcript))
        other = self._other_language(heard, words)
        if self.by_utterance:
            bare = tuple(replace(one, words=()) for one in found)
            return Recognized(found if self._aligns else bare, other)
        reach_s = max((min(word.end_s, word.start_s + WORD_S) for word in words), default=0.0)
        rest = window.after(reach_s, REST_S) if words else None
        if rest is None:
            return Recognized(found, other)
        code = decoded.transcript.language
        (heard_again,) = self._hear([rest], [code], self._n_frames(rest, code))
        more = self._recognized(heard_again)
        return Recognized(found + more.segments, other or more.other_language)


def strange(words: Sequence[TimedWord], window: Window) -> list[SpeechStretch]:
    """Stretches whose words are few or unsure, long enough to tell a language by; the last one
    first, for another language mostly goes on.

    words: of the window, at its times.
    """
    found: list[SpeechStretch] = []
    end_s = window.lead_s
    for stretch in window.stretches:
        begin_s, end_s = end_s, end_s + stretch.duration_s
        said = [word for word in words if begin_s <= (word.start_s + word.end_s) / 2 < end_s]
        logprobs = [log(max(word.probability, 1e-6)) for word in said]
        if stretch.voiced_s > SURE_LANGUAGE_S and (
            not said or sum(logprobs) / len(said) < STRANGE_LOGPROB
        ):
            found.insert(0, stretch)
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
    is_likely = transcript.no_speech_prob <= SILENT_PROB and not has_loop(transcript.text)
    return not (is_voiced or (is_sure and is_likely))


def _n_frames_of(encoded: Encoded | None) -> int:
    return 2 * encoded.shape[1] if encoded else 0


def _repeats(decoded: Decoded) -> bool:
    return compression(decoded.transcript.text) > DOUBTFUL_COMPRESSION
