"""`/metrics`, for Prometheus. Base units; labels have few values, and no text of anybody."""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Histogram, Info
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from voicecli.conversation import events as told
from voicecli.server.account import Account
from voicecli.server.duplex import Pacer
from voicecli.server.sessions import TRANSPORTS, Session, Sessions
from voicecli.worker import Job

FIRST_AUDIO_S = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1, 1.5, 2, 3, 5)

WAIT_S = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)

REQUEST_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics(Collector):
    """Counts what is told to it; what others count already is read when somebody asks."""

    def __init__(self, sessions: Sessions, pacer: Pacer) -> None:
        self.registry = CollectorRegistry()
        self._sessions = sessions
        self._pacer = pacer
        self._ended = Account()
        """The sums of the sessions that are over."""
        self._lost = 0
        of = {"registry": self.registry}
        Info("voicecli_build", "What runs", **of).info({"version": version("voicecli")})
        self._n_sessions = Counter(
            "voicecli_sessions", "Sessions that ended", ["transport", "end"], **of
        )
        self._n_rejected = Counter(
            "voicecli_sessions_rejected", "Sessions that were refused", ["reason"], **of
        )
        self._n_turns = Counter("voicecli_turns", "Turns, by what became of them", ["status"], **of)
        self._n_interruptions = Counter(
            "voicecli_interruptions", "Replies that fell silent for the user", ["kind"], **of
        )
        self._first_audio_s = Histogram(
            *("voicecli_first_audio_seconds", "From the end of speech to the first sound"),
            buckets=FIRST_AUDIO_S,
            **of,
        )
        self._stage_s = Histogram(
            *("voicecli_stage_seconds", "Parts of a turn", ["stage"]), buckets=FIRST_AUDIO_S, **of
        )
        self._queue_wait_s = Histogram(
            *("voicecli_queue_wait_seconds", "Until an engine begins", ["engine", "priority"]),
            buckets=WAIT_S,
            **of,
        )
        self._n_jobs_dropped = Counter(
            "voicecli_jobs_dropped", "Jobs that nobody wanted any more", ["kind"], **of
        )
        self._request_s = Histogram(
            *("voicecli_http_request_seconds", "Requests", ["route", "method", "status"]),
            buckets=REQUEST_S,
            **of,
        )
        for kind in ("words", "false"):
            self._n_interruptions.labels(kind)
        self.registry.register(self)
        sessions.on_refused.append(self._refused)
        sessions.on_end.append(self._ended_session)

    def observe(self, event: told.Event) -> None:
        """One event of any conversation."""
        match event:
            case told.ReplyEnded():
                self._n_turns.labels(_status(event)).inc()
                if event.interrupted:
                    self._n_interruptions.labels("words").inc()
            case told.ReplyResumed():
                self._n_interruptions.labels("false").inc()
            case told.Dropped():
                self._n_turns.labels("dropped").inc()
            case told.Stopped():
                self._n_turns.labels("stopped").inc()
            case told.NotUnderstood():
                self._n_turns.labels("not_understood").inc()
            case told.TurnTimed():
                self._first_audio_s.observe(event.first_audio_ms / 1000)
                stages = (event.stt_ms, event.llm_ms, event.tts_ms, event.hangover_ms)
                for stage, ms in zip(("stt", "llm", "tts", "vad"), stages, strict=True):
                    self._stage_s.labels(stage).observe(ms / 1000)

    def job(self, job: Job) -> None:
        """An engine's thread took a job, or threw it away. From any thread."""
        priority = job.priority.name.lower()
        if job.dropped:
            self._n_jobs_dropped.labels(priority).inc()
        else:
            self._queue_wait_s.labels(job.engine, priority).observe(job.wait_s)

    def request(self, route: str, method: str, status: int, took_s: float) -> None:
        self._request_s.labels(route, method, str(status)).observe(took_s)

    def _refused(self, reason: str) -> None:
        self._n_rejected.labels(reason).inc()

    def _ended_session(self, session: Session) -> None:
        self._n_sessions.labels(session.transport, session.end).inc()
        self._ended.heard_s += session.account.heard_s
        self._ended.spoken_s += session.account.spoken_s
        self._lost += session.account.packets_lost()

    def collect(self) -> Iterator[Metric]:
        active = list(self._sessions.active.values())
        accounts = [self._ended, *(session.account for session in active)]
        gauge = GaugeMetricFamily(
            "voicecli_sessions_active", "Sessions that go on", labels=["transport"]
        )
        for transport in TRANSPORTS:
            gauge.add_metric([transport], sum(one.transport == transport for one in active))
        yield gauge
        sound = CounterMetricFamily(
            "voicecli_audio_seconds", "Sound that came and went", labels=["direction"]
        )
        sound.add_metric(["in"], sum(account.heard_s for account in accounts))
        sound.add_metric(["out"], sum(account.spoken_s for account in accounts))
        yield sound
        lost = self._lost + sum(session.account.packets_lost() for session in active)
        yield CounterMetricFamily(
            "voicecli_webrtc_packets_lost", "Packets of sound that never came", value=lost
        )
        yield GaugeMetricFamily(
            "voicecli_pacer_late_seconds", "How late the event loop is", value=self._pacer.late_s
        )


def _status(event: told.ReplyEnded) -> str:
    if event.error:
        return "failed"
    return "interrupted" if event.interrupted else "completed"


class Timed:
    """ASGI middleware: how long requests take, by the route's template: a path may hold all."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, begun_s = 500, time.monotonic()

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sent)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._metrics.request(route, method, status, time.monotonic() - begun_s)


METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
"""A client may invent others."""
