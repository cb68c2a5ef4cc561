"""A recording -> the stretches of it that are speech. Streaming: memory holds one stretch.

The VAD comes first because it is cheap (28 us a frame, in blocks) and what is silent need not be
recognised; it also puts the cuts where nobody speaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voicecli.hearing.vad import CONTEXT_SAMPLES, WARM_UP_FRAMES
from voicecli.onnx import load_session, run
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples, silence

BLOCK_FRAMES = 32
"""About a second: from here on larger blocks make the VAD no faster (measured: 52 us a frame one by
one, 31 in blocks of 8, 28 in blocks of 32 and of 128)."""

BLOCK_SAMPLES = BLOCK_FRAMES * FRAME_SAMPLES

THRESHOLD, EXIT_THRESHOLD = 0.5, 0.35
"""Silero's own defaults, as in settings.ListenSettings."""

MIN_SPEECH_FRAMES = 3
"""About 100 ms: shorter is a click. A short "yes" has 200 ms."""

MIN_SILENCE_FRAMES = 6
"""About 190 ms end a stretch (faster-whisper's batched pipeline: 160 ms)."""

LEAD_FRAMES = 6
"""Kept before a stretch: Silero answers 57 ms late at the median, 106 ms at the 90th percentile."""

TAIL_FRAMES = 4
"""Kept after a stretch; at most MIN_SILENCE_FRAMES, which are there when it ends."""

MAX_STRETCH_FRAMES = int(29 * SAMPLE_RATE_HZ / FRAME_SAMPLES)
"""Whisper hears 30 s at once; lead and tail included it stays below."""


@dataclass(frozen=True, slots=True, eq=False)
class SpeechStretch:
    """Speech without a pause."""

    start: int
    """Index of the first sample, at 16 kHz, in the recording."""
    samples: Samples
    """With LEAD_FRAMES before the speech and TAIL_FRAMES after it, where no other stretch is."""

    voiced_s: float = 0.0
    """How much of it the VAD took for speech."""

    @property
    def start_s(self) -> float:
        return self.start / SAMPLE_RATE_HZ

    @property
    def end(self) -> int:
        return self.start + len(self.samples)

    @property
    def end_s(self) -> float:
        return self.end / SAMPLE_RATE_HZ

    @property
    def duration_s(self) -> float:
        return len(self.samples) / SAMPLE_RATE_HZ


class BlockVad(Protocol):
    def __call__(self, frames: Samples) -> NDArray[np.float32]:
        """Samples of whole frames -> the speech probability of each frame."""
        ...


class SileroBlockVad:
    """Silero VAD v6 over blocks of frames, as faster-whisper exports it. It remembers.

    In blocks it costs half of what vad.SileroVad does, which answers after every single frame.
    """

    def __init__(self) -> None:
        from faster_whisper.utils import get_assets_path

        self._session = load_session(Path(get_assets_path()) / "silero_vad_v6.onnx")
        self._h: NDArray[np.float32] = np.zeros((1, 1, 128), np.float32)
        self._c: NDArray[np.float32] = np.zeros((1, 1, 128), np.float32)
        self._context = silence(CONTEXT_SAMPLES)
        self(silence(WARM_UP_FRAMES * FRAME_SAMPLES))

    def __call__(self, frames: Samples) -> NDArray[np.float32]:
        blocks = frames.reshape(-1, FRAME_SAMPLES)
        contexts = np.concatenate([self._context[None], blocks[:-1, -CONTEXT_SAMPLES:]])
        self._context = blocks[-1, -CONTEXT_SAMPLES:]
        output, self._h, self._c = run(
            self._session,
            {"input": np.concatenate([contexts, blocks], 1), "h": self._h, "c": self._c},
        )
        return output.reshape(-1)


def stretches(pieces: Iterable[Samples], vad: BlockVad) -> Iterator[SpeechStretch]:
    """The speech in a stream of samples at 16 kHz."""
    finder = SpeechFinder(vad)
    for piece in pieces:
        yield from finder.feed(piece)
    yield from finder.finish()


