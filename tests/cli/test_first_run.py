"""The guided start, as a new user meets it: in a terminal, once."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import hub_server
from jack_person import JACK_DEVICE, Person
from programs import ask, run_voicecli, understand
from sse_server import SseServer
from tmux import Terminal
from voicecli.cli import first_run
from voicecli.models import catalogue

pytestmark = pytest.mark.slow

Start = Callable[..., Terminal]

WELCOME = "Welcome."


def home() -> Path:
    return Path(os.environ["VOICECLI_HOME"])


def choose_system(screen: Terminal, step: str) -> None:
    """Where ALSA's plugin for JACK is installed, that is the default, and nobody hears it."""
    screen.wait_for(step)
    if "jack, ALSA" in screen.text.rpartition(step)[2]:
        screen.press("n")
    screen.wait_for(f"{step}: {JACK_DEVICE}. ")


def test_a_new_user_goes_through_all_steps(terminal: Start, person: Person) -> None:
    screen = terminal("talk")
    screen.wait_for(WELCOME)
    choose_system(screen, "1/4  microphone")
    person.wait_for_program(loudspeaker=False)
    ask(person, "Hello, good morning, hello.")
    screen.wait_for("You are heard.")
    screen.wait_for("2/4  loudspeaker")
    if f"2/4  loudspeaker: {JACK_DEVICE}" not in screen.text:
        screen.wait_for("Did you hear it?")
    choose_system(screen, "2/4  loudspeaker")
    began_s = person.wait_for_sound()
    person.wait_for_silence(min_s=0.5)
    assert "hello" in understand(person.heard(began_s - 0.1), person.sample_rate_hz)
    heard_s = person.now_s
    screen.press("r")
    person.wait_for_sound(after_s=heard_s)
    screen.press("Enter")
    screen.wait_for("3/4  language model: none here")
    assert "ollama serve && ollama pull llama3.2" in screen.text
    screen.press("r")
    screen.press("Enter")
    screen.wait_for("4/4  models: stt-en hears you, en_US-voicecli-low speaks.")
    screen.wait_for("stt-en understands some 400 words")
    screen.wait_for("That is all.")
    screen.wait_for("○ listening")
    person.wait_for_program()
    ask(person, "What is seven plus twelve?")
    screen.wait_for("ai   Seven plus twelve is nineteen.")
    screen.press("q")
    assert screen.wait_for_end() == "0"
    assert screen.cursor_is_shown

    again = terminal("talk")
    again.wait_for("○ listening")
    assert WELCOME not in again.text
    again.press("q")
    assert again.wait_for_end() == "0"


def test_every_step_can_be_skipped(terminal: Start, person: Person) -> None:
    screen = terminal("talk")
    screen.wait_for("1/4  microphone")
    screen.press("s")
    screen.wait_for("2/4  loudspeaker")
    screen.wait_for("Did you hear it?")
    screen.press("s")
    screen.wait_for("3/4  language model")
    screen.press("s")
    screen.wait_for("That is all.")
    assert screen.text.count("skipped") == 3
    screen.wait_for("○ listening")
    screen.press("q")
    assert screen.wait_for_end() == "0"


def test_the_rest_can_be_skipped_at_once(terminal: Start, person: Person) -> None:
    screen = terminal("talk")
    screen.wait_for("1/4  microphone")
    screen.press("q")
    screen.wait_for("○ listening")
    assert "2/4" not in screen.text
    screen.press("q")
    assert screen.wait_for_end() == "0"


def test_who_leaves_in_the_middle_is_not_asked_again(terminal: Start, person: Person) -> None:
    screen = terminal("talk")
    screen.wait_for("1/4  microphone")
    screen.press("C-c")
    assert screen.wait_for_end() == "130"
    again = terminal("talk")
    again.wait_for("○ listening")
    assert WELCOME not in again.text
    again.press("q")
    again.wait_for_end()


def test_without_any_device_the_steps_say_so_and_talk_fails_as_ever(terminal: Start) -> None:
    screen = terminal("talk")
    screen.wait_for("3/4  language model")
    assert screen.text.count("no microphone found") == 1
    assert screen.text.count("no loudspeaker found") == 1
    screen.press("Enter")
    assert screen.wait_for_end() == "1"


