"""One conversation at the terminal: its parts, screen and keys, from the first word to the last."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voicecli.errors import VoicecliError

if TYPE_CHECKING:
    from voicecli.conversation.conversation import Conversation
    from voicecli.conversation.events import Event
    from voicecli.duplex.seam import Duplex
    from voicecli.sessions.keeping import Keeping
    from voicecli.settings import Settings
    from voicecli.terminal.screen import Screen
    from voicecli.tools.use import Tools

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


def choose_screen(*, json: bool, plain: bool, latency: bool) -> Screen:
    """Events as JSON, lines, or the live screen where there is a terminal."""
    from voicecli.terminal.keys import is_ours
    from voicecli.terminal.live import LiveScreen
    from voicecli.terminal.screen import JsonEvents, PlainLines

    if json:
        return JsonEvents()
    if plain or not sys.stderr.isatty():
        return PlainLines(latency=latency)
    return LiveScreen(latency=latency, keys=is_ours())


async def converse(
    settings: Settings, screen: Screen, files: Files, kept: Keeping | None = None
) -> None:
    """Hold a conversation until the user leaves it or the recording is over.

    kept: what of it is recorded, and what it goes on from. Raises VoicecliError.
    """
    from voicecli.conversation.events import Notice, Started
    from voicecli.engines import Engines, first_error
    from voicecli.hearing.echo import NoEcho, choose_echo
    from voicecli.terminal.keys import Keyboard

    if settings.tools.enabled:
        from voicecli.tools.use import instructed

        settings = instructed(settings)
    async with AsyncExitStack() as stack:
        stack.enter_context(screen)
        emit: Callable[[Event], None] = screen
        recorder = kept.recorder if kept else None
        if recorder is not None:
            emit = stack.enter_context(recorder).telling(screen)
            recorder.notices = lambda message, hint: emit(Notice(message, hint))
        keys: dict[str, Callable[[], None]] = {}
        stack.enter_context(
            Keyboard(
                lambda key: keys.get(key.lower(), _nothing)(),
                before_stop=screen.pause,
                after_stop=screen.resume,
            )
        )
        if files.output is not None:
            stack.enter_context(_RecordedIn(files.output, emit))
        # The microphone opens first: what is said while the models load waits in its inbox.
        duplex = await stack.enter_async_context(_open_duplex(settings, files, emit))
        if recorder is not None:
            duplex = recorder.recorded(duplex)
        engines = await stack.enter_async_context(
            Engines(settings, notices=lambda message, hint: emit(Notice(message, hint)))
        )
        await engines.warm_up()
        # In a recording, nothing comes back.
        echo = NoEcho() if duplex.stands_still else choose_echo(settings.sound.echo)
        language_model = await engines.language_model()
        tools = await _tools(settings, duplex, emit, stack)
        # Made before it is told that it listens: who presses a key at once is obeyed.
        conversation = await engines.conversation(
            duplex,
            tools.bell.hear if tools else emit,
            echo=echo,
            history=kept.history if kept else None,
        )
        if tools:
            conversation.answer = tools.by(conversation.answer)
        emit(
            Started(
                *(duplex.describe(), echo.describe()),
                *(engines.recognizer().name, engines.voice().name, language_model.title),
            )
        )
        remarks = [*language_model.remarks, *filter(None, [engines.limits()])]
        for message, hint in (*remarks, *(kept.remarks() if kept else ())):
            emit(Notice(message, hint))
        try:
            async with asyncio.TaskGroup() as tasks:
                talking = tasks.create_task(conversation.run())
                keys |= _keys(conversation, talking, emit, tools)
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
    conversation: Conversation,
    talking: asyncio.Task[None],
    emit: Callable[[Event], None],
    tools: Tools | None,
) -> dict[str, Callable[[], None]]:
    from voicecli.conversation.events import KeysShown
    from voicecli.terminal.keys import ESCAPE

    def leave() -> None:
        talking.cancel()

    def stop() -> None:
        conversation.stop_reply()
        if tools:
            tools.bell.hush()

    return {
        ESCAPE: stop,
        "m": lambda: conversation.mute(not conversation.muted),
        "q": leave,
        "?": lambda: emit(KeysShown(KEYS)),
    }


async def _tools(
    settings: Settings,
    duplex: Duplex,
    emit: Callable[[Event], None],
    stack: AsyncExitStack,
) -> Tools | None:
    if not settings.tools.enabled:
        return None
    from voicecli.tools.use import tools_for

    return await stack.enter_async_context(tools_for(settings, duplex, emit))


def _nothing() -> None:
    """What a key does that means nothing."""


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
