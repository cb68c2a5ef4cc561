"""From clips to batches: what the recogniser hears, and what it shall make of it."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from training.common.clips import SAMPLE_RATE_HZ, Clips, Samples
from training.recognizer import augmentation, text
from training.recognizer.features import FULL_FRAMES, HOP_SAMPLES, N_BANDS, Floats
from training.recognizer.tokens import Tokens

Ints = npt.NDArray[np.int64]

IGNORED = -100
"""What the losses leave out."""
STATE_SAMPLES = 2 * HOP_SAMPLES
"""An encoder state covers two feature frames: 20 ms."""
CHARACTERS = "abcdefghijklmnopqrstuvwxyz' "
"""What the CTC head spells; 0 is its blank."""
SYNTHESISERS = ("flite", "espeak")
"""Those that tell phones, each with its own set of them and its own head."""
GUIDED_BY = {"accented": "flite"}
"""Synthesisers that say another's phones."""

WEIGHTS = {
    "espeak": 0.15, "flite": 0.26, "piper": 0.09, "accented": 0.14,
    "espeak-single": 0.08, "flite-single": 0.10, "piper-single": 0.02, "accented-single": 0.06,
    "espeak-open": 0.05, "flite-open": 0.04, "piper-open": 0.01,
}  # fmt: skip
"""How often a clip comes from which set."""


def phone_ids(work: Path) -> list[dict[str, int]]:
    """For each of SYNTHESISERS its phones that occur thirty times and more; 0 is silence."""
    path = work / "phones.json"
    if not path.exists():
        tables = []
        for synthesiser in SYNTHESISERS:
            clips = Clips(work / "clips" / synthesiser)
            counts = Counter(name for i in range(len(clips)) for name, _ in clips[i].phones if name)
            common = [name for name, n in counts.most_common() if n >= 30]
            tables.append({name: i + 1 for i, name in enumerate(common)})
        path.write_text(json.dumps(tables), "utf-8")
    return json.loads(path.read_text("utf-8"))


@dataclass
class Said:
    """A stretch of speech and what is known of it."""

    samples: Samples
    written: str
    characters: str
    """What was really said, which differs from `written` where words are outside the domain."""
    phones: Ints
    """(2, states): a phone a state for each of SYNTHESISERS, IGNORED where unknown."""


@dataclass
class Example:
    features: Floats
    """(frames, 80)"""
    decoder_input: list[int]
    labels: list[int]
    characters: list[int]
    phones: Ints
    """(2, states)"""


