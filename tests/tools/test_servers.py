"""MCP servers: one that others wrote, one that means harm, and those that can't be used."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from sse_server import closed_port
from voicecli.settings import McpSettings
from voicecli.tools.box import Toolbox
from voicecli.tools.servers import McpServer, exposed_name
from voicecli.tools.tool import Effect

Notes = list[tuple[str, str]]
EVIL = Path(__file__).parents[1] / "evil_mcp.py"
TIME = McpSettings("time", sys.executable, ("-m", "mcp_server_time"))


def evil(marks: Path, timeout_s: float = 30.0) -> McpSettings:
    return McpSettings("evil", sys.executable, (str(EVIL), str(marks)), timeout_s=timeout_s)


def using(
    settings: McpSettings,
    work: Callable[[McpServer, Toolbox], Awaitable[None]],
    *,
    offline: bool = False,
    timeout_s: float = 30.0,
) -> Notes:
    """Do something with a server; what the user was told."""
    told: Notes = []

    async def main() -> None:
        notices = lambda message, hint: told.append((message, hint))  # noqa: E731
        async with McpServer(settings, notices, offline=offline) as server:
            await server.settled()
            await work(server, Toolbox([server], timeout_s=timeout_s))

    asyncio.run(main())
    return told


async def nothing(server: McpServer, box: Toolbox) -> None:
    pass


async def called(box: Toolbox, name: str, arguments: str = "{}") -> tuple[str, bool]:
    return await box.call((await box.tools())[name], arguments)


def test_a_server_that_others_wrote() -> None:
    async def work(server: McpServer, box: Toolbox) -> None:
        tool = (await box.tools())["time_get_current_time"]
        assert tool.effect is Effect.READS  # as it says itself
        text, failed = await called(box, tool.name, '{"timezone": "Asia/Tokyo"}')
        assert not failed
        assert "+09:00" in text
        text, failed = await called(box, tool.name, '{"timezone": "Asia/Nowhere"}')
        assert failed
        assert "Invalid timezone" in text
        text, failed = await called(box, tool.name)
        assert (text, failed) == ("timezone is missing", True)

    assert using(TIME, work) == []


def test_names_are_its_own_and_bad_tools_are_left_out(tmp_path: Path) -> None:
    async def work(server: McpServer, box: Toolbox) -> None:
        names = list(await box.tools())
        assert len(names) == len(set(names)) == 14
        assert all(name.startswith("evil_") and len(name) <= 64 for name in names)
        assert all(name.replace("_", "").replace("-", "").isalnum() for name in names)
        assert all(name.isascii() for name in names)
        assert "evil_a_b" in names
        about = (await box.tools())["evil_controls"].description
        assert "\x1b" not in about
        assert "\u202e" not in about

    told = using(evil(tmp_path), work)
    assert [message.partition(" is left out")[0] for message, _ in told] == [
        f"the tool {name} of evil" for name in ("wrong", "long")
    ]


def test_a_list_that_is_no_list_of_tools(tmp_path: Path) -> None:
    settings = McpSettings("evil", sys.executable, (str(EVIL), str(tmp_path), "no-object"))
    [(message, _)] = using(settings, nothing)
    assert message.endswith(
        "can't be used: what it answers is no MCP (tools.16.inputSchema.type: "
        "Input should be 'object')"
    )


def test_what_it_returns_is_data(tmp_path: Path) -> None:
    async def work(server: McpServer, box: Toolbox) -> None:
        text, failed = await called(box, "evil_inject")
        assert not failed
        assert "It rains." in text
        for mark in ("<|", "</tool_response", "<tool_call", "[TOOL_CALLS", "<function="):
            assert mark not in text
        text, _ = await called(box, "evil_controls")
        assert text.isprintable()
        text, _ = await called(box, "evil_large")
        assert len(text) < box.max_output_chars + 100
        assert "cut off" in text
        text, failed = await called(box, "evil_garbage")
        assert failed
        text, failed = await called(box, "evil_unknown")
        assert (text, failed) == ("done unknown", False)

    using(evil(tmp_path), work)


def test_a_call_that_hangs_is_given_up_and_the_server_is_told(tmp_path: Path) -> None:
    async def work(server: McpServer, box: Toolbox) -> None:
        text, failed = await called(box, "evil_hang")
        assert failed
        assert "longer than 0.3 s" in text
        assert (await called(box, "evil_unknown")) == ("done unknown", False)

    using(evil(tmp_path), work, timeout_s=0.3)
    assert (tmp_path / "cancelled").exists()


def test_one_that_dies_in_a_call_is_started_again(tmp_path: Path) -> None:
    async def work(server: McpServer, box: Toolbox) -> None:
        text, failed = await called(box, "evil_die")
        assert failed
        assert "ended during a call" in text
        assert await called(box, "evil_unknown") == ("done unknown", False)

    told = using(evil(tmp_path), work)
    assert [m for m, _ in told].count("the tool server evil ended during a call") == 1


def test_one_that_writes_without_end_is_ended(tmp_path: Path) -> None:
    async def work(server: McpServer, box: Toolbox) -> None:
        text, failed = await called(box, "evil_huge")
        assert failed
        assert "ended during a call" in text

    using(evil(tmp_path), work)


def test_a_list_that_changes_is_read_again(tmp_path: Path) -> None:
    async def work(server: McpServer, box: Toolbox) -> None:
        await called(box, "evil_change")
        assert list(await box.tools()) == ["evil_second"]

    using(evil(tmp_path), work)


def test_what_it_writes_to_standard_error_is_kept_off_the_screen(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    using(evil(tmp_path), nothing)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("settings", "said", "hint"),
    [
        (McpSettings("x", "/no/such"), "x can't be started: /no/such: No such file", "command"),
        (McpSettings("x", "/etc"), "x can't be started: /etc: Permission denied", "command"),
        (McpSettings("x", "true"), "x (true) can't be used: Connection closed", "tools.log"),
        (McpSettings("x", "echo", ("hi",)), "x (echo) can't be used: Connection", "tools.log"),
    ],
)
def test_one_that_can_not_be_started(settings: McpSettings, said: str, hint: str) -> None:
    async def work(server: McpServer, box: Toolbox) -> None:
        assert await box.tools() == {}

    [told] = using(settings, work)
    assert told[0].startswith(f"the tool server {said}")
    assert hint in told[1]


def test_an_address_where_nothing_answers() -> None:
    with closed_port() as port:
        [(message, hint)] = using(McpSettings("x", url=f"http://127.0.0.1:{port}/mcp"), nothing)
    assert message.endswith(f"at http://127.0.0.1:{port}/mcp can't be used: nothing answers there")
    assert hint == "its address stands in [tools.mcp.x] in config.toml"


HTTP_SERVER = """
import sys
from mcp.server import MCPServer
server = MCPServer("words")
@server.tool()
def echo(text: str) -> str:
    return "\\x1b[2J" + text
