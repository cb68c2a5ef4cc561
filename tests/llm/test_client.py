"""The client against a real HTTP server on loopback that misbehaves in every way servers do."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import httpx_sse
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sse_server import (
    CUT,
    DONE,
    FINISH,
    HANG,
    NO_CHOICES,
    RESET,
    ROLE,
    Answer,
    Head,
    Send,
    SseServer,
    Wait,
    body,
    chunk,
    closed_port,
    comment,
    event,
    models,
    reply,
    status,
    stream,
    thought,
    token,
    tokens,
)
from voicecli.errors import LanguageModelError, NetworkError, SettingsError
from voicecli.llm import answers, failures, search
from voicecli.llm.client import DEFAULT_SYSTEM_PROMPT, ChatClient
from voicecli.llm.messages import BUILTIN, Message
from voicecli.settings import LlmSettings

ASK = [Message("user", "hello")]
KEY = "sk-very-secret"


@pytest.fixture
def server() -> Iterator[SseServer]:
    with SseServer() as running:
        yield running


class Pauses:
    """Stands in for asyncio.sleep: notes how long a retry would wait, and doesn't."""

    def __init__(self) -> None:
        self.asked_s: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.asked_s.append(seconds)


def settings_for(server: SseServer, **changes: object) -> LlmSettings:
    return LlmSettings(**{"base_url": server.base_url, "model": "test-model"} | changes)  # type: ignore[arg-type]


def ask(
    settings: LlmSettings,
    *,
    messages: list[Message] = ASK,
    pauses: Pauses | None = None,
    got: list[str] | None = None,
    offline: bool = False,
    transport: httpx.AsyncBaseTransport | None = None,
) -> str:
    """One reply, whole. What came before an error is in `got`."""
    got = [] if got is None else got

    async def talk() -> None:
        async with ChatClient(
            settings, offline=offline, sleep=pauses or Pauses(), transport=transport
        ) as model:
            await model.connect()
            async with aclosing(model.stream(messages)) as deltas:
                async for delta in deltas:
                    got.append(delta)

    asyncio.run(talk())
    return "".join(got)


def connected(settings: LlmSettings, **options: object) -> ChatClient:
    async def connect() -> ChatClient:
        async with ChatClient(settings, **options) as model:  # type: ignore[arg-type]
            await model.connect()
            return model

    return asyncio.run(connect())


# What a stream may look like ----------------------------------------------------------------------


def test_the_reply_arrives_piece_by_piece(server: SseServer) -> None:
    server.script(reply("Seven plus twelve is nineteen."))
    got: list[str] = []
    ask(settings_for(server), got=got)
    assert got == ["Seven", " plus", " twelve", " is", " nineteen."]


HELLO = tokens("Hello there.")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(stream(ROLE, *HELLO, FINISH, DONE), id="role first"),
        pytest.param(stream(*HELLO, DONE), id="no finish reason"),
        pytest.param(stream(*HELLO, FINISH), id="no [DONE]"),
        pytest.param(stream(*HELLO), id="neither, but the HTTP body is complete"),
        pytest.param(stream(NO_CHOICES, *HELLO, NO_CHOICES, FINISH, DONE), id="empty choices"),
        pytest.param(stream(*HELLO, FINISH, NO_CHOICES, DONE), id="usage after the finish"),
        pytest.param(stream(token(None), *HELLO, token(None), DONE), id="null content"),
        pytest.param(stream(chunk(None), *HELLO, chunk(None), DONE), id="null delta"),
        pytest.param(stream(comment(), *HELLO, comment(), DONE), id="comments"),
        pytest.param(stream(Send(b"\r\n\n"), *HELLO, Send(b"\n\n\n"), DONE), id="blank lines"),
        pytest.param(stream(Send(b"id: 1\ndata:\n\n"), *HELLO, DONE), id="empty data"),
        pytest.param(stream(event({}), *HELLO, DONE), id="empty object"),
        pytest.param(stream(thought("Hm."), *HELLO, FINISH, DONE), id="thoughts"),
        pytest.param(
            stream(chunk({"reasoning": "Hm.", "content": ""}), *HELLO, DONE), id="thoughts too"
        ),
        pytest.param(
            stream(
                chunk({"content": [{"type": "thinking", "thinking": [{"text": "Hm."}]}]}),
                chunk({"content": [{"type": "text", "text": "Hello there."}]}),
                DONE,
            ),
            id="parts",
        ),
        pytest.param(
            stream(chunk({"content": "Hello there."}, "length"), DONE), id="finish with content"
        ),
        pytest.param(
            stream(*(Send(step.data.replace(b"\n", b"\r\n")) for step in HELLO), DONE), id="CRLF"
        ),
        pytest.param(
            stream(*(Send(bytes([b])) for step in HELLO for b in step.data), DONE),
            id="byte by byte",
        ),
        pytest.param(stream(Send(b"".join(s.data for s in [*HELLO, DONE]))), id="all at once"),
        pytest.param([Head(framed=False), *HELLO, FINISH, DONE], id="ends by closing"),
        pytest.param([Head(framed=False), *HELLO, FINISH], id="ends by closing, no [DONE]"),
        pytest.param(stream(*HELLO, DONE, HANG), id="hangs after [DONE]"),
        pytest.param(stream(*HELLO, FINISH, HANG), id="hangs after the finish"),
        pytest.param(stream(*HELLO, FINISH, RESET), id="reset after the finish"),
        pytest.param(
            body({"choices": [{"message": {"role": "assistant", "content": "Hello there."}}]}),
            id="no stream at all",
        ),
    ],
)
def test_unusual_streams(server: SseServer, answer: Answer) -> None:
    server.script(answer)
    assert ask(settings_for(server)) == "Hello there."
    assert len(server.chats) == 1


