"""Options that several commands have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Annotated, Any, ClassVar

import typer
from typer.core import TyperCommand, TyperOption

from voicecli.cli.streams import tell

COMPLETION_S = 2.0
"""So long a shell waits for the names of models."""


def _complete_model(context: typer.Context, incomplete: str) -> list[str]:
    """The language models of the server that would be asked; none where that fails."""
    import asyncio
    from contextlib import suppress

    with suppress(Exception):  # a shell is waiting, and nobody would see the reason
        names = asyncio.run(_models_listed(context.params))
        return [name for name in names if name.startswith(incomplete)]
    return []


async def _models_listed(given: dict[str, Any]) -> list[str]:
    import asyncio

    from voicecli.llm.client import ChatClient
    from voicecli.settings.loading import load

    options = {"llm.base_url": given.get("base_url"), "llm.api_key": given.get("api_key")}
    settings = load(options, profile=given.get("profile")).settings
    offline = bool(given.get("offline")) or settings.offline
    async with asyncio.timeout(COMPLETION_S), ChatClient(settings.llm, offline=offline) as client:
        return await client.models()


def complete_session(incomplete: str) -> list[str]:
    """IDs of what is recorded."""
    from voicecli.errors import SessionError
    from voicecli.sessions.folders import LAST, all_folders, id_of

    names = [LAST]
    with suppress(SessionError):
        names += [id_of(folder) for folder in reversed(all_folders())]
    return [name for name in names if name.startswith(incomplete)]


Offline = Annotated[
    bool | None, typer.Option("--offline", help="No connection but to this machine.")
]
Profile = Annotated[str | None, typer.Option(metavar="NAME", help="Profile of config.toml.")]
ModelName = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Language model, as the server names it.",
        autocompletion=_complete_model,
    ),
]
HistoryTurns = Annotated[
    int | None,
    typer.Option(min=1, metavar="TURNS", help="So many turns the model is told of. Default: 40."),
]
Record = Annotated[
    bool | None,
    typer.Option(
        "--record/--no-record",
        help="Keep the conversation: sound, words and times. See voicecli sessions.",
    ),
]
KeepDays = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Remove recorded ones that ended N days ago."),
]
Resume = Annotated[
    str | None,
    typer.Option(
        metavar="ID",
        help="Go on with a recorded conversation, `last` or another.",
        autocompletion=complete_session,
    ),
]
Tools = Annotated[
    bool | None,
    typer.Option(
        "--tools/--no-tools",
        help="The model may call functions: time, timers, sums, your MCP servers' (see"
        " `voicecli tools`).",
    ),
]
ToolsFolder = Annotated[
    str | None,
    typer.Option(metavar="FOLDER", help="Its files may be read by tools; with --tools."),
]
VoiceName = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Piper voice: name or .onnx file; or a service (openai, ...) or its server's voice.",
    ),
]
SttEngine = Annotated[
    list[str] | None,
    typer.Option(
        "--stt",
        metavar="ENGINE",
        help="What recognises: whisper, a model, a service (groq, openai, ...) or a server's URL."
        " Given again: what takes its place when it fails.",
    ),
]
SttUrl = Annotated[
    str | None,
    typer.Option(metavar="URL", help="OpenAI-compatible server that recognises."),
]
VoiceUrl = Annotated[
    str | None, typer.Option(metavar="URL", help="OpenAI-compatible server that speaks.")
]
OutputDevice = Annotated[
    str | None, typer.Option(metavar="NAME", help="Loudspeaker: name, part of it, or number.")
]
Server = Annotated[
    str | None,
    typer.Option(
        metavar="URL", help="Use the warm engines of `voicecli serve`: the address it prints."
    ),
]
Speed = Annotated[
    float | None,
    typer.Option(min=0.25, max=4, metavar="X", help="Of the voice; 2 is twice as fast."),
]
BaseUrl = Annotated[
    str | None,
    typer.Option(metavar="URL", help="OpenAI-compatible server, or `built-in`."),
]
ApiKey = Annotated[str | None, typer.Option(metavar="KEY", help="For the server.")]
SystemPrompt = Annotated[
    str | None,
    typer.Option("--system", metavar="TEXT", help="System prompt in place of ours."),
]
Temperature = Annotated[
    float | None, typer.Option(min=0, max=2, metavar="X", help="Of the language model.")
]
MaxTokens = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Longest reply, in its tokens.")
]
Persona = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Whom to talk to: `voicecli config personas` lists them."),
]
Track = Annotated[
    str | None,
    typer.Option(metavar="N|LANG", help="Of a file with several tracks of sound: which to hear."),
]


class ScriptChoice(StrEnum):
    HANS = "hans"
    HANT = "hant"


ScriptOption = Annotated[
    ScriptChoice | None,
    typer.Option("--script", help="Of recognised Chinese: hans is simplified, hant traditional."),
]
JsonObject = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
JsonList = Annotated[bool, typer.Option("--json", help="One JSON list on stdout.")]


def stt_engine(named: Sequence[str] | None, url: str | None) -> str | None:
    """What `--stt` and `--stt-url` set; None for nothing."""
    return ", ".join([*([_url("--stt-url", url)] if url else []), *(named or [])]) or None


def voice_engine(voice: str | None, url: str | None) -> tuple[str | None, str | None]:
    """What `--voice` and `--voice-url` set: the engine, and the voice's name."""
    if url:
        return _url("--voice-url", url), voice
    if voice is None:
        return None, None
    from voicecli.settings.servers import server_in

    return (voice, None) if server_in(voice) else (None, voice)


