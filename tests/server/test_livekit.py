"""livekit-agents' realtime client, with nothing changed but the URL."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from serving import served, spoken_pcm

pytestmark = [pytest.mark.slow, pytest.mark.call]

PYTHON = Path(__file__).parents[2] / ".peers/livekit/bin/python"

TURNS = (
    ("What is seven plus twelve?", "nineteen"),
    ("What is two times three?", "six"),
    ("What time is it?", "it is"),
)


@pytest.mark.slow
def test_spoken_turns(tmp_path: Path) -> None:
    if not list(PYTHON.parent.parent.glob("lib/*/site-packages/livekit/plugins/openai")):
        pytest.skip("livekit-plugins-openai is not installed (scripts/test does that)")
    recordings = [tmp_path / f"{n}.pcm" for n in range(len(TURNS))]
    for recording, (question, _) in zip(recordings, TURNS, strict=True):
        recording.write_bytes(spoken_pcm(question))

    async def scenario() -> None:
        async with served() as where:
            program = Path(__file__).with_name("livekit_client.py")
            process = await asyncio.create_subprocess_exec(
                *(PYTHON, program, f"{where.url}/v1", *recordings), stdout=asyncio.subprocess.PIPE
            )
            try:
                async with asyncio.timeout(90):
                    out, _ = await process.communicate()
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            assert process.returncode == 0
            told = json.loads(out)
            assert told["errors"] == []
            for text, (question, _) in zip(told["said"], TURNS, strict=True):
                assert text.lower().startswith(question.lower()[:12])
            roles = [item["role"] for item in told["items"]]
            texts = [item["text"].strip() for item in told["items"]]
            assert roles == ["user", "assistant"] * len(TURNS)
            assert texts[::2] == told["said"]
            assert texts[1::2] == [text.strip() for text, _ in told["answered"]]
            for (text, sound_s), (_, answer) in zip(told["answered"], TURNS, strict=True):
                assert answer in text.lower()
                assert sound_s > 0.8

    asyncio.run(scenario())
