"""Which engines settings make: here, servers, several in a row."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from sse_server import SseServer, body, status
from voicecli.engines import Engines
from voicecli.errors import NetworkError, SettingsError
from voicecli.settings import Settings, SttSettings, TtsSettings
from voicecli.sound.samples import SAMPLE_RATE_HZ, silence
from voicecli.speech_engines import models_named
from voicecli.stt.failover import FailoverRecognizer

REMOTE = "https://api.groq.com/openai/v1"


def settings(stt: str = "whisper", tts: str = "piper", *, offline: bool = True) -> Settings:
    return Settings(stt=SttSettings(engine=stt), tts=TtsSettings(engine=tts), offline=offline)


@pytest.mark.parametrize("engine", [f"base,{REMOTE}", "whisper, groq", f"{REMOTE}, base, groq"])
def test_nothing_goes_from_here_to_a_server(engine: str) -> None:
    with pytest.raises(SettingsError, match="stands behind an engine of this machine"):
        Engines(settings(stt=engine, offline=False)).recognizer()


@pytest.mark.parametrize("engine", ["", " , "])
def test_no_engine_at_all(engine: str) -> None:
    with pytest.raises(SettingsError, match=r"stt\.engine names no engine"):
        Engines(settings(stt=engine)).recognizer()


def test_offline_forbids_servers_and_takes_what_stands_by() -> None:
    with pytest.raises(NetworkError, match="--offline forbids to ask the speech recogniser"):
        Engines(settings(stt=REMOTE)).recognizer()
    with pytest.raises(NetworkError, match="--offline forbids to ask the voice at"):
        Engines(settings(tts="openai")).voice()
    told: list[str] = []
    engines = Engines(
        settings(stt=f"{REMOTE}, whisper"), notices=lambda message, hint: told.append(message)
    )
    assert "groq" not in engines.recognizer().name
    assert len(told) == 1


def test_what_has_to_be_on_this_machine() -> None:
    assert models_named(settings()) == ([None], [None])
    assert models_named(settings(stt="groq", tts="openai, piper")) == ([], [None])
    assert models_named(settings(stt="groq,base", tts="openai")) == (["base"], [])


def test_servers_that_fail_give_way_to_what_is_here_and_connections_are_closed() -> None:
    with SseServer(lambda request: status(500, "boom"), ("whisper-1", "tts-1")) as server:
        told: list[str] = []

        async def talk() -> tuple[str, int]:
            async with Engines(
                settings(stt=f"{server.base_url},whisper", tts=f"{server.base_url},piper"),
                notices=lambda message, hint: told.append(message),
            ) as engines:
                recognizer, voice = engines.recognizer(), engines.voice()
                assert isinstance(recognizer, FailoverRecognizer)
                assert recognizer is engines.recognizer()
                heard = await recognizer.transcribe(silence(SAMPLE_RATE_HZ))
                async with aclosing(voice.stream("Hello there.")) as clips:
                    n_samples = sum([len(clip.samples) async for clip in clips])
                return heard.text, n_samples

        text, n_samples = asyncio.run(talk())
    assert text == ""
    assert n_samples > 8000
    assert len(told) == 2
    assert all("boom" in message and "takes its place" in message for message in told)


def test_a_service_that_a_voice_is_named_for_is_asked() -> None:
    with SseServer(lambda request: body(b"\0\0" * 2400, Content_Type="audio/pcm")) as server:

        async def say() -> float:
            async with Engines(settings(tts=f"{server.base_url}#nova")) as engines:
                return (await engines.voice().synthesize("Hello.")).duration_s

        assert asyncio.run(say()) == pytest.approx(0.1)
        assert server.chats[0].body["voice"] == "nova"
