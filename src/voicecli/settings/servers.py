"""Speech engines as settings name them: several in a row, some of them servers. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from voicecli.network import is_loopback


@dataclass(frozen=True)
class Preset:
    """A service by the name that people know it by."""

    base_url: str
    key_variable: str = ""
    """Where its own programs look for the key."""


PRESETS = {
    "openai": Preset("https://api.openai.com/v1", "OPENAI_API_KEY"),
    "groq": Preset("https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    "mistral": Preset("https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
    "together": Preset("https://api.together.xyz/v1", "TOGETHER_API_KEY"),
    "deepinfra": Preset("https://api.deepinfra.com/v1/openai", "DEEPINFRA_API_KEY"),
    "siliconflow": Preset("https://api.siliconflow.cn/v1", "SILICONFLOW_API_KEY"),
    "dashscope": Preset("https://dashscope.aliyuncs.com/compatible-mode/v1", "DASHSCOPE_API_KEY"),
    "speaches": Preset("http://localhost:8000/v1", "SPEACHES_API_KEY"),
    "kokoro": Preset("http://localhost:8880/v1"),
    "localai": Preset("http://localhost:8080/v1", "LOCALAI_API_KEY"),
}


@dataclass(frozen=True)
class SpeechServer:
    """A server that recognises or speaks, and what to ask it for."""

    base_url: str
    model: str | None = None
    """Or voice, of those that speak; as it stands behind the address: `groq#whisper-large-v3`."""
    key: str = field(default="", repr=False)
    key_source: str = ""
    """Where the key is looked for, for people."""


def entries(engine: str) -> list[str]:
    """`http://box:8000/v1, base` -> its parts: the first goes first."""
    return [entry for part in engine.split(",") if (entry := part.strip())]


def server_in(entry: str) -> SpeechServer | None:
    """The server that an entry names, by its address or as a preset; None for an engine here."""
    name, _, model = entry.partition("#")
    if "://" in name:
        return SpeechServer(name, model or None)
    preset = PRESETS.get(name)
    return SpeechServer(preset.base_url, model or None) if preset else None


def servers_in(engine: str) -> list[SpeechServer]:
    return [server for entry in entries(engine) if (server := server_in(entry))]


def with_key(
    server: SpeechServer, own: str | None, own_source: str, environ: Mapping[str, str]
) -> SpeechServer:
    """With the key that is meant for it: that of the settings, else that of the service's own
    variable, whichever way the service was named."""
    source = next(_variables(server.base_url), "")
    key = own or (environ.get(source, "") if source else "")
    named = " or ".join(filter(None, (own_source, source)))
    return SpeechServer(server.base_url, server.model, key, named)


def _variables(base_url: str) -> Iterator[str]:
    for preset in PRESETS.values():
        if preset.key_variable and origin_of(preset.base_url) == origin_of(base_url):
            host = urlsplit(base_url).hostname or ""
            # On a local port, anything may listen.
            if not is_loopback(host):
                yield preset.key_variable


def origin_of(url: str) -> str:
    """Scheme, host and port: what decides who reads a request."""
    parts = urlsplit(url)
    try:
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:  # beyond 65535; whoever connects will say so
        port = None
    return f"{parts.scheme}://{parts.hostname}:{port}"
