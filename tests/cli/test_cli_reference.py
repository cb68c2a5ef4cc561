"""What the program says of itself: its help, its versions, its reference, its completion."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import pytest
import typer.main

from programs import run_voicecli
from sse_server import SseServer
from voicecli.cli.help import GROUPS, example_of
from voicecli.cli.main import app
from voicecli.doctor.versions import ENGINES, licences

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
COMMAND = typer.main.get_command(app)


def make_cli_reference() -> ModuleType:
    path = ROOT / "scripts/make_cli_reference.py"
    spec = importlib.util.spec_from_file_location("make_cli_reference", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_what_the_program_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")  # the developer's terminal has no say in it
    made = make_cli_reference().reference()
    written = (ROOT / "docs/cli.md").read_text("utf-8")
    assert written == made, "run: .venv/bin/python scripts/make_cli_reference.py"


def test_the_reference_names_every_command_and_option() -> None:
    written = (ROOT / "docs/cli.md").read_text("utf-8")
    for name, command in COMMAND.commands.items():
        section = written.partition(f"## voicecli {name}\n")[2].partition("\n## ")[0]
        for parameter in command.params:
            for option in parameter.opts:
                assert option in section or not option.startswith("--"), f"{name} {option}"


def test_help_shows_every_command_in_a_group_with_an_example() -> None:
    done = run_voicecli("--help")
    assert done.returncode == 0
    for title, members in GROUPS.items():
        section = done.stdout.partition(f"{title}:\n")[2].partition("\n\n")[0]
        for name in members:
            assert re.search(rf"^  {name} ", section, re.MULTILINE), name
    for name, command in COMMAND.commands.items():
        example = example_of(command)
        assert example, f"{name} has no example"
        assert f"voicecli {name}" in example
        assert example in done.stdout
    assert "Other:" not in done.stdout, "put the new command into a group of cli/help.py"


def test_every_example_is_a_command_that_parses() -> None:
    """As far as a program can tell without doing it."""
    for command in COMMAND.commands.values():
        words = example_of(command).partition("voicecli ")[2].split()
        known = {option for parameter in command.params for option in parameter.opts}
        for child in getattr(command, "commands", {}).values():
            known |= {option for parameter in child.params for option in parameter.opts}
        for word in words:
            assert not word.startswith("--") or word in known, f"{word} in {' '.join(words)}"


def test_version_names_all_engines_without_importing_any() -> None:
    code = (
        "import sys\nfrom voicecli.cli.main import main\nsys.argv = ['voicecli', '--version']\n"
        "try: main()\nexcept SystemExit: pass\nprint(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lines = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert lines == {
        "voicecli": version("voicecli"),
        **{name: version(name) for name in ENGINES},
        "Python": sys.version.split()[0],
    }
    imported = set(done.stderr.split())
    assert not imported & {"faster_whisper", "ctranslate2", "piper", "onnxruntime", "numpy", "av"}


def test_every_engine_has_a_licence() -> None:
    found = licences()
    assert found["voicecli"] == "GPL-3.0-or-later"
    assert set(found) == {"voicecli", *ENGINES}
    assert "see its package" not in found.values()


def test_completion_is_installed_and_completes(tmp_path: Path) -> None:
    """As bash does it: the installed function is sourced, and asked."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    program = Path(sys.executable).with_name("voicecli")
    environment = {"HOME": str(tmp_path), "PATH": f"{program.parent}:/usr/bin:/bin"}
    installed = subprocess.run(
        [bash, "-c", "voicecli --install-completion; true"],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    assert "completion installed" in installed.stdout
    script = (
        "source ~/.bashrc; COMP_WORDS=(voicecli de); COMP_CWORD=1; _voicecli_completion voicecli;"
        "echo ${COMPREPLY[@]}"
    )
    done = subprocess.run(
        [bash, "-c", script], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout.split() == ["devices"]


@pytest.mark.parametrize(
    ("command", "begun", "names"),
    [("talk", "ll", ["llama3.2", "llava"]), ("serve", "q", ["qwen"])],
)
def test_model_completes_with_what_the_server_lists(
    command: str, begun: str, names: list[str]
) -> None:
    program = Path(sys.executable).with_name("voicecli")
    with SseServer(model_ids=["llama3.2", "llava", "qwen", "nomic-embed-text"]) as server:
        words = f"voicecli {command} --base-url {server.base_url} --model {begun}"
        asked = {
            "_VOICECLI_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": "5",
        }
        done = subprocess.run(
            [program], capture_output=True, text=True, env=os.environ | asked, check=True
        )
    assert done.stdout.split() == names
