"""Utterances -> text, by Whisper."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voicecli.errors import ModelError
from voicecli.models import name_of
from voicecli.settings import SttSettings
from voicecli.sound.quiet import quietest
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples, silence
from voicecli.stt.languages import NOTHING_EARLIER, Earlier
from voicecli.stt.transcript import Recognizer, Transcript, has_loop
from voicecli.stt.whisper import (
    FULL_FRAMES,
    WINDOW_S,
    Decoding,
    Whisper,
    trimming,
    unsure_logprob,
    utterance_threads,
)
from voicecli.worker import Worker

if TYPE_CHECKING:
    from ctranslate2 import StorageView as Encoded

SECOND_BEAM_SIZE = 5
"""A doubtful text is decoded once more, more widely, before anyone believes it or drops it."""


class WhisperRecognizer(Recognizer):
    """Whisper on a thread of its own. The model is loaded by the first job."""

    def __init__(self, folder: Path, settings: SttSettings) -> None:
        self.name = name_of(folder)
        self._folder = folder
        self._settings = settings
        self._unsure_logprob = unsure_logprob(folder)
        self._whisper: Whisper | None = None
        self._worker = Worker("stt")

    @property
    def busy(self) -> bool:
        return self._worker.busy

    async def warm_up(self) -> None:
        """Load the model and run it once; raises ModelError."""
        await self.transcribe(silence(SAMPLE_RATE_HZ))

    async def transcribe(
        self, samples: Samples, language: str | None = None, earlier: Earlier = NOTHING_EARLIER
    ) -> Transcript:
        """What is said in `samples` (16 kHz, mono). Empty text where nothing is.

        language: ISO 639-1; None is that of the settings, or else is found out.
        earlier: the languages of what the same user said before.
        """
        language = language or self._settings.only_language
        transcript = await self._worker.run(self._transcribe, samples, language, earlier)
        return replace(transcript, is_unsure=transcript.avg_logprob < self._unsure_logprob)

    async def transcribe_if_begun(
        self,
        samples: Samples,
        openings: Sequence[Sequence[str]],
        is_likely: Callable[[Sequence[float]], bool],
        language: str,
    ) -> Transcript | None:
        """What is said, if it is likely enough that it begins with one of these texts; None
        otherwise.

        openings: spellings of one text, each in parts (Whisper.opening_logprobs).
        is_likely: judges the parts of the likeliest by their logarithmic probabilities.
        """
        return await self._worker.run(self._begun, samples, openings, is_likely, language)

    async def logprobs(
        self, samples: Samples, texts: Sequence[Sequence[str]], language: str
    ) -> list[list[float]]:
        """How likely each of these texts is what is said, part by part (Whisper.opening_logprobs);
        of at most 30 s."""
        return await self._worker.run(self._logprobs, samples, texts, language)

    def _logprobs(
        self, samples: Samples, texts: Sequence[Sequence[str]], language: str
    ) -> list[list[float]]:
        whisper = self._loaded()
        duration_s = len(samples) / SAMPLE_RATE_HZ
        try:
            sound = whisper.encode([samples], whisper.trimming.n_frames(len(samples), language))
            return [whisper.opening_logprobs(sound, text, language, duration_s) for text in texts]
        except Exception as error:
            raise _failed(self.name, error) from error

    def _begun(
        self,
        samples: Samples,
        openings: Sequence[Sequence[str]],
        is_likely: Callable[[Sequence[float]], bool],
        language: str,
    ) -> Transcript | None:
        whisper = self._loaded()
        samples = next(_windows(samples))
        duration_s = len(samples) / SAMPLE_RATE_HZ
        try:
            sound = whisper.encode([samples], whisper.trimming.n_frames(len(samples), language))
            logprobs, opening = max(
                (
                    (whisper.opening_logprobs(sound, parts, language, duration_s), "".join(parts))
                    for parts in openings
                ),
                key=lambda found: sum(found[0]),
            )
            if not is_likely(logprobs):
                return None
            how = Decoding(opening=opening, tells_ending=True)
            return whisper.decode(sound, [language], [duration_s], how)[0].transcript
        except Exception as error:
            raise _failed(self.name, error) from error

    def _transcribe(self, samples: Samples, language: str | None, earlier: Earlier) -> Transcript:
        whisper = self._loaded()
        try:
            return _joined(
                [self._hear(whisper, piece, language, earlier) for piece in _windows(samples)]
            )
        except ModelError:
            raise
        except Exception as error:
            raise _failed(self.name, error) from error

    def _loaded(self) -> Whisper:
        if self._whisper is None:
            trims = bool(trimming(self._folder, self._settings))
            n_threads = utterance_threads(trims=trims)
            self._whisper = Whisper(self._folder, self._settings, n_threads=n_threads, hum=True)
        return self._whisper

    def _hear(
        self, whisper: Whisper, samples: Samples, language: str | None, earlier: Earlier
    ) -> Transcript:
        duration_s = len(samples) / SAMPLE_RATE_HZ

        doubted = ""

        def encoded(n_frames: int) -> tuple[Encoded, str]:
            nonlocal doubted
            sound = whisper.encode([samples], n_frames)
            if language:
                return sound, language
            code, doubted = earlier.language_of(whisper.languages(sound), duration_s)
            return sound, code

        def decoded(sound: Encoded, code: str, beam_size: int) -> Transcript:
            how = Decoding(beam_size=beam_size, tells_ending=True)
            return whisper.decode(sound, [code], [duration_s], how)[0].transcript

        n_frames = whisper.trimming.n_frames(len(samples), language)
        sound, code = encoded(n_frames)
        if whisper.trimming.n_frames(len(samples), code) > n_frames:
            n_frames = FULL_FRAMES
            sound, code = encoded(n_frames)
        beam_size = self._settings.beam_size
        found = decoded(sound, code, beam_size)
        if n_frames < FULL_FRAMES and (found.is_doubtful or has_loop(found.text)):
            sound, code = encoded(FULL_FRAMES)
            found = decoded(sound, code, beam_size)
        if found.is_doubtful and beam_size < SECOND_BEAM_SIZE:
            again = decoded(sound, code, SECOND_BEAM_SIZE)
            # Only one guess tells what else it might have been.
            found = replace(max(found, again, key=_trust), ending=found.ending)
        return replace(found, doubted_language=doubted)


def _failed(name: str, error: Exception) -> ModelError:
    return ModelError(
        f"speech recognition with {name} failed ({error})", "try another model with --stt-model"
    )


def _trust(transcript: Transcript) -> tuple[bool, float]:
    return not transcript.is_doubtful, transcript.avg_logprob


def _windows(samples: Samples) -> Iterator[Samples]:
    """Parts that Whisper can hear at once, cut where it is quietest in their second half."""
    longest = (WINDOW_S - 1) * SAMPLE_RATE_HZ
    while len(samples) > longest:
        at = quietest(samples, longest // 2, longest)
        yield samples[:at]
        samples = samples[at:]
    yield samples


def _joined(parts: list[Transcript]) -> Transcript:
    """One transcript; as doubtful as its parts are together."""
    return Transcript(
        " ".join(part.text for part in parts if part.text),
        parts[0].language,
        float(np.mean([part.avg_logprob for part in parts])),
        min(part.no_speech_prob for part in parts),
        any(part.cut_off for part in parts),
        ending=parts[-1].ending,
        doubted_language=parts[0].doubted_language,
    )
