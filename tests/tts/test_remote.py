"""A server that speaks: what it is asked, what it answers, and every way to fail."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from sse_server import CUT, HANG, RESET, Answer, Head, Send, SseServer, body, status
from voicecli.conversation.heard import heard_words
from voicecli.duplex.speaker import Speaker
from voicecli.errors import ModelError, SpeechServerError
from voicecli.remote.speech import SpeechConnection
from voicecli.settings import TtsSettings
from voicecli.settings.servers import SpeechServer
from voicecli.sound.samples import Samples, silence
from voicecli.sound.wav import to_pcm16, wav_header
from voicecli.sound.writing import audio_file
from voicecli.tts.clip import Clip, Voice, joined
from voicecli.tts.failover import FailoverVoice, unsaid
from voicecli.tts.remote import WORDS, RemoteVoice

T = TypeVar("T")
RATE = 24_000
KEY = "sk-very-secret"
SENTENCE = "One two three four five six seven eight nine ten."


def tone(seconds: float, rate_hz: int = RATE) -> Samples:
    return (0.5 * np.sin(np.arange(round(seconds * rate_hz)) * 440 * 2 * np.pi / rate_hz)).astype(
        np.float32
    )


def sound(data: bytes, kind: str = "audio/pcm", *, then: Answer = (), pieces: int = 8) -> Answer:
    size = -(-len(data) // pieces) | 1  # never at the border of a sample
    sent = [Send(data[at : at + size]) for at in range(0, len(data), size)]
    return [Head(200, (("Content-Type", kind),)), *sent, *then]


PCM = to_pcm16(tone(1.0))


@pytest.fixture
def server() -> Iterator[SseServer]:
    with SseServer(lambda request: sound(PCM), ("llama", "kokoro")) as running:
        yield running


async def _no_sleep(seconds: float) -> None:
    pass


def with_voice(
    server: SseServer,
    work: Callable[[RemoteVoice], Awaitable[T]],
    settings: TtsSettings | None = None,
    *,
    timeout_s: float = 5.0,
    key: str = "",
    **more: Any,
) -> T:
    async def run() -> T:
        to = SpeechServer(server.base_url, key=key)
        connection = SpeechConnection(to, WORDS, timeout_s=timeout_s, sleep=_no_sleep, **more)
        voice = RemoteVoice(connection, to, settings or TtsSettings())
        try:
            return await work(voice)
        finally:
            await voice.aclose()

    return asyncio.run(run())


async def clips_of(voice: Voice, sentence: str = SENTENCE) -> list[Clip]:
    async with aclosing(voice.stream(sentence)) as clips:
        return [clip async for clip in clips]


def spoken(server: SseServer, settings: TtsSettings | None = None, **more: Any) -> Clip:
    return with_voice(server, lambda voice: voice.synthesize(SENTENCE), settings, **more)


# -- what is asked ------------------------------------------------------------------------------


def test_a_sentence_is_asked_for_as_raw_sound(server: SseServer) -> None:
    clip = spoken(server, TtsSettings(voice="af_heart", speed=1.5), key=KEY)
    assert (clip.text, clip.sample_rate_hz, clip.to_come) == (SENTENCE, RATE, 0)
    assert np.allclose(clip.samples, tone(1.0), atol=1e-3)
    (asked,) = server.chats
    assert asked.path == "/v1/audio/speech"
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.body == {
        "model": "kokoro",
        "input": SENTENCE,
        "voice": "af_heart",
        "response_format": "pcm",
        "speed": 1.5,
    }


def test_a_model_that_is_named(server: SseServer) -> None:
    spoken(server, TtsSettings(model="gpt-4o-mini-tts"))
    (asked,) = server.requests
    assert (asked.body["model"], asked.body["voice"]) == ("gpt-4o-mini-tts", "alloy")


def test_the_volume_is_ours(server: SseServer) -> None:
    assert np.max(spoken(server, TtsSettings(volume=0.5)).samples) == pytest.approx(0.25, abs=0.01)


def test_nothing_to_say_asks_nobody(server: SseServer) -> None:
    clips = with_voice(server, lambda voice: clips_of(voice, "..."))
    assert [len(clip.samples) for clip in clips] == [0]
    assert server.requests == []


def test_the_first_sound_is_given_before_the_rest_is_made(server: SseServer) -> None:
    half = len(PCM) // 2
    head = Head(200, (("Content-Type", "audio/pcm"),))
    server.respond = lambda request: [head, Send(PCM[:half]), HANG]

    async def first(voice: RemoteVoice) -> Clip:
        async with aclosing(voice.stream(SENTENCE)) as clips:
            return await anext(clips)

    clip = with_voice(server, first, timeout_s=60)
    assert clip.text == SENTENCE
    assert clip.is_guess
    assert clip.to_come > 0
    assert len(clip.samples) > 0.4 * RATE
    assert server.chats[0].hung_up.wait(5)


@pytest.mark.parametrize(
    "named",
    [
        {"Content_Type": "audio/pcm;rate=22050"},
        {"Content_Type": "audio/pcm_s16le", "X_Sample_Rate": "22050"},
    ],
)
def test_the_rate_that_the_server_names(server: SseServer, named: dict[str, str]) -> None:
    server.script(body(to_pcm16(tone(1.0, 22_050)), **named))
    clip = spoken(server)
    assert clip.sample_rate_hz == 22_050
    assert clip.duration_s == pytest.approx(1.0, abs=0.001)


@pytest.mark.parametrize("ending", ["wav", "mp3", "ogg", "flac"])
def test_other_sound_is_known_by_its_bytes(server: SseServer, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"tone.{ending}"
    with audio_file(path, RATE) as encoder:
        encoder.write(tone(1.0))
    server.script(
        status(400, "response_format pcm is not supported, only wav"),
        sound(path.read_bytes(), "application/octet-stream"),
    )
    clip = spoken(server)
    assert [asked.body["response_format"] for asked in server.chats] == ["pcm", "wav"]
    assert clip.duration_s == pytest.approx(1.0, abs=0.1)
    assert np.sqrt(np.mean(np.square(clip.samples))) == pytest.approx(0.35, abs=0.03)


# -- every failure ------------------------------------------------------------------------------

PART = PCM[: len(PCM) // 2]
FAILURES: list[tuple[str, Answer, str, str, int]] = [
    ("401", status(401, "bad key"), "asks for an API key: bad key", "TTS_API_KEY", 1),
    ("404", status(404), "doesn't find model 'kokoro'", "--voice-url", 1),
    ("413", status(413, "too long"), r"refuses the request \(413\): too long", "--voice", 1),
    ("400", status(400, "no voice alloy"), "no voice alloy", "--voice", 1),
    ("429", status(429, retry_after="1"), "is asked too often", "1 second", 4),
    ("500", status(500, "boom"), r"failed \(500\): boom", "in a moment", 4),
    ("html", body("<html>Welcome</html>"), "answers text/html in place of sound", "url", 1),
    ("json", body({"detail": "no GPU"}), "failed: no GPU", "log", 1),
    ("nothing", sound(b""), "made no sound", "--voice", 1),
    ("no wav", sound(b"RIFF1234WAVEjunk" * 9), "sound that can't be decoded", "url", 1),
    ("slow", [HANG], "said nothing for 0.3 s", "busy", 1),
    ("reset", [Head(), RESET], "broke the connection", "try again", 4),
    ("cut", sound(PART, then=[CUT]), "broke the connection", "try again", 1),
    ("stuck", sound(PART, then=[HANG]), "fell silent for 0.3 s", "busy", 1),
    (
        "cut wav",
        sound(wav_header(RATE, len(PCM)) + PART, "audio/wav", then=[CUT]),
        "broke the connection",
        "try again",
        1,
    ),
]


@pytest.mark.parametrize(
    ("answer", "message", "hint", "n_tries"),
    [one[1:] for one in FAILURES],
    ids=[one[0] for one in FAILURES],
)
def test_what_goes_wrong(
    server: SseServer, answer: Answer, message: str, hint: str, n_tries: int
) -> None:
    server.respond = lambda request: answer
    with pytest.raises(SpeechServerError, match=message) as caught:
        spoken(server, timeout_s=0.3 if "0.3 s" in message else 10)
    assert re.search(hint, caught.value.hint)
    assert len(server.chats) == n_tries


def test_what_may_pass_is_tried_again(server: SseServer) -> None:
    server.script(status(503), [CUT])
    assert spoken(server).duration_s == pytest.approx(1.0, abs=0.001)


# -- several ------------------------------------------------------------------------------------


class Beeping(Voice):
    name = "piper"
    language = "en"

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def load(self) -> None:
        pass

    async def stream(self, sentence: str):  # type: ignore[no-untyped-def]
        self.asked.append(sentence)
        yield Clip(tone(0.25, 16_000), 16_000, sentence)


def test_the_next_says_the_rest(server: SseServer) -> None:
    server.respond = lambda request: sound(PCM, then=[CUT])
    told: list[str] = []
    other = Beeping()

    async def say(remote: RemoteVoice) -> list[Clip]:
        both = FailoverVoice([remote, other], lambda message, hint: told.append(message))
        assert both.language == "en"
        return await clips_of(both)

    clips = with_voice(server, say, is_last=False)
    (rest,) = other.asked
    assert SENTENCE.endswith(rest)
    assert 1 < len(rest.split()) < 10
    assert clips[-1].is_last
    assert {clip.sample_rate_hz for clip in clips} == {RATE}
    assert joined(clips).duration_s == pytest.approx(1.25, abs=0.05)
    assert len(told) == 1
    assert told[0].endswith("piper takes its place")


def test_one_that_is_alone_says_the_rest_itself(server: SseServer) -> None:
    server.script(sound(PCM, then=[CUT]))

    async def say(remote: RemoteVoice) -> list[Clip]:
        return await clips_of(FailoverVoice([remote], lambda message, hint: None))

    clips = with_voice(server, say)
    first, second = (asked.body["input"] for asked in server.chats)
    assert first == SENTENCE
    assert first.endswith(second)
    assert len(second) < len(first)
    assert joined(clips).duration_s == pytest.approx(2.0, abs=0.05)


def test_one_that_never_begins_fails(server: SseServer) -> None:
    server.respond = lambda request: status(500)

    async def say(remote: RemoteVoice) -> list[Clip]:
        return await clips_of(FailoverVoice([remote], lambda message, hint: None))

    with pytest.raises(ModelError, match="failed"):
        with_voice(server, say)


@pytest.mark.parametrize(
    ("share", "rest"),
    [(0.0, "Say it now."), (0.3, "Say it now."), (0.5, "it now."), (0.9, "now.")],
)
def test_what_is_left_of_a_sentence(share: float, rest: str) -> None:
    assert unsaid("Say it now.", share) == rest


# -- what was heard of a sentence whose length is a guess ---------------------------------------


@pytest.mark.parametrize("to_come", [100, RATE, 10 * RATE])
def test_a_guess_is_over_when_the_last_piece_says_so(to_come: int) -> None:
    speaker = Speaker(RATE)
    playback = speaker.queue(Clip(tone(0.5), RATE, "One two.", to_come=to_come, is_guess=True))
    speaker.extend(playback, tone(0.5))
    speaker.fill(silence(2 * RATE))
    assert heard_words("One two.", playback) in ("", "One")
    assert not speaker.drained
    speaker.extend(playback, tone(0.25), whole=True)
    speaker.fill(silence(2 * RATE))
    assert playback.clip.duration_s == 1.25
    assert heard_words("One two.", playback) == "One two."
    assert speaker.drained


def test_a_guess_whose_rest_never_comes_was_not_heard_whole() -> None:
    speaker = Speaker(RATE)
    playback = speaker.queue(Clip(tone(0.5), RATE, "One two.", to_come=RATE, is_guess=True))
    speaker.extend(playback, tone(0), last=True)
    speaker.fill(silence(2 * RATE))
    assert heard_words("One two.", playback) == ""
    assert speaker.drained
