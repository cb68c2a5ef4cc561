"""`voicecli tools`: what a model may call with `talk --tools`, and trying it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from voicecli.cli.ending import run
from voicecli.cli.options import JsonList, Offline
from voicecli.cli.streams import tell, write_out

if TYPE_CHECKING:
    from voicecli.settings import Settings
    from voicecli.tools.box import Toolbox

app = typer.Typer(help="Functions that the model may call while you talk: list, try.")


@app.callback(invoke_without_command=True)
def list_(context: typer.Context, json: JsonList = False, offline: Offline = None) -> None:
    """List tools: those on board, and those of your MCP servers.

    Example: voicecli tools
    """
    if context.invoked_subcommand is None:
        run(_list(_settings(offline), as_json=json))


@app.command()
def call(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `voicecli tools` lists it.")],
    arguments: Annotated[
        str, typer.Argument(metavar="JSON", help="What it is given, a JSON object.")
    ] = "{}",
    offline: Offline = None,
) -> None:
    """Call a tool, as the model would; nothing is asked first.

    Example: voicecli tools call calculate '{"expression": "2 + 3"}'
    """
    run(_call(_settings(offline), name, arguments))


def _settings(offline: bool | None) -> Settings:
    from voicecli.cli.starting import load

    loaded = load({"offline": offline})
    return loaded.settings


async def _list(settings: Settings, *, as_json: bool) -> None:
    from voicecli.printable import in_one_line

    async with _box(settings) as (box, n_failed):
        tools = (await box.tools()).values()
        if as_json:
            import json

            rows = [
                {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": tool.parameters,
                    "asks_first": box.is_asked_for(tool),
                }
                for tool in tools
            ]
            write_out(json.dumps(rows, indent=2) + "\n")
        else:
            width = max(len(tool.name) for tool in tools)
            for tool in tools:
                asks = "asks first" if box.is_asked_for(tool) else ""
                about = in_one_line(tool.description, 90)
                write_out(f"{tool.name:<{width}}  {asks:<10}  {about}".rstrip() + "\n")
    if not settings.tools.enabled:
        tell("tools are off", "voicecli talk --tools, or tools.enabled = true")
    if n_failed:
        raise typer.Exit(1)


async def _call(settings: Settings, name: str, arguments: str) -> None:
    from voicecli.errors import VoicecliError
    from voicecli.tools.timers import Timers

    async with _box(settings, name) as (box, _):
        tools = await box.tools()
        if name in {tool.name for tool in Timers(lambda: 0.0).tools()}:
            raise VoicecliError(f"{name} needs a conversation that lasts", "voicecli talk --tools")
        if name not in tools:
            raise VoicecliError(f"there is no tool {name!r}", "voicecli tools lists them")
        text, failed = await box.call(tools[name], arguments)
    if failed:
        raise VoicecliError(f"{name}: {text}")
    write_out(text + "\n")


@asynccontextmanager
async def _box(
    settings: Settings, name: str | None = None
) -> AsyncGenerator[tuple[Toolbox, int], None]:
    """All tools, once the servers are there, and how many of these can't be used.

    name: of the only tool that is wanted: servers that can't have it are not asked.
    """
    import time

    from voicecli.tools.box import toolbox
    from voicecli.tools.servers import connected
    from voicecli.tools.timers import Timers

    asked = [s for s in settings.tools.mcp if name is None or name.startswith(f"{s.name}_")]
    async with connected(asked, tell, offline=settings.offline) as servers:
        for server in servers:
            await server.settled()
        n_failed = sum(server.error is not None for server in servers)
        yield toolbox(settings.tools, Timers(time.time), servers), n_failed
