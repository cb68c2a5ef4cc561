"""Finding models by name and path, what is said when there are none, and the models commands."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

import hub_server
from hub_server import Fault, HubServer, Repo, folder_of, voices_repo
from voicecli import network, places
from voicecli.errors import ModelCorruptError, ModelMissingError
from voicecli.models import (
    catalogue,
    ensure_stt,
    ensure_voice,
    find_stt,
    find_voice,
    formats,
    installed,
    installed_stt,
    installed_voices,
    on_terminal,
    store,
)

pytestmark = pytest.mark.slow

BUNDLED_STT = next(model for model in store.bundled() if model.kind == "stt")
BUNDLED_VOICE = next(model for model in store.bundled() if model.kind == "voice")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith(("VOICECLI_", "HF_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("VOICECLI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VOICECLI_SMALL", "1")
    return tmp_path / "home"


# -- where things are -------------------------------------------------------------------------


def test_one_variable_moves_everything(home: Path) -> None:
    assert places.config_file() == home / "config.toml"
    assert places.pulled_folder() == home / "models"
    assert places.state_folder() == home / "state"


def test_without_it_the_platform_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VOICECLI_HOME")
    found = {places.config_file().parent, places.pulled_folder().parent}
    assert all("voicecli" in path.parts for path in found)


# -- finding ----------------------------------------------------------------------------------


def test_what_is_bundled_is_found_by_name_and_by_default() -> None:
    for model in store.bundled():
        find = find_stt if model.kind == "stt" else find_voice
        assert find(model.name) == model.path
    assert find_stt(None) == installed_stt()[0].path
    assert find_voice(None) == installed_voices()[0].path
    assert BUNDLED_VOICE.languages == ("en",)


def test_any_folder_with_a_model_is_bundled_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing knows which models there are: they are found by looking."""
    shutil.copytree(BUNDLED_STT.path, tmp_path / "models" / "deep" / "another-stt")
    shutil.copytree(BUNDLED_VOICE.path.parent, tmp_path / "models" / "voices")
    for file in (tmp_path / "models" / "voices").iterdir():
        file.rename(file.with_name(file.name.replace(BUNDLED_VOICE.name, "xx_YY-voice-low")))
    (tmp_path / "models" / "voices" / "alone.onnx").write_bytes(b"no configuration beside it")
    monkeypatch.setattr(places, "bundled_folder", lambda: tmp_path / "models")
    assert {model.name for model in installed()} == {"another-stt", "xx_YY-voice-low"}
    assert find_stt("another-stt").name == "another-stt"
    assert find_voice(None).name == "xx_YY-voice-low.onnx"


def test_a_path_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "base"
    shutil.copytree(BUNDLED_STT.path, folder)
    assert find_stt(str(folder)) == folder
    monkeypatch.chdir(tmp_path)
    assert find_stt("base") == Path("base")
    assert find_stt("./base") == Path("base")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_stt("~/base") == folder
    assert find_voice(str(BUNDLED_VOICE.path)) == BUNDLED_VOICE.path
    assert find_voice(str(BUNDLED_VOICE.path.parent)) == BUNDLED_VOICE.path


def test_a_folder_that_is_only_called_like_a_model_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "base").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelMissingError, match="'base' is not on this machine"):
        find_stt("base")


@pytest.mark.parametrize(
    ("find", "name", "says", "hint"),
    [
        (find_stt, "base", "is not on this machine", "voicecli models pull base (148 MB)"),
        (find_stt, "me/other", "is not on this machine", "voicecli models pull me/other"),
        (find_stt, "bsae", "no speech recognition model 'bsae'", "did you mean base"),
        (find_stt, "qqqqqqqq", "no speech recognition model", "voicecli models"),
        (find_stt, "/no/such/folder", "no speech recognition model", "voicecli models"),
        (find_stt, "en_US-lessac-medium", "no speech recognition model", "voicecli models"),
        (
            find_voice,
            "en_US-lessac-medium",
            "the voice 'en_US-lessac-medium' is not on this machine",
            "voicecli models pull en_US-lessac-medium",
        ),
        (find_voice, "base", "no voice 'base'", "voicecli models"),
        (find_voice, BUNDLED_VOICE.name[:-1], "is not on this machine", ""),
        (find_voice, BUNDLED_VOICE.name.replace("_", "").lower(), "no voice", BUNDLED_VOICE.name),
    ],
)
def test_a_name_that_is_missing(find: object, name: str, says: str, hint: str) -> None:
    with pytest.raises(ModelMissingError) as caught:
        find(name)  # type: ignore[operator]
    assert says in caught.value.message
    assert hint in caught.value.hint


