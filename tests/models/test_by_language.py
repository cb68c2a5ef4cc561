"""`voicecli models pull --for`: what serves a language."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import hub_server
from hub_server import HubServer, Repo, folder_of, voices_repo
from voicecli.cli.main import app
from voicecli.errors import ModelMissingError
from voicecli.models import store
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


def test_something_has_to_be_named(hub: HubServer) -> None:
    result = CliRunner().invoke(app, ["models", "pull"])
    assert result.exit_code == 2
    assert "--for" in result.stderr
