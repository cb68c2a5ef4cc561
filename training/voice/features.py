"""The teacher's speech -> what the network learns from: symbols, durations, pitch, samples.

    python -m training.voice.features WORK

reads `WORK/sentences.txt` and `WORK/teacher-*`, and writes

- `WORK/audio.npy`: all sentences behind one another, int16, 16 kHz, each of whole frames;
- `WORK/features.npz`: the fields of `Corpus`.

flite says when each of its phones ends. Piper's phonemes are other ones (espeak-ng's), so the two
sequences are aligned by their sounds, and each Piper phoneme takes the time of its partner.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np

from training.common.spoken import Spoken
from training.voice import teacher
from training.voice.symbols import PAUSES, SILENT, SYMBOLS, phonemize

SAMPLE_RATE_HZ = 16000
HOP_SAMPLES = 200
"""One frame: 12.5 ms."""

PITCH_FRAME_S = 0.005
"""Of the teacher's track."""

LEAD_S, TRAIL_S = 0.06, 0.15
"""Silence that is kept before and after a sentence."""

SPEECH_LEVEL_DB = -20.0
"""RMS of each speaker's sentences relative to full scale, so that both are equally loud."""

MAX_COST = 0.12
"""Worse alignments (cost per phone) are left out: there the two pronounce something else."""

NO_STOP_EVERY = 8
"""Every eighth sentence is learned without its full stop: not all text that is said has one."""

SILENCE = ""
"""Its name among the teacher's phones."""

ARPABET = {
    "aa": "ɑɒa", "ae": "æa", "ah": "ʌəɐ", "ao": "ɔo", "aw": "aʊ", "ax": "əɐᵻɪʌ", "ay": "aɪ",
    "b": "b", "ch": "tʃ", "d": "dɾ", "dh": "ð", "eh": "ɛe", "er": "ɜɚɹ", "ey": "eɪ", "f": "f",
    "g": "ɡ", "hh": "h", "ih": "ɪᵻi", "iy": "iɪ", "jh": "dʒ", "k": "k", "l": "l", "m": "m",
    "n": "n", "ng": "ŋn", "ow": "oʊ", "oy": "ɔɪ", "p": "p", "r": "ɹ", "s": "s", "sh": "ʃ",
    "t": "tɾʔ", "th": "θ", "uh": "ʊ", "uw": "u", "v": "v", "w": "w", "y": "j", "z": "z", "zh": "ʒ",
}  # fmt: skip
"""flite's phones -> the IPA letters that sound like (a part of) them."""

DIPHTHONGS = {"aw": "aʊ", "ay": "aɪ", "ey": "eɪ", "ow": "oʊ", "oy": "ɔɪ", "ch": "tʃ", "jh": "dʒ"}
NEAR_DIPHTHONGS = {("er", f"{vowel}ɹ") for vowel in "ɜəɚʊɪ"} | {("ow", "oɹ")}
IPA_VOWELS = frozenset("ɑɒaæʌəɐɔoᵻɪɛeɜɚiuʊ")
ARPABET_VOWELS = frozenset("aa ae ah ao aw ax ay eh er ey ih iy ow oy uh uw".split())
KINDRED = tuple(frozenset(group) for group in ("ptkbdɡɾʔ", "szʃʒ", "fvθð", "mnŋ", "lɹwj", "h"))
"""Consonants that are easily taken for one another."""


@dataclass(frozen=True)
class Corpus:
    """All sentences, flattened. That of sentence i is `x[x_offsets[i] : x_offsets[i + 1]]`."""

    symbols: np.ndarray
    """int64, numbered as in training.voice.symbols."""
    durations: np.ndarray
    """int64, frames of each symbol."""
    symbol_offsets: np.ndarray
    pitch_hz: np.ndarray
    """float32, of each frame; drawn through where unvoiced."""
    voiced: np.ndarray
    """float32, of each frame: 0 or 1."""
    frame_offsets: np.ndarray
    """Also of the audio, HOP_SAMPLES to a frame."""
    speakers: np.ndarray
    """int64, of each sentence: index into teacher.SPEAKERS."""
    sentences: np.ndarray
    """int64, of each sentence: its line in sentences.txt."""

    @classmethod
    def load(cls, work: Path) -> Corpus:
        with np.load(work / "features.npz") as stored:
            return cls(**{field.name: stored[field.name] for field in fields(cls)})


@dataclass(frozen=True)
class Example:
    """One sentence by one speaker, as in Corpus."""

    symbols: np.ndarray
    durations: np.ndarray
    pitch_hz: np.ndarray
    voiced: np.ndarray
    samples: np.ndarray


