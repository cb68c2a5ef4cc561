"""`voicecli transcribe`: recordings -> text, subtitles, tables, JSON."""

from __future__ import annotations

import os
import re
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voicecli.cli.options import Offline, Profile, Track
from voicecli.cli.outputs import refuse_source
from voicecli.cli.streams import polite_ends, tell, write_out
from voicecli.printable import in_one_line, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voicecli.settings import SttSettings
    from voicecli.stt.whisper import Decoding
    from voicecli.transcription.pipeline import ReadOptions
    from voicecli.transcription.progress import Progress
    from voicecli.transcription.recognition import WindowRecognizer
    from voicecli.transcription.segments import Segment
    from voicecli.transcription.subtitles import SubtitleRules


class Format(StrEnum):
    TXT = "txt"
    SRT = "srt"
    VTT = "vtt"
    TSV = "tsv"
    JSON = "json"
    JSONL = "jsonl"


class Task(StrEnum):
    TRANSCRIBE = "transcribe"
    TRANSLATE = "translate"


class Device(StrEnum):
    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


DEFAULT_BEAM_SIZE = 5
"""As openai-whisper's and faster-whisper's; in a conversation 1 is quicker."""

DEFAULT_BATCH_SIZE = 4

MAX_JOBS = 4
"""More workers than this need much memory; on larger machines each gets several threads."""


def _instead(name: str, advice: str) -> Any:
    """An option of openai-whisper or whisper-ctranslate2 that is none of ours."""

    def refuse(value: str | None) -> None:
        if value is not None:
            raise typer.BadParameter(advice)

    return typer.Option(name, hidden=True, callback=refuse)


