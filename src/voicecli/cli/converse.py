"""One conversation at the terminal: its parts, screen and keys, from the first word to the last."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from voicecli.errors import VoicecliError, first_error

if TYPE_CHECKING:
    from voicecli.cli.controls import Controls
    from voicecli.cli.minutes import Minutes
    from voicecli.conversation.events import Event
    from voicecli.duplex.seam import Duplex
    from voicecli.engines import Engines
    from voicecli.sessions.keeping import Keeping
    from voicecli.settings import Settings
    from voicecli.terminal.keys import Keyboard
    from voicecli.terminal.screen import Screen
    from voicecli.tools.use import Tools


@dataclass(frozen=True)
class Files:
    """What stands in for the devices, or is written of them."""

    input: Path | None
    track: str | None
    """Of the input, where it has several."""
    output: Path | None
    stereo: bool
    """The output has both sides."""


@dataclass(frozen=True)
class TypedInput:
    """No microphone: what the user says is typed."""

    speaks: bool
    """The replies are spoken, else only written."""
    lines: Callable[[], Awaitable[str | None]] | None
    """From where they come, if nobody types them: the next, and None after the last one."""

    def check(self, minutes: Minutes) -> None:
        """Leave with an error where a line of a pipe had no answer; why was told then."""
        if self.lines is not None and minutes.error:
            raise typer.Exit(1)


def choose_screen(*, json: bool, plain: bool, latency: bool, types: bool = False) -> Screen:
    """Events as JSON, lines, or the live screen where there is a terminal.

    types: the user types, and there are no keys.
    """
    from voicecli.cli.controls import FOOTER
    from voicecli.terminal.keys import is_ours
    from voicecli.terminal.live import LiveScreen
    from voicecli.terminal.screen import JsonEvents, PlainLines

    if json:
        return JsonEvents()
    if plain or not sys.stderr.isatty():
        return PlainLines(latency=latency)
    if types:
        return LiveScreen(latency=latency, help_by="/help shows the commands")
    if not is_ours():
        return LiveScreen(latency=latency)
    return LiveScreen(latency=latency, keys=FOOTER, help_by="? shows the keys")


@dataclass(frozen=True)
class TalkStage:
    """What surrounds a conversation, whoever answers."""

    screen: Screen
    emit: Callable[[Event], None]
    minutes: Minutes
    keyboard: Keyboard
    duplex: Duplex

    async def tools(
        self, settings: Settings, stack: AsyncExitStack, *, waits: bool = False
    ) -> Tools | None:
        """Open until the stack ends; None without --tools. waits: for all of them."""
        if not settings.tools.enabled:
            return None
        from voicecli.tools.use import tools_for

        return await stack.enter_async_context(
            tools_for(settings, self.duplex, self.emit, waits=waits)
        )

    async def hold(
        self,
        conversation: Coroutine[Any, Any, None],
        controls_of: Callable[[asyncio.Task[None], asyncio.TaskGroup], Controls],
        typed: TypedInput | None = None,
    ) -> None:
        """The conversation, with whatever is typed meanwhile. controls_of: gets its task, and the
        group that holds what runs beside it. Raises VoicecliError."""
        from voicecli.cli.controls import Typing

        async with AsyncExitStack() as stack:
            try:
                async with asyncio.TaskGroup() as tasks:
                    talking = tasks.create_task(conversation)
                    controls = controls_of(talking, tasks)
                    if typed is not None and typed.lines is not None:
                        typing = _enter_all(typed.lines, controls, self.minutes, talking)
                        tasks.create_task(typing)
                    elif self.keyboard.are_there:
                        stays = typed is not None
                        line = Typing(self.keyboard, self.screen, controls, stays=stays)
                        await stack.enter_async_context(line.editor)
                        line.begin()
            except ExceptionGroup as group:
                raise first_error(group) from None


@asynccontextmanager
async def staged(
    settings: Settings,
    screen: Screen,
    files: Files,
    kept: Keeping | None,
    typed: TypedInput | None = None,
) -> AsyncGenerator[TalkStage]:
    """Screen, keyboard and recorder on, microphone and loudspeaker open. Raises VoicecliError."""
    from voicecli.cli.minutes import Minutes
    from voicecli.conversation.events import Notice
    from voicecli.terminal.keys import Keyboard

    minutes = Minutes()

    def tell(event: Event) -> None:
        minutes(event)
        screen(event)

    async with AsyncExitStack() as stack:
        stack.enter_context(screen)
        emit: Callable[[Event], None] = tell
        recorder = kept.recorder if kept else None
        if recorder is not None:
            emit = stack.enter_context(recorder).telling(tell)
            recorder.notices = lambda message, hint: emit(Notice(message, hint))
            recorder.is_asleep = typed is None and settings.wake.phrase is not None
        keyboard = stack.enter_context(Keyboard(before_stop=screen.pause, after_stop=screen.resume))
        if files.output is not None:
            stack.enter_context(_RecordedIn(files.output, emit))
        duplex = await stack.enter_async_context(_open_duplex(settings, files, emit, typed))
        if recorder is not None:
            duplex = recorder.recorded(duplex)
        yield TalkStage(screen, emit, minutes, keyboard, duplex)


def instructed(settings: Settings) -> Settings:
    """With --tools, what a model should know of them stands in its instructions."""
    if not settings.tools.enabled:
        return settings
    from voicecli.tools.use import instructed

    return instructed(settings)


async def converse(
    settings: Settings,
    screen: Screen,
    files: Files,
    kept: Keeping | None = None,
    typed: TypedInput | None = None,
) -> None:
    """Hold a conversation until the user leaves it or the recording is over.

    kept: what of it is recorded, and what it goes on from. Raises VoicecliError.
    """
    from voicecli.cli.controls import EngineControls
    from voicecli.conversation.events import Notice, Started
    from voicecli.engines import Engines
    from voicecli.hearing.echo import NoEcho, choose_echo

    settings = instructed(settings)
    async with AsyncExitStack() as stack:
        # The microphone opens first: what is said while the models load waits in its inbox.
        stage = await stack.enter_async_context(staged(settings, screen, files, kept, typed))
        emit, duplex = stage.emit, stage.duplex
        engines = await stack.enter_async_context(
            Engines(settings, notices=lambda message, hint: emit(Notice(message, hint)))
        )
        await engines.warm_up(hears=typed is None, speaks=typed is None or typed.speaks)
        # In a recording, nothing comes back.
        stands_still = typed is not None or duplex.stands_still
        echo = NoEcho() if stands_still else choose_echo(settings.sound.echo)
        language_model = await engines.language_model()
        is_piped = typed is not None and typed.lines is not None
        tools = await stage.tools(settings, stack, waits=is_piped)
        # Made before it is told that it listens: who presses a key at once is obeyed.
        conversation = await engines.conversation(
            duplex,
            tools.bell.hear if tools else emit,
            echo=echo,
            history=kept.history if kept else None,
            text_only=typed is not None and not typed.speaks,
            sleeps=typed is None,
        )
        if tools:
            conversation.answer = tools.by(conversation.answer)
        emit(
            Started(
                *(duplex.describe(), echo.describe()),
                engines.recognizer().name if typed is None else "none: you type",
                *(conversation.answer.voice.name, language_model.title),
            )
        )
        remarks = [*language_model.remarks, *(() if typed else _of_hearing(settings, engines))]
        for message, hint in (*remarks, *(kept.remarks() if kept else ())):
            emit(Notice(message, hint))
        await stage.hold(
            conversation.run(),
            lambda talking, tasks: EngineControls(
                *(conversation, engines, settings, stage.minutes, emit),
                *(_beside(talking, tasks), talking.cancel),
                tools=tools,
            ),
            typed,
        )
    if typed is not None:
        typed.check(stage.minutes)


def _of_hearing(settings: Settings, engines: Engines) -> list[tuple[str, str]]:
    """What the user should know of it."""
    remarks = [*filter(None, [engines.limits()])]
    if phrase := settings.wake.phrase:
        remarks.append((f'it listens once you say "{phrase}"', ""))
    return remarks


def _beside(
    talking: asyncio.Task[None], tasks: asyncio.TaskGroup
) -> Callable[[Coroutine[None, None, None]], asyncio.Task[None]]:
    """Starts what ends with the conversation at the latest."""
    running: set[asyncio.Task[None]] = set()

    def start(job: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = tasks.create_task(job)
        running.add(task)
        task.add_done_callback(running.discard)
        return task

    talking.add_done_callback(lambda _: [task.cancel() for task in running])
    return start


async def _enter_all(
    next_line: Callable[[], Awaitable[str | None]],
    controls: Controls,
    minutes: Minutes,
    talking: asyncio.Task[None],
) -> None:
    """Each line when the one before was answered; then leave."""
    while (line := await next_line()) is not None:
        if line.strip() and controls.enter(line):
            await minutes.answered.wait()
        await controls.settled()
    talking.cancel()


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


def messages_apart() -> AbstractContextManager[None]:
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


def _open_duplex(
    settings: Settings,
    files: Files,
    emit: Callable[[Event], None],
    typed: TypedInput | None,
) -> Duplex:
    from voicecli.conversation.events import Notice

    def notices(message: str, hint: str) -> None:
        emit(Notice(message, hint))

    if typed is not None and not typed.speaks:
        from voicecli.duplex.silent import SilentDuplex

        return SilentDuplex()
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
        microphone=typed is None,
        silence=typed is not None,
        input_file=files.input,
        track=files.track,
        recording=files.output,
        stereo=files.stereo,
        notices=notices,
    )