def test_letters_that_are_cut_in_two(server: SseServer) -> None:
    data = event('{"choices": [{"delta": {"content": "Grüße, Zoë 👋"}}]}').data
    server.script(stream(*(Send(data[i : i + 1]) for i in range(len(data))), DONE))
    assert ask(settings_for(server)) == "Grüße, Zoë 👋"


# Closing ------------------------------------------------------------------------------------------


def test_closing_the_generator_closes_the_http_stream(server: SseServer) -> None:
    server.script(reply("Hello there", then=[HANG]))

    async def interrupt() -> str:
        async with ChatClient(settings_for(server)) as model:
            await model.connect()
            async with aclosing(model.stream(ASK)) as deltas:
                first = await anext(deltas)
            # The client is still open: it was the stream that ended.
            assert await asyncio.to_thread(server.chats[0].hung_up.wait, 5)
            return first

    assert asyncio.run(interrupt()) == "Hello"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param([HANG], id="before the headers"),
        pytest.param(stream(ROLE, HANG), id="before the first token"),
        pytest.param(reply("Hello there", then=[HANG]), id="between tokens"),
        pytest.param(stream(*HELLO, FINISH, HANG), id="after the last token"),
    ],
)
def test_cancelling_closes_the_http_stream(server: SseServer, answer: Answer) -> None:
    server.script(answer)

    async def interrupt() -> None:
        async with ChatClient(settings_for(server)) as model:
            await model.connect()

            async def read() -> None:
                async with aclosing(model.stream(ASK)) as deltas:
                    async for _ in deltas:
                        pass

            reading = asyncio.create_task(read())
            await asyncio.to_thread(server.wait_for_chat)
            await asyncio.sleep(0.05)  # until it waits for what doesn't come
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading
            assert await asyncio.to_thread(server.chats[0].hung_up.wait, 5)
            # And the next reply is not hurt by it.
            assert [delta async for delta in model.stream(ASK)] == ["Okay."]

    asyncio.run(interrupt())


def test_cancelling_while_it_waits_for_the_next_try(server: SseServer) -> None:
    server.script(status(503))

    async def interrupt() -> None:
        waiting = asyncio.Event()

        async def sleep(_: float) -> None:
            waiting.set()
            await asyncio.Event().wait()

        async with ChatClient(settings_for(server), sleep=sleep) as model:
            await model.connect()
            reading = asyncio.ensure_future(anext(model.stream(ASK)))
            await waiting.wait()
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading

    asyncio.run(interrupt())
    assert len(server.chats) == 1


def test_the_connection_is_kept(server: SseServer) -> None:
    async def talk() -> None:
        async with ChatClient(settings_for(server)) as model:
            await model.connect()
            for _ in range(3):
                assert [delta async for delta in model.stream(ASK)] == ["Okay."]

    asyncio.run(talk())
    assert len({request.client_port for request in server.requests}) == 1


def test_a_connection_that_died_in_the_meantime_is_replaced(server: SseServer) -> None:
    async def talk() -> None:
        async with ChatClient(settings_for(server), sleep=Pauses()) as model:
            await model.connect()
            assert [delta async for delta in model.stream(ASK)] == ["Okay."]
            server.refuse()
            server.listen()
            assert [delta async for delta in model.stream(ASK)] == ["Okay."]

    asyncio.run(talk())


# Failing ------------------------------------------------------------------------------------------