def sound_cost(phone: str, letter: str) -> float:
    """How unlike a flite phone and an IPA letter (or punctuation mark) are; 0 is the same sound."""
    if phone == SILENCE:
        return 3.0 if letter not in PAUSES else 0.2 if letter == " " else 0.0
    if letter in PAUSES:
        return 3.0
    if letter in ARPABET[phone]:
        return 0.0
    if phone in ARPABET_VOWELS and letter in IPA_VOWELS:
        return 0.4
    if (phone in ARPABET_VOWELS) != (letter in IPA_VOWELS):
        return 1.8
    own = ARPABET[phone][-1]
    return 0.5 if any(own in group and letter in group for group in KINDRED) else 1.1


def _pair_cost(phone: str, letters: str) -> float:
    """One phone against two letters."""
    if DIPHTHONGS.get(phone) == letters:
        return 0.0
    if (phone, letters) in NEAR_DIPHTHONGS:
        return 0.1
    return 0.5 + (sound_cost(phone, letters[0]) + sound_cost(phone, letters[1])) / 2


def align(phones: Sequence[str], letters: Sequence[str]) -> tuple[float, list[tuple[range, range]]]:
    """The cheapest pairing of two sequences, in order: its cost, and what each step pairs.

    A step takes one of each, two phones and a letter, a phone and two letters, or one alone.
    """
    best: list[
        list[tuple[float, int, int]]
    ] = []  # cost, and the step (phones, letters) that led here
    for i in range(len(phones) + 1):
        row: list[tuple[float, int, int]] = []
        best.append(row)
        for j in range(len(letters) + 1):
            if i == j == 0:
                row.append((0.0, 0, 0))
                continue
            steps = []
            phone, letter = phones[i - 1] if i else "", letters[j - 1] if j else ""
            if i and j:
                cost = sound_cost(phone, letter)
                steps.append((best[i - 1][j - 1][0] + cost, 1, 1))
                if i > 1 and letter not in PAUSES and SILENCE not in (phone, phones[i - 2]):
                    both = 0.3 + cost + sound_cost(phones[i - 2], letter)
                    steps.append((best[i - 2][j - 1][0] + both, 2, 1))
                if j > 1 and phone != SILENCE and not PAUSES & {letter, letters[j - 2]}:
                    pair = _pair_cost(phone, letters[j - 2] + letter)
                    steps.append((best[i - 1][j - 2][0] + pair, 1, 2))
            if i:
                steps.append((best[i - 1][j][0] + (1.0 if phone == SILENCE else 1.3), 1, 0))
            if j:
                skip = 0.0 if letter == " " else 0.05 if letter in PAUSES else 1.2
                steps.append((row[j - 1][0] + skip, 0, 1))
            row.append(min(steps))
    i, j = len(phones), len(letters)
    total, path = best[i][j][0], []
    while i or j:
        _, taken, given = best[i][j]
        path.append((range(i - taken, i), range(j - given, j)))
        i, j = i - taken, j - given
    return total, path[::-1]


@cache
def _align_cached(
    phones: tuple[str, ...], letters: tuple[str, ...]
) -> tuple[float, list[tuple[range, range]]]:
    return align(phones, letters)


def durations_s(
    phonemes: Sequence[str], spoken: Spoken, begin_s: float, end_s: float
) -> tuple[np.ndarray, float]:
    """Seconds of each phoneme between `begin_s` and `end_s`, and the alignment's cost per phone."""
    audible = [i for i, phoneme in enumerate(phonemes) if phoneme not in SILENT]
    phones = tuple(name for name, _ in spoken.phones)
    cost, path = _align_cached(phones, tuple(phonemes[i] for i in audible))
    ends = np.clip([phone_end_s for _, phone_end_s in spoken.phones], begin_s, end_s)
    lengths = np.diff(ends, prepend=begin_s)
    seconds = np.zeros(len(phonemes))
    latest = 0
    for taken, given in path:
        length = sum(lengths[i] for i in taken)
        if not given:  # a phone without a partner belongs to what was before it
            seconds[latest] += length
        for j in given:
            seconds[audible[j]] += length / len(given)
            if length > 0:
                latest = audible[j]
    return seconds, cost / len(phones)


def pitch_frames(
    pitch_hz: np.ndarray, begin_s: float, frames: int
) -> tuple[np.ndarray, np.ndarray]:
    """The teacher's pitch track -> (pitch_hz, voiced) at the middle of each frame."""
    times = np.arange(len(pitch_hz)) * PITCH_FRAME_S
    wanted = begin_s + (np.arange(frames) + 0.5) * HOP_SAMPLES / SAMPLE_RATE_HZ
    voiced = pitch_hz > 0
    if not voiced.any():
        raise ValueError("no voice in it")
    log_pitch = np.interp(wanted, times[voiced], np.log(pitch_hz[voiced]))
    is_voiced = np.interp(wanted, times, voiced) >= 0.5
    return np.exp(log_pitch).astype(np.float32), is_voiced.astype(np.float32)


