"""Recordings of Realtime conversations are over soon after their last word."""

from __future__ import annotations

import pytest

from voicecli.realtime import dialogue


@pytest.fixture(autouse=True)
def soon_over(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripts answer at once; a server with models needs its time."""
    if not request.node.get_closest_marker("slow"):
        monkeypatch.setattr(dialogue, "SETTLED_S", 0.3)
