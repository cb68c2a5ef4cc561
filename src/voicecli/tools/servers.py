"""MCP servers of the user's: programs that are started, or addresses that are asked.

Each is connected in a task of its own: one that hangs, dies or lies takes nothing else with it. The
official client (`mcp`, the extra `tools`) is loaded when there is a server to be asked.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import re
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TextIO

from voicecli import places
from voicecli.errors import NetworkError, VoicecliError, reason
from voicecli.network import hidden_password, is_loopback
from voicecli.printable import in_one_line, printable
from voicecli.settings import McpSettings
from voicecli.tools.program import program
from voicecli.tools.tool import Arguments, Effect, Source, Tool, ToolError

if TYPE_CHECKING:
    import mcp
    import mcp_types

CONNECT_S = 30.0
"""`npx` and `uvx` may fetch a server before they start it."""

CLOSE_S = 6.0
"""A server that does not end by itself is killed by then."""

MAX_PAGES = 20
MAX_NAME_CHARS = 64
"""Of a function, as OpenAI takes it."""
MAX_DESCRIPTION_CHARS = 1000
MAX_SCHEMA_CHARS = 8000
"""More would fill the model's context, turn by turn."""
MAX_LOG_BYTES = 1_000_000

Notices = Callable[[str, str], None]


class McpServer(Source):
    """One server, and its tools. An async context manager: it connects in the background."""

    def __init__(self, settings: McpSettings, notices: Notices, *, offline: bool = False) -> None:
        """notices: hears, with a hint, why it can't be used."""
        self.settings = settings
        self.error: VoicecliError | None = None
        """Why it can't be used."""
        self._notices = notices
        self._offline = offline
        self._client: mcp.Client | None = None
        self._tools: list[Tool] = []
        self._is_stale = False
        self._task: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()
        self._ending = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._end()

    async def settled(self) -> None:
        """Wait until it is connected, or can't be."""
        await self._settled.wait()

    async def tools(self) -> Sequence[Tool]:
        """As the server lists them now; none while it is not connected."""
        if self._is_stale and self._client is not None:
            self._is_stale = False
            try:
                async with asyncio.timeout(self.settings.timeout_s):
                    await self._list(self._client)
            except Exception as error:
                self._tell(error)
        return self._tools

    # ---- the connection -----------------------------------------------------------------------

    async def _end(self) -> None:
        self._ending.set()
        if self._task is not None and not self._task.done():
            _, still = await asyncio.wait({self._task}, timeout=CLOSE_S)
            for task in still:
                task.cancel()

    def _start(self) -> None:
        self._settled.clear()
        self._ending.clear()
        self._task = asyncio.create_task(self._connected(), name=f"mcp {self.settings.name}")

    async def _connected(self) -> None:
        """Connect, and stay so until it is over."""
        try:
            self._check_offline()
            await asyncio.to_thread(_load)
            async with AsyncExitStack() as stack:
                async with asyncio.timeout(CONNECT_S):
                    client = await stack.enter_async_context(self._new_client(stack))
                    await self._list(client)
                self._client, self.error = client, None
                self._settled.set()
                watching = asyncio.create_task(self._watch(client))
                try:
                    await self._ending.wait()
                finally:
                    watching.cancel()
                    self._client = None
        except Exception as error:
            if not self._ending.is_set():
                self._tools = []
                self._tell(error)
        finally:
            self._settled.set()

    def _check_offline(self) -> None:
        from urllib.parse import urlsplit

        url = self.settings.url
        if url and self._offline and not is_loopback(urlsplit(url).hostname or ""):
            raise NetworkError(
                f"--offline forbids to ask the tool server {self.settings.name}",
                "leave --offline out",
            )

    def _tell(self, error: Exception) -> None:
        self.error = _why(error, self.settings)
        self._notices(self.error.message, self.error.hint)

    def _new_client(self, stack: AsyncExitStack) -> mcp.Client:
        import mcp
        from mcp.client.streamable_http import streamable_http_client
        from mcp.shared._httpx_utils import create_mcp_http_client

        settings = self.settings
        if settings.url:
            headers = {name: _from_environment(value) for name, value in settings.headers}
            http = create_mcp_http_client(headers=headers)
            stack.push_async_callback(http.aclose)
            transport: Any = streamable_http_client(settings.url, http_client=http)
        else:
            environment = {name: _from_environment(value) for name, value in settings.env}
            command = str(Path(settings.command).expanduser())
            errors = stack.enter_context(_log())
            transport = program(command, settings.args, environment, errors)
        return mcp.Client(
            transport,
            message_handler=self._hear,
            client_info=_client_info(),
            read_timeout_seconds=CONNECT_S,
            cache=None,
        )

    async def _hear(self, message: object) -> None:
        import mcp_types

        if isinstance(message, mcp_types.ToolListChangedNotification):
            self._is_stale = True

    async def _watch(self, client: mcp.Client) -> None:
        """Newer servers tell only those who ask that their tools are others now."""
        with suppress(Exception):
            async with client.listen(tools_list_changed=True) as changes:
                async for _ in changes:
                    self._is_stale = True

    # ---- tools --------------------------------------------------------------------------------

    async def _list(self, client: mcp.Client) -> None:
        listed: list[mcp_types.Tool] = []
        cursor: str | None = None
        for _ in range(MAX_PAGES):
            page = await client.list_tools(cursor=cursor)
            listed += page.tools
            cursor = page.next_cursor
            if not cursor:
                break
        self._tools = list(self._known(listed))

    def _known(self, listed: Sequence[mcp_types.Tool]) -> Iterator[Tool]:
        names: set[str] = set()
        for tool in listed:
            if why := _what_is_wrong(tool.input_schema):
                shown = in_one_line(tool.name, 60)
                self._notices(
                    f"the tool {shown} of {self.settings.name} is left out: {why}",
                    "tell those who made the server",
                )
                continue
            name = exposed_name(self.settings.name, tool.name, names)
            names.add(name)
            hints = tool.annotations
            reads = hints is not None and hints.read_only_hint is True
            description = printable(tool.description or tool.title or "").strip()
            yield Tool(
                name,
                description[:MAX_DESCRIPTION_CHARS],
                tool.input_schema,
                partial(self._call, tool.name),
                Effect.READS if reads else Effect.CHANGES,
            )

    async def _call(self, name: str, arguments: Arguments) -> str:
        if self._client is None:
            await self._end()
            self._start()
            await self._settled.wait()
        client = self._client
        if client is None:
            message = self.error.message if self.error else "it has ended"
            raise ToolError(f"The tool server can't be used: {message}.")
        try:
            result = await client.call_tool(
                name, dict(arguments), read_timeout_seconds=self.settings.timeout_s
            )
        except Exception as error:
            if _is_closed(error):
                self._ending.set()  # the next call starts it again
                self._client = None
                message = f"the tool server {self.settings.name} ended during a call"
                self._notices(message, "it is started again when it is needed")
                raise ToolError(f"{message}; it may or may not have done it") from None
            raise ToolError(_said(error)) from None
        text = "\n".join(_texts(result))
        if result.is_error:
            raise ToolError(text or "the tool failed, and does not say why")
        return text


