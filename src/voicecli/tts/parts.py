"""A Piper voice in parts: the first sound of a sentence costs the same, however long that is.

The voice's graph is cut (graph.py) where it has frames. What comes before runs once for a
sentence; what comes after runs on windows of frames. It sees a limited number of frames to either
side, so with a margin of so many, whose output is thrown away, the samples are those that the whole
graph gives, bit by bit.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import onnxruntime

from voicecli.onnx import load_session
from voicecli.places import cache_folder
from voicecli.sound.samples import Samples
from voicecli.timing import now_s

if TYPE_CHECKING:
    from piper import PiperConfig

MARGIN_FRAMES = 40
"""VITS's flow, four couplings of four convolutions of 5, sees 32 frames to either side, and the
first convolution of HiFi-GAN, which goes with it, 3 more. The rest of HiFi-GAN was measured to need
16."""

CHUNKS_FRAMES = (32, 64, 160, 320)
"""A sentence begins with a short chunk, and goes on with the longest ones for which there is time.
With an ordinary voice, 32 frames are 0.4 s and 320, the last after an interruption, 3.7 s. Fewer
than 32, with the margin, onnxruntime would compute in another order (it does so for matrices of 64
columns or less), and the samples would differ in their last bits."""

WINDOW_STEP_FRAMES = 80
"""Frames run at once are a multiple of this, except at a sentence's start: what onnxruntime keeps
for each size of its inputs stays little."""

HEADROOM = 1.5
"""A chunk is begun so many times as early as it takes to make it: other programs want the
processor, too."""

UNKNOWN_COST = 0.1
"""Seconds of work for a second of speech, until the first was made."""

CACHE_FORMAT = 3
"""To be raised when the parts of the same voice become others."""

KNOWN_FILE = "voice.json"
"""Beside the parts in the cache: how many they are, and what was found out about them."""

SPEECH_TO_BABBLE = 1.5
"""How much louder a sentence's loudest sample may be than the babble's: with the bundled voice 1.1
to 1.8. A sentence that gets louder than expected falls in volume, which is heard; one that is
softer is only softer."""

CHECK_PHONEMES, CHECK_CHUNK_FRAMES = 100, 80
"""What is spoken to find out if a voice in parts sounds as it does in one: three chunks, of which
two are enough, since the second has all the margin there is on either side."""


class VoiceInParts:
    """Stands in for the onnxruntime session of a PiperVoice.

    `run` gives silence, as long as the speech will be, and what else the voice tells (how long each
    phoneme is). The speech itself is made by `chunks`.
    """

    def __init__(
        self,
        sessions: Iterable[onnxruntime.InferenceSession],
        sample_rate_hz: int,
        expected_peak: float = 1.0,
        hop_samples: int | None = None,
    ) -> None:
        """sessions: of the parts that `graph.split` gives. hop_samples: of a frame; None finds it
        out, by making some."""
        self._text, *self._later = sessions
        self._sample_rate_hz = sample_rate_hz
        self.expected_peak = expected_peak
        """About how loud the loudest sample of a sentence is."""
        used = {one.name for session in self._later for one in session.get_inputs()}
        self._names = [one.name for one in self._text.get_outputs()]
        self._told = [name for name in self._names if name not in used]
        self._tensors: dict[str, np.ndarray] = {}
        self._hop_samples = hop_samples
        self._cost: float | None = None
        """Seconds of work for a second of speech, lately."""

    @property
    def input_names(self) -> list[str]:
        return [one.name for one in self._text.get_inputs()]

    def run(self, _names: None, feeds: Mapping[str, Any]) -> list[np.ndarray]:
        """As `onnxruntime.InferenceSession.run`."""
        outputs = [np.asarray(one) for one in self._text.run(None, dict(feeds))]
        self._tensors = dict(zip(self._names, outputs, strict=True))
        if self._hop_samples is None:
            n_frames = min(self.n_frames, MARGIN_FRAMES)
            self._hop_samples = self._made().slice(0, n_frames).size // n_frames
        silence = np.zeros((1, 1, self.n_frames * self._hop_samples), np.float32)
        return [silence, *(self._tensors[name] for name in self._told)]

    def chunks(self, ahead_s: float | None = None) -> Iterator[Samples]:
        """The samples of what was run last, in pieces. A piece is made when it is asked for, also
        after something else was run.

        ahead_s: see `chunk_ends`; there in frames.
        """
        cost = UNKNOWN_COST if self._cost is None else self._cost
        if ahead_s is not None:
            ahead_s *= self._sample_rate_hz / (self._hop_samples or 1)
        return self._timed(self._made(), chunk_ends(self.n_frames, cost, ahead_s))

    def _timed(self, made: _Frames, ends: Sequence[int]) -> Iterator[Samples]:
        for start, end in itertools.pairwise([0, *ends]):
            begun_s = now_s()
            samples = made.slice(start, end).reshape(-1)
            took_s = now_s() - begun_s
            # With margins, its frames would have lasted so long:
            window_s = (
                len(samples) / self._sample_rate_hz * _window_frames(end - start) / (end - start)
            )
            cost = took_s / window_s
            self._cost = cost if self._cost is None else (cost + self._cost) / 2
            yield samples

    def whole(self) -> Samples:
        """The same samples, made at once."""
        return self._made().slice(0, self.n_frames).reshape(-1)

    def in_chunks(self, n_chunks: int, n_frames: int) -> Samples:
        """The first of the same samples again, made so many frames at a time."""
        ends = [min(n * n_frames, self.n_frames) for n in range(n_chunks + 1)]
        made = self._made()
        pieces = [made.slice(*span).reshape(-1) for span in itertools.pairwise(ends)]
        return np.concatenate(pieces)

    @property
    def hop_samples(self) -> int | None:
        """Of a frame, once something was run."""
        return self._hop_samples

    @property
    def grid_samples(self) -> int:
        """Chunks begin at multiples of it, whatever their number."""
        return CHUNKS_FRAMES[0] * (self._hop_samples or 1)

    @property
    def n_frames(self) -> int:
        """Of what was run last."""
        return self._tensors[self._names[0]].shape[-1]

    def _made(self) -> _Frames:
        frames: _Frames = _Given(self._tensors[self._names[0]])
        for session in self._later:
            frames = _Made(session, frames, self._tensors, self.n_frames)
        return frames


def chunk_ends(n_frames: int, cost: float, before: float | None = None) -> list[int]:
    """The frames where the chunks of a sentence end: as early as the voice keeps up with itself.

    cost: seconds of work for a second of speech. before: frames that are still to be heard before
    this sentence, where nobody interrupts; then the rest of it is one chunk as soon as there is
    time for that, since margins are a third of the work.
    """
    ends: list[int] = []
    end, ahead = 0, before or 0.0
    while True:
        rest = n_frames - end
        if before is not None and HEADROOM * cost * _window_frames(rest) <= ahead:
            return [*ends, n_frames]
        needed = {n: HEADROOM * cost * _window_frames(n) for n in CHUNKS_FRAMES}
        if end == 0:  # the next one may be as long as this one
            n_next = min((n for n in CHUNKS_FRAMES if needed[n] <= n), default=CHUNKS_FRAMES[-1])
        else:
            n_next = max((n for n in CHUNKS_FRAMES if needed[n] <= ahead), default=ends[0])
        end += n_next
        ahead += n_next - cost * _window_frames(n_next) * (len(ends) > 0)
        if end + MARGIN_FRAMES >= n_frames:  # what is within the margin is made anyway
            return [*ends, n_frames]
        ends.append(end)


def _window_frames(n_frames: int) -> int:
    return n_frames + 2 * MARGIN_FRAMES


class _Frames(Protocol):
    """A tensor whose last dimension is time."""

    def slice(self, start: int, end: int) -> np.ndarray:
        """From one frame to another."""
        ...


class _Given:
    def __init__(self, tensor: np.ndarray) -> None:
        self._tensor = tensor

    def slice(self, start: int, end: int) -> np.ndarray:
        return self._tensor[..., start:end]


class _Made:
    """What a part of the graph makes of frames, made as far as it is asked for."""

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        source: _Frames,
        tensors: Mapping[str, np.ndarray],
        n_frames: int,
    ) -> None:
        """tensors: the part's other inputs, among others. Those as long as there are frames go
        with them: masks."""
        self._session = session
        self._source = source
        first, *others = (one.name for one in session.get_inputs())
        self._input_name = first
        self._others = {name: tensors[name] for name in others}
        self._n_frames = n_frames
        self._done = 0

    def slice(self, start: int, end: int) -> np.ndarray:
        if end > self._done:
            self._make(end)
        return self._tensor[..., start * self._ratio : end * self._ratio]

    def _make(self, end: int) -> None:
        last = min(end + MARGIN_FRAMES, self._n_frames)
        n_window = last - self._done + MARGIN_FRAMES
        first = max(0, last + (-n_window) // WINDOW_STEP_FRAMES * WINDOW_STEP_FRAMES)
        feeds = {
            name: value[..., first:last] if value.shape[-1] == self._n_frames else value
            for name, value in self._others.items()
        }
        feeds[self._input_name] = self._source.slice(first, last)
        made = np.asarray(self._session.run(None, feeds)[0])
        if self._done == 0:
            self._ratio = made.shape[-1] // (last - first)
            shape = (*made.shape[:-1], self._n_frames * self._ratio)
            self._tensor = np.empty(shape, np.float32)
        new = slice((self._done - first) * self._ratio, (end - first) * self._ratio)
        self._tensor[..., self._done * self._ratio : end * self._ratio] = made[..., new]
        self._done = end


# -- from a file ------------------------------------------------------------------------------


def begin_to_load(path: Path, n_threads: int) -> Future[VoiceInParts | None]:
    """`load_in_parts` beside whatever the caller does meanwhile: where the parts are kept, all but
    the first tenth of it holds no lock of Python's."""
    thread = ThreadPoolExecutor(1)
    begun = thread.submit(load_in_parts, path, n_threads)
    thread.shutdown(wait=False)
    return begun


