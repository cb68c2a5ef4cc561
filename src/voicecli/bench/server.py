"""A language model that gives one answer, on loopback: real HTTP, real SSE, set times."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

MODEL = "bench"

SHORT_ANSWER = "Here is the answer."

ANSWER = (
    "Here is the answer to it. The first part is short and clear, and the second one is longer,"
    " because there is more to say. That is all."
)


@asynccontextmanager
async def serve(
    first_token_s: float, tokens_per_s: float, answer: str = ANSWER
) -> AsyncIterator[str]:
    """Serve on a free port; gives the base URL. A token is a word."""

    writers: set[asyncio.StreamWriter] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                _, _, rest = head.partition("content-length:")
                await reader.readexactly(int(rest.split("\r\n")[0]) if rest else 0)
                if head.startswith("get"):
                    await _send_models(writer)
                else:
                    await _send_answer(writer, first_token_s, tokens_per_s, answer)
        writers.discard(writer)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.close()
        for writer in list(writers):
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


async def _send_models(writer: asyncio.StreamWriter) -> None:
    body = json.dumps({"data": [{"id": MODEL}]}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    writer.write(head.encode() + b"\r\n\r\n" + body)
    await writer.drain()


async def _send_answer(
    writer: asyncio.StreamWriter, first_token_s: float, tokens_per_s: float, answer: str
) -> None:
    writer.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    await asyncio.sleep(first_token_s)
    for word in answer.split(" "):
        delta = {"choices": [{"delta": {"content": f"{word} "}}]}
        _write_chunk(writer, f"data: {json.dumps(delta)}\n\n")
        await writer.drain()
        await asyncio.sleep(1 / tokens_per_s)
    _write_chunk(writer, "data: [DONE]\n\n")
    writer.write(b"0\r\n\r\n")
    await writer.drain()


def _write_chunk(writer: asyncio.StreamWriter, text: str) -> None:
    writer.write(f"{len(text):x}\r\n{text}\r\n".encode())
