"""A server that recognises: what it is asked, what it answers, and every way to fail."""

from __future__ import annotations

import asyncio
import io
import re
import wave
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import numpy as np
import pytest

from sse_server import (
    CUT,
    DONE,
    HANG,
    RESET,
    Answer,
    Head,
    Send,
    SseServer,
    body,
    event,
    status,
    stream,
)
from voicecli.errors import ModelError, NetworkError, SettingsError, SpeechServerError
from voicecli.remote.speech import SpeechConnection
from voicecli.settings.servers import SpeechServer
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples, silence
from voicecli.stt.failover import FailoverRecognizer
from voicecli.stt.remote import WORDS, RemoteRecognizer, TimedTranscript, heard_in, timed_words
from voicecli.stt.transcript import Recognizer, Transcript

T = TypeVar("T")
SECOND = silence(SAMPLE_RATE_HZ)
KEY = "sk-very-secret"

VERBOSE = {
    "task": "transcribe",
    "language": "german",
    "duration": 2.0,
    "text": " Guten Tag, Frau Maier.",
    "segments": [
        {
            "start": 0.2,
            "end": 1.6,
            "text": " Guten Tag, Frau Maier.",
            "avg_logprob": -0.25,
            "no_speech_prob": 0.01,
        }
    ],
}


@pytest.fixture
def server() -> Iterator[SseServer]:
    with SseServer(lambda request: body({"text": "Hello there."}), ("llama", "whisper-1")) as one:
        yield one


async def _no_sleep(seconds: float) -> None:
    pass


def connected(
    server: SseServer, *, timeout_s: float = 5.0, key: str = "", **more: Any
) -> SpeechConnection:
    to = SpeechServer(server.base_url, key=key)
    return SpeechConnection(to, WORDS, timeout_s=timeout_s, sleep=_no_sleep, **more)


def with_recognizer(
    server: SseServer, work: Callable[[RemoteRecognizer], Awaitable[T]], **options: Any
) -> T:
    async def run() -> T:
        connection = connected(server, **options)
        recognizer = RemoteRecognizer(connection, SpeechServer(server.base_url))
        try:
            return await work(recognizer)
        finally:
            await recognizer.aclose()

    return asyncio.run(run())


def heard(server: SseServer, samples: Samples = SECOND, **options: Any) -> Transcript:
    return with_recognizer(server, lambda one: one.transcribe(samples), **options)


# -- what is asked ------------------------------------------------------------------------------


def test_an_utterance_is_sent_as_a_wav_and_the_first_model_that_recognises_is_asked(
    server: SseServer,
) -> None:
    server.models = body({"data": [{"id": "llama-3"}, {"id": "Systran/faster-whisper-tiny.en"}]})
    samples = np.linspace(-0.5, 0.5, 8000, dtype=np.float32)
    transcript = with_recognizer(server, lambda one: one.transcribe(samples, "en"), key=KEY)
    assert transcript == Transcript("Hello there.", "en", 0.0, 0.0)
    (asked,) = server.chats
    assert asked.path == "/v1/audio/transcriptions"
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.body["model"] == "Systran/faster-whisper-tiny.en"
    assert asked.body["language"] == "en"
    assert asked.body["response_format"] == "verbose_json"
    with wave.open(io.BytesIO(asked.body["file"])) as wav:
        assert (wav.getframerate(), wav.getnchannels(), wav.getnframes()) == (16_000, 1, 8000)


def test_a_server_that_lists_no_models_is_asked_for_openai_s(server: SseServer) -> None:
    server.models = status(404)
    heard(server)
    assert server.chats[0].body["model"] == "whisper-1"


def test_the_next_utterance_goes_over_the_same_connection(server: SseServer) -> None:
    async def twice(one: RemoteRecognizer) -> None:
        await one.transcribe(SECOND)
        await one.transcribe(SECOND)

    with_recognizer(server, twice)
    assert len({request.client_port for request in server.requests}) == 1


def test_how_sure_the_server_is_and_the_language_that_it_heard(server: SseServer) -> None:
    server.script(body(VERBOSE))
    assert heard(server) == Transcript("Guten Tag, Frau Maier.", "de", -0.25, 0.01)


def test_a_form_that_is_refused_gives_way_to_a_stream(server: SseServer) -> None:
    server.script(
        status(400, "response_format 'verbose_json' is not compatible with model 'gpt-4o'"),
        stream(
            event({"type": "transcript.text.delta", "delta": "Hel"}),
            event({"type": "transcript.text.delta", "delta": "lo."}),
            event({"type": "transcript.text.done", "text": "Hello."}),
            DONE,
        ),
    )

    async def twice(one: RemoteRecognizer) -> list[str]:
        return [(await one.transcribe(SECOND)).text for _ in range(2)]

    assert with_recognizer(server, twice) == ["Hello.", "Hello there."]
    forms = [(asked.body["response_format"], asked.body.get("stream")) for asked in server.chats]
    assert forms == [("verbose_json", None), ("json", "true"), ("json", "true")]


def test_a_stream_of_sentences(server: SseServer) -> None:
    server.script(stream(event({"text": "One."}), event({"text": "Two."})))
    assert heard(server).text == "One. Two."


