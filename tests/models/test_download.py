"""Pulling models from a hub on loopback: whole, resumed, refused, interrupted, killed."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import hub_server
from hub_server import Fault, HubServer, Repo, folder_of, voices_repo
from voicecli import places
from voicecli.errors import ModelCorruptError, ModelError, ModelMissingError, NetworkError
from voicecli.models import find_stt, find_voice, installed, store
from voicecli.models.download import pull, remove
from voicecli.models.hub import Hub
from voicecli.models.offers import look_up, voices_index

pytestmark = pytest.mark.slow

MODELS = Path(__file__).parents[2] / "models"
BASE = "Systran/faster-whisper-base"
KILLS = int(os.environ.get("VOICECLI_KILLS", "20"))
"""Random kills in the normal suite; the hundred that are asked for take a little longer."""


def small_model(version: int = 1) -> dict[str, bytes]:
    """A recogniser as far as its files go; model.bin is large enough to come from the CDN."""
    weights = random.Random(version).randbytes(60_000)
    return {
        "model.bin": b"\x06\0\0\0\x0c\0WhisperSpec\0" + weights,
        "config.json": b"{}",
        "tokenizer.json": json.dumps({"version": version}).encode(),
        "vocabulary.json": b'["a", "b"]',
        "README.md": b"---\nlicense: mit\n---\n",
        "training.log": b"not needed",
    }


NEEDED = {"model.bin", "config.json", "tokenizer.json", "vocabulary.json", "README.md"}


def small_voice(name: str) -> dict[str, bytes]:
    files = folder_of(next(MODELS.rglob("*.onnx")).parent)
    config = next(data for file, data in files.items() if file.endswith(".onnx.json"))
    return {
        f"{name}.onnx": b"\x08\x07" * 10_000,
        f"{name}.onnx.json": config,
        "MODEL_CARD": b"# Model card\n\n## Dataset\n\n* License: CC0\n",
    }


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    """A hub with a recogniser and two voices, and an empty home."""
    monkeypatch.setenv("VOICECLI_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "no-token"))
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE", "VOICECLI_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with hub_server.running() as server:
        server.repos[BASE] = Repo(small_model())
        names = ("en_US-lessac-medium", "de_DE-thorsten-high")
        server.repos["rhasspy/piper-voices"] = voices_repo({n: small_voice(n) for n in names})
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        yield server


def fetch(*names: str, **hub_options: float) -> list[Path]:
    """What `voicecli models pull` does, without the screen and impatient."""
    hub = Hub(**({"backoff_s": 0.01, "retries": 3, "timeout_s": 5.0} | hub_options))  # type: ignore[arg-type]
    try:
        return pull([look_up(name, hub) for name in names], hub)
    finally:
        hub.close()


def files_in(folder: Path) -> dict[str, bytes]:
    return folder_of(folder)


# -- what is pulled ---------------------------------------------------------------------------


def test_a_recogniser_arrives_whole_and_is_found(hub: HubServer) -> None:
    [folder] = fetch("base")
    wanted = {name: data for name, data in small_model().items() if name in NEEDED}
    assert files_in(folder) == wanted
    assert find_stt("base") == folder
    assert find_stt(None) == folder, "what was pulled is the default"
    model = next(model for model in installed() if model.name == "base")
    assert (model.source, model.licence, model.languages) == ("pulled", "mit", ("en",))
    assert model.size_bytes == sum(map(len, wanted.values()))


def test_a_voice_is_found_by_the_index(hub: HubServer) -> None:
    [onnx] = fetch("en_US-lessac-medium")
    assert onnx.name == "en_US-lessac-medium.onnx"
    assert find_voice("en_US-lessac-medium") == onnx == find_voice(None)
    model = next(model for model in installed() if model.name == "en_US-lessac-medium")
    assert (model.licence, model.languages) == ("CC0", ("en",))


def test_our_own_models_survive_the_journey_and_run(hub: HubServer) -> None:
    """Real models through real HTTP, then loaded by the real libraries."""
    source = find_stt(None)
    hub.repos["me/own"] = Repo(folder_of(source))
    [folder] = fetch("me/own")
    import faster_whisper

    faster_whisper.WhisperModel(str(folder), device="cpu", cpu_threads=1)
    assert find_stt("me/own") == folder


def test_a_repository_with_one_voice(hub: HubServer) -> None:
    hub.repos["me/voice"] = Repo(small_voice("my-voice"))
    [onnx] = fetch("me/voice")
    assert find_voice("me/voice") == onnx


def test_several_at_once(hub: HubServer) -> None:
    hub.repos["Systran/faster-whisper-tiny"] = Repo(small_model(2))
    fetch("base", "tiny", "de_DE-thorsten-high")
    pulled = {model.name for model in installed() if model.source == "pulled"}
    assert pulled == {"base", "tiny", "de_DE-thorsten-high"}


def test_the_one_pulled_last_is_the_default(hub: HubServer) -> None:
    hub.repos["Systran/faster-whisper-tiny"] = Repo(small_model(2))
    fetch("base")
    [tiny] = fetch("tiny")
    assert find_stt(None) == tiny


def test_several_names_of_one_repository_are_one_model(hub: HubServer) -> None:
    hub.repos["mobiuslabsgmbh/faster-whisper-large-v3-turbo"] = Repo(small_model(3))
    [folder] = fetch("large-v3-turbo")
    assert find_stt("turbo") == find_stt("large-v3-turbo") == folder


def test_huggingface_hub_itself_gets_along_with_this_server(
    hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server imitates the hub, and not just what our client expects."""
    from huggingface_hub import HfApi, constants, hf_hub_download

    # It was read from the environment when the package was imported.
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    info = HfApi(endpoint=hub.endpoint).model_info(BASE, files_metadata=True)
    assert info.sha == hub.repos[BASE].revision
    sizes = {sibling.rfilename: sibling.size for sibling in info.siblings or []}
    assert sizes == {name: len(data) for name, data in small_model().items()}
    for name in ("model.bin", "config.json"):
        arrived = hf_hub_download(
            BASE, name, endpoint=hub.endpoint, local_dir=tmp_path, cache_dir=tmp_path / "cache"
        )
        assert Path(arrived).read_bytes() == small_model()[name]