ERROR = {"message": "out of memory", "type": "server_error", "code": None}


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (status(401, "Incorrect API key"), "asks for an API key: Incorrect API key"),
        (status(403), "asks for an API key"),
        (status(404, "model 'test-model' not found"), "model 'test-model' not found"),
        (body("<h1>Not Found</h1>", 404), "has no /v1/chat/completions: Not Found"),
        (status(400, "context length exceeded"), "refuses the request (400): context length"),
        (body({"error": "invalid"}, 400), "(400): invalid"),
        (body({"detail": "no such thing"}, 422), "(422): no such thing"),
        (body({"object": "error", "message": "too long"}, 400), "(400): too long"),
        (body("", 302, location="https://example.org/v1"), "redirects to https://example.org/v1"),
        (status(429, "You exceeded your current quota"), "answers no more: You exceeded"),
        (body("<html>hello</html>"), "doesn't understand"),
        (body("{oops", content_type="application/json"), "doesn't understand"),
        (body([1, 2], 200), "is no part of a reply"),
        (body({"error": ERROR}), "failed: out of memory"),
        (stream(event("{oops")), "doesn't understand"),
        (stream(event("[" * 100_000)), "doesn't understand"),
        (stream(event({"error": ERROR})), "failed: out of memory"),
        (stream(event({"error": {}}, "error")), "failed: it doesn't say why"),
        (stream(event({"error": {"message": "bad\x1b[31m\r\nnews"}})), "failed: bad [31m news"),
        (stream(ROLE, FINISH, DONE), "sent an empty reply"),
        (stream(DONE), "sent an empty reply"),
        (stream(), "sent an empty reply"),
        (stream(thought("Hm."), chunk({}, "length"), DONE), "used up its tokens"),
        (body({"choices": [{"message": {"content": None}}]}), "sent an empty reply"),
    ],
)
def test_an_error_that_will_not_pass_is_told_at_once(
    server: SseServer, answer: Answer, told: str
) -> None:
    server.script(answer)
    pauses = Pauses()
    with pytest.raises(LanguageModelError) as caught:
        ask(settings_for(server), pauses=pauses)
    assert told in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint
    assert not caught.value.retryable
    assert len(server.chats) == 1
    assert pauses.asked_s == []


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(status(429), id="429"),
        pytest.param(status(500), id="500"),
        pytest.param(body("<h1>Bad Gateway</h1>", 502), id="502"),
        pytest.param(status(503), id="503"),
        pytest.param([RESET], id="reset before the headers"),
        pytest.param([CUT], id="closed before the headers"),
        pytest.param(stream(RESET), id="reset after the headers"),
        pytest.param(stream(ROLE, CUT), id="cut before the first token"),
        pytest.param([Head(framed=False), ROLE, CUT], id="closed before the first token"),
        pytest.param(stream(event({"error": {"message": "busy", "code": 503}})), id="in-stream"),
        pytest.param(stream(event({"error": {"message": "busy", "code": "429"}})), id="in-stream"),
    ],
)
def test_what_may_pass_is_tried_again(server: SseServer, answer: Answer) -> None:
    server.script(answer, answer, reply("Hello there."))
    pauses = Pauses()
    assert ask(settings_for(server), pauses=pauses) == "Hello there."
    assert pauses.asked_s == list(failures.RETRY_DELAYS_S[:2])

    server.script(*[answer] * 4)
    with pytest.raises(LanguageModelError) as caught:
        ask(settings_for(server))
    assert caught.value.retryable
    assert caught.value.hint
    assert len(server.chats) == 3 + 4


def test_a_refused_connection_is_tried_again(server: SseServer) -> None:
    async def talk() -> None:
        pauses_s = []

        async def sleep(seconds: float) -> None:
            pauses_s.append(seconds)
            if len(pauses_s) == 2:
                server.listen()

        async with ChatClient(settings_for(server), sleep=sleep) as model:
            await model.connect()
            server.refuse()
            assert [delta async for delta in model.stream(ASK)] == ["Okay."]
        assert pauses_s == list(failures.RETRY_DELAYS_S[:2])

    asyncio.run(talk())


@pytest.mark.parametrize(
    ("then", "told"),
    [
        ([CUT], "broke the connection"),
        ([RESET], "broke the connection"),
        ([event({"error": ERROR})], "failed: out of memory"),
        ([event({"error": {"message": "busy", "code": 503}})], "failed: busy"),
        ([event("{oops")], "doesn't understand"),
        ([HANG], "fell silent for 0.4 s"),
        ([comment(), HANG], "fell silent for 0.4 s"),
    ],
)
def test_after_the_first_token_nothing_is_tried_again(
    server: SseServer, then: Answer, told: str
) -> None:
    server.script(reply("Hello there", then=then))
    got: list[str] = []
    with pytest.raises(LanguageModelError, match=told):
        ask(settings_for(server, idle_timeout_s=0.4), got=got)
    assert got == ["Hello", " there"]
    assert len(server.chats) == 1