def example(sentence: str, spoken: Spoken) -> tuple[Example, float]:
    """One sentence, and the alignment's cost. Raises ValueError where it can't be used."""
    said = phonemize(sentence)
    if len(said) != 1:
        raise ValueError("not one sentence")
    (first, first_end_s), (last, last_end_s) = spoken.phones[0], spoken.phones[-1]
    if first != SILENCE or last != SILENCE or len(spoken.phones) < 3:
        raise ValueError("no silence around it")
    phonemes = ["^", *said[0], "$"]
    begin_s = max(0.0, first_end_s - LEAD_S)
    end_s = min(last_end_s, spoken.phones[-2][1] + TRAIL_S)
    seconds, cost = durations_s(phonemes, spoken, begin_s, end_s)
    ends = np.round(np.cumsum(seconds) * SAMPLE_RATE_HZ / HOP_SAMPLES).astype(np.int64)
    frames = int(ends[-1])
    begin = int(begin_s * SAMPLE_RATE_HZ)
    samples = spoken.samples[begin : begin + frames * HOP_SAMPLES]
    samples = np.pad(samples, (0, frames * HOP_SAMPLES - len(samples)))
    pitch_hz, voiced = pitch_frames(spoken.pitch_hz, begin_s, frames)
    symbols = np.array([SYMBOLS.index(phoneme) + 1 for phoneme in phonemes], np.int64)
    return Example(symbols, np.diff(ends, prepend=0), pitch_hz, voiced, samples), cost


def _examples_of_line(job: tuple[Path, int, str]) -> list[tuple[int, Example | None]]:
    """By each speaker: its index, and the example, or None if it can't be used."""
    work, line, sentence = job
    if line % NO_STOP_EVERY == 0:
        sentence = sentence.removesuffix(".")
    found = []
    for index, speaker in enumerate(teacher.SPEAKERS):
        path = work / f"teacher-{speaker}" / f"{line:05d}.npz"
        if not path.exists():
            continue
        try:
            made, cost = example(sentence, teacher.load(path))
            found.append((index, made if cost <= MAX_COST else None))
        except ValueError:
            found.append((index, None))
    return found


def build(work: Path, processes: int) -> None:
    """Write `work/features.npz` and `work/audio.npy`."""
    sentences = (work / "sentences.txt").read_text("utf-8").splitlines()
    jobs = [(work, line, sentence) for line, sentence in enumerate(sentences)]
    kept: list[tuple[int, int, Example]] = []
    dropped = 0
    with ProcessPoolExecutor(processes) as pool:
        for line, found in enumerate(pool.map(_examples_of_line, jobs, chunksize=16)):
            for speaker, made in found:
                if made is None:
                    dropped += 1
                else:
                    kept.append((speaker, line, made))
    print(f"{len(kept)} examples, {dropped} left out")
    examples = [made for _, _, made in kept]
    speakers = np.array([speaker for speaker, _, _ in kept])
    corpus = Corpus(
        np.concatenate([e.symbols for e in examples]),
        np.concatenate([e.durations for e in examples]),
        np.cumsum([0, *(len(e.symbols) for e in examples)]),
        np.concatenate([e.pitch_hz for e in examples]),
        np.concatenate([e.voiced for e in examples]),
        np.cumsum([0, *(len(e.pitch_hz) for e in examples)]),
        speakers,
        np.array([line for _, line, _ in kept]),
    )
    frames = int(corpus.frame_offsets[-1])
    audio = np.lib.format.open_memmap(
        work / "audio.npy", "w+", dtype=np.int16, shape=(frames * HOP_SAMPLES,)
    )
    gains = [_gain([e.samples for s, _, e in kept if s == i]) for i in range(len(teacher.SPEAKERS))]
    for (speaker, _, made), start in zip(kept, corpus.frame_offsets[:-1], strict=True):
        scaled = np.clip(np.round(made.samples * gains[speaker] * 32768), -32768, 32767)
        audio[start * HOP_SAMPLES : start * HOP_SAMPLES + len(scaled)] = scaled
    audio.flush()
    np.savez(work / "features.npz", **vars(corpus))
    for index, speaker in enumerate(teacher.SPEAKERS):
        lengths = np.diff(corpus.frame_offsets)[speakers == index]
        hours = lengths.sum() * HOP_SAMPLES / SAMPLE_RATE_HZ / 3600
        print(f"{speaker}: {hours:.2f} h, gain {gains[index]:.2f}")


def _gain(clips: list[np.ndarray]) -> float:
    if not clips:
        return 1.0
    power = sum(float(clip @ clip) for clip in clips)
    rms = np.sqrt(power / sum(len(clip) for clip in clips))
    return float(10 ** (SPEECH_LEVEL_DB / 20) / rms)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    build(arguments.work, arguments.processes)


if __name__ == "__main__":
    main()
