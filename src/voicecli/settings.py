"""The settings, one frozen dataclass per stage, and where their values come from.

A field's docstring is its documentation. `load` merges, weakest first: the defaults below,
`config.toml`, one of its profiles, the environment, the options of a command.
"""

from __future__ import annotations

import ast
import difflib
import inspect
import itertools
import math
import os
import re
import shlex
import stat
import subprocess
import tomllib
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from voicecli.errors import SettingsError
from voicecli.models import places
from voicecli.models.offline import is_loopback


@dataclass(frozen=True)
class Between:
    """A number within these two, both included."""

    low: float
    high: float = math.inf

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int | float) and self.low <= value <= self.high

    def __str__(self) -> str:
        if self.high == math.inf:
            return f"at least {self.low:g}"
        return f"between {self.low:g} and {self.high:g}"


@dataclass(frozen=True)
class Matching:
    """A text of a certain form."""

    pattern: str
    form: str
    """What the pattern accepts, for people."""

    def __contains__(self, value: object) -> bool:
        return isinstance(value, str) and re.fullmatch(self.pattern, value) is not None

    def __str__(self) -> str:
        return self.form


def one_of(*words: str) -> Matching:
    return Matching("|".join(map(re.escape, words)), "one of " + ", ".join(words))


Probability = Between(0, 1)
Milliseconds = Between(0, 60_000)
Seconds = Between(0.1, 3600)
LanguageCode = Matching(r"[a-z]{2,3}", "an ISO 639 code such as en or de")
ServerUrl = Matching(
    r"built-in|https?://([^\s/@]+@)?([^\s/:?#@\[\]]+|\[[\w:.%]+\])(:\d{1,5})?([/?#]\S*)?",
    "a URL that begins with http:// or https://, or built-in",
)
ComputeType = one_of(
    *("auto", "default", "int8", "int8_float32", "int8_float16", "int8_bfloat16"),
    *("int16", "float16", "bfloat16", "float32"),
)


@dataclass(frozen=True)
class SoundSettings:
    input_device: str | None = None
    """Microphone: its name, a part of it, or its index. None is the system's default."""
    output_device: str | None = None
    """Loudspeaker, likewise."""
    echo: Annotated[str, one_of("auto", "aec", "headphones", "half-duplex")] = "auto"
    """What keeps the loudspeaker from being taken for you: auto measures what comes back from it,
    aec cancels it, headphones does nothing, half-duplex does not listen while it speaks."""


@dataclass(frozen=True)
class ListenSettings:
    threshold: Annotated[float, Probability] = 0.5
    """Speech probability from which a frame counts as speech (Silero's own default)."""
    exit_threshold: Annotated[float, Probability] = 0.35
    """Speech probability below which it counts as silence (threshold - 0.15, as Silero's)."""
    onset_ms: Annotated[int, Milliseconds] = 96
    """Speech that raises SpeechStarted. Shorter answers a click, longer answers late."""
    pause_ms: Annotated[int, Milliseconds] = 160
    """Silence that raises SpeechPaused: a reply is begun, and held back."""
    min_silence_ms: Annotated[int, Milliseconds] = 350
    """Silence that ends an utterance (the hangover) when what was said reads as complete."""
    silence_ms: Annotated[int, Milliseconds] = 600
    """The hangover when that can't be told. Shorter replies faster, cuts slow speakers."""
    max_silence_ms: Annotated[int, Milliseconds] = 1400
    """The hangover after "and", "um" or a comma: more is likely to come."""
    turn_model: str | None = None
    """ONNX file with Smart Turn v3's input and output: then the sound decides instead of the words
    whether the turn is over."""
    speculate: Annotated[str, one_of("off", "stt", "full")] | None = None
    """What may happen in a pause that may not be the end: nothing, recognition, or the whole reply.
    None is full, and stt where a remote language model would have to be paid for it."""
    pre_roll_ms: Annotated[int, Milliseconds] = 800
    """Audio kept from before the onset, so that no first syllable is lost."""
    max_utterance_s: Annotated[float, Between(1, 3600)] = 120.0
    """An utterance that is longer is handed on in pieces."""


