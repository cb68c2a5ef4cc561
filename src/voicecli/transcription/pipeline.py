"""Recordings -> transcriptions: read ahead in one thread, recognise in others.

reader thread       decode, VAD, windows of file 1, 2, 3 ...    never far ahead (a bounded queue)
this thread         batches of windows, across files; results in order
worker threads      one batch each
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from math import inf
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voicecli.errors import AudioFileError, VoicecliError
from voicecli.sound.lengths import ByteStream
from voicecli.sound.reading import decode_channels, decode_raw
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples
from voicecli.transcription.recognition import HearsWindows, Recognized, SpokenLanguage
from voicecli.transcription.segments import Segment
from voicecli.transcription.speech import SileroBlockVad, SpeechFinder, SpeechStretch
from voicecli.transcription.windows import (
    WHISPER_WINDOW_S,
    Packer,
    Window,
    utterances,
    with_surroundings,
)
from voicecli.worker import watch

READ_AHEAD_BATCHES = 1
"""Per worker: enough that none waits, and bounded memory (a window is 2 MB)."""
AUDIBLE = 0.003
"""Samples below it (-50 dBFS) are silence."""
SHORT_S = 3.0
"""A recording that is shorter, and not silent, is given to the recogniser also where the VAD finds
nobody in it: single words escape it. See recognition.UNVOICED_LOGPROB."""

UTTERANCE_BATCH = 16
"""Utterances recognised at once."""


@dataclass(frozen=True)
class ReadOptions:
    raw_hz: int | None = None
    """Standard input is headerless 16-bit mono at this rate."""
    channels: bool = False
    """Each channel is a speaker."""
    vad: bool = True
    """Leave silence out."""
    clip_s: tuple[float, float] | None = None
    """Only from here to there."""
    multilingual: bool = False
    """Every stretch may be in another language, and is a window."""
    track: str | None = None
    """Of a file with several: see sound.reading.decode."""


@dataclass(frozen=True)
class Recording:
    """A recording to read."""

    path: Path | ByteStream
    """A stream is standard input, or what came over a network."""
    name: str
    """For people."""


@dataclass(frozen=True, slots=True)
class FoundWindow:
    """A window of speech in recording number `source`."""

    source: int
    speaker: str
    language: SpokenLanguage = field(repr=False)
    window: Window
    is_first: bool
    """Of its recording: the language is heard in it. The first to be recognised would be another in
    every run."""


@dataclass(frozen=True, slots=True)
class RecordingEnded:
    """There is nothing more to come of a recording."""

    source: int
    duration_s: float = 0.0
    peak: float = 0.0
    """Its loudest sample, of 1: whether there was anything to hear."""
    error: VoicecliError | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcribed:
    """What was said in a window of recording number `source`."""

    source: int
    segments: tuple[Segment, ...]
    until_s: float
    """In the recording: how far it is done."""
    language: str
    other_language: str = ""
    """See recognition.Recognized."""


TranscriptionEvent = Transcribed | RecordingEnded


def transcribe(
    sources: Sequence[Recording],
    recognizer: HearsWindows,
    options: ReadOptions,
    *,
    language: str | None = None,
    batch_size: int = 8,
    n_workers: int = 1,
    at_once: bool = False,
) -> Generator[TranscriptionEvent, None, None]:
    """What is said in each recording, in order, and that it has ended.

    A recording that can't be read ends with its error, and the others go on. Whoever wants no more
    closes the iterator: then the threads end.

    :param at_once: don't wait until a batch is full: for sound that is still being made.
    :raises ModelError: when recognition fails.
    """
    inbox: queue.Queue[FoundWindow | RecordingEnded | BaseException | None] = queue.Queue(
        READ_AHEAD_BATCHES * batch_size * n_workers
    )

    def hurry() -> bool:
        return at_once and inbox.empty()

    ended = threading.Event()

    def read_all() -> None:
        try:
            for i, source in enumerate(sources):
                for item in _read(i, source, options, SpokenLanguage(language), hurry):
                    inbox.put(item)
                    if ended.is_set():
                        return
            inbox.put(None)
        except BaseException as error:
            inbox.put(error)

    workers = _Workers(n_workers, read_all)
    pending: deque[_Batch] = deque()
    try:
        for items in _batches(inbox, batch_size, at_once=at_once):
            found = [item for item in items if isinstance(item, FoundWindow)]
            batch = _Batch(items)
            workers.submit(batch, partial(_recognize, recognizer, found))
            pending.append(batch)
            while pending and ((at_once and inbox.empty()) or len(pending) > n_workers + 1):
                yield from pending.popleft().events()
        for batch in pending:
            yield from batch.events()
    finally:
        ended.set()
        workers.close()
        with suppress(queue.Empty):  # the reader may wait for room
            while True:
                inbox.get_nowait()


@dataclass(frozen=True, slots=True)
class _Batch:
    """Windows that are recognised together, and the ends of recordings between them."""

    items: Sequence[FoundWindow | RecordingEnded]
    heard: Future[list[Recognized]] = field(default_factory=Future)
    """Of every FoundWindow, in order."""

    def events(self) -> Iterator[TranscriptionEvent]:
        """Waits until it is recognised."""
        heard = iter(self.heard.result())
        for item in self.items:
            if isinstance(item, RecordingEnded):
                yield item
            else:
                found = next(heard)
                yield Transcribed(
                    item.source,
                    tuple(replace(one, speaker=item.speaker) for one in found.segments),
                    item.window.end_s,
                    item.language.code(),
                    found.other_language,
                )


class _Workers:
    """The reader and the recognisers: daemon threads, so that leaving never waits for a model."""

    def __init__(self, n_workers: int, read: Callable[[], None]) -> None:
        self._jobs: queue.SimpleQueue[tuple[_Batch, Callable[[], list[Recognized]]] | None] = (
            queue.SimpleQueue()
        )
        self._n_workers = n_workers
        self._closed = False
        self._reader = threading.Thread(target=read, name="read", daemon=True)
        self._n_running = 0
        self._lock = threading.Lock()
        watch(self)
        self._reader.start()
        for i in range(n_workers):
            threading.Thread(target=self._work, name=f"recognise-{i}", daemon=True).start()

    @property
    def busy(self) -> bool:
        """See worker.any_busy."""
        waits = not (self._closed or self._jobs.empty())
        return self._reader.is_alive() or self._n_running > 0 or waits

    def submit(self, batch: _Batch, job: Callable[[], list[Recognized]]) -> None:
        self._jobs.put((batch, job))

    def close(self) -> None:
        """Let them end: what waits is not begun."""
        self._closed = True
        for _ in range(self._n_workers):
            self._jobs.put(None)

    def _work(self) -> None:
        while (queued := self._jobs.get()) is not None and not self._closed:
            batch, job = queued
            with self._running():
                try:
                    batch.heard.set_result(job())
                except BaseException as error:
                    batch.heard.set_exception(error)
            del queued, batch, job

    @contextmanager
    def _running(self) -> Iterator[None]:
        with self._lock:
            self._n_running += 1
        yield
        with self._lock:
            self._n_running -= 1


def _batches(
    inbox: queue.Queue[FoundWindow | RecordingEnded | BaseException | None],
    batch_size: int,
    *,
    at_once: bool,
) -> Iterator[list[FoundWindow | RecordingEnded]]:
    """Lists that hold `batch_size` windows, the last fewer; with `at_once`, what is there."""
    items: list[FoundWindow | RecordingEnded] = []
    while (item := inbox.get()) is not None:
        if isinstance(item, BaseException):
            raise item
        items.append(item)
        n_found = sum(isinstance(one, FoundWindow) for one in items)
        if n_found == batch_size or (at_once and inbox.empty()):
            yield items
            items = []
    if items:
        yield items


def _recognize(recognizer: HearsWindows, found: Sequence[FoundWindow]) -> list[Recognized]:
    if not found:  # nothing but ends of recordings
        return []
    if recognizer.by_utterance:
        return _by_utterance(recognizer, found)
    return recognizer.recognize(
        [one.window for one in found],
        [one.language for one in found],
        to_hear=_to_hear(found),
    )


def _by_utterance(recognizer: HearsWindows, found: Sequence[FoundWindow]) -> list[Recognized]:
    """Each stretch for itself; its own start and end are the times of what is said in it."""
    parts = [(i, part) for i, one in enumerate(found) for part in utterances(one.window)]
    segments: list[list[Segment]] = [[] for _ in found]
    for first in range(0, len(parts), UTTERANCE_BATCH):
        some = parts[first : first + UTTERANCE_BATCH]
        heard = recognizer.recognize(
            [part for _, part in some],
            [found[i].language for i, _ in some],
            to_hear=_to_hear(found),
        )
        for (i, _), what in zip(some, heard, strict=True):
            segments[i].extend(what.segments)
    return [Recognized(tuple(some)) for some in segments]


def _to_hear(found: Sequence[FoundWindow]) -> list[SpokenLanguage]:
    return [one.language for one in found if one.is_first]


# -- reading ----------------------------------------------------------------------------------


def _read(
    number: int,
    source: Recording,
    options: ReadOptions,
    language: SpokenLanguage,
    hurry: Callable[[], bool],
) -> Iterator[FoundWindow | RecordingEnded]:
    """The windows of a recording, and its end.

    hurry: is asked after every stretch; where it says so, a window goes out before it is full.
    """
    warnings: list[str] = []
    position = _Position()
    try:
        pieces = _clipped(_pieces(source, options, warnings.append), options, source, position)
        for i, (speaker, window) in enumerate(_windows(pieces, options, hurry)):
            if options.multilingual:
                language = SpokenLanguage(before=language if i else None)
            is_first = options.multilingual or i == 0
            yield FoundWindow(number, speaker, language, window, is_first)
    except VoicecliError as error:
        yield RecordingEnded(number, position.read_s, position.peak, error, tuple(warnings))
    else:
        yield RecordingEnded(number, position.read_s, position.peak, None, tuple(warnings))


@dataclass
class _Position:
    read_s: float = 0.0
    """Of the recording, so far."""
    peak: float = 0.0
    """The loudest sample of what was read, of 1."""


def _pieces(
    source: Recording, options: ReadOptions, warn: Callable[[str], None]
) -> Iterator[NDArray[np.float32]]:
    """Shape (channels, samples), 16 kHz."""
    if options.raw_hz is not None:
        assert not isinstance(source.path, Path)
        for piece in decode_raw(source.path, options.raw_hz):
            yield piece[None]
    else:
        layout = None if options.channels else "mono"
        yield from decode_channels(
            source.path, layout=layout, track=options.track, on_damage=warn, name=source.name
        )


def _clipped(
    pieces: Iterator[NDArray[np.float32]],
    options: ReadOptions,
    source: Recording,
    position: _Position,
) -> Iterator[NDArray[np.float32]]:
    """The pieces between the two moments of `options.clip_s`. Follows the position."""
    start_s, end_s = options.clip_s or (0.0, inf)
    first, last = round(start_s * SAMPLE_RATE_HZ), end_s * SAMPLE_RATE_HZ
    n_read = 0
    for piece in pieces:
        begin = n_read
        n_read += piece.shape[1]
        position.read_s = min(n_read, last) / SAMPLE_RATE_HZ
        if n_read > first:
            clipped = piece[:, max(0, first - begin) : int(min(last, n_read)) - begin]
            position.peak = max(position.peak, float(np.abs(clipped).max(initial=0.0)))
            yield clipped
        if n_read >= last:
            return
    if n_read <= first:
        raise AudioFileError(
            f"{source.name} is {position.read_s:.1f} s long and ends before the clip begins",
            "choose an earlier --clip",
        )


def _windows(
    pieces: Iterator[NDArray[np.float32]], options: ReadOptions, hurry: Callable[[], bool]
) -> Iterator[tuple[str, Window]]:
    """The windows of every channel, and who speaks in them."""
    start = round((options.clip_s or (0.0, 0.0))[0] * SAMPLE_RATE_HZ)
    tracks: list[_Track] = []
    for piece in pieces:
        if not tracks:
            names = [f"channel {i + 1}" for i in range(len(piece))] if options.channels else [""]
            tracks = [_Track(name, start, options) for name in names]
        for track, samples in zip(tracks, piece, strict=False):
            for window in track.feed(samples, hurry):
                yield track.speaker, window
    for track in tracks:
        for window in track.finish():
            yield track.speaker, window


class _Track:
    """One channel on its way to windows."""

    def __init__(self, speaker: str, start: int, options: ReadOptions) -> None:
        self.speaker = speaker
        self._start = start
        self._finder = SpeechFinder(SileroBlockVad(), start=start, everything=not options.vad)
        self._packer = Packer(max_gap_s=-inf) if options.multilingual else Packer()
        self._whole: list[Samples] | None = []
        """All of it, as long as one window may hold it and none of its speech has gone out."""

    def feed(self, samples: Samples, hurry: Callable[[], bool]) -> Iterator[Window]:
        if self._whole is not None:
            self._whole.append(samples)
            if sum(map(len, self._whole)) > WHISPER_WINDOW_S * SAMPLE_RATE_HZ:
                self._whole = None
        for stretch in self._finder.feed(samples):
            yield from self._gone_out(self._packer.feed(stretch))
            if hurry():
                yield from self._gone_out(self._packer.finish())

    def finish(self) -> Iterator[Window]:
        held = [one for stretch in self._finder.finish() for one in self._packer.feed(stretch)]
        held += self._packer.finish()
        if self._whole and len(held) <= 1:
            samples = np.concatenate(self._whole)
            yield from _of_short(held, samples, self._start)
        else:
            yield from held

    def _gone_out(self, windows: Iterator[Window]) -> Iterator[Window]:
        for window in windows:
            self._whole = None
            yield window


def _of_short(found: Sequence[Window], samples: Samples, start: int) -> Iterator[Window]:
    """What is heard of a recording that one window holds: the speech that was found in it, with
    what lies around; where there is none, all of it, if it is so short that a word may have
    escaped."""
    if found:
        yield with_surroundings(found[0], samples, start)
    elif len(samples) <= SHORT_S * SAMPLE_RATE_HZ and np.abs(samples).max(initial=0.0) > AUDIBLE:
        yield Window((SpeechStretch(start, samples),))
