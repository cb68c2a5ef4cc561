"""`voicecli doctor`: would a conversation work here, and how well?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from voicecli.cli.ending import run
from voicecli.cli.options import JsonObject, Offline, Profile
from voicecli.printable import in_one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voicecli.doctor.findings import Finding
    from voicecli.settings import Settings


def doctor(
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Play nothing: leaves out echo and round trip.")
    ] = False,
    json: JsonObject = False,
    offline: Offline = None,
    profile: Profile = None,
) -> None:
    """Check whether talk works here, and how well.

    Looks at sound, echo, models, language model, disk and network. Exit code 1 where it can't work.

    Example: voicecli doctor
    """

    from voicecli.cli.starting import load
    from voicecli.duplex.portaudio import native_messages_apart

    settings = load({"offline": offline}, profile=profile, warns=False).settings
    with native_messages_apart():
        findings = run(_examine(settings, quiet=quiet, as_json=json))
    works = not any(finding.verdict == "bad" for finding in findings)
    if json:
        _print_json(findings, works=works)
    if not works:
        raise typer.Exit(1)


async def _examine(settings: Settings, *, quiet: bool, as_json: bool) -> list[Finding]:
    import sys

    from voicecli.doctor.examination import examine

    findings = []
    shows_progress = sys.stderr.isatty()

    def tell(sentence: str) -> None:
        if shows_progress:
            print(f"\r\x1b[K       {sentence} ...", end="", file=sys.stderr, flush=True)  # noqa: T201

    somebody = shows_progress and sys.stdin.isatty() and not quiet
    async for finding in examine(settings, quiet=quiet, somebody=somebody, tell=tell):
        if shows_progress:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)  # noqa: T201
        findings.append(finding)
        if not as_json:
            _print(finding)
    return findings


COLOURS = {"ok": "green", "warn": "yellow", "bad": "red"}


def _print(finding: Finding) -> None:
    """The report is the product, so it goes to stdout."""
    import sys

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=sys.stdout, highlight=False)
    if not console.is_terminal:
        console.width = 200
    lines = Table.grid(padding=(0, 1))
    lines.add_column(width=5)
    lines.add_column(ratio=1 if console.is_terminal else None)
    lines.add_row(
        Text(f" {finding.verdict}", COLOURS[finding.verdict]), Text(in_one_line(finding.text))
    )
    if finding.hint:
        lines.add_row("", Text(in_one_line(finding.hint), "bold"))
    console.print(lines)


def _print_json(findings: Sequence[Finding], *, works: bool) -> None:
    import json
    from dataclasses import asdict

    report = {"talk_works": works, "findings": [asdict(finding) for finding in findings]}
    typer.echo(json.dumps(report, indent=1, ensure_ascii=False))
