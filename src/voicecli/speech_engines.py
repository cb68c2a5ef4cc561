"""What recognises and what speaks, made of a stage's settings: engines here, servers, or several in
a row of which the next takes the place of one that fails.

Nothing ever goes from here to a server by itself: servers stand before what takes their place.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from voicecli.errors import NetworkError, SettingsError
from voicecli.settings.servers import (
    SpeechServer,
    entries,
    server_in,
    servers_in,
    with_key,
)

if TYPE_CHECKING:
    from voicecli.remote.failures import Wording
    from voicecli.remote.speech import SpeechConnection
    from voicecli.settings import Settings, SttSettings, TtsSettings
    from voicecli.stt.remote import RemoteRecognizer
    from voicecli.stt.transcript import Recognizer
    from voicecli.tts.clip import Voice

WHISPER, PIPER = "whisper", "piper"
"""The engines on board."""


@dataclass(frozen=True)
class Surroundings:
    """What the engines are made in."""

    offline: bool
    notices: Callable[[str, str], None]
    opened: Callable[[SpeechConnection], object]
    """Gets each connection, to close it in the end."""


def local_entries(engine: str) -> list[str]:
    """What takes the place of servers, or stands alone."""
    return [entry for entry in entries(engine) if server_in(entry) is None]


def is_here(engine: str, own: str) -> bool:
    """Nothing but what is on board under this name."""
    return entries(engine) == [own]


def is_stt_model(name: str) -> bool:
    """Whether an entry names a model: one that is here, or one that could be."""
    from voicecli.errors import ModelError
    from voicecli.models import catalogue, find_stt

    if name in catalogue.WHISPER:
        return True
    try:
        find_stt(name)
    except ModelError:
        return False
    return True


def is_voice(name: str) -> bool:
    """Likewise, a Piper voice."""
    from voicecli.errors import ModelError
    from voicecli.models import catalogue, find_voice

    if catalogue.is_voice_name(name):
        return True
    try:
        find_voice(name)
    except ModelError:
        return False
    return True


def models_named(settings: Settings) -> tuple[list[str | None], list[str | None]]:
    """The recognisers and the voices that have to be on this machine; None is the default."""
    return (
        list(_models_named(settings.stt.engine, WHISPER, settings.stt.model, is_stt_model)),
        list(_models_named(settings.tts.engine, PIPER, settings.tts.voice, is_voice)),
    )


def _models_named(
    engine: str, own: str, model: str | None, is_model: Callable[[str], bool]
) -> Iterator[str | None]:
    alone = not servers_in(engine)
    for entry in local_entries(engine):
        if entry == own:
            yield model if alone else None
        elif is_model(entry):
            yield entry


def check_language(settings: SttSettings) -> None:
    """Raises SettingsError where a recogniser on this machine doesn't know the language that it is
    told; what only takes a server's place may all the same."""
    code = settings.only_language
    if code in (None, "en") or servers_in(settings.engine):
        return
    from voicecli.models import check_language, find_stt

    for name in _models_named(settings.engine, WHISPER, settings.model, is_stt_model):
        check_language(find_stt(name, code), code)


def checked_order(engine: str, key: str) -> list[str]:
    """The entries. Raises SettingsError where there are none, or a server comes after what is
    here."""
    named = entries(engine)
    if not named:
        raise SettingsError(f"{key} names no engine", "leave it out for the one on board")
    kinds = [server_in(entry) is None for entry in named]
    if kinds != sorted(kinds):
        server = named[len(kinds) - 1 - kinds[::-1].index(False)]
        raise SettingsError(
            f"{key}: the server {server.partition('#')[0]} stands behind an engine of this machine,"
            " and what is said here is never sent away because that fails",
            "name the servers first",
        )
    return named


def make_recognizer(
    settings: SttSettings,
    around: Surroundings,
    plugged: Callable[[SttSettings], Recognizer],
) -> Recognizer:
    """plugged: makes what a plug-in brings. Raises VoicecliError."""
    named = checked_order(settings.engine, "stt.engine")
    servers = remote_recognizers(settings, around)
    here = [
        _local_recognizer(entry, settings, plugged, alone=not servers_in(settings.engine))
        for entry in named
        if server_in(entry) is None
    ]
    if len(here) == 1 and not servers:
        return here[0]
    from voicecli.stt.failover import FailoverRecognizer

    return FailoverRecognizer([*servers, *here], around.notices)


def _local_recognizer(
    entry: str, settings: SttSettings, plugged: Callable[[SttSettings], Recognizer], *, alone: bool
) -> Recognizer:
    """alone: no server is named, so that `stt.model` is this one's."""
    if entry != WHISPER and not is_stt_model(entry):
        return plugged(replace(settings, engine=entry))
    from voicecli.models import find_stt
    from voicecli.stt.recognizer import WhisperRecognizer

    model = (settings.model if alone else None) if entry == WHISPER else entry
    return WhisperRecognizer(find_stt(model), replace(settings, model=model))


def remote_recognizers(settings: SttSettings, around: Surroundings) -> list[RemoteRecognizer]:
    """The servers of `stt.engine`, none where there are none."""
    if not servers_in(settings.engine):
        return []
    from voicecli.stt.remote import WORDS, RemoteRecognizer

    return [
        RemoteRecognizer(
            connection,
            replace(server, model=server.model or settings.model),
            settings.only_language,
            settings.script,
        )
        for connection, server in _connections(settings, "VOICECLI_STT_API_KEY", WORDS, around)
    ]


def make_voice(
    settings: TtsSettings,
    around: Surroundings,
    piper: Callable[[str | None], Voice],
    plugged: Callable[[TtsSettings], Voice],
) -> Voice:
    """piper: makes a Piper voice by its name, None for the default. Raises VoicecliError."""
    named = checked_order(settings.engine, "tts.engine")
    voices: list[Voice] = []
    alone = not servers_in(settings.engine)
    if not alone:
        from voicecli.tts.remote import WORDS, RemoteVoice

        voices += [
            RemoteVoice(connection, server, settings)
            for connection, server in _connections(settings, "VOICECLI_TTS_API_KEY", WORDS, around)
        ]
    for entry in named:
        if server_in(entry) is not None:
            continue
        if entry == PIPER:
            voices.append(piper(settings.voice if alone else None))
        elif is_voice(entry):
            voices.append(piper(entry))
        else:
            voices.append(plugged(replace(settings, engine=entry)))
    if alone and len(voices) == 1:
        return voices[0]
    from voicecli.tts.failover import FailoverVoice

    return FailoverVoice(voices, around.notices)


def _connections(
    settings: SttSettings | TtsSettings, own_source: str, words: Wording, around: Surroundings
) -> list[tuple[SpeechConnection, SpeechServer]]:
    """To each server of the settings that may be asked; raises NetworkError where none may, and
    nothing on this machine stands by."""
    from voicecli.remote.speech import SpeechConnection

    servers = servers_in(settings.engine)
    n_named = len(entries(settings.engine))
    found: list[tuple[SpeechConnection, SpeechServer]] = []
    for i, server in enumerate(servers):
        own = settings.api_key if i == 0 else None
        server = with_key(server, own, own_source if i == 0 else "", os.environ)
        try:
            connection = SpeechConnection(
                server,
                replace(words, key=server.key_source or own_source),
                timeout_s=settings.timeout_s,
                offline=around.offline,
                is_last=i + 1 == n_named,
            )
        except NetworkError as error:
            if i + 1 == n_named and not found:
                raise
            around.notices(error.message, "another takes its place")
            continue
        around.opened(connection)
        found.append((connection, server))
    return found
