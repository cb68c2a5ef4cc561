"""Stock clients in JavaScript, with nothing changed but the URL: OpenAI's, and its Agents SDK."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

import pytest

from browser import RATE_HZ, Complaints, browser, chromium, recording
from serving import served, spoken_pcm
from voicecli.server.tls import own_certificate

FOLDER = Path(__file__).parent / "js"
MODULES = FOLDER / "node_modules"

QUESTIONS = ("What is seven plus twelve?", "What is two times three?", "What time is it?")
ANSWERS = ("nineteen", "six", "it is")

pytestmark = [pytest.mark.slow, pytest.mark.call]


def run(scenario: Coroutine[Any, Any, None]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(110):
            await scenario

    asyncio.run(limited())


def recordings(folder: Path) -> list[Path]:
    """The questions, as 16-bit PCM at 24 kHz."""
    paths = [folder / f"{n}.pcm" for n in range(len(QUESTIONS))]
    for path, text in zip(paths, QUESTIONS, strict=True):
        path.write_bytes(spoken_pcm(text))
    return paths


def need(package: str) -> None:
    if not (MODULES / package).is_dir():
        pytest.skip(f"{package} is not installed (npm ci --prefix tests/server/js)")


async def node(program: str, *arguments: str | Path, **environment: str) -> dict[str, Any]:
    """What it printed, once it ended well."""
    path = shutil.which("node")
    if path is None:
        pytest.skip("Node.js is not installed (Debian: apt install nodejs npm)")
    process = await asyncio.create_subprocess_exec(
        *(path, FOLDER / program, *arguments),
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0
    return json.loads(out)


def check(said: Sequence[str], answered: Sequence[str]) -> None:
    assert len(said) == len(answered) == len(QUESTIONS)
    for text, question in zip(said, QUESTIONS, strict=True):
        assert text.lower().startswith(question.lower()[:12])
    for text, answer in zip(answered, ANSWERS, strict=True):
        assert answer in text.lower()


def check_history(history: Sequence[dict[str, Any]]) -> None:
    """It is complete, and in order."""
    assert [item["role"] for item in history] == ["user", "assistant"] * len(QUESTIONS)
    assert {item["status"] for item in history} == {"completed"}
    texts = [item["content"][0]["transcript"] for item in history]
    check(texts[::2], texts[1::2])


def test_the_agents_sdk_over_a_websocket(tmp_path: Path) -> None:
    need("@openai/agents")
    pcm = recordings(tmp_path)

    async def scenario() -> None:
        async with served() as where:
            url = where.websocket_url
            result = await node("agents_websocket.mjs", url, *pcm)
            assert result["errors"] == []
            assert result["soundBytes"] > 3 * 0.8 * 48_000
            check_history(result["history"])

    run(scenario())


def test_openais_client(tmp_path: Path) -> None:
    """It knows wss alone."""
    need("openai")
    pcm = recordings(tmp_path)
    certificate = own_certificate([], tmp_path)

    async def scenario() -> None:
        async with served(certificate=certificate) as where:
            result = await node(
                "openai_websocket.mjs",
                f"https://localhost:{where.port}/v1",
                *pcm,
                NODE_EXTRA_CA_CERTS=str(certificate.path),
            )
            assert result["errors"] == []
            assert result["soundBytes"] > 3 * 0.8 * 48_000
            assert {one["status"] for one in result["responses"]} == {"completed"}
            answered = [one["output"][0]["content"][0]["transcript"] for one in result["responses"]]
            check(result["transcripts"], answered)

    run(scenario())


def test_the_agents_sdk_over_webrtc(tmp_path: Path) -> None:
    need("@openai/agents")
    chromium()
    bundle = MODULES / "@openai/agents-realtime/dist/bundle/openai-realtime-agents.mjs"
    asked = [spoken_pcm(text, RATE_HZ) for text in QUESTIONS]
    microphone = recording(tmp_path / "person.wav", [1.5, asked[0], 5.0, asked[1], 5.0, asked[2]])

    async def scenario() -> None:
        async with served() as where, browser(tmp_path / "profile", microphone) as context:
            page = context.pages[0]
            complaints = Complaints(page)
            await page.route("**/agents.html", answer_with(FOLDER / "agents_webrtc.html"))
            await page.route("**/agents.mjs", answer_with(bundle))
            for part in bundle.parent.glob("*.mjs"):
                await page.route(f"**/{part.name}", answer_with(part))
            await page.goto(f"{where.url}/agents.html")
            await page.wait_for_function(
                "n => window.session?.history.filter("
                "item => item.role === 'assistant' && item.status === 'completed').length === n",
                arg=len(QUESTIONS),
                timeout=90_000,
            )
            check_history(await page.evaluate("session.history"))
            assert await page.evaluate("loudest") > 0.05
            assert await page.evaluate("errors") == []
            assert complaints.errors == []
            assert complaints.foreign(f"127.0.0.1:{where.port}") == []

    run(scenario())


def answer_with(path: Path) -> Any:
    kind = "text/html" if path.suffix == ".html" else "text/javascript"
    text = path.read_text()

    async def answer(route: Any) -> None:
        await route.fulfill(body=text, content_type=kind)

    return answer
