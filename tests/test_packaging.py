"""What a user gets: a whole wheel, no torch, a quick --help, a set-up that explains itself."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tomllib
import wave
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import numpy as np
import pytest
import typer.main

from voicecli.cli.main import app

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def run(*command: object, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        **options,  # type: ignore[call-overload]
    )


def modules_after(code: str) -> set[str]:
    """What a new interpreter has imported once it has run `code`."""
    code += "\nimport sys; print('\\n'.join(sys.modules), file=sys.stderr)"
    done = run(sys.executable, "-c", code)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


# --- no torch


def test_torch_is_not_locked() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    names = {package["name"] for package in lock["package"]}
    assert "silero-vad" in names
    assert not {name for name in names if name.startswith(("torch", "nvidia", "triton"))}


def test_torch_is_not_installed() -> None:
    assert importlib.util.find_spec("torch") is None


def test_no_module_of_ours_imports_torch() -> None:
    modules = modules_after(
        "import pkgutil, voicecli\n"
        "for module in pkgutil.walk_packages(voicecli.__path__, 'voicecli.'):\n"
        "    if not module.name.endswith('__main__'):\n"
        "        __import__(module.name)"
    )
    assert {
        "voicecli.hearing.vad",
        "voicecli.stt.recognizer",
        "voicecli.tts.piper",
        "voicecli.cli.main",
    } <= modules
    assert not {name for name in modules if name.split(".")[0] in {"torch", "silero_vad"}}


def test_plain_pip_needs_no_override() -> None:
    """What the wheel requires without any extra leads to no torch, whoever installs it."""
    locked = {it["name"]: it for it in tomllib.loads((ROOT / "uv.lock").read_text())["package"]}
    reached, open_ = set(), ["voicecli"]
    while open_:
        name = open_.pop()
        reached.add(name)
        needed = {it["name"] for it in locked[name].get("dependencies", ())}
        open_ += needed - reached
    assert {"faster-whisper", "onnxruntime", "piper-tts"} <= reached
    assert "silero-vad" not in reached


# --- --help


def commands(group: typer.main.TyperGroup, *names: str) -> Iterator[tuple[str, ...]]:
    """Every command of the program, as the words that are typed."""
    yield names
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, *names, name)


@pytest.mark.parametrize("words", list(commands(typer.main.get_command(app))), ids=" ".join)
def test_every_command_has_help(words: tuple[str, ...]) -> None:
    done = run(Path(sys.executable).with_name("voicecli"), *words, "--help")
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.strip().startswith(" ".join(["Usage: voicecli", *words]))


def test_help_loads_nothing_heavy() -> None:
    modules = modules_after(
        "import sys\n"
        "from voicecli.cli.main import main\n"
        "sys.argv = ['voicecli', '--help']\n"
        "try: main()\n"
        "except SystemExit as leaving: assert not leaving.code"
    )
    assert "voicecli.cli.talk" in modules
    heavy = (
        "asyncio av ctranslate2 faster_whisper httpx huggingface_hub numpy onnxruntime piper rich"
    )
    assert not modules & {*heavy.split(), "sounddevice", "soxr"}


# --- the wheel


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what `uv build` makes: an sdist, and a wheel made from that sdist."""
    folder = tmp_path_factory.mktemp("dist")

    def build(kind: str, source: Path) -> None:
        done = run(sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", folder, cwd=source)
        assert done.returncode == 0, done.stderr

    build("sdist", ROOT)
    (sdist,) = folder.glob("*.tar.gz")
    assert run("tar", "-xzf", sdist, "-C", folder).returncode == 0
    build("wheel", folder / sdist.name.removesuffix(".tar.gz"))
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> zipfile.ZipFile:
    (path,) = built.glob("*.whl")
    return zipfile.ZipFile(path)


def files_below(folder: Path) -> set[str]:
    """Relative paths of the files that belong to the project, so without caches."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_all_of_the_package_and_the_models(wheel: zipfile.ZipFile) -> None:
    source, models = ROOT / "src/voicecli", ROOT / "models"
    expected = {f"voicecli/{name}": source / name for name in files_below(source)}
    bundled = {f"voicecli/bundled/{name}": models / name for name in files_below(models)}
    assert {"voicecli/bundled/stt-en/model.bin", "voicecli/cli/demo-small.flac"} <= {
        *bundled,
        *expected,
    }
    for name, path in (expected | bundled).items():
        assert wheel.read(name) == path.read_bytes(), name


def test_the_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    folders = {name.split("/")[0] for name in wheel.namelist()}
    version = PYPROJECT["project"]["version"]
    assert folders == {"voicecli", f"voicecli-{version}.dist-info"}


def test_the_wheel_carries_the_licence(wheel: zipfile.ZipFile) -> None:
    (metadata,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    fields = message_from_bytes(wheel.read(metadata))
    assert fields["License-Expression"] == "GPL-3.0-or-later"
    assert fields["License-File"] == "LICENSE"
    licence = metadata.replace("METADATA", "licenses/LICENSE")
    assert wheel.read(licence) == (ROOT / "LICENSE").read_bytes()


def test_the_wheel_holds_a_conversation_without_the_checkout(
    wheel: zipfile.ZipFile, tmp_path: Path
) -> None:
    site, home, folder = tmp_path / "site", tmp_path / "home", tmp_path / "folder"
    wheel.extractall(site)
    home.mkdir()
    folder.mkdir()
    # Nothing else: onnxruntime, for one, keeps its telemetry to itself where it sees `CI`.
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(site)}
    environment["VOICECLI_SMALL"] = "1"

    def python(*arguments: str) -> str:
        done = run(sys.executable, *arguments, cwd=folder, env=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    package = python("-c", "import voicecli; print(voicecli.__file__)")
    assert Path(package.strip()).is_relative_to(site)
    lines = python("-m", "voicecli", "talk", "--demo", "--offline", "--json").splitlines()
    events = [json.loads(line) for line in lines]
    heard = [event["heard"] for event in events if event["event"] == "reply_ended"]
    assert "Seven plus twelve is nineteen." in heard
    with wave.open(str(folder / "voicecli-demo.wav")) as recording:
        samples = np.frombuffer(recording.readframes(recording.getnframes()), np.int16)
    assistant = samples.reshape(-1, 2)[:, 1]
    assert abs(assistant).max() > 1000
    # No device id, no queue of telemetry, no model cache.
    # The voice in parts, which voicecli keeps; of anything else that writes, it would be a report.
    assert [path for path in home.rglob("*") if "voicecli" not in path.parts] in (
        [],
        [home / ".cache"],
    )


# --- scripts/setup


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the scripts, with a PATH of its own in `bin` that holds just what `needs` says.

    What this machine has or lacks, and who we are on it, can't be changed by a test; so the
    programs that tell are small doubles.
    """
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    (tmp_path / "bin").mkdir()
    for name in ("dirname", "env", "sh"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name))  # type: ignore[arg-type]
    double(tmp_path, "uname", "echo Linux")
    double(tmp_path, "id", "echo 1000")
    double(tmp_path, "apt-get", f'echo "$DEBIAN_FRONTEND: $*" >> {tmp_path}/installed')
    double(tmp_path, "python", "exit 1  # find_library says no")
    double(
        tmp_path,
        "uv",
        f'echo "$*" >> {tmp_path}/uv-calls; [ "$1" != python ] || echo {tmp_path}/bin/python',
    )
    return tmp_path