# -- what goes wrong and is mended ------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        Fault(cut_after=20_000, times=1),
        Fault(cut_after=10_000, times=5),
        Fault(cut_after=0, times=2),
        Fault(cut_after=20_000, times=1, no_ranges=True),
        Fault(wrong_byte=True, cut_after=30_000, times=1),
        Fault(status=500, times=2),
        Fault(status=503, times=1, headers={"retry-after": "0"}),
        Fault(status=429, times=1, headers={"retry-after": "0"}),
        Fault(status=429, times=1, headers={"ratelimit": '"api";r=0;t=0'}),
        Fault(chunk_bytes=6000, pause_s=0.01),
    ],
    ids=lambda fault: f"{fault.status}-{fault.cut_after}-{fault.times}",
)
def test_a_fault_that_passes_is_not_noticed(hub: HubServer, fault: Fault) -> None:
    hub.faults["cdn:model.bin"] = fault
    [folder] = fetch("base")
    assert (folder / "model.bin").read_bytes() == small_model()["model.bin"]


def test_after_a_cut_only_the_rest_is_asked_for(hub: HubServer) -> None:
    hub.faults["cdn:model.bin"] = Fault(cut_after=20_000, times=1)
    fetch("base")
    ranges = [r.headers.get("range") for r in hub.downloads("model.bin") if r.origin == "cdn"]
    assert ranges == [None, "bytes=20000-"]


def test_a_later_pull_goes_on_where_an_earlier_one_failed(hub: HubServer) -> None:
    hub.faults["cdn:model.bin"] = Fault(cut_after=20_000, times=1)
    hub.faults["cdn:"] = Fault(status=500)
    with pytest.raises(NetworkError, match="500"):
        fetch("base")
    hub.faults.clear()
    hub.requests.clear()
    fetch("base")
    [request] = [r for r in hub.downloads("model.bin") if r.origin == "cdn"]
    assert request.headers["range"] == "bytes=20000-"


