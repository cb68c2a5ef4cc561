"""`voicecli models`: what is on this machine, what can be had, and getting it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voicecli.cli.options import JsonList, Offline

if TYPE_CHECKING:
    from rich.text import Text

    from voicecli.models.catalogue import Kind

app = typer.Typer(help="Speech recognition models and voices: list, pull, choose.")


def _complete(incomplete: str) -> list[str]:
    from voicecli.models import catalogue, installed

    names = [*catalogue.WHISPER, *(model.name for model in installed())]
    return sorted({name for name in names if name.startswith(incomplete)})


_NAMES = typer.Argument(
    metavar="NAME...",
    help="A Whisper size, a Piper voice, or OWNER/REPO of the Hugging Face hub.",
    autocompletion=_complete,
)
Name = Annotated[str, typer.Argument(metavar="NAME", autocompletion=_complete)]


@app.callback(invoke_without_command=True)
def list_(
    context: typer.Context,
    language: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Models for it, with all voices of Piper's list."),
    ] = None,
    json: JsonList = False,
    offline: Offline = None,
) -> None:
    """List models: what is here, and what `pull` can fetch.

    Example: voicecli models --language de
    """
    if context.invoked_subcommand is not None:
        return
    from voicecli.cli.starting import load

    settings = load({"offline": offline}, warns=False).settings
    rows = list(_rows(settings.stt.model, settings.tts.voice))
    if language is not None:
        rows += _remote_voices(language, {row.name for row in rows}, settings.offline)
        rows = [row for row in rows if _speaks(row, language)]
    if json:
        _print_json(rows)
        return
    _print_table(rows)
    if language is None:
        typer.echo("\nmore voices: voicecli models --language CODE", err=True)


app.command("list", hidden=True)(list_)


@app.command()
def pull(
    names: Annotated[list[str] | None, _NAMES] = None,
    language: Annotated[
        str | None,
        typer.Option("--for", metavar="CODE", help="A recogniser and a voice for a language."),
    ] = None,
    offline: Offline = None,
) -> None:
    """Fetch models; what was begun before goes on where it stopped.

    Example: voicecli models pull --for zh
    """
    if not names and language is None:
        raise typer.BadParameter("name a model, or a language with --for CODE")
    from voicecli.cli.starting import load
    from voicecli.models import store
    from voicecli.models.ask import pull_shown

    settings = load({"offline": offline}, warns=False).settings
    names = names or []
    if language is not None:
        names += _chosen_for(language, settings.offline)
    packaged = {model.name: model for model in store.installed() if model.source == "package"}
    names = list(map(store.canonical, names))
    for name in packaged.keys() & names:
        typer.echo(f"{name} is on this machine: a package has it, byte for byte", err=True)
        if packaged[name].kind == "voice":
            _prepare(packaged[name].ready())
    if wanted := [name for name in names if name not in packaged]:
        for pulled in pull_shown(wanted, offline=settings.offline):
            if pulled.suffix == ".onnx":
                _prepare(pulled)
    chosen = {
        "stt": settings.stt.model,
        "voice": settings.tts.voice,
        "turn": settings.listen.turn_model,
    }
    for model in store.installed():
        if model.name in names and model.source == "pulled":
            here = f"{model.name} is on this machine"
            choice = chosen[model.kind]
            if choice is None or store.canonical(choice) == model.name:
                typer.echo(f"{here}, and the default", err=True)
            else:
                typer.echo(f"{here}; use it always: voicecli models use {model.name}", err=True)


app.command("download", hidden=True)(pull)


def _chosen_for(language: str, offline: bool) -> list[str]:
    """Tells what serves a language; the names of what is to be pulled."""
    from voicecli.models.ask import packages_told
    from voicecli.models.by_language import choice_for, package_hint
    from voicecli.models.hub import Hub

    with closing(Hub(offline=offline)) as hub, packages_told([package_hint(language)]):
        choice = choice_for(language, hub)
    for name in choice.here:
        typer.echo(f"{name} is on this machine, and serves {choice.language}", err=True)
    if choice.to_pull:
        typer.echo(f"for {choice.language}: {', '.join(choice.to_pull)}", err=True)
    if not choice.has_voice:
        typer.echo(
            f"Piper's list has no voice for {choice.language}; servers have (--voice-url URL)",
            err=True,
        )
    return list(choice.to_pull)


def _prepare(voice: Path) -> None:
    """Cut it in parts, which takes seconds: now, and not when somebody waits for its first word."""
    from voicecli.errors import VoicecliError
    from voicecli.tts.piper import load_piper

    with suppress(VoicecliError):  # what is wrong with it is told when it is to speak
        load_piper(voice)


@app.command()
def rm(names: Annotated[list[str], _NAMES]) -> None:
    """Remove pulled models from this machine."""
    from voicecli import places
    from voicecli.cli import config
    from voicecli.models import store
    from voicecli.models.catalogue import size_text
    from voicecli.models.download import remove
    from voicecli.settings.file import read_file

    for name in names:
        freed_bytes = remove(name, say=lambda sentence: typer.echo(sentence, err=True))
        typer.echo(f"removed {name}, {size_text(freed_bytes)}", err=True)
        chosen = read_file(places.config_file()).root
        for key in ("stt.model", "tts.voice"):
            if key in chosen and store.canonical(chosen[key].value) == store.canonical(name):
                config.write({key: None})


@app.command()
def path(name: Annotated[str | None, typer.Argument(autocompletion=_complete)] = None) -> None:
    """Print where a model is; without a name, where pulled models are."""
    from voicecli import places

    typer.echo(places.pulled_folder() if name is None else _find(name)[1])


@app.command()
def use(name: Name) -> None:
    """Choose the default: writes it into `config.toml`, as `stt.model` or `tts.voice`.

    Example: voicecli models use small
    """
    from voicecli.cli import config

    kind, found = _find(name)
    keys = {"stt": "stt.model", "voice": "tts.voice", "turn": "listen.turn_model"}
    # A path that depends on the current folder would only work here.
    value = str(found.absolute()) if Path(name).expanduser().exists() else name
    config.write({keys[kind]: value})


def _find(name: str) -> tuple[Kind, Path]:
    """A model on this machine, whichever kind it is.

    :raises ModelMissingError: in the words for the kind that the name looks like.
    """
    from voicecli.errors import ModelError
    from voicecli.models import catalogue, find_stt, find_turn_detector, find_voice, installed

    kinds = {model.name: model.kind for model in installed()}
    if kinds.get(name) == "turn" and (found := find_turn_detector(name)):
        return "turn", found
    path = Path(name).expanduser()
    is_voice = path.suffix == ".onnx" or (path.is_dir() and any(path.glob("*.onnx")))
    if kinds.get(name) == "voice" or catalogue.is_voice_name(name) or is_voice:
        return "voice", find_voice(name)
    try:
        return "stt", find_stt(name)
    except ModelError:
        if not path.is_dir():
            raise
        return "voice", find_voice(name)


# -- the table --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    name: str
    kind: Kind
    languages: tuple[str, ...] = ()
    """Codes; empty where they aren't known one by one."""
    language_count: int = 0
    size_bytes: int = 0
    licence: str = ""
    state: str = "not pulled"
    """bundled, package, pulled, not pulled; or, chosen by path, your own; or missing."""
    default: bool = False
    path: Path | None = None


