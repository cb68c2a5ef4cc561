"""`voicecli transcribe`: recordings -> text, subtitles, tables, JSON."""

from __future__ import annotations

from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from voicecli.cli.options import (
    Advising,
    Offline,
    Profile,
    ScriptOption,
    Server,
    SttEngine,
    SttUrl,
    Track,
    language_code_of,
    parse_clip,
    refuse_contradictions,
    stt_engine,
)
from voicecli.cli.recordings import Format, format_of, planned, refuse_names
from voicecli.cli.streams import polite_ends, tell, write_out

if TYPE_CHECKING:
    from collections.abc import Mapping


class Task(StrEnum):
    TRANSCRIBE = "transcribe"
    TRANSLATE = "translate"


class ComputeDevice(StrEnum):
    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


class TranscribeCommand(Advising):
    INSTEAD: ClassVar[Mapping[str, str]] = {
        "--fp16": "say --compute-type float16 or float32",
        "--vad-filter": "leave it out; --no-vad turns it off",
        "--model-directory": "give the model's folder to --stt-model",
        "--live-transcribe": "say --mic",
        "--batched": "leave it out: always so",
        "--condition-on-previous-text": "leave it out: never so",
        "--verbose": "leave it out; --json-progress tells more",
    }
    """Options of openai-whisper and whisper-ctranslate2."""

    FORMERLY: ClassVar[Mapping[str, tuple[str, str]]] = {
        "--model": ("--stt-model", "is the language model; the recogniser is --stt-model"),
    }


EXCLUDES = {
    "--mic": (
        *("FILES", "--output", "--output-dir", "--force", "--skip-existing", "--channels"),
        *("--clip", "--track", "--raw", "--json-progress", "--word-timestamps", "--task translate"),
        *("--hotwords", "--initial-prompt", "--no-vad", "--recursive", "--multilingual"),
        *("--jobs", "--threads", "--batch-size"),
    ),
    "--output": ("--output-dir",),
    "--force": ("--skip-existing",),
    "--raw": ("--channels", "--track"),
    "--multilingual": ("--language",),
    "--cluster": ("--server", "--stt", "--stt-url", "--mic"),
    "--server": (
        *("--stt", "--stt-url"),
        *("--mic", "--channels", "--clip", "--track", "--raw", "--no-vad", "--beam-size"),
        *("--jobs", "--threads", "--batch-size", "--compute-type", "--device", "--multilingual"),
    ),
}
NEEDS = {"--silence": "--mic", "--input-device": "--mic"}


