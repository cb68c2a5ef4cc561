"""Settings: who wins, what is refused and how it is said, where keys go, the commands."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pexpect
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from voicecli.cli import config
from voicecli.errors import SettingsError
from voicecli.settings import Between, LlmSettings, Settings
from voicecli.settings.api_keys import api_key
from voicecli.settings.file import parse_file
from voicecli.settings.keys import Key, documentation, keys
from voicecli.settings.loading import Loaded, load

SECRET = "sk-very-secret-123"


def from_text(tmp_path: Path, text: str, **arguments: object) -> Loaded:
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8", newline="")
    path.chmod(0o600)
    return load(**({"path": path, "environ": {}} | arguments))  # type: ignore[arg-type]


def value_of(loaded: Loaded, name: str) -> object:
    value: object = loaded.settings
    for part in name.split("."):
        value = getattr(value, part)
    return value


def some_values(key: Key) -> list[object]:
    """Three values that a setting may have, none of them its default."""
    if key.type is bool:
        return [True, False, True]
    if key.type is str:
        examples = {
            "llm.base_url": ["http://a/v1", "https://b", "built-in"],
            "stt.language": ["en", "de", "yue"],
            "stt.device": ["cpu", "cuda", "auto"],
            "stt.compute_type": ["int8", "float32", "int16"],
            "sound.echo": ["aec", "headphones", "half-duplex"],
            "listen.speculate": ["off", "stt", "full"],
            "stt.script": ["hans", "hant", "hans"],
            "wake.phrase": ["hey computer", "good morning", "hello house"],
            "wake.stop_phrase": ["that is all", "good night", "thank you"],
        }
        return list(examples.get(key.name, ["one", "two", "three"]))
    assert isinstance(key.rule, Between)
    # Near the lower end of what is allowed, apart, and in the order that pairs have to keep.
    low = key.rule.low
    return [key.type(low + (1 if key.type is int else 0.1) * n) for n in (1, 2, 3)]


def as_toml(value: object) -> str:
    return json.dumps(value)


# -- who wins ---------------------------------------------------------------------------------


def test_nothing_given_is_the_defaults() -> None:
    loaded = load(environ={}, path=Path("/nonexistent/config.toml"))
    assert loaded.settings == Settings()
    assert set(loaded.origins.values()) == {"default"}
    assert set(loaded.origins) == set(keys())
    assert not loaded.warnings


LAYERS = ("file", "profile", "environment", "option")


@pytest.mark.parametrize("name", keys())
@pytest.mark.parametrize("present", range(1, 16))
def test_the_strongest_wins_and_says_so(tmp_path: Path, name: str, present: int) -> None:
    """Every setting, from every combination of sources."""
    key = keys()[name]
    sources = [layer for bit, layer in enumerate(LAYERS) if present >> bit & 1]
    values = dict(zip(LAYERS, [*some_values(key), some_values(key)[0]], strict=True))
    text = ""
    if "file" in sources:
        text += f"{name} = {as_toml(values['file'])}\n"
    if "profile" in sources:
        text += f"[profiles.work]\n{name} = {as_toml(values['profile'])}\n"
    else:
        text += "[profiles.work]\n"
    environ = {"VOICECLI_PROFILE": "work"}
    if "environment" in sources:
        environ[key.variables[0]] = str(values["environment"])
    options = {name: values["option"]} if "option" in sources else {name: None}
    loaded = from_text(tmp_path, text, environ=environ, options=options)
    strongest = sources[-1]
    assert value_of(loaded, name) == values[strongest]
    line = 3 if "file" in sources else 2
    assert (
        loaded.origins[name]
        == {
            "file": "config.toml line 1",
            "profile": f"config.toml line {line}",
            "environment": f"environment {key.variables[0]}",
            "option": f"option {key.option}",
        }[strongest]
    )


def test_short_names_of_the_environment() -> None:
    path = Path("/nonexistent")
    environ = {"VOICECLI_MODEL": "short", "VOICECLI_SYSTEM": "Be brief.", "OPENAI_API_KEY": ""}
    loaded = load(environ=environ, path=path)
    assert (loaded.settings.llm.model, loaded.settings.llm.system) == ("short", "Be brief.")
    loaded = load(environ=environ | {"VOICECLI_LLM_MODEL": "long"}, path=path)
    assert loaded.origins["llm.model"] == "environment VOICECLI_LLM_MODEL"


def test_openai_variables_are_the_weakest_of_the_environment() -> None:
    environ = {"OPENAI_BASE_URL": "https://a/v1", "VOICECLI_BASE_URL": "https://b/v1"}
    loaded = load(environ=environ, path=Path("/nonexistent"))
    assert loaded.settings.llm.base_url == "https://b/v1"
    del environ["VOICECLI_BASE_URL"]
    loaded = load(environ=environ, path=Path("/nonexistent"))
    assert loaded.origins["llm.base_url"] == "environment OPENAI_BASE_URL"


def test_the_option_for_a_profile_beats_the_variable(tmp_path: Path) -> None:
    text = '[profiles.work]\nllm.model = "w"\n[profiles.home.llm]\nmodel = "h"\n'
    environ = {"VOICECLI_PROFILE": "work"}
    assert from_text(tmp_path, text, environ=environ).settings.llm.model == "w"
    assert from_text(tmp_path, text, environ=environ, profile="home").settings.llm.model == "h"


@pytest.mark.parametrize(
    "text",
    [
        'llm.model = "x"\n',
        '[llm]\nmodel = "x"\n',
        'llm = {model = "x"}\n',
        '"llm"."model" = "x"\n',
        '[ llm ]  # comment\r\nmodel = """x"""\r\n',
        '\ufeff[llm]\nmodel = "x"\n',
    ],
)
def test_every_way_to_write_it(tmp_path: Path, text: str) -> None:
    assert from_text(tmp_path, text).settings.llm.model == "x"


def test_an_empty_stage_sets_nothing(tmp_path: Path) -> None:
    assert from_text(tmp_path, "[llm]\n[tts]\n").settings == Settings()


@pytest.mark.parametrize("word", ["1", "true", "YES", "on"])
def test_switches_of_the_environment(word: str) -> None:
    assert load(environ={"VOICECLI_OFFLINE": word}, path=Path("/nonexistent")).settings.offline


def test_a_default_follows_what_it_is_measured_by(tmp_path: Path) -> None:
    loaded = from_text(tmp_path, "[listen]\nthreshold = 0.3\nmin_silence_ms = 100\n")
    assert loaded.settings.listen.exit_threshold == pytest.approx(0.15)
    assert loaded.settings.listen.pause_ms == 100
    assert loaded.origins["listen.exit_threshold"] == "follows listen.threshold"
    higher = from_text(tmp_path, "[listen]\nthreshold = 0.9\n")
    assert higher.settings.listen.exit_threshold == 0.35, "its own default is low enough"


# -- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "says", "hint"),
    [
        ('[llm]\nmodle = "x"\n', 2, "unknown setting 'llm.modle'", "llm.model"),
        ('model = "x"\n', 1, "unknown setting 'model'", "llm.model"),
        ("\n\n[speech]\nx = 1\n", 3, "unknown setting 'speech'", ""),
        ("[[llm]]\nx = 1\n", 1, "unknown setting 'llm'", ""),
        ("llm = 3\n", 1, "unknown setting 'llm'", ""),
        ("[llm]\nmodel.name = 1\n", 2, "llm.model must be a text in quotes", ""),
        ("# c\n[tts]\nspeed = 'fast'\n", 3, "tts.speed must be a number between 0.25 and 4", ""),
        ("[tts]\nspeed = -1\n", 2, "between 0.25 and 4, not -1", "twice as fast"),
        ("[tts]\nspeed = nan\n", 2, "between 0.25 and 4, not nan", ""),
        ("[tts]\nvolume = inf\n", 2, "not inf", ""),
        ("[tts]\nvoice = 3\n", 2, "tts.voice must be a text in quotes, not 3", ""),
        ("[listen]\nthreshold = 1.5\n", 2, "between 0 and 1, not 1.5", "Speech probability"),
        ("[listen]\nonset_ms = 96.5\n", 2, "a whole number", ""),
        ("[listen]\nonset_ms = true\n", 2, "a whole number", ""),
        ("[listen]\nonset_ms = -1\n", 2, "between 0 and 60000", ""),
        ("offline = 'yes'\n", 1, "true or false, not 'yes'", ""),
        ("[llm]\nbase_url = 'localhost:1234'\n", 2, "begins with http://", ""),
        ("[llm]\nmax_tokens = 0\n", 2, "at least 1", ""),
        ("[stt]\nlanguage = 'English'\n", 2, "ISO 639", ""),
        ("[stt]\ndevice = 'gpu'\n", 2, "one of auto, cpu, cuda", ""),
        ("[stt]\n\n\ncompute_type = 'int4'\n", 4, "one of auto, default, int8", ""),
        ('[llm]\nsystem = """\nx = 1\n[tts]\n"""\nmodle = 1\n', 6, "llm.modle", ""),
        ("[profiles.work.llm]\nmodle = 1\n", 2, "llm.modle", ""),
        ("[profiles.work]\ntts.speed = 9\n", 2, "tts.speed", ""),
        ("profiles = 3\n", 1, "profiles must be tables", ""),
        ("[profiles]\nwork = 3\n", 2, "profiles must be tables", ""),
        ("a = \n", 1, "Invalid value", "config edit"),
        ("[llm]\nmodel = 'a'\nmodel = 'b'\n", 3, "Cannot overwrite a value", ""),
        ("[llm", 1, "", ""),
    ],
)
def test_a_file_that_is_wrong(tmp_path: Path, text: str, line: int, says: str, hint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        from_text(tmp_path, text)
    assert caught.value.message.startswith(f"{tmp_path / 'config.toml'} line {line}: ")
    assert says in caught.value.message
    assert hint in caught.value.hint


KEY_LINES = (
    "# a comment with [brackets] = and more",
    "",
    "tts.volume = 1 # one",
    'llm.system = """\nseveral\n[tts]\nlines = 3\n"""',
    "llm.model = 'single'",
    "stt = {beam_size = 2}",
)


@given(st.lists(st.sampled_from(KEY_LINES), unique=True), st.integers(0, 6), st.booleans())
def test_the_line_is_right_wherever_it_is(before: list[str], at: int, windows: bool) -> None:
    lines = [*before[:at], "listen.nonsense = 1", *before[at:]]
    text = "\n".join(lines) + "\n"
    wanted = text[: text.index("listen.nonsense")].count("\n") + 1
    if windows:
        text = text.replace("\n", "\r\n")
    with pytest.raises(SettingsError, match=f"line {wanted}: unknown setting"):
        parse_file(text, Path("config.toml"))


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"VOICECLI_TTS_SPEED": "fast"}, "environment VOICECLI_TTS_SPEED: tts.speed must be"),
        ({"VOICECLI_TEMPERATURE": "9"}, "environment VOICECLI_TEMPERATURE: llm.temperature"),
        ({"VOICECLI_OFFLINE": "maybe"}, "environment VOICECLI_OFFLINE: offline must be"),
        ({"OPENAI_BASE_URL": "nowhere"}, "environment OPENAI_BASE_URL: llm.base_url"),
        ({"VOICECLI_PROFILE": "wrok"}, "there is no profile 'wrok'"),
    ],
)
def test_an_environment_that_is_wrong(tmp_path: Path, environ: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        from_text(tmp_path, "[profiles.work]\n", environ=environ)


def test_a_profile_that_is_missing_is_nearly_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        from_text(tmp_path, "[profiles.work]\n", profile="wrok")
    assert "did you mean work?" in caught.value.hint


def test_an_option_that_is_wrong() -> None:
    with pytest.raises(SettingsError, match="option --speed: tts.speed must be"):
        load({"tts.speed": 99.0}, environ={}, path=Path("/nonexistent"))


@pytest.mark.parametrize(
    "text",
    [
        "[listen]\nthreshold = 0.5\nexit_threshold = 0.6\n",
        "[listen]\npause_ms = 700\n",
    ],
)
def test_settings_that_contradict_each_other(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=r"config\.toml line \d: listen\.\w+ is .*, above"):
        from_text(tmp_path, text)


def test_a_file_that_can_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="can't be read"):
        load(environ={}, path=tmp_path)
    (tmp_path / "config.toml").write_bytes(b'llm.model = "\xff"')
    with pytest.raises(SettingsError, match="not UTF-8"):
        load(environ={}, path=tmp_path / "config.toml")


def test_a_misspelt_variable_is_mentioned() -> None:
    environ = {"VOICECLI_MODLE": "x", "VOICECLI_SOMETHING_ELSE_OF_OTHERS": "x"}
    [warning] = load(environ=environ, path=Path("/nonexistent")).warnings
    assert "VOICECLI_MODLE" in warning
    assert "did you mean VOICECLI_MODEL?" in warning


def test_every_setting_is_documented() -> None:
    assert not set(keys()) - set(documentation())


# -- keys -------------------------------------------------------------------------------------

OPENAI = {"OPENAI_API_KEY": SECRET}
FILE_WITH_KEY = f'[llm]\nbase_url = "https://a/v1"\napi_key = "{SECRET}"\n'


@pytest.mark.parametrize(
    ("text", "environ", "options", "is_sent", "is_told"),
    [
        # OPENAI_API_KEY is for OpenAI, or for OPENAI_BASE_URL.
        ("", OPENAI, {}, False, False),
        ("", OPENAI, {"llm.base_url": "http://localhost:11434/v1"}, False, False),
        ("", OPENAI, {"llm.base_url": "https://elsewhere/v1"}, False, True),
        ("", OPENAI, {"llm.base_url": "https://api.openai.com/v1"}, True, False),
        ("", OPENAI, {"llm.base_url": "https://api.openai.com:443/v1"}, True, False),
        ("", OPENAI, {"llm.base_url": "http://api.openai.com/v1"}, False, True),
        ("", OPENAI, {"llm.base_url": "https://api.openai.com.evil.example/v1"}, False, True),
        ("", OPENAI, {"llm.base_url": "https://api.openai.com@evil.example/v1"}, False, True),
        ("", OPENAI | {"OPENAI_BASE_URL": "http://localhost:4000"}, {}, True, False),
        ("", OPENAI | {"OPENAI_BASE_URL": "https://a/v1"}, {}, True, False),
        (
            "",
            OPENAI | {"OPENAI_BASE_URL": "https://a/v1"},
            {"llm.base_url": "http://127.0.0.1:8080"},
            False,
            False,
        ),
        ('[llm]\nbase_url = "https://a/v1"\n', OPENAI, {}, False, True),
        # A key of voicecli's own goes wherever voicecli talks, ...
        ("", {"VOICECLI_API_KEY": SECRET}, {}, True, False),
        ("", {"VOICECLI_API_KEY": SECRET}, {"llm.base_url": "http://127.0.0.1:1"}, True, False),
        (f'[llm]\napi_key = "{SECRET}"\n', {}, {"llm.base_url": "https://b"}, True, False),
        ("", {}, {"llm.base_url": "https://b", "llm.api_key": SECRET}, True, False),
        # ... unless an address stands beside it.
        (FILE_WITH_KEY, {}, {}, True, False),
        (FILE_WITH_KEY, {}, {"llm.base_url": "https://b/v1"}, False, True),
        (FILE_WITH_KEY, {}, {"llm.base_url": "https://a/v2"}, True, False),
        (FILE_WITH_KEY, {"OPENAI_BASE_URL": "https://b/v1"}, {}, False, True),
        (FILE_WITH_KEY, {"OPENAI_API_KEY": "other"}, {}, True, False),
        (
            FILE_WITH_KEY + '[profiles.p.llm]\nbase_url = "https://b/v1"\n',
            {"VOICECLI_PROFILE": "p"},
            {},
            False,
            True,
        ),
        (
            '[llm]\nbase_url = "https://a/v1"\n[profiles.p.llm]\napi_key = "' + SECRET + '"\n',
            {"VOICECLI_PROFILE": "p"},
            {"llm.base_url": "https://b/v1"},
            False,
            True,
        ),
    ],
)
def test_a_key_goes_only_where_it_was_meant_to_go(
    tmp_path: Path,
    text: str,
    environ: dict[str, str],
    options: dict[str, object],
    is_sent: bool,
    is_told: bool,
) -> None:
    loaded = from_text(tmp_path, text, environ=environ, options=options)
    assert loaded.settings.llm.api_key == (SECRET if is_sent else None)
    assert bool(loaded.warnings) == is_told
    assert SECRET not in repr(loaded)


@pytest.mark.parametrize(
    "url",
    [
        *("http://a", "http://a:1/v1", "https://u:p@a.example/v1?x=1", "http://[::1]:8080/v1"),
        *("http://localhost:65535/v1", "built-in"),
    ],
)
def test_addresses(url: str) -> None:
    loaded = load({"llm.base_url": url}, environ=OPENAI, path=Path("/nonexistent"))
    assert loaded.settings.llm.base_url == url
    assert loaded.settings.llm.api_key is None


@pytest.mark.parametrize(
    "url",
    ["a/v1", "http://", "http:///v1", "http://[bad/v1", "http://a:x/v1", "http://a b", "ftp://a"],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(SettingsError, match="option --base-url: llm.base_url must be a URL"):
        load({"llm.base_url": url}, environ=OPENAI, path=Path("/nonexistent"))


def test_the_strongest_way_to_a_key_is_the_only_one(tmp_path: Path) -> None:
    """A key in the file must not stand in the way of a command in the environment."""
    text = f'[llm]\napi_key = "{SECRET}"\n'
    environ = {"VOICECLI_API_KEY_COMMAND": "echo other"}
    loaded = from_text(tmp_path, text, environ=environ)
    assert loaded.settings.llm.api_key is None
    assert api_key(loaded.settings.llm) == "other"


def test_a_key_of_the_wrong_type_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        from_text(tmp_path, "[llm]\napi_key = 123456789\n")
    assert "123456789" not in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.skipif(os.name != "posix", reason="file modes")
@pytest.mark.parametrize(("mode", "is_told"), [(0o600, False), (0o640, True), (0o604, True)])
def test_a_file_with_a_key_that_others_can_read(tmp_path: Path, mode: int, is_told: bool) -> None:
    path = tmp_path / "config.toml"
    for text, holds_key in ((f'[profiles.p.llm]\napi_key = "{SECRET}"\n', True), ("\n", False)):
        path.write_text(text)
        path.chmod(mode)
        warnings = load(environ={}, path=path).warnings
        assert bool(warnings) == (is_told and holds_key)
        assert SECRET not in str(warnings)


def test_a_key_from_a_command() -> None:
    python = f'"{sys.executable}" -c'
    llm = LlmSettings(api_key_command=f"{python} 'print(\"{SECRET}\")'")
    assert api_key(llm) == SECRET
    assert api_key(LlmSettings(api_key="given", api_key_command="false")) == "given"
    assert api_key(LlmSettings()) is None


@pytest.mark.parametrize("command", ["false", "true", "no-such-program-here", "'unbalanced"])
def test_a_command_that_fails(command: str) -> None:
    with pytest.raises(SettingsError, match="api_key_command"):
        api_key(LlmSettings(api_key_command=command))


def test_a_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """keyring is optional and none of our dependencies: the module here stands in for it."""
    llm = LlmSettings(api_key_keyring="openai")
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(SettingsError, match="needs the package keyring"):
        api_key(llm)
    monkeypatch.delitem(sys.modules, "keyring")
    package = tmp_path / "keyring"
    package.mkdir()
    (package / "errors.py").write_text("class KeyringError(Exception): pass\n")
    (package / "__init__.py").write_text(
        "from keyring.errors import KeyringError\n"
        "def get_password(service, name):\n"
        "    if name == 'locked': raise KeyringError('locked')\n"
        f"    return {{('voicecli', 'openai'): '{SECRET}'}}.get((service, name))\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert api_key(llm) == SECRET
    with pytest.raises(SettingsError, match="no key 'other'"):
        api_key(LlmSettings(api_key_keyring="other"))
    with pytest.raises(SettingsError, match="can't be read: locked"):
        api_key(LlmSettings(api_key_keyring="locked"))
    for name in ("keyring", "keyring.errors"):
        monkeypatch.delitem(sys.modules, name)


# -- the commands -----------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith(("VOICECLI_", "OPENAI_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("VOICECLI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def run(*arguments: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "voicecli", "config", *arguments],
        input=stdin,
        env=os.environ | environ,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_set_keeps_comments_and_path_says_where(home: Path) -> None:
    home.mkdir()
    config = home / "config.toml"
    config.write_text("# mine\n[llm] # the model\nmodel = 'a' # small\n\n[tts]\nspeed = 1.5\n")
    assert run("path").stdout == f"{config}\n"
    for key, value in (("llm.model", "b"), ("offline", "yes"), ("listen.onset_ms", "64")):
        done = run("set", key, value)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert config.read_text() == (
        '# mine\noffline = true\n\n[llm] # the model\nmodel = "b" # small\n\n[tts]\nspeed = 1.5\n\n'
        "[listen]\nonset_ms = 64\n"
    )
    assert run("unset", "llm.model").returncode == 0
    assert run("unset", "stt.model").returncode == 0
    loaded = load(environ={}, path=config).settings
    assert (loaded.llm.model, loaded.offline, loaded.listen.onset_ms) == (None, True, 64)


def test_set_in_a_profile(home: Path) -> None:
    assert run("set", "llm.model", "big", "--profile", "work").returncode == 0
    assert (home / "config.toml").read_text() == '[profiles.work.llm]\nmodel = "big"\n'
    shown = run("show", "--json", "--profile", "work")
    assert json.loads(shown.stdout)["llm.model"] == {
        "value": "big",
        "origin": "config.toml line 2",
    }


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("llm.modle", "x", "did you mean llm.model?"),
        ("tts.speed", "fast", "the value of tts.speed"),
        ("listen.pause_ms", "5000", "above listen.min_silence_ms"),
    ],
)
def test_set_refuses_and_leaves_the_file(home: Path, key: str, value: str, says: str) -> None:
    home.mkdir()
    config = home / "config.toml"
    config.write_text("# untouched\n")
    done = run("set", key, value)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert config.read_text() == "# untouched\n"
    assert list(home.iterdir()) == [config]


@pytest.mark.skipif(os.name != "posix", reason="file modes and links")
def test_set_makes_a_private_file_and_follows_a_link(home: Path, tmp_path: Path) -> None:
    assert run("set", "llm.api_key", stdin=f"{SECRET}\n").returncode == 0
    config = home / "config.toml"
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    elsewhere = tmp_path / "dotfiles.toml"
    config.rename(elsewhere)
    config.symlink_to(elsewhere)
    assert run("set", "llm.model", "x").returncode == 0
    assert config.is_symlink()
    assert load(environ={}, path=elsewhere).settings.llm.api_key == SECRET


def test_a_key_is_asked_for_unseen_on_a_terminal(home: Path) -> None:
    terminal = pexpect.spawn(
        sys.executable, ["-m", "voicecli", "config", "set", "llm.api_key"], encoding="utf-8"
    )
    terminal.expect("llm.api_key: ")
    terminal.sendline(SECRET)
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    assert SECRET not in (terminal.before or "")
    assert load(environ={}, path=home / "config.toml").settings.llm.api_key == SECRET


def test_show_is_a_config_file_without_the_key(home: Path, tmp_path: Path) -> None:
    home.mkdir()
    (home / "config.toml").write_text(
        f'[llm]\napi_key = "{SECRET}"\nsystem = "two\\nlines"\n[tts]\nspeed = 2\n'
    )
    (home / "config.toml").chmod(0o644)
    for arguments in (("show",), ("show", "--origin"), ("show", "--json", "--origin")):
        done = run(*arguments, VOICECLI_MODEL="m")
        assert done.returncode == 0
        assert SECRET not in done.stdout + done.stderr
        assert "chmod 600" in done.stderr
    shown = from_text(tmp_path, run("show", VOICECLI_MODEL="m").stdout).settings
    assert (shown.llm.model, shown.llm.system, shown.tts.speed) == ("m", "two\nlines", 2.0)
    origins = run("show", "--origin", VOICECLI_MODEL="m").stdout
    assert "environment VOICECLI_MODEL" in origins
    assert "config.toml line 5" in origins


def test_edit_opens_a_documented_file_and_checks_it(home: Path, tmp_path: Path) -> None:
    editor = tmp_path / "editor.py"
    editor.write_text(
        "import pathlib, sys\n"
        "file = pathlib.Path(sys.argv[1])\n"
        "text = file.read_text()\n"
        "assert '# Speech probability from which' in text\n"
        "file.write_text(text.replace('# speed = 1.0', 'speed = 9'))\n"
    )
    command = f"{sys.executable} {editor}"
    done = run("edit", EDITOR=command, VISUAL="")
    assert done.returncode == 1, "what was written is wrong, and one is told"
    assert "tts.speed must be" in done.stderr
    assert run("show").returncode == 1
    done = run("edit", EDITOR="no-such-editor", VISUAL="")
    assert done.returncode == 1
    assert "no-such-editor" in done.stderr


def test_the_template_is_a_config_file_that_sets_nothing(tmp_path: Path) -> None:
    from voicecli.cli.config import _template

    assert from_text(tmp_path, "\n".join(_template())).settings == Settings()


# -- passwords, and two at once -----------------------------------------------------------------


@pytest.mark.parametrize("command", [["show"], ["show", "--json"], ["show", "--origin"]])
def test_the_password_of_an_address_is_not_shown(
    command: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VOICECLI_HOME", str(tmp_path))
    monkeypatch.setenv("OPENAI_BASE_URL", f"https://me:{SECRET}@llm.example.org/v1")
    shown = CliRunner().invoke(config.app, command)
    assert shown.exit_code == 0
    assert "https://me:***@llm.example.org/v1" in shown.output
    assert SECRET not in shown.output


def test_the_password_of_an_address_is_in_no_error() -> None:
    with pytest.raises(SettingsError) as caught:
        load({"llm.base_url": f"ftp://me:{SECRET}@llm.example.org"})
    assert "ftp://me:***@llm.example.org" in caught.value.message


@pytest.mark.parametrize("port", ["0", "65536", "99999"])
def test_a_port_that_is_none(port: str) -> None:
    with pytest.raises(SettingsError, match="must be a URL"):
        load({"llm.base_url": f"http://localhost:{port}/v1"})


def test_settings_made_at_once_are_all_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VOICECLI_HOME", str(tmp_path))
    both = threading.Barrier(2)

    def write(values: dict[str, object]) -> None:
        both.wait()
        config.write(values)

    for number in range(8):
        wanted = [{"llm.model": f"m{number}"}, {"tts.speed": 1 + number / 10}]
        writers = [threading.Thread(target=write, args=(values,)) for values in wanted]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        settings = load().settings
        assert (settings.llm.model, settings.tts.speed) == (f"m{number}", 1 + number / 10)


def test_what_a_killed_writer_left_is_swept_at_the_next_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VOICECLI_HOME", str(tmp_path))
    left = tmp_path / ".config.toml.0123abcd"
    left.write_text(f"api_key = '{SECRET}'")
    os.utime(left, (0, 0))
    load()
    assert not left.exists()