def test_a_language_model_that_is_found_is_named(
    terminal: Start, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SseServer() as server:
        code = (
            "from voicecli.llm import client; from voicecli.cli.main import main; import sys;"
            f"client.ChatClient.__init__.__kwdefaults__['local_base_urls'] = ['{server.base_url}'];"
            "sys.argv = ['voicecli', 'talk']; main()"
        )
        screen = Terminal(sys.executable, "-c", code)
        try:
            screen.wait_for("1/4  microphone")
            screen.press("s")
            screen.wait_for("Did you hear it?")
            screen.press("s")
            screen.wait_for("will answer.")
            host = server.base_url.removeprefix("http://").removesuffix("/v1")
            assert f"at {host} will answer." in screen.text
            screen.wait_for("○ listening")
            screen.press("q")
            assert screen.wait_for_end() == "0"
        finally:
            screen.close()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[hub_server.HubServer]:
    """The hub, with the bundled recogniser under the name of a larger one."""
    from voicecli.models import find_stt

    with hub_server.running() as server:
        files = hub_server.folder_of(find_stt(None))
        server.repos[catalogue.WHISPER["base"].repo] = hub_server.Repo(files)
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        monkeypatch.delenv("HF_HUB_OFFLINE")
        yield server


def test_better_models_are_offered_and_pulled(
    terminal: Start, person: Person, hub: hub_server.HubServer
) -> None:
    screen = terminal("talk")
    screen.wait_for("1/4  microphone")
    for step in ("2/4", "3/4", "4/4"):
        if step == "3/4":
            screen.wait_for("Did you hear it?")
        screen.press("s")
        screen.wait_for(step)
    screen.wait_for("Press the numbers")
    for offer in first_run.SUGGESTIONS:
        assert f"{offer.name:<20} {offer.size_mb:>4} MB" in screen.text
    assert "stt-en understands some 400 words" in screen.text
    screen.press("3")
    screen.wait_for("to be pulled: small")
    screen.press("2")
    screen.wait_for("to be pulled: small, base")
    screen.press("3")
    screen.wait_for("to be pulled: base")
    screen.press("Enter")
    screen.wait_for("○ listening")
    assert "stt base" in screen.text
    screen.press("q")
    assert screen.wait_for_end() == "0"


def test_a_pull_that_fails_keeps_nobody_from_talking(
    terminal: Start, person: Person, hub: hub_server.HubServer
) -> None:
    hub.repos.clear()
    screen = terminal("talk")
    screen.wait_for("1/4  microphone")
    for step in ("2/4", "3/4", "4/4"):
        if step == "3/4":
            screen.wait_for("Did you hear it?")
        screen.press("s")
        screen.wait_for(step)
    screen.wait_for("Press the numbers")
    screen.press("1")
    screen.press("Enter")
    screen.wait_for("until then the bundled models are used")
    screen.wait_for("○ listening")
    screen.press("q")
    assert screen.wait_for_end() == "0"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--demo", "--output", "reply.wav"),
        ("--plain",),
        ("--json",),
        ("--base-url", "built-in"),
        ("--input-device", JACK_DEVICE),
    ],
    ids=lambda arguments: arguments[0],
)
def test_who_knows_what_they_want_is_not_asked(
    terminal: Start, person: Person, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    arguments = tuple(arg.replace("reply.wav", str(tmp_path / "reply.wav")) for arg in arguments)
    screen = terminal("talk", *arguments)
    if "--demo" not in arguments:
        screen.wait_for("listening")
        screen.press("q")
    assert screen.wait_for_end() == "0"
    assert WELCOME not in screen.text
    assert not first_run._mark().exists()


def test_a_configured_user_is_not_asked(terminal: Start, person: Person) -> None:
    home().mkdir(parents=True)
    (home() / "config.toml").write_text('[llm]\nbase_url = "built-in"\n')
    screen = terminal("talk")
    screen.wait_for("○ listening")
    assert WELCOME not in screen.text
    screen.press("q")
    assert screen.wait_for_end() == "0"


def test_without_a_terminal_nobody_is_asked() -> None:
    done = run_voicecli("talk")
    assert done.returncode == 1
    assert WELCOME not in done.stderr
    assert not first_run._mark().exists()


def test_another_microphone_can_be_chosen_and_is_remembered(
    terminal: Start, person: Person
) -> None:
    """PortAudio lists the person's own JACK client as a device, too."""
    screen = terminal("talk")
    choose_system(screen, "1/4  microphone")
    screen.press("n")
    screen.wait_for("1/4  microphone: person, JACK Audio Connection Kit. Say something.")
    screen.press("Enter")
    screen.wait_for("2/4")
    chosen = tomllib.loads((home() / "config.toml").read_text())["sound"]["input_device"]
    assert chosen == "person"
    screen.press("q")
    screen.wait_for("○ listening")
    screen.press("q")
    assert screen.wait_for_end() == "0"


def test_the_sizes_that_are_offered_are_those_of_the_catalogue() -> None:
    for offer in first_run.SUGGESTIONS:
        if offer.name in catalogue.WHISPER:
            assert catalogue.WHISPER[offer.name].size_mb == offer.size_mb
        else:
            assert catalogue.is_voice_name(offer.name)


@pytest.mark.parametrize("answer", ["y", "n"])
def test_a_missing_model_that_is_named_is_asked_for_once(
    terminal: Start, tmp_path: Path, hub: hub_server.HubServer, answer: str
) -> None:
    output = str(tmp_path / "reply.wav")
    options = ("--demo", "--output", output, "--base-url", "built-in", "--stt-model", "base")
    screen = terminal("talk", *options)
    screen.wait_for("[Y/n]")
    assert "pull it (148 MB)" in screen.text
    screen.type(answer)
    if answer == "y":
        assert screen.wait_for_end(60) == "0"
        assert "stt base" in screen.text
    else:
        assert screen.wait_for_end() == "1"
        assert "fetch it: voicecli models pull base" in screen.text