def transcribe(
    files: Annotated[
        list[str] | None,
        typer.Argument(help="Recordings, globs, directories; - is standard input."),
    ] = None,
    output_format: Annotated[
        Format | None,
        typer.Option("--format", "--output-format", "-f", help="Default: txt."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write there; its ending is the format.")
    ] = None,
    output_dir: Annotated[
        Path | None,
        typer.Option("--output-dir", "-o", metavar="DIR", help="Write into this directory."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files.")] = False,
    skip_existing: Annotated[
        bool, typer.Option("--skip-existing", help="Do only what is not there yet.")
    ] = False,
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help="Look into sub-directories.")
    ] = False,
    stt_model: Annotated[
        str | None,
        typer.Option("--stt-model", "--model", metavar="NAME", help="Name or folder of a model."),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Of the speech: en, English, ... Default: detect."),
    ] = None,
    task: Annotated[Task, typer.Option(help="Translate goes to English.")] = Task.TRANSCRIBE,
    word_timestamps: Annotated[
        bool, typer.Option("--word-timestamps", help="When each word is said; costs some time.")
    ] = False,
    max_line_width: Annotated[
        int | None, typer.Option(min=4, metavar="N", help="Of subtitles. Default: 42.")
    ] = None,
    max_line_count: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Of subtitles. Default: 2.")
    ] = None,
    initial_prompt: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Text as it might come before.")
    ] = None,
    hotwords: Annotated[str | None, typer.Option(metavar="TEXT", help="Words to expect.")] = None,
    beam_size: Annotated[
        int | None, typer.Option(min=1, max=50, metavar="N", help="Default: 5.")
    ] = None,
    vad: Annotated[bool, typer.Option("--vad/--no-vad", help="Leave silence out.")] = True,
    channels: Annotated[
        bool, typer.Option("--channels", help="Each channel is a speaker.")
    ] = False,
    track: Track = None,
    clip: Annotated[
        str | None, typer.Option(metavar="FROM-TO", help="Only this part, e.g. 1:30-2:45.")
    ] = None,
    raw: Annotated[
        int | None,
        typer.Option(
            min=1000,
            max=768_000,
            metavar="HZ",
            help="Standard input is 16-bit mono without header, at this rate.",
        ),
    ] = None,
    mic: Annotated[bool, typer.Option("--mic", help="Dictate, until Ctrl-C.")] = False,
    silence: Annotated[
        float | None,
        typer.Option(min=0.5, metavar="SECONDS", help="With --mic: end after so much silence."),
    ] = None,
    input_device: Annotated[
        str | None, typer.Option(metavar="NAME", help="With --mic: name or number.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, max=64, metavar="N", help="Batches at the same time.")
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, max=256, metavar="N", help="Default: all cores.")
    ] = None,
    batch_size: Annotated[
        int | None,
        typer.Option(min=1, max=128, metavar="N", help="Windows of 30 s in a batch. Default: 4."),
    ] = None,
    compute_type: Annotated[
        str | None, typer.Option(metavar="TYPE", help="int8, float16, float32, ...")
    ] = None,
    device: Annotated[Device | None, typer.Option(help="Default: cuda where there is one.")] = None,
    json_progress: Annotated[
        bool, typer.Option("--json-progress", help="Progress as JSON lines on stderr.")
    ] = False,
    offline: Offline = None,
    profile: Profile = None,
    _fp16: Annotated[
        str | None, _instead("--fp16", "say --compute-type float16 or float32")
    ] = None,
    _vad_filter: Annotated[
        str | None, _instead("--vad-filter", "leave it out; --no-vad turns it off")
    ] = None,
    _model_directory: Annotated[
        str | None, _instead("--model-directory", "give the model's folder to --stt-model")
    ] = None,
    _live: Annotated[str | None, _instead("--live-transcribe", "say --mic")] = None,
    _batched: Annotated[str | None, _instead("--batched", "leave it out: always so")] = None,
    _condition: Annotated[
        str | None, _instead("--condition-on-previous-text", "leave it out: never so")
    ] = None,
    _verbose: Annotated[
        str | None, _instead("--verbose", "leave it out; --json-progress tells more")
    ] = None,
) -> None:
    """Write down what is said in recordings.

    \b
    Instead of options of whisper and whisper-ctranslate2:
      --fp16                        --compute-type float16 or float32
      --live-transcribe             --mic
      --model-directory             --stt-model takes a folder too
      --vad-filter                  is the default; --no-vad turns it off
      --batched                     is always so
      --condition-on-previous-text  is never so
      --verbose                     --json-progress tells more

    Example: voicecli transcribe *.m4a --format srt
    """
    names = files or []
    _refuse_contradictions(
        {
            "--mic": mic,
            "FILES": bool(names),
            "--output": output is not None,
            "--output-dir": output_dir is not None,
            "--force": force,
            "--skip-existing": skip_existing,
            "--channels": channels,
            "--clip": clip is not None,
            "--track": track is not None,
            "--raw": raw is not None,
            "--silence": silence is not None,
            "--input-device": input_device is not None,
            "--json-progress": json_progress,
            "--word-timestamps": word_timestamps,
            "--task translate": task is Task.TRANSLATE,
            "--hotwords": hotwords is not None,
            "--initial-prompt": initial_prompt is not None,
            "--no-vad": not vad,
            "--recursive": recursive,
            "--jobs": jobs is not None,
            "--threads": threads is not None,
            "--batch-size": batch_size is not None,
        }
    )
    chosen = _format(output_format, output)
    if "-" in names and len(names) > 1:
        raise typer.BadParameter("- (standard input) can't be combined with files")
    for name in {"True", "False"}.intersection(names):
        if not os.path.exists(name):
            raise typer.BadParameter(f"{name} is no recording; --word-timestamps takes no value")
    if output_dir is not None and output_dir.suffix[1:] in list(Format) and not output_dir.exists():
        raise typer.BadParameter(
            f"-o {output_dir} is a directory; for a file: --output {output_dir}"
        )
    if raw is not None and names != ["-"]:
        raise typer.BadParameter("--raw is for standard input: name it with -")
    if mic and chosen not in (Format.TXT, Format.JSONL):
        raise typer.BadParameter("--mic writes --format txt or jsonl")
    if (max_line_width or max_line_count) and chosen not in (Format.SRT, Format.VTT):
        raise typer.BadParameter("--max-line-width and --max-line-count are for --format srt, vtt")
    clip_s = None if clip is None else parse_clip(clip)
    _one_thread_for_numpy()
    if language is not None:
        language = _language_code(language)
    from voicecli.settings.loading import load
    from voicecli.stt.whisper import Decoding
    from voicecli.transcription.pipeline import ReadOptions
    from voicecli.transcription.subtitles import SubtitleRules

    loaded = load(
        {
            "sound.input_device": input_device,
            "stt.model": stt_model,
            "stt.language": language,
            "stt.beam_size": beam_size,
            "stt.device": device and device.value,
            "stt.compute_type": compute_type,
            "offline": offline,
        },
        profile=profile,
    )
    settings = loaded.settings
    if settings.offline:
        from voicecli.models import forbid_network

        forbid_network()
    if mic:
        from voicecli.cli.dictation import dictate

        dictate(settings, silence_s=silence, as_json=chosen is Format.JSONL)
        return
    stt = settings.stt
    is_default = loaded.origins["stt.beam_size"] == "default"
    plan = _plan(names, output, output_dir, chosen, recursive, force, skip_existing)
    if not plan:
        return
    recognizer = _recognizer(
        stt,
        Decoding(
            task.value,
            DEFAULT_BEAM_SIZE if is_default else stt.beam_size,
            initial_prompt,
            hotwords,
        ),
        speed := _speed(stt, jobs, threads),
        word_times=word_timestamps,
    )
    rules = SubtitleRules(
        max_line_width or SubtitleRules.max_line_width,
        max_line_count or SubtitleRules.max_line_count,
    )
    with polite_ends():
        _run(
            plan,
            recognizer,
            ReadOptions(raw, channels, vad, clip_s, track),
            chosen,
            rules,
            stt.language,
            batch_size or DEFAULT_BATCH_SIZE,
            speed.n_workers,
            json_progress,
            word_timestamps,
        )


