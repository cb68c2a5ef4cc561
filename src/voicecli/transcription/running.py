"""Many recordings one after the other: their text, their progress, their failures."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from io import FileIO
from math import log10
from pathlib import Path
from typing import Protocol

from voicecli.errors import AudioFileError, VoicecliError
from voicecli.files import is_full
from voicecli.printable import visible
from voicecli.sound.reading import duration_s
from voicecli.transcription.formats import STREAMED
from voicecli.transcription.pipeline import (
    AUDIBLE,
    ReadOptions,
    Recording,
    RecordingEnded,
    Transcribed,
    TranscriptionEvent,
)
from voicecli.transcription.progress import Bar, JsonProgress, Progress, Quiet, clock
from voicecli.transcription.subtitles import SubtitleRules
from voicecli.transcription.targets import Target
from voicecli.transcription.writing import TextWriter


class Hear(Protocol):
    """Recordings in; what is said in each, and its end, in order."""

    def __call__(
        self, sources: Sequence[Recording], *, at_once: bool = False
    ) -> Iterator[TranscriptionEvent]: ...


def run(
    plan: Sequence[Target],
    hear: Hear,
    read: ReadOptions,
    file_format: str,
    rules: SubtitleRules,
    language: str | None,
    write: Callable[[str], None],
    tell: Callable[[str], None],
    *,
    json_progress: bool,
    word_times: bool,
) -> None:
    """Write down what is said in each, and tell what went wrong. Raises VoicecliError.

    hear: does what pipeline.transcribe does, here or elsewhere. write: takes the product; tell: a
    line for people.
    """
    streams = _streams(plan, file_format, read)
    is_live = not isinstance(plan[0].path, Path)
    failed: list[str] = []
    events = hear([Recording(job.path, job.name) for job in plan], at_once=is_live)
    with ExitStack() as stack:
        progress = stack.enter_context(_progress(len(plan), streams, json_progress=json_progress))
        for number, job in enumerate(plan, 1):
            progress.start(job.name, number, _duration_s(job.path, read, progress))
            writer = TextWriter(
                job.output,
                file_format,
                rules,
                language or "",
                write,
                streams=streams,
                words=word_times,
            )
            end = _one_recording(job.name, events, writer, progress, tell)
            if job.output is None:
                stack.close()  # the bar makes room for the text
            error = end.error or _finish(writer, job.name, end, read, tell)
            progress.finish(end.duration_s, error.message if error else None)
            if error is not None:
                if len(plan) == 1 or is_full(error.__cause__):
                    raise error
                failed.append(visible(job.name))
                tell(error.message)
    if failed:
        raise VoicecliError(
            f"{len(failed)} of {len(plan)} recordings failed: {', '.join(failed)}",
            "the others are done; --skip-existing does only those that are missing"
            if len(failed) < len(plan)
            else "",
        )


def _about_no_speech(name: str, peak: float, read: ReadOptions) -> str:
    if peak < AUDIBLE:
        return f"nobody speaks in {visible(name)}"
    loud = f"{visible(name)}: sound up to {20 * log10(peak):.0f} dB, but no speech"
    return f"{loud} that the detector finds; --no-vad goes without it" if read.vad else loud


def _one_recording(
    name: str,
    events: Iterator[TranscriptionEvent],
    writer: TextWriter,
    progress: Progress,
    tell: Callable[[str], None],
) -> RecordingEnded:
    """Add all that is said in the next recording."""
    is_told = False
    for event in events:
        if isinstance(event, RecordingEnded):
            for warning in event.warnings:
                tell(warning)
            return event
        writer.add(event.segments, event.language)
        if event.other_language and not is_told:
            is_told = True
            tell(_about_language(name, event))
        progress.advance(event.until_s)
    raise AssertionError("every recording ends")


def _finish(
    writer: TextWriter,
    name: str,
    end: RecordingEnded,
    read: ReadOptions,
    tell: Callable[[str], None],
) -> VoicecliError | None:
    """Why it can't be written; None where it is."""
    try:
        if not writer.finish(end.duration_s):
            tell(_about_no_speech(name, end.peak, read))
    except AudioFileError as error:
        return error
    return None


def _about_language(name: str, event: Transcribed) -> str:
    return (
        f"{visible(name)}: before {clock(event.until_s)} another language begins"
        f" ({event.other_language} instead of {event.language}); --multilingual writes each in its"
        " own"
    )


def _streams(plan: Sequence[Target], file_format: str, read: ReadOptions) -> bool:
    """Whether text goes to standard output as it comes.

    What two speakers say does not come in order; lines of JSON tell when it was said.
    """
    in_order = not read.channels or file_format == "jsonl"
    return plan[0].output is None and file_format in STREAMED and in_order


def _progress(n_files: int, streams: bool, *, json_progress: bool) -> Progress:
    if json_progress:
        return JsonProgress(n_files)
    # Text that streams onto the same terminal is progress enough.
    if sys.stderr.isatty() and not (streams and sys.stdout.isatty()):
        return Bar(n_files)
    return Quiet()


def _duration_s(source: Path | FileIO, read: ReadOptions, progress: Progress) -> float | None:
    """As the file says; not asked where nobody will see it."""
    if type(progress) is Quiet or not isinstance(source, Path):
        return None
    found = duration_s(source)
    if found is None or read.clip_s is None:
        return found
    return min(found, read.clip_s[1])
