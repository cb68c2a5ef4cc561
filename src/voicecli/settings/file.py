"""`config.toml`: what it holds, and on which line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voicecli.errors import SettingsError
from voicecli.settings import McpSettings
from voicecli.settings.keys import LISTS, Given, Layer, keys, near
from voicecli.settings.mcp import Where, mcp_servers
from voicecli.settings.servers import server_in


@dataclass(frozen=True)
class ConfigFile:
    """What `config.toml` holds; every value checked, in every profile."""

    path: Path
    root: Layer
    profiles: dict[str, Layer]
    mcp: tuple[McpSettings, ...] = ()
    personas: dict[str, Layer] = field(default_factory=dict)


PERSONA = {
    "system": "llm.system",
    "voice": "tts.voice",
    "speed": "tts.speed",
    "language": "stt.language",
    "model": "llm.model",
}
"""What a table below `[personas]` may hold, and which setting it is."""


def read_file(path: Path) -> ConfigFile:
    """Read and check `config.toml`; a missing one is an empty one.

    :raises SettingsError: naming key, file and line.
    """
    try:
        return parse_file(path.read_text("utf-8-sig"), path)
    except FileNotFoundError:
        return ConfigFile(path, {}, {})
    except OSError as error:
        raise SettingsError(f"{path} can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8 text") from error


def parse_file(text: str, path: Path) -> ConfigFile:
    """Check what is, or is to be, in `config.toml`."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, said = _toml_error(str(error), text)
        raise SettingsError(
            f"{path} line {line}: {said}", "mend it: voicecli config edit"
        ) from None
    lines = dict(_lines(text))
    profiles = _tables(path, tree, "profiles", lines)
    personas = _tables(path, tree, "personas", lines)
    mcp = mcp_servers(_popped(tree, "tools", "mcp"), _where(path, lines, "tools", "mcp"))
    return ConfigFile(
        path,
        dict(_table_layer(path, tree, (), lines)),
        {
            name: dict(_table_layer(path, table, ("profiles", name), lines))
            for name, table in profiles.items()
        },
        mcp,
        {
            name: dict(_persona_layer(path, table, ("personas", name), lines))
            for name, table in personas.items()
        },
    )


def _tables(
    path: Path, tree: dict[str, Any], kind: str, lines: Mapping[tuple[str, ...], int]
) -> dict[str, dict[str, Any]]:
    """Take the tables of that kind out of the tree."""
    tables = tree.pop(kind, {})
    if not isinstance(tables, dict):
        raise _no_table(path, lines, kind)
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise _no_table(path, lines, kind, name)
    return tables


def _popped(tree: dict[str, Any], stage: str, name: str) -> object:
    """A table in a stage that is no setting; it is taken out."""
    table = tree.get(stage)
    return table.pop(name, {}) if isinstance(table, dict) else {}


def _where(path: Path, lines: Mapping[tuple[str, ...], int], *above: str) -> Where:
    def where(*names: str) -> str:
        known = [above + names[:n] for n in range(len(names), -1, -1)]
        return f"{path} line {next((lines[k] for k in known if k in lines), 1)}"

    return where


def _no_table(path: Path, lines: Mapping[tuple[str, ...], int], *names: str) -> SettingsError:
    example = "[profiles.work.llm]" if names[0] == "profiles" else "[personas.pirate]"
    return SettingsError(
        f"{path} line {lines.get(names, 1)}: {names[0]} must be tables", f"such as {example}"
    )


def _persona_layer(
    path: Path,
    table: Mapping[str, object],
    prefix: tuple[str, ...],
    lines: Mapping[tuple[str, ...], int],
) -> Iterator[tuple[str, Given]]:
    for short, value in table.items():
        line = lines.get((*prefix, short), 1)
        where = f"{path} line {line}"
        if short not in PERSONA:
            known = ", ".join(PERSONA)
            raise SettingsError(
                f"{where}: a persona has no {short!r}", near(short, PERSONA) or f"it has {known}"
            )
        name = PERSONA[short]
        checked = keys()[name].check(value, where)
        if short == "voice" and server_in(checked) is not None:
            name = "tts.engine"  # as --voice has it
        yield name, Given(checked, f"{path.name} line {line}")


def _table_layer(
    path: Path, table: object, prefix: tuple[str, ...], lines: Mapping[tuple[str, ...], int]
) -> Iterator[tuple[str, Given]]:
    for names, value in _leaves(table):
        line = lines.get(prefix + names, 1)
        if isinstance(value, list) and f"{names[-1]}.engine" in LISTS:
            names = (*names, "engine")  # `stt = [...]` in place of a table
        where = f"{path} line {line}"
        name = ".".join(names)
        if name not in keys():
            raise SettingsError(f"{where}: unknown setting {name!r}", near(name, keys()))
        yield name, Given(keys()[name].check(value, where), f"{path.name} line {line}")


def _leaves(tree: object, names: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Everything in nested tables that is no stage; `[llm]` with nothing in it sets nothing."""
    is_stage = not names or (len(names) == 1 and any(k.startswith(f"{names[0]}.") for k in keys()))
    if isinstance(tree, dict) and is_stage:
        for name, value in tree.items():
            yield from _leaves(value, (*names, name))
    else:
        yield names, tree


def _lines(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """The line on which each key of a TOML text stands.

    Neither tomllib nor tomlkit tells it. The text is cut into its statements: the fewest lines
    from here that parse by themselves.
    """
    table: tuple[str, ...] = ()
    lines = text.replace("\r\n", "\n").split("\n")
    start = 0
    for end in range(1, len(lines) + 1):
        statement = "\n".join(lines[start:end])
        try:
            tree = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        paths = list(_paths(tree))
        if statement.lstrip().startswith("["):
            table = paths[-1] if paths else ()
            paths = [table]
            yield table, start + 1
        else:
            for names in paths:
                yield table + names, start + 1
        start = end


def _paths(tree: object, names: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key of nested tables, the outer before the inner."""
    if names:
        yield names
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from _paths(value, (*names, name))


def _toml_error(said: str, text: str) -> tuple[int, str]:
    """The line and the sentence, from what tomllib says of a text that is no TOML."""
    parts = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", said)
    if not parts:
        return 1, said
    return int(parts[2] or len(text.splitlines())), parts[1]
