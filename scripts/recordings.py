"""Recordings to measure with, and what is said in them: by the voices, and by people."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np

from voicecli.engines import Engines
from voicecli.settings import Settings, TtsSettings
from voicecli.sound.reading import read_audio
from voicecli.sound.resampling import resample
from voicecli.sound.samples import Samples
from voicecli.sound.wav import WavWriter

RATE_HZ = 16_000

NOISE = 1e-4
"""Between the sentences: -80 dBFS."""

MAX_PEOPLE = 40
"""Recordings of people in a long one; the voice says the rest."""

SHORT_S = (2.0, 5.0)
N_SHORT = 60


@dataclass(frozen=True, eq=False)
class Spoken:
    text: str
    samples: Samples

    @property
    def duration_s(self) -> float:
        return len(self.samples) / RATE_HZ


@dataclass(frozen=True)
class Recordings:
    title: str
    texts: dict[Path, str]
    """What is said in each."""


def of_voice(voice: Path, sentences: Iterable[str]) -> list[Spoken]:
    async def speak() -> list[Spoken]:
        speaker = Engines(replace(Settings(), tts=TtsSettings(voice=str(voice)))).voice()
        clips = [(text, await speaker.synthesize(text)) for text in sentences]
        return [
            Spoken(text, resample(clip.samples, clip.sample_rate_hz, RATE_HZ))
            for text, clip in clips
        ]

    return asyncio.run(speak())


def of_people(folder: Path) -> list[Spoken]:
    """The English clips of a manifest.jsonl with `file`, `text` and `language`, in a fixed order
    that is not the manifest's."""
    rows = [json.loads(line) for line in (folder / "manifest.jsonl").open(encoding="utf-8")]
    english = [row for row in rows if row["language"] == "en" and row["text"]]
    random.Random(1).shuffle(english)
    return [Spoken(_readable(row["text"]), read_audio(folder / row["file"])) for row in english]


def _readable(text: str) -> str:
    """Transcripts in capitals would be spelt."""
    return text.capitalize() if text.isupper() else text


def long_and_short(
    folder: Path, minutes: float, people: Sequence[Spoken], voice: Sequence[Spoken]
) -> list[Recordings]:
    """Dense speech, speech that is half silence, many short files, and one cold one.

    People come first, each once, and then the voice.
    """
    sentences = [one for one in people if len(one.text.split()) > 3][:MAX_PEOPLE]
    by_people = [one for one in people if SHORT_S[0] <= one.duration_s <= SHORT_S[1]]
    by_voice = [one for one in voice if one.duration_s <= SHORT_S[1]]
    some = [*by_people[: N_SHORT // 2], *by_voice][:N_SHORT]
    singles = {
        _record(folder / f"short{i:02}.wav", [one], (0.1, 0.2), i): one.text
        for i, one in enumerate(some)
    }

    def long(name: str, pause_s: tuple[float, float]) -> dict[Path, str]:
        clips = list(_until(60 * minutes, chain(sentences, _again(voice)), sum(pause_s) / 2))
        path = _record(folder / f"{name}.wav", clips, pause_s, 1)
        return {path: " ".join(one.text for one in clips)}

    return [
        Recordings(f"{minutes:g} minutes of speech", long("dense", (0.3, 1.2))),
        Recordings(f"{minutes:g} minutes, half silence", long("half", (0.5, 7.0))),
        Recordings(f"{len(singles)} short files", singles),
        Recordings("one short file", dict(list(singles.items())[:1])),
    ]


def _again(clips: Sequence[Spoken]) -> Iterable[Spoken]:
    draw = random.Random(2)
    while True:
        yield from draw.sample(clips, len(clips))


def _until(duration_s: float, clips: Iterable[Spoken], pause_s: float) -> Iterable[Spoken]:
    done_s = 0.0
    for clip in clips:
        if done_s >= duration_s:
            return
        yield clip
        done_s += clip.duration_s + pause_s


def _record(path: Path, clips: Sequence[Spoken], pause_s: tuple[float, float], seed: int) -> Path:
    draw = np.random.default_rng(seed)

    def pause() -> Samples:
        n_samples = int(draw.uniform(*pause_s) * RATE_HZ)
        return draw.normal(0, NOISE, n_samples).astype(np.float32)

    with closing(WavWriter(path, RATE_HZ)) as wav:
        for clip in clips:
            wav.write(pause())
            wav.write(clip.samples)
        wav.write(pause())
    return path


def word_errors(texts: dict[Path, str], folder: Path) -> str:
    """`  words 2.87 % wrong of 1533`, by the .txt files of a folder; empty where the scorers are
    not installed. Whisper's own English normaliser: numbers, spellings, contractions."""
    try:
        import jiwer
        from whisper_normalizer.english import EnglishTextNormalizer
    except ImportError:
        return ""
    normal = EnglishTextNormalizer()
    said = [normal(text) for text in texts.values()]
    heard = [normal((folder / f"{path.stem}.txt").read_text("utf-8")) for path in texts]
    found = jiwer.process_words(said, heard)
    n_said = found.hits + found.substitutions + found.deletions
    return (
        f"   words {100 * found.wer:5.2f} % wrong of {n_said}"
        f" ({found.substitutions}/{found.deletions}/{found.insertions})"
    )