def test_a_stream_without_length_that_is_cut(server: SseServer) -> None:
    server.script([Head(framed=False), *HELLO, CUT])
    got: list[str] = []
    with pytest.raises(LanguageModelError, match="broke off in the middle"):
        ask(settings_for(server), got=got)
    assert got == ["Hello", " there."]


@pytest.mark.parametrize(
    "answer", [[HANG], stream(HANG), stream(ROLE, HANG), [Head(500), HANG], [*body({}), HANG]]
)
def test_a_server_that_hangs_before_the_first_token(server: SseServer, answer: Answer) -> None:
    server.script(answer)
    with pytest.raises(LanguageModelError, match=r"said nothing for 0\.2 s"):
        ask(settings_for(server, first_token_timeout_s=0.2))
    assert len(server.chats) == 1


def test_keep_alives_are_no_tokens(server: SseServer) -> None:
    """Comments every 50 ms, for ever, don't hold up the first-token timeout."""
    server.script([Head(), *[step for _ in range(200) for step in (comment(), Wait(0.05))]])
    with pytest.raises(LanguageModelError, match=r"said nothing for 0\.3 s"):
        ask(settings_for(server, first_token_timeout_s=0.3, idle_timeout_s=0.1))


def test_thoughts_are_signs_of_life(server: SseServer) -> None:
    """A model may think for longer than the first token may take."""
    thinking = [step for _ in range(24) for step in (thought("hm"), Wait(0.05))]
    server.script([Head(), *thinking, *HELLO, FINISH, DONE])
    timeouts = {"first_token_timeout_s": 1.0, "idle_timeout_s": 5.0}
    assert ask(settings_for(server, **timeouts)) == "Hello there."


def test_slow_tokens(server: SseServer) -> None:
    """Each in time, all together longer than either timeout."""
    server.script(reply("one two three four", first_token_s=0.3, tokens_per_s=4))
    timeouts = {"first_token_timeout_s": 0.6, "idle_timeout_s": 0.6}
    assert ask(settings_for(server, **timeouts)) == "one two three four"


def test_a_slow_listener_is_no_idle_server(server: SseServer) -> None:
    server.script(reply("one two three"))

    async def talk() -> None:
        async with ChatClient(settings_for(server, idle_timeout_s=0.5)) as model:
            await model.connect()
            got = []
            async for delta in model.stream(ASK):
                got.append(delta)
                if len(got) == 1:
                    await asyncio.sleep(0.6)
            assert "".join(got) == "one two three"

    asyncio.run(talk())


# Retry-After --------------------------------------------------------------------------------------


def test_retry_after_is_honoured(server: SseServer) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=9), usegmt=True)
    server.script(
        status(429, retry_after="3"), status(503, retry_after=date), reply("Hello there.")
    )
    pauses = Pauses()
    assert ask(settings_for(server), pauses=pauses) == "Hello there."
    assert pauses.asked_s[0] == 3
    assert 5 < pauses.asked_s[1] <= 9


def test_a_long_retry_after_is_told_instead_of_waited_for(server: SseServer) -> None:
    server.script(status(429, "slow down", retry_after="150"))
    pauses = Pauses()
    with pytest.raises(LanguageModelError) as caught:
        ask(settings_for(server), pauses=pauses)
    assert "is asked too often: slow down" in caught.value.message
    assert caught.value.hint == "try again in 3 minutes"
    assert caught.value.retryable
    assert pauses.asked_s == []


def test_several_retry_afters_are_bounded_together(server: SseServer) -> None:
    server.script(*[status(429, retry_after="8")] * 4)
    pauses = Pauses()
    with pytest.raises(LanguageModelError):
        ask(settings_for(server), pauses=pauses)
    assert pauses.asked_s == [8, 8]


NOW = datetime(2026, 3, 12, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3.0),
        ("0.5", 0.5),
        ("-5", 0.0),
        ("Thu, 12 Mar 2026 10:30:07 GMT", 7.0),
        ("Thu, 12 Mar 2026 10:29:00 GMT", 0.0),
        ("Thu, 12 Mar 2026 10:30:07 -0000", 7.0),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_s(header: str | None, seconds: float | None) -> None:
    assert answers.retry_after_s(header, NOW) == seconds


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "1 second"),
        (40, "40 seconds"),
        (60, "60 seconds"),
        (61, "2 minutes"),
        (7201, "3 hours"),
    ],
)
def test_say_duration(seconds: float, said: str) -> None:
    assert answers.say_duration(seconds) == said