def test_what_is_too_large_is_heard_in_two_halves(server: SseServer) -> None:
    server.script(status(413), body({"text": "First half,"}), body({"text": "second half."}))
    assert heard(server, silence(8 * SAMPLE_RATE_HZ)).text == "First half, second half."
    whole, *halves = (len(asked.body["file"]) - 44 for asked in server.chats)
    assert sum(halves) == whole


def test_what_is_too_large_however_short_it_is_fails(server: SseServer) -> None:
    server.respond = lambda request: status(413, "go away")
    with pytest.raises(SpeechServerError, match="go away"):
        heard(server)
    assert len(server.chats) == 1


def test_a_remote_server_is_asked_for_no_partial_transcripts() -> None:
    def busy(url: str) -> bool:
        to = SpeechServer(url)
        return RemoteRecognizer(SpeechConnection(to, WORDS, timeout_s=1), to).busy

    assert busy("https://api.groq.com/openai/v1")
    assert not busy("http://127.0.0.1:9/v1")


# -- every failure ------------------------------------------------------------------------------

HTML = body("<html><title>Welcome</title></html>")
FAILURES: list[tuple[str, Answer, str, str, int]] = [
    ("401", status(401, "bad key"), "asks for an API key: bad key", "VOICECLI_STT_API_KEY", 1),
    ("403", status(403), "asks for an API key", "--stt-url", 1),
    ("404", status(404, "no such model"), "doesn't find model 'whisper-1'", "--stt-model", 1),
    ("422", status(422, "bad language"), r"refuses the request \(422\): bad language", "--lang", 1),
    (
        "429",
        status(429, "slow down", retry_after="1"),
        "is asked too often: slow down",
        "1 second",
        4,
    ),
    ("429 long", status(429, retry_after="7200"), "is asked too often", "2 hours", 1),
    ("quota", status(429, "insufficient_quota"), "answers no more", "account", 1),
    ("500", status(500, "boom"), r"failed \(500\): boom", "in a moment", 4),
    ("503", status(503), r"failed \(503\)", "in a moment", 4),
    ("html", HTML, "answers text/html in place of a transcript", "--stt-url", 1),
    (
        "sound",
        [Head(200, (("Content-Type", "audio/wav"),)), Send(b"RIFF")],
        "audio/wav",
        "URL|url",
        1,
    ),
    ("list", body("[1, 2]"), "text/html", "--stt-url", 1),
    ("no text", body({"foo": 1}), "something else than a transcript", "--stt-url", 1),
    (
        "broken",
        [Head(200, (("Content-Type", "application/json"),)), Send(b'{"text": "a')],
        "understand",
        "",
        1,
    ),
    ("error", body({"error": {"message": "no GPU"}}), "failed: no GPU", "log", 4),
    ("reset", [Head(), Send(b'{"te'), RESET], "broke the connection", "try again", 4),
    ("cut", [Head(), Send(b'{"te'), CUT], "broke the connection", "try again", 4),
    (
        "cut stream",
        [Head(framed=False), event({"type": "transcript.text.delta"}), CUT],
        "broke off",
        "",
        4,
    ),
    ("slow", [HANG], "said nothing for 0.3 s", "busy", 1),
    ("stuck", [Head(), Send(b'{"te'), HANG], "fell silent for 0.3 s", "busy", 1),
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
        heard(server, timeout_s=0.3 if "0.3 s" in message else 10)
    assert re.search(hint, caught.value.hint)
    assert len(server.chats) == n_tries
    assert isinstance(caught.value, ModelError)


@pytest.mark.parametrize(
    "answer", [status(503), status(429, retry_after="0"), [Head(), Send(b"{"), RESET], [CUT]]
)
def test_what_may_pass_is_tried_again_with_the_same_sound(
    server: SseServer, answer: Answer
) -> None:
    server.script(answer)
    assert heard(server).text == "Hello there."
    first, second = server.chats
    assert first.body["file"] == second.body["file"]


def test_a_server_that_is_not_there(server: SseServer) -> None:
    server.refuse()
    with pytest.raises(
        SpeechServerError, match="can't reach the speech recogniser at 127"
    ) as caught:
        heard(server)
    assert "--stt-url" in caught.value.hint


def test_a_refused_key_is_told_and_never_shown(server: SseServer) -> None:
    server.models = status(401, f"Incorrect API key: {KEY}")
    with pytest.raises(SpeechServerError, match=r"refuses the API key: .*\*\*\*") as caught:
        heard(server, key=KEY)
    assert KEY not in str(caught.value)


def test_offline_forbids_it() -> None:
    to = SpeechServer("https://api.groq.com/openai/v1")
    with pytest.raises(NetworkError, match=r"--offline forbids .* api\.groq\.com"):
        SpeechConnection(to, WORDS, timeout_s=1, offline=True)


@pytest.mark.parametrize("url", ["ftp://box", "http://", "http://box:99999/v1", "http://a b/v1"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(SettingsError, match="no address of a server"):
        SpeechConnection(SpeechServer(url), WORDS, timeout_s=1)


def test_who_speaks_again_ends_the_request(server: SseServer) -> None:
    server.respond = lambda request: [HANG]

    async def given_up(one: RemoteRecognizer) -> None:
        task = asyncio.create_task(one.transcribe(SECOND))
        await asyncio.to_thread(server.wait_for_chat)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with_recognizer(server, given_up, timeout_s=60)
    assert server.chats[0].hung_up.wait(5)


# -- several ------------------------------------------------------------------------------------


class Local(Recognizer):
    name = "base"
    busy = False

    async def transcribe(self, samples: Samples, language: str | None = None) -> Transcript:
        return Transcript(f"{len(samples)} samples", "en", 0.0, 0.0)


def test_the_next_hears_what_a_server_lost_and_the_first_is_asked_again_later(
    server: SseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    now = 100.0
    monkeypatch.setattr("voicecli.remote.failover.now_s", lambda: now)

    async def talk(remote: RemoteRecognizer) -> list[str]:
        nonlocal now
        both = FailoverRecognizer([remote, Local()], lambda message, hint: told.append(message))
        both._order._clock_s = lambda: now
        assert both.name == f"whisper-1 at 127.0.0.1:{server.port}, else base"
        await both.warm_up()
        texts = [(await both.transcribe(SECOND)).text]
        server.respond = lambda request: [Head(), Send(b'{"text'), RESET]
        for _ in range(2):
            texts.append((await both.transcribe(SECOND)).text)
        server.respond = lambda request: body({"text": "Back."})
        now += 61
        return [*texts, (await both.transcribe(SECOND)).text]

    assert with_recognizer(server, talk, is_last=False) == [
        *("Hello there.", "16000 samples", "16000 samples", "Back."),
    ]
    lost, back = told
    assert lost.startswith(f"127.0.0.1:{server.port} broke the connection")
    assert lost.endswith("base takes its place")
    assert back.endswith("answers again")
    assert len(server.chats) == 1 + 2 + 1  # while it rests nobody asks it


def test_where_all_fail_the_last_says_why(server: SseServer) -> None:
    server.respond = lambda request: status(500, "boom")

    async def alone(remote: RemoteRecognizer) -> None:
        with pytest.raises(SpeechServerError, match="boom"):
            await FailoverRecognizer([remote], lambda message, hint: None).transcribe(SECOND)

    with_recognizer(server, alone)


# -- word times -----------------------------------------------------------------------------------


def spans(words: TimedTranscript) -> list[tuple[str, float, float]]:
    return [(word.text, round(word.start_s, 2), round(word.end_s, 2)) for word in words.words]


def test_word_times_of_the_server_under_the_text_s_own_words() -> None:
    answer = VERBOSE | {
        "words": [
            {"word": "Guten", "start": 0.2, "end": 0.5},
            {"word": "Tag", "start": 0.5, "end": 0.8},
            {"word": "Frau", "start": 1.0, "end": 1.2},
            {"word": "Maier", "start": 1.2, "end": 1.6},
        ]
    }
    assert spans(heard_in(answer, 2.0, None)) == [
        ("Guten", 0.2, 0.5),
        (" Tag,", 0.5, 0.8),
        (" Frau", 1.0, 1.2),
        (" Maier.", 1.2, 1.6),
    ]


def test_without_them_by_proportion_in_the_segments() -> None:
    words = spans(heard_in(VERBOSE, 2.0, None))
    assert [word for word, _, _ in words] == ["Guten", " Tag,", " Frau", " Maier."]
    assert words[0][1] == 0.2
    assert words[-1][2] == 1.6
    assert words[0][2] == pytest.approx(0.2 + 1.4 * 5 / 17, abs=0.01)


def test_without_any_times_by_proportion_of_the_whole() -> None:
    assert spans(heard_in({"text": "One two."}, 3.0, "en")) == [
        ("One", 0.0, 1.5),
        (" two.", 1.5, 3.0),
    ]


@pytest.mark.parametrize(
    "strange",
    [
        {
            "words": [
                {"word": "a", "start": "x", "end": None},
                7,
                {"word": "b", "start": 9, "end": 1},
            ]
        },
        {"segments": [{"start": -5, "end": 99, "text": "hello"}], "language": 5},
        {"words": [{"start": 0.0, "end": float("nan")}], "segments": "none"},
        {"words": [{"word": "", "start": 0.0, "end": 0.0}]},
    ],
)
def test_times_that_can_not_be(strange: dict[str, Any]) -> None:
    found = heard_in({"text": "hello there"} | strange, 2.0, None)
    assert found.transcript.text == "hello there"
    times = [time for word in found.words for time in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert 0 <= times[0] <= times[-1] <= 2.0


def test_nothing_was_said() -> None:
    assert heard_in({"text": "  "}, 2.0, "en") == TimedTranscript(Transcript("", "en", 0.0, 0.0))


def test_a_text_without_blanks_has_a_time_for_each_sign() -> None:
    words = timed_words("你好吗", "zh", [], 3.0)
    assert [(word.text, word.start_s) for word in words] == [("你", 0.0), ("好", 1.0), ("吗", 2.0)]
