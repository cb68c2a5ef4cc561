"""The folders that voicecli keeps things in. `VOICECLI_HOME` moves all of them below one folder."""

from __future__ import annotations

import os
import secrets
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


def cache_folder() -> Path:
    """What can be made again at any time."""
    return _place("cache") / "cache"


def bundled_folder() -> Path:
    """The models that came with voicecli: in the wheel, or in the checkout it runs from."""
    package = Path(__file__).resolve().parents[1]
    in_wheel = package / "bundled"
    return in_wheel if in_wheel.is_dir() else package.parents[1] / "models"


def write_atomically(path: Path, text: str, mode: int = 0o644) -> None:
    """Replace a file by a new one; at every moment it is the old or the new one as a whole."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    # With its mode from the beginning: what it holds may be a secret.
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with open(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
    flush(unfinished)
    unfinished.replace(path)


def flush(path: Path) -> None:
    """Have the bytes on the disk before something that counts on them is."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
