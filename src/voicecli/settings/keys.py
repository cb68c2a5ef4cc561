"""Each setting by its dotted name: its type, what it may be, and what sets it."""

from __future__ import annotations

import ast
import difflib
import inspect
import itertools
import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from voicecli.errors import SettingsError
from voicecli.network import hidden_password
from voicecli.settings import Between, Matching, Settings, one_of


@dataclass(frozen=True)
class Key:
    """One setting, as `config.toml`, the environment and the options know it."""

    name: str
    """Dotted: "llm.model"."""
    type: type
    """str, int, float or bool."""
    rule: Between | Matching | None
    """What its values must satisfy besides."""
    default: Any
    secret: bool
    """Never printed."""

    @property
    def is_list(self) -> bool:
        """The file may have a list in place of a text with commas."""
        return self.name in LISTS

    @property
    def option(self) -> str:
        return _OPTIONS.get(self.name) or "--" + self.name.rpartition(".")[2].replace("_", "-")

    @property
    def variables(self) -> tuple[str, ...]:
        """Environment variables that set it, the strongest first."""
        long = "VOICECLI_" + self.name.replace(".", "_").upper()
        stage, _, last = self.name.rpartition(".")
        return (long, f"VOICECLI_{last.upper()}") if stage == "llm" else (long,)

    def check(self, value: object, where: str) -> Any:
        """The value in the setting's type.

        :raises SettingsError: naming `where` it stands, when its type or value can't be.
        """
        if self.type is float and type(value) is int:
            value = float(value)
        if self.is_list and isinstance(value, list) and all(isinstance(one, str) for one in value):
            value = ", ".join(value)
        if type(value) is not self.type or (self.rule and value not in self.rule):
            shown = "" if self.secret else f", not {self.shown(value)!r}"
            rule = f" {self.rule}" if isinstance(self.rule, Between) else ""
            wanted = str(self.rule) if isinstance(self.rule, Matching) else _NOUN[self.type] + rule
            raise SettingsError(
                f"{where}: {self.name} must be {wanted}{shown}", documentation().get(self.name, "")
            )
        return value

    def shown(self, value: object) -> object:
        """The value as it may be printed: without the password of an address."""
        return hidden_password(value) if isinstance(value, str) else value

    def parse(self, text: str, where: str) -> Any:
        """The value that a text from the environment or a command line stands for."""
        value: object = text
        if self.type is bool:
            value = _BOOLEANS.get(text.strip().lower(), text)
        elif self.type in (int, float):
            try:
                value = self.type(text)
            except ValueError:
                value = text
        return self.check(value, where)


LISTS = ("stt.engine", "tts.engine", "tools.allow")
_OPTIONS = {
    "stt.model": "--stt-model",
    "stt.engine": "--stt",
    "tts.engine": "--voice-url",
    "tools.enabled": "--tools",
    "tools.folder": "--tools-folder",
    "wake.phrase": "--wake",
}
_NOUN: dict[type, str] = {
    str: "a text in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}
_BOOLEANS: dict[str, bool] = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}


@dataclass(frozen=True)
class Given:
    """One value that somebody set."""

    value: Any
    origin: str


Layer = dict[str, Given]
"""What one source sets, by dotted name."""


@cache
def keys() -> dict[str, Key]:
    """Every setting by its dotted name, in the order of the dataclasses."""
    return {key.name: key for key in _keys_of(Settings, "")}


def _keys_of(cls: type, prefix: str) -> Iterator[Key]:
    hints = get_type_hints(cls, include_extras=True)
    for item in fields(cls):
        if item.metadata.get("tables"):  # read by themselves (mcp.py)
            continue
        hint = hints[item.name]
        if is_dataclass(hint):
            yield from _keys_of(hint, f"{item.name}.")  # pyright: ignore[reportArgumentType]
            continue
        if get_origin(hint) in (Union, types.UnionType):
            hint = next(arm for arm in get_args(hint) if arm is not types.NoneType)
        rule = None
        if get_origin(hint) is Annotated:
            hint, rule = get_args(hint)
        elif get_origin(hint) is Literal:
            hint, rule = str, one_of(*get_args(hint))
        yield Key(prefix + item.name, hint, rule, item.default, secret=not item.repr)


@cache
def documentation() -> dict[str, str]:
    """The docstrings under the fields, by dotted name, each in one line."""
    hints = get_type_hints(Settings)
    stages = {f"{name}.": hint for name, hint in hints.items() if is_dataclass(hint)}
    return {
        prefix + name: text
        for prefix, cls in {"": Settings, **stages}.items()
        for name, text in docstrings(cls)  # pyright: ignore[reportArgumentType]
    }


def docstrings(cls: type) -> Iterator[tuple[str, str]]:
    """Names of a dataclass's fields, and what is said below each."""
    (definition,) = ast.parse(inspect.getsource(cls)).body
    assert isinstance(definition, ast.ClassDef)
    for statement, following in itertools.pairwise(definition.body):
        match statement, following:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, " ".join(text.split())


def near(name: str, known: Iterable[str]) -> str:
    """A hint for a name that is not known."""
    known = list(known)
    # "llm.modle" is near "llm.model"; so is a "model" that lacks its stage.
    whole = [key for key in known if key.rpartition(".")[2] == name.rpartition(".")[2]]
    near = whole or difflib.get_close_matches(
        name, known, n=3, cutoff=0.6 if "." not in name else 0.75
    )
    return f"did you mean {' or '.join(near)}?" if near else ""