def _url(option: str, text: str) -> str:
    if "," in text:
        raise typer.BadParameter(f"{option} is one address; {text!r} has a comma")
    return text if "://" in text else f"http://{text}"


Excludes = Mapping[str, Sequence[str]]
"""`--raw`: what it can't be combined with. An argument is named in capitals, as its help has it; a
value may stand behind (`--output -`), a flag may be denied (`--no-vad`)."""


def refuse_contradictions(
    context: typer.Context,
    excludes: Excludes,
    needs: Mapping[str, str],
    reasons: Mapping[str, str] | None = None,
) -> None:
    """Wrong usage, by what stands on the command line itself.

    needs: `--silence`: what it is for. reasons: of an option's exclusions, where they are not
    obvious.
    """
    given = _given(context)
    for option, others in excludes.items():
        for other in others:
            if {option, other} <= given:
                reason = (reasons or {}).get(option, "")
                raise typer.BadParameter(f"{option} and {other} can't be combined{reason}")
    for option, needed in needs.items():
        if option in given and needed not in given:
            raise typer.BadParameter(f"{option} needs {needed}")


def _given(context: typer.Context) -> set[str]:
    """All ways to name what the user gave."""
    found: set[str] = set()
    for param in context.command.params:
        source = context.get_parameter_source(param.name or "")
        value = context.params.get(param.name or "")
        if source is None or source.name != "COMMANDLINE" or value in (None, []):
            continue
        if param.param_type_name == "argument":
            found.add((param.name or "").upper())
            continue
        names = param.secondary_opts if value is False else param.opts
        found.update(names, (f"{name} {getattr(value, 'value', value)}" for name in names))
    return found


class Advising(TyperCommand):
    """A command that says what to do instead of other programs' options (`INSTEAD`), and for one
    release takes its own old spellings (`FORMERLY`: what it is now, nothing where it is needless,
    and why)."""

    INSTEAD: ClassVar[Mapping[str, str]] = {}
    FORMERLY: ClassVar[Mapping[str, tuple[str, str]]] = {}

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        options = [self._now(arg, told=not ctx.resilient_parsing) for arg in args[:end]]
        return super().parse_args(ctx, [*(arg for arg in options if arg is not None), *args[end:]])

    def _now(self, arg: str, *, told: bool) -> str | None:
        name, equals, value = arg.partition("=")
        if name not in self.FORMERLY:
            return arg
        new, reason = self.FORMERLY[name]
        if told:
            tell(f"{name} {reason}; this spelling goes with the next release")
        return f"{new}{equals}{value}" if new else None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(
            TyperOption(
                param_decls=[name],
                hidden=True,
                expose_value=False,
                callback=_advise(advice),
            )
            for name, advice in self.INSTEAD.items()
        )


def _advise(advice: str) -> Any:
    def refuse(_context: Any, _param: Any, value: str | None) -> None:
        if value is not None:
            raise typer.BadParameter(advice)

    return refuse


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


def language_code_of(name: str) -> str:
    from voicecli.languages.names import CODE_OF, language_code
    from voicecli.settings import AUTO

    code = AUTO if name == AUTO else language_code(name)
    if code is None:
        from difflib import get_close_matches

        near = get_close_matches(name.lower(), {*CODE_OF, *CODE_OF.values()})
        meant = f"did you mean {' or '.join(near)}?" if near else "say en, German, ja or the like"
        raise typer.BadParameter(f"--language {name!r} is none of Whisper's; {meant}")
    return code


def tools_settings(tools: bool | None, folder: str | None) -> dict[str, Any]:
    """A folder alone asks for tools, too."""
    is_enabled = True if folder and tools is None else tools
    return {"tools.enabled": is_enabled, "tools.folder": folder}
