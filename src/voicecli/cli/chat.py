"""`voicecli chat`: a conversation without a microphone."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from voicecli.cli.ending import run
from voicecli.cli.options import (
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
    Speed,
    SystemPrompt,
    Temperature,
    Tools,
    ToolsFolder,
    VoiceName,
    VoiceUrl,
    tools_settings,
    voice_engine,
)
from voicecli.cli.streams import polite_ends, write_out

if TYPE_CHECKING:
    from voicecli.terminal.screen import Screen

MAX_LINE_BYTES = 1_000_000
"""A longer line is more than one question."""


def chat(
    silent: Annotated[
        bool, typer.Option("--silent", help="Write the replies, and speak none.")
    ] = False,
    voice: VoiceName = None,
    voice_url: VoiceUrl = None,
    speed: Speed = None,
    output_device: OutputDevice = None,
    base_url: BaseUrl = None,
    model: ModelName = None,
    api_key: ApiKey = None,
    persona: Persona = None,
    system: SystemPrompt = None,
    temperature: Temperature = None,
    max_tokens: MaxTokens = None,
    history: HistoryTurns = None,
    record: Record = None,
    keep_days: KeepDays = None,
    resume: Resume = None,
    tools: Tools = None,
    tools_folder: ToolsFolder = None,
    offline: Offline = None,
    profile: Profile = None,
    json: Annotated[bool, typer.Option("--json", help="Events on stdout, one a line.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Lines, no live screen.")] = False,
) -> None:
    """Type instead of speaking; the replies are spoken. /help lists the commands.

    In a pipe each line is a question, and the replies are written to stdout.

    Example: echo "What is two thirds of nine?" | voicecli chat --silent
    """
    from voicecli.cli.converse import Files, TypedInput, choose_screen, converse, messages_apart
    from voicecli.cli.starting import load
    from voicecli.cli.talk import ensure_models, keeping, with_api_key
    from voicecli.settings import NO_TURN_MODEL
    from voicecli.terminal.keys import is_ours, terminal_kept

    tts_engine, voice = voice_engine(voice, voice_url)
    loaded = load(
        {
            "tts.engine": tts_engine,
            "tts.voice": voice,
            "tts.speed": speed,
            "sound.output_device": output_device,
            "llm.base_url": base_url,
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
    is_typed = is_ours()
    with ExitStack() as stack:
        restore = stack.enter_context(terminal_kept())
        ensure_models(loaded.settings, hears=False, speaks=not silent)
        settings = with_api_key(loaded.settings)
        settings = replace(settings, listen=replace(settings.listen, turn_model=NO_TURN_MODEL))
        if not silent:
            stack.enter_context(messages_apart())
        stack.enter_context(polite_ends())
        screen = choose_screen(json=json, plain=plain, latency=False, types=True)
        if not is_typed and not json:
            screen = _replies_alone()
        typed = TypedInput(speaks=not silent, lines=None if is_typed else _lines())
        files = Files(None, None, None, stereo=False)
        kept = keeping(settings, resume, record=record, keep_days=keep_days)
        run(converse(settings, screen, files, kept, typed), before_giving_up=restore)


def _replies_alone() -> Screen:
    from voicecli.terminal.screen import RepliesAlone

    return RepliesAlone(write_out)


def _lines() -> Callable[[], Awaitable[str | None]]:
    """Those of standard input, whoever writes them and whenever."""
    from voicecli.worker import Worker

    # A daemon thread: whoever presses Ctrl-C need not press Ctrl-D too.
    reader = Worker("text")

    async def next_line() -> str | None:
        if sys.stdin is None:  # what `<&-` in a shell does
            return None
        line = await reader.run(sys.stdin.buffer.readline, MAX_LINE_BYTES)
        return line.decode(errors="replace") if line else None

    return next_line