# -- what was asked for -----------------------------------------------------------------------

_EXCLUDES = {
    "--mic": (
        *("FILES", "--output", "--output-dir", "--force", "--skip-existing", "--channels"),
        *("--clip", "--track", "--raw", "--json-progress", "--word-timestamps", "--task translate"),
        *("--hotwords", "--initial-prompt", "--no-vad", "--recursive"),
        *("--jobs", "--threads", "--batch-size"),
    ),
    "--output": ("--output-dir",),
    "--force": ("--skip-existing",),
    "--raw": ("--channels", "--track"),
}
_NEEDS = {"--silence": "--mic", "--input-device": "--mic"}


def _refuse_contradictions(given: dict[str, bool]) -> None:
    if not given["FILES"] and not given["--mic"]:
        raise typer.BadParameter("name a recording, - for standard input, or --mic")
    for option, others in _EXCLUDES.items():
        for other in others:
            if given[option] and given[other]:
                raise typer.BadParameter(f"{option} and {other} can't be combined")
    for option, needed in _NEEDS.items():
        if given[option] and not given[needed]:
            raise typer.BadParameter(f"{option} needs {needed}")


def _format(wanted: Format | None, output: Path | None) -> Format:
    """As asked for, else as the output's name says, else text."""
    ending = output.suffix[1:].lower() if output is not None else ""
    if ending in list(Format):
        if wanted is not None and wanted != ending:
            raise typer.BadParameter(f"--format {wanted.value} contradicts --output {output}")
        return Format(ending)
    return wanted or Format.TXT


def parse_clip(text: str) -> tuple[float, float]:
    """`1:30-2:45`, `90-`, `-0:30`, `1:00:00-1:00:10.5` -> seconds."""
    time = r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)"
    found = re.fullmatch(rf"\s*(?:{time})?\s*-\s*(?:{time})?\s*", text, re.ASCII)
    if found is None or text.strip() == "-":
        raise typer.BadParameter(f"--clip {text!r} is not FROM-TO, for example 1:30-2:45")
    first, second = found.groups()[:3], found.groups()[3:]
    start_s = _seconds(first) or 0.0
    end_s = _seconds(second)
    if end_s is None:
        end_s = float("inf")
    if end_s <= start_s:
        raise typer.BadParameter(f"--clip {text!r} ends before it begins")
    return start_s, end_s


def _seconds(parts: tuple[str | None, ...]) -> float | None:
    hours, minutes, seconds = parts
    if seconds is None:
        return None
    return 3600 * int(hours or 0) + 60 * int(minutes or 0) + float(seconds)


def _language_code(name: str) -> str:
    from voicecli.languages.names import CODE_OF, language_code

    code = language_code(name)
    if code is None:
        known = ", ".join(sorted({*CODE_OF, *CODE_OF.values()}))
        raise typer.BadParameter(f"--language {name!r} is none of {known}")
    return code


@dataclass(frozen=True)
class _Job:
    """A recording and where its text goes; None is standard output."""

    name: str
    path: Path | FileIO
    output: Path | None


