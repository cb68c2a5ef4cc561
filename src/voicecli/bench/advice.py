"""What follows from the figures: trimming, the turn detector, the recogniser. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from voicecli.doctor.speech import BUDGET_MS


def trimming(trimmed_ms: float, padded_ms: float) -> str:
    """What it brings, whoever has turned it on."""
    return (
        f"trimming: a question is recognised in {trimmed_ms:.0f} ms instead of {padded_ms:.0f};"
        " tiny and base do it by themselves in English, others with --trim-encoder"
    )


def turn_detector(took_ms: float | None) -> str:
    """took_ms: for one look; None where there is none."""
    if took_ms is None:
        return (
            "turn detector: none is used; with one, fewer who only pause are answered:"
            " voicecli models pull smart-turn-v3.2"
        )
    return f"turn detector: it costs {took_ms:.0f} ms of a pause, and tells who only pauses"


def recognizer(expected_ms: Mapping[str, float], installed: Collection[str]) -> str:
    """The one that understands most of those that are quick enough, else the quickest.

    expected_ms: until first audio, of each size, the smallest first, which understands least.
    installed: models that are here; of one size that for English alone understands it better.
    """
    names = {name.removesuffix(".en"): name for name in sorted(installed)}
    here = [size for size in expected_ms if size in names]
    if not here:
        return (
            "recogniser: none that is installed understands free speech: voicecli models pull base"
        )
    quick = [size for size in here if expected_ms[size] <= BUDGET_MS]
    best = quick[-1] if quick else here[0]
    told = ", ".join(f"{names[size]} {expected_ms[size]:.0f} ms" for size in here)
    return (
        f"recogniser: {names[best]} is the best here of those installed (first audio after {told})"
    )
