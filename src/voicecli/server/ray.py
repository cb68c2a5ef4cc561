"""The server as an application of Ray Serve, for those who run Ray already:

    serve run voicecli.server.ray:app replicas=2 max_sessions=4

Who is admitted is decided by voicecli and not by Ray, whose full replicas let a WebSocket's
handshake hang: a full one answers 503. Settings are those of the environment and of config.toml on
each node.
"""

from __future__ import annotations

import os
from typing import Any

from pydantic import BaseModel, Field
from ray import serve
from ray.serve import Application as RayApplication

from voicecli.server.app import ServeOptions
from voicecli.server.asgi import Application
from voicecli.server.sessions import Limits

REQUESTS = 1000
"""At once, of one replica: more than there are sessions and questions about them."""


class Arguments(BaseModel):
    """What `serve run` is told, as NAME=VALUE."""

    replicas: int = Field(1, ge=1)
    max_sessions: int = Field(8, ge=1)
    """Of each replica."""
    cpus: float = Field(2.0, gt=0)
    """Of each replica."""
    grace: float = Field(25.0, ge=0)
    """Seconds that turns may take to end."""
    allow_hosts: str = ""
    """Names under which the server may be asked, with commas between."""


def app(arguments: Arguments) -> RayApplication:
    """The token that clients have to send is read of `VOICECLI_SERVE_TOKEN` on each node."""
    limits = Limits(max_sessions=arguments.max_sessions, grace_s=arguments.grace)
    names = [name for name in arguments.allow_hosts.split(",") if name]

    def build() -> Application:
        from voicecli.settings.loading import load

        token = os.environ.get("VOICECLI_SERVE_TOKEN")
        return Application(load({}).settings, ServeOptions(token, names, limits=limits))

    deployment: Any = serve.deployment(
        serve.ingress(build)(),
        name="voicecli",
        num_replicas=arguments.replicas,
        max_ongoing_requests=REQUESTS,
        graceful_shutdown_timeout_s=arguments.grace + 10,
        ray_actor_options={"num_cpus": arguments.cpus},
    )
    return deployment.bind()
