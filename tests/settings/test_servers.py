"""Speech engines as settings name them, and whose key goes where."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicecli.errors import SettingsError
from voicecli.settings.file import parse_file
from voicecli.settings.loading import Loaded, merge
from voicecli.settings.servers import PRESETS, SpeechServer, entries, servers_in, with_key

GROQ = PRESETS["groq"].base_url
BOX = "http://box:8000/v1"


def loaded(text: str = "", environ: dict[str, str] | None = None, **options: object) -> Loaded:
    named = {name.replace("__", "."): value for name, value in options.items()}
    return merge(parse_file(text, Path("config.toml")), named, None, environ or {})


@pytest.mark.parametrize(
    "text",
    [
        f'stt = ["{BOX}", "base"]',
        f'[stt]\nengine = ["{BOX}", "base"]',
        f'[stt]\nengine = "{BOX},base"',
        f'stt.engine = "{BOX} , base"',
    ],
)
def test_several_in_a_row(text: str) -> None:
    assert entries(loaded(text).settings.stt.engine) == [BOX, "base"]


@pytest.mark.parametrize("text", ["stt = [1]", "stt.model = ['a']", "llm = ['a']", "stt = 'base'"])
def test_what_is_no_list_of_engines(text: str) -> None:
    with pytest.raises(SettingsError):
        loaded(text)


def test_a_preset_is_an_address_and_the_name_of_a_key() -> None:
    (server,) = servers_in("groq#whisper-large-v3, base")
    assert server == SpeechServer(GROQ, "whisper-large-v3")
    keyed = with_key(server, None, "", {"GROQ_API_KEY": "gsk", "OPENAI_API_KEY": "sk"})
    assert (keyed.key, keyed.key_source) == ("gsk", "GROQ_API_KEY")
    assert "gsk" not in repr(keyed)


def test_an_address_has_the_key_of_its_service_and_no_other_has() -> None:
    environ = {"GROQ_API_KEY": "gsk", "SPEACHES_API_KEY": "local"}
    assert with_key(SpeechServer(GROQ), None, "", environ).key == "gsk"
    assert with_key(SpeechServer(BOX), None, "", environ).key == ""
    assert with_key(SpeechServer("http://api.groq.com/openai/v1"), None, "", environ).key == ""
    assert with_key(SpeechServer(PRESETS["speaches"].base_url), None, "", environ).key == ""


def test_a_key_beside_an_address_is_sent_nowhere_else() -> None:
    text = f'[stt]\nengine = "{BOX}"\napi_key = "k"'
    assert loaded(text).settings.stt.api_key == "k"
    elsewhere = loaded(text, stt__engine="https://elsewhere.example/v1")
    assert elsewhere.settings.stt.api_key is None
    (warning,) = elsewhere.warnings
    assert "is not sent to https://elsewhere.example:443" in warning
    assert "VOICECLI_STT_API_KEY" in warning
    assert loaded(text, stt__engine=f"{BOX}/, base").settings.stt.api_key == "k"
    own = loaded(text, {"VOICECLI_STT_API_KEY": "own"}, stt__engine="https://elsewhere.example")
    assert own.settings.stt.api_key == "own"


def test_a_key_of_one_stage_is_none_of_the_other() -> None:
    settings = loaded(environ={"VOICECLI_TTS_API_KEY": "t", "OPENAI_API_KEY": "o"}).settings
    assert (settings.stt.api_key, settings.tts.api_key) == (None, "t")