def load_in_parts(path: Path, n_threads: int = 1) -> VoiceInParts | None:
    """The voice in parts; None where it can't be cut, or wouldn't sound the same. Raises whatever
    where its .onnx.json can't be read.

    The parts are kept in the cache, since making and trying them takes longer than loading.
    """
    folder = cached_parts(path)
    try:
        return _kept(folder, n_threads)
    except Exception:  # not there, or damaged; onnxruntime's exceptions have no class in common
        shutil.rmtree(folder, ignore_errors=True)
    # Only here, where a voice is used for the first time.
    from voicecli.tts.graph import split

    parts = split(path.read_bytes())
    if parts is None:
        return None
    config = read_config(path)
    try:
        _keep(parts, config, folder)
        # From the file, since noise is drawn otherwise in a graph that is not quite the same.
        return _kept(folder, n_threads)
    except Exception:  # the cache can't be written: they are made anew each time
        sessions = [load_session(part, n_threads=n_threads) for part in parts]
        voice = VoiceInParts(sessions, config.sample_rate)
        peak = _peak_if_exact(voice, config)
        if peak is None:
            return None
        return VoiceInParts(sessions, config.sample_rate, peak, voice.hop_samples)


def read_config(path: Path) -> PiperConfig:
    """What a voice's .onnx.json says; raises whatever where it can't be read."""
    from piper import PiperConfig

    return PiperConfig.from_dict(json.loads(Path(f"{path}.json").read_text("utf-8")))