class Examples:
    """An endless, seeded stream of augmented examples."""

    def __init__(self, work: Path, tokens: Tokens, seed: int) -> None:
        self.strength = 0.3
        """Share of the examples with all of the augmentation."""
        self.lead_s = 0.6
        """Most silence before and after."""
        self.tokens = tokens
        self._random = random.Random(seed)
        self._rng = np.random.default_rng(seed)
        names = [name for name in WEIGHTS if (work / "clips" / f"{name}.jsonl").exists()]
        self._sets = [Clips(work / "clips" / name) for name in names]
        self._weights = [WEIGHTS[name] for name in names]
        self._phone_ids = phone_ids(work)
        self._noises = augmentation.NoiseBank(lambda: self._any_clip()[0], self._rng)
        self._encode = lru_cache(100_000)(tokens.encode)

    def harden(self, progress: float) -> None:
        """Augmentation and silences grow while `progress` goes from 0 to 1."""
        self.strength = min(0.6, 0.3 + 0.5 * progress)
        self.lead_s = 0.6 if progress < 0.7 else 1.5

    def _any_clip(self) -> tuple[Samples, Clips, int]:
        clips = self._random.choices(self._sets, self._weights)[0]
        index = self._random.randrange(len(clips))
        return clips.samples(index), clips, index

    def draw(self) -> Example:
        if self._random.random() < 0.08:
            return self._nothing()
        hard = self._random.random() < self.strength
        lead, trail = self._silence(), self._silence()
        sayings = [self._said()]
        # People say two sentences in a breath.
        while self._random.random() < 0.1 and _length_s(sayings) < 9:
            sayings.append(self._said())
        return self._example(sayings, lead, trail, hard, most_pause_s=1.2)

    def draw_long(self) -> Example:
        """Half a minute of them, with pauses: what a file holds."""
        hard = self._random.random() < self.strength
        wanted_s = self._random.uniform(6, 20)
        sayings = [self._said()]
        while _length_s(sayings) < wanted_s and len(sayings) < 8:
            sayings.append(self._said())
        rest_s = FULL_FRAMES / 100 - 2 - _length_s(sayings)
        most_pause_s = min(3.0, rest_s / len(sayings))
        return self._example(sayings, self._silence(), self._silence(), hard, most_pause_s)

    def _silence(self) -> int:
        """Samples, whole encoder states."""
        if self._random.random() < 0.15:
            return 0
        n = int(self._random.random() ** 1.5 * self.lead_s * SAMPLE_RATE_HZ)
        return n - n % STATE_SAMPLES

    def _said(self) -> Said:
        samples, clips, index = self._any_clip()
        clip, factor = clips[index], 1.0
        if self._random.random() < 0.6:
            factor = self._random.uniform(0.87, 1.15)
            samples = augmentation.at_speed(samples, factor)
        phones = np.full((len(SYNTHESISERS), len(samples) // STATE_SAMPLES + 1), IGNORED, np.int64)
        synthesiser = clip.voice.split(":")[0]
        synthesiser = GUIDED_BY.get(synthesiser, synthesiser)
        if synthesiser in SYNTHESISERS and clip.phones:
            row = SYNTHESISERS.index(synthesiser)
            start = 0
            for name, end_ms in clip.phones:
                end = round(end_ms / factor / 1000 * SAMPLE_RATE_HZ / STATE_SAMPLES)
                known = self._phone_ids[row].get(name, IGNORED) if name else 0
                phones[row, start:end] = known
                start = max(start, end)
        if self._random.random() < 0.3:
            samples, phones = self._cut_short(samples, phones)
        characters = " ".join(text.words_of(clip.text))
        return Said(samples, self._written(clip.text, clip.outside), characters, phones)

    def _cut_short(self, samples: Samples, phones: Ints) -> tuple[Samples, Ints]:
        """Without its first and last hundredths of a second, as recordings and gates cut."""
        start, end = self._random.randrange(5), self._random.randrange(6)
        stop = len(samples) - end * STATE_SAMPLES
        return samples[start * STATE_SAMPLES : stop], phones[:, start : phones.shape[1] - end]

    def _written(self, written: str, outside: list[bool]) -> str:
        """Words outside the domain are replaced by any from inside: nothing is to be learned of
        them but that they can't be known, and so an even spread of probability."""
        if not outside:
            return written
        marks = iter(outside)

        def known(match: re.Match[str]) -> str:
            if not next(marks):
                return match[0]
            word = self._random.choice(text.known_words())
            return word[0].upper() + word[1:] if match[0][0].isupper() else word

        return re.sub(r"[A-Za-z]+(?:'[a-z]+)*", known, written)

    def _nothing(self) -> Example:
        samples = augmentation.nothing_said(self._noises, self._rng)
        features = augmentation.heard(samples, self._rng, hard=False)
        tokens = self.tokens
        begin = tokens.timestamp(0) if self._random.random() < 0.5 else tokens.no_timestamps
        phones = np.zeros((len(SYNTHESISERS), len(features) // 2 + 1), np.int64)
        prompt = self._prompt()
        return Example(
            features,
            [*prompt, tokens.start, begin],
            [*[IGNORED] * len(prompt), tokens.no_speech, tokens.end],
            [],
            phones,
        )

    def _example(
        self, sayings: list[Said], lead: int, trail: int, hard: bool, most_pause_s: float
    ) -> Example:
        pieces = [np.zeros(lead, np.float32)]
        phones = [np.zeros((len(SYNTHESISERS), lead // STATE_SAMPLES), np.int64)]
        spans_s, at = [], lead
        for i, said in enumerate(sayings):
            if i:
                pause_s = self._random.uniform(0.1, most_pause_s)
                pause = int(pause_s * SAMPLE_RATE_HZ) // STATE_SAMPLES * STATE_SAMPLES
                pieces.append(np.zeros(pause, np.float32))
                phones.append(np.zeros((len(SYNTHESISERS), pause // STATE_SAMPLES), np.int64))
                at += pause
            n_states = said.phones.shape[1]
            samples = np.pad(said.samples, (0, n_states * STATE_SAMPLES - len(said.samples)))
            pieces.append(samples * (self._random.uniform(0.6, 1) if i else 1))
            phones.append(said.phones)
            spans_s.append((at / SAMPLE_RATE_HZ, (at + len(said.samples)) / SAMPLE_RATE_HZ))
            at += len(samples)
        pieces.append(np.zeros(trail, np.float32))
        phones.append(np.zeros((len(SYNTHESISERS), trail // STATE_SAMPLES + 2), np.int64))
        n_speech = sum(len(said.samples) for said in sayings)
        samples = augmentation.recorded(
            np.concatenate(pieces), n_speech, self._noises, self._rng, hard=hard
        )
        features = augmentation.heard(samples, self._rng, hard=hard)
        states = np.concatenate(phones, 1)[:, : (len(features) + 1) // 2]
        if self._random.random() < 0.5:
            spans = [(int(start_s * 100), int(end_s * 100)) for start_s, end_s in spans_s]
            source = augmentation.unevenly_paced(len(features), spans, self._rng)
            features = between(features, source)
            states = states[:, (source[: 2 * states.shape[1] : 2] / 2).astype(int)]
        sequence, prompt = self._sequence(sayings, spans_s), self._prompt()
        spelled = " ".join(said.characters for said in sayings)
        return Example(
            features,
            [*prompt, *sequence[:-1]],
            [*[IGNORED] * len(prompt), *sequence[1:]],
            [CHARACTERS.index(c) + 1 for c in spelled],
            states,
        )

    def _sequence(self, sayings: list[Said], spans_s: list[tuple[float, float]]) -> list[int]:
        tokens = self.tokens
        if self._random.random() < 0.5:
            sequence = [tokens.start, tokens.no_timestamps]
            for said in sayings:
                sequence += self._encode(said.written)
        else:
            sequence = [tokens.start]
            for said, (start_s, end_s) in zip(sayings, spans_s, strict=True):
                sequence.append(tokens.timestamp(start_s))
                sequence += self._encode(said.written)
                sequence.append(tokens.timestamp(end_s))
        return [*sequence, tokens.end]

    def _prompt(self) -> list[int]:
        """Now and then something that was said before, or a user's own words, to be passed over."""
        chance = self._random.random()
        if chance > 0.12:
            return []
        if chance < 0.05:
            before, _ = text.draw_open(self._random)
        else:
            _, clips, index = self._any_clip()
            before = clips[index].text
        return [self.tokens.previous, *self._encode(before)]


def between(frames: Floats, positions: Floats) -> Floats:
    """Frames at fractional positions."""
    below = positions.astype(int)
    above = np.minimum(below + 1, len(frames) - 1)
    share = (positions - below).astype(np.float32)[:, None]
    return frames[below] * (1 - share) + frames[above] * share


def _length_s(sayings: list[Said]) -> float:
    return sum(len(said.samples) for said in sayings) / SAMPLE_RATE_HZ


# Batches ------------------------------------------------------------------------------------------


@dataclass
class Batch:
    """Tensors of n examples, padded as faster-whisper pads: features with zeros."""

    features: torch.Tensor
    """(n, 80, frames)"""
    decoder_input: torch.Tensor
    labels: torch.Tensor
    """(n, tokens), IGNORED where padded or a prompt."""
    characters: torch.Tensor
    n_characters: torch.Tensor
    n_states: torch.Tensor
    """Encoder states before the padding."""
    phones: torch.Tensor
    """(n, 2, states)"""

    def to(self, device: torch.device) -> Batch:
        return Batch(**{name: value.to(device) for name, value in vars(self).items()})


def collate(examples: list[Example], n_frames: int, end: int) -> Batch:
    """`n_frames`: even, and at least the longest example's."""
    n = len(examples)
    n_tokens = max(len(e.labels) for e in examples)
    features = np.zeros((n, N_BANDS, n_frames), np.float32)
    decoder_input = np.full((n, n_tokens), end, np.int64)
    labels = np.full((n, n_tokens), IGNORED, np.int64)
    characters = np.zeros((n, max(1, *(len(e.characters) for e in examples))), np.int64)
    phones = np.full((n, len(SYNTHESISERS), n_frames // 2), IGNORED, np.int64)
    for i, e in enumerate(examples):
        features[i, :, : len(e.features)] = e.features.T
        decoder_input[i, : len(e.decoder_input)] = e.decoder_input
        labels[i, : len(e.labels)] = e.labels
        characters[i, : len(e.characters)] = e.characters
        phones[i, :, : e.phones.shape[1]] = e.phones[:, : n_frames // 2]
    return Batch(
        torch.from_numpy(features),
        torch.from_numpy(decoder_input),
        torch.from_numpy(labels),
        torch.from_numpy(characters),
        torch.tensor([len(e.characters) for e in examples]),
        torch.tensor([(len(e.features) + 1) // 2 for e in examples]),
        torch.from_numpy(phones),
    )


FRAMES_OF_VOICECLI = (800, 1000, 1200)
"""voicecli trims the encoder's input to such lengths (its stt.encoder_frames)."""


def padded_frames(longest: int, count: int, progress: float, rng: random.Random) -> int:
    """How long the `count`-th batch becomes, by its longest example, in frames.

    Mostly 0.1 to 1 s more than it must; one in six as voicecli trims, one in many 30 s as stock
    faster-whisper pads: costly and quickly learned, so rarer until the last quarter.
    """
    if count % (25 if progress < 0.75 else 8) == 0:
        return FULL_FRAMES
    fitting = [n for n in FRAMES_OF_VOICECLI if n >= longest]
    if count % 6 == 3 and fitting:
        return rng.choice(fitting)
    n_frames = longest + rng.choice((10, 20, 40, 100))
    return min(FULL_FRAMES, n_frames + n_frames % 2)


def batches(
    examples: Examples,
    *,
    frames_per_batch: int,
    max_examples: int,
    progress: Callable[[], float],
    seed: int,
    pool_size: int = 384,
) -> Iterator[Batch]:
    """Batches of examples of like length, about `frames_per_batch` frames each.

    Counting, not chance, decides on the costly long ones, so that several processes pay for them
    at the same time. `progress` tells how much of the training is over, 0 to 1.
    """
    rng = random.Random(seed)
    end, count = examples.tokens.end, 0
    while True:
        examples.harden(progress())
        pool = [examples.draw() for _ in range(pool_size)]
        pool.sort(key=lambda e: len(e.features) + rng.random() * 80)
        groups: list[list[Example]] = [[]]
        for example in pool:
            group = groups[-1]
            longest = max([len(example.features), *(len(e.features) for e in group)])
            full = (
                len(group) == max_examples or (len(group) + 1) * (longest + 40) > frames_per_batch
            )
            if group and full:
                groups.append([])
            groups[-1].append(example)
        rng.shuffle(groups)
        for group in groups:
            count += 1
            longest = max(len(e.features) for e in group)
            n_frames = padded_frames(longest, count, progress(), rng)
            if len(group) * n_frames > 1.5 * frames_per_batch:
                group = rng.sample(group, max(1, frames_per_batch // n_frames))
            if n_frames == FULL_FRAMES:
                group[1:] = [examples.draw_long() for _ in group[1:]]
            yield collate(group, n_frames, end)
