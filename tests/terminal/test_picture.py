"""The README's picture of the live screen is what the program draws today."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_picture_is_up_to_date() -> None:
    script = runpy.run_path(str(ROOT / "scripts/make_screen.py"))
    assert script["PICTURE"].read_text("utf-8") == script["picture"](), (
        "run .venv/bin/python scripts/make_screen.py, and look at docs/screen.svg"
    )
