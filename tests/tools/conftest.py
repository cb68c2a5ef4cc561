"""A server on loopback for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sse_server import SseServer


@pytest.fixture
def server() -> Iterator[SseServer]:
    with SseServer() as running:
        yield running
