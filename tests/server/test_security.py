"""Who may ask, and what is told to who may not."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI, WebSocket
from starlette.middleware.cors import CORSMiddleware
from starlette.testclient import TestClient, WebSocketDenialResponse

from voicecli.server.errors import ApiError, shape_errors
from voicecli.server.security import Guard, Secrets, is_our_host

TOKEN = "a-token-of-the-server"


def client(token: str | None = TOKEN, **how: Any) -> TestClient:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    shape_errors(app)

    @app.get("/")
    @app.get("/healthz")
    @app.get("/v1/models")
    @app.get("/v1/realtime/x")
    async def anything() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/number/{number}")
    async def number(number: int) -> int:
        return number // 0

    @app.websocket("/v1/realtime")
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.close()

    app.add_middleware(CORSMiddleware, allow_origins=how.get("allowed_origins", ()))
    secrets = Secrets(lambda: 1000.0)
    how = {"host_names": ["box.local"], **how}
    app.add_middleware(Guard, token=token, secrets=secrets, **how)
    test_client = TestClient(app, base_url="http://127.0.0.1:8765", raise_server_exceptions=False)
    test_client.secrets = secrets  # type: ignore[attr-defined]
    return test_client


def code(response: httpx.Response) -> tuple[int, str | None]:
    error = response.json()["error"]
    assert set(error) == {"message", "type", "code", "param"}
    assert error["message"]
    return response.status_code, error["code"]


BEARER = {"Authorization": f"Bearer {TOKEN}"}


def test_a_token_is_needed_and_a_wrong_one_is_none() -> None:
    it = client()
    assert code(it.get("/v1/models")) == (401, "missing_api_key")
    assert it.get("/v1/models").headers["www-authenticate"] == "Bearer"
    for wrong in ("x", TOKEN[:-1], TOKEN + "x", "ek_x", "ü"):
        headers = {"Authorization": f"Bearer {wrong}".encode()}
        assert code(it.get("/v1/models", headers=headers)) == (401, "invalid_api_key")
    assert it.get("/v1/models", headers=BEARER).status_code == 200
    assert it.get("/healthz").status_code == 200


def test_without_a_token_any_key_will_do() -> None:
    assert client(None).get("/v1/models", headers={"Authorization": "Bearer sk-x"}).is_success


def test_the_page_gets_a_cookie_for_the_token_in_its_address() -> None:
    it = client()
    response = it.get(f"/?token={TOKEN}", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, "/")
    cookie = response.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert it.get("/v1/models").status_code == 200  # the client has kept it
    assert code(client().get("/?token=wrong")) == (401, "invalid_api_key")
    assert code(client().get(f"/v1/models?token={TOKEN}")) == (401, "missing_api_key")


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        *(("127.0.0.1:8765", True), ("localhost", True), ("[::1]:80", True), ("LOCALHOST:1", True)),
        *(("192.168.1.7:8765", True), ("box.local:8765", True), ("box.local.", True)),
        *(("evil.example", False), ("127.0.0.1.evil.example", False), ("", False)),
        *(("localhost.evil.example:80", False), ("[::1", False), ("user@localhost.evil", False)),
    ],
)
def test_a_foreign_host_is_refused(host: str, is_ours: bool) -> None:
    assert is_our_host(host, ["box.local"]) == is_ours
    response = client(None).get("/v1/models", headers={"Host": host})
    assert response.is_success == is_ours
    if not is_ours:
        assert code(response) == (403, "host_not_allowed")


@pytest.mark.parametrize(
    ("origin", "may"),
    [
        *(("http://127.0.0.1:8765", True), ("https://friend.example", True)),
        *(("http://127.0.0.1:9", False), ("https://evil.example", False), ("null", False)),
        *(("http://localhost:8765", False), ("https://friend.example.evil", False), ("", False)),
    ],
)
def test_pages_from_elsewhere_may_not_ask(origin: str, may: bool) -> None:
    it = client(allowed_origins=["https://friend.example/"])
    response = it.get("/v1/models", headers={**BEARER, "Origin": origin})
    assert response.is_success == may
    if may:
        with it.websocket_connect(
            "ws://127.0.0.1:8765/v1/realtime", headers={**BEARER, "Origin": origin}
        ):
            pass
    else:
        assert code(response) == (403, "origin_not_allowed")
        with (
            pytest.raises(WebSocketDenialResponse) as caught,
            it.websocket_connect(
                "ws://127.0.0.1:8765/v1/realtime", headers={**BEARER, "Origin": origin}
            ),
        ):
            pass
        assert code(caught.value) == (403, "origin_not_allowed")


def test_a_browser_may_send_its_key_as_a_subprotocol() -> None:
    it = client()
    protocols = ["realtime", f"openai-insecure-api-key.{TOKEN}"]
    with it.websocket_connect("ws://127.0.0.1:8765/v1/realtime", subprotocols=protocols):
        pass
    with (
        pytest.raises(WebSocketDenialResponse) as caught,
        it.websocket_connect("ws://127.0.0.1:8765/v1/realtime", subprotocols=["realtime"]),
    ):
        pass
    assert code(caught.value) == (401, "missing_api_key")


def test_ephemeral_keys_open_a_conversation_and_nothing_else() -> None:
    it = client()
    secret = it.secrets.issue(60, {})  # type: ignore[attr-defined]
    headers = {"Authorization": f"Bearer {secret.value}"}
    assert it.get("/v1/realtime/x", headers=headers).is_success
    assert code(it.get("/v1/models", headers=headers)) == (401, "invalid_api_key")
    secrets = it.secrets  # type: ignore[attr-defined]
    assert secrets.use(secret.value) is secret
    assert secrets.use(secret.value) is None
    assert code(it.get("/v1/realtime/x", headers=headers)) == (401, "invalid_api_key")


def test_ephemeral_keys_expire() -> None:
    now_s = 1000.0
    secrets = Secrets(lambda: now_s)
    secret = secrets.issue(60, {"instructions": "Be brief."})
    assert secret.expires_at == 1060
    now_s = 1060.0
    assert secrets.find(secret.value) is None


def test_all_that_goes_wrong_is_told_in_one_shape() -> None:
    it = client(None)
    assert code(it.get("/no/such/page")) == (404, "not_found")
    assert code(it.post("/v1/models")) == (405, "method_not_allowed")
    assert code(it.get("/number/x")) == (400, "invalid_value")
    assert code(it.get("/number/7")) == (500, None)
    refused = ApiError(503, "full", "full", headers={"Retry-After": "5"}).response()
    assert refused.headers["retry-after"] == "5"