def double(checkout: Path, name: str, script: str) -> None:
    path = checkout / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def set_up(checkout: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return run(
        checkout / "scripts/setup", *options, env={"PATH": str(checkout / "bin"), **environment}
    )


INSTALL = "apt-get update -qq; apt-get install -y --no-install-recommends libportaudio2"


def test_setup_tells_who_may_not_install_what_to_type(checkout: Path) -> None:
    done = set_up(checkout)
    assert done.returncode == 1
    assert done.stderr.endswith(f"Type this, then try again: su -c '{INSTALL}'\n")
    assert not (checkout / "installed").exists()


def test_setup_tells_whom_sudo_refuses_what_to_type(checkout: Path) -> None:
    double(checkout, "sudo", "exit 1")
    done = set_up(checkout)
    assert done.returncode == 1
    assert done.stderr.endswith(f"Type this, then try again: sudo sh -c '{INSTALL}'\n")


def test_setup_installs_through_sudo_without_asking_where_nobody_can_answer(checkout: Path) -> None:
    double(checkout, "sudo", '[ "$1" = -n ] && shift && exec "$@"')
    done = set_up(checkout, "--dev")
    assert done.returncode == 0, done.stderr
    assert (checkout / "installed").read_text() == (
        "noninteractive: update -qq\n"
        "noninteractive: install -y --no-install-recommends libportaudio2 jackd2 tmux"
        " chromium haproxy pulseaudio pulseaudio-utils libasound2-plugins\n"
    )


def test_setup_is_silent_where_everything_is_there(checkout: Path) -> None:
    double(checkout, "python", "exit 0")
    done = set_up(checkout)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (checkout / "installed").exists()
    calls = (checkout / "uv-calls").read_text()
    assert "sync --locked --no-dev --inexact --extra silero --group starter --check" in calls


@pytest.mark.parametrize("small", ["", "1"])
def test_setup_prepares_the_voice_that_it_installs(checkout: Path, small: str) -> None:
    double(checkout, "python", "exit 0")
    double(
        checkout,
        "uv",
        f'echo "$*" >> {checkout}/uv-calls\n'
        f'[ "$1" != python ] || echo {checkout}/bin/python\n'
        'case "$*" in *--check*) exit 1 ;; esac',
    )
    assert set_up(checkout, VOICECLI_SMALL=small).returncode == 0
    last = (checkout / "uv-calls").read_text().splitlines()[-1]
    assert (last == "run --no-sync voicecli models pull en_US-joe-medium") == (not small)


@pytest.mark.parametrize("dev", [True, False])
def test_setup_leaves_the_official_models_out(checkout: Path, dev: bool) -> None:
    double(checkout, "python", "exit 0")
    double(checkout, "uname", "echo Darwin")
    done = set_up(checkout, *(["--dev"] if dev else []), VOICECLI_SMALL="1")
    assert (done.returncode, done.stderr) == (0, "")
    calls = (checkout / "uv-calls").read_text()
    assert "group starter" in calls if dev else "starter" not in calls
    assert ("--no-group official --no-group starter" in calls) == dev


def test_setup_goes_on_without_official_models_that_can_not_be_had(checkout: Path) -> None:
    """Where there is nothing yet and the packages are out of reach: the small models do."""
    double(checkout, "python", "exit 0")
    double(
        checkout,
        "uv",
        f'echo "$*" >> {checkout}/uv-calls\n'
        f'[ "$1" != python ] || echo {checkout}/bin/python\n'
        'case "$*" in *--check*|*starter*) exit 1 ;; esac',
    )
    done = set_up(checkout)
    assert done.returncode == 0, done.stderr
    assert "small models of the checkout do" in done.stderr
    assert "VOICECLI_SMALL=1" in done.stderr
    last = (checkout / "uv-calls").read_text().splitlines()[-1]
    assert last == "sync --locked --no-dev --inexact --extra silero --quiet"


def test_setup_leaves_portaudio_to_the_wheel_of_sounddevice_on_macos(checkout: Path) -> None:
    double(checkout, "uname", "echo Darwin")
    done = set_up(checkout, "--dev")
    assert (done.returncode, done.stderr) == (0, "")
    assert not (checkout / "installed").exists()
    assert "sync --locked --all-groups --check" in (checkout / "uv-calls").read_text()


def test_setup_names_the_package_of_other_systems(checkout: Path) -> None:
    (checkout / "bin/apt-get").unlink()
    done = set_up(checkout)
    assert done.returncode == 1
    assert "sudo dnf install portaudio" in done.stderr


@pytest.mark.parametrize("uv", [True, False])
def test_setup_says_that_python_is_too_old(checkout: Path, uv: bool) -> None:
    double(checkout, "python3", '[ "$1" = --version ] && echo Python 3.9.2')
    double(checkout, "uv", f"[ {uv} = True ] && [ $1 = --version ]")
    done = set_up(checkout)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer and found Python 3.9.2" in done.stderr