@asynccontextmanager
async def connected(
    servers: Sequence[McpSettings], notices: Notices, *, offline: bool = False
) -> AsyncGenerator[list[McpServer], None]:
    """The servers, while they connect in the background."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(McpServer(server, notices, offline=offline))
            for server in servers
        ]


def exposed_name(server: str, tool: str, taken: set[str] | frozenset[str] = frozenset()) -> str:
    """The name under which a model calls a server's tool: no other server, and none of ours, can
    have it. What can't stand in it becomes `_`."""
    name = re.sub(r"[^A-Za-z0-9_-]", "_", f"{server}_{tool}")
    if len(name) > MAX_NAME_CHARS or name in taken or name == f"{server}_":
        mark = hashlib.sha256(tool.encode(errors="surrogatepass")).hexdigest()[:8]
        name = f"{name[: MAX_NAME_CHARS - 9]}_{mark}"
    return name


# -- what a server says -----------------------------------------------------------------------


def _texts(result: mcp_types.CallToolResult) -> Iterator[str]:
    for block in result.content:
        match block.type:
            case "text":
                yield block.text
            case "resource":
                yield getattr(block.resource, "text", "(a file that is no text)")
            case "resource_link":
                yield f"{block.name}: {block.uri}"
            case kind:
                yield f"(an {kind})" if kind[:1] in "aeiou" else f"(a {kind})"
    if not result.content and result.structured_content is not None:
        yield json.dumps(result.structured_content, ensure_ascii=False)


