"""Servers that others wrote."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import httpx
import pytest

from asking import ASK, ask
from voicecli.errors import LanguageModelError
from voicecli.llm.client import ChatClient
from voicecli.settings import LlmSettings

pytestmark = pytest.mark.slow

LITELLM_CONFIG = {
    "model_list": [
        {
            "model_name": "mock",
            "litellm_params": {
                "model": "openai/mock",
                "api_key": "none",
                "mock_response": "Seven plus twelve is nineteen.",
            },
        }
    ]
}


def peer_program(name: str) -> Path:
    """Where a server program is: beside this Python, in PEER_SERVERS (folders), or on the PATH."""
    places = [str(Path(sys.executable).parent), os.environ.get("PEER_SERVERS", "")]
    path = os.pathsep.join([*filter(None, places), os.environ.get("PATH", "")])
    found = shutil.which(name, path=path)
    if found is None:
        pytest.skip(f"{name} is not installed; PEER_SERVERS names the folder of one that is")
    return Path(found)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(params=["mock-ai-api", "litellm"])
def peer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Base URL of another project's server, and what it answers to everything."""
    program, port = peer_program(request.param), free_port()
    if request.param == "litellm":
        config = tmp_path / "config.yaml"
        config.write_text(json.dumps(LITELLM_CONFIG))
        options = ["--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
        answer = "Seven plus twelve is nineteen."
    else:
        # The program itself would leave its children behind when it is killed.
        program = program.with_name("uvicorn")
        options = ["app.openai_app:app", "--host", "127.0.0.1", "--port", str(port)]
        answer = "Hello. It's nice to meet you."
    environment = os.environ | {
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else it downloads a price list
        "LITELLM_TELEMETRY": "False",
        "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
    }
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            cwd=tmp_path,
            start_new_session=True,
        )
    try:
        base_url = f"http://127.0.0.1:{port}/v1"
        _wait_until_it_answers(base_url, process, tmp_path / "log")
        yield base_url, answer
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_until_it_answers(base_url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{base_url}/models", trust_env=False).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    pytest.fail(f"the server didn't start: {log.read_text()[-2000:]}")


def test_a_server_that_others_wrote(peer: tuple[str, str], request: pytest.FixtureRequest) -> None:
    base_url, answer = peer
    answers_any_name = request.node.callspec.params["peer"] == "mock-ai-api"

    async def talk() -> None:
        async with ChatClient(LlmSettings(base_url=base_url, max_tokens=50)) as model:
            await model.connect()
            assert model.name
            for _ in range(2):
                assert "".join([delta async for delta in model.stream(ASK)]) == answer
            async with aclosing(model.stream(ASK)) as deltas:
                assert answer.startswith(await anext(deltas))
            assert "".join([delta async for delta in model.stream(ASK)]) == answer

    asyncio.run(talk())
    # A name that the list lacks is asked for all the same: one of the two answers to any name.
    unknown = LlmSettings(base_url=base_url, model="gpt-none")
    if answers_any_name:
        assert answer in ask(unknown)
    else:
        with pytest.raises(LanguageModelError):
            ask(unknown)
