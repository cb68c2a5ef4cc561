"""`voicecli doctor`: what it says of this machine, of a room, of servers that fail."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hub_server
from jack_person import JACK_DEVICE, Person
from programs import run_voicecli
from sse_server import SseServer, closed_port, reply, status
from tmux import Terminal
from voicecli.doctor import machine, server, speech
from voicecli.doctor.findings import Verdict
from voicecli.doctor.sound import judge_echo, judge_microphone
from voicecli.doctor.soundcheck import Recorded
from voicecli.hearing.echo import EchoMeasurement
from voicecli.models import find_stt, installed_stt
from voicecli.settings import ListenSettings, LlmSettings, Settings, SoundSettings, SttSettings
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples, silence

pytestmark = pytest.mark.slow

DEVICES = {
    "VOICECLI_SOUND_INPUT_DEVICE": JACK_DEVICE,
    "VOICECLI_SOUND_OUTPUT_DEVICE": JACK_DEVICE,
}


def examine(*options: str, **environment: str) -> tuple[int, bool, dict[str, dict[str, Any]]]:
    """The exit code, whether talk works, and the findings by name."""
    done = run_voicecli("doctor", "--json", *options, env={**DEVICES, **environment})
    assert done.stderr == ""
    report = json.loads(done.stdout)
    by_name = {finding["name"]: finding for finding in report["findings"]}
    return done.returncode, report["talk_works"], by_name


def noise(level_db: float, duration_s: float) -> Samples:
    rng = np.random.default_rng(1)
    samples = rng.standard_normal(int(duration_s * SAMPLE_RATE_HZ)) * 10 ** (level_db / 20)
    return samples.astype(np.float32)


# ---- the whole program ------------------------------------------------------------------------


def test_a_room_with_an_echo(person: Person) -> None:
    person.say(noise(-60, 60))
    person.set_echo(-14, delay_ms=60)
    with SseServer() as server:
        server.script(reply("Hello."), reply("Hello.", first_token_s=0.1))
        code, works, found = examine(VOICECLI_LLM_BASE_URL=server.base_url)
        assert len(server.chats) == 2
    assert (code, works) == (0, True)
    assert list(found) == [
        *("python", "sound", "microphone", "echo", "round trip", "language model", "voice"),
        *("speech recognition", "disk", "network", "licences"),
    ]
    assert found["sound"]["values"]["microphone"] == JACK_DEVICE
    assert found["sound"]["values"]["rates_hz"] == {"microphone": [48_000], "loudspeaker": [48_000]}
    assert found["microphone"]["values"]["noise_db"] == pytest.approx(-60, abs=2)
    assert found["echo"]["values"]["echo_db"] == pytest.approx(-14, abs=3)
    # What the person adds, and the server's own way there and back (20 ms).
    assert found["round trip"]["values"]["round_trip_ms"] == pytest.approx(80, abs=25)
    assert "echo cancellation will be used" in found["echo"]["text"]
    assert found["language model"]["values"]["first_token_ms"] >= 100
    assert found["speech recognition"]["values"]["model"] == find_stt(None).name
    assert found["licences"]["values"]["licences"]["piper-tts"] == "GPL-3.0-or-later"


def test_models_of_packages_have_their_names_and_licences(official_models: None) -> None:
    found = machine.check_licences(Settings()).values["licences"]
    assert (found["tiny.en"], found["en_US-joe-medium"]) == ("MIT", "CC0")


def test_headphones(person: Person) -> None:
    person.say(noise(-60, 60))
    _, works, found = examine("--offline", VOICECLI_LLM_BASE_URL="built-in")
    assert works
    assert "nothing of the loudspeaker comes back" in found["echo"]["text"]
    assert found["round trip"]["values"]["round_trip_ms"] is None
    assert found["language model"]["text"] == "the built-in replies answer, as you chose"
    assert "--offline" in found["network"]["text"]


def test_quiet_plays_nothing(person: Person) -> None:
    person.say(noise(-60, 60))
    code, _, found = examine("--quiet", VOICECLI_LLM_BASE_URL="built-in")
    assert code == 0
    assert "echo" not in found
    assert person.heard_spans() == []


def test_without_devices_talk_would_not_work() -> None:
    code, works, found = examine("--quiet")
    assert (code, works) == (1, False)
    assert found["sound"]["verdict"] == "bad"
    assert found["sound"]["text"] == "no microphone found"
    # The rest is looked at all the same; what is on board is quick, and understands little.
    assert found["speech recognition"]["verdict"] == "warn"
    assert "understands some 400 words" in found["speech recognition"]["text"]


def test_without_a_model_or_server_that_was_named_talk_would_not_work() -> None:
    with closed_port() as port:
        _, works, found = examine(
            "--quiet",
            VOICECLI_LLM_BASE_URL=f"http://127.0.0.1:{port}/v1",
            VOICECLI_STT_MODEL="small",
            VOICECLI_TTS_VOICE="en_US-lessac-medium",
        )
    assert not works
    for name, hint in (
        ("language model", "--base-url"),
        ("voice", "voicecli models pull en_US-lessac-medium"),
        ("speech recognition", "voicecli models pull small"),
    ):
        assert found[name]["verdict"] == "bad"
        assert hint in found[name]["hint"]


def test_a_key_is_not_shown() -> None:
    with SseServer() as server:
        server.models = status(401)
        environment = {"VOICECLI_LLM_BASE_URL": server.base_url, "VOICECLI_API_KEY": "sk-secret"}
        done = run_voicecli("doctor", "--quiet", env=environment)
    assert "refuses the API key" in done.stdout
    assert "sk-secret" not in done.stdout + done.stderr


def test_the_report_in_a_terminal(
    terminal: Callable[..., Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICECLI_LLM_BASE_URL", "built-in")
    screen = terminal("doctor", "--quiet", "--offline")
    assert screen.wait_for_end(60) == "1"
    shown = screen.text
    assert " ok   Python 3." in shown
    assert " bad  no microphone found" in shown
    assert "\n      connect one" in shown  # the hint, below
    assert "..." not in shown  # what was being done is gone
    assert all(len(line) <= 80 for line in shown.splitlines())


# ---- the microphone ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heard", "verdict", "text"),
    [
        (Recorded(noise(-62, 1), is_zeros=False), Verdict.OK, "noise floor -62 dBFS"),
        (
            Recorded(noise(-30, 1), is_zeros=False),
            Verdict.WARN,
            "noise floor -30 dBFS: that is loud",
        ),
        (Recorded(silence(0), is_zeros=True), Verdict.BAD, "gives nothing but silence"),
        (Recorded(silence(16_000), is_zeros=False), Verdict.WARN, "nothing is connected"),
    ],
)
def test_judge_microphone(heard: Recorded, verdict: Verdict, text: str) -> None:
    finding = judge_microphone(heard, "USB Audio")
    assert finding.verdict is verdict
    assert text in finding.text
    assert bool(finding.hint) == (verdict is not Verdict.OK)


@pytest.mark.parametrize(
    ("mode", "verdict", "text"),
    [
        ("auto", Verdict.OK, "at -14 dB after 62 ms: echo cancellation will be used"),
        ("half-duplex", Verdict.OK, "does not listen while it speaks"),
        ("headphones", Verdict.WARN, "it would hear itself"),
    ],
)
def test_judge_echo(mode: str, verdict: Verdict, text: str) -> None:
    echo, round_trip = judge_echo(EchoMeasurement(-14.2, 62.1), SoundSettings(echo=mode), 0.02)
    assert echo.verdict is verdict
    assert text in echo.text
    assert round_trip.verdict is Verdict.OK
    late = judge_echo(EchoMeasurement(-14.2, 300.0), SoundSettings(), 0.02)[1]
    assert late.verdict is Verdict.WARN


# ---- the models -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("speculate", "stt_ms", "expected_ms"),
    [
        ("full", 20, 160 + 20 + 200),
        ("full", 300, 160 + 300 + 200),
        ("stt", 300, 160 + 300 + 200),
        ("stt", 40, 350 + 200),
        ("off", 40, 350 + 40 + 200),
    ],
)
def test_when_an_answer_would_be_heard(speculate: str, stt_ms: float, expected_ms: float) -> None:
    listen = ListenSettings(pause_ms=160, min_silence_ms=350, speculate=speculate)
    assert speech.until_first_audio_ms(stt_ms, 200, listen) == expected_ms
    assert speech.until_first_audio_ms(0, 0, listen) == 350  # the pause itself, in any case


@pytest.mark.parametrize(
    ("speed", "fitting"),
    [
        (0.1, []),
        (0.3, ["tiny"]),  # a Raspberry Pi
        (1.0, ["tiny", "base"]),
        (2.0, ["tiny", "base"]),
        (7.0, ["tiny", "base", "small"]),
        (40.0, ["tiny", "base", "small", "medium", "turbo"]),  # a GPU
    ],
)
def test_the_size_that_fits(speed: float, fitting: list[str]) -> None:
    expected_ms = speech._expected_ms(Settings(), speed, 180.0, 10.0)
    assert [name for name, ms in expected_ms.items() if ms <= speech.BUDGET_MS] == fitting


@pytest.mark.parametrize(
    ("stt", "fitting"),
    [
        (SttSettings(trim_encoder=False), ["tiny"]),
        (SttSettings(language="de"), ["tiny"]),
        (SttSettings(trim_encoder=True), ["tiny", "base", "small"]),
    ],
)
def test_the_size_that_fits_depends_on_what_is_trimmed(
    stt: SttSettings, fitting: list[str]
) -> None:
    expected_ms = speech._expected_ms(Settings(stt=stt), 1.1, 180.0, 10.0)
    assert [name for name, ms in expected_ms.items() if ms <= speech.BUDGET_MS] == fitting


def test_the_reference_was_measured_with_the_model_that_is_bundled() -> None:
    """Another one needs its own line in speech.REFERENCE."""
    (bundled,) = (model for model in installed_stt() if model.name == speech.BUNDLED)
    assert (bundled.path / "model.bin").stat().st_size == pytest.approx(5.16e6, rel=0.1)
    assert speech._reference_model(bundled.path) == (speech.BUNDLED, bundled.path)


def test_a_size_that_fits_and_is_not_here_comes_with_its_command() -> None:
    assert speech._pull_hint(["tiny", "base"]) == (
        "more accurate: voicecli models pull base (148 MB)"
    )
    assert speech._pull_hint([]) == ""


# ---- the language model -----------------------------------------------------------------------


def test_a_server_that_is_slow() -> None:
    with SseServer() as sse:
        sse.script(reply("Hello."), reply("Hello.", first_token_s=1.1))
        settings = Settings(llm=LlmSettings(base_url=sse.base_url))
        finding = asyncio.run(server.check(settings))
    assert finding.verdict is Verdict.WARN
    assert "a smaller model" in finding.hint


# ---- the machine ------------------------------------------------------------------------------


def test_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=120_000_000))
    finding = machine.check_disk()
    assert finding.verdict is Verdict.WARN
    assert finding.text.startswith("only 120 MB free")


def test_the_disk_is_looked_at_and_nothing_made(tmp_path: Path) -> None:
    finding = machine.check_disk()
    assert finding.values["folder"] == str(Path(os.environ["VOICECLI_HOME"]) / "models")
    assert finding.values["free_bytes"] > 0
    assert not Path(os.environ["VOICECLI_HOME"]).exists()


def test_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(**settings: bool) -> tuple[str, dict[str, Any]]:
        finding = asyncio.run(machine.check_network(Settings(**settings)))
        return finding.verdict, finding.values

    assert check()[1] == {"offline": True}  # HF_HUB_OFFLINE, which every test has
    monkeypatch.delenv("HF_HUB_OFFLINE")
    with hub_server.running() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        assert check()[0] == "ok"
        assert check()[1]["reachable"] is True
        n_requests = len(hub.requests)
        assert check(offline=True)[1] == {"offline": True}
        assert len(hub.requests) == n_requests
    with closed_port() as port:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{port}")
        verdict, values = check()
    assert (verdict, values["reachable"]) == ("warn", False)


def test_a_missing_engine_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "versions", lambda: {"voicecli": "1", "piper-tts": "missing"})
    finding = machine.check_python()
    assert finding.verdict is Verdict.BAD
    assert "not installed: piper-tts" in finding.text


def test_the_package_of_the_voice_detector_is_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    """faster-whisper has the same engine, so nothing is missing without it."""
    from voicecli.doctor import versions

    monkeypatch.setattr(versions, "_version", lambda name: "missing")
    assert "silero-vad" not in versions.versions()
    assert versions.versions()["piper-tts"] == "missing"