def test_nothing_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "bundled_folder", lambda: tmp_path)
    with pytest.raises(ModelMissingError, match="no speech recognition model on this machine"):
        find_stt(None)
    with pytest.raises(ModelMissingError, match="no voice on this machine"):
        find_voice(None)


# -- what is no model -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("model.bin", None, "no model.bin"),
        ("model.bin", b"", "no model.bin"),
        ("model.bin", b"\x06", "not a CTranslate2 Whisper model"),
        ("model.bin", b"<html>no such page</html>", "not a CTranslate2 Whisper model"),
        ("tokenizer.json", None, "no tokenizer.json"),
        ("config.json", None, "no config.json"),
        ("config.json", b"{", "can't be read as JSON"),
        ("config.json", b"[]", "holds no JSON object"),
        ("config.json", b"\xff\xfe", "can't be read as JSON"),
        ("vocabulary.json", None, "no vocabulary.json"),
        ("config.json", b"[" * 100_000, "can't be read as JSON"),
        ("vocabulary.json", b'["a", "b"]', "put together from two models: the weights know"),
        (
            "tokenizer.json",
            b'{"added_tokens": [{"id": 7, "content": "<|endoftext|>"}], "normalizer": null}',
            "its tokenizer has <\\|endoftext\\|> as number 7",
        ),
    ],
)
def test_a_broken_recogniser(tmp_path: Path, file: str, content: bytes | None, says: str) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(BUNDLED_STT.path, folder)
    (folder / file).unlink() if content is None else (folder / file).write_bytes(content)
    with pytest.raises(ModelCorruptError, match=says) as caught:
        find_stt(str(folder))
    assert str(folder) in caught.value.message
    assert caught.value.hint


def test_a_model_of_transformers_is_recognised_as_one(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"x")
    with pytest.raises(ModelCorruptError) as caught:
        find_stt(str(tmp_path))
    assert "ct2-transformers-converter" in caught.value.hint


def test_a_file_in_place_of_a_folder() -> None:
    with pytest.raises(ModelCorruptError, match="is a file"):
        find_stt(str(BUNDLED_STT.path / "model.bin"))


@pytest.mark.parametrize(
    ("suffix", "content", "says"),
    [
        (".json", None, "has no v.onnx.json beside it"),
        (".json", b"{", "can't be read as JSON"),
        (".json", b"[]", "holds no JSON object"),
        (".json", b"{}", "not a Piper voice's: no 'audio'"),
        (".json", b'{"audio": {}}', "no 'phoneme_id_map'"),
        (".json", b"[" * 100_000, "can't be read as JSON"),
        (".json", b'{"audio": {"sample_rate": 22050}, "phoneme_id_map": {}}', "knows no phonemes"),
        *(
            (
                ".json",
                b'{"audio": {"sample_rate": %s}, "phoneme_id_map": {"a": [1]}}' % rate,
                "a sample rate that no voice has",
            )
            for rate in (b'"22050x"', b"1000000000000", b"0", b"null", b"true", b"22050.5")
        ),
        ("", b"", "is empty"),
    ],
)
def test_a_broken_voice(tmp_path: Path, suffix: str, content: bytes | None, says: str) -> None:
    onnx = tmp_path / "v.onnx"
    shutil.copy(BUNDLED_VOICE.path, onnx)
    shutil.copy(formats.config_of(BUNDLED_VOICE.path), formats.config_of(onnx))
    broken = tmp_path / f"v.onnx{suffix}"
    broken.unlink() if content is None else broken.write_bytes(content)
    with pytest.raises(ModelCorruptError, match=says) as caught:
        find_voice(str(onnx))
    assert caught.value.hint


