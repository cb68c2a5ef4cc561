"""Where values come from.

`load` merges, weakest first: the defaults, `config.toml`, one of its profiles, the environment, one
of the file's personas, the options of a command.
"""

from __future__ import annotations

import difflib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_type_hints

from voicecli import places
from voicecli.errors import SettingsError
from voicecli.files import sweep
from voicecli.settings import Settings
from voicecli.settings.api_keys import ADDRESS, choose_key
from voicecli.settings.file import ConfigFile, read_file
from voicecli.settings.keys import Given, Layer, documentation, keys, near
from voicecli.settings.mcp import with_secrets


@dataclass(frozen=True)
class Loaded:
    settings: Settings
    origins: Mapping[str, str]
    """"llm.model" -> "option --model", "environment VOICECLI_LLM_MODEL", "config.toml line 7",
    "default"; every setting has one."""
    warnings: tuple[str, ...] = ()
    """What the user should be told once, and what need not stop the program."""


def load(
    options: Mapping[str, object] = MappingProxyType({}),
    *,
    profile: str | None = None,
    persona: str | None = None,
    environ: Mapping[str, str] | None = None,
    path: Path | None = None,
) -> Loaded:
    """The settings from everywhere.

    :param options: by dotted name; None is "not given".
    :param profile: a table below `[profiles]` in the file; None takes `VOICECLI_PROFILE`.
    :param persona: a table below `[personas]` in the file.
    :param environ: None is `os.environ`.
    :param path: of `config.toml`; None is the platform's place. It need not exist.
    :raises SettingsError: naming key, file and line, or variable, or option.
    """
    path = places.config_file() if path is None else path
    sweep(path)
    file = read_file(path)
    return merge(file, options, profile, os.environ if environ is None else environ, persona)


def merge(
    file: ConfigFile,
    options: Mapping[str, object],
    profile: str | None,
    environ: Mapping[str, str],
    persona: str | None = None,
) -> Loaded:
    """`load`, from a file that was read already."""
    openai, own = _environment(environ)
    layers = [
        file.root,
        _profile_layer(file, profile or environ.get("VOICECLI_PROFILE") or None),
        openai,
        own,
        _persona_layer(file, persona),
        _option_layer(options),
    ]
    given: Layer = {}
    for layer in layers:
        given |= layer
    warnings = [*_mode_warnings(file), *_misspelt(environ), *choose_key(given, layers)]
    _derive(given)
    settings = _build({name: given[name].value for name in given})
    return Loaded(
        replace(settings, tools=replace(settings.tools, mcp=file.mcp)),
        {name: given[name].origin if name in given else "default" for name in keys()},
        tuple(warnings),
    )


def _build(values: Mapping[str, Any]) -> Settings:
    stages: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        stage, _, last = name.rpartition(".")
        stages.setdefault(stage, {})[last] = value
    top = stages.pop("", {})
    hints = get_type_hints(Settings)
    return Settings(**{stage: hints[stage](**stages[stage]) for stage in stages}, **top)


def _derive(given: Layer) -> None:
    """Fit the defaults to what was set beside them; refuse what contradicts itself."""
    _keep_order(given, "listen.exit_threshold", "listen.threshold", lambda high: high - 0.15)
    _keep_order(given, "listen.silence_ms", "listen.max_silence_ms", lambda high: high)
    _keep_order(given, "listen.min_silence_ms", "listen.silence_ms", lambda high: high)
    _keep_order(given, "listen.pause_ms", "listen.min_silence_ms", lambda high: high)


def _keep_order(given: Layer, lower: str, upper: str, follow: Callable[[Any], float]) -> None:
    """Keep `lower` at or below `upper`; a `lower` that nobody set follows."""
    high = given[upper].value if upper in given else keys()[upper].default
    if lower not in given and upper in given:
        default = keys()[lower].default
        derived = max(0, min(default, follow(high)))
        given[lower] = Given(type(default)(derived), f"follows {upper}")
    elif lower in given and given[lower].value > high:
        raise SettingsError(
            f"{given[lower].origin}: {lower} is {given[lower].value}, above {upper}, {high}",
            documentation()[lower],
        )


# -- config.toml ------------------------------------------------------------------------------


def _profile_layer(file: ConfigFile, profile: str | None) -> Layer:
    if profile is None:
        return {}
    if profile not in file.profiles:
        raise SettingsError(
            f"there is no profile {profile!r} in {file.path}",
            near(profile, file.profiles) or f"make one: a table [profiles.{profile}.llm] in it",
        )
    # A profile's key is meant for the address that holds in the profile, wherever it is set.
    address = {name: file.root[name] for name in ADDRESS.values() if name in file.root}
    return address | file.profiles[profile]


def _persona_layer(file: ConfigFile, persona: str | None) -> Layer:
    if persona is None:
        return {}
    if persona not in file.personas:
        raise SettingsError(
            f"there is no persona {persona!r} in {file.path}",
            near(persona, file.personas) or f"make one: a table [personas.{persona}] in it",
        )
    return file.personas[persona]


def _mode_warnings(file: ConfigFile) -> Iterator[str]:
    """A file that holds a key is for its owner alone."""
    layers = [file.root, *file.profiles.values()]
    has_secret = any(keys()[name].secret for layer in layers for name in layer)
    has_secret |= any(with_secrets(file.mcp))
    if not has_secret or os.name != "posix" or not file.path.exists():
        return
    if stat.S_IMODE(file.path.stat().st_mode) & 0o077:
        yield f"{file.path} holds an API key and others can read it: chmod 600 {file.path}"


# -- the environment and the options ----------------------------------------------------------

_OTHER_VARIABLES = ("VOICECLI_HOME", "VOICECLI_PROFILE", "VOICECLI_DEBUG", "VOICECLI_SMALL")


def _environment(environ: Mapping[str, str]) -> tuple[Layer, Layer]:
    """What OPENAI_* sets, and what VOICECLI_* sets. An empty variable sets nothing."""
    openai = {"OPENAI_BASE_URL": "llm.base_url", "OPENAI_API_KEY": "llm.api_key"}
    return (
        dict(_from_variables(environ, openai.items())),
        dict(
            _from_variables(
                environ,
                # The strongest name comes first, and has to be the one that stays.
                ((var, key.name) for key in keys().values() for var in reversed(key.variables)),
            )
        ),
    )


def _from_variables(
    environ: Mapping[str, str], names: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, Given]]:
    for variable, name in names:
        if text := environ.get(variable):
            where = f"environment {variable}"
            yield name, Given(keys()[name].parse(text, where), where)


def _misspelt(environ: Mapping[str, str]) -> Iterator[str]:
    """Variables that look as if a setting had been meant. Others may be somebody else's."""
    known = [*_OTHER_VARIABLES, *(var for key in keys().values() for var in key.variables)]
    for variable in environ:
        if variable.startswith("VOICECLI_") and variable not in known:
            near = difflib.get_close_matches(variable, known, n=1, cutoff=0.8)
            if near:
                yield f"{variable} is not known and does nothing: did you mean {near[0]}?"


def _option_layer(options: Mapping[str, object]) -> Layer:
    return {
        name: Given(keys()[name].check(value, f"option {keys()[name].option}"), origin)
        for name, value in options.items()
        if value is not None and (origin := f"option {keys()[name].option}")
    }
