"""Which server answers, and which of its models; the addresses of servers."""

from __future__ import annotations

import asyncio

import pytest

from asking import KEY, Pauses, ask, connected, settings_for
from sse_server import (
    HANG,
    RESET,
    Answer,
    SseServer,
    body,
    closed_port,
    models,
    reply,
    status,
)
from voicecli.errors import LanguageModelError, NetworkError, SettingsError
from voicecli.llm import search
from voicecli.llm.client import ChatClient
from voicecli.llm.messages import BUILTIN, Message
from voicecli.settings import LlmSettings


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
        (models(), {}, "has no model", "ollama pull"),
        (body({"data": None}), {}, "has no model", "ollama pull"),
        (status(401), {}, "asks for an API key", "--api-key"),
        (status(401), {"api_key": KEY}, "refuses the API key", "--api-key"),
        (body("<html>hi</html>"), {}, "doesn't understand", "--base-url"),
        (body("[]", content_type="application/json"), {}, "no OpenAI-comp", "--base-url"),
        (body({"object": "list"}), {}, "no OpenAI-compatible server", "--base-url"),
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
    settings = settings_for(server, model=None, **changes)
    with SseServer() as other, pytest.raises(LanguageModelError) as caught:
        connected(settings, local_base_urls=[other.base_url], sleep=Pauses())
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
    monkeypatch.setattr(search, "PROBE_TIMEOUT_S", 0.1)
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