def test_a_folder_with_no_voice_or_several(tmp_path: Path) -> None:
    with pytest.raises(ModelCorruptError, match="holds: none"):
        find_voice(str(tmp_path))
    for name in ("a.onnx", "b.onnx"):
        (tmp_path / name).touch()
    with pytest.raises(ModelCorruptError, match="holds: a.onnx, b.onnx"):
        find_voice(str(tmp_path))
    (tmp_path / "x.txt").touch()
    with pytest.raises(ModelCorruptError, match="doesn't end in .onnx"):
        find_voice(str(tmp_path / "x.txt"))


# -- what a model's files tell ----------------------------------------------------------------


def test_the_languages_of_a_multilingual_model(tmp_path: Path) -> None:
    tokens = [*(f"t{n}" for n in range(51_900)), "<|de|>", "<|yue|>", "<|notimestamps|>"]
    (tmp_path / "vocabulary.txt").write_text("\n".join(tokens))
    assert formats.stt_languages(tmp_path) == ("de", "yue")
    (tmp_path / "vocabulary.json").write_text(json.dumps(tokens[-3:]))
    assert formats.stt_languages(tmp_path) == ("en",), "too few tokens to be multilingual"


@pytest.mark.parametrize(
    ("config", "languages"),
    [
        ({"language": {"code": "de_DE", "family": "de"}}, ("de",)),
        ({"language": {"code": "de_DE"}}, ("de",)),
        ({"espeak": {"voice": "en-gb-x-rp"}}, ("en",)),
        ({}, ()),
        ([], ()),
    ],
)
def test_the_language_of_a_voice(
    tmp_path: Path, config: object, languages: tuple[str, ...]
) -> None:
    (tmp_path / "v.onnx.json").write_text(json.dumps(config))
    assert formats.voice_languages(tmp_path / "v.onnx") == languages


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlicense: mit\n---\n", "mit"),
        ('license: "apache-2.0"\n', "apache-2.0"),
        ("## Dataset\n\n* URL: x\n* License: CC BY 4.0\n", "CC BY 4.0"),
        ("**Licence:** GPL-3.0-or-later\n", "GPL-3.0-or-later"),
        ("about licenses: none\n", ""),
        ("license:\n", ""),
        ("license: \x1b[31mred\x07\n", "[31mred"),
        (f"license: {'x' * 1000}\n", "x" * 100),
    ],
)
def test_the_licence_on_a_card(card: str, licence: str) -> None:
    assert formats.licence_of(card) == licence


def test_the_names_are_those_of_faster_whisper() -> None:
    from faster_whisper.utils import _MODELS

    assert {name: whisper.repo for name, whisper in catalogue.WHISPER.items()} == _MODELS


# -- a model that is missing: ask -------------------------------------------------------------


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    """A hub that has our own models under the names of others."""
    with hub_server.running() as server:
        files = folder_of(BUNDLED_STT.path) | {"README.md": b"---\nlicense: mit\n---\n"}
        server.repos["Systran/faster-whisper-base"] = Repo(files)
        onnx = BUNDLED_VOICE.path.read_bytes()
        config = formats.config_of(BUNDLED_VOICE.path).read_bytes()
        server.repos["rhasspy/piper-voices"] = voices_repo(
            {
                name: {
                    f"{name}.onnx": onnx,
                    f"{name}.onnx.json": config,
                    "MODEL_CARD": b"* License: https://example.org/licence\n",
                }
                for name in ("de_DE-thorsten-high", "de_AT-kerstin-low", "en_GB-alan-low")
            }
        )
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        yield server