# What is asked ------------------------------------------------------------------------------------


def test_the_request(server: SseServer) -> None:
    changes = {"temperature": 0.3, "max_tokens": 99}
    ask(settings_for(server, **changes), messages=[*ASK, Message("assistant", "Yes?"), *ASK])
    (request,) = server.chats
    assert request.path == "/v1/chat/completions"
    assert request.headers["accept"] == "text/event-stream"
    assert "authorization" not in request.headers
    assert request.body == {
        "model": "test-model",
        "messages": [
            {"role": "system", "content": DEFAULT_SYSTEM_PROMPT},
            {"role": "user", "content": "hello"},
            {"role": "assistant", "content": "Yes?"},
            {"role": "user", "content": "hello"},
        ],
        "stream": True,
        "temperature": 0.3,
        "max_tokens": 99,
    }


def test_what_is_not_set_is_not_sent(server: SseServer) -> None:
    ask(settings_for(server, system=""))
    assert server.chats[0].body.keys() == {"model", "messages", "stream"}
    assert server.chats[0].messages == [{"role": "user", "content": "hello"}]


def test_the_system_prompt_of_the_settings_and_of_the_messages(server: SseServer) -> None:
    ask(settings_for(server, system="Be a pirate."))
    ask(settings_for(server, system="Be a pirate."), messages=[Message("system", "Be kind."), *ASK])
    assert [chat.messages[0]["content"] for chat in server.chats] == ["Be a pirate.", "Be kind."]
    assert [len(chat.messages) for chat in server.chats] == [2, 2]


def test_the_default_prompt_is_the_same_every_day() -> None:
    assert not any(char.isdigit() for char in DEFAULT_SYSTEM_PROMPT)
    assert "{" not in DEFAULT_SYSTEM_PROMPT
    assert "markdown" in DEFAULT_SYSTEM_PROMPT


def test_openai_knows_the_limit_by_another_name() -> None:
    sent: list[dict[str, object]] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            sent.append(json.loads(request.content))
            return httpx.Response(200, json={"choices": [{"message": {"content": "Okay."}}]})
        return httpx.Response(200, json={"data": [{"id": "gpt"}]})

    settings = LlmSettings(base_url="https://api.openai.com/v1", max_tokens=5)
    assert ask(settings, transport=httpx.MockTransport(answer)) == "Okay."
    assert sent[0]["max_completion_tokens"] == 5
    assert "max_tokens" not in sent[0]


def test_the_api_key_is_sent_and_never_shown(server: SseServer) -> None:
    settings = settings_for(server, api_key=f" {KEY}\n")
    assert ask(settings) == "Okay."
    assert {request.headers["authorization"] for request in server.requests} == {f"Bearer {KEY}"}
    assert KEY not in repr(ChatClient(settings))
    server.script(status(401, f"Incorrect API key provided: {KEY}"))
    with pytest.raises(LanguageModelError) as caught:
        ask(settings)
    assert "refuses the API key: Incorrect API key provided: ***" in caught.value.message
    assert "--api-key" in caught.value.hint
    assert KEY not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize("key", ["sk-\nx", "ключ", "a\x00b"])
def test_an_api_key_that_can_be_none(key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        ChatClient(LlmSettings(api_key=key))
    assert key not in caught.value.message


# Which server, which model ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "listed", "chosen"),
    [
        (None, ["llama3.2:latest", "qwen"], "llama3.2:latest"),
        (None, ["nomic-embed-text", "qwen"], "qwen"),
        (None, ["bge-m3", "all-MiniLM-L6", "whisper-1", "llama"], "llama"),
        (None, ["nomic-embed-text"], "nomic-embed-text"),
        (None, [], None),
        ("qwen", ["llama", "qwen"], "qwen"),
        ("llama3.2", ["llama3.2:latest"], "llama3.2:latest"),
        ("llama", ["llama3.2"], None),
        ("nomic-embed-text", ["nomic-embed-text"], "nomic-embed-text"),
    ],
)
def test_choose_model(wanted: str | None, listed: list[str], chosen: str | None) -> None:
    assert answers.choose_model(wanted, listed) == chosen


def test_a_named_server_and_its_first_model(server: SseServer) -> None:
    server.models = models("nomic-embed-text", "llama3.2", "qwen")
    model = connected(settings_for(server, model=None))
    assert (model.name, model.where) == ("llama3.2", f"127.0.0.1:{server.port}")
    assert model.is_local
    assert not model.is_builtin


