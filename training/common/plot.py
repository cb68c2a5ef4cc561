"""Draw the log of a training: losses and errors over the samples.

    python -m training.common.plot WORK/recognizer.jsonl curve.png

A log is a line of JSON for each entry. Numbers by name are losses and rates; `errors` holds more
of them, each the error of a test set in per cent. Lines without `samples` are drawn over `step`.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

Series = dict[str, tuple[list[float], list[float]]]

NOT_LOSSES = frozenset(("step", "samples", "minutes", "hours", "rate", "samples_per_s", "gradient"))


def read(log: Path) -> tuple[Series, Series]:
    """Losses and errors by name: where, and how much."""
    losses: Series = defaultdict(lambda: ([], []))
    errors: Series = defaultdict(lambda: ([], []))
    for line in log.read_text("utf-8").splitlines():
        entry = json.loads(line)
        at = entry.get("samples", entry["step"])
        for series, values in ((losses, entry), (errors, entry.get("errors", {}))):
            for name, value in values.items():
                if name not in NOT_LOSSES and isinstance(value, int | float):
                    series[name][0].append(at)
                    series[name][1].append(value)
    return losses, errors


def draw(log: Path, picture: Path) -> None:
    losses, errors = read(log)
    _, (left, right) = pyplot.subplots(1, 2, figsize=(12, 4.5))
    for axes, series, title in ((left, losses, "loss"), (right, errors, "error, %")):
        for name, (at, values) in sorted(series.items()):
            axes.plot(at, values, label=name, marker="." if len(at) < 60 else None)
        axes.set(title=title, xlabel="samples", yscale="log")
        axes.grid(visible=True, alpha=0.3)
        if series:
            axes.legend()
    pyplot.tight_layout()
    pyplot.savefig(picture, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("log", type=Path)
    parser.add_argument("picture", type=Path)
    arguments = parser.parse_args()
    draw(arguments.log, arguments.picture)


if __name__ == "__main__":
    main()