def test_a_part_with_wrong_bytes_is_fetched_again(hub: HubServer) -> None:
    offer = look_up("base", client := Hub())
    client.close()
    part = places.pulled_folder() / ".partial/base" / offer.revision[:12] / "parts/model.bin"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"x" * 30_000)
    [folder] = fetch("base")
    assert (folder / "model.bin").read_bytes() == small_model()["model.bin"]


@pytest.mark.parametrize("length", [60_020, 60_021, 99_999])
def test_a_part_that_is_too_long_is_fetched_again(hub: HubServer, length: int) -> None:
    """Whole but wrong, and longer than the file."""
    offer = look_up("base", client := Hub())
    client.close()
    part = places.pulled_folder() / ".partial/base" / offer.revision[:12] / "parts/model.bin"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"x" * length)
    [folder] = fetch("base")
    assert (folder / "model.bin").read_bytes() == small_model()["model.bin"]


def test_a_damaged_model_is_mended_and_the_rest_stays(hub: HubServer) -> None:
    [folder] = fetch("base")
    (folder / "model.bin").write_bytes(b"\0" * 60_018)
    with pytest.raises(ModelCorruptError) as caught:
        find_stt("base")
    assert "voicecli models pull base" in caught.value.hint
    hub.requests.clear()
    [mended] = fetch("base")
    assert (mended / "model.bin").read_bytes() == small_model()["model.bin"]
    assert not hub.downloads("tokenizer.json")


def test_pulling_again_fetches_nothing(hub: HubServer) -> None:
    before = fetch("base")
    hub.requests.clear()
    assert fetch("base") == before
    assert [r.path.partition("?")[0] for r in hub.requests] == [f"/api/models/{BASE}"]


def test_what_a_kill_left_behind_goes_with_the_next_pull(hub: HubServer) -> None:
    """Also where there is nothing else to do, because the kill came after the receipt."""
    fetch("base")
    root = places.pulled_folder()
    for left in ("base@0ld-abc", ".partial/base/0ld/parts"):
        (root / left).mkdir(parents=True)
    (root / ".base.receipt.json.abcd").touch()
    hub.repos["base/base"] = Repo(small_model(2))
    fetch("base/base", "base")
    assert find_stt("base/base").exists()
    remove("base/base")
    assert_no_litter()


def test_a_new_revision_replaces_the_old_one(hub: HubServer) -> None:
    [old] = fetch("base")
    hub.repos[BASE] = Repo(small_model(2))
    hub.requests.clear()
    [new] = fetch("base")
    assert (new / "model.bin").read_bytes() == small_model(2)["model.bin"]
    assert not old.exists()
    assert not hub.downloads("vocabulary.json"), "what did not change is not fetched"


# -- what goes wrong and is said --------------------------------------------------------------


NEVER = "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"


def hostile(**changes: object) -> bytes:
    """What the hub says of a repository, with something in it that none says."""
    names = ("model.bin", "config.json", "tokenizer.json", "vocabulary.json")
    files = [{"rfilename": name, "size": 12, "blobId": "0" * 40} for name in names]
    files[0] |= changes
    return json.dumps({"sha": "0" * 40, "siblings": files}).encode()


