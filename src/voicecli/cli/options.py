"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated, Any

import typer

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
VoiceName = Annotated[
    str | None, typer.Option(metavar="NAME", help="Piper voice: name or .onnx file.")
]
OutputDevice = Annotated[
    str | None, typer.Option(metavar="NAME", help="Loudspeaker: name, part of it, or number.")
]
Track = Annotated[
    str | None,
    typer.Option(metavar="N|LANG", help="Of a file with several tracks of sound: which to hear."),
]
JsonObject = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
JsonList = Annotated[bool, typer.Option("--json", help="One JSON list on stdout.")]
