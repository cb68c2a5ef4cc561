"""Which server answers, and which of its models; the addresses of servers."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest

from asking import ASK, KEY, Pauses, ask, connected, settings_for
from sse_server import (
    HANG,
    RESET,
    Answer,
    Request,
    SseServer,
    Wait,
    body,
    closed_port,
    models,
    reply,
    status,
)
from voicecli.errors import LanguageModelError, NetworkError, SettingsError
from voicecli.llm import connection, search
from voicecli.llm.client import ChatClient
from voicecli.llm.messages import BUILTIN, Message
from voicecli.remote.addresses import parse_base_url
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


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(body(["test-model"]), id="a bare list"),
        pytest.param(body([{"id": "test-model"}]), id="a bare list of objects"),
        pytest.param(body({"models": [{"name": "test-model"}]}), id="models with names"),
        pytest.param(body("[]", content_type="application/json"), id="an empty list"),
        *(pytest.param(status(code), id=str(code)) for code in (401, 403, 404, 405, 500, 503)),
        pytest.param(body("<html>a web page</html>"), id="a web page"),
        pytest.param(models(), id="no model"),
        pytest.param(body({"data": 3}), id="nonsense"),
        pytest.param(body("[" * 100_000), id="depth"),
        pytest.param([RESET], id="reset"),
        pytest.param(models("Test-Model"), id="other case"),
        pytest.param(models("other"), id="not listed"),
    ],
)
def test_a_named_model_is_asked_whatever_the_list_says(server: SseServer, answer: Answer) -> None:
    server.models = answer
    assert ask(settings_for(server)) == "Okay."
    assert server.chats[0].body["model"].lower() == "test-model"


def test_a_list_that_does_not_come_is_not_waited_for(
    server: SseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "LIST_TIMEOUT_S", 0.1)
    server.models = [HANG]
    assert ask(settings_for(server, connect_timeout_s=0.1)) == "Okay."


def test_a_model_that_is_not_listed_is_asked_with_a_remark(server: SseServer) -> None:
    server.models = models("llama3.2", "qwen")
    model = connected(settings_for(server, model="gpt-4o:online"))
    assert model.name == "gpt-4o:online"
    [(message, hint)] = model.remarks
    assert "doesn't list model 'gpt-4o:online'" in message
    assert "llama3.2, qwen" in hint


def test_the_models_that_were_not_chosen_are_told(server: SseServer) -> None:
    server.models = models("nomic-embed-text", "llama3.2", "qwen", "mistral")
    model = connected(settings_for(server, model=None))
    assert model.title == f"llama3.2 at 127.0.0.1:{server.port}"
    assert model.remarks == [("llama3.2 answers", "--model takes: qwen, mistral")]


def test_a_list_of_many_pages(server: SseServer) -> None:
    pages = {"": ("a", True), "a": ("b", True), "b": ("c", False)}

    def page(request: Request) -> Answer:
        after = parse_qs(urlsplit(request.path).query).get("after_id", [""])[0]
        name, has_more = pages[after]
        return body({"data": [{"id": name}], "has_more": has_more})

    server.answer_to = page  # type: ignore[method-assign]
    assert connected(settings_for(server, model="C")).name == "c"
    assert len([one for one in server.requests if one.path.startswith("/v1/models")]) == 3


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


def test_a_local_server_that_is_slow_is_waited_for(
    server: SseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PROBE_TIMEOUT_S", 0.1)
    server.models = [Wait(0.5), *server.models]
    with closed_port() as port:
        urls = [f"http://127.0.0.1:{port}/v1", server.base_url]
        assert connected(LlmSettings(), local_base_urls=urls).name == "test-model"


def test_a_local_server_that_never_answers_is_said_to_be_there(
    server: SseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PATIENCE_S", 0.2)
    server.models = [HANG]
    model = connected(LlmSettings(), local_base_urls=[server.base_url])
    assert model.is_builtin
    told = [message for message, _ in model.remarks]
    assert told[0] == f"127.0.0.1:{server.port} is there but does not answer"
    assert "no language model found" in told[1]
    with pytest.raises(LanguageModelError, match="is there but does not answer"):
        connected(LlmSettings(model="llama"), local_base_urls=[server.base_url])


def test_a_server_that_comes_later_is_found_at_the_next_turn(server: SseServer) -> None:
    server.refuse()
    told: list[str] = []

    async def talk() -> None:
        async with ChatClient(
            LlmSettings(),
            local_base_urls=[server.base_url],
            notices=lambda message, hint: told.append(message),
        ) as model:
            await model.connect()
            assert [delta async for delta in model.stream(ASK)]
            assert model.is_builtin
            server.listen()
            assert [delta async for delta in model.stream(ASK)] == ["Okay."]
            assert not model.is_builtin
            assert model.name == "test-model"

    asyncio.run(talk())
    assert told == [f"a language model is there now: test-model at 127.0.0.1:{server.port} answers"]


def test_a_found_server_that_goes_is_replaced_and_found_again(server: SseServer) -> None:
    told: list[str] = []

    async def talk() -> None:
        with SseServer(model_ids=["other"]) as second:
            async with ChatClient(
                LlmSettings(),
                local_base_urls=[server.base_url, second.base_url],
                notices=lambda message, hint: told.append(message),
                sleep=Pauses(),
            ) as model:
                await model.connect()
                assert model.name == "test-model"
                server.refuse()
                assert [delta async for delta in model.stream(ASK)] == ["Okay."]
                assert model.name == "other"
                second.refuse()
                assert [delta async for delta in model.stream(ASK)]
                assert model.is_builtin
                server.listen()
                assert [delta async for delta in model.stream(ASK)] == ["Okay."]
                assert model.name == "test-model"
                assert not model.is_builtin
            assert told == [
                f"127.0.0.1:{server.port} is gone: other at 127.0.0.1:{second.port} answers",
                f"127.0.0.1:{second.port} is gone: the built-in replies answer until it is back",
                f"a language model is there now: {model.title} answers",
            ]

    asyncio.run(talk())


def test_a_named_model_is_replaced_by_nobody_else(server: SseServer) -> None:
    async def talk() -> None:
        with SseServer(model_ids=["other"]) as second:
            async with ChatClient(
                LlmSettings(model="test-model"),
                local_base_urls=[server.base_url, second.base_url],
                sleep=Pauses(),
            ) as model:
                await model.connect()
                server.refuse()
                with pytest.raises(LanguageModelError, match="can't reach"):
                    assert [delta async for delta in model.stream(ASK)]
                assert not second.chats

    asyncio.run(talk())


SPEECH = [
    {"id": "Systran/faster-whisper-small", "task": "automatic-speech-recognition"},
    {"id": "speaches-ai/piper-en_US-amy-low", "task": "text-to-speech"},
    {"id": "something", "task": "text-to-speech"},
]


def test_a_speech_server_is_no_language_model(server: SseServer) -> None:
    server.models = body({"data": SPEECH})
    assert connected(LlmSettings(), local_base_urls=[server.base_url]).is_builtin
    server.models = body({"data": [*SPEECH, {"id": "qwen", "task": "text-generation"}]})
    assert connected(LlmSettings(), local_base_urls=[server.base_url]).name == "qwen"


def test_a_found_server_that_does_not_chat_gives_way(server: SseServer) -> None:
    server.respond = lambda request: status(404)
    told: list[str] = []

    async def talk() -> None:
        async with ChatClient(
            LlmSettings(),
            local_base_urls=[server.base_url],
            notices=lambda message, hint: told.append(message),
        ) as model:
            await model.connect()
            for _ in range(2):
                assert [delta async for delta in model.stream(ASK)]
            assert model.is_builtin

    asyncio.run(talk())
    assert len(server.chats) == 1
    assert told == [f"127.0.0.1:{server.port} doesn't chat: answering from the built-in replies"]


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
        ("http://a:1/v1?api-version=2024-10-21", "http://a:1/v1?api-version=2024-10-21"),
        ("http://a:1?api-version=1", "http://a:1/v1?api-version=1"),
        ("http://a/v1/chat/completions", "http://a/v1"),
        ("http://a/openai/models/", "http://a/openai"),
        ("http://a/v1#x", "http://a/v1"),
    ],
)
def test_parse_base_url(written: str, url: str) -> None:
    assert str(parse_base_url(written)) == url


@pytest.mark.parametrize(
    "written",
    [
        *("http://", "ftp://host/v1", "http://[::1", "http://a b", "://"),
        *("http://a:99999/v1", "http://a:0", "a:65536"),
    ],
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


@pytest.mark.parametrize("proxy", ["socks9://127.0.0.1:1", "http://[::1", "http://127.0.0.1:99999"])
def test_a_proxy_that_can_not_be_used(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(LanguageModelError) as caught:
        connected(LlmSettings(base_url="http://client.invalid/v1"))
    assert "can't prepare the connection to client.invalid" in caught.value.message
    assert "ALL_PROXY" in caught.value.hint


def test_no_password_is_told() -> None:
    with pytest.raises(SettingsError) as caught:
        parse_base_url("ftp://user:secret@host")
    assert "ftp://user:***@host" in caught.value.message


def test_a_page_of_a_proxy_is_no_question_for_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    with SseServer(lambda request: body("<html>blocked</html>", 403)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1,[::1]")
        with pytest.raises(LanguageModelError) as caught:
            ask(LlmSettings(base_url="http://llm.example.org/v1", model="m", api_key=KEY))
    assert f"the proxy at 127.0.0.1:{proxy.port} refuses to pass on" in caught.value.message
    assert "NO_PROXY" in caught.value.hint
