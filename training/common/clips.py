"""Speech on disk: 16 kHz, 16 bit, one PCM file for many clips, and a line of JSON for each clip."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt

SAMPLE_RATE_HZ = 16000
Samples = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Clip:
    """What is known of one clip, its samples apart."""

    text: str
    """As it is written."""
    voice: str
    """`synthesiser:voice`."""
    phones: list[tuple[str, int]] = field(default_factory=list)
    """Each with the millisecond at which it ends; the empty name is silence."""
    outside: list[bool] = field(default_factory=list)
    """Which of the words are outside the domain; empty where none is."""
    start: int = 0
    """First sample in the PCM file."""
    n_samples: int = 0


class ClipWriter:
    """Writes `path.pcm` and `path.jsonl`; complete once closed."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._pcm = path.with_suffix(".pcm").open("wb")
        self._lines: list[str] = []
        self._n_samples = 0

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def hours(self) -> float:
        return self._n_samples / SAMPLE_RATE_HZ / 3600

    def add(self, samples: Samples, clip: Clip) -> None:
        """`samples` in -1..1."""
        self._pcm.write((samples * 32767).astype("<i2").tobytes())
        fields = asdict(clip) | {"start": self._n_samples, "n_samples": len(samples)}
        self._lines.append(json.dumps(fields, separators=(",", ":")))
        self._n_samples += len(samples)

    def __enter__(self) -> ClipWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._pcm.close()
        if error is None:
            self._path.with_suffix(".jsonl").write_text("\n".join(self._lines) + "\n", "utf-8")


class Clips:
    """Clips of one file, read as they are asked for."""

    def __init__(self, path: Path) -> None:
        lines = path.with_suffix(".jsonl").read_text("utf-8").splitlines()
        self._clips = [Clip(**json.loads(line)) for line in lines]
        self._pcm = np.memmap(path.with_suffix(".pcm"), dtype="<i2", mode="r")

    def __len__(self) -> int:
        return len(self._clips)

    def __getitem__(self, index: int) -> Clip:
        return self._clips[index]

    def samples(self, index: int) -> Samples:
        clip = self._clips[index]
        return self._pcm[clip.start : clip.start + clip.n_samples].astype(np.float32) / 32768
