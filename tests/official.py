"""The official models, from their packages: for tests of how well one hears, or how one sounds.

Who has set voicecli up without them (VOICECLI_SMALL=1) has these tests skipped.
"""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

import pytest

from voicecli.models import packages
from voicecli.models.catalogue import PACKAGED

TINY_EN = "tiny.en"
BASE = "base"
JOE = "en_US-joe-medium"
SMART_TURN = "smart-turn-v3.2"


def path(name: str) -> Path:
    """What to load of a model; skips the test where it is not installed.

    What comes in parts is joined once a run, not once a test.
    """
    skip_without(name)
    return _ready(name)


def skip_without(*names: str) -> None:
    """Skip the test where one of these is not installed; without names, one of all."""
    here = {model.name for model in packages.present()}
    if missing := (set(names) or {model.name for model in PACKAGED}) - here:
        pytest.skip(f"the packages of {', '.join(sorted(missing))} are not installed")


@functools.cache
def _ready(name: str) -> Path:
    (model,) = (model for model in PACKAGED if model.name == name)
    return packages.ready(model, _cache())


@functools.cache
def _cache() -> Path:
    return Path(_temporary().name)


@functools.cache
def _temporary() -> tempfile.TemporaryDirectory[str]:
    """Removed when the run ends."""
    return tempfile.TemporaryDirectory(prefix="voicecli-official-")
