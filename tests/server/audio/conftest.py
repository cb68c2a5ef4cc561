"""One server for all tests of these endpoints, and stock clients of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from openai import OpenAI

from serving import Served, served_on_thread
from voicecli.server.app import ServeOptions


@pytest.fixture(scope="module")
def where() -> Iterator[Served]:
    with served_on_thread(ServeOptions(token="secret", chat=True)) as one:
        yield one


@pytest.fixture
def client(where: Served) -> Iterator[OpenAI]:
    with OpenAI(api_key="secret", base_url=f"{where.url}/v1", max_retries=0) as client:
        yield client