def _what_is_wrong(schema: Mapping[str, Any]) -> str:
    """Why a model can't be given a tool with this schema; empty where it can."""
    from jsonschema import SchemaError
    from jsonschema.validators import validator_for

    try:
        if len(json.dumps(schema)) > MAX_SCHEMA_CHARS:
            return f"its schema is longer than {MAX_SCHEMA_CHARS} characters"
        if schema.get("type") != "object":
            return "its schema is that of no object"
        validator_for(schema).check_schema(dict(schema))
    except SchemaError as error:
        return in_one_line(f"its schema is wrong ({error.message})", 200)
    except Exception as error:
        return in_one_line(f"its schema can't be read ({reason(error)})", 200)
    return ""


def _why(error: BaseException, settings: McpSettings) -> VoicecliError:
    """What to tell the user of a server that can't be used."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, NetworkError):
        return error
    server = f"the tool server {settings.name}"
    where = f"[tools.mcp.{settings.name}] in config.toml"
    if isinstance(error, ImportError):
        return VoicecliError(
            f"{server} can't be asked: the package mcp is missing",
            "install it: uv tool install 'voicecli[tools]'",
        )
    if settings.url:
        what, hint = f"at {hidden_password(settings.url)}", f"its address stands in {where}"
    else:
        what, hint = f"({in_one_line(settings.command, 60)})", f"what it wrote is in {_log_path()}"
    if isinstance(error, FileNotFoundError | PermissionError | NotADirectoryError):
        return VoicecliError(
            f"{server} can't be started: {in_one_line(settings.command, 60)}: {reason(error)}",
            f"its command stands in {where}",
        )
    if isinstance(error, TimeoutError):
        return VoicecliError(f"{server} {what} did not answer within {CONNECT_S:g} s", hint)
    return VoicecliError(f"{server} {what} can't be used: {_said(error)}", hint)


def _said(error: BaseException) -> str:
    """An exception of the client's in a few words."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if type(error).__name__ == "ValidationError":
        first = getattr(error, "errors", list)()[:1]
        where = "".join(f" ({'.'.join(map(str, e['loc']))}: {e['msg']})" for e in first)
        return in_one_line(f"what it answers is no MCP{where}", 200)
    if type(error).__name__.startswith("Connect"):
        return "nothing answers there"
    return in_one_line(str(error), 300) or type(error).__name__


def _is_closed(error: BaseException) -> bool:
    import anyio
    import mcp_types

    if isinstance(error, anyio.ClosedResourceError | anyio.BrokenResourceError):
        return True
    return getattr(error, "code", None) == mcp_types.CONNECTION_CLOSED


# -- around the client ------------------------------------------------------------------------


def _load() -> None:
    """In a thread, for it takes a second or two. What the client logs stays off the screen."""
    import jsonschema  # noqa: F401
    import mcp

    logger = logging.getLogger(mcp.__name__)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
        logger.propagate = False


def _client_info() -> mcp_types.Implementation:
    from importlib.metadata import version

    import mcp_types

    return mcp_types.Implementation(name="voicecli", version=version("voicecli"))


def _from_environment(value: str) -> str:
    """`$NAME`, and `Bearer $NAME`, are taken from the environment: keys need not be in a file."""
    return re.sub(r"\$(\w+)|\$\{(\w+)\}", lambda m: os.environ.get(m[1] or m[2], ""), value)


def _log_path() -> Path:
    return places.state_folder() / "tools.log"


def _log() -> TextIO:
    """What servers write to standard error, which is the screen's."""
    path = _log_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        is_long = path.exists() and path.stat().st_size > MAX_LOG_BYTES
        return path.open("w" if is_long else "a", encoding="utf-8")
    except OSError:
        return open(os.devnull, "w")