@pytest.mark.parametrize("path", ["", "/", "/v1/"])
def test_the_v1_may_be_left_out(server: SseServer, path: str) -> None:
    base_url = server.base_url.removesuffix("/v1").removeprefix("http://") + path
    assert ask(settings_for(server, base_url=base_url)) == "Okay."


def test_a_server_without_a_list_of_models(server: SseServer) -> None:
    server.models = status(404)
    assert ask(settings_for(server)) == "Okay."
    assert server.chats[0].body["model"] == "test-model"
    with pytest.raises(LanguageModelError) as caught:
        connected(settings_for(server, model=None))
    assert "doesn't list its models" in caught.value.message
    assert "--model" in caught.value.hint


@pytest.mark.parametrize(
    ("answer", "changes", "told", "hint"),
    [
        (models("a", "b"), {"model": "c"}, "has no model 'c'", "--model: a, b"),
        (models(), {}, "has no model", "ollama pull"),
        (body({"data": None}), {"model": None}, "has no model", "ollama pull"),
        (status(401), {}, "asks for an API key", "--api-key"),
        (status(401), {"api_key": KEY}, "refuses the API key", "--api-key"),
        (body("<html>hi</html>"), {}, "doesn't understand", "--base-url"),
        (body("[]", content_type="application/json"), {}, "no OpenAI-comp", "--base-url"),
        (body({"models": []}), {}, "no OpenAI-compatible server", "--base-url"),
        (body({"data": 3}), {}, "no OpenAI-compatible server", "--base-url"),
        (status(500, "boom"), {}, "failed (500): boom", "try again"),
        ([RESET], {}, "broke the connection", "ask again"),
        ([HANG], {"connect_timeout_s": 0.1, "idle_timeout_s": 0.1}, "within 0.2 s", "--base-url"),
    ],
)
def test_a_named_server_is_never_replaced(
    server: SseServer, answer: Answer, changes: dict[str, object], told: str, hint: str
) -> None:
    server.models = answer
    with SseServer() as other, pytest.raises(LanguageModelError) as caught:
        connected(settings_for(server, **changes), local_base_urls=[other.base_url], sleep=Pauses())
    assert told in caught.value.message
    assert hint in caught.value.hint
    assert other.requests == []


def test_a_named_server_that_is_not_there() -> None:
    with closed_port() as port, pytest.raises(LanguageModelError) as caught:
        connected(LlmSettings(base_url=f"http://localhost:{port}/v1"))
    assert f"can't reach the language model at localhost:{port}" in caught.value.message
    assert "is the server running" in caught.value.hint


def test_a_server_that_is_still_loading_the_model(server: SseServer) -> None:
    server.models = status(503, "Loading model")

    async def sleep(_: float) -> None:
        server.models = models("llama")

    assert connected(settings_for(server, model=None), sleep=sleep).name == "llama"


def test_a_local_server_is_found(server: SseServer) -> None:
    with SseServer(model_ids=["second"]) as second, closed_port() as port:
        urls = [f"http://127.0.0.1:{port}/v1", server.base_url, second.base_url]
        # A key in the environment is meant for someone else.
        model = connected(LlmSettings(api_key=KEY), local_base_urls=urls)
        assert (model.name, model.where) == ("test-model", f"127.0.0.1:{server.port}")
        assert "authorization" not in server.requests[0].headers
        model = connected(LlmSettings(model="second"), local_base_urls=urls)
        assert (model.name, model.where) == ("second", f"127.0.0.1:{second.port}")
        with pytest.raises(LanguageModelError) as caught:
            connected(LlmSettings(model="third"), local_base_urls=urls)
        assert caught.value.message == "no server on this machine has model 'third'"


@pytest.mark.parametrize(
    "answer",
    [models(), status(401), status(404), body("<html>some web app</html>"), body("[]"), [RESET]],
)
def test_what_is_no_language_model_is_passed_over(server: SseServer, answer: Answer) -> None:
    server.models = answer
    model = connected(LlmSettings(), local_base_urls=[server.base_url])
    assert model.is_builtin


