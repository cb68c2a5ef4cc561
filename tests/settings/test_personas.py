"""Personas: several settings by one name."""

from __future__ import annotations

from pathlib import Path

import pytest

from programs import run_voicecli
from voicecli import places
from voicecli.errors import SettingsError
from voicecli.settings.loading import Loaded, load

PIRATE = """
[tts]
speed = 1.5

[personas.pirate]
system = "You are a pirate."
voice = "en_US-joe-medium"
speed = 0.9
language = "en"
model = "llama3.2"

[personas.clerk]
voice = "openai"
"""


@pytest.fixture
def config(tmp_path: Path):
    def load_from(text: str, persona: str | None, **options: object) -> Loaded:
        path = tmp_path / "config.toml"
        path.write_text(text)
        named = {name.replace("__", "."): value for name, value in options.items()}
        environ = {"VOICECLI_MODEL": "qwen3"}
        return load(named, persona=persona, environ=environ, path=path)

    return load_from


def test_a_persona_is_stronger_than_file_and_environment(config) -> None:
    loaded = config(PIRATE, "pirate", tts__speed=2.0)
    settings = loaded.settings
    assert settings.llm.system == "You are a pirate."
    assert settings.llm.model == "llama3.2"
    assert (settings.tts.voice, settings.stt.language) == ("en_US-joe-medium", "en")
    assert settings.tts.speed == 2.0  # the option
    assert loaded.origins["llm.model"] == "config.toml line 10"


def test_without_one_nothing_changes(config) -> None:
    settings = config(PIRATE, None).settings
    assert (settings.llm.system, settings.llm.model, settings.tts.speed) == (None, "qwen3", 1.5)


def test_a_service_may_speak(config) -> None:
    settings = config(PIRATE, "clerk").settings
    assert (settings.tts.engine, settings.tts.voice) == ("openai", None)


@pytest.mark.parametrize(
    ("text", "persona", "message", "hint"),
    [
        (PIRATE, "pirat", "no persona 'pirat'", "did you mean pirate?"),
        ("", "pirate", "no persona 'pirate'", r"[personas.pirate]"),
        ("[personas.a]\nsystm = 'x'", "a", "line 2: a persona has no 'systm'", "system"),
        ("[personas.a]\ncolour = 'x'", "a", "has no 'colour'", "it has system, voice"),
        ("[personas.a]\nspeed = 9", None, "line 2: tts.speed must be a number between", ""),
        ("[personas]\na = 1", None, "line 2: personas must be tables", "[personas.pirate]"),
        ("personas = 1", None, "line 1: personas must be tables", ""),
    ],
)
def test_what_is_refused(config, text: str, persona: str | None, message: str, hint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        config(text, persona)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_they_are_listed() -> None:
    nobody = run_voicecli("config", "personas")
    assert "no personas yet" in nobody.stdout
    places.config_file().parent.mkdir(parents=True, exist_ok=True)
    places.config_file().write_text(PIRATE)
    listed = run_voicecli("config", "personas").stdout.splitlines()
    assert listed[0].split() == ["name", "voice", "speed", "language", "model", "system"]
    assert listed[1].startswith("pirate  en_US-joe-medium  0.9")
    unknown = run_voicecli("chat", "--silent", "--persona", "pirat", input="hello")
    assert unknown.returncode == 1
    assert "did you mean pirate?" in unknown.stderr