def cached_parts(path: Path) -> Path:
    """The folder in which the parts of this very file are kept, and what is known of them."""
    state = path.stat()
    written = (state.st_size, state.st_mtime_ns, onnxruntime.__version__, CACHE_FORMAT)
    return cache_folder() / "voices" / f"{path.stem}-{_short(path.resolve())}-{_short(written)}"


def _short(value: object) -> str:
    return hashlib.sha256(str(value).encode()).hexdigest()[:12]


def _optimized(part: bytes, file: Path) -> onnxruntime.InferenceSession:
    """Kept in the file, and loaded from there."""
    load_session(part, optimized_to=file)
    return load_session(file, optimized=True)


def _peak_if_exact(voice: VoiceInParts, config: PiperConfig) -> float | None:
    """About how loud its sentences get, if they sound the same in one piece and in chunks."""
    try:
        feeds = _babble(config, voice.input_names)
        voice.run(None, feeds)
        stretched = 3 * CHECK_CHUNK_FRAMES / voice.n_frames
        feeds["scales"] = feeds["scales"] * np.array([1, stretched, 1], np.float32)
        voice.run(None, feeds)
        with ThreadPoolExecutor(1) as beside:
            begun = beside.submit(voice.whole)
            in_chunks = voice.in_chunks(2, CHECK_CHUNK_FRAMES)
            whole = begun.result()
        peak = SPEECH_TO_BABBLE * float(np.abs(whole).max())
        return peak if np.array_equal(in_chunks, whole[: len(in_chunks)]) else None
    except Exception:  # onnxruntime's have no class in common; the graph is not what it seemed
        return None