def test_a_yes_pulls_it(hub: HubServer, capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[str] = []

    def yes(question: str) -> bool:
        asked.append(question)
        return True

    assert ensure_stt("base", ask=yes) == find_stt("base")
    assert ensure_stt("base", ask=yes) == find_stt("base")
    assert asked == [
        "the speech recognition model 'base' is not on this machine: pull it (148 MB) now?"
    ], "once, and with the size"
    shown = capsys.readouterr()
    assert "base: 6 MB from Systran/faster-whisper-base, licence: mit" in shown.err
    assert not shown.out


def test_a_no_says_the_command_and_fetches_nothing(hub: HubServer) -> None:
    for ask in (None, lambda question: False):
        with pytest.raises(ModelMissingError) as caught:
            ensure_voice("de_DE-thorsten-high", ask=ask)
        assert "voicecli models pull de_DE-thorsten-high" in caught.value.hint
    assert not hub.requests, "nobody is asked before the user has said yes"


def never(question: str) -> bool:
    raise AssertionError(question)


def test_offline_or_unknown_is_not_asked(hub: HubServer) -> None:
    for name, is_offline in (("base", True), ("bsae", False), (None, False)):
        if name is None:
            assert ensure_stt(name, ask=never) == find_stt(None)
        else:
            with pytest.raises(ModelMissingError):
                ensure_stt(name, ask=never, offline=is_offline)


def test_tests_are_no_terminal() -> None:
    assert on_terminal() is None or sys.stdin.isatty()


ENSURE = (
    "from voicecli.models import ensure_stt, on_terminal;"
    "print('found', ensure_stt('base', ask=on_terminal()).is_dir())"
)


@pytest.mark.parametrize("answer", ["y", "", "no"])
def test_asked_on_a_terminal(hub: HubServer, answer: str) -> None:
    terminal = pexpect.spawn(sys.executable, ["-c", ENSURE], encoding="utf-8", dimensions=(24, 120))
    terminal.expect_exact("pull it (148 MB) now? [Y/n] ")
    terminal.sendline(answer)
    terminal.expect_exact("ModelMissingError" if answer == "no" else "found True")
    terminal.expect(pexpect.EOF)
    terminal.close()


# -- offline ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        *[(host, True) for host in ("localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1")],
        *[(host, True) for host in ("[::1]", "::1%lo", "::ffff:127.0.0.1")],
        *[(host, False) for host in ("0.0.0.0", "::", "", "localhost.localdomain")],
        ("my.localhost", False),  # some resolvers ask the network
        *[(host, False) for host in ("8.8.8.8", "192.168.0.1", "::ffff:8.8.8.8", "fe80::1%eth0")],
        *[(host, False) for host in ("localhost.example", "127.0.0.1.example", "huggingface.co")],
    ],
)
def test_what_this_machine_is(host: str, is_here: bool) -> None:
    assert network.is_loopback(host) == is_here


# In a process of its own, because an audit hook stays until the process ends.
FORBIDDEN = """
import asyncio, socket, sys, threading
from voicecli.errors import NetworkError
from voicecli.models import forbid_network

forbid_network()
forbid_network()

async def connect():
    await asyncio.open_connection("203.0.113.1", 80)

def datagram():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(b"x", ("203.0.113.1", 53))

def ipv6():
    with socket.socket(socket.AF_INET6) as s:
        s.connect(("2001:db8::1", 80))

def get():
    import httpx
    httpx.get("http://example.org")

attempts = [
    lambda: socket.create_connection(("203.0.113.1", 80)),
    lambda: socket.getaddrinfo("example.org", 80),
    lambda: socket.getaddrinfo(b"example.org", 80),
    lambda: socket.gethostbyname("example.org"),
    lambda: asyncio.run(connect()),
    datagram, ipv6, get,
]
for attempt in attempts:
    try:
        attempt()
    except NetworkError as error:
        assert "--offline forbids" in str(error)
    else:
        sys.exit("a connection was not refused")

async def talk_to_itself():
    server = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for host in ("127.0.0.1", "localhost"):
        reader, writer = await asyncio.open_connection(host, port)
        assert await reader.read() == b""
        writer.close()
    server.close()

asyncio.run(talk_to_itself())
a, b = socket.socketpair()
a.close(); b.close()
print("ok")
"""


