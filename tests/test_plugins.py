"""The examples of docs/engines.md: installed as somebody's package would be, and used."""

from __future__ import annotations

import asyncio
import importlib
import shutil
import sys
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from programs import run_voicecli, save_wav, speak
from voicecli.conversation.events import Event, ReplyEnded, UserSaid
from voicecli.duplex.files import FileDuplex
from voicecli.engines import Engines
from voicecli.errors import AudioFileError, LanguageModelError, ModelError, SettingsError
from voicecli.settings import LlmSettings, Settings, SttSettings, TtsSettings
from voicecli.sound.samples import SAMPLE_RATE_HZ, silence

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"

SETTINGS = Settings(
    stt=SttSettings(engine="shouting"),
    tts=TtsSettings(engine="beeping"),
    llm=LlmSettings(engine="parrot", system="Be brief."),
)


def install(folder: Path, entry_points: str) -> None:
    """What an installer leaves behind of a distribution."""
    info = folder / "voicecli_toys-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: voicecli-toys\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[voicecli.engines]\n{entry_points}\n")


@pytest.fixture
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the examples, installed."""
    folder = tmp_path / "site-packages"
    shutil.copytree(EXAMPLES, folder)
    install(
        folder, "shouting = shouting_recognizer\nbeeping = beeping_voice\nparrot = parrot_model"
    )
    monkeypatch.syspath_prepend(folder)
    for path in folder.glob("*.py"):
        monkeypatch.delitem(sys.modules, path.stem, raising=False)
    return folder


def test_a_conversation_of_nothing_but_plug_ins(toys: Path, tmp_path: Path) -> None:
    question = save_wav(
        tmp_path / "question.wav",
        np.concatenate([speak("What time is it?"), silence(6 * SAMPLE_RATE_HZ)]),
    )
    events: list[Event] = []

    async def talk() -> None:
        async with Engines(SETTINGS) as engines, FileDuplex(question) as duplex:
            await engines.warm_up()
            await (await engines.conversation(duplex, events.append)).run()

    asyncio.run(talk())
    [said] = [event.text for event in events if isinstance(event, UserSaid)]
    [ended] = [event for event in events if isinstance(event, ReplyEnded)]
    assert said.startswith("ah ah")
    assert ended.heard == f"You said: {said}"


def test_the_command_line_takes_them_by_name(toys: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.wav"
    environment = {"PYTHONPATH": str(toys), "VOICECLI_TTS_ENGINE": "beeping"}
    done = run_voicecli(
        *("say", "Three little words.", "--output", out, "--timestamps", "json"), env=environment
    )
    assert done.returncode == 0, done.stderr
    with wave.open(str(out)) as wav:
        assert wav.getnframes() / wav.getframerate() == pytest.approx(0.75, abs=0.01)
    assert '"word": "little",' in done.stdout
    assert '"start": 0.25,' in done.stdout


@pytest.mark.parametrize(
    ("stage", "settings"),
    [
        ("speech recognition engine", replace(SETTINGS, stt=SttSettings(engine="mute"))),
        ("voice engine", replace(SETTINGS, tts=TtsSettings(engine="mute"))),
        ("language model engine", replace(SETTINGS, llm=LlmSettings(engine="mute"))),
    ],
)
def test_a_name_that_no_plug_in_has(toys: Path, stage: str, settings: Settings) -> None:
    async def warm_up() -> None:
        async with Engines(settings) as engines:
            await engines.warm_up()

    with pytest.raises(SettingsError, match=f"no {stage} 'mute'") as error:
        asyncio.run(warm_up())
    known = {"speech": "shouting", "voice": "beeping", "language": "parrot"}[stage.split()[0]]
    assert known in error.value.hint


def test_a_plug_in_that_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "broken = broken_toy")
    (tmp_path / "broken_toy.py").write_text("import no_such_library\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModelError, match="plug-in broken can't be loaded"):
        Engines(SETTINGS).voice()


FAILING = """
class Failing:
    name, language, is_builtin, is_local, where, title, remarks = "f", "en", 0, 1, "here", "f", ()
    __slots__ = ()  # nothing can keep a weak reference to it

    @property
    def busy(self):
        raise ValueError("busy")

    async def warm_up(self, *_):
        raise OSError(5, "no such card")

    load = connect = transcribe = warm_up

    async def stream(self, *_):
        yield "So"
        raise KeyError("oops")

    def count_phonemes(self, text):
        return 1 / 0

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        pass

def all_of(): return {"failing": lambda settings: Failing()}
recognizers = voices = language_models = all_of
"""


def test_whatever_a_plug_in_raises_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "failing = failing_toy")
    (tmp_path / "failing_toy.py").write_text(FAILING)
    monkeypatch.syspath_prepend(tmp_path)
    settings = Settings(
        stt=SttSettings(engine="failing"),
        tts=TtsSettings(engine="failing"),
        llm=LlmSettings(engine="failing"),
    )

    async def use() -> None:
        async with Engines(settings) as engines:
            voice, recognizer = engines.voice(), engines.recognizer()
            assert voice.name == "f"
            assert engines.voice() is voice  # as long as somebody has it
            pieces = voice.stream("Hello.")
            assert await anext(pieces) == "So"  # type: ignore[comparison-overlap]
            with pytest.raises(ModelError, match="voice engine failing failed .KeyError: 'oops'"):
                await anext(pieces)
            with pytest.raises(ModelError, match="failed .OSError: no such card"):
                await recognizer.transcribe(silence(1))
            with pytest.raises(ModelError, match="failed .ValueError: busy"):
                _ = recognizer.busy
            with pytest.raises(ModelError, match="ZeroDivisionError"):
                voice.count_phonemes("Hello.")
            with pytest.raises(LanguageModelError, match="no such card"):
                await engines.language_model()

    asyncio.run(use())


def test_a_duplex_is_all_that_a_conversation_needs_of_the_world(toys: Path) -> None:
    looping_duplex = importlib.import_module("looping_duplex")

    async def talk() -> list[Event]:
        events: list[Event] = []
        async with Engines(SETTINGS) as engines, looping_duplex.LoopingDuplex(50) as duplex:
            await (await engines.conversation(duplex, events.append)).run()
        return events

    assert type(asyncio.run(talk())[-1]).__name__ == "Ended"


def test_a_command(toys: Path, tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(importlib.import_module("loudness_command").loudness)
    loud = save_wav(tmp_path / "loud.wav", np.full(SAMPLE_RATE_HZ, 0.1, np.float32))
    done = CliRunner().invoke(app, [str(loud)])
    assert done.stdout == "-20.0\n"
    done = CliRunner().invoke(app, [str(loud), "--warn-db", "-10"])
    assert isinstance(done.exception, AudioFileError)