@dataclass(frozen=True)
class SttSettings:
    model: str | None = None
    """faster-whisper model: a name or a folder. None is the default of `voicecli models`."""
    language: Annotated[str, LanguageCode] | None = None
    """ISO 639-1 code; None detects it, where the model knows several."""
    device: Annotated[str, one_of("auto", "cpu", "cuda")] = "auto"
    """cpu, cuda or auto."""
    compute_type: Annotated[str, ComputeType] = "auto"
    """int8, float32, ... as CTranslate2 names them; auto is int8 on a CPU."""
    beam_size: Annotated[int, Between(1, 50)] = 1
    """Guesses followed at once. 5 is a little more accurate than 1, and slower."""
    trim_encoder: bool | None = None
    """Encode what was said instead of 30 s: up to 20 times faster. None is what the model's card
    allows; models that were trained on 30 s alone may get worse."""


@dataclass(frozen=True)
class LlmSettings:
    base_url: Annotated[str, ServerUrl] | None = None
    """Of an OpenAI-compatible server, with /v1. None looks at the usual local ports; `built-in` is
    the responder that comes with voicecli."""
    model: str | None = None
    """None takes the first that the server lists."""
    api_key: str | None = field(default=None, repr=False)
    """Sent to the server as a bearer token. `api_key` of this module also asks the next two."""
    api_key_command: str | None = None
    """Prints the key, for example `pass show openai`. Run without a shell, when it is needed."""
    api_key_keyring: str | None = None
    """The name under which the system's keyring holds it: `keyring set voicecli NAME`."""
    system: str | None = None
    """The system prompt. None asks for short spoken answers."""
    temperature: Annotated[float, Between(0, 2)] | None = None
    """None leaves it to the server."""
    max_tokens: Annotated[int, Between(1)] | None = None
    """None leaves it to the server."""
    connect_timeout_s: Annotated[float, Seconds] = 5.0
    """Until the server accepts a connection."""
    first_token_timeout_s: Annotated[float, Seconds] = 60.0
    """Long, because a local server may have to load the model first."""
    idle_timeout_s: Annotated[float, Seconds] = 15.0
    """Between two tokens."""


@dataclass(frozen=True)
class TtsSettings:
    voice: str | None = None
    """Piper voice: a name or a path. None is the default of `voicecli models`."""
    speaker: str | None = None
    """Name or number, for voices with several."""
    speed: Annotated[float, Between(0.25, 4)] = 1.0
    """2 is twice as fast."""
    volume: Annotated[float, Between(0, 4)] = 1.0
    """1 is as the voice was made; above 1 may clip."""
    pronunciations: str | None = None
    """File with a line `word = how to say it` for each word that is said wrongly."""


@dataclass(frozen=True)
class Settings:
    sound: SoundSettings = SoundSettings()
    listen: ListenSettings = ListenSettings()
    stt: SttSettings = SttSettings()
    llm: LlmSettings = LlmSettings()
    tts: TtsSettings = TtsSettings()
    offline: bool = False
    """No connection but to this machine itself."""


# -- what can be set --------------------------------------------------------------------------


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
        if type(value) is not self.type or (self.rule and value not in self.rule):
            shown = "" if self.secret else f", not {value!r}"
            rule = f" {self.rule}" if isinstance(self.rule, Between) else ""
            wanted = str(self.rule) if isinstance(self.rule, Matching) else _NOUN[self.type] + rule
            raise SettingsError(
                f"{where}: {self.name} must be {wanted}{shown}", documentation().get(self.name, "")
            )
        return value

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


_OPTIONS = {"stt.model": "--stt-model"}
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
_OTHER_VARIABLES = ("VOICECLI_HOME", "VOICECLI_PROFILE", "VOICECLI_DEBUG")


@cache
def keys() -> dict[str, Key]:
    """Every setting by its dotted name, in the order of the dataclasses."""
    return {key.name: key for key in _keys_of(Settings, "")}


def _keys_of(cls: type, prefix: str) -> Iterator[Key]:
    hints = get_type_hints(cls, include_extras=True)
    for item in fields(cls):
        hint = hints[item.name]
        if is_dataclass(hint):
            yield from _keys_of(hint, f"{item.name}.")  # pyright: ignore[reportArgumentType]
            continue
        if get_origin(hint) in (Union, types.UnionType):
            hint = next(arm for arm in get_args(hint) if arm is not types.NoneType)
        rule = None
        if get_origin(hint) is Annotated:
            hint, rule = get_args(hint)
        yield Key(prefix + item.name, hint, rule, item.default, secret=not item.repr)