def _rows(stt_choice: str | None, voice_choice: str | None) -> Iterator[Row]:
    """Recognisers, then voices; of each what is here first."""
    yield from _with_default("stt", stt_choice, _known_whisper())
    yield from _with_default("voice", voice_choice, [])
    yield from _with_default("turn", None, [])


def _with_default(kind: Kind, choice: str | None, pullable: Sequence[Row]) -> Iterator[Row]:
    """One kind: what is here, then what isn't, with the default marked."""
    from voicecli.models import installed, store

    here = [
        Row(
            name=model.name,
            kind=model.kind,
            languages=model.languages,
            language_count=len(model.languages),
            size_bytes=model.size_bytes,
            licence=model.licence,
            state=model.source,
            path=model.path,
        )
        for model in installed()
        if model.kind == kind
    ]
    names = {row.name for row in here}
    rows = here + [row for row in pullable if row.name not in names]
    default = store.canonical(choice) if choice else next(iter(row.name for row in here), None)
    if default is not None and default not in {row.name for row in rows}:
        rows.append(_elsewhere(default, kind))
    return (replace(row, default=row.name == default) for row in rows)


def _elsewhere(choice: str, kind: Kind) -> Row:
    """What was chosen by its path, or isn't here."""
    from voicecli.errors import ModelError
    from voicecli.models import find_stt, find_voice, formats

    try:
        path = find_stt(choice) if kind == "stt" else find_voice(choice)
    except ModelError:
        return Row(name=choice, kind=kind, state="missing")
    languages = formats.stt_languages(path) if kind == "stt" else formats.voice_languages(path)
    files = path.iterdir() if kind == "stt" else (path, formats.config_of(path))
    return Row(
        name=choice,
        kind=kind,
        languages=languages,
        language_count=len(languages),
        size_bytes=sum(file.stat().st_size for file in files),
        licence=formats.licence_in(path if kind == "stt" else path.parent),
        state="your own",
        path=path,
    )