def test_a_local_server_that_hangs_is_passed_over(
    server: SseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PROBE_TIMEOUT_S", 0.5)
    server.models = [HANG]
    with SseServer() as second:
        model = connected(LlmSettings(), local_base_urls=[server.base_url, second.base_url])
    assert model.where == f"127.0.0.1:{second.port}"


def test_without_a_server_the_built_in_replies_answer() -> None:
    with closed_port() as port:
        urls = [f"http://localhost:{port}/v1"]

        async def talk() -> str:
            async with ChatClient(LlmSettings(), local_base_urls=urls) as model:
                await model.connect()
                assert (model.name, model.where) == ("built-in", "built-in replies")
                assert model.is_builtin
                assert model.is_local
                question = [Message("user", "what is seven plus twelve")]
                return "".join([delta async for delta in model.stream(question)])

        assert asyncio.run(talk()) == "Seven plus twelve is nineteen."
        with pytest.raises(LanguageModelError) as caught:
            connected(LlmSettings(model="llama3.2"), local_base_urls=urls)
        assert "no model 'llama3.2'" in caught.value.message
        assert "ollama" in caught.value.hint


def test_the_built_in_replies_can_be_asked_for(server: SseServer) -> None:
    model = connected(LlmSettings(base_url=BUILTIN), local_base_urls=[server.base_url])
    assert model.is_builtin
    assert server.requests == []


def test_stream_needs_connect() -> None:
    async def talk() -> None:
        async with ChatClient(LlmSettings()) as model:
            await anext(model.stream(ASK))

    with pytest.raises(RuntimeError, match="connect"):
        asyncio.run(talk())


# Addresses, --offline, proxies --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("localhost:11434", "http://localhost:11434/v1"),
        ("http://localhost:11434/", "http://localhost:11434/v1"),
        ("https://api.openai.com/v1/", "https://api.openai.com/v1"),
        ("https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1"),
        ("[::1]:8080", "http://[::1]:8080/v1"),
        (" HTTP://Example.ORG ", "http://example.org/v1"),
    ],
)
def test_parse_base_url(written: str, url: str) -> None:
    assert str(search.parse_base_url(written)) == url


@pytest.mark.parametrize(
    "written", ["http://", "ftp://host/v1", "http://[::1", "http://a b", "://"]
)
def test_what_is_no_address(written: str) -> None:
    with pytest.raises(SettingsError, match="no address of a server"):
        ChatClient(LlmSettings(base_url=written))


def test_offline_refuses_what_is_not_this_machine() -> None:
    model = ChatClient(LlmSettings(base_url="https://user:pw@api.example.com/v1"), offline=True)
    with pytest.raises(NetworkError) as caught:
        asyncio.run(model.connect())
    assert caught.value.message == "--offline forbids to ask the language model at api.example.com"
    assert "--offline" in caught.value.hint


def test_offline_allows_this_machine(server: SseServer) -> None:
    assert ask(settings_for(server), offline=True) == "Okay."


def test_proxies_are_for_remote_servers_only(
    server: SseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closed_port() as port, SseServer(lambda request: reply("By proxy.")) as proxy:
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        assert ask(settings_for(server)) == "Okay."
        assert connected(LlmSettings(), local_base_urls=[server.base_url]).name == "test-model"
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert ask(LlmSettings(base_url="http://client.invalid/v1")) == "By proxy."
        assert proxy.chats[0].path == "http://client.invalid/v1/chat/completions"


@pytest.mark.parametrize("proxy", ["socks9://127.0.0.1:1", "http://[::1"])
def test_a_proxy_that_can_not_be_used(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(LanguageModelError) as caught:
        connected(LlmSettings(base_url="http://client.invalid/v1"))
    assert "can't prepare the connection to client.invalid" in caught.value.message
    assert "ALL_PROXY" in caught.value.hint


# Foreign errors -----------------------------------------------------------------------------------


def foreign_errors() -> Iterator[Exception]:
    """One of each exception that httpx and httpx-sse define, and what the standard library adds."""
    request = httpx.Request("POST", "http://localhost/v1")
    classes = [
        cls
        for module in (httpx, httpx_sse)
        for _, cls in inspect.getmembers(module, inspect.isclass)
        if issubclass(cls, Exception)
    ]
    assert len(classes) >= 25
    for cls in classes:
        if issubclass(cls, httpx.HTTPStatusError):
            yield cls("boom", request=request, response=httpx.Response(500, request=request))
        elif issubclass(cls, httpx.StreamError) and cls is not httpx.StreamError:
            yield cls()
        else:
            yield cls("boom")
    yield json.JSONDecodeError("boom", "{", 1)
    yield UnicodeDecodeError("utf-8", b"\xff", 0, 1, "boom")
    yield UnicodeEncodeError("ascii", "ü", 0, 1, "boom")
    yield RecursionError("boom")
    yield ConnectionResetError("boom")
    yield TimeoutError("boom")
    yield OSError("boom")


class Failing(httpx.AsyncBaseTransport):
    """Raises at one moment: real servers can't be made to cause each of these."""

    def __init__(self, error: Exception, moment: str) -> None:
        self.error = error
        self.moment = moment

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.moment == "request" or (self.moment == "list" and request.method == "GET"):
            raise self.error
        if request.method == "GET":
            return httpx.Response(200, json={"data": [{"id": "test-model"}]})
        return httpx.Response(
            200, headers={"content-type": "text/event-stream"}, content=self._stream()
        )

    async def _stream(self) -> AsyncIterator[bytes]:
        if self.moment == "token":
            yield token("Hello").data
        raise self.error


@pytest.mark.parametrize("moment", ["list", "request", "stream", "token"])
@pytest.mark.parametrize("error", list(foreign_errors()), ids=lambda error: type(error).__name__)
def test_no_foreign_error_gets_out(error: Exception, moment: str) -> None:
    settings = LlmSettings(base_url="http://localhost/v1")
    with pytest.raises(LanguageModelError) as caught:
        ask(settings, transport=Failing(error, moment))
    assert caught.value.message
    assert caught.value.hint


KEYS = ["choices", "delta", "message", "content", "finish_reason", "error", "code", "detail"]


def test_a_certificate_that_is_wrong_stays_wrong() -> None:
    error = httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate")
    settings, pauses = LlmSettings(base_url="https://localhost/v1"), Pauses()
    with pytest.raises(LanguageModelError, match="self-signed"):
        ask(settings, transport=Failing(error, "request"), pauses=pauses)
    assert pauses.asked_s == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner),
)