def test_offline_refuses_every_way_out_and_none_at_home() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FORBIDDEN], capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("ok\n", "")


# -- the commands -----------------------------------------------------------------------------


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "voicecli", "models", *arguments],
        env=os.environ | environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def rows(*arguments: str) -> dict[str, dict[str, object]]:
    done = run("--json", *arguments)
    assert done.returncode == 0, done.stderr
    return {row["name"]: row for row in json.loads(done.stdout)}


def test_the_table_needs_no_network() -> None:
    done = run(HF_ENDPOINT="http://127.0.0.1:9")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["name", "kind", "languages", "size", "licence", "state"]
    assert any(line.startswith("base ") and line.rstrip().endswith("not pulled") for line in lines)
    assert sum("bundled, default" in line for line in lines) == 2
    assert "--language" in done.stderr


def test_the_life_of_a_model(hub: HubServer, home: Path) -> None:
    assert rows()["base"]["state"] == "not pulled"
    done = run("pull", "base", "de_DE-thorsten-high")
    assert (done.returncode, done.stdout) == (0, "")
    assert "base: 6 MB from Systran/faster-whisper-base, licence: mit" in done.stderr
    assert "and the default" in done.stderr
    base = rows()["base"]
    assert (base["state"], base["default"], base["licence"]) == ("pulled", True, "mit")
    assert base["path"] == str(find_stt("base"))
    assert run("path", "base").stdout == f"{find_stt('base')}\n"
    assert run("path", "de_DE-thorsten-high").stdout == f"{find_voice('de_DE-thorsten-high')}\n"
    assert run("path").stdout == f"{home / 'models'}\n"

    assert run("use", BUNDLED_STT.name).returncode == 0
    assert run("use", str(BUNDLED_VOICE.path)).returncode == 0
    listed = rows()
    assert listed[BUNDLED_STT.name]["default"]
    assert not listed["base"]["default"]
    assert not listed["de_DE-thorsten-high"]["default"]
    own = listed[str(BUNDLED_VOICE.path)]
    assert (own["state"], own["default"], own["languages"]) == ("your own", True, ["en"])
    again = run("pull", "base")
    assert "voicecli models use base" in again.stderr

    assert run("use", "base").returncode == 0
    assert run("rm", "base").returncode == 0
    assert rows()["base"]["state"] == "not pulled"
    assert rows()[BUNDLED_STT.name]["default"], "the choice went with the model"
    assert "stt" not in (home / "config.toml").read_text().replace("[stt]", "")


def test_a_voice_is_cut_in_parts_when_it_is_pulled(hub: HubServer) -> None:
    """So that nobody waits for that when it is to say its first word."""
    from voicecli.tts.parts import cached_parts

    assert run("pull", "de_DE-thorsten-high").returncode == 0
    assert (cached_parts(find_voice("de_DE-thorsten-high")) / "voice.json").is_file()


def test_models_for_a_language(hub: HubServer) -> None:
    german = rows("--language", "de")
    assert {"tiny", "de_DE-thorsten-high", "de_AT-kerstin-low"} <= set(german)
    assert not {"tiny.en", "en_GB-alan-low", BUNDLED_VOICE.name} & set(german)
    austrian = rows("--language", "de-AT")
    assert {name for name, row in austrian.items() if row["kind"] == "voice"} == {
        "de_AT-kerstin-low"
    }
    offline = rows("--language", "en", "--offline")
    assert "en_GB-alan-low" in offline, "the list that is kept"
    assert len([r for r in hub.requests if "voices.json" in r.path]) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("pull", "bsae"), "did you mean base"),
        (("pull", "no/where"), "there is no no/where"),
        (("rm", "base"), "'base' is not on this machine"),
        (("rm", BUNDLED_STT.name), "came with voicecli"),
        (("use", "base"), "voicecli models pull base"),
        (("use", "de_DE-thorsten-high"), "voicecli models pull de_DE-thorsten-high"),
        (("path", "nonsense"), "no speech recognition model 'nonsense'"),
    ],
)
def test_what_can_not_be_done_is_a_sentence(
    hub: HubServer, arguments: tuple[str, ...], says: str
) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_offline_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments, environ in (
        (("pull", "base", "--offline"), {}),
        (("pull", "base"), {"VOICECLI_OFFLINE": "1"}),
        (("pull", "base"), {"HF_HUB_OFFLINE": "1"}),
    ):
        done = run(*arguments, **environ)
        assert done.returncode == 1
        assert "forbids" in done.stderr


