"""Speak the training text with the teacher: flite's statistical voices.

    python -m training.voice.teacher WORK

reads `WORK/sentences.txt` and writes `WORK/teacher-<speaker>/<line>.npz`, one file a sentence.
Needs flite's shared libraries (Debian: `flite`). Lines that exist are left alone, so a run that was
broken off goes on where it was.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from training.common import flite
from training.common.spoken import Spoken

SPEAKERS = ("rms", "slt")
"""Speaker ids of the voice in this order: a male and a female speaker of US English."""


def available() -> bool:
    """Whether flite and all the voices that we learn from are installed."""
    try:
        for speaker in SPEAKERS:
            flite.say(speaker, "Hello.")
    except OSError:
        return False
    return True


def save(spoken: Spoken, path: Path) -> None:
    np.savez(
        path,
        samples=np.round(spoken.samples * 32768).astype(np.int16),
        sample_rate_hz=spoken.sample_rate_hz,
        phones=np.array([name for name, _ in spoken.phones]),
        phone_ends_s=np.array([end_s for _, end_s in spoken.phones], np.float32),
        pitch_hz=spoken.pitch_hz,
    )


def load(path: Path) -> Spoken:
    with np.load(path) as stored:
        return Spoken(
            stored["samples"].astype(np.float32) / 32768,
            int(stored["sample_rate_hz"]),
            list(zip(stored["phones"].tolist(), stored["phone_ends_s"].tolist(), strict=True)),
            stored["pitch_hz"],
        )


def _speak_to_file(job: tuple[str, str, Path]) -> None:
    sentence, speaker, path = job
    if not path.exists():
        unfinished = path.with_suffix(".part.npz")
        save(flite.say(speaker, sentence), unfinished)
        unfinished.rename(path)


def synthesize(work: Path, processes: int) -> None:
    """Speak all of `work/sentences.txt` with each speaker."""
    sentences = (work / "sentences.txt").read_text("utf-8").splitlines()
    for speaker in SPEAKERS:
        folder = work / f"teacher-{speaker}"
        folder.mkdir(exist_ok=True)
        jobs = [(text, speaker, folder / f"{i:05d}.npz") for i, text in enumerate(sentences)]
        with ProcessPoolExecutor(processes) as pool:
            for done, _ in enumerate(pool.map(_speak_to_file, jobs, chunksize=16), start=1):
                if done % 500 == 0 or done == len(jobs):
                    print(f"{speaker}: {done} of {len(jobs)} sentences", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    synthesize(arguments.work, arguments.processes)


if __name__ == "__main__":
    main()