@given(JSON)
def test_any_json_is_a_chunk_or_a_value_error(data: object) -> None:
    try:
        chunk = answers.parse_chunk(json.dumps(data))
    except ValueError:
        assert not isinstance(data, dict)
    else:
        assert isinstance(chunk.content, str)
        assert isinstance(chunk.error, str | None)
    answers.error_text(json.dumps(data))
    answers.model_ids(json.dumps(data).encode())


@given(st.text())
def test_clean_text_is_one_bounded_line(text: str) -> None:
    cleaned = answers.clean(text)
    assert cleaned.isprintable()
    assert len(cleaned) <= 200


# A server that we did not write -------------------------------------------------------------------

LITELLM_CONFIG = {
    "model_list": [
        {
            "model_name": "mock",
            "litellm_params": {
                "model": "openai/mock",
                "api_key": "none",
                "mock_response": "Seven plus twelve is nineteen.",
            },
        }
    ]
}


def peer_program(name: str) -> Path:
    """Where a server program is: beside this Python, in PEER_SERVERS (folders), or on the PATH."""
    places = [str(Path(sys.executable).parent), os.environ.get("PEER_SERVERS", "")]
    path = os.pathsep.join([*filter(None, places), os.environ.get("PATH", "")])
    found = shutil.which(name, path=path)
    if found is None:
        pytest.skip(f"{name} is not installed; PEER_SERVERS names the folder of one that is")
    return Path(found)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(params=["mock-ai-api", "litellm"])
def peer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Base URL of another project's server, and what it answers to everything."""
    program, port = peer_program(request.param), free_port()
    if request.param == "litellm":
        config = tmp_path / "config.yaml"
        config.write_text(json.dumps(LITELLM_CONFIG))
        options = ["--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
        answer = "Seven plus twelve is nineteen."
    else:
        # The program itself would leave its children behind when it is killed.
        program = program.with_name("uvicorn")
        options = ["app.openai_app:app", "--host", "127.0.0.1", "--port", str(port)]
        answer = "Hello. It's nice to meet you."
    environment = os.environ | {
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else it downloads a price list
        "LITELLM_TELEMETRY": "False",
        "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
    }
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            cwd=tmp_path,
            start_new_session=True,
        )
    try:
        base_url = f"http://127.0.0.1:{port}/v1"
        _wait_until_it_answers(base_url, process, tmp_path / "log")
        yield base_url, answer
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_until_it_answers(base_url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{base_url}/models", trust_env=False).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    pytest.fail(f"the server didn't start: {log.read_text()[-2000:]}")


def test_a_server_that_others_wrote(peer: tuple[str, str]) -> None:
    base_url, answer = peer

    async def talk() -> None:
        async with ChatClient(LlmSettings(base_url=base_url, max_tokens=50)) as model:
            await model.connect()
            assert model.name
            for _ in range(2):
                assert "".join([delta async for delta in model.stream(ASK)]) == answer
            async with aclosing(model.stream(ASK)) as deltas:
                assert answer.startswith(await anext(deltas))
            assert "".join([delta async for delta in model.stream(ASK)]) == answer

    asyncio.run(talk())
    with pytest.raises(LanguageModelError, match="has no model 'gpt-none'"):
        ask(LlmSettings(base_url=base_url, model="gpt-none"))
