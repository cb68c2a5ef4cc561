"""`voicecli say --server` and `transcribe --server`, with a server that runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from programs import run_voicecli, save_wav, speak, understand
from serving import Served, served_on_thread
from voicecli.cli.remote import RemoteServer, segments_of
from voicecli.errors import SettingsError
from voicecli.server.app import ServeOptions
from voicecli.sound.reading import read_audio

pytestmark = pytest.mark.slow

TEXT = "What is seven plus twelve?"


@pytest.fixture(scope="module")
def where() -> Iterator[Served]:
    with served_on_thread(ServeOptions(token="secret")) as one:
        yield one


@pytest.fixture
def address(where: Served) -> str:
    """As the server prints it."""
    return f"{where.url}/?token=secret"


def test_say(address: str, tmp_path: Path) -> None:
    out = tmp_path / "said.wav"
    run_voicecli("say", TEXT, "--server", address, "-o", str(out))
    assert understand(read_audio(out)) == "what is seven plus twelve"


def test_say_what_arrives(address: str, tmp_path: Path) -> None:
    out = tmp_path / "said.wav"
    text = (TEXT + " ") * 200  # more than one request may hold
    file = tmp_path / "text.txt"
    file.write_text(text[: 26 * 3])
    run_voicecli("say", "--file", str(file), "--server", address, "-o", str(out))
    assert understand(read_audio(out)).count("plus") >= 2


@pytest.mark.parametrize("file_format", ["txt", "srt", "json"])
def test_transcribe_as_without_a_server(address: str, tmp_path: Path, file_format: str) -> None:
    wav = save_wav(tmp_path / "question.wav", speak(TEXT))
    args = ["transcribe", str(wav), "--format", file_format]
    here = run_voicecli(*args, "--stt-model", "stt-en").stdout
    there = run_voicecli(*args, "--server", address).stdout
    if file_format == "json":
        assert json.loads(there)["text"] == json.loads(here)["text"] == TEXT
    else:
        assert there == here


def test_servers_that_are_none(where: Served, tmp_path: Path) -> None:
    wav = save_wav(tmp_path / "question.wav", speak(TEXT))
    for address, words in (
        ("http://127.0.0.1:9", "no server answers"),
        (where.url, "a token is needed"),
        (f"{where.url}/?token=wrong", "token is wrong"),
    ):
        for command in (["say", TEXT, "-o", str(tmp_path / "x.wav")], ["transcribe", str(wav)]):
            done = run_voicecli(*command, "--server", address)
            assert done.returncode != 0
            assert words in done.stderr
            assert not (tmp_path / "x.wav").exists()


def test_a_voice_and_a_file_that_the_server_has_no_use_for(address: str, tmp_path: Path) -> None:
    done = run_voicecli("say", TEXT, "--voice", "nobody", "--server", address)
    assert "nobody" in done.stderr
    (tmp_path / "no.wav").write_bytes(b"nothing")
    done = run_voicecli("transcribe", str(tmp_path / "no.wav"), "--server", address)
    assert "no.wav is not audio" in done.stderr
    done = run_voicecli("say", TEXT, "--pause", "1", "--server", address)
    assert "can't be combined" in done.stderr


def test_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    assert RemoteServer.at("http://host:1/?token=abc") == RemoteServer("http://host:1", "abc")
    assert RemoteServer.at("host:1").url == "http://host:1"
    assert "abc" not in repr(RemoteServer.at("host:1/?token=abc"))
    monkeypatch.setenv("VOICECLI_SERVE_TOKEN", "xyz")
    assert RemoteServer.at("https://host").token == "xyz"
    for text in ("", "ftp://host", "http://", "http://host:99999", "http://[x"):
        with pytest.raises(SettingsError):
            RemoteServer.at(text)


def test_words_go_back_to_their_segments() -> None:
    def word(text: str, start: float) -> dict[str, object]:
        return {"word": text, "start": start, "end": start + 0.5, "probability": 1.0}

    def segment(text: str) -> dict[str, object]:
        return {"start": 0, "end": 1, "text": text, "avg_logprob": 0.0, "no_speech_prob": 0.0}

    found = {
        "language": "english",
        "segments": [segment("No, no."), segment("No way.")],
        "words": [word("No,", 0), word("no.", 1), word("No", 2), word("way.", 3)],
    }
    segments, language = segments_of(found)
    assert language == "en"
    assert [[one.text for one in part.words] for part in segments] == [
        [" No,", " no."],
        [" No", " way."],
    ]
    chinese = {
        "language": "chinese",
        "segments": [segment("你好")],
        "words": [word("你", 0), word("好", 1)],
    }
    assert [one.text for one in segments_of(chinese)[0][0].words] == [" 你", "好"]
