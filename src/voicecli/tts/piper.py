"""Sentence -> Clip, by Piper; at once, or beginning with the first sound that is there."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voicecli.errors import ModelCorruptError, ModelError, SettingsError
from voicecli.models.formats import voice_language
from voicecli.onnx import load_session
from voicecli.settings import TtsSettings
from voicecli.sound.samples import Samples, silence
from voicecli.timing import now_s
from voicecli.tts.alignment import phonemes_of, with_durations, words_of
from voicecli.tts.clip import Clip, Voice, joined
from voicecli.tts.leveling import Leveler, leveled
from voicecli.tts.parts import VoiceInParts, begin_to_load, load_in_parts, read_config
from voicecli.worker import Worker

if TYPE_CHECKING:
    from concurrent.futures import Future

    from piper import PiperVoice
    from piper.voice import AudioChunk

PEAK = 0.89
"""-1 dBFS: resampling overshoots a little, and full scale would clip."""

KNOWN_WORDS = 4096
"""Words whose number of phonemes is remembered."""


def load_piper(
    path: Path,
    *,
    aligned: bool = False,
    n_threads: int = 1,
    begun: Future[VoiceInParts | None] | None = None,
) -> PiperVoice:
    """Load an .onnx voice with its .onnx.json, in parts where it can be; raises ModelCorruptError.

    aligned: it can say how long each phoneme takes, if it is a voice that knows. begun: loading of
    its parts.
    """
    from piper import PiperVoice

    try:
        session = begun.result() if begun else load_in_parts(path, n_threads)
        if session is None:
            model = with_durations(path.read_bytes()) if aligned else path
            session = load_session(model, n_threads=n_threads)
        return PiperVoice(session=session, config=read_config(path))  # pyrefly: ignore[bad-argument-type]  it has `run`
    except Exception as error:
        raise ModelCorruptError(
            f"the voice {path} can't be loaded ({error})",
            "choose another with --voice, or fetch it again with `voicecli models pull`",
        ) from error


class PiperModel:
    """A voice's model on its own thread, for any number of users. It is loaded by the first job."""

    def __init__(self, path: Path, *, aligned: bool = False, n_threads: int = 1) -> None:
        """aligned: clips tell when each phoneme is said. n_threads: more than one where nobody
        listens meanwhile."""
        self.path = path
        self.aligned = aligned
        self.worker = Worker("tts")
        self._n_threads = n_threads
        self._piper: PiperVoice | None = None
        self._begun: Future[VoiceInParts | None] | None = None
        self._count: Callable[[str], int] = len  # until it is loaded

    def begin(self) -> None:
        """Load meanwhile what takes longest, for the first job."""
        self._begun = begin_to_load(self.path, self._n_threads)

    def load(self) -> PiperVoice:
        """On the worker's thread."""
        if self._piper is None:
            self._piper = load_piper(
                self.path, aligned=self.aligned, n_threads=self._n_threads, begun=self._begun
            )
            self._begun = None
            phonemize = self._piper.phonemize
            self._count = lru_cache(KNOWN_WORDS)(lambda word: sum(map(len, phonemize(word))))
        return self._piper

    def count_phonemes(self, word: str) -> int:
        """How many phonemes it has aloud. The same few words make up most of what is said, and
        espeak keeps 1.5 kB each time that it is asked."""
        self.load()
        return self._count(word)


class PiperSynthesizer(Voice):
    """A Piper voice for one listener."""

    def __init__(
        self,
        model: PiperModel | Path,
        settings: TtsSettings,
        *,
        aligned: bool = False,
        n_threads: int = 1,
        continuous: bool = False,
    ) -> None:
        """model: one that others may use too; or the file of one, loaded with the next two.

        continuous: what is said is one text, heard from its first sound to its end.
        """
        if isinstance(model, Path):
            model = PiperModel(model, aligned=aligned, n_threads=n_threads)
        self.name = model.path.stem
        self.language = voice_language(model.path)
        self._model = model
        self._settings = settings
        self._leveler: Leveler | None = None
        self._heard_until_s = 0.0 if continuous else None
        """When a continuous text will have been heard, as far as it was given away."""

    async def load(self) -> None:
        """Load the voice; raises ModelCorruptError."""
        await self._model.worker.run(self._model.load)

    async def synthesize(self, sentence: str) -> Clip:
        """Speak one sentence. Text with nothing to say (`...`) gives a clip of no samples."""
        return await self._model.worker.run(lambda: joined(list(self._clips(sentence))))

    async def stream(self, sentence: str) -> AsyncGenerator[Clip, None]:
        """Speak one sentence, in pieces where the voice can: each is given as soon as it is made.

        The first has the text and its words' times, and tells how much is to come; the others have
        nothing but samples.
        """
        clips = self._clips(sentence, in_parts=True)
        while (clip := await self._model.worker.run(lambda: next(clips, None))) is not None:
            if self._heard_until_s is not None:
                given_s = len(clip.samples) / clip.sample_rate_hz
                self._heard_until_s = max(self._heard_until_s, now_s()) + given_s
            yield clip

    def count_phonemes(self, text: str) -> int:
        """How many phonemes it has aloud; the voice must be loaded."""
        return self._model.count_phonemes(text)

    def _clips(self, sentence: str, *, in_parts: bool = False) -> Iterator[Clip]:
        """A clip of the whole, or its beginning and then the rest."""
        from piper import SynthesisConfig

        piper = self._model.load()
        config = SynthesisConfig(
            speaker_id=self._speaker_id(piper),
            length_scale=piper.config.length_scale / self._settings.speed,
            volume=PEAK * self._settings.volume,
        )
        try:
            # Espeak may find several sentences in one.
            chunks, pieces = [], []
            for chunk in piper.synthesize(sentence, config, include_alignments=self._model.aligned):
                chunks.append(chunk)
                pieces.append(self._pieces(piper, chunk, config.volume, in_parts=in_parts))
            to_come = sum(len(chunk.audio_float_array) for chunk in chunks)
            clip = Clip(silence(0), piper.config.sample_rate, sentence, to_come=to_come)
            if self._model.aligned:
                clip = self._with_times(replace(clip, phonemes=phonemes_of(chunks)))
            for samples in itertools.chain.from_iterable(pieces):
                to_come -= len(samples)
                yield replace(clip, samples=samples, to_come=to_come)
                clip = Clip(silence(0), clip.sample_rate_hz)
            if not chunks:
                yield clip  # there is nothing to say
        except Exception as error:
            raise ModelError(
                f"the voice {self.name} can't speak {sentence!r} ({error})",
                "try another with --voice",
            ) from error

    def _pieces(
        self, piper: PiperVoice, chunk: AudioChunk, volume: float, *, in_parts: bool
    ) -> Iterator[Samples]:
        """The samples of `chunk`, which was synthesized last."""
        session = piper.session
        if not isinstance(session, VoiceInParts):
            return iter([chunk.audio_float_array])
        if in_parts:
            # Of this listener alone: others may be told louder sentences.
            self._leveler = self._leveler or Leveler(session.expected_peak)
            until_s = self._heard_until_s
            ahead_s = None if until_s is None else max(0.0, until_s - now_s())
            pieces = self._leveler.feed(session.chunks(ahead_s), session.grid_samples)
        else:
            pieces = iter([leveled(session.whole())])
        return (np.clip(piece * np.float32(volume), -1, 1) for piece in pieces)

    def _with_times(self, clip: Clip) -> Clip:
        words = words_of(clip, self.count_phonemes)
        return replace(
            clip, word_ends=tuple(round(word.end_s * clip.sample_rate_hz) for word in words)
        )

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
