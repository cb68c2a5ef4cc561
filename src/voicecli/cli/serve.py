"""`voicecli serve`: one conversation for a browser, a phone and an SDK."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from voicecli.cli.options import ModelName, Offline, Profile, ScriptOption, VoiceName
from voicecli.cli.streams import tell
from voicecli.errors import SettingsError, VoicecliError

DEFAULT_PORT = 8765

INSTALL_HINT = "install it with: uv tool install 'voicecli[serve]'"


def serve(
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="0.0.0.0 lets other machines in, with a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = DEFAULT_PORT,
    token: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            envvar="VOICECLI_SERVE_TOKEN",
            help="What clients have to send. Default: none on this machine, else a new one.",
        ),
    ] = None,
    tls: Annotated[
        bool,
        typer.Option(
            "--tls",
            help="https, with a certificate of our own: browsers let other machines talk by https"
            " alone.",
        ),
    ] = False,
    max_sessions: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Conversations at once; more are refused. Default: as many as this machine is"
            " measured to hold.",
        ),
    ] = None,
    grace: Annotated[
        float,
        typer.Option(
            metavar="SECONDS", min=0, help="How long turns may take to end when the server ends."
        ),
    ] = 25.0,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A name under which the server may be asked."),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(metavar="URL", help="Web pages from there may ask, e.g. https://example.org."),
    ] = None,
    ice_servers: Annotated[
        str | None,
        typer.Option(
            metavar="JSON", help="STUN and TURN servers, as browsers write them. Default: none."
        ),
    ] = None,
    eager_speech_started: Annotated[
        bool,
        typer.Option(
            "--eager-speech-started",
            help="Tell at the first sound that the user speaks, even over a reply.",
        ),
    ] = False,
    metrics_port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Tell /metrics here, without a token."),
    ] = None,
    log_text: Annotated[
        bool, typer.Option("--log-text", help="Log what is said, too. Default: numbers alone.")
    ] = False,
    chat: Annotated[
        bool,
        typer.Option("--chat", help="Offer the language model, too, as /v1/chat/completions."),
    ] = False,
    stt_model: Annotated[
        str | None, typer.Option(metavar="NAME", help="faster-whisper model: name or folder.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="Of what is said, e.g. en.")
    ] = None,
    script: ScriptOption = None,
    voice: VoiceName = None,
    base_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="OpenAI-compatible server, or `built-in`."),
    ] = None,
    model: ModelName = None,
    api_key: Annotated[
        str | None, typer.Option(metavar="KEY", help="For the language model's server.")
    ] = None,
    system: Annotated[
        str | None, typer.Option(metavar="TEXT", help="System prompt in place of ours.")
    ] = None,
    turn_model: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="Turn detector: an ONNX file like Smart Turn v3, or `none`. Default: what is"
            " installed.",
        ),
    ] = None,
    offline: Offline = None,
    profile: Profile = None,
) -> None:
    """Serve conversations to browsers, phones and OpenAI's clients.

    Example: voicecli serve --model llama3.2
    """
    try:
        from voicecli.server.app import ServeOptions
        from voicecli.server.serving import run
    except ImportError as error:
        raise VoicecliError(f"`serve` needs the package {error.name}", INSTALL_HINT) from error
    import asyncio

    from voicecli.models import ensure_stt, ensure_voice, forbid_network, on_terminal
    from voicecli.network import is_loopback
    from voicecli.server.security import new_token
    from voicecli.server.sessions import Limits
    from voicecli.settings.loading import load

    loaded = load(
        {
            "stt.model": stt_model,
            "stt.language": language,
            "stt.script": script and script.value,
            "listen.turn_model": turn_model,
            "tts.voice": voice,
            "llm.base_url": base_url,
            "llm.model": model,
            "llm.api_key": api_key,
            "llm.system": system,
            "offline": offline,
        },
        profile=profile,
    )
    for warning in loaded.warnings:
        tell(warning)
    settings = loaded.settings
    if settings.offline:
        forbid_network(calls=True)
    ensure_stt(settings.stt.model, ask=on_terminal(), offline=settings.offline)
    ensure_voice(settings.tts.voice, ask=on_terminal(), offline=settings.offline)
    options = ServeOptions(
        token=token or (None if is_loopback(host) else new_token()),
        host_names=tuple(allow_host or ()),
        allowed_origins=tuple(allow_origin or ()),
        limits=Limits(max_sessions=max_sessions or 1, grace_s=grace),
        measures_sessions=max_sessions is None,
        ice_servers=_ice_servers(ice_servers),
        log_text=log_text,
        metrics_port=metrics_port,
        eager_speech_started=eager_speech_started,
        chat=chat,
    )
    asyncio.run(run(settings, options, host, port, tls=tls))


def _ice_servers(text: str | None) -> tuple[dict[str, Any], ...]:
    import json

    if text is None:
        return ()
    hint = 'such as [{"urls": "turn:example.org", "username": "me", "credential": "secret"}]'
    try:
        servers = json.loads(text)
    except ValueError as error:
        raise SettingsError(f"--ice-servers is no JSON ({error})", hint) from None
    if not isinstance(servers, list) or not all(
        isinstance(server, dict) and server.get("urls") for server in servers
    ):
        raise SettingsError("--ice-servers is no list of servers with urls", hint)
    return tuple(servers)