TRAP = """
import sys

def trap(event, args):
    if event.startswith("socket.") and event not in ("socket.__new__", "socket.bind"):
        print("SOCKET", event, args[-1], file=sys.stderr)

sys.addaudithook(trap)
from voicecli.cli.main import main
main()
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ("models",),
        ("models", "--language", "de", "--offline"),
        ("models", "pull", "base", "--offline"),
        ("models", "pull", "de_DE-thorsten-high", "--offline"),
        ("models", "use", BUNDLED_STT.name),
        ("config", "show"),
    ],
)
def test_nothing_opens_a_socket_unasked(arguments: tuple[str, ...]) -> None:
    """With the address of the real hub: a trap in the process sees what is tried."""
    done = subprocess.run(
        [sys.executable, "-c", TRAP, *arguments], capture_output=True, text=True, timeout=60
    )
    assert "SOCKET" not in done.stderr
    assert "Traceback" not in done.stderr


def test_the_trap_would_see_it(hub: HubServer) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TRAP, "models", "pull", "base"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "SOCKET socket.connect ('127.0.0.1', " in done.stderr


def test_a_choice_that_is_gone_is_still_listed(home: Path) -> None:
    home.mkdir()
    (home / "config.toml").write_text('[tts]\nvoice = "/gone/voice.onnx"\n')
    row = rows()["/gone/voice.onnx"]
    assert (row["state"], row["default"], row["size_bytes"]) == ("missing", True, 0)


def test_progress_on_a_terminal(hub: HubServer) -> None:
    slow = hub.faults["cdn:"] = Fault(chunk_bytes=1 << 17, pause_s=0.5)
    terminal = pexpect.spawn(
        sys.executable,
        ["-m", "voicecli", "models", "pull", "base", "de_DE-thorsten-high"],
        encoding="utf-8",
        dimensions=(24, 100),
        timeout=60,
    )
    terminal.expect_exact("base: 6 MB from Systran/faster-whisper-base, licence: mit")
    terminal.expect(r"de_DE-thorsten-high: \d MB from rhasspy/piper-voices")
    terminal.expect(r"base model\.bin .*/\S+ MB .*MB/s")
    slow.pause_s = 0.0  # the bar was seen, however slow the machine is
    terminal.expect("and the default")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0


def test_ctrl_c_on_a_terminal(hub: HubServer) -> None:
    hub.faults["cdn:"] = Fault(chunk_bytes=1 << 12, pause_s=0.05)
    terminal = pexpect.spawn(
        sys.executable,
        ["-m", "voicecli", "models", "pull", "base"],
        encoding="utf-8",
        dimensions=(24, 100),
        timeout=60,
    )
    terminal.expect(r"model\.bin")
    terminal.sendintr()
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 130
    assert "Traceback" not in (terminal.before or "")
    assert rows()["base"]["state"] == "not pulled"


def test_finding_a_model_imports_nothing_heavy() -> None:
    code = (
        "import sys; from voicecli.models import find_stt, find_voice; find_stt(None);"
        "find_voice(None); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    heavy = {"numpy", "httpx", "huggingface_hub", "rich", "onnxruntime", "typer"}
    assert not heavy & set(done.stdout.split())