@cache
def documentation() -> dict[str, str]:
    """The docstrings under the fields, by dotted name, each in one line."""
    hints = get_type_hints(Settings)
    stages = {f"{name}.": hint for name, hint in hints.items() if is_dataclass(hint)}
    return {
        prefix + name: text
        for prefix, cls in {"": Settings, **stages}.items()
        for name, text in _docstrings(cls)  # pyright: ignore[reportArgumentType]
    }


def _docstrings(cls: type) -> Iterator[tuple[str, str]]:
    body = ast.parse(inspect.getsource(cls)).body[0].body  # pyright: ignore
    for statement, following in itertools.pairwise(body):
        match statement, following:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, " ".join(text.split())


# -- where values come from -------------------------------------------------------------------


@dataclass(frozen=True)
class Loaded:
    settings: Settings
    origins: Mapping[str, str]
    """"llm.model" -> "option --model", "environment VOICECLI_LLM_MODEL", "config.toml line 7",
    "default"; every setting has one."""
    warnings: tuple[str, ...] = ()
    """What the user should be told once, and what need not stop the program."""


@dataclass(frozen=True)
class _Given:
    """One value that somebody set."""

    value: Any
    origin: str


_Layer = dict[str, _Given]
"""What one source sets, by dotted name."""


def load(
    options: Mapping[str, object] = MappingProxyType({}),
    *,
    profile: str | None = None,
    environ: Mapping[str, str] | None = None,
    path: Path | None = None,
) -> Loaded:
    """The settings from everywhere.

    :param options: by dotted name; None is "not given".
    :param profile: a table below `[profiles]` in the file; None takes `VOICECLI_PROFILE`.
    :param environ: None is `os.environ`.
    :param path: of `config.toml`; None is the platform's place. It need not exist.
    :raises SettingsError: naming key, file and line, or variable, or option.
    """
    file = read_file(places.config_file() if path is None else path)
    return merge(file, options, profile, os.environ if environ is None else environ)


