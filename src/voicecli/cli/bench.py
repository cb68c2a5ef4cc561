"""`voicecli bench`: how fast voicecli answers on this machine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from voicecli.cli.options import JsonObject

if TYPE_CHECKING:
    from voicecli.bench.measure import Metric
    from voicecli.events import TurnTimed


def bench(
    n_turns: Annotated[
        int, typer.Option("--turns", min=1, help="Turns to measure in each conversation.")
    ] = 10,
    budget: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=MAX",
            help="Exit code 1 where the median of NAME is above, e.g. first-audio=700.",
        ),
    ] = None,
    stt_model: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    voice: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    trim_encoder: Annotated[bool | None, typer.Option()] = None,
    json: JsonObject = False,
) -> None:
    """Measure how fast this machine answers, without devices.

    Example: voicecli bench --budget first-audio=700
    """
    import asyncio

    limits = dict(_limit(text) for text in budget or [])
    metrics, timed = asyncio.run(_measure(n_turns, stt_model, voice, trim_encoder))
    if json:
        _print_json(metrics)
    else:
        _print_table(metrics, timed)
    missed = [
        f"{metric.key} is {metric.p50:.0f}, above {limits[metric.key]:g} {metric.unit}"
        for metric in metrics
        if metric.key in limits and (metric.p50 is None or metric.p50 > limits[metric.key])
    ]
    if missed:
        from voicecli.errors import VoicecliError

        raise VoicecliError("; ".join(missed), "a smaller model may help: voicecli models")


def _limit(text: str) -> tuple[str, float]:
    from voicecli.bench.measure import KEYS

    name, _, value = text.partition("=")
    if name not in KEYS:
        raise typer.BadParameter(f"there is no {name!r}; there are {', '.join(KEYS)}")
    try:
        return name, float(value)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not NAME=NUMBER") from None


async def _measure(
    n_turns: int, stt_model: str | None, voice: str | None, trim_encoder: bool | None
) -> tuple[list[Metric], TurnTimed | None]:
    from voicecli.bench.measure import Bench
    from voicecli.models import find_stt, find_voice
    from voicecli.settings.loading import load
    from voicecli.stt import Recognizer
    from voicecli.tts import Voice

    settings = load(
        {"stt.model": stt_model, "tts.voice": voice, "stt.trim_encoder": trim_encoder}
    ).settings
    return await Bench(
        settings,
        Recognizer(find_stt(settings.stt.model), settings.stt),
        Voice(find_voice(settings.tts.voice), settings.tts),
        tell=lambda step: print(f"measuring: {step}", file=sys.stderr),  # noqa: T201
    ).run(n_turns)


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


def _print_table(metrics: list[Metric], timed: TurnTimed | None) -> None:
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
            metric.name, _number(metric.p50), _number(metric.p95), metric.unit, metric.key
        )
    console = Console(highlight=False, markup=False)
    console.print(table)
    if timed is not None:
        console.print("\nthe last turn, in ms from the end of speech:")
        for line in _waterfall(timed):
            console.print(line)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.3f}"


def _waterfall(timed: TurnTimed, width: int = 48) -> list[str]:
    """A bar for each stage. What is held back is done inside the pause."""
    begun_ms = max(0.0, timed.hangover_ms - timed.stt_ms - timed.llm_ms - timed.tts_ms)
    stages = [("pause", 0.0, timed.hangover_ms)]
    start_ms = min(begun_ms, 160.0)
    for name, ms in (("stt", timed.stt_ms), ("llm", timed.llm_ms), ("voice", timed.tts_ms)):
        stages.append((name, start_ms, ms))
        start_ms += ms
    stages.append(("heard", timed.first_audio_ms, 0.0))
    scale = width / max(start + ms for _, start, ms in stages)
    return [
        f"  {name:6}{' ' * round(start * scale)}{'█' * max(1, round(ms * scale))} {start + ms:.0f}"
        for name, start, ms in stages
    ]
