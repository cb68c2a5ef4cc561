"""What is asked, and how else, where a server refuses it."""

from __future__ import annotations

import json

import httpx
import pytest

from asking import ASK, KEY, ask, settings_for
from sse_server import (
    SseServer,
    status,
)
from voicecli.errors import LanguageModelError, SettingsError
from voicecli.llm.client import ChatClient
from voicecli.llm.messages import Message
from voicecli.llm.request import DEFAULT_SYSTEM_PROMPT
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
