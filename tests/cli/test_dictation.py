"""`voicecli transcribe --mic` where a server recognises; a file stands in for the microphone."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import numpy as np
import pytest

from asking import Pauses
from fakes import SETTINGS, LevelDetector, write_pattern
from sse_server import RESET, Answer, Head, Send, SseServer, body, status
from voicecli.cli.dictation import AGAIN_S, Lines, listen
from voicecli.duplex.files import FileDuplex
from voicecli.engines import Engines
from voicecli.errors import SpeechServerError
from voicecli.hearing.ears import Ears
from voicecli.hearing.echo import NoEcho
from voicecli.settings import Settings, SttSettings

ONE, TWO = body({"text": "One."}), body({"text": "Two."})
DIES = [Head(), Send(b'{"text": "Wh'), RESET]
SECOND = np.zeros(16_000, np.float32)


def settings_for(server: SseServer) -> Settings:
    return Settings(stt=SttSettings(engine=f"{server.base_url}#whisper-1"))


def test_a_line_for_each_utterance(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = write_pattern(tmp_path / "said.wav", "....######" + "." * 60 + "#####")

    async def dictate(server: SseServer) -> None:
        async with (
            Engines(settings_for(server)) as engines,
            FileDuplex(said, tmp_path / "o.wav") as duplex,
        ):
            lines = Lines(engines.recognizer(), as_json=True)
            await listen(duplex, Ears(NoEcho(), LevelDetector(), SETTINGS), lines, 2.5)

    with SseServer() as server:
        server.script(ONE, TWO)
        asyncio.run(dictate(server))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["text"] for line in lines] == ["One.", "Two."]
    assert 0 <= lines[0]["start"] < lines[0]["end"] < lines[1]["start"]


def written(*answers: Answer) -> list[float]:
    """Two utterances; what was waited for before a server was tried again."""
    pauses = Pauses()

    async def write(server: SseServer) -> None:
        async with Engines(settings_for(server)) as engines:
            lines = Lines(engines.recognizer(), as_json=False, sleep=pauses)
            for start in (0, 32_000):
                lines.add(SECOND, start, start + 16_000)
            writing = asyncio.ensure_future(lines.write_all())
            while len(server.chats) < len(answers) and not writing.done():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            lines.end()
            await writing

    with SseServer() as server:
        server.script(*answers)
        asyncio.run(write(server))
    return pauses.asked_s


def test_what_was_said_is_kept_until_its_server_can_recognise_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicecli.remote.speech.RETRY_DELAYS_S", (0.0,))
    assert written(DIES, DIES, status(503, "full"), ONE, TWO) == [AGAIN_S]
    told = capsys.readouterr()
    assert told.out == "One.\nTwo.\n"
    assert told.err.count("what you say is kept") == 1


def test_a_server_that_never_will_ends_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SpeechServerError, match="asks for an API key"):
        written(status(401, "no key"))
    assert capsys.readouterr().out == ""