def merge(
    file: ConfigFile,
    options: Mapping[str, object],
    profile: str | None,
    environ: Mapping[str, str],
) -> Loaded:
    """`load`, from a file that was read already."""
    openai, own = _environment(environ)
    layers = [
        file.root,
        _profile_layer(file, profile or environ.get("VOICECLI_PROFILE") or None),
        openai,
        own,
        _option_layer(options),
    ]
    given: _Layer = {}
    for layer in layers:
        given |= layer
    warnings = [*_mode_warnings(file), *_misspelt(environ), *_choose_key(given, layers)]
    _derive(given)
    return Loaded(
        _build({name: given[name].value for name in given}),
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


def _derive(given: _Layer) -> None:
    """Fit the defaults to what was set beside them; refuse what contradicts itself."""
    _keep_order(given, "listen.exit_threshold", "listen.threshold", lambda high: high - 0.15)
    _keep_order(given, "listen.silence_ms", "listen.max_silence_ms", lambda high: high)
    _keep_order(given, "listen.min_silence_ms", "listen.silence_ms", lambda high: high)
    _keep_order(given, "listen.pause_ms", "listen.min_silence_ms", lambda high: high)


def _keep_order(given: _Layer, lower: str, upper: str, follow: Callable[[Any], float]) -> None:
    """Keep `lower` at or below `upper`; a `lower` that nobody set follows."""
    high = given[upper].value if upper in given else keys()[upper].default
    if lower not in given and upper in given:
        default = keys()[lower].default
        derived = max(0, min(default, follow(high)))
        given[lower] = _Given(type(default)(derived), f"follows {upper}")
    elif lower in given and given[lower].value > high:
        raise SettingsError(
            f"{given[lower].origin}: {lower} is {given[lower].value}, above {upper}, {high}",
            documentation()[lower],
        )


# -- config.toml ------------------------------------------------------------------------------


@dataclass(frozen=True)
class ConfigFile:
    """What `config.toml` holds; every value checked, in every profile."""

    path: Path
    root: _Layer
    profiles: dict[str, _Layer]


def read_file(path: Path) -> ConfigFile:
    """Read and check `config.toml`; a missing one is an empty one.

    :raises SettingsError: naming key, file and line.
    """
    try:
        return parse_file(path.read_text("utf-8-sig"), path)
    except FileNotFoundError:
        return ConfigFile(path, {}, {})
    except OSError as error:
        raise SettingsError(f"{path} can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8 text") from error


def parse_file(text: str, path: Path) -> ConfigFile:
    """Check what is, or is to be, in `config.toml`."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, said = _toml_error(str(error), text)
        raise SettingsError(
            f"{path} line {line}: {said}", "mend it: voicecli config edit"
        ) from None
    lines = dict(_lines(text))
    profiles = tree.pop("profiles", {})
    if not isinstance(profiles, dict):
        raise _no_table(path, lines, "profiles")
    root = dict(_table_layer(path, tree, (), lines))
    by_name: dict[str, _Layer] = {}
    for name, table in profiles.items():
        if not isinstance(table, dict):
            raise _no_table(path, lines, "profiles", name)
        by_name[name] = dict(_table_layer(path, table, ("profiles", name), lines))
    return ConfigFile(path, root, by_name)


def _no_table(path: Path, lines: Mapping[tuple[str, ...], int], *names: str) -> SettingsError:
    return SettingsError(
        f"{path} line {lines.get(names, 1)}: profiles must be tables",
        "such as [profiles.work.llm]",
    )


def _table_layer(
    path: Path, table: object, prefix: tuple[str, ...], lines: Mapping[tuple[str, ...], int]
) -> Iterator[tuple[str, _Given]]:
    for names, value in _leaves(table):
        line = lines.get(prefix + names, 1)
        where = f"{path} line {line}"
        name = ".".join(names)
        if name not in keys():
            raise SettingsError(f"{where}: unknown setting {name!r}", near(name, keys()))
        yield name, _Given(keys()[name].check(value, where), f"{path.name} line {line}")


def _leaves(tree: object, names: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Everything in nested tables that is no stage; `[llm]` with nothing in it sets nothing."""
    is_stage = not names or (len(names) == 1 and any(k.startswith(f"{names[0]}.") for k in keys()))
    if isinstance(tree, dict) and is_stage:
        for name, value in tree.items():
            yield from _leaves(value, (*names, name))
    else:
        yield names, tree


def _lines(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """The line on which each key of a TOML text stands.

    Neither tomllib nor tomlkit tells it. The text is cut into its statements: the fewest lines
    from here that parse by themselves.
    """
    table: tuple[str, ...] = ()
    lines = text.replace("\r\n", "\n").split("\n")
    start = 0
    for end in range(1, len(lines) + 1):
        statement = "\n".join(lines[start:end])
        try:
            tree = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        paths = list(_paths(tree))
        if statement.lstrip().startswith("["):
            table = paths[-1] if paths else ()
            paths = [table]
            yield table, start + 1
        else:
            for names in paths:
                yield table + names, start + 1
        start = end


def _paths(tree: object, names: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key of nested tables, the outer before the inner."""
    if names:
        yield names
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from _paths(value, (*names, name))


def _toml_error(said: str, text: str) -> tuple[int, str]:
    """The line and the sentence, from what tomllib says of a text that is no TOML."""
    parts = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", said)
    if not parts:
        return 1, said
    return int(parts[2] or len(text.splitlines())), parts[1]


def _profile_layer(file: ConfigFile, profile: str | None) -> _Layer:
    if profile is None:
        return {}
    if profile not in file.profiles:
        raise SettingsError(
            f"there is no profile {profile!r} in {file.path}",
            near(profile, file.profiles) or f"make one: a table [profiles.{profile}.llm] in it",
        )
    # A profile's key is meant for the address that holds in the profile, wherever it is set.
    address = {name: file.root[name] for name in ("llm.base_url",) if name in file.root}
    return address | file.profiles[profile]


def near(name: str, known: Iterable[str]) -> str:
    known = list(known)
    # "llm.modle" is near "llm.model"; so is a "model" that lacks its stage.
    whole = [key for key in known if key.rpartition(".")[2] == name.rpartition(".")[2]]
    near = whole or difflib.get_close_matches(name, known, n=3, cutoff=0.75)
    return f"did you mean {' or '.join(near)}?" if near else ""


def _mode_warnings(file: ConfigFile) -> Iterator[str]:
    """A file that holds a key is for its owner alone."""
    layers = [file.root, *file.profiles.values()]
    has_secret = any(keys()[name].secret for layer in layers for name in layer)
    if not has_secret or os.name != "posix" or not file.path.exists():
        return
    if stat.S_IMODE(file.path.stat().st_mode) & 0o077:
        yield f"{file.path} holds an API key and others can read it: chmod 600 {file.path}"


# -- the environment and the options ----------------------------------------------------------


def _environment(environ: Mapping[str, str]) -> tuple[_Layer, _Layer]:
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
) -> Iterator[tuple[str, _Given]]:
    for variable, name in names:
        if text := environ.get(variable):
            where = f"environment {variable}"
            yield name, _Given(keys()[name].parse(text, where), where)


def _misspelt(environ: Mapping[str, str]) -> Iterator[str]:
    """Variables that look as if a setting had been meant. Others may be somebody else's."""
    known = [*_OTHER_VARIABLES, *(var for key in keys().values() for var in key.variables)]
    for variable in environ:
        if variable.startswith("VOICECLI_") and variable not in known:
            near = difflib.get_close_matches(variable, known, n=1, cutoff=0.8)
            if near:
                yield f"{variable} is not known and does nothing: did you mean {near[0]}?"


def _option_layer(options: Mapping[str, object]) -> _Layer:
    return {
        name: _Given(keys()[name].check(value, f"option {keys()[name].option}"), origin)
        for name, value in options.items()
        if value is not None and (origin := f"option {keys()[name].option}")
    }


# -- API keys ---------------------------------------------------------------------------------

_KEY_SOURCES = ("llm.api_key", "llm.api_key_command", "llm.api_key_keyring")
_OPENAI = "https://api.openai.com"


def _choose_key(given: _Layer, layers: Sequence[_Layer]) -> Iterator[str]:
    """Keep the strongest key that was meant for the server in use; drop the others.

    A key that stands beside a `base_url`, in the file or in the environment, is meant for that
    server alone: `--base-url` on the command line must not send it elsewhere. `OPENAI_API_KEY`
    is there for other programs too, so it is meant for `OPENAI_BASE_URL`, or for OpenAI's own
    server; never for one that was found by looking at the usual ports. A key of voicecli's own
    without an address beside it goes wherever voicecli talks.
    """
    address = given["llm.base_url"].value if "llm.base_url" in given else None
    dropped: list[_Given] = []
    for source in _KEY_SOURCES:
        given.pop(source, None)
    for layer in reversed(layers):
        sources = {name: layer[name] for name in _KEY_SOURCES if name in layer}
        if not sources:
            continue
        beside = layer["llm.base_url"].value if "llm.base_url" in layer else None
        first = next(iter(sources.values()))
        if first.origin == "environment OPENAI_API_KEY":
            beside = beside or _OPENAI
        if beside is None or (address is not None and _server(beside) == _server(address)):
            given.update(sources)
            break
        dropped.append(first)
    else:
        if dropped and address is not None and not is_loopback(urlsplit(address).hostname or ""):
            yield (
                f"the key of {dropped[0].origin} is not sent to {_server(address)}, for which it "
                "was not set; set VOICECLI_API_KEY for that server"
            )


def _server(url: str) -> str:
    """Scheme, host and port: what decides who reads a request."""
    parts = urlsplit(url)
    try:
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:  # beyond 65535; whoever connects will say so
        port = None
    return f"{parts.scheme}://{parts.hostname}:{port}"


def api_key(llm: LlmSettings) -> str | None:
    """The key to send: as it stands, else what the command prints, else from the keyring.

    :raises SettingsError: when the command fails or the keyring has nothing of that name.
    """
    if llm.api_key:
        return llm.api_key
    if llm.api_key_command:
        return _key_from_command(llm.api_key_command)
    if llm.api_key_keyring:
        return _key_from_keyring(llm.api_key_keyring)
    return None


def _key_from_command(command: str) -> str:
    try:
        # stdin and stderr stay the terminal's: the command may ask for a passphrase.
        done = subprocess.run(shlex.split(command), stdout=subprocess.PIPE, text=True, check=True)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SettingsError(
            f"llm.api_key_command {command!r} failed: {reason}", "run it by itself to see why"
        ) from None
    lines = done.stdout.split()
    if not lines:
        raise SettingsError(f"llm.api_key_command {command!r} printed nothing")
    return lines[0]


def _key_from_keyring(name: str) -> str:
    try:
        import keyring  # pyright: ignore[reportMissingImports]
        import keyring.errors  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise SettingsError(
            "llm.api_key_keyring needs the package keyring",
            "install it: uv tool install --with keyring voicecli",
        ) from None
    try:
        key = keyring.get_password("voicecli", name)
    except keyring.errors.KeyringError as error:
        raise SettingsError(f"the system's keyring can't be read: {error}") from error
    if not key:
        raise SettingsError(
            f"the system's keyring holds no key {name!r} for voicecli",
            f"put it there: keyring set voicecli {name}",
        )
    return key
