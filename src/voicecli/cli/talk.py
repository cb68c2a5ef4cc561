"""`voicecli talk`: builds the parts of a conversation from the settings and lets it run."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, AsyncExitStack, ExitStack
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from voicecli.cli.ending import run
from voicecli.cli.options import (
    Advising,
    ModelName,
    Offline,
    OutputDevice,
    Profile,
    SttEngine,
    SttUrl,
    Track,
    VoiceName,
    VoiceUrl,
    stt_engine,
    voice_engine,
)
from voicecli.cli.outputs import check_sound_output
from voicecli.cli.streams import tell
from voicecli.errors import VoicecliError

if TYPE_CHECKING:
    from voicecli.conversation.conversation import Conversation
    from voicecli.conversation.events import Event
    from voicecli.duplex.seam import Duplex
    from voicecli.settings import Settings
    from voicecli.terminal.screen import Screen

DEMO_OUTPUT = Path("voicecli-demo.wav")

KEYS = "Esc stops the reply   m mutes   q quits   ? shows this"


@dataclass(frozen=True)
class Files:
    """What stands in for the devices, or is written of them."""

    input: Path | None
    track: str | None
    """Of the input, where it has several."""
    output: Path | None
    stereo: bool
    """The output has both sides."""


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
        typer.Option("--demo", help=f"No devices: a recording talks, {DEMO_OUTPUT} answers."),
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
        str | None, typer.Option(metavar="CODE", help="Of what you say, e.g. en.")
    ] = None,
    voice: VoiceName = None,
    voice_url: VoiceUrl = None,
    speed: Annotated[
        float | None, typer.Option(min=0.25, max=4, help="Of the voice; 2 is twice as fast.")
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="OpenAI-compatible server, or `built-in`."),
    ] = None,
    model: ModelName = None,
    api_key: Annotated[str | None, typer.Option(metavar="KEY", help="For the server.")] = None,
    system: Annotated[
        str | None, typer.Option(metavar="TEXT", help="System prompt in place of ours.")
    ] = None,
    temperature: Annotated[float | None, typer.Option(min=0, max=2)] = None,
    max_tokens: Annotated[int | None, typer.Option(min=1)] = None,
    history: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="TURNS", help="So many turns the model is told of. Default: 40."
        ),
    ] = None,
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
    trim_encoder: Annotated[
        bool | None,
        typer.Option(
            help="Encode what was said instead of 30 s. Default: as the model's card allows."
        ),
    ] = None,
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
    from voicecli.models import forbid_network
    from voicecli.settings.loading import load
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
            "stt.trim_encoder": trim_encoder,
            "stt.language": language,
            "tts.voice": voice,
            "tts.speed": speed,
            "llm.base_url": base_url,
            "llm.model": model,
            "llm.api_key": api_key,
            "llm.system": system,
            "llm.temperature": temperature,
            "llm.max_tokens": max_tokens,
            "llm.history": history,
            "offline": offline,
        },
        profile=profile,
    )
    for warning in loaded.warnings:
        tell(warning)
    if loaded.settings.offline:
        forbid_network()
    if output_file is not None:
        check_sound_output(output_file, force=force, source=input_file)
    with ExitStack() as stack:
        restore = stack.enter_context(terminal_kept())
        if not (demo or input_file or json or plain) and first_run.is_due(loaded):
            first_run.guide(loaded.settings)
            loaded = load(options, profile=profile)
        _ensure_models(loaded.settings)
        source = stack.enter_context(_demo(loaded.settings)) if demo else input_file
        target = output_file or (DEMO_OUTPUT if demo else None)
        settings = _with_api_key(loaded.settings)
        if not (source and target):
            stack.enter_context(_native_messages_apart())
        screen = _choose_screen(json=json, plain=plain, latency=latency)
        sound = Files(source, track, target, stereo or demo)
        run(_converse(settings, screen, sound), before_giving_up=restore)


def _demo(settings: Settings) -> AbstractContextManager[Path]:
    """A recording of somebody who asks: free speech, or what a small recogniser understands."""
    from voicecli.engines import Engines

    name = "demo.ogg" if Engines(settings).limits() is None else "demo-small.flac"
    return resources.as_file(resources.files("voicecli.cli") / name)


def _ensure_models(settings: Settings) -> None:
    """Here and not later: a question has to be answered before the event loop runs."""
    from voicecli.models import ensure_stt, ensure_voice, on_terminal
    from voicecli.speech_engines import models_named

    ask = on_terminal()
    stt, voices = models_named(settings)
    for name in stt:
        ensure_stt(name, ask=ask, offline=settings.offline)
    for name in voices:
        ensure_voice(name, ask=ask, offline=settings.offline)


def _with_api_key(settings: Settings) -> Settings:
    """Likewise: a command that prints the key may ask for a passphrase."""
    from voicecli.settings.api_keys import api_key

    return replace(settings, llm=replace(settings.llm, api_key=api_key(settings.llm)))


def _native_messages_apart() -> AbstractContextManager[None]:
    """What ALSA and JACK write past the screen goes into a log, if there can be one."""
    from voicecli import places
    from voicecli.duplex.portaudio import native_messages_apart

    log = places.state_folder() / "sound.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.open("a").close()
    except OSError:
        return native_messages_apart()
    return native_messages_apart(log)


def _choose_screen(*, json: bool, plain: bool, latency: bool) -> Screen:
    from voicecli.terminal.keys import is_ours
    from voicecli.terminal.live import LiveScreen
    from voicecli.terminal.screen import JsonEvents, PlainLines

    if json:
        return JsonEvents()
    if plain or not sys.stderr.isatty():
        return PlainLines(latency=latency)
    return LiveScreen(latency=latency, keys=is_ours())


async def _converse(
    settings: Settings,
    screen: Screen,
    files: Files,
) -> None:
    from voicecli.conversation.events import Notice, Started
    from voicecli.engines import Engines, first_error
    from voicecli.hearing.echo import NoEcho, choose_echo
    from voicecli.terminal.keys import Keyboard

    async with AsyncExitStack() as stack:
        stack.enter_context(screen)
        keys: dict[str, Callable[[], None]] = {}
        stack.enter_context(
            Keyboard(
                lambda key: keys.get(key.lower(), _nothing)(),
                before_stop=screen.pause,
                after_stop=screen.resume,
            )
        )
        if files.output is not None:
            stack.enter_context(_RecordedIn(files.output, screen))
        # The microphone opens first: what is said while the models load waits in its inbox.
        duplex = await stack.enter_async_context(_open_duplex(settings, files, screen))
        engines = await stack.enter_async_context(
            Engines(settings, notices=lambda message, hint: screen(Notice(message, hint)))
        )
        await engines.warm_up()
        # In a recording, nothing comes back.
        echo = NoEcho() if duplex.stands_still else choose_echo(settings.sound.echo)
        language_model = await engines.language_model()
        # Made before it is told that it listens: who presses a key at once is obeyed.
        conversation = await engines.conversation(duplex, screen, echo=echo)
        screen(
            Started(
                *(duplex.describe(), echo.describe()),
                *(engines.recognizer().name, engines.voice().name, language_model.title),
            )
        )
        for message, hint in (*language_model.remarks, *filter(None, [engines.limits()])):
            screen(Notice(message, hint))
        try:
            async with asyncio.TaskGroup() as tasks:
                talking = tasks.create_task(conversation.run())
                keys |= _keys(conversation, talking, screen)
        except ExceptionGroup as group:
            raise first_error(group) from None


class _RecordedIn:
    """Says where the conversation is, once it lies there whole."""

    def __init__(self, path: Path, emit: Callable[[Event], None]) -> None:
        self._path = path
        self._emit = emit

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        from voicecli.conversation.events import Notice

        failed = kind is not None and issubclass(kind, VoicecliError)
        if not failed and self._path.exists():
            self._emit(Notice(f"recorded in {self._path}"))


def _keys(
    conversation: Conversation, talking: asyncio.Task[None], emit: Callable[[Event], None]
) -> dict[str, Callable[[], None]]:
    from voicecli.conversation.events import KeysShown
    from voicecli.terminal.keys import ESCAPE

    def leave() -> None:
        talking.cancel()

    return {
        ESCAPE: conversation.stop_reply,
        "m": lambda: conversation.mute(not conversation.muted),
        "q": leave,
        "?": lambda: emit(KeysShown(KEYS)),
    }


def _nothing() -> None:
    """What a key does that means nothing."""


def _open_duplex(settings: Settings, files: Files, emit: Callable[[Event], None]) -> Duplex:
    from voicecli.conversation.events import Notice

    def notices(message: str, hint: str) -> None:
        emit(Notice(message, hint))

    if files.input is not None and files.output is not None:
        from voicecli.duplex.files import FileDuplex

        return FileDuplex(
            files.input, files.output, stereo=files.stereo, track=files.track, notices=notices
        )
    # PortAudio is not needed, nor loaded, where files take its place.
    from voicecli.duplex.devices import DeviceDuplex

    return DeviceDuplex(
        settings.sound.input_device,
        settings.sound.output_device,
        input_file=files.input,
        track=files.track,
        recording=files.output,
        stereo=files.stereo,
        notices=notices,
    )