def _babble(config: PiperConfig, names: Sequence[str]) -> dict[str, np.ndarray]:
    """Every phoneme the voice knows, in turn."""
    known = itertools.cycle(itertools.chain.from_iterable(config.phoneme_id_map.values()))
    ids = np.array([list(itertools.islice(known, CHECK_PHONEMES))], np.int64)
    scales = [config.noise_scale, config.length_scale, config.noise_w_scale]
    feeds = {
        "input": ids,
        "input_lengths": np.array([CHECK_PHONEMES], np.int64),
        "scales": np.array(scales, np.float32),
        "sid": np.array([0], np.int64),
    }
    return {name: feeds[name] for name in names}


def _kept(folder: Path, n_threads: int) -> VoiceInParts | None:
    """What `_keep` kept; raises whatever where that is not there or damaged."""
    known = json.loads((folder / KNOWN_FILE).read_text("utf-8"))
    if not known["exact"]:
        return None
    files = [folder / f"{number}.onnx" for number in range(known["parts"])]
    load = partial(load_session, n_threads=n_threads, optimized=True)
    if n_threads > 1:  # somebody waits: twice the memory for a moment, and a third less of time
        with ThreadPoolExecutor(n_threads) as threads:
            sessions = list(threads.map(load, files))
    else:
        sessions = [load(file) for file in files]
    return VoiceInParts(
        sessions, known["sample_rate_hz"], known["expected_peak"], known["hop_samples"]
    )


def _keep(parts: Sequence[bytes], config: PiperConfig, folder: Path) -> None:
    """Raises whatever where the cache can't be written."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    for stale in folder.parent.glob(f"{folder.name.rpartition('-')[0]}-*"):
        shutil.rmtree(stale, ignore_errors=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".", dir=folder.parent))
    try:
        files = [unfinished / f"{number}.onnx" for number in range(len(parts))]
        with ThreadPoolExecutor(len(parts)) as threads:  # somebody waits for it
            sessions = list(threads.map(_optimized, parts, files))
        voice = VoiceInParts(sessions, config.sample_rate)
        peak = _peak_if_exact(voice, config)
        if peak is None:
            for file in files:
                file.unlink()
        known = {
            "exact": peak is not None,
            "parts": len(parts),
            "sample_rate_hz": config.sample_rate,
            "expected_peak": peak,
            "hop_samples": voice.hop_samples,
        }
        (unfinished / KNOWN_FILE).write_text(json.dumps(known), "utf-8")
        with suppress(OSError):  # another program was faster
            unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
