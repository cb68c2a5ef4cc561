"""`voicecli talk --realtime`: the whole program beside a `voicecli serve`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from programs import run_voicecli, save_wav, speak, understand
from serving import served_on_thread
from voicecli.sound.reading import decode
from voicecli.sound.samples import SAMPLE_RATE_HZ, silence


@pytest.mark.slow
def test_a_conversation_with_our_own_server(tmp_path: Path) -> None:
    pause = silence(SAMPLE_RATE_HZ)
    question = np.concatenate([pause, speak("What is seven plus twelve?"), pause])
    recording = save_wav(tmp_path / "said.wav", question)
    with served_on_thread() as where:
        done = run_voicecli(
            *("talk", "--realtime", f"127.0.0.1:{where.port}", "--input", recording),
            *("--output", tmp_path / "heard.wav", "--json"),
        )
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    by_kind = {event["event"]: event for event in events}
    assert by_kind["started"]["llm"] == f"voicecli at 127.0.0.1:{where.port}"
    assert "seven plus twelve" in by_kind["user_said"]["text"].lower()
    assert "nineteen" in by_kind["reply_ended"]["heard"]
    assert by_kind["ended"]["n_turns"] == 1
    heard = np.concatenate(list(decode(tmp_path / "heard.wav")))
    assert "nineteen" in understand(heard).lower()


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--realtime", "wss://exa mple"], 1, "is no address of a Realtime server"),
        (["--realtime", "localhost:1", "--base-url", "built-in"], 2, "have no place beside it"),
        (["--realtime", "openai", "--offline"], 1, "--offline forbids api.openai.com"),
        (["--realtime", "127.0.0.1:1"], 1, "can't reach the Realtime server at 127.0.0.1:1"),
    ],
)
def test_bad_input(tmp_path: Path, options: list[str], code: int, said: str) -> None:
    recording = save_wav(tmp_path / "said.wav", silence(1000))
    done = run_voicecli("talk", *options, "--input", recording, "--output", tmp_path / "o.wav")
    assert done.returncode == code
    assert said in " ".join(done.stderr.split())
    assert not (tmp_path / "o.wav").exists() or code == 1
