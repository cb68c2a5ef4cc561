"""Imports between the rooms of src/voicecli only point downwards; docs/architecture.md has them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from itertools import pairwise
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src"

Arrows = dict[str, set[str]]

FORBIDDEN = {
    "conversation": {"sessions", "cli", "terminal", "models", "engines"},
    "duplex": {"conversation", "sessions"},
}

ONLY = {"settings": {"errors", "places", "network", "files"}}
"""These import nothing else of voicecli."""


def modules(src: Path) -> dict[str, Path]:
    names = {path: path.relative_to(src).with_suffix("").parts for path in src.rglob("*.py")}
    return {".".join(p[:-1] if p[-1] == "__init__" else p): path for path, p in names.items()}


def imports(path: Path, known: dict[str, Path], *, types: bool) -> Iterator[str]:
    """The modules of our own that a file imports, at its top or anywhere in it.

    types: also those that are imported for annotations alone.
    """
    todo: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while todo:
        match node := todo.pop():
            case ast.If(test=ast.Name(id="TYPE_CHECKING")) if not types:
                todo += node.orelse
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(module=str(module), level=0):
                names = (f"{module}.{alias.name}" for alias in node.names)
                yield from (name if name in known else module for name in names)
            case _:
                todo += ast.iter_child_nodes(node)


def file_arrows(src: Path, *, types: bool) -> Arrows:
    known = modules(src)
    return {
        name: {other for other in imports(path, known, types=types) if other != name}
        for name, path in known.items()
    }


def room(module: str) -> str:
    """The folder or file right below voicecli; what is not ours is its own room."""
    parts = module.split(".")
    return parts[1] if parts[0] == "voicecli" and len(parts) > 1 else parts[0]


def room_arrows(src: Path) -> Arrows:
    arrows: Arrows = {}
    for name, others in file_arrows(src, types=True).items():
        arrows.setdefault(room(name), set()).update(room(other) for other in others)
        arrows[room(name)].discard(room(name))
    return arrows


def violations(src: Path) -> list[str]:
    files, rooms = file_arrows(src, types=False), room_arrows(src)
    found = []
    for what, arrows in (("files", files), ("rooms", rooms)):
        try:
            TopologicalSorter(arrows).prepare()
        except ValueError as error:  # graphlib.CycleError
            found.append(f"a circle of {what}: {' <- '.join(error.args[1])}")
    ours = set(rooms)
    for name, others in rooms.items():
        bad = others & FORBIDDEN.get(name, set()) | others & {"training"}
        if name in ONLY:
            bad |= others & ours - ONLY[name]
        found += [f"{name} -> {other}" for other in sorted(bad)]
    return found


def test_imports_only_point_downwards() -> None:
    assert violations(SRC) == []


@pytest.mark.parametrize(
    ("files", "wrong"),
    [
        ({"duplex/seam": "from voicecli.conversation import events"}, "duplex -> conversation"),
        ({"conversation/floor": "def f():\n import voicecli.models.store"}, "-> models"),
        ({"settings/file": "from voicecli.text import aloud"}, "settings -> text"),
        ({"sound/wav": "from training.common import clips"}, "sound -> training"),
        ({"tts/a": "import voicecli.tts.b", "tts/b": "import voicecli.tts.a"}, "circle of files"),
        (
            {
                "stt/a": "if TYPE_CHECKING:\n from voicecli.llm.b import B",
                "llm/b": "import voicecli.stt.c",
                "stt/c": "",
            },
            "circle of rooms",
        ),
    ],
)
def test_what_would_be_found(tmp_path: Path, files: dict[str, str], wrong: str) -> None:
    everything = {
        f"voicecli/{name}": ""
        for name in ("conversation/events", "models/store", "text/aloud", "cli/main")
    }
    everything |= {f"voicecli/{name}": code for name, code in files.items()}
    for name, code in everything.items():
        path = tmp_path / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)
    (found,) = violations(tmp_path)
    assert wrong in found


def test_a_circle_of_annotations_alone_is_none_of_files(tmp_path: Path) -> None:
    for name, other in pairwise("aba"):
        path = tmp_path / "voicecli" / "stt" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"if TYPE_CHECKING:\n import voicecli.stt.{other}\n")
    assert violations(tmp_path) == []


def test_a_class_has_its_name_alone() -> None:
    """Who looks for a name finds one thing. Small private classes of a file may be called alike."""
    places: dict[str, list[str]] = {}
    for module, path in modules(SRC).items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(module)
    assert {name: where for name, where in places.items() if len(where) > 1} == {}
