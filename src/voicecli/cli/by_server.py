"""`voicecli talk --realtime`: one conversation that a server of the Realtime API holds."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from voicecli.cli.converse import Files, instructed, staged
from voicecli.conversation.events import Notice
from voicecli.conversation.history import History
from voicecli.errors import NetworkError
from voicecli.hearing.ears import Ears
from voicecli.hearing.echo import NoEcho, choose_echo
from voicecli.hearing.vad import SileroVad
from voicecli.network import is_loopback
from voicecli.realtime.addresses import parse_realtime_url
from voicecli.realtime.calls import NoFunctions
from voicecli.realtime.dialogue import RealtimeConversation
from voicecli.realtime.session import session_fields
from voicecli.remote.client import checked_api_key

if TYPE_CHECKING:
    from voicecli.realtime.addresses import RealtimeServer
    from voicecli.sessions.keeping import Keeping
    from voicecli.settings import Settings
    from voicecli.terminal.screen import Screen


def server_of(settings: Settings) -> RealtimeServer:
    """Raises SettingsError, NetworkError."""
    llm = settings.llm
    server = parse_realtime_url(llm.base_url or "", llm.model, checked_api_key(llm.api_key))
    if settings.offline and not is_loopback(server.url.host):
        raise NetworkError(
            f"--offline forbids {server.where}", "leave it out, or name a server on this machine"
        )
    return server


async def converse_by_server(
    settings: Settings, screen: Screen, files: Files, kept: Keeping | None = None
) -> None:
    """Hold a conversation until the user leaves it or the recording is over.

    kept: what of it is recorded, and what it goes on from. Raises VoicecliError.
    """
    from voicecli.cli.controls import Controls
    from voicecli.llm.request import DEFAULT_SYSTEM_PROMPT

    settings = instructed(settings)
    server, instructions = server_of(settings), settings.llm.system
    async with AsyncExitStack() as stack:
        stage = await stack.enter_async_context(staged(settings, screen, files, kept))
        emit, duplex = stage.emit, stage.duplex
        tools = await stage.tools(settings, stack)
        echo = NoEcho() if duplex.stands_still else choose_echo(settings.sound.echo)
        history = kept.history if kept else None
        language = settings.stt.only_language
        conversation = RealtimeConversation(
            duplex,
            Ears(echo, SileroVad(), settings.listen),
            echo,
            server,
            session_fields(
                instructions=DEFAULT_SYSTEM_PROMPT if instructions is None else instructions,
                voice=settings.tts.voice,
                speed=settings.tts.speed,
                language=language,
                transcriber=settings.stt.model,
                max_tokens=settings.llm.max_tokens,
            ),
            History() if history is None else history,
            tools.bell.hear if tools else emit,
            functions=tools.elsewhere(language or "en") if tools else NoFunctions(),
        )
        for message, hint in kept.remarks() if kept else ():
            emit(Notice(message, hint))
        await stage.hold(
            conversation.run(),
            lambda talking, _: Controls(
                conversation, settings, stage.minutes, emit, talking.cancel, tools
            ),
        )