class SpeechFinder:
    """Feed it the pieces of a recording at 16 kHz, of any length."""

    def __init__(self, vad: BlockVad, *, start: int = 0, everything: bool = False) -> None:
        """start: index of the first sample in the recording.

        everything: give silence too; the VAD then only chooses where to cut.
        """
        self._vad = vad
        self._cutter = _Cutter(start, everything=everything)
        self._held: list[Samples] = []
        self._n_held = 0

    def feed(self, piece: Samples) -> Iterator[SpeechStretch]:
        self._held.append(piece)
        self._n_held += len(piece)
        if self._n_held >= BLOCK_SAMPLES:
            samples = np.concatenate(self._held)
            n_whole = len(samples) // BLOCK_SAMPLES * BLOCK_SAMPLES
            self._held, self._n_held = [samples[n_whole:]], len(samples) - n_whole
            for block in samples[:n_whole].reshape(-1, BLOCK_SAMPLES):
                yield from self._cutter.feed(block, self._vad(block))

    def finish(self) -> Iterator[SpeechStretch]:
        """The recording has ended; its last frame is filled up with silence."""
        if self._n_held:
            block = np.concatenate([*self._held, silence(-self._n_held % FRAME_SAMPLES)])
            self._held, self._n_held = [], 0
            yield from self._cutter.feed(block, self._vad(block))
        yield from self._cutter.finish()


class _Cutter:
    """Follows the probabilities frame by frame. Its positions are counted in frames."""

    def __init__(self, start: int, *, everything: bool) -> None:
        self._start = start
        self._enter, self._exit = (-1.0, -1.0) if everything else (THRESHOLD, EXIT_THRESHOLD)
        self._min_speech_frames = 0 if everything else MIN_SPEECH_FRAMES
        self._frames: list[Samples] = []
        """From frame `_first` on: the open stretch with its lead, or what may become the lead."""
        self._probabilities: list[float] = []
        self._first = 0
        self._begun: int | None = None
        """First frame of speech of the open stretch."""
        self._speech_end = 0
        """After the last frame of speech."""

    @property
    def _next(self) -> int:
        return self._first + len(self._frames)

    def feed(self, block: Samples, probabilities: NDArray[np.float32]) -> Iterator[SpeechStretch]:
        for frame, probability in zip(
            block.reshape(-1, FRAME_SAMPLES), probabilities.tolist(), strict=True
        ):
            self._frames.append(frame)
            self._probabilities.append(probability)
            if self._begun is None:
                self._wait(probability)
            else:
                yield from self._follow(probability)

    def finish(self) -> Iterator[SpeechStretch]:
        if self._begun is not None:
            yield from self._end(min(self._next, self._speech_end + TAIL_FRAMES))

    def _wait(self, probability: float) -> None:
        if probability >= self._enter:
            self._begun = self._next - 1
            self._speech_end = self._next
        else:
            self._forget(max(0, len(self._frames) - LEAD_FRAMES))

    def _follow(self, probability: float) -> Iterator[SpeechStretch]:
        if probability >= self._exit:
            self._speech_end = self._next
        if self._next - self._speech_end >= MIN_SILENCE_FRAMES:
            yield from self._end(self._speech_end + TAIL_FRAMES)
        elif len(self._frames) >= MAX_STRETCH_FRAMES:
            yield from self._cut()

    def _end(self, end: int) -> Iterator[SpeechStretch]:
        """Close the stretch before frame `end`; what comes after it may be the next one's lead."""
        assert self._begun is not None
        is_click = self._speech_end - self._begun < self._min_speech_frames
        self._begun = None
        stretch = self._take(end - self._first)
        self._forget(max(0, len(self._frames) - LEAD_FRAMES))
        if not is_click:
            yield stretch

    def _cut(self) -> Iterator[SpeechStretch]:
        """Nobody paused for too long: cut where speech is least probable, in the second half."""
        half = len(self._frames) // 2
        at = half + int(np.argmin(self._probabilities[half:]))
        yield self._take(at)
        self._begun = self._first

    def _take(self, n_frames: int) -> SpeechStretch:
        samples = np.concatenate(self._frames[:n_frames])
        n_voiced = sum(one >= THRESHOLD for one in self._probabilities[:n_frames])
        start = self._start + self._first * FRAME_SAMPLES
        stretch = SpeechStretch(start, samples, n_voiced * FRAME_SAMPLES / SAMPLE_RATE_HZ)
        self._forget(n_frames)
        return stretch

    def _forget(self, n_frames: int) -> None:
        del self._frames[:n_frames], self._probabilities[:n_frames]
        self._first += n_frames
