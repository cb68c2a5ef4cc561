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
from typing import Any

import httpx
import numpy as np
import pytest

from asking import ASK, ask
from sse_server import Answer, Request, SseServer, body
from voicecli.engines import Engines
from voicecli.errors import LanguageModelError
from voicecli.llm.client import ChatClient
from voicecli.settings import LlmSettings, Settings, SttSettings, TtsSettings
from voicecli.sound.samples import SAMPLE_RATE_HZ, silence
from voicecli.sound.wav import to_pcm16
from voicecli.tts.clip import Clip

pytestmark = pytest.mark.slow


def litellm_config(behind: str) -> dict[str, Any]:
    """behind: base URL of who recognises and speaks for it."""

    def model(name: str, mode: str, **parameters: str) -> dict[str, Any]:
        asked = {"model": f"openai/{name}", "api_key": "none", **parameters}
        return {"model_name": name, "litellm_params": asked, "model_info": {"mode": mode}}

    return {
        "model_list": [
            model("mock", "chat", mock_response="Seven plus twelve is nineteen."),
            model("whisper-1", "audio_transcription", api_base=behind),
            model("tts-1", "audio_speech", api_base=behind),
        ]
    }


def speech(request: Request) -> Answer:
    """Behind the proxy of others."""
    if request.path.endswith("transcriptions"):
        return body({"text": "What is it?", "language": "english", "duration": 1.0})
    tone = 0.4 * np.sin(440 * 2 * np.pi * np.arange(24_000) / 24_000)
    return body(to_pcm16(tone.astype(np.float32)), Content_Type="audio/pcm")


@pytest.fixture(scope="module")
def behind() -> Iterator[SseServer]:
    with SseServer(speech) as server:
        yield server


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


@pytest.fixture(scope="module", params=["mock-ai-api", "litellm"])
def peer(
    request: pytest.FixtureRequest,
    behind: SseServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, str]]:
    """Base URL of another project's server, and what it answers to everything."""
    program, port = peer_program(request.param), free_port()
    tmp_path = tmp_path_factory.mktemp("peer")
    if request.param == "litellm":
        config = tmp_path / "config.yaml"
        config.write_text(json.dumps(litellm_config(behind.base_url)))
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


def test_speech_through_a_proxy_that_others_wrote(
    peer: tuple[str, str], behind: SseServer, request: pytest.FixtureRequest
) -> None:
    """It reads the form and the sound that were sent, and passes on what comes back."""
    if request.node.callspec.params["peer"] != "litellm":
        pytest.skip("it knows no speech")
    base_url, _ = peer

    async def ask() -> tuple[str, str, Clip]:
        stt, tts = SttSettings(engine=base_url), TtsSettings(engine=base_url)
        async with Engines(Settings(stt=stt, tts=tts)) as engines:
            recognizer, voice = engines.recognizer(), engines.voice()
            heard = await recognizer.transcribe(silence(SAMPLE_RATE_HZ))
            return recognizer.name, heard.text, await voice.synthesize("It is a tone.")

    name, text, clip = asyncio.run(ask())
    assert name.startswith("whisper-1 at 127.0.0.1:")  # the one on its list that recognises
    assert text == "What is it?"
    assert clip.duration_s == pytest.approx(1.0, abs=0.01)
    heard, spoken = behind.chats
    assert heard.body["model"] == "whisper-1"
    assert len(heard.body["file"]) == 44 + 2 * SAMPLE_RATE_HZ
    assert (spoken.body["input"], spoken.body["response_format"]) == ("It is a tone.", "pcm")
