"""Which engines are installed, in which versions, under which licences; none is imported."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, metadata, version

ENGINES = (
    "faster-whisper",
    "ctranslate2",
    "piper-tts",
    "onnxruntime",
    "silero-vad",
    "pywebrtc-audio",
    "sounddevice",
    "soxr",
    "av",
    "httpx",
)
"""Distributions that hear, speak, and talk with language models."""

OPTIONAL = {"silero-vad"}
"""Without it, faster-whisper brings the same engine."""

_UNSTATED = {"silero-vad": "MIT"}
"""Where the package itself does not say it, but its repository does."""


def versions() -> dict[str, str]:
    """By distribution; "missing" for one that is not installed and is needed."""
    found = {name: _version(name) for name in ("voicecli", *ENGINES)}
    return {name: it for name, it in found.items() if it != "missing" or name not in OPTIONAL}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def licences() -> dict[str, str]:
    """By distribution, as its metadata states it in short; of those that are installed."""
    found = {name: _licence(name) for name in ("voicecli", *ENGINES) if _version(name) != "missing"}
    return {
        name: licence or _UNSTATED.get(name, "see its package") for name, licence in found.items()
    }


def _licence(name: str) -> str:
    fields = metadata(name)
    stated = next((fields[key] for key in ("License-Expression", "License") if key in fields), "")
    if stated and "\n" not in stated.strip() and len(stated) < 60:
        return stated.strip().removesuffix(" License")
    classifiers = fields.get_all("Classifier") or []
    found = [text.rpartition(" :: ")[2] for text in classifiers if text.startswith("License ::")]
    return found[0].removesuffix(" License") if found else ""
