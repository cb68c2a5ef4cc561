"""The server as one ASGI app: engines, pacer and registry once a process, and the routes."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TextIO

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field, ValidationError
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection

from voicecli.engines import Engines
from voicecli.server import audio, page, plain_calls, plain_websocket, webrtc, websocket
from voicecli.server.account import log_line, text_log
from voicecli.server.audio.recognition import FileRecognition
from voicecli.server.audio.turns import RequestTurns
from voicecli.server.audio.uploads import MAX_FORM_BYTES
from voicecli.server.bodies import Bodies
from voicecli.server.capacity import measured, n_cores, n_sessions
from voicecli.server.duplex import Pacer
from voicecli.server.errors import ApiError, shape_errors
from voicecli.server.load import SETTLE_S
from voicecli.server.metrics import Metrics, Timed
from voicecli.server.realtime.client_events import refusal_of
from voicecli.server.realtime.fields import Fields, merged
from voicecli.server.realtime.response import Event
from voicecli.server.security import (
    DEFAULT_EPHEMERAL_S,
    EPHEMERAL_S,
    Guard,
    Secrets,
    key_of,
    machine_names,
)
from voicecli.server.sessions import Conversed, Limits, Session, Sessions
from voicecli.server.talk import NetworkTalk
from voicecli.server.webrtc import Call
from voicecli.settings import Settings
from voicecli.worker import observed

MAX_SILENT_S = 2.0
"""A clock that ticked longer ago stands still."""


@dataclass(frozen=True)
class ServeOptions:
    """What `voicecli serve` was told, besides the settings that all commands have."""

    token: str | None = None
    """None asks for none: on loopback alone."""
    host_names: Sequence[str] = ()
    """Under which the server is known, besides this machine's own."""
    allowed_origins: Sequence[str] = ()
    """Of pages of others that may ask."""
    limits: Limits = Limits()
    measures_sessions: bool = False
    """As many are admitted as this machine is measured to hold, whatever the limits say."""
    ice_servers: Sequence[dict[str, Any]] = ()
    """STUN and TURN, as browsers write them; none asks nobody."""
    metrics_port: int | None = None
    """Where /metrics is told to who has no token."""
    log_text: bool = False
    """What is said is logged, too."""
    eager_speech_started: bool = False
    """At the first sound, also over a reply, as OpenAI's server does it."""
    chat: bool = False
    """Offer the language model to who has the token, as /v1/chat/completions."""


@dataclass
class Server:
    """What all requests share; `request.app.state.server`."""

    engines: Engines
    options: ServeOptions
    pacer: Pacer = field(default_factory=Pacer)
    secrets: Secrets = field(default_factory=Secrets)
    sessions: Sessions = field(init=False)
    metrics: Metrics = field(init=False)
    log: TextIO = field(default_factory=lambda: sys.stderr)
    files: FileRecognition = field(init=False)
    file_turns: RequestTurns = field(default_factory=lambda: RequestTurns(1, 4))
    speech_turns: RequestTurns = field(default_factory=lambda: RequestTurns(2, 16))
    calls: dict[str, Call] = field(default_factory=dict)
    _background: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.sessions = Sessions(self.options.limits, self.pacer)
        self.files = FileRecognition(self.engines.settings.stt)
        self.metrics = Metrics(self.sessions, self.pacer)
        self.sessions.on_end.append(self._log)

    def _log(self, session: Session) -> None:
        lasted_s = round(self.sessions.now_s() - session.started_at_s, 1)
        how = {"transport": session.transport, "end": session.end, "lasted_s": lasted_s}
        log_line("session_ended", session.id, self.log, **how, **session.account.as_json())

    @property
    def limits(self) -> Limits:
        return self.options.limits

    def fields(self, update: dict[str, Any], before: Fields | None = None) -> Fields:
        """The fields with which a session begins; raises ApiError."""
        from voicecli.llm.request import DEFAULT_SYSTEM_PROMPT

        instructions = self.engines.settings.llm.system or DEFAULT_SYSTEM_PROMPT
        try:
            return (before or Fields(instructions=instructions)).updated(update)
        except ValidationError as error:
            refusal = refusal_of(error, "session")
            raise ApiError(400, refusal.message, refusal.code, param=refusal.param) from None

    def beginning(
        self, connection: HTTPConnection, update: dict[str, Any] | None = None
    ) -> tuple[Fields, Conversed | None]:
        """The fields that a request wants, by itself and by its ephemeral key, which is used up;
        and the conversation that `?resume=` goes on with, if there still is one.

        For who is admitted. Raises ApiError.
        """
        update = dict(update or {})
        if (key := key_of(connection)) is not None and (secret := self.secrets.use(key)):
            update = merged(secret.session, update)
        query = connection.query_params
        if model := query.get("model"):
            update.setdefault("model", model[:128])
        if query.get("intent") == "transcription":
            update["type"] = "transcription"
        conversed = self.sessions.resume(query.get("resume", ""))
        return self.fields(update, None if conversed is None else conversed.fields), conversed

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        """Run it beside what asked for it; `running` waits for it."""
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def end_background(self) -> None:
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    def talk(self, fields: Fields, send: Callable[[Event], None], **how: Any) -> NetworkTalk:
        """The conversation of one admitted session."""
        talk = NetworkTalk(
            *(self.engines, self.pacer, self.limits, fields, send),
            eager_speech_started=self.options.eager_speech_started,
            effort=self.sessions.load.effort,
            park=self.sessions.park,
            **how,
        )
        talk.observers.append(self.metrics.observe)
        if self.options.log_text:
            talk.observers.append(text_log(talk.session.id, self.log))
        return talk

    async def watch_load(self) -> None:
        while True:
            self.sessions.load.settle()
            await asyncio.sleep(SETTLE_S)