def _plan(
    names: Sequence[str],
    output: Path | None,
    output_dir: Path | None,
    file_format: Format,
    recursive: bool,
    force: bool,
    skip_existing: bool,
) -> list[_Job]:
    """What is to be done. Everything that can be refused is refused here, before any work."""
    from voicecli.errors import AudioFileError
    from voicecli.transcription.targets import Input, find_inputs, outputs

    is_stdin = names == ["-"]
    inputs = [Input(Path("stdin"))] if is_stdin else find_inputs(names, recursive=recursive)
    if output is not None and len(inputs) > 1:
        raise typer.BadParameter(f"--output is for one recording, not {len(inputs)}: --output-dir")
    targets: list[Path | None]
    if output is not None:
        targets = [None if str(output) == "-" else output]
    elif output_dir is None and len(inputs) == 1 and not skip_existing and not force:
        targets = [None]
    else:
        beside = Path() if is_stdin else None
        targets = list(outputs(inputs, output_dir or beside, file_format.value))
    jobs = [
        _Job(str(item.path), item.path, target)
        for item, target in zip(inputs, targets, strict=True)
    ]
    if is_stdin:
        if sys.stdin is None:
            raise AudioFileError("standard input is closed", "pipe a recording into it")
        # Unbuffered: what a pipe holds comes at once, and no lock is held while it holds nothing.
        stdin = FileIO(sys.stdin.fileno(), closefd=False)
        jobs = [_Job("standard input", stdin, targets[0])]
    for job in jobs:
        if job.output is not None and isinstance(job.path, Path):
            refuse_source(job.output, job.path)
        if job.output is not None and os.path.isdir(job.output):
            raise AudioFileError(f"{job.output} is a directory", "name a file in it")
    # os.path, for which a name that is too long is a name of nothing.
    there = [job for job in jobs if job.output is not None and os.path.isfile(job.output)]
    if skip_existing:
        jobs = [job for job in jobs if job not in there]
        tell(f"{len(there)} of {len(inputs)} are there already")
    elif there and not force:
        more = f" and {len(there) - 1} more files" if len(there) > 1 else ""
        raise AudioFileError(
            f"{there[0].output}{more} would be overwritten",
            "--force overwrites, --skip-existing does only what is not there yet",
        )
    for job in jobs:
        # Beside a recording that does not exist nothing is made.
        if job.output is not None and (output or output_dir or job.output.parent.exists()):
            _make_folder(job.output.parent)
    return jobs


def _make_folder(folder: Path) -> None:
    from voicecli.errors import AudioFileError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AudioFileError(
            f"the directory {folder} can't be made ({error.strerror})", "choose another place"
        ) from error
    if not os.access(folder, os.W_OK):
        raise AudioFileError(f"nothing can be written into {folder}", "check its permissions")


# -- the recogniser ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Speed:
    n_workers: int
    n_threads: int
    """Of each worker."""


