"""An MCP server that is a program: started, spoken to line by line, and ended for certain.

The client's own `stdio_client` does the same; but it takes a line of any length, and reads a long
one in quadratic time on the loop that also hears the microphone (20 MB: 14 s). Here such a line
ends the program.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from mcp.client._transport import TransportStreams

MAX_LINE_BYTES = 4 * 1024 * 1024
"""Of one message: a page, or an image."""

GRACE_S = 1.0
"""After its input is closed, and after it was asked to end: then it is killed."""

POLL_S = 0.01

INHERITED = ("HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER", "LANG", "TMPDIR", "SYSTEMROOT")
"""Of voicecli's environment: keys in it are not every program's."""


@asynccontextmanager
async def program(
    command: str, args: Sequence[str], env: Mapping[str, str], errors: TextIO
) -> AsyncGenerator[TransportStreams, None]:
    """A transport for mcp.Client. errors: where standard error goes. Raises OSError."""
    import anyio

    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *(command, *args),
        stdin=PIPE,
        stdout=PIPE,
        stderr=errors,
        env=inherited | dict(env),
        limit=MAX_LINE_BYTES,
        start_new_session=True,  # Ctrl-C is ours; and it is ended with all that it started
    )
    read_in, read_out = anyio.create_memory_object_stream[Any](0)
    write_in, write_out = anyio.create_memory_object_stream[Any](0)
    tasks = [
        asyncio.create_task(_read(process, read_in)),
        asyncio.create_task(_write(process, write_out)),
    ]
    try:
        yield read_out, write_in
    finally:
        for stream in (read_out, write_in):
            stream.close()
        try:
            await _ended(process)
        finally:
            _kill(process, signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            process._transport.close()  # type: ignore[attr-defined]  # a grandchild may hold a pipe


async def _read(process: Process, messages: Any) -> None:
    """What it writes, until it ends, or writes a line that is too long."""
    import anyio
    from mcp.shared.message import SessionMessage
    from mcp_types import jsonrpc_message_adapter

    assert process.stdout is not None
    async with messages:
        with suppress(ValueError, ConnectionError, anyio.BrokenResourceError):
            while line := await process.stdout.readline():
                try:
                    message = jsonrpc_message_adapter.validate_json(line, by_name=False)
                except ValueError:
                    continue  # some print more than messages
                await messages.send(SessionMessage(message))
    _kill(process, signal.SIGTERM)


async def _write(process: Process, messages: Any) -> None:
    assert process.stdin is not None
    async with messages:
        with suppress(ConnectionError):
            async for message in messages:
                json = message.message.model_dump_json(by_alias=True, exclude_unset=True)
                process.stdin.write(json.encode() + b"\n")
                await process.stdin.drain()
    process.stdin.close()


async def _ended(process: Process) -> None:
    """Let it end by itself, then ask it to; whoever comes back makes it."""
    assert process.stdin is not None
    process.stdin.close()
    for _ in range(2):
        for _ in range(round(GRACE_S / POLL_S)):
            if process.returncode is not None:  # wait() also waits for its children's pipes
                return
            await asyncio.sleep(POLL_S)
        _kill(process, signal.SIGTERM)


def _kill(process: Process, number: int) -> None:
    """It, and what it started."""
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.terminate()
        else:
            os.killpg(process.pid, number)
