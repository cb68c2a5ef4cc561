"""How long a conversation may be, and what of it is told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sse_server import Answer, Request, SseServer, body, reply
from voicecli.llm.client import ChatClient
from voicecli.llm.context import Context, told_context
from voicecli.llm.messages import Message, Options, ToolCall
from voicecli.settings import LlmSettings

SYSTEM = Message("system", "Be kind.")


def conversation(n_turns: int, chars: int = 60) -> list[Message]:
    said = [SYSTEM]
    for turn in range(n_turns):
        said += [
            Message("user", f"user {turn} ".ljust(chars, "x")),
            Message("assistant", f"assistant {turn} ".ljust(chars, "x")),
        ]
    return said[:-1]


def n_tokens(messages: list[Message]) -> int:
    """As it is guessed where nothing was counted."""
    return len("".join(message.content for message in messages)) // 3 + 8 * len(messages)


def fitted(n_turns: int, tokens: int, **options: Any) -> list[Message]:
    return list(Context(tokens).fit(conversation(n_turns), Options(**options), 100))


def test_what_fits_is_told_whole() -> None:
    assert fitted(10, 4096) == conversation(10)
    assert list(Context(None).fit(conversation(999), Options(), None)) == conversation(999)


def test_the_oldest_turns_go_and_the_system_stays() -> None:
    told = fitted(30, 1000)
    assert told[0] == SYSTEM
    assert told[1].role == "user"
    assert told[-1] == conversation(30)[-1]
    assert 900 * 0.6 < n_tokens(told) <= 900


def test_the_beginning_stays_the_same_for_some_turns() -> None:
    begins = [fitted(n, 1000)[1].content for n in range(20, 40)]
    assert 3 <= len(set(begins)) <= 6


def test_the_last_turn_stays_however_long_it_is() -> None:
    messages = [*conversation(5), Message("user", "x" * 90_000)]
    told = Context(1000).fit(messages, Options(), None)
    assert [message.role for message in told][:1] == ["system"]
    assert told[-1] == messages[-1]


def test_tools_and_the_reply_need_room_too() -> None:
    tools = ({"type": "function", "function": {"name": "look", "description": "x" * 900}},)
    assert len(fitted(20, 1500)) > len(fitted(20, 1500, tools=tools))
    context = Context(1500)
    few = context.fit(conversation(20), Options(), 700)
    assert len(few) < len(context.fit(conversation(20), Options(), 50))


def test_calls_count() -> None:
    call = ToolCall("1", "look", "x" * 3000)
    told = [Message("user", "a"), Message("assistant", "", (call,)), Message("user", "b")]
    assert list(Context(2000).fit(told, Options(), 100)) == told
    assert list(Context(1000).fit(told, Options(), 100)) == told[-1:]


def test_what_the_server_counts_is_believed() -> None:
    """A model that needs two tokens for a character of Chinese."""
    told = [SYSTEM, *(Message("user", "今天天气怎么样" * 10) for _ in range(20))]
    context = Context(2000)
    assert len(context.fit(told, Options(), 100)) == len(told)
    context.counted(told, Options(), 20 * 140 + 8 * 20)
    fitting = context.fit(told, Options(), 100)
    assert 1000 < 148 * (len(fitting) - 1) < 1900
    context.counted(told, Options(), 10)  # leaves out what it had read before
    assert context.fit(told, Options(), 100) == fitting


@pytest.mark.parametrize(
    ("answer", "tokens"),
    [
        ({"default_generation_settings": {"n_ctx": 4096}}, 4096),
        ({"models": [{"name": "b", "context_length": 1}, {"name": "m", "context_length": 2}]}, 2),
        ({"data": [{"id": "m", "max_context_length": 9, "loaded_context_length": 8192}]}, 8192),
        ({"data": [{"id": "m", "max_context_length": 9}]}, None),
        ({"default_generation_settings": {"n_ctx": "much"}}, None),
        ({"models": {"m": 1}}, None),
        ([], None),
        (None, None),
    ],
)
def test_what_local_servers_say(answer: object, tokens: int | None) -> None:
    assert told_context(answer, "m") == tokens


def ask(server: SseServer, n_requests: int = 2, **settings: Any) -> list[str]:
    """What the user was told, while a long conversation goes on."""
    told: list[str] = []

    async def talk() -> None:
        settings_ = LlmSettings(base_url=server.base_url, max_tokens=100, **settings)
        async with ChatClient(settings_, notices=lambda text, hint: told.append(text)) as model:
            await model.connect()
            for n in range(n_requests):
                await asyncio.sleep(0.1)  # nobody waits for what a server says of itself
                assert [d async for d in model.stream(conversation(30 + n)[1:])]

    asyncio.run(talk())
    return told


def sizes(server: SseServer) -> list[int]:
    return [len(chat.messages) for chat in server.chats]


def listed(**fields: Any) -> Answer:
    return body({"data": [{"id": "m", **fields}]})


def test_the_setting_tells(server: SseServer) -> None:
    server.respond = lambda request: reply("Okay.")
    server.models = listed(max_model_len=999_999)
    told = ask(server, context_tokens=1000)
    assert max(sizes(server)) < 40
    assert len(told) == 1
    assert "its oldest turns are left out" in told[0]
    assert {chat.messages[0]["role"] for chat in server.chats} == {"system"}


def test_the_list_of_models_tells(server: SseServer) -> None:
    server.respond = lambda request: reply("Okay.")
    server.models = listed(max_model_len=1000)
    assert len(ask(server)) == 1
    assert max(sizes(server)) < 40


def test_nobody_tells(server: SseServer) -> None:
    server.respond = lambda request: reply("Okay.")
    assert ask(server) == []
    assert min(sizes(server)) > 55


def test_a_local_server_is_asked_before_the_first_reply_and_after_it(server: SseServer) -> None:
    """Ollama tells of models that are loaded."""

    def respond(request: Request) -> Answer:
        server.about["/api/ps"] = body({"models": [{"name": "m", "context_length": 1000}]})
        return reply("Okay.")

    server.models = listed()
    server.about["/api/ps"] = body({"models": []})
    server.respond = respond
    told = ask(server, 3)
    assert len(told) == 1
    assert sizes(server)[0] > 55
    assert max(sizes(server)[1:]) < 40


def test_llama_cpp_is_asked_before_the_first_reply(server: SseServer) -> None:
    server.respond = lambda request: reply("Okay.")
    server.about["/props"] = body({"default_generation_settings": {"n_ctx": 1000}})
    ask(server)
    assert max(sizes(server)) < 40


def test_what_is_found_out_later_is_of_the_model_that_answers(server: SseServer) -> None:
    """Several models: the list tells of the one that was chosen."""
    server.respond = lambda request: reply("Okay.")
    server.models = body({"data": [{"id": "a", "context_length": 1000}, {"id": "m"}]})
    assert ask(server, model="m") == []
    assert min(sizes(server)) > 55