@pytest.mark.parametrize(
    ("path", "fault", "error", "says"),
    [
        ("/api", Fault(status=404), ModelMissingError, "there is no"),
        ("/api", Fault(status=401), ModelMissingError, "private"),
        ("/api", Fault(status=500), NetworkError, "500"),
        ("/api", Fault(status=429, headers={"retry-after": "0"}), NetworkError, "too many"),
        ("/api", Fault(status=429, headers={"retry-after": "3600"}), NetworkError, "too many"),
        ("/api", Fault(status=418), NetworkError, "418"),
        ("/api", Fault(body=b"<html>log in</html>"), NetworkError, "isn't the hub's"),
        ("/api", Fault(body=b"[]"), NetworkError, "isn't the hub's"),
        ("/api", Fault(body=b"{}"), NetworkError, "isn't the hub's"),
        ("/api", Fault(body=b'{"sha": "../../x", "siblings": []}'), NetworkError, "isn't the hub"),
        ("/api", Fault(body=b'{"sha": 3, "siblings": []}'), NetworkError, "isn't the hub's"),
        ("/api", Fault(body=b"[" * 100_000), NetworkError, "isn't the hub's"),
        ("/api", Fault(body=hostile(rfilename="\ud800.bin")), NetworkError, "isn't the hub's"),
        ("/api", Fault(body=hostile(size="12")), NetworkError, "isn't the hub's"),
        ("/api", Fault(body=hostile(size=-1)), NetworkError, "isn't the hub's"),
        ("/api", Fault(body=hostile(size=True)), NetworkError, "isn't the hub's"),
        ("/api", Fault(status=429, headers={"retry-after": "9" * 5000}), NetworkError, "too many"),
        ("/api", Fault(status=429, headers={"retry-after": NEVER}), NetworkError, "too many"),
        ("/api", Fault(status=302, headers={"location": "/api/x"}), NetworkError, "circles"),
        ("cdn:model.bin", Fault(wrong_byte=True), NetworkError, "checksum"),
        ("cdn:model.bin", Fault(body=b"short"), NetworkError, "incomplete"),
        ("cdn:model.bin", Fault(body=b"long" * 50_000), NetworkError, "checksum"),
        ("cdn:model.bin", Fault(cut_after=0), NetworkError, "could not be fetched"),
        ("cdn:model.bin", Fault(status=403), ModelMissingError, "private"),
        (f"/{BASE}/resolve", Fault(status=404), ModelMissingError, "there is no"),
    ],
)
def test_a_fault_that_stays_is_a_sentence_and_leaves_nothing(
    hub: HubServer, path: str, fault: Fault, error: type[Exception], says: str
) -> None:
    hub.faults[path] = fault
    with pytest.raises(error, match=says):
        fetch("base", longest_wait_s=1)
    assert not [model for model in installed() if model.source == "pulled"]


def test_a_server_that_hangs_is_given_up(hub: HubServer) -> None:
    hub.faults["cdn:model.bin"] = Fault(chunk_bytes=1000, pause_s=30)
    with pytest.raises(NetworkError, match="does not answer"):
        fetch("base", timeout_s=0.1, retries=0)


