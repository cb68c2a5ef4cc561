"""The client against a real HTTP server on loopback that misbehaves in every way servers do."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from asking import ASK, Pauses, ask, settings_for
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
    comment,
    event,
    reply,
    status,
    stream,
    thought,
    token,
    tokens,
)
from voicecli.errors import LanguageModelError
from voicecli.llm import client
from voicecli.llm.client import ChatClient
from voicecli.llm.failures import CutOffError
from voicecli.llm.messages import Message, Options, Part, ToolCall, ToolCallDelta
from voicecli.remote import failures
from voicecli.settings import LlmSettings

# What a stream may look like ----------------------------------------------------------------------


def test_the_reply_arrives_piece_by_piece(server: SseServer) -> None:
    server.script(reply("Seven plus twelve is nineteen."))
    got: list[str] = []
    ask(settings_for(server), got=got)
    assert got == ["Seven", " plus", " twelve", " is", " nineteen."]


HELLO = tokens("Hello there.")
WHOLE = body({"choices": [{"message": {"content": "Hello there."}, "finish_reason": "stop"}]})[1:]


def single(step: Send) -> Send:
    return Send(step.data.replace(b"\n\n", b"\n"))


def repeated(key: str) -> Send:
    """The last chunk, with all that was said once more."""
    return event({"choices": [{key: {"content": "Hello there."}, "finish_reason": "stop"}]})


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
            stream(chunk({"content": "Hello there."}, "stop"), DONE), id="finish with content"
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
        *(
            pytest.param([Head(headers=headers), *HELLO, DONE], id=f"type {headers}")
            for headers in (
                (("Content-Type", "text/plain; charset=utf-8"),),
                (("Content-Type", "Text/Event-Stream; charset=bz2"),),
                (("Content-Type", "application/json"),),
                (),
            )
        ),
        pytest.param([Head(), *WHOLE], id="a whole answer under event-stream"),
        pytest.param([Head(headers=()), *WHOLE], id="a whole answer under nothing"),
        pytest.param(
            stream(Send(json.dumps(json.loads(WHOLE[0].data), indent=2).encode())),
            id="a whole answer in many lines",
        ),
        pytest.param(
            stream(*(Send(step.data.removeprefix(b"data: ")) for step in HELLO)), id="JSON lines"
        ),
        pytest.param(
            stream(
                Send(b'{"message": {"content": "Hello"}, "done": false}\n'),
                Send(b'{"message": {"content": " there."}, "done": true}\n'),
            ),
            id="Ollama's own",
        ),
        pytest.param(stream(Send(b"\xef\xbb\xbf"), *HELLO, DONE), id="a byte order mark"),
        pytest.param(stream(*map(single, (*HELLO, FINISH, DONE))), id="single newlines"),
        pytest.param(stream(*HELLO[:-1], Send(HELLO[-1].data.strip())), id="unfinished last event"),
        pytest.param(
            stream(*(Send(step.data.replace(b"\n", b"\r")) for step in HELLO), DONE), id="CR"
        ),
        pytest.param(
            stream(Send(HELLO[0].data.replace(b", ", b",\r\ndata: ")), *HELLO[1:], DONE),
            id="an event of many lines",
        ),
        pytest.param(
            stream(*(Send(b"data: " + step.data) for step in HELLO), DONE), id="data of data"
        ),
        pytest.param(
            stream(Send(b"keepalive\n\n"), HELLO[0], Send(b"{oops\n<p>\nok\n"), *HELLO[1:], DONE),
            id="lines of nobody",
        ),
        pytest.param(
            stream(chunk({"content": [{"type": "refusal", "refusal": "Hello there."}]})),
            id="a part of refusal",
        ),
        pytest.param(stream(event("ping"), event("null"), *HELLO, DONE), id="pings"),
        pytest.param(stream(event({"type": "ping"}, "ping"), *HELLO, DONE), id="a named ping"),
        pytest.param(
            stream(
                chunk({"content": "Hello"}, "stop"), chunk({"content": " there."}, "stop"), DONE
            ),
            id="a finish reason on every chunk",
        ),
        pytest.param(
            stream(
                *(chunk({"content": "Hello"}, "stop"), Wait(0.6)),
                *(chunk({"content": " there."}, "stop"), DONE),
            ),
            id="a finish reason on every slow chunk",
        ),
        pytest.param(
            stream(chunk({"content": "Hello"}, "null"), chunk({"content": " there."}, ""), DONE),
            id="finish reasons that are none",
        ),
        pytest.param(
            stream(chunk({"reasoning_content": "Hm."}, "stop"), Wait(0.6), *HELLO, FINISH, DONE),
            id="a finish reason on a thought",
        ),
        pytest.param(stream(*HELLO, repeated("message"), DONE), id="the message repeated"),
        pytest.param(stream(*HELLO, repeated("delta"), DONE), id="the text repeated"),
        pytest.param(
            stream(chunk({"refusal": "Hello"}), chunk({"content": None, "refusal": " there."})),
            id="a refusal",
        ),
        pytest.param(
            body({"choices": [{"message": {"content": None, "refusal": "Hello there."}}]}),
            id="a whole refusal",
        ),
        pytest.param(
            stream(event({"choices": [{"text": "Hello there.", "index": 0}]}), DONE), id="a text"
        ),
        pytest.param(
            stream(*(event(json.loads(s.data[5:]) | {"error": None, "code": 0}) for s in HELLO)),
            id="an error that is none, in every chunk",
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


@pytest.mark.parametrize(
    ("finish_reason", "told", "hint"),
    [
        ("length", "cut off", "--max-tokens"),
        ("MAX_TOKENS", "cut off", "--max-tokens"),
        ("content_filter", "withholds the rest", "other words"),
        ("SAFETY", "withholds the rest", "other words"),
    ],
)
def test_a_reply_that_ends_before_its_end(
    server: SseServer, finish_reason: str, told: str, hint: str
) -> None:
    server.script(stream(*HELLO, chunk({}, finish_reason), DONE))
    got: list[str] = []
    with pytest.raises(CutOffError, match=told) as caught:
        ask(settings_for(server), got=got)
    assert "".join(got) == "Hello there."
    assert hint in caught.value.hint
    assert len(server.chats) == 1


# Bounds -------------------------------------------------------------------------------------------


def endless(data: bytes, n: int) -> Answer:
    return [Head(), *[Send(data)] * n, HANG]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        pytest.param(endless(b"x" * 100_000, 50), "characters in one piece", id="a line"),
        pytest.param(
            endless(b"data: " + b"x" * 99_994 + b"\n", 50), "characters in one piece", id="an event"
        ),
        pytest.param(
            [Head(headers=()), *[Send(b"{\n" + b" " * 100_000)] * 50, HANG],
            "characters in one piece",
            id="a whole answer",
        ),
        pytest.param([Head(500), *[Send(b"x" * 10_000)] * 20, HANG], "failed (500)", id="an error"),
    ],
)
def test_what_has_no_end_is_not_read_to_it(server: SseServer, answer: Answer, told: str) -> None:
    server.script(*[answer] * 4)
    with pytest.raises(LanguageModelError, match=re.escape(told)) as caught:
        ask(settings_for(server))
    assert len(caught.value.message) < 400


def test_a_reply_without_end_is_ended(server: SseServer) -> None:
    server.script([Head(), *[token("word " * 10_000)] * 10, HANG])
    got: list[str] = []
    with pytest.raises(LanguageModelError, match="answered with more than 200000 characters"):
        ask(settings_for(server), got=got)
    assert len("".join(got)) == 200_000


@pytest.mark.parametrize("before", [[], [*HELLO]])
def test_thinking_without_end_is_ended(
    server: SseServer, monkeypatch: pytest.MonkeyPatch, before: list[Send]
) -> None:
    monkeypatch.setattr(client, "MAX_WORDLESS_S", 0.3)
    thinking = [step for _ in range(400) for step in (thought("hm"), comment(), Wait(0.05))]
    server.script([Head(), *before, *thinking])
    with pytest.raises(LanguageModelError, match="has said no word for"):
        ask(settings_for(server))


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

RAW = {"raw": json.dumps({"error": {"message": "It is too loud."}}), "provider_name": "X"}
PROBLEM = {"type": "https://x.org/quota", "title": "Too much", "detail": "The month's are used up."}
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
        (body(PROBLEM, 403, content_type="application/problem+json"), "no more: The month's are"),
        (status(403, "Your credit balance is too low"), "answers no more: Your credit"),
        (status(400, "Insufficient balance"), "answers no more: Insufficient"),
        (status(400, "API key not valid"), "asks for an API key: API key not valid"),
        (status(403, "This country is not served"), "refuses the request (403): This country"),
        (status(403, "Missing scopes: api.model.read"), "asks for an API key: Missing scopes"),
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
        (stream(chunk({}, "content_filter"), DONE), "withholds the reply"),
        (body([{"error": {"code": 400, "message": "key not valid"}}], 400), "key not valid"),
        (body([{"error": {"message": "key not valid"}}]), "failed: key not valid"),
        (body("Error: no such model", 400, content_type="text/plain"), "Error: no such model"),
        (body("Error: no such model", content_type="text/plain"), "failed: no such model"),
        (body({"errors": ["first", "second"]}, 400), "(400): first"),
        (body({"errors": {"model": ["is unknown"]}}, 400), "(400): is unknown"),
        (stream(event({"choices": [{"delta": {}, "error": ERROR}]})), "failed: out of memory"),
        (body({"error": {"message": "", "code": "bad_thing"}}, 400), "(400): bad_thing"),
        (body({"error": True, "message": "why"}, 400), "(400): why"),
        (body({"detail": [{"loc": ["body"], "msg": "field required"}]}, 422), "field required"),
        (body({"error": {"message": "Provider returned error", "metadata": RAW}}, 400), "too loud"),
        (body({"error": '{"message": "in a string"}'}, 400), "(400): in a string"),
        (body({"code": 0, "error_msg": "in Chinese"}), "failed: in Chinese"),
        (body({"base_resp": {"status_code": 1004, "status_msg": "log in"}}), "failed: log in"),
        (body({"code": 402, "message": "no money"}, 402), "answers no more: no money"),
        (stream(event({"code": "Failed", "message": "inappropriate"}, "error")), "inappropriate"),
        (stream(event("out of paper", "error")), "failed: out of paper"),
        (stream(Send(b'error: {"code":400,"message":"no"}\n\n'), DONE), "failed: no"),
        (body("abcd", 400, content_type="application/json; charset=base64"), "(400): abcd"),
        (body("abcd", 400, content_type="text/plain; charset=rot13"), "(400): abcd"),
        (body("abcd", 400, content_encoding="gzip"), "doesn't understand"),
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
        pytest.param(status(429, "Quota exceeded: requests per minute"), id="429 of a minute"),
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
        ([Send(b'error: {"code":500,"message":"no room"}\n\n'), DONE], "failed: no room"),
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


@pytest.mark.parametrize(
    "delta",
    [
        {"thinking": "hm"},
        {"reasoning": "hm"},
        {"reasoning_details": [{"type": "reasoning.text", "text": "hm"}]},
        {"content": [{"type": "thinking", "thinking": "hm"}]},
        {"content": ""},
    ],
)
def test_thoughts_of_any_name_are_signs_of_life(server: SseServer, delta: object) -> None:
    thinking = [step for _ in range(24) for step in (chunk(delta), Wait(0.05))]
    server.script([Head(), *thinking, *HELLO, FINISH, DONE])
    timeouts = {"first_token_timeout_s": 0.8, "idle_timeout_s": 5.0}
    assert ask(settings_for(server, **timeouts)) == "Hello there."


def test_a_role_is_no_sign_of_life(server: SseServer) -> None:
    """It comes at once; then a long prompt may be read for longer than tokens are apart."""
    server.script([Head(), ROLE, Wait(0.6), *HELLO, DONE])
    assert ask(settings_for(server, idle_timeout_s=0.3)) == "Hello there."


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


# Calls of tools -----------------------------------------------------------------------------------

WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}


def respond(server: SseServer, options: Options) -> list[Part]:
    async def talk() -> list[Part]:
        async with ChatClient(settings_for(server)) as model:
            await model.connect()
            return [part async for part in model.respond(ASK, options)]

    return asyncio.run(talk())


def call(index: int | None, id: str | None, name: str | None, arguments: object) -> Send:
    function = {"name": name, "arguments": arguments}
    entry = {"index": index, "id": id, "type": "function", "function": function}
    return chunk({"tool_calls": [{k: v for k, v in entry.items() if v is not None}]})


def test_calls_arrive_in_pieces_and_whole(server: SseServer) -> None:
    server.script(
        stream(
            token("Let me see."),
            call(0, "a", "weather", ""),
            call(0, None, None, '{"city": '),
            call(0, None, None, '"Paris"}'),
            call(1, "b", "time", "{}"),
            chunk({}, "tool_calls"),
            DONE,
        )
    )
    options = Options([WEATHER], tool_choice="auto", max_tokens=7, temperature=0.5)
    parts = respond(server, options)
    assert "".join(part for part in parts if isinstance(part, str)) == "Let me see."
    deltas = [part for part in parts if isinstance(part, ToolCallDelta)]
    assert "".join(delta.delta for delta in deltas if delta.id == "a") == '{"city": "Paris"}'
    assert {delta.name for delta in deltas if delta.id == "a"} == {"weather"}
    assert parts[-2:] == [
        ToolCall("a", "weather", '{"city": "Paris"}'),
        ToolCall("b", "time", "{}"),
    ]
    asked = server.chats[0].body
    assert asked["tools"] == [WEATHER]
    assert (asked["tool_choice"], asked["max_tokens"], asked["temperature"]) == ("auto", 7, 0.5)


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([call(0, "a", "f", "{}"), call(0, "b", "f", "{}")], id="all numbered 0"),
        pytest.param([call(0, "a", "f", {}), call(1, "b", "f", {})], id="arguments as an object"),
        pytest.param([call(0, "a", "f", None), call(1, "b", "f", "")], id="no arguments"),
    ],
)
def test_unusual_calls(server: SseServer, pieces: list[Send]) -> None:
    server.script(stream(*pieces, FINISH, DONE))
    parts = respond(server, Options([WEATHER]))
    assert parts[-2:] == [ToolCall("a", "f", "{}"), ToolCall("b", "f", "{}")]


def test_a_call_without_a_name_of_its_own(server: SseServer) -> None:
    message = {"content": None, "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}
    server.script(body({"choices": [{"message": message, "finish_reason": "tool_calls"}]}))
    assert respond(server, Options([WEATHER]))[-1] == ToolCall("call_0", "f", "{}")


def test_what_a_tool_said_is_sent(server: SseServer) -> None:
    asked = ToolCall("a", "weather", '{"city": "Paris"}')
    messages = [*ASK, Message("assistant", "", (asked,)), Message("tool", "rain", (), "a")]
    ask(settings_for(server, system=""), messages=messages)
    function = {"name": "weather", "arguments": '{"city": "Paris"}'}
    assert server.chats[0].messages[1:] == [
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"id": "a", "type": "function", "function": function}],
        },
        {"role": "tool", "content": "rain", "tool_call_id": "a"},
    ]
    assert "tools" not in server.chats[0].body


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


@pytest.mark.parametrize(
    "header", ["Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "9" * 5000, "soon", "inf"]
)
def test_a_retry_after_that_says_nothing(server: SseServer, header: str) -> None:
    server.script(status(429, retry_after=header), reply("Hello there."))
    pauses = Pauses()
    assert ask(settings_for(server), pauses=pauses) == "Hello there."
    assert pauses.asked_s == [failures.RETRY_DELAYS_S[0]]


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


def test_stream_needs_connect() -> None:
    async def talk() -> None:
        async with ChatClient(LlmSettings()) as model:
            await anext(model.stream(ASK))

    with pytest.raises(RuntimeError, match="connect"):
        asyncio.run(talk())
