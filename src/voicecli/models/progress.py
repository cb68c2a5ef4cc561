"""A pull on stderr: size and licence first, and on a terminal a bar per file and one for all."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from voicecli.models.catalogue import size_text
from voicecli.models.download import Report
from voicecli.models.offers import Offer


def announce(offer: Offer) -> str:
    """Size and licence, before a byte is fetched."""
    licence = f"licence: {offer.licence}" if offer.licence else "its card states no licence"
    return f"{offer.name}: {size_text(offer.size_bytes)} from {offer.repo}, {licence}"


@contextmanager
def shown(offers: Sequence[Offer]) -> Iterator[Report]:
    """What `pull` reports to, on the screen for as long as the block lasts."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.table import Column

    console = Console(file=sys.stderr)
    for offer in offers:
        console.print(announce(offer), markup=False, highlight=False, soft_wrap=True)
    if not console.is_terminal:
        yield lambda model, file, done_bytes, total_bytes: None
        return
    columns = (
        TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True)),
        BarColumn(bar_width=None),
        DownloadColumn(table_column=Column(no_wrap=True)),
        TransferSpeedColumn(table_column=Column(no_wrap=True)),
        TimeRemainingColumn(compact=True, table_column=Column(no_wrap=True)),
    )
    with Progress(*columns, console=console) as progress:
        total_bytes = sum(offer.size_bytes for offer in offers)
        overall = progress.add_task("all", total=total_bytes, visible=_has_several_files(offers))
        tasks = {
            (offer.name, file.path): progress.add_task(
                _label(offer.name, file.path), total=file.size_bytes, visible=False
            )
            for offer in offers
            for file in offer.files
        }
        done: dict[tuple[str, str], int] = {}
        lock = threading.Lock()

        def report(model: str, file: str, done_bytes: int, total_bytes: int) -> None:
            with lock:
                done[model, file] = done_bytes
                finished = done_bytes >= total_bytes
                progress.update(
                    tasks[model, file], completed=done_bytes, visible=not finished, refresh=finished
                )
                progress.update(overall, completed=sum(done.values()))

        yield report


def _has_several_files(offers: Sequence[Offer]) -> bool:
    return sum(len(offer.files) for offer in offers) > 1


def _label(model: str, file: str) -> str:
    """A voice's files have its name already."""
    return file if file.startswith(model) else f"{model} {file}"
