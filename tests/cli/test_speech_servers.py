"""Commands that ask speech servers, from the options to the file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from programs import run_voicecli
from sse_server import HANG, RESET, Answer, Head, Request, Send, SseServer, body, status
from voicecli.sound.reading import decode
from voicecli.sound.samples import SAMPLE_RATE_HZ
from voicecli.sound.wav import to_pcm16
from voicecli.sound.writing import audio_file

pytestmark = pytest.mark.slow

KEY = {"VOICECLI_STT_API_KEY": "sk-secret", "VOICECLI_TTS_API_KEY": "sk-secret"}


def answer(request: Request) -> Answer:
    if request.path.endswith("transcriptions"):
        return body({"text": "What is two plus three?", "language": "english"})
    seconds = np.arange(24_000) / 24_000
    return body(to_pcm16(0.4 * np.sin(440 * 2 * np.pi * seconds)), Content_Type="audio/pcm")


@pytest.fixture(scope="module")
def question(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("question") / "question.wav"
    done = run_voicecli("say", "What is two plus three?", "--output", path)
    assert done.returncode == 0, done.stderr
    quiet = tmp_path_factory.mktemp("padded") / "question.wav"
    with audio_file(quiet, SAMPLE_RATE_HZ) as file:
        for piece in decode(path):
            file.write(piece)
        file.write(np.zeros(3 * SAMPLE_RATE_HZ, np.float32))
    return quiet


def test_say(tmp_path: Path) -> None:
    with SseServer(answer, ("tts-1",)) as server:
        done = run_voicecli(
            *("say", "Hello there.", "--voice-url", server.base_url, "--voice", "nova"),
            *("--output", tmp_path / "a.wav", "--offline"),
            env=KEY,
        )
    assert done.returncode == 0, done.stderr
    assert sum(map(len, decode(tmp_path / "a.wav"))) == pytest.approx(SAMPLE_RATE_HZ, abs=200)
    assert server.chats[0].body["voice"] == "nova"


def test_transcribe(question: Path) -> None:
    with SseServer(answer, ("whisper-1",)) as server:
        done = run_voicecli(
            "transcribe", question, "--stt-url", server.base_url, "--format", "json", env=KEY
        )
    assert done.returncode == 0, done.stderr
    (segment,) = json.loads(done.stdout)["segments"]
    assert segment["text"] == "What is two plus three?"
    assert 0 <= segment["start"] < 0.6 < segment["end"] < 3
    assert server.chats[0].body["timestamp_granularities[]"] == ["word", "segment"]


def test_talk_with_servers_at_both_ends(question: Path, tmp_path: Path) -> None:
    with SseServer(answer, ("whisper-1", "tts-1")) as server:
        done = run_voicecli(
            *("talk", "--json", "--base-url", "built-in", "--offline", "--input", question),
            *("--output", tmp_path / "reply.wav"),
            *("--stt-url", server.base_url, "--voice-url", server.base_url),
            env=KEY,
        )
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    (started,) = (event for event in events if event["event"] == "started")
    assert started["stt"] == f"whisper-1 at 127.0.0.1:{server.port}"
    assert started["voice"] == f"alloy (tts-1) at 127.0.0.1:{server.port}"
    assert "What is two plus three?" in done.stdout
    reply = np.concatenate(list(decode(tmp_path / "reply.wav")))
    assert np.max(np.abs(reply)) > 0.2
    assert "sk-secret" not in done.stdout + done.stderr


def test_talk_goes_on_with_what_is_here(question: Path, tmp_path: Path) -> None:
    """The recogniser's server dies in the middle of its answer, the voice's before it speaks."""

    def dying(request: Request) -> Answer:
        if request.path.endswith("transcriptions"):
            return [Head(), Send(b'{"text": "Wh'), RESET]
        return status(500, "boom")

    with SseServer(dying, ("whisper-1", "tts-1")) as server:
        done = run_voicecli(
            *("talk", "--json", "--base-url", "built-in", "--offline", "--input", question),
            *("--output", tmp_path / "reply.wav", "--stt", server.base_url, "--stt", "whisper"),
            env={"VOICECLI_TTS_ENGINE": f"{server.base_url}#nova, piper"},
        )
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    places = [one for one in events if "takes its place" in one.get("message", "")]
    assert len(places) == 2
    (said, *_) = (event for event in events if event["event"] == "user_said")
    assert "two plus three" in said["text"].lower()
    reply = np.concatenate(list(decode(tmp_path / "reply.wav")))
    assert np.max(np.abs(reply)) > 0.1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--stt-url", "ftp://box"], "no address of a server"),
        (["--stt", "nosuch"], "there is no speech recognition engine 'nosuch'"),
        (["--stt", "base", "--stt", "groq"], "stands behind an engine of this machine"),
        (["--stt", "groq", "--offline"], "--offline forbids to ask the speech recogniser"),
        (
            ["--stt-url", "http://127.0.0.1:9/v1"],
            "can't reach the speech recogniser at 127.0.0.1:9",
        ),
        (["--stt", "groq", "--task", "translate"], "servers transcribe, and do not translate"),
    ],
)
def test_what_can_not_be(question: Path, options: list[str], message: str) -> None:
    done = run_voicecli("transcribe", question, *options)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_two_addresses_in_one() -> None:
    done = run_voicecli("say", "Hello.", "--voice-url", "http://a/v1,http://b/v1")
    assert done.returncode == 2
    assert "has a comma" in done.stderr


def test_a_server_that_hangs_is_given_up(tmp_path: Path) -> None:
    with SseServer(lambda request: [HANG], ("tts-1",)) as server:
        done = run_voicecli(
            *("say", "Hello.", "--voice-url", server.base_url, "--output", tmp_path / "a.wav"),
            env={"VOICECLI_TTS_TIMEOUT_S": "0.3"},
        )
    assert done.returncode == 1
    assert "said nothing for 0.3 s" in done.stderr
