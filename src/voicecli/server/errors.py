"""Errors as OpenAI's clients read them: {"error": {"message", "type", "code", "param"}}."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from voicecli.errors import VoicecliError

logger = logging.getLogger(__name__)


class ApiError(Exception):
    """A request that is refused."""

    def __init__(
        self,
        status: int,
        message: str,
        code: str | None = None,
        *,
        param: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.headers = headers or {}

    def response(self) -> JSONResponse:
        return JSONResponse(self.as_json(), self.status, self.headers)

    def as_json(self) -> dict[str, Any]:
        return {
            "error": {
                "message": self.message,
                "type": _TYPES.get(self.status, _type_of(self.status)),
                "code": self.code,
                "param": self.param,
            }
        }


_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
    503: "overloaded_error",
}


_CODES = {
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    413: "request_too_large",
}


def _type_of(status: int) -> str:
    return "server_error" if status >= 500 else "invalid_request_error"


def shape_errors(app: FastAPI) -> None:
    """Let everything that goes wrong in `app` be told so: FastAPI's own bodies say nothing to an
    SDK."""
    app.add_exception_handler(ApiError, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(VoicecliError, _failed)
    app.add_exception_handler(Exception, _unexpected)


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)
    return error.response()


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    message = {
        404: f"there is no {request.url.path}",
        405: f"{request.url.path} can't be asked by {request.method}",
    }.get(error.status_code, str(error.detail))
    code = _CODES.get(error.status_code)
    headers = dict(error.headers or {})
    return ApiError(error.status_code, message, code, headers=headers).response()


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    path = ".".join(str(step) for step in first["loc"][1:])
    message = f"{path or 'the request'}: {first['msg']}"
    return ApiError(400, message, "invalid_value", param=path or None).response()


async def _failed(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, VoicecliError)
    text = error.message + (f" - {error.hint}" if error.hint else "")
    return ApiError(500, text, "engine_failed").response()


async def _unexpected(_request: Request, error: Exception) -> JSONResponse:
    logger.error("a request failed", exc_info=error)
    return ApiError(500, "something went wrong here; the server's log tells what").response()
