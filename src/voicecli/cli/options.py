"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

Offline = Annotated[
    bool | None, typer.Option("--offline", help="No connection but to this machine.")
]
Profile = Annotated[str | None, typer.Option(metavar="NAME", help="Profile of config.toml.")]
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