def transcribe(
    context: typer.Context,
    files: Annotated[
        list[str] | None,
        typer.Argument(help="Recordings, globs, directories; - is standard input."),
    ] = None,
    output_format: Annotated[
        Format | None,
        typer.Option("--format", "--output-format", "-f", help="Default: txt."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write there; its ending is the format."
        ),
    ] = None,
    output_dir: Annotated[
        Path | None,
        typer.Option("--output-dir", metavar="DIR", help="Write into this directory."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files.")] = False,
    skip_existing: Annotated[
        bool, typer.Option("--skip-existing", help="Do only what is not there yet.")
    ] = False,
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help="Look into sub-directories.")
    ] = False,
    stt: SttEngine = None,
    stt_url: SttUrl = None,
    stt_model: Annotated[
        str | None,
        typer.Option("--stt-model", metavar="NAME", help="Name or folder of a model."),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Of the speech: en, English, ... Default: detect."),
    ] = None,
    script: ScriptOption = None,
    multilingual: Annotated[
        bool, typer.Option("--multilingual", help="The language may change; find it out again.")
    ] = False,
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
        typer.Option(
            min=1, max=128, metavar="N", help="Windows of 30 s in a batch. Default: 2, 8 on cuda."
        ),
    ] = None,
    compute_type: Annotated[
        str | None, typer.Option(metavar="TYPE", help="int8, float16, float32, ...")
    ] = None,
    device: Annotated[
        ComputeDevice | None, typer.Option(help="Default: cuda where there is one.")
    ] = None,
    server: Server = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="By the workers of a Ray cluster: ray://HOST:10001, or `local` for one here.",
        ),
    ] = None,
    json_progress: Annotated[
        bool, typer.Option("--json-progress", help="Progress as JSON lines on stderr.")
    ] = False,
    offline: Offline = None,
    profile: Profile = None,
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
    if not names and not mic:
        raise typer.BadParameter("name a recording, - for standard input, or --mic")
    refuse_contradictions(context, EXCLUDES, NEEDS)
    if output is not None and output.is_dir():
        tell(f"-o {output} is a directory: say --output-dir; -o DIR goes with the next release")
        output, output_dir = None, output
    chosen = format_of(output_format, output)
    refuse_names(names, raw)
    if mic and chosen not in (Format.TXT, Format.JSONL):
        raise typer.BadParameter("--mic writes --format txt or jsonl")
    if (max_line_width or max_line_count) and chosen not in (Format.SRT, Format.VTT):
        raise typer.BadParameter("--max-line-width and --max-line-count are for --format srt, vtt")
    clip_s = None if clip is None else parse_clip(clip)
    from voicecli.worker import one_thread_for_numpy

    one_thread_for_numpy()
    if language is not None:
        language = language_code_of(language)
    from functools import partial

    from voicecli.cli.starting import load
    from voicecli.stt.whisper import Decoding
    from voicecli.transcription import pipeline
    from voicecli.transcription.loading import BEAM_SIZE, recognizer, workers
    from voicecli.transcription.pipeline import ReadOptions
    from voicecli.transcription.running import Hear, run
    from voicecli.transcription.subtitles import SubtitleRules

    loaded = load(
        {
            "sound.input_device": input_device,
            "stt.engine": stt_engine(stt, stt_url),
            "stt.model": stt_model,
            "stt.language": language,
            "stt.script": script and script.value,
            "stt.beam_size": beam_size,
            "stt.device": device and device.value,
            "stt.compute_type": compute_type,
            "offline": offline,
        },
        profile=profile,
        warns=False,
    )
    settings = loaded.settings
    if mic:
        from voicecli.cli.dictation import dictate

        dictate(settings, silence_s=silence, as_json=chosen is Format.JSONL)
        return
    is_default = loaded.origins["stt.beam_size"] == "default"
    plan = planned(
        names,
        output,
        output_dir,
        chosen.value,
        recursive=recursive,
        force=force,
        skip_existing=skip_existing,
    )
    if not plan:
        return
    read = ReadOptions(raw, channels, vad, clip_s, multilingual, track)
    decoding = Decoding(
        task.value,
        BEAM_SIZE if is_default else settings.stt.beam_size,
        initial_prompt,
        hotwords,
    )
    tells_languages = settings.stt.only_language is None and not multilingual
    stack = ExitStack()
    hear: Hear
    if server is not None:
        from voicecli.cli.remote import RemoteServer

        fields = {
            "model": stt_model or "voicecli",
            "language": language,
            "prompt": initial_prompt,
            "keywords": hotwords,
        }
        hear = RemoteServer.at(server).hearing(task.value, fields)
    else:
        threading = workers(settings.stt, [target.path for target in plan], jobs, threads)
        if cluster is not None:
            from voicecli.transcription.cluster import cluster as hearing_by

            here, n_workers = stack.enter_context(
                hearing_by(
                    *(cluster, settings, decoding),
                    jobs=jobs,
                    n_threads=threads or 1,
                    notices=tell,
                    word_times=word_timestamps,
                    tells_languages=tells_languages,
                )
            )
        else:
            n_workers = threading.n_workers
            here = recognizer(
                *(settings, decoding, threading),
                notices=tell,
                word_times=word_timestamps,
                tells_languages=tells_languages,
            )
        hear = partial(
            pipeline.transcribe,
            recognizer=here,
            options=read,
            language=settings.stt.only_language,
            batch_size=batch_size or threading.batch_size,
            n_workers=n_workers,
        )
    rules = SubtitleRules(
        max_line_width or SubtitleRules.max_line_width,
        max_line_count or SubtitleRules.max_line_count,
    )
    with stack, polite_ends():
        run(
            plan,
            hear,
            read,
            chosen.value,
            rules,
            settings.stt.only_language,
            write_out,
            tell,
            json_progress=json_progress,
            word_times=word_timestamps,
        )
