"""One server for all tests of these endpoints, on a thread of its own, and stock clients of it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest
from openai import OpenAI

from serving import Served, served
from voicecli.server.app import ServeOptions


@pytest.fixture(scope="module")
def where() -> Iterator[Served]:
    started = threading.Event()
    running: list[Served] = []
    loop = asyncio.new_event_loop()
    over = asyncio.Event()

    async def serve() -> None:
        async with served(ServeOptions(token="secret", chat=True)) as one:
            running.append(one)
            started.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert started.wait(60)
    yield running[0]
    loop.call_soon_threadsafe(over.set)
    thread.join(60)
    loop.close()


@pytest.fixture
def client(where: Served) -> Iterator[OpenAI]:
    with OpenAI(api_key="secret", base_url=f"{where.url}/v1", max_retries=0) as client:
        yield client
