"""Models in data packages: found without an import, verified once, joined."""

from __future__ import annotations

import errno
import os
import sys
from hashlib import sha256
from pathlib import Path

import pytest

import official
from programs import run_voicecli
from voicecli import places
from voicecli.errors import ModelCorruptError, ModelError
from voicecli.models import (
    find_stt,
    find_turn_detector,
    find_voice,
    formats,
    installed,
    packages,
    store,
)
from voicecli.models.catalogue import PACKAGED, Packaged
from voicecli.tts.parts import cached_parts

pytestmark = pytest.mark.slow

BYTES = {"one": b"first " * 1000, "two": b"second" * 3000}


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Packaged:
    """A model in two packages that break whatever imports them."""
    for name, content in BYTES.items():
        folder = tmp_path / "site" / f"voicecli_test_{name}" / "data"
        folder.mkdir(parents=True)
        (folder.parent / "__init__.py").write_text("raise RuntimeError('imported')")
        (folder / f"model.onnx.{name}").write_bytes(content)
    (tmp_path / "site" / "voicecli_test_one" / "data" / "card").write_bytes(b"a card")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return Packaged(
        "made",
        "turn",
        "the-package",
        ("en",),
        "MIT",
        "voicecli_test_one/data",
        f"""model.onnx {sha256(b"".join(BYTES.values())).hexdigest()}
        card {sha256(b"a card").hexdigest()}""",
        "model.onnx",
        {"model.onnx": tuple(f"voicecli_test_{it}/data/model.onnx.{it}" for it in BYTES)},
    )


def part(made: Packaged, n: int) -> Path:
    return packages.package_folder_of(made).parents[1] / made.files[0].parts[n]


def test_parts_are_joined_once(made: Packaged) -> None:
    path = packages.ready(made)
    assert path.read_bytes() == b"".join(BYTES.values())
    assert (path.parent / "card").read_bytes() == b"a card"
    written = path.stat().st_mtime_ns
    assert packages.ready(made) == path
    assert path.stat().st_mtime_ns == written
    assert not list(path.parents[1].glob(".*made*/")), "nothing half done is left"


def test_what_is_joined_and_then_damaged_is_joined_again(made: Packaged) -> None:
    path = packages.ready(made)
    path.write_bytes(b"damaged")
    assert packages.ready(made).read_bytes() == b"".join(BYTES.values())


def test_the_cache_may_be_emptied(made: Packaged) -> None:
    path = packages.ready(made)
    for file in path.parent.iterdir():
        file.unlink()
    assert packages.ready(made).read_bytes() == b"".join(BYTES.values())


def test_other_bytes_are_refused(made: Packaged) -> None:
    """Wherever they come from: the length is right, one bit is not."""
    second = bytearray(BYTES["two"])
    second[-1] ^= 1
    part(made, 1).write_bytes(second)
    with pytest.raises(ModelCorruptError, match="model.onnx of made in the package") as caught:
        packages.ready(made)
    assert "the-package" in caught.value.hint
    assert not packages.folder_of(made).exists()


def test_a_missing_part_is_no_model(made: Packaged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "PACKAGED", (made,))
    assert list(packages.present()) == [made]
    part(made, 1).unlink()
    assert list(packages.present()) == []