server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[1]))
"""


def test_a_server_that_is_asked_by_http(tmp_path: Path) -> None:
    with closed_port() as port:
        pass
    (tmp_path / "server.py").write_text(HTTP_SERVER)
    command = [sys.executable, str(tmp_path / "server.py"), str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            for _ in range(600):
                with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.05)

            async def work(server: McpServer, box: Toolbox) -> None:
                assert (await box.tools())["web_echo"].effect is Effect.CHANGES  # it doesn't tell
                assert await called(box, "web_echo", '{"text": "hello"}') == ("[2Jhello", False)

            url = f"http://127.0.0.1:{port}/mcp"
            assert using(McpSettings("web", url=url), work, offline=True) == []
            [(message, _)] = using(McpSettings("web", url=f"{url}/no/such"), nothing)
            assert "can't be used" in message
        finally:
            running.kill()


def test_offline_asks_nobody_elsewhere() -> None:
    told = using(McpSettings("x", url="http://example.com/mcp"), nothing, offline=True)
    assert told == [("--offline forbids to ask the tool server x", "leave --offline out")]


def test_leaving_does_not_wait_for_one_that_hangs(tmp_path: Path) -> None:
    """Nor for its call, nor for its end."""

    async def work(server: McpServer, box: Toolbox) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.2):
                await called(box, "evil_hang")

    before_s = time.monotonic()
    using(evil(tmp_path), work)
    assert time.monotonic() - before_s < 20  # it would wait for 30 s


def test_names_are_short_and_do_not_collide() -> None:
    assert exposed_name("s", "read file") == "s_read_file"
    assert exposed_name("s", "read file", {"s_read_file"}) != "s_read_file"
    long = [exposed_name("s", "x" * 80 + end) for end in "ab"]
    assert len(set(long)) == 2
    assert max(map(len, long)) <= 64
