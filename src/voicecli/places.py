"""The folders that voicecli keeps things in. `VOICECLI_HOME` moves all of them below one folder."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def _place(kind: str) -> Path:
    home = os.environ.get("VOICECLI_HOME")
    if home:
        return Path(home).expanduser().absolute()
    # appauthor=False: without it Windows repeats the name.
    return Path(getattr(platformdirs, f"user_{kind}_dir")("voicecli", appauthor=False))


def config_file() -> Path:
    """`config.toml`, which need not exist."""
    return _place("config") / "config.toml"


def state_folder() -> Path:
    """Small things worth keeping between runs: what was asked before, logs."""
    return _place("state") / "state"


def pulled_folder() -> Path:
    """Pulled models and their receipts."""
    return _place("data") / "models"


def sessions_folder() -> Path:
    """Recorded conversations, a folder each."""
    return _place("data") / "sessions"


def cache_folder() -> Path:
    """What can be made again at any time."""
    return _place("cache") / "cache"


def bundled_folder() -> Path:
    """The models that came with voicecli: in the wheel, or in the checkout it runs from."""
    package = Path(__file__).resolve().parent
    in_wheel = package / "bundled"
    return in_wheel if in_wheel.is_dir() else package.parents[1] / "models"