def test_a_full_disk_leaves_nothing_behind(made: Packaged, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(packages, "flush", full)
    with pytest.raises(ModelError, match="the disk is full") as caught:
        packages.ready(made)
    assert "VOICECLI_HOME" in caught.value.hint
    left = [path for path in (places.cache_folder() / "models").rglob("*") if path.is_dir()]
    assert not left


def test_whole_files_are_read_once(
    made: Packaged, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A file that is whole stays where it is; its digest is remembered for as long as it is not
    touched."""
    whole = Packaged(
        "whole",
        "turn",
        "the-package",
        ("en",),
        "MIT",
        "voicecli_test_one/data",
        f"model.onnx.one {sha256(BYTES['one']).hexdigest()}",
        "model.onnx.one",
    )
    assert packages.ready(whole) == part(made, 0)
    # Another digest of the same bytes is impossible, so what is not read again is not found out.
    status = part(made, 0).stat()
    part(made, 0).write_bytes(b"F" + BYTES["one"][1:])
    os.utime(part(made, 0), ns=(status.st_atime_ns, status.st_mtime_ns))
    assert packages.ready(whole) == part(made, 0)
    os.utime(part(made, 0))
    with pytest.raises(ModelCorruptError):
        packages.ready(whole)


def test_a_cache_that_can_not_be_written_is_done_without(
    made: Packaged, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("VOICECLI_HOME", str(tmp_path / "file"))
    with pytest.raises(ModelError, match="can't be written"):
        packages.ready(made)


def test_the_official_models_are_found_verified_and_imported_by_nobody(
    official_models: None,
) -> None:
    tiny, base, voice = find_stt("tiny.en"), find_stt("base"), find_voice(official.JOE)
    assert (base / "model.bin").stat().st_size == 145_217_532
    assert formats.voice_language(voice) == "en-US"
    detector = find_turn_detector()
    assert detector is not None
    assert detector == find_turn_detector(official.SMART_TURN)
    assert detector.name == "smart-turn-v3.2-cpu.onnx"
    here = {model.name: model for model in installed()}
    assert here["base"].path == base
    assert here["tiny.en"].path == tiny
    assert {"en", "de", "zh"} <= set(here["base"].languages)
    assert len(here["base"].languages) == 99
    imported = {
        part.partition("/")[0] for it in PACKAGED for file in it.files for part in file.parts
    }
    assert not imported & sys.modules.keys()


def test_the_default_is_the_best_that_is_installed(
    official_models: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_stt(None) == find_stt("tiny.en")
    assert find_stt(None, "en") == find_stt("tiny.en")
    assert find_stt(None, "de") == find_stt("base")
    assert find_stt(None, None) == find_stt("base"), "whatever the language may be"
    assert find_voice(None) == find_voice(official.JOE)
    monkeypatch.setenv("VOICECLI_SMALL", "1")
    assert find_stt(None).name == "stt-en"
    assert find_stt(None, "de").name == "stt-en"
    assert find_turn_detector() is None


def test_what_is_pulled_hides_a_package(
    official_models: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = store.Receipt(
        *("tiny.en", "stt", "folder", ".", "owner/repo", "0", "MIT", 0.0, {}, ("en",), 1)
    )
    monkeypatch.setattr(store, "receipts", lambda: iter([receipt]))
    assert [it.source for it in installed() if it.name == "tiny.en"] == ["pulled"]


def test_the_table_shows_them(official_models: None) -> None:
    done = run_voicecli("models")
    rows = {line.split()[0]: line for line in done.stdout.splitlines() if line}
    for name in (official.TINY_EN, official.BASE, official.JOE, official.SMART_TURN):
        assert "package" in rows[name], done.stdout
    assert "default" in rows[official.TINY_EN]
    assert "default" in rows[official.JOE]


def test_what_a_package_brought_need_not_be_pulled(official_models: None) -> None:
    done = run_voicecli("models", "pull", "tiny.en", official.JOE)
    assert done.returncode == 0, done.stderr
    assert "tiny.en is on this machine" in done.stderr
    # So that nobody waits for that when it is to say its first word.
    assert (cached_parts(find_voice(official.JOE)) / "voice.json").is_file()


@pytest.mark.parametrize(
    ("name", "extra"),
    [
        ("tiny.en", "starter"),
        ("base", "multilingual"),
        ("Systran/faster-whisper-base", "multilingual"),
        (official.JOE, "starter"),
    ],
)
def test_without_a_hub_the_package_with_the_same_bytes_is_named(name: str, extra: str) -> None:
    """At a port where nobody listens, and soon: how soon is no matter of a test."""
    environment = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HUB_OFFLINE": ""}
    done = run_voicecli("models", "pull", name, env=environment)
    assert done.returncode == 1
    assert "refused" in done.stderr
    assert f"pip install 'voicecli[{extra}]'" in done.stderr


def test_a_turn_detector_is_chosen_by_its_name(official_models: None) -> None:
    assert run_voicecli("models", "use", official.SMART_TURN).returncode == 0
    shown = run_voicecli("config", "show").stdout
    assert official.SMART_TURN in shown
    assert run_voicecli("models", "path", official.SMART_TURN).stdout.endswith("-cpu.onnx\n")


def test_a_word_that_names_nothing_is_told_without_a_network() -> None:
    done = run_voicecli("models", "pull", "smoll", env={"HF_ENDPOINT": "http://127.0.0.1:9"})
    assert done.returncode == 1
    assert "there is no model 'smoll' to pull" in done.stderr
    assert "small" in done.stderr


def test_what_a_package_brought_is_removed_with_it(official_models: None) -> None:
    done = run_voicecli("models", "rm", "tiny.en")
    assert done.returncode == 1
    assert "tiny.en lies in a package" in done.stderr
    assert "pip uninstall" in done.stderr