def test_no_server_at_all(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(NetworkError, match="could not be fetched from 127.0.0.1:9"):
        fetch("base")


@pytest.mark.parametrize(
    "endpoint",
    ["nonsense", "ftp://x", "http://", "http://[bad", "http://x:99999", "ftp://me:hidden@x"],
)
def test_an_endpoint_that_is_none(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    with pytest.raises(NetworkError, match="no address of a hub"):
        fetch("base")


def test_no_password_of_an_endpoint_is_told(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = hub.endpoint.removeprefix("http://")
    monkeypatch.setenv("HF_ENDPOINT", f"http://me:hidden@{host}")
    hub.faults["/api"] = Fault(body=b"[]")
    with pytest.raises(NetworkError, match="isn't the hub's") as caught:
        fetch("base")
    assert f"http://me:***@{host}" in caught.value.message


@pytest.mark.parametrize(
    ("file", "size_bytes"),
    [("x.onnx", "12"), ("x.onnx", None), ("x\x1b[31m.onnx", 12), ("x\x00.onnx", 12), ("x\n", 12)],
)
def test_a_list_of_voices_that_is_none(hub: HubServer, file: str, size_bytes: object) -> None:
    name = "en_US-x-low"
    files = {f"a/{file}": {"size_bytes": size_bytes, "md5_digest": "0" * 32}}
    voices = {name: {"key": name, "language": {"family": "en"}, "files": files}}
    hub.faults["/rhasspy/piper-voices/resolve"] = Fault(body=json.dumps(voices).encode())
    with pytest.raises(NetworkError, match="isn't the hub's"):
        fetch(name)


def test_a_repository_that_is_no_model(hub: HubServer) -> None:
    hub.repos["me/other"] = Repo({"model.safetensors": b"x"})
    with pytest.raises(ModelError, match="neither a faster-whisper model"):
        fetch("me/other")


def test_a_repository_that_lacks_a_file_is_refused_before_it_is_fetched(hub: HubServer) -> None:
    """faster-whisper would look for a tokenizer on the hub, each time it loads."""
    hub.repos["me/other"] = Repo({"model.bin": b"x", "config.json": b"{}", "vocabulary.txt": b"x"})
    with pytest.raises(ModelError, match=r"no tokenizer\.json in it"):
        fetch("me/other")
    assert not hub.downloads("model.bin")


def test_a_repository_whose_model_is_of_another_kind(hub: HubServer) -> None:
    hub.repos["me/other"] = Repo(small_model() | {"model.bin": b"\x06\0\0\0\x03\0Abc" * 2000})
    with pytest.raises(ModelCorruptError, match="not a CTranslate2 Whisper model"):
        fetch("me/other")
    assert not [model for model in installed() if model.source == "pulled"]


def test_a_name_that_nearly_exists(hub: HubServer) -> None:
    with pytest.raises(ModelMissingError) as caught:
        fetch("en_US-lesac-medium")
    assert "en_US-lessac-medium" in caught.value.hint


def test_no_room_is_said_before_anything_is_fetched(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sibling = hub_server._sibling
    monkeypatch.setattr(
        hub_server, "_sibling", lambda path, data: sibling(path, data) | {"size": 10**16}
    )
    with pytest.raises(ModelError, match="has room for"):
        fetch("base")
    assert not hub.downloads("config.json")


def test_a_home_that_can_not_be_written(hub: HubServer, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file is in the way")
    with pytest.raises(ModelError, match="can't be written"):
        fetch("base")


# -- tokens, proxies, offline -----------------------------------------------------------------


def test_the_token_goes_to_the_hub_and_not_to_the_cdn(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.repos[BASE] = Repo(small_model(), token="hf_secret")
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    fetch("base")
    by_origin = {
        origin: {r.headers.get("authorization") for r in hub.requests if r.origin == origin}
        for origin in ("hub", "cdn")
    }
    assert by_origin == {"hub": {"Bearer hf_secret"}, "cdn": {None}}


@pytest.mark.parametrize(
    ("token", "gated", "says", "hint"),
    [
        (None, False, "or it is private", "HF_TOKEN"),
        ("hf_wrong", False, "refuses", "HF_TOKEN"),
        (None, True, "accepts its terms", f"/{BASE}"),
    ],
)
def test_a_repository_that_not_everybody_may_read(
    hub: HubServer,
    monkeypatch: pytest.MonkeyPatch,
    token: str | None,
    gated: bool,
    says: str,
    hint: str,
) -> None:
    hub.repos[BASE] = Repo(small_model(), token="hf_secret", gated=gated)
    if token:
        monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises((NetworkError, ModelMissingError), match=says) as caught:
        fetch("base")
    assert hint in caught.value.hint
    assert "hf_" not in f"{caught.value.message}{caught.value.hint}".replace("hf_TOKEN", "")


def test_a_proxy_is_used(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server stands in for a proxy: it is asked for a host that doesn't exist."""
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.invalid")
    monkeypatch.setenv("HTTP_PROXY", hub.endpoint)
    monkeypatch.setenv("NO_PROXY", "localhost")
    [folder] = fetch("base")
    assert (folder / "model.bin").read_bytes() == small_model()["model.bin"]
    assert hub.requests[0].path == f"http://hub.invalid/api/models/{BASE}?blobs=true"


@pytest.mark.parametrize("proxy", ["gopher://x", "http://me:hidden@127.0.0.1:99999"])
def test_a_proxy_that_is_none(hub: HubServer, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(NetworkError, match="proxy"):
        fetch("base")


def test_hf_hub_offline_forbids_everything(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(NetworkError, match="HF_HUB_OFFLINE"):
        fetch("base")
    assert not hub.requests


def test_offline_forbids_the_hub_but_not_a_mirror_on_this_machine(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch("base", offline=True)
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.invalid")
    with pytest.raises(NetworkError, match="--offline"):
        fetch("tiny", offline=True)


def test_offline_does_not_follow_a_redirect_to_another_machine(hub: HubServer) -> None:
    hub.faults["/api"] = Fault(status=302, headers={"location": "http://203.0.113.1/x"})
    with pytest.raises(NetworkError, match=r"--offline forbids to ask 203\.0\.113\.1"):
        fetch("base", offline=True)


# -- the index of voices ----------------------------------------------------------------------


def test_the_index_is_kept_and_asked_for_again_when_old(hub: HubServer) -> None:
    client = Hub()
    asked = []
    for age_s in (0, 0, 10**9):
        if (kept := places.pulled_folder() / "voices.json").exists():
            os.utime(kept, (time.time() - age_s,) * 2)
        index = voices_index(client)
        assert set(index.voices) == {"en_US-lessac-medium", "de_DE-thorsten-high"}
        asked.append(len(hub.downloads("voices.json")))
    client.close()
    assert asked == [1, 1, 2]
    assert set(voices_index(None).voices) == {"en_US-lessac-medium", "de_DE-thorsten-high"}


def test_without_a_hub_and_nothing_kept(hub: HubServer) -> None:
    with pytest.raises(ModelMissingError, match="list of voices"):
        voices_index(None)


# -- rm ---------------------------------------------------------------------------------------


def test_remove(hub: HubServer) -> None:
    [folder] = fetch("base")
    assert remove("base") == sum(len(small_model()[name]) for name in NEEDED)
    assert not folder.exists()
    with pytest.raises(ModelMissingError):
        find_stt("base")
    with pytest.raises(ModelMissingError):
        remove("base")


def test_what_came_with_voicecli_stays(hub: HubServer) -> None:
    for model in store.bundled():
        with pytest.raises(ModelError, match="stays"):
            remove(model.name)
        assert model.path.exists()


def test_remove_takes_the_beginnings_of_a_failed_pull_along(hub: HubServer) -> None:
    hub.faults["cdn:"] = Fault(cut_after=1000)
    with pytest.raises(NetworkError):
        fetch("base", retries=0)
    remove("base")
    assert not list((places.pulled_folder() / ".partial").iterdir())


# -- two at once, and kills -------------------------------------------------------------------
#
# Other processes come from a fork server that has the imports done: a hundred of them would
# otherwise spend their time importing.

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(
    [
        *("pytest", "httpx", "filelock", "voicecli.models.download", "voicecli.models.offers"),
        *("huggingface_hub.utils._auth", "huggingface_hub.file_download"),
    ]
)


def pull_base(environ: dict[str, str], kill_at: int = 0) -> None:
    """In another process: pull, and be killed at the given change to the file system."""
    os.environ.update(environ)
    if kill_at:
        sys.addaudithook(_killer(kill_at))
    fetch("base")


CHANGES = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.truncate")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def _killer(kill_at: int) -> Callable[[str, tuple[object, ...]], None]:
    changes = 0
    home = os.environ["VOICECLI_HOME"]

    def hook(event: str, args: tuple[object, ...]) -> None:
        nonlocal changes
        is_open = event == "open" and str(args[0]).startswith(home)
        if event in CHANGES or (is_open and int(str(args[2])) & WRITING):
            changes += 1
            if changes == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    return hook


def environment() -> dict[str, str]:
    names = "VOICECLI_HOME", "VOICECLI_SMALL", "HF_ENDPOINT"
    return {name: os.environ[name] for name in names}


def version_here() -> int | None:
    """Which version of the model is on this machine; fails when what counts is not whole."""
    receipt = store.read_receipt(store.receipt_path("base"))
    if receipt is None:
        with pytest.raises(ModelMissingError):
            find_stt("base")
        return None
    files = files_in(find_stt("base"))
    version = json.loads(files["tokenizer.json"])["version"]
    assert files == {n: data for n, data in small_model(version).items() if n in NEEDED}
    return version


def test_two_processes_pull_the_same(hub: HubServer) -> None:
    hub.faults["cdn:"] = Fault(chunk_bytes=3000, pause_s=0.01)
    both = [processes.Process(target=pull_base, args=(environment(),)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    assert version_here() == 1
    assert len([r for r in hub.downloads("model.bin") if r.origin == "cdn"]) == 1


def test_whoever_waits_is_told(hub: HubServer) -> None:
    slow = hub.faults["cdn:"] = Fault(chunk_bytes=3000, pause_s=0.5)
    other = processes.Process(target=pull_base, args=(environment(),))
    other.start()
    while not hub.downloads("model.bin"):
        time.sleep(0.005)
    told: list[str] = []

    def say(text: str) -> None:
        told.append(text)
        slow.pause_s = 0.0  # the other may be done now

    client = Hub()
    pull([look_up("base", client)], client, say=say)
    client.close()
    other.join()
    assert told == ["another voicecli is busy with base: waiting for it"]


def test_killed_at_every_change_to_the_file_system(hub: HubServer) -> None:
    """One process after the other gets one step further before it is killed, until one gets
    through; from an old state each time. Nothing but the old or the new may ever be there."""
    fetch("base")
    kill_at, version, killed = 1, 1, 0
    while True:
        hub.repos[BASE] = Repo(small_model(version + 1))
        process = processes.Process(target=pull_base, args=(environment(), kill_at))
        process.start()
        process.join()
        here = version_here()
        assert here in (version, version + 1)
        if process.exitcode == 0:
            break
        assert process.exitcode == -signal.SIGKILL
        killed += 1
        if here == version + 1:
            version += 1
        kill_at += 1
    print(f"killed at each of {killed} changes")  # noqa: T201
    assert killed > 20, "that many there are at least"
    assert version_here() == version + 1
    assert_no_litter()


def test_killed_at_random_moments(hub: HubServer) -> None:
    moments = random.Random(1)
    hub.faults["cdn:"] = Fault(chunk_bytes=4000, pause_s=0.002)
    process = processes.Process(target=pull_base, args=(environment(),))
    started = time.monotonic()
    process.start()
    process.join()
    whole_s = time.monotonic() - started
    version, seen = version_here(), {"old": 0, "new": 0}
    for _ in range(KILLS):
        wanted = (version or 0) + 1
        hub.repos[BASE] = Repo(small_model(wanted))
        process = processes.Process(target=pull_base, args=(environment(),))
        process.start()
        process.join(timeout=moments.uniform(0, 1.2 * whole_s))
        process.kill()
        process.join()
        here = version_here()
        assert here in (version, wanted)
        seen["old" if here == version else "new"] += 1
        version = here
    hub.faults.clear()
    fetch("base")
    assert version_here() == wanted
    assert_no_litter()
    assert seen["old"] + seen["new"] == KILLS
    print(f"{KILLS} kills: {seen}")  # noqa: T201


def assert_no_litter() -> None:
    """One folder, one receipt, empty places for work; nothing else is left by any of the kills."""
    root = places.pulled_folder()
    receipt = store.read_receipt(store.receipt_path("base"))
    assert receipt is not None
    visible = {path.name for path in root.iterdir()} - {".locks", ".partial"}
    assert visible == {"base.receipt.json", receipt.folder}
    assert not list((root / ".partial").iterdir())


def test_ctrl_c_leaves_what_a_later_pull_goes_on_from(hub: HubServer) -> None:
    hub.faults["cdn:"] = Fault(chunk_bytes=2000, pause_s=0.02)
    process = processes.Process(target=pull_base, args=(environment(),))
    process.start()
    while not any(r.origin == "cdn" for r in hub.requests):
        time.sleep(0.005)
    time.sleep(0.1)
    assert process.pid
    os.kill(process.pid, signal.SIGINT)
    process.join(timeout=10)
    assert process.exitcode not in (None, 0)
    hub.faults.clear()
    hub.requests.clear()
    fetch("base")
    [request] = [r for r in hub.downloads("model.bin") if r.origin == "cdn"]
    assert request.headers["range"].startswith("bytes=")
    assert version_here() == 1


def test_progress_is_told_and_ends_at_the_full_size(hub: HubServer) -> None:
    hub.faults["cdn:"] = Fault(cut_after=20_000, times=1)
    told: dict[str, list[int]] = {}
    lock = threading.Lock()

    def report(model: str, file: str, done_bytes: int, total_bytes: int) -> None:
        assert model == "base"
        assert total_bytes == len(small_model()[file])
        with lock:
            told.setdefault(file, []).append(done_bytes)

    client = Hub(backoff_s=0.01)
    pull([look_up("base", client)], client, report)
    client.close()
    assert {file: steps[-1] for file, steps in told.items()} == {
        name: len(small_model()[name]) for name in NEEDED
    }
    assert told["model.bin"] == sorted(told["model.bin"]), "a resumed file never jumps back"
