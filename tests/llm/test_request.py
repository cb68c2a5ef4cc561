"""What is asked, and how else, where a server refuses it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable

import httpx
import pytest

from asking import ASK, KEY, ask, settings_for
from sse_server import (
    DONE,
    FINISH,
    Answer,
    Request,
    SseServer,
    body,
    event,
    models,
    reply,
    status,
    stream,
)
from voicecli.errors import LanguageModelError, SettingsError
from voicecli.llm.client import ChatClient
from voicecli.llm.messages import Message, Options, Usage
from voicecli.llm.request import DEFAULT_SYSTEM_PROMPT
from voicecli.remote.client import checked_api_key
from voicecli.settings import LlmSettings


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


# What a server refuses ----------------------------------------------------------------------------


def picky(refuses: Callable[[Request], str]) -> Callable[[Request], Answer]:
    """Refuses with these words, where there are any."""

    def respond(request: Request) -> Answer:
        said = refuses(request)
        return status(400, said) if said else reply("Okay.")

    return respond


def ask_twice(settings: LlmSettings) -> list[str]:
    async def talk() -> list[str]:
        async with ChatClient(settings) as model:
            await model.connect()
            return ["".join([d async for d in model.stream(ASK)]) for _ in range(2)]

    return asyncio.run(talk())


@pytest.mark.parametrize(
    "said",
    [
        "System role not supported",
        "This model does not support the 'system' role.",
        "Unknown role: system",
        "Developer instruction is not enabled for models/gemma-3-27b-it",
        "Conversation roles must alternate user/assistant/user/assistant/...",
        "Only user and assistant roles are supported!",
    ],
)
def test_a_system_role_that_is_refused_becomes_the_users(server: SseServer, said: str) -> None:
    server.respond = picky(lambda r: said if r.messages[0]["role"] == "system" else "")
    assert ask_twice(settings_for(server, system="Be kind.")) == ["Okay.", "Okay."]
    assert len(server.chats) == 3
    assert server.chats[2].messages == [{"role": "user", "content": "Be kind.\n\nhello"}]


@pytest.mark.parametrize(
    ("name", "other", "said"),
    [
        ("max_tokens", "max_completion_tokens", "Unsupported parameter: 'max_tokens' is not"),
        ("max_tokens", "max_completion_tokens", "max_tokens: Extra inputs are not permitted"),
        ("max_tokens", "max_completion_tokens", "use max_completion_tokens instead of max_tokens"),
    ],
)
def test_a_limit_that_is_refused_gets_its_other_name(
    server: SseServer, name: str, other: str, said: str
) -> None:
    server.respond = picky(lambda r: said if name in r.body else "")
    assert ask_twice(settings_for(server, max_tokens=50)) == ["Okay.", "Okay."]
    assert [(name in chat.body, chat.body.get(other)) for chat in server.chats] == [
        (True, None),
        (False, 50),
        (False, 50),
    ]


def test_what_is_refused_in_each_form_is_left_out(server: SseServer) -> None:
    def refuses(request: Request) -> str:
        known = {"model", "messages", "stream"}
        return next((f"unknown field {name}" for name in request.body.keys() - known), "")

    server.respond = picky(refuses)
    settings = settings_for(server, max_tokens=50, temperature=0.5)
    assert ask_twice(settings) == ["Okay.", "Okay."]
    assert len(server.chats) == 5
    assert server.chats[-1].body.keys() == {"model", "messages", "stream"}


def test_a_parameter_may_be_named_beside_the_message(server: SseServer) -> None:
    entry = {
        "type": "extra_forbidden",
        "loc": ["body", "max_tokens"],
        "msg": "Extra inputs are not",
    }
    refusal = body({"detail": [entry]}, 422)
    server.respond = lambda r: refusal if "max_tokens" in r.body else reply("Okay.")
    assert ask(settings_for(server, max_tokens=50)) == "Okay."


def test_a_stream_that_is_refused_is_asked_for_as_a_whole(server: SseServer) -> None:
    whole = body({"choices": [{"message": {"content": "Okay."}}]})
    refusal = status(400, "Streaming is not supported by this model")
    server.respond = lambda request: refusal if request.body["stream"] else whole
    assert ask_twice(settings_for(server)) == ["Okay.", "Okay."]
    assert len(server.chats) == 3


def counted(server: SseServer) -> list[Usage]:
    """Of two replies to who wants to know."""

    async def talk() -> list[Usage]:
        async with ChatClient(settings_for(server)) as model:
            await model.connect()
            return [
                part
                for _ in range(2)
                async for part in model.respond(ASK, Options(counts_tokens=True))
                if isinstance(part, Usage)
            ]

    return asyncio.run(talk())


def test_who_wants_the_usage_gets_the_last_that_is_told(server: SseServer) -> None:
    details = {"prompt_tokens_details": {"cached_tokens": 3}}
    first = {"prompt_tokens": 9, "completion_tokens": 1, **details}
    last = {"prompt_tokens": 9, "completion_tokens": 2, **details}
    ends = [event({"choices": [], "usage": usage}) for usage in (first, None, last)]
    server.respond = lambda _: reply("Okay.", then=(FINISH, *ends, DONE))
    assert counted(server) == [Usage(9, 2, 3)] * 2
    assert server.chats[0].body["stream_options"] == {"include_usage": True}
    assert ask(settings_for(server)) == "Okay."
    assert "stream_options" not in server.chats[2].body


def test_a_server_that_counts_for_nobody_is_asked_without(server: SseServer) -> None:
    server.respond = picky(lambda r: "unknown field stream_options" * ("stream_options" in r.body))
    assert counted(server) == []
    assert ["stream_options" in chat.body for chat in server.chats] == [True, False, False]


@pytest.mark.parametrize(
    "said",
    [
        "max_tokens is too large: 50. This model supports at most 40 completion tokens",
        "temperature must be between 0 and 1",
        "the system is down",
    ],
)
def test_a_value_that_is_refused_is_told(server: SseServer, said: str) -> None:
    server.respond = picky(lambda r: said)
    with pytest.raises(LanguageModelError, match=re.escape(said)):
        ask(settings_for(server, max_tokens=50, temperature=1.5))
    assert len(server.chats) == 1


# A context that is full ---------------------------------------------------------------------------

FULL = [
    (
        400,
        "request (512 tokens) exceeds the available context size (256 tokens), try increasing it",
    ),
    (400, "This model's maximum context length is 4097 tokens. However, you requested 5000 tokens"),
    (400, "prompt is too long: 210000 tokens > 200000 maximum"),
    (400, "The input token count (1200000) exceeds the maximum number of tokens allowed"),
    (413, "Payload Too Large"),
    (400, {"message": "no", "type": "exceed_context_size_error"}),
    (400, {"message": "no", "code": "context_length_exceeded"}),
    (400, {"message": "no", "type": "request_too_large"}),
    (429, "Request too large for gpt-4o: tokens per min. too large, reduce the length"),
    (500, "the request exceeds the available context size"),
]


def conversation(n_turns: int) -> list[Message]:
    said = []
    for turn in range(n_turns):
        said += [Message("user", f"user {turn}"), Message("assistant", f"assistant {turn}")]
    return said[:-1]


def full_from(n_messages: int, refusal: Answer) -> Callable[[Request], Answer]:
    def respond(request: Request) -> Answer:
        spoken = [m for m in request.messages if m["role"] != "system"]
        return refusal if len(spoken) >= n_messages else reply("Okay.")

    return respond


@pytest.mark.parametrize(("code", "said"), FULL)
def test_where_the_context_is_full_the_oldest_turns_are_left_out(
    server: SseServer, code: int, said: object
) -> None:
    server.respond = full_from(6, body({"error": said}, code))
    told: list[str] = []

    async def talk() -> None:
        async with ChatClient(
            settings_for(server), notices=lambda message, hint: told.append(message)
        ) as model:
            await model.connect()
            for _ in range(2):
                assert [d async for d in model.stream(conversation(8))] == ["Okay."]

    asyncio.run(talk())
    assert [len(chat.messages) - 1 for chat in server.chats[:3]] == [15, 13, 9]
    # The second time it is known how much there is room for, and the user was told.
    assert len(told) == 1
    assert "its oldest turns are left out" in told[0]
    last = server.chats[-1].messages
    assert last[0]["role"] == "system"
    assert last[1]["role"] == "user"
    assert last[-1]["content"] == "user 7"
    assert len(server.chats) < 7


def test_a_stream_may_tell_that_the_context_is_full(server: SseServer) -> None:
    error = {"message": "no", "code": "context_length_exceeded"}
    server.respond = full_from(5, stream(event({"error": error}, "error")))
    assert ask(settings_for(server), messages=conversation(3)) == "Okay."
    assert [len(chat.messages) for chat in server.chats] == [6, 4]


def test_a_rate_of_tokens_is_no_context(server: SseServer) -> None:
    server.respond = lambda request: status(429, "Rate limit exceeded: 9000 tokens per min")
    with pytest.raises(LanguageModelError, match="asked too often"):
        ask(settings_for(server), messages=conversation(3))
    assert {len(chat.messages) for chat in server.chats} == {6}


def test_what_is_too_long_by_itself_is_told(server: SseServer) -> None:
    server.respond = full_from(1, status(400, "prompt is too long"))
    with pytest.raises(LanguageModelError, match="prompt is too long") as caught:
        ask(settings_for(server), messages=conversation(3))
    assert "shorter" in caught.value.hint
    assert server.chats[-1].messages[-1]["content"] == "user 2"


def test_a_stream_of_nothing_may_mean_a_full_context(server: SseServer) -> None:
    server.respond = full_from(5, stream(DONE))
    assert ask(settings_for(server), messages=conversation(3)) == "Okay."
    server.respond = full_from(1, stream(DONE))
    with pytest.raises(LanguageModelError, match="empty reply"):
        ask(settings_for(server), messages=conversation(5))
    assert len(server.chats) == 4


# Keys as they are pasted --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        f"Bearer {KEY}",
        f"bearer  {KEY}",
        f'"{KEY}"',
        f"'{KEY}'",
        f'"Bearer {KEY}"',
        f"OPENAI_API_KEY={KEY}",
        f"export OPENAI_API_KEY='{KEY}'",
        f"Authorization: Bearer {KEY}",
    ],
)
def test_a_key_as_it_is_pasted(written: str) -> None:
    assert checked_api_key(written) == KEY


def test_azure_wants_its_own_header(server: SseServer) -> None:
    base_url = f"{server.base_url}?api-version=2024-10-21"
    server.models = models("test-model")
    assert ask(settings_for(server, base_url=base_url, api_key=KEY)) == "Okay."
    assert server.chats[0].path == "/v1/chat/completions?api-version=2024-10-21"
    assert server.chats[0].headers["api-key"] == KEY