def _speed(stt: SttSettings, jobs: int | None, threads: int | None) -> _Speed:
    """As many workers as there are cores, with one thread each: see transcription.recognition."""
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    n_threads = threads or n_cores or 1
    if _is_cuda(stt):
        return _Speed(jobs or 1, n_threads)
    n_workers = jobs or min(n_threads, MAX_JOBS)
    return _Speed(n_workers, max(1, n_threads // n_workers))


def _is_cuda(stt: SttSettings) -> bool:
    from voicecli.stt.whisper import import_whisper

    import_whisper()
    import ctranslate2

    found = ctranslate2.get_cuda_device_count() > 0
    return stt.device == "cuda" or (stt.device == "auto" and found)


def _recognizer(
    stt: SttSettings, decoding: Decoding, speed: _Speed, *, word_times: bool
) -> WindowRecognizer:
    from voicecli.errors import ModelMissingError, SettingsError
    from voicecli.models import find_stt, limits_of, name_of
    from voicecli.stt.whisper import Whisper, card_says
    from voicecli.transcription.recognition import WindowRecognizer

    folder = find_stt(stt.model, stt.language)
    if stt.model is None and (limits := limits_of(folder)):
        message, hint = limits
        raise ModelMissingError(
            f"there is no model here that could transcribe: {message}",
            f"{hint}; to use it all the same: --stt-model {name_of(folder)}",
        )
    whisper = Whisper(folder, stt, n_threads=speed.n_threads, n_workers=speed.n_workers)
    if not whisper.is_multilingual and (
        decoding.task != "transcribe" or stt.language not in (None, "en")
    ):
        raise SettingsError(
            f"the model {name_of(folder)} knows English only",
            "choose another with --stt-model; `voicecli models` lists them",
        )
    by_utterance = card_says(folder, "utterances")
    return WindowRecognizer(whisper, decoding, by_utterance=by_utterance, word_times=word_times)


def _one_thread_for_numpy() -> None:
    """The spectrogram of an utterance is too little for a second thread (36 ms instead of 1 ms on a
    busy machine), and recognition needs the cores. Works only before numpy is imported."""
    for name in ("OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
        os.environ.setdefault(name, "1")


# -- the work ---------------------------------------------------------------------------------


def _run(
    plan: Sequence[_Job],
    recognizer: WindowRecognizer,
    read: ReadOptions,
    file_format: Format,
    rules: SubtitleRules,
    language: str | None,
    batch_size: int,
    n_workers: int,
    json_progress: bool,
    word_times: bool,
) -> None:
    from voicecli.errors import AudioFileError, VoicecliError
    from voicecli.files import is_full
    from voicecli.transcription.pipeline import Recording, RecordingEnded, transcribe

    streams = _streams(plan, file_format, read)
    is_live = not isinstance(plan[0].path, Path)
    failed: list[str] = []
    events = transcribe(
        [Recording(job.path, job.name) for job in plan],
        recognizer,
        read,
        language=language,
        batch_size=batch_size,
        n_workers=n_workers,
        at_once=is_live,
    )
    with ExitStack() as stack:
        progress = stack.enter_context(_progress(len(plan), streams, json_progress=json_progress))
        for number, job in enumerate(plan, 1):
            progress.start(job.name, number, _duration_s(job.path, read, progress))
            sink = _Sink(job, file_format, rules, language or "", streams=streams, words=word_times)
            for event in events:
                if isinstance(event, RecordingEnded):
                    break
                sink.add(event.segments, event.language)
                progress.advance(event.until_s)
            else:
                raise AssertionError("every recording ends")
            for warning in event.warnings:
                tell(warning)
            error = event.error
            if job.output is None:
                stack.close()  # the bar makes room for the text
            if error is None:
                try:
                    sink.finish(event.duration_s)
                except AudioFileError as unwritable:
                    error = unwritable
            progress.finish(event.duration_s, error and error.message)
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


def _streams(plan: Sequence[_Job], file_format: Format, read: ReadOptions) -> bool:
    """Whether text goes to standard output as it comes.

    What two speakers say does not come in order; lines of JSON tell when it was said.
    """
    from voicecli.transcription.formats import STREAMED

    in_order = not read.channels or file_format is Format.JSONL
    return plan[0].output is None and file_format in STREAMED and in_order


class _Sink:
    """Where the text of one recording goes: standard output as it comes, a file at the end."""

    def __init__(
        self,
        job: _Job,
        file_format: Format,
        rules: SubtitleRules,
        language: str,
        *,
        streams: bool,
        words: bool,
    ) -> None:
        """language: empty where it is to be found out. words: tell when each was said."""
        from voicecli.transcription.formats import head
        from voicecli.transcription.segments import Transcription

        self._job = job
        self._format = file_format.value
        self._rules = rules
        self._transcription = Transcription(language)
        self._streams = streams
        # Subtitles are timed by them, and never show them.
        self._keeps_words = words or file_format in (Format.SRT, Format.VTT)
        if streams:
            write_out(head(self._format))

    def add(self, segments: Sequence[Segment], language: str) -> None:
        from dataclasses import replace

        from voicecli.transcription.formats import line

        self._transcription.language = language
        for segment in segments:
            clean = replace(segment, text=in_one_line(segment.text))
            if not clean.text:
                continue
            if not self._keeps_words:
                clean = replace(clean, words=())
            self._transcription.segments.append(clean)
            if self._streams:
                write_out(line(clean, self._format))

    def finish(self, duration_s: float) -> None:
        from voicecli.files import written_atomically
        from voicecli.transcription.formats import document

        found = self._transcription
        found.duration_s = duration_s
        found.segments.sort(key=lambda segment: segment.start_s)
        if not found.segments:
            tell(f"nobody speaks in {self._job.name}")
        if self._streams:
            return
        pieces = document(found, self._format, self._rules)
        if self._job.output is None:
            for piece in pieces:
                write_out(piece)
            return
        with (
            written_atomically(self._job.output) as path,
            path.open("w", encoding="utf-8", newline="") as file,
        ):
            file.writelines(pieces)


def _progress(n_files: int, streams: bool, *, json_progress: bool) -> Progress:
    from voicecli.transcription.progress import Bar, JsonProgress, Quiet

    if json_progress:
        return JsonProgress(n_files)
    # Text that streams onto the same terminal is progress enough.
    if sys.stderr.isatty() and not (streams and sys.stdout.isatty()):
        return Bar(n_files)
    return Quiet()


def _duration_s(source: Path | FileIO, read: ReadOptions, progress: Progress) -> float | None:
    """As the file says; not asked where nobody will see it."""
    from voicecli.sound.reading import duration_s
    from voicecli.transcription.progress import Quiet

    if type(progress) is Quiet or not isinstance(source, Path):
        return None
    found = duration_s(source)
    if found is None or read.clip_s is None:
        return found
    return min(found, read.clip_s[1])
