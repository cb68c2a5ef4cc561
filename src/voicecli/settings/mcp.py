"""`[tools.mcp.NAME]` of `config.toml`: which MCP servers there are, checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any

from voicecli.errors import SettingsError
from voicecli.settings import McpSettings, Seconds

Where = Callable[..., str]
"""Names of nested tables -> "config.toml line 7"."""


def mcp_servers(table: object, where: Where) -> tuple[McpSettings, ...]:
    """The servers of the table `tools.mcp`; raises SettingsError, naming the line."""
    if not isinstance(table, dict):
        raise SettingsError(f"{where()}: tools.mcp must be tables", "such as [tools.mcp.time]")
    return tuple(_server(name, given, where) for name, given in table.items())


def _server(name: str, given: object, where: Where) -> McpSettings:
    here = f"{where(name)}: tools.mcp.{name}"
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,24}", name):
        raise SettingsError(f"{here}: a name has letters, digits, _ and -, 24 at most")
    if not isinstance(given, dict):
        raise SettingsError(f"{here} must be a table", f"such as [tools.mcp.{name}]")
    known = {field.name: field for field in fields(McpSettings) if field.name != "name"}
    values: dict[str, Any] = {}
    for key, value in given.items():
        line = f"{where(name, key)}: tools.mcp.{name}.{key}"
        if key not in known:
            raise SettingsError(f"{line} is unknown", f"known are: {', '.join(known)}")
        default = known[key].default
        values[key] = _checked(value, default if default is not MISSING else "", line)
    if ("command" in values) == ("url" in values):
        raise SettingsError(
            f"{here} needs a command or a url, one of the two",
            'command = "uvx", args = ["mcp-server-time"]; or url = "http://localhost:8000/mcp"',
        )
    if "url" in values and not re.match(r"https?://[^\s/]", values["url"]):
        raise SettingsError(f"{where(name, 'url')}: {values['url']!r} is no http address")
    return McpSettings(name, **values)


def _checked(value: object, default: object, line: str) -> object:
    """In the form of the default: a text, a number, texts, or texts by name."""
    match default:
        case str() if isinstance(value, str) and value:
            return value
        case float():
            number = float(value) if isinstance(value, int | float) else value
            if number in Seconds and not isinstance(value, bool):
                return number
            raise SettingsError(f"{line} must be a number {Seconds}")
        case _ if line.endswith((".env", ".headers")):
            if isinstance(value, dict) and all(isinstance(v, str) for v in value.values()):
                return tuple(value.items())
            raise SettingsError(f"{line} must be a table of texts", 'such as { KEY = "$KEY" }')
        case tuple() if isinstance(value, list) and all(isinstance(v, str) for v in value):
            return tuple(value)
    raise SettingsError(f"{line} must be {'a list of texts' if default == () else 'a text'}")


def with_secrets(servers: tuple[McpSettings, ...]) -> Iterator[McpSettings]:
    """Those whose keys stand in the file itself."""
    for server in servers:
        pairs: Mapping[str, str] = dict([*server.env, *server.headers])
        if any(value and "$" not in value for value in pairs.values()):
            yield server
