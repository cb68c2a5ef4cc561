"""`voicecli config`: see and change the settings."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voicecli.cli.options import JsonObject, Profile

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

    from voicecli.settings.keys import Key
    from voicecli.settings.loading import Loaded

app = typer.Typer(help="See and change the settings.", no_args_is_help=True)

KeyName = Annotated[str, typer.Argument(metavar="KEY", help="For example llm.model.")]


@app.command()
def show(
    origin: Annotated[bool, typer.Option("--origin", help="Where each value comes from.")] = False,
    json: JsonObject = False,
    profile: Profile = None,
) -> None:
    """Print every setting, as `config.toml` would have it. Keys are not printed.

    Example: voicecli config show --origin
    """
    from voicecli.settings.loading import load

    loaded = load(profile=profile)
    for warning in loaded.warnings:
        typer.echo(f"voicecli: {warning}", err=True)
    typer.echo(_as_json(loaded) if json else "\n".join(_as_toml(loaded, origin)))


app.command("list", hidden=True)(show)


@app.command()
def get(key: KeyName, profile: Profile = None) -> None:
    """Print one setting, as it holds now.

    Example: voicecli config get llm.model
    """
    from voicecli.settings.loading import load

    wanted = _key(key).name
    for name, found, value in _values(load(profile=profile)):
        if name == wanted and value is not None:
            typer.echo(_visible(found, value))


@app.command()
def path() -> None:
    """Print where `config.toml` is, or would be."""
    from voicecli import places

    typer.echo(places.config_file())


@app.command("set")
def set_(
    key: KeyName,
    value: Annotated[str | None, typer.Argument(help="Left out, it is asked for.")] = None,
    profile: Profile = None,
) -> None:
    """Write a setting into `config.toml`; comments stay.

    Example: voicecli config set listen.min_silence_ms 500
    """
    found = _key(key)
    parsed = found.parse(_ask(found) if value is None else value, f"the value of {key}")
    _check_name(key, parsed)
    write({key: parsed}, profile)


@app.command()
def unset(key: KeyName, profile: Profile = None) -> None:
    """Take a setting out of `config.toml`: its default holds again."""
    write({_key(key).name: None}, profile)


@app.command()
def personas(json: JsonObject = False) -> None:
    """List whom `--persona` knows: a system prompt, voice, speed, language and model by one name.

    Example: voicecli config personas
    """
    from voicecli import places
    from voicecli.settings.file import PERSONA, read_file

    file = read_file(places.config_file())
    short_of = {name: short for short, name in PERSONA.items()} | {"tts.engine": "voice"}
    found = {
        persona: {short_of[name]: given.value for name, given in layer.items()}
        for persona, layer in file.personas.items()
    }
    if json:
        import json as js

        typer.echo(js.dumps(found, indent=2, ensure_ascii=False))
    elif found:
        typer.echo("\n".join(_in_columns(found, list(PERSONA))))
    else:
        typer.echo(f"no personas yet: `voicecli config edit`, and write for example\n\n{_PIRATE}")


_PIRATE = """\
[personas.pirate]
system = "You are a pirate. Answer in one or two short sentences."
speed = 0.9"""


def _in_columns(personas: dict[str, dict[str, Any]], names: list[str]) -> Iterable[str]:
    """The prompt last: it is long."""
    from voicecli.printable import in_one_line

    columns = [*(name for name in names if name != "system"), "system"]
    rows = [["name", *columns]] + [
        [name, *(in_one_line(str(values.get(column, "-")), 60) for column in columns)]
        for name, values in personas.items()
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


@app.command()
def edit() -> None:
    """Open `config.toml` in your editor, and check it afterwards."""
    import os
    import shlex
    import shutil
    import subprocess

    from voicecli import places
    from voicecli.errors import SettingsError
    from voicecli.settings.loading import load

    file = places.config_file()
    if not file.exists():
        _save(file, "\n".join(_template()) + "\n")
    chosen = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    editor = shlex.split(chosen) if chosen else [shutil.which("nano") or "vi"]
    try:
        subprocess.run([*editor, str(file)], check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise SettingsError(
            f"the editor {editor[0]!r} failed: {error}", f"set EDITOR, or edit {file} yourself"
        ) from error
    load()


# -- reading and writing ----------------------------------------------------------------------


def write(values: dict[str, Any], profile: str | None = None) -> None:
    """Set keys in `config.toml`, or take them out (None); refuse what would make it invalid.

    :raises SettingsError: and nothing is written.
    """
    import tomlkit
    import tomlkit.exceptions

    from voicecli import places
    from voicecli.errors import SettingsError
    from voicecli.files import alone_in
    from voicecli.settings.file import parse_file
    from voicecli.settings.keys import keys
    from voicecli.settings.loading import merge

    file = places.config_file()
    with alone_in(file.resolve().parent):
        try:
            document = tomlkit.parse(file.read_text("utf-8-sig") if file.exists() else "")
        except tomlkit.exceptions.ParseError as error:
            raise SettingsError(f"{file}: {error}", "mend it: voicecli config edit") from error
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{file} can't be read: {error}") from error
        for name, value in values.items():
            tables = (*(("profiles", profile) if profile else ()), *name.split("."))
            _put(document, tables, value)
        text = tomlkit.dumps(document)
        parsed = parse_file(text, file)
        merge(parsed, {}, profile if profile in parsed.profiles else None, {})
        _save(file, text, private=any(keys()[name].secret for name in values))


def _check_name(key: str, value: object) -> None:
    """A model that is not there would make every later command fail; raises ModelMissingError."""
    from voicecli.models import find_stt, find_voice
    from voicecli.settings.loading import load
    from voicecli.speech_engines import PIPER, WHISPER, is_here

    settings = load().settings
    if key == "stt.model" and is_here(settings.stt.engine, WHISPER):
        find_stt(str(value))
    elif key == "tts.voice" and is_here(settings.tts.engine, PIPER):
        find_voice(str(value))


def _put(document: TOMLDocument, names: tuple[str, ...], value: object) -> None:
    import tomlkit

    table: Any = document
    for name in names[:-1]:
        if name not in table:
            if value is None:
                return
            # A table that only holds tables needs no heading of its own.
            table[name] = tomlkit.table(is_super_table=name == "profiles" or name != names[-2])
        table = table[name]
    if value is not None:
        table[names[-1]] = value
    elif names[-1] in table:
        del table[names[-1]]


def _save(file: Path, text: str, *, private: bool = False) -> None:
    from voicecli.errors import SettingsError
    from voicecli.files import write_atomically

    try:
        # Through a link, so that a file kept elsewhere stays there.
        target = file.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = 0o600 if private or not target.exists() else target.stat().st_mode & 0o777
        write_atomically(target, text, mode)
    except OSError as error:
        raise SettingsError(f"{file} can't be written: {error.strerror}") from error


def _key(name: str) -> Key:
    from voicecli.errors import SettingsError
    from voicecli.settings.keys import keys, near

    if name not in keys():
        raise SettingsError(
            f"unknown setting {name!r}", near(name, keys()) or "the settings: voicecli config show"
        )
    return keys()[name]


def _ask(key: Key) -> str:
    """The value from the terminal, hidden where it is a secret; or a line of stdin."""
    if sys.stdin is None:
        raise typer.BadParameter(f"give a value for {key.name}: standard input is closed")
    if sys.stdin.isatty():
        return typer.prompt(key.name, hide_input=key.secret, err=True)
    return sys.stdin.readline().rstrip("\n")


# -- showing ----------------------------------------------------------------------------------


def _as_json(loaded: Loaded) -> str:
    import json

    return json.dumps(
        {
            name: {"value": _visible(key, value), "origin": loaded.origins[name]}
            for name, key, value in _values(loaded)
        },
        indent=2,
        ensure_ascii=False,
    )


def _as_toml(loaded: Loaded, origin: bool) -> Iterable[str]:
    stage = ""
    # What stands outside of the tables must come first.
    for name, key, value in sorted(_values(loaded), key=lambda item: "." in item[0]):
        above, _, last = name.rpartition(".")
        if above != stage:
            stage = above
            yield f"\n[{stage}]"
        shown = _visible(key, value)
        line = f"# {last} =" if shown is None else f"{last} = {_literal(shown)}"
        if key.secret and value is not None:
            line = f"# {last} = {shown}"
        yield f"{line:<40} # {loaded.origins[name]}" if origin else line


def _values(loaded: Loaded) -> Iterable[tuple[str, Key, Any]]:
    from voicecli.settings.keys import keys

    for name, key in keys().items():
        value: Any = loaded.settings
        for part in name.split("."):
            value = getattr(value, part)
        yield name, key, value


def _visible(key: Key, value: object) -> Any:
    """Without what is secret: all of a key, the password of an address."""
    if value is None:
        return None
    return "(set, not shown)" if key.secret else key.shown(value)


def _literal(value: object) -> str:
    import tomlkit

    return tomlkit.item(value).as_string()


def _template() -> Iterable[str]:
    """A first `config.toml`: every setting with its meaning and default, commented out."""
    from voicecli.settings.keys import documentation, keys

    yield "# Settings of voicecli. Take away the # before a setting to change it."
    stage = ""
    for name, key in sorted(keys().items(), key=lambda item: "." in item[0]):
        above, _, last = name.rpartition(".")
        if above != stage:
            stage = above
            yield f"\n[{stage}]"
        yield f"# {documentation()[name]}" if name in documentation() else ""
        yield f"# {last} = {'' if key.default is None else _literal(key.default)}"
