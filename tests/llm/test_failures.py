"""Whatever the libraries raise becomes a sentence."""

from __future__ import annotations

import inspect
import json
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from asking import Pauses, ask
from sse_server import (
    token,
)
from voicecli.errors import LanguageModelError
from voicecli.settings import LlmSettings


def foreign_errors() -> Iterator[Exception]:
    """One of each exception that httpx defines, and what the standard library adds."""
    request = httpx.Request("POST", "http://localhost/v1")
    classes = [
        cls for _, cls in inspect.getmembers(httpx, inspect.isclass) if issubclass(cls, Exception)
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
    # What hostile answers raised in the libraries, and nobody had listed.
    yield AssertionError("boom")
    yield OverflowError("boom")
    yield TypeError("boom")
    yield LookupError("boom")
    yield ExceptionGroup("several", [OverflowError("boom")])


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


def test_a_certificate_that_is_wrong_stays_wrong() -> None:
    error = httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate")
    settings, pauses = LlmSettings(base_url="https://localhost/v1"), Pauses()
    with pytest.raises(LanguageModelError, match="self-signed"):
        ask(settings, transport=Failing(error, "request"), pauses=pauses)
    assert pauses.asked_s == []
