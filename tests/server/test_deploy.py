"""What deploy/ holds, by those who read it: hadolint, Kubernetes' schemas, HAProxy."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import sysconfig
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import kubernetes_validate
import pytest
import websockets
import yaml

from serving import served
from voicecli.server.app import ServeOptions
from voicecli.server.sessions import Limits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from voicecli.server.app import Server
    from voicecli.server.sessions import Session

DEPLOY = Path(__file__).parents[2] / "deploy"

MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))

needs_haproxy = pytest.mark.skipif(shutil.which("haproxy") is None, reason="haproxy is not here")


def test_the_dockerfile_has_no_faults() -> None:
    hadolint = Path(sysconfig.get_path("scripts"), "hadolint")
    done = subprocess.run(
        [hadolint, DEPLOY / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("", 0)


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.stem)
def test_the_manifests_are_what_kubernetes_knows(manifest: Path) -> None:
    content = yaml.safe_load(manifest.read_text())
    kubernetes_validate.validate(content, "1.34", strict=True)


def test_a_pod_has_time_to_finish_its_turns() -> None:
    pod = yaml.safe_load((DEPLOY / "kubernetes/deployment.yaml").read_text())["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    (grace,) = [arg for arg in container["args"] if arg.startswith("--grace=")]
    pause_s = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    needed_s = pause_s + float(grace.partition("=")[2])
    assert pod["spec"]["terminationGracePeriodSeconds"] > needed_s


@asynccontextmanager
async def balanced(ports: list[int], folder: Path) -> AsyncIterator[int]:
    """HAProxy by deploy/haproxy.cfg, before these; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    lines = []
    for line in (DEPLOY / "haproxy.cfg").read_text().splitlines():
        words = line.split()
        if words[:1] == ["server"]:
            if ports:
                lines.append(line.replace(words[2], f"127.0.0.1:{ports[0]}"))
                ports = ports[1:]
        else:
            lines.append(line.replace("bind :8080", f"bind 127.0.0.1:{port}"))
    config = folder / "haproxy.cfg"
    config.write_text("\n".join(lines) + "\n")
    process = await asyncio.create_subprocess_exec("haproxy", "-q", "-f", str(config))
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            while True:
                try:
                    if (await client.get(f"http://127.0.0.1:{port}/healthz")).is_success:
                        break
                except httpx.TransportError:
                    assert process.returncode is None
                await asyncio.sleep(0.02)
        yield port
    finally:
        process.terminate()
        await process.wait()


@needs_haproxy
def test_whom_one_process_has_no_place_for_gets_another(tmp_path: Path) -> None:
    async def scenario() -> None:
        options = ServeOptions(limits=Limits(max_sessions=1))
        async with (
            served(options) as one,
            served(options) as two,
            balanced([one.port, two.port], tmp_path) as port,
        ):
            url = f"ws://127.0.0.1:{port}/v1/realtime?model=voicecli"
            async with websockets.connect(url) as first, websockets.connect(url) as second:
                sessions = [*one.server.sessions.active.values()]
                sessions += two.server.sessions.active.values()
                assert len(sessions) == 2
                with pytest.raises(websockets.InvalidStatus) as refused:
                    await websockets.connect(url)
                assert refused.value.response.status_code == 503
            for session in sessions:
                await session.ended.wait()
            # Who comes back with the cookie finds the same process, each time.
            for connection in (first, second) * 2:
                headers = {"Cookie": _cookie(connection)}
                async with websockets.connect(url, additional_headers=headers) as again:
                    assert "Set-Cookie" not in again.response.headers
                    (session,) = [
                        *one.server.sessions.active.values(),
                        *two.server.sessions.active.values(),
                    ]
                    assert _cookie(connection) == f"voicecli={_name(session, one.server)}"
                await session.ended.wait()

    asyncio.run(asyncio.wait_for(scenario(), 60))


def _cookie(connection: Any) -> str:
    return connection.response.headers["Set-Cookie"].partition(";")[0]


def _name(session: Session, first: Server) -> str:
    """In haproxy.cfg."""
    return "one" if session.id in first.sessions.active else "two"