@asynccontextmanager
async def running(
    settings: Settings, options: ServeOptions = ServeOptions()
) -> AsyncIterator[Server]:
    """Everything loaded, and the clock of the sessions ticks; raises VoicecliError."""
    async with Engines(settings) as engines:
        await engines.warm_up()
        if options.measures_sessions:
            n_most = n_sessions(await measured(engines), n_cores())
            limits = replace(options.limits, max_sessions=n_most)
            options = replace(options, limits=limits)
        server = Server(engines, options)
        clocks = [
            asyncio.ensure_future(server.pacer.run()),
            asyncio.ensure_future(server.watch_load()),
        ]
        try:
            with observed(server.sessions.load.job), observed(server.metrics.job):
                yield server
        finally:
            await server.end_background()
            for clock in clocks:
                clock.cancel()
            await asyncio.gather(*clocks, return_exceptions=True)


def create_app(server: Server) -> FastAPI:
    options = server.options
    app = FastAPI(title="voicecli", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.server = server
    shape_errors(app)
    app.include_router(websocket.router)
    app.include_router(webrtc.router)
    app.include_router(plain_websocket.router)
    app.include_router(plain_calls.router)
    app.include_router(audio.router)
    app.include_router(page.router)
    _add_routes(app)
    paths = ("/v1/audio/transcriptions", "/v1/audio/translations")
    app.add_middleware(Bodies, larger=dict.fromkeys(paths, MAX_FORM_BYTES))
    if options.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(options.allowed_origins),
            allow_methods=["GET", "POST"],
            allow_headers=["*"],
            expose_headers=["Location"],
        )
    app.add_middleware(Timed, metrics=server.metrics)
    app.add_middleware(
        Guard,
        token=options.token,
        secrets=server.secrets,
        host_names={*options.host_names, *machine_names()},
        allowed_origins=options.allowed_origins,
    )
    return app


class ExpiresAfter(BaseModel):
    anchor: Literal["created_at"] = "created_at"
    seconds: int = Field(DEFAULT_EPHEMERAL_S, ge=EPHEMERAL_S[0], le=EPHEMERAL_S[1])


class SecretRequest(BaseModel):
    expires_after: ExpiresAfter | None = None
    session: dict[str, Any] = {}


def _add_routes(app: FastAPI) -> None:
    @app.post("/v1/realtime/client_secrets")
    async def client_secrets(request: Request, body: SecretRequest) -> JSONResponse:
        """A key for a browser: good for one session, for a while."""
        server: Server = request.app.state.server
        fields = server.fields(body.session)
        lasts_s = (body.expires_after or ExpiresAfter()).seconds
        secret = server.secrets.issue(lasts_s, body.session)
        session = {"object": "realtime.session", "id": "", **fields.as_json()}
        return JSONResponse(
            {"value": secret.value, "expires_at": secret.expires_at, "session": session}
        )

    @app.get("/metrics")
    async def metrics(request: Request) -> Response:
        server: Server = request.app.state.server
        return Response(generate_latest(server.metrics.registry), media_type=CONTENT_TYPE_LATEST)

    @app.get("/healthz")
    async def healthz(request: Request) -> JSONResponse:
        """The event loop turns, and so does the clock of the sessions."""
        server: Server = request.app.state.server
        silent_s = time.monotonic() - server.pacer.ticked_at_s
        healthy = silent_s < MAX_SILENT_S
        return JSONResponse({"status": "ok" if healthy else "stuck"}, 200 if healthy else 503)

    @app.get("/readyz")
    async def readyz(request: Request) -> JSONResponse:
        """Whether a new session would be admitted."""
        server: Server = request.app.state.server
        reason = server.sessions.why_refused()
        return JSONResponse({"status": reason or "ok"}, 200 if reason is None else 503)
