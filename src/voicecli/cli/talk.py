"""`voicecli talk`: its options become settings, and what is missing is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from voicecli.cli.ending import run
from voicecli.cli.options import (
    Advising,
    ApiKey,
    BaseUrl,
    HistoryTurns,
    KeepDays,
    MaxTokens,
    ModelName,
    Offline,
    OutputDevice,
    Persona,
    Profile,
    Record,
    Resume,
    ScriptOption,
    Speed,
    SttEngine,
    SttUrl,
    SystemPrompt,
    Temperature,
    Tools,
    ToolsFolder,
    Track,
    VoiceName,
    VoiceUrl,
    stt_engine,
    tools_settings,
    voice_engine,
)
from voicecli.cli.outputs import check_sound_output

if TYPE_CHECKING:
    from voicecli.sessions.keeping import Keeping
    from voicecli.settings import Settings

DEMO_OUTPUT = Path("voicecli-demo.wav")


class EchoChoice(StrEnum):
    AUTO = "auto"
    AEC = "aec"
    HEADPHONES = "headphones"
    HALF_DUPLEX = "half-duplex"


class SpeculateChoice(StrEnum):
    OFF = "off"
    STT = "stt"
    FULL = "full"


class TalkCommand(Advising):
    FORMERLY: ClassVar[Mapping[str, tuple[str, str]]] = {"--no-latency": ("", "is the default")}


def talk(
    input_file: Annotated[
        Path | None,
        typer.Option("--input", metavar="FILE", help="A recording in place of the microphone."),
    ] = None,
    track: Track = None,
    output_file: Annotated[
        Path | None,
        typer.Option(
            *("--output", "-o"),
            metavar="FILE",
            help="Record the assistant: .wav, .flac, .mp3, .ogg, .opus or .m4a.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the output.")] = False,
    stereo: Annotated[
        bool, typer.Option("--stereo", help="Record both: you left, the assistant right.")
    ] = False,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo",
            help=f"No devices: a recording (of a voice, with --language) asks, {DEMO_OUTPUT}"
            " answers.",
        ),
    ] = False,
    input_device: Annotated[
        str | None, typer.Option(metavar="NAME", help="Microphone: name, part of it, or number.")
    ] = None,
    output_device: OutputDevice = None,
    stt: SttEngine = None,
    stt_url: SttUrl = None,
    stt_model: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="faster-whisper model: name or folder; or a server's."),
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="Of what you say, e.g. en; or auto.")
    ] = None,
    script: ScriptOption = None,
    voice: VoiceName = None,
    voice_url: VoiceUrl = None,
    speed: Speed = None,
    base_url: BaseUrl = None,
    realtime: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="A server of the Realtime API holds the conversation: wss://..., `openai`, or the"
            " address of a `voicecli serve`.",
        ),
    ] = None,
    model: ModelName = None,
    api_key: ApiKey = None,
    persona: Persona = None,
    system: SystemPrompt = None,
    temperature: Temperature = None,
    max_tokens: MaxTokens = None,
    history: HistoryTurns = None,
    speculate: Annotated[
        SpeculateChoice | None,
        typer.Option(
            help="In a pause that may not be the end: do nothing, recognise, or also ask the model."
            " Default: full, but stt for a remote server."
        ),
    ] = None,
    turn_model: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="Turn detector: an ONNX file like Smart Turn v3, or `none`. Default: what is"
            " installed.",
        ),
    ] = None,
    echo: Annotated[
        EchoChoice | None,
        typer.Option(help="What keeps the loudspeaker from being taken for you. Default: auto."),
    ] = None,
    wake: Annotated[
        str | None,
        typer.Option(
            metavar="PHRASE",
            help='Nothing is answered, shown or sent before it is said, e.g. "hey computer".',
        ),
    ] = None,
    stop_phrase: Annotated[
        str | None,
        typer.Option(metavar="PHRASE", help="Ends an answer; with --wake, the conversation too."),
    ] = None,
    push_to_talk: Annotated[
        bool | None,
        typer.Option(
            "--push-to-talk", help="Listen only while Space is held, or from press to press."
        ),
    ] = None,
    trim_encoder: Annotated[
        bool | None,
        typer.Option(
            help="Encode what was said instead of 30 s. Default: as the model's card allows."
        ),
    ] = None,
    record: Record = None,
    keep_days: KeepDays = None,
    resume: Resume = None,
    tools: Tools = None,
    tools_folder: ToolsFolder = None,
    offline: Offline = None,
    profile: Profile = None,
    json: Annotated[bool, typer.Option("--json", help="Events on stdout, one a line.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Lines, no live screen.")] = False,
    latency: Annotated[
        bool,
        typer.Option("--latency", help="Show how long each answer took; a star: inside the pause."),
    ] = False,
) -> None:
    """Hold a conversation: speak, listen, cut in.

    Example: voicecli talk --model llama3.2
    """
    if stereo and not (output_file or demo):
        raise typer.BadParameter("--stereo needs --output FILE to record into")
    if force and not output_file:
        raise typer.BadParameter("--force needs --output FILE")
    if track and not input_file:
        raise typer.BadParameter("--track needs --input FILE")
    if demo and input_file:
        raise typer.BadParameter("--demo brings its own input; leave out one of the two")
    from voicecli.cli import first_run
    from voicecli.cli.converse import Files, choose_screen, converse, messages_apart
    from voicecli.cli.starting import load
    from voicecli.settings import REALTIME
    from voicecli.terminal.keys import terminal_kept

    tts_engine, voice = voice_engine(voice, voice_url)
    loaded = load(
        options := {
            "stt.engine": stt_engine(stt, stt_url),
            "tts.engine": tts_engine,
            "sound.input_device": input_device,
            "sound.output_device": output_device,
            "stt.model": stt_model,
            "sound.echo": echo and echo.value,
            "listen.speculate": speculate and speculate.value,
            "listen.turn_model": turn_model,
            "listen.push_to_talk": push_to_talk,
            "wake.phrase": wake,
            "wake.stop_phrase": stop_phrase,
            "stt.trim_encoder": trim_encoder,
            "stt.language": language,
            "stt.script": script and script.value,
            "tts.voice": voice,
            "tts.speed": speed,
            **_answers(realtime, base_url, stt, stt_url, voice_url),
            "llm.model": model,
            "llm.api_key": api_key,
            "llm.system": system,
            "llm.temperature": temperature,
            "llm.max_tokens": max_tokens,
            "llm.history": history,
            "sessions.record": record,
            "sessions.keep_days": keep_days,
            **tools_settings(tools, tools_folder),
            "offline": offline,
        },
        profile=profile,
        persona=persona,
    )
    if output_file is not None:
        check_sound_output(output_file, force=force, source=input_file)
    with ExitStack() as stack:
        restore = stack.enter_context(terminal_kept())
        if not (demo or input_file or json or plain) and first_run.is_due(loaded):
            first_run.guide(loaded.settings)
            loaded = load(options, profile=profile, persona=persona, warns=False)
        ensure_models(loaded.settings)
        source = input_file
        if demo:
            from voicecli.cli.demo import questions

            source = stack.enter_context(questions(loaded.settings))
        target = output_file or (DEMO_OUTPUT if demo else None)
        settings = with_api_key(loaded.settings)
        if not (source and target):
            stack.enter_context(messages_apart())
        screen = choose_screen(json=json, plain=plain, latency=latency)
        sound = Files(source, track, target, stereo or demo)
        kept = keeping(settings, resume, record=record, keep_days=keep_days)
        if settings.llm.engine == REALTIME:
            from voicecli.cli.by_server import converse_by_server as converse
        run(converse(settings, screen, sound, kept), before_giving_up=restore)


def _answers(realtime: str | None, base_url: str | None, *others: object) -> dict[str, Any]:
    """Settings for who answers. others: options that a Realtime server leaves nothing to."""
    if realtime is None:
        return {"llm.base_url": base_url}
    if base_url or any(others):
        raise typer.BadParameter(
            "--realtime hears, answers and speaks: --base-url, --stt, --stt-url and --voice-url"
            " have no place beside it"
        )
    from voicecli.realtime.addresses import parse_realtime_url
    from voicecli.settings import REALTIME

    return {"llm.engine": REALTIME, "llm.base_url": str(parse_realtime_url(realtime).http_url)}


def keeping(
    settings: Settings, resume: str | None, *, record: bool | None, keep_days: int | None
) -> Keeping | None:
    """None where nothing is kept and nothing goes on: the room of sessions isn't loaded. What goes
    on is recorded on, but with --no-record."""
    sessions = settings.sessions
    is_recorded = sessions.record or (resume is not None and record is None)
    if keep_days and not is_recorded:
        raise typer.BadParameter("--keep-days needs --record")
    if not is_recorded and resume is None:
        return None
    from voicecli.sessions.keeping import keep

    return keep(record=is_recorded, resume=resume, keep_days=sessions.keep_days)


def ensure_models(settings: Settings, *, hears: bool = True, speaks: bool = True) -> None:
    """Here and not later: a question has to be answered before the event loop runs."""
    from voicecli.models import ensure_stt, ensure_voice, on_terminal
    from voicecli.settings import REALTIME
    from voicecli.speech_engines import models_named

    if settings.llm.engine == REALTIME:
        return
    ask = on_terminal()
    stt, voices = models_named(settings)
    for name in stt if hears else ():
        ensure_stt(name, ask=ask, offline=settings.offline)
    for name in voices if speaks else ():
        ensure_voice(name, ask=ask, offline=settings.offline)


def with_api_key(settings: Settings) -> Settings:
    """Likewise: a command that prints the key may ask for a passphrase."""
    from voicecli.settings.api_keys import api_key

    return replace(settings, llm=replace(settings.llm, api_key=api_key(settings.llm)))
