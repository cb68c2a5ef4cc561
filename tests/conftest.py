"""Every test alone: no setting from outside, no network, no sound device of the developer's."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator

import hypothesis
import pytest

import official
from jack_person import JackServer, Person, skip_without_jack
from tmux import Terminal

hypothesis.settings.register_profile("any machine", deadline=None)  # no test reads a clock
hypothesis.settings.load_profile("any machine")

# A run in the background of a shell ignores Ctrl-C, and so would the programs that tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


MARKERS = {"person": "jack", "jack_server": "jack", "pulse": "jack", "terminal": "terminal"}
"""Fixtures of sound servers and terminals -> what their tests are marked with."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for name in MARKERS.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(MARKERS[name])


@pytest.fixture(autouse=True)
def _isolated(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("OPENAI_", "VOICECLI_", "HF_", "PULSE_", "JACK_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("VOICECLI_HOME", str(tmp_path_factory.mktemp("home") / "voicecli"))
    # Hides the official models (official.py); a test that is about hearing or sounding shows them.
    monkeypatch.setenv("VOICECLI_SMALL", "1")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "voicecli-no-such-server")


@pytest.fixture
def official_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Official models are found, here and in child processes, by name and as the defaults."""
    monkeypatch.delenv("VOICECLI_SMALL", raising=False)
    official.skip_without()


@pytest.fixture(scope="session")
def _running_jack_server() -> Iterator[JackServer]:
    skip_without_jack()
    with JackServer() as server:
        yield server


@pytest.fixture
def jack_server(
    _isolated: None, _running_jack_server: JackServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[JackServer]:
    """A JACK server (one for the whole run) that PortAudio finds, here and in child processes."""
    with monkeypatch.context() as environment:
        for name, value in _running_jack_server.environment.items():
            environment.setenv(name, value)
        _let_portaudio_look_again()
        yield _running_jack_server
    _let_portaudio_look_again()  # and leave: it must not be there when the server stops


def _let_portaudio_look_again() -> None:
    if sounddevice := sys.modules.get("sounddevice"):
        sounddevice._terminate()
        sounddevice._initialize()


@pytest.fixture
def person(jack_server: JackServer) -> Iterator[Person]:
    """Someone in front of the microphone (see jack_person.py)."""
    with Person(jack_server) as person:
        yield person


@pytest.fixture
def terminal(_isolated: None) -> Iterator[Callable[..., Terminal]]:
    """Starts `voicecli ARGUMENTS` in a terminal of its own; without arguments, a shell."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed (Debian: apt install tmux)")
    opened: list[Terminal] = []

    def start(*arguments: str) -> Terminal:
        command = [sys.executable, "-m", "voicecli", *arguments] if arguments else []
        opened.append(Terminal(*command))
        return opened[-1]

    yield start
    for one in opened:
        one.close()
