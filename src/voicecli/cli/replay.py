"""`voicecli replay`: a recorded conversation, heard by the program as it is set up now."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voicecli.cli.ending import run
from voicecli.cli.options import (
    JsonObject,
    ModelName,
    Offline,
    Profile,
    SttEngine,
    SttUrl,
    VoiceName,
    stt_engine,
)
from voicecli.cli.sessions import SessionId, require_sound
from voicecli.cli.streams import polite_ends, tell

if TYPE_CHECKING:
    from rich.text import Text

    from voicecli.hearing.echo import Echo
    from voicecli.sessions.reading import KeptSession
    from voicecli.sessions.replaying import Change, Totals
    from voicecli.settings import Settings


def replay(
    session_id: SessionId,
    stt: SttEngine = None,
    stt_url: SttUrl = None,
    stt_model: Annotated[
        str | None, typer.Option(metavar="NAME", help="faster-whisper model: name or folder.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="Of what you said, e.g. en.")
    ] = None,
    voice: VoiceName = None,
    base_url: Annotated[
        str | None, typer.Option(metavar="URL", help="OpenAI-compatible server, or `built-in`.")
    ] = None,
    model: ModelName = None,
    turn_model: Annotated[
        str | None, typer.Option(metavar="MODEL", help="Turn detector, or `none`.")
    ] = None,
    echo: Annotated[
        str | None,
        typer.Option(
            metavar="MODE", help="auto, aec, headphones or half-duplex. Default: as it was then."
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Any setting, such as listen.silence_ms=800."
        ),
    ] = None,
    offline: Offline = None,
    profile: Profile = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Show every turn, not only what changed.")
    ] = False,
    json: JsonObject = False,
) -> None:
    """Hear a recorded conversation with today's settings: which words, times and cut-ins change.

    Example: voicecli replay last --set listen.silence_ms=800
    """
    from voicecli.cli.starting import load
    from voicecli.sessions.folders import find
    from voicecli.sessions.reading import read

    folder = find(session_id)
    then = read(folder)
    require_sound(folder)
    loaded = load(
        {
            **_settings_in(set_ or []),
            "stt.engine": stt_engine(stt, stt_url),
            "stt.model": stt_model,
            "stt.language": language,
            "tts.voice": voice,
            "llm.base_url": base_url,
            "llm.model": model,
            "listen.turn_model": turn_model,
            "sound.echo": echo,
            "offline": offline,
        },
        profile=profile,
    )
    was_chosen = loaded.origins["sound.echo"] != "default"
    now = run(_replayed(loaded.settings, then, _echo(loaded.settings, then, as_set=was_chosen)))
    with polite_ends():
        _show(then, now, everything=everything, json=json)


def _settings_in(texts: list[str]) -> dict[str, object]:
    """`listen.silence_ms=800` -> its value by its dotted name. Raises SettingsError."""
    from voicecli.settings.keys import keys, near

    found: dict[str, object] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or name not in keys():
            hint = near(name, keys()) or "`voicecli config list` has all"
            raise typer.BadParameter(f"--set {text!r} is no KEY=VALUE of a setting; {hint}")
        found[name] = keys()[name].parse(value, "--set")
    return found


def _echo(settings: Settings, then: KeptSession, *, as_set: bool) -> Echo:
    """What keeps the recorded loudspeaker from being taken for the user: as it was then, where
    nobody chose."""
    from voicecli.hearing.echo import NoEcho, choose_echo

    no_echo = NoEcho()
    started = next((one for one in then.events if one["event"] == "started"), {})
    if not as_set and started.get("echo") == no_echo.describe():
        return no_echo
    return choose_echo(settings.sound.echo)


async def _replayed(settings: Settings, then: KeptSession, echo: Echo) -> KeptSession:
    from voicecli.conversation.events import Notice
    from voicecli.engines import Engines
    from voicecli.sessions.replaying import Listener, ReplayDuplex

    listener = Listener()
    typed = [turn for turn in then.said if turn.typed]

    def on_frame(index: int) -> None:
        listener.at = index
        while typed and typed[0].start <= index:
            conversation.say(typed.pop(0).text)

    def notices(message: str, hint: str) -> None:
        listener(Notice(message, hint))
        tell(message, hint)

    duplex = ReplayDuplex(then.folder, on_frame)
    async with duplex, Engines(settings, notices) as engines:
        await engines.warm_up()
        conversation = await engines.conversation(duplex, listener, echo=echo)
        await conversation.run()
    return listener.session(then.folder)


# -- what is shown ----------------------------------------------------------------------------


def _show(then: KeptSession, now: KeptSession, *, everything: bool, json: bool) -> None:
    from voicecli.sessions.exporting import counted
    from voicecli.sessions.replaying import changes, totals

    found = changes(then, now)
    shown = [change for change in found if everything or change.is_any]
    if json:
        _print_json(then.folder, found, totals(then), totals(now))
        return
    if shown:
        _print_table(shown)
    else:
        typer.echo(f"nothing has changed in {counted(len(found), 'turn')}")
    for name, total in (("then", totals(then)), ("now", totals(now))):
        typer.echo(f"{name}: {_total(total)}", err=True)


def _print_table(shown: list[Change]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(file=sys.stdout)
    if not console.is_terminal:
        console.width = 200  # nothing is to be cut for a program that reads it
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("at", "then", "now", "pause", "answer", "cut in"):
        is_time = heading in ("at", "pause", "answer")
        is_words = heading in ("then", "now")
        table.add_column(heading, justify="right" if is_time else "left", no_wrap=not is_words)
    for change in shown:
        table.add_row(*_cells(change))
    console.print(table, markup=False)


def _cells(change: Change) -> list[Text]:
    from rich.text import Text

    from voicecli.printable import in_one_line
    from voicecli.sessions.exporting import clock
    from voicecli.sessions.replaying import answer_ms, pause_ms, text_of

    then, now = (in_one_line(text_of(side)) or "-" for side in (change.then, change.now))
    cut_ins = ["yes" if any(turn.cut_in for turn in side) else "no" for side in _sides(change)]
    same = not change.words_changed
    return [
        Text(clock(change.start_s)),
        Text(then),
        Text("the same" if same else now, style="dim" if same else "bold"),
        Text(_pair(*map(_seconds, map(pause_ms, _sides(change))))),
        Text(_pair(*map(_seconds, map(answer_ms, _sides(change))))),
        Text(_pair(*cut_ins), style="bold" if change.cut_in_changed else "dim"),
    ]


def _sides(change: Change) -> tuple[Any, Any]:
    return change.then, change.now


def _pair(then: str, now: str) -> str:
    return then if then == now else f"{then} → {now}"


def _seconds(time_ms: float | None) -> str:
    return "-" if time_ms is None else f"{time_ms / 1000:.2f}"


def _total(total: Totals) -> str:
    from voicecli.sessions.exporting import counted

    return (
        f"{counted(total.n_turns, 'turn')}, {counted(total.n_cut_ins, 'cut-in')}, "
        f"{counted(total.n_noises, 'noise')}, pause {_seconds(total.pause_p50_ms)} s and answer "
        f"{_seconds(total.answer_p50_ms)} s in the median"
    )


def _print_json(folder: Path, found: list[Change], then: Totals, now: Totals) -> None:
    import json
    from dataclasses import asdict

    from voicecli.sessions.replaying import answer_ms, pause_ms

    def side(turns: Any) -> dict[str, Any]:
        return {
            "texts": [turn.text for turn in turns],
            "pause_ms": pause_ms(turns),
            "answer_ms": answer_ms(turns),
            "cut_in": any(turn.cut_in for turn in turns),
        }

    told = {
        "folder": str(folder),
        "then": asdict(then),
        "now": asdict(now),
        "turns": [
            {
                "start_s": round(change.start_s, 3),
                "changed": change.is_any,
                "then": side(change.then),
                "now": side(change.now),
            }
            for change in found
        ],
    }
    typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
