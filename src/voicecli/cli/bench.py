"""`voicecli bench`: how fast voicecli answers on this machine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from voicecli.cli.ending import run
from voicecli.cli.options import JsonObject

if TYPE_CHECKING:
    from voicecli.bench.measure import Metric, Stage


def bench(
    n_turns: Annotated[
        int,
        typer.Option("--turns", min=1, metavar="N", help="Turns to measure in each conversation."),
    ] = 10,
    budget: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=MAX",
            help="Exit code 1 where the median of NAME is above, e.g. first-audio=700.",
        ),
    ] = None,
    stt_model: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name or folder of a recogniser.")
    ] = None,
    voice: Annotated[
        str | None, typer.Option(metavar="NAME", help="Piper voice: name or .onnx file.")
    ] = None,
    trim_encoder: Annotated[
        bool | None, typer.Option(help="Encode what was said instead of 30 s.")
    ] = None,
    json: JsonObject = False,
) -> None:
    """Measure how fast this machine answers, without devices.

    Example: voicecli bench --budget first-audio=700
    """

    limits = dict(_limit(text) for text in budget or [])
    metrics, stages, advice = run(_measure(n_turns, stt_model, voice, trim_encoder))
    if json:
        _print_json(metrics)
    else:
        _print_table(metrics, stages)
    typer.echo("\n" + "\n".join(advice), err=json)  # stdout is for the figures
    missed = [
        f"{metric.key} is {_number(metric.p50)}, above {limits[metric.key]:g} {metric.unit}"
        for metric in metrics
        if metric.key in limits and (metric.p50 is None or metric.p50 > limits[metric.key])
    ]
    if missed:
        from voicecli.errors import VoicecliError

        raise VoicecliError("; ".join(missed), "a smaller model may help: voicecli models")


def _limit(text: str) -> tuple[str, float]:
    from voicecli.bench.measure import METRICS

    name, _, value = text.partition("=")
    if name not in METRICS:
        raise typer.BadParameter(f"there is no {name!r}; there are {', '.join(METRICS)}")
    try:
        return name, float(value)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not NAME=NUMBER") from None


async def _measure(
    n_turns: int, stt_model: str | None, voice: str | None, trim_encoder: bool | None
) -> tuple[list[Metric], list[Stage], list[str]]:
    from voicecli.bench.measure import Bench
    from voicecli.engines import Engines
    from voicecli.settings.loading import load

    settings = load(
        {"stt.model": stt_model, "tts.voice": voice, "stt.trim_encoder": trim_encoder}
    ).settings
    async with Engines(settings) as engines:
        measuring = Bench(engines, tell=lambda step: print(step, file=sys.stderr))  # noqa: T201
        metrics, stages = await measuring.run(n_turns)
        return metrics, stages, await measuring.advice(metrics)


def _print_json(metrics: list[Metric]) -> None:
    from json import dumps

    typer.echo(
        dumps(
            {
                metric.key: {
                    "unit": metric.unit,
                    "p50": metric.p50,
                    "p95": metric.p95,
                    "n": len(metric.values),
                }
                for metric in metrics
            },
            indent=2,
        )
    )


def _print_table(metrics: list[Metric], stages: list[Stage]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("metric")
    for heading in ("p50", "p95"):
        table.add_column(heading, justify="right")
    table.add_column("")
    table.add_column("name", style="dim")
    for metric in metrics:
        table.add_row(
            metric.meaning, _number(metric.p50), _number(metric.p95), metric.unit, metric.key
        )
    console = Console(highlight=False, markup=False)
    console.print(table)
    if stages:
        console.print("\nthe last turn, in ms from the end of speech:")
        for line in _waterfall(stages):
            console.print(line)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    size = abs(value)
    return f"{value:.0f}" if size >= 100 else f"{value:.1f}" if size >= 1 else f"{value:.3f}"


def _waterfall(stages: list[Stage], width: int = 48) -> list[str]:
    """A bar for each stage, and where it ends."""
    scale = width / max(stage.end_ms for stage in stages)
    return [
        f"  {stage.name:6}{' ' * round(stage.start_ms * scale)}"
        f"{'█' * max(1, round((stage.end_ms - stage.start_ms) * scale))} {stage.end_ms:.0f}"
        for stage in stages
    ]