def _known_whisper() -> list[Row]:
    from voicecli.models import catalogue, store

    by_name = {store.canonical(name): whisper for name, whisper in catalogue.WHISPER.items()}
    return [
        Row(
            name=name,
            kind="stt",
            languages=("en",) if whisper.languages == 1 else (),
            language_count=whisper.languages,
            size_bytes=whisper.size_mb * 10**6,
            licence=whisper.licence,
        )
        for name, whisper in by_name.items()
    ]


def _remote_voices(language: str, known: set[str], offline: bool) -> Iterator[Row]:
    """The voices of Piper's list; fetched when the kept one is old, and never when offline."""
    from voicecli.models import catalogue
    from voicecli.models.hub import Hub
    from voicecli.models.offers import voices_index

    hub = None if offline else Hub()
    try:
        index = voices_index(hub)
    finally:
        if hub:
            hub.close()
    for name, entry in sorted(index.voices.items()):
        code = entry["language"]
        is_wanted = catalogue.is_voice_name(name) and _same_language(language, code["code"])
        if name in known or not is_wanted:
            continue
        yield Row(
            name=name,
            kind="voice",
            languages=(code["family"],),
            language_count=1,
            size_bytes=sum(file["size_bytes"] for file in entry["files"].values()),
        )


def _speaks(row: Row, language: str) -> bool:
    """Whether a model knows a language; a region (de_AT) is looked for in a voice's name."""
    if row.language_count > 1 and not row.languages:
        return True
    family = language.replace("-", "_").partition("_")[0].lower()
    is_regional = row.kind == "voice" and family != language.lower()
    return family in row.languages and (not is_regional or _same_language(language, row.name))


def _same_language(wanted: str, name: str) -> bool:
    """Whether "de" or "de-DE" is what "de_DE" or "de_DE-thorsten-high" begins with."""
    wanted = wanted.replace("-", "_").lower()
    code = name.partition("-")[0].lower()
    return code == wanted or code.partition("_")[0] == wanted


def _print_table(rows: Sequence[Row]) -> None:
    import sys

    from rich.console import Console
    from rich.table import Table

    console = Console(file=sys.stdout)
    if not console.is_terminal:
        console.width = 200  # nothing is to be cut for a program that reads it
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("name", "kind", "languages", "size", "licence", "state"):
        table.add_column(
            heading, justify="right" if heading == "size" else "left", no_wrap=heading != "licence"
        )
    for row in rows:
        style = None if row.path else "dim"
        table.add_row(*_cells(row), style="bold" if row.default else style)
    console.print(table, markup=False)


def _cells(row: Row) -> Iterable[Text]:
    from rich.text import Text

    from voicecli.models.catalogue import size_text

    few = 0 < len(row.languages) <= 3
    languages = ",".join(row.languages) if few else str(row.language_count or "")
    licence = row.licence if row.licence and "://" not in row.licence else "see card"
    state = f"{row.state}, default" if row.default else row.state
    size = size_text(row.size_bytes) if row.size_bytes else ""
    cells = (row.name, row.kind, languages, size, licence, state)
    return (Text(cell) for cell in cells)


def _print_json(rows: Sequence[Row]) -> None:
    import json

    def plain(row: Row) -> dict[str, Any]:
        return {
            "name": row.name,
            "kind": row.kind,
            "languages": list(row.languages),
            "language_count": row.language_count,
            "size_bytes": row.size_bytes,
            "licence": row.licence,
            "state": row.state,
            "default": row.default,
            "path": str(row.path) if row.path else None,
        }

    typer.echo(json.dumps([plain(row) for row in rows], indent=1, ensure_ascii=False))
