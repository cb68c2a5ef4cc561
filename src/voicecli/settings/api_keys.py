"""The language model's API key: which one is meant for which server, and where it is kept."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from voicecli.errors import SettingsError
from voicecli.network import is_loopback
from voicecli.settings import LlmSettings
from voicecli.settings.keys import Given, Layer
from voicecli.settings.servers import origin_of, servers_in

_KEY_SOURCES = {
    "llm": ("llm.api_key", "llm.api_key_command", "llm.api_key_keyring"),
    "stt": ("stt.api_key",),
    "tts": ("tts.api_key",),
}
ADDRESS = {"llm": "llm.base_url", "stt": "stt.engine", "tts": "tts.engine"}
_OPENAI = "https://api.openai.com"


def choose_key(given: Layer, layers: Sequence[Layer]) -> Iterator[str]:
    """Keep the strongest key that was meant for the server in use; drop the others.

    A key that stands beside a `base_url`, in the file or in the environment, is meant for that
    server alone: `--base-url` on the command line must not send it elsewhere. `OPENAI_API_KEY`
    is there for other programs too, so it is meant for `OPENAI_BASE_URL`, or for OpenAI's own
    server; never for one that was found by looking at the usual ports. A key of voicecli's own
    without an address beside it goes wherever voicecli talks. So it is with the keys of speech
    engines, which stand beside `engine`.
    """
    for stage in _KEY_SOURCES:
        yield from _choose_key(stage, given, layers)


def _choose_key(stage: str, given: Layer, layers: Sequence[Layer]) -> Iterator[str]:
    address = _address(stage, given)
    dropped: list[Given] = []
    for source in _KEY_SOURCES[stage]:
        given.pop(source, None)
    for layer in reversed(layers):
        sources = {name: layer[name] for name in _KEY_SOURCES[stage] if name in layer}
        if not sources:
            continue
        beside = _address(stage, layer)
        first = next(iter(sources.values()))
        if first.origin == "environment OPENAI_API_KEY":
            beside = beside or _OPENAI
        if beside is None or (address is not None and origin_of(beside) == origin_of(address)):
            given.update(sources)
            break
        dropped.append(first)
    else:
        address = address or ""
        host = urlsplit(address).hostname
        if dropped and host and not is_loopback(host):
            variable = "VOICECLI_API_KEY" if stage == "llm" else f"VOICECLI_{stage.upper()}_API_KEY"
            yield (
                f"the key of {dropped[0].origin} is not sent to {origin_of(address)}, for which it "
                f"was not set; set {variable} for that server"
            )


def _address(stage: str, layer: Layer) -> str | None:
    """The server that a layer names; of several, the first."""
    if ADDRESS[stage] not in layer:
        return None
    value = layer[ADDRESS[stage]].value
    if stage == "llm":
        return value
    return next((server.base_url for server in servers_in(value)), None)


def api_key(llm: LlmSettings) -> str | None:
    """The key to send: as it stands, else what the command prints, else from the keyring.

    :raises SettingsError: when the command fails or the keyring has nothing of that name.
    """
    if llm.api_key:
        return llm.api_key
    if llm.api_key_command:
        return _key_from_command(llm.api_key_command)
    if llm.api_key_keyring:
        return _key_from_keyring(llm.api_key_keyring)
    return None


def _key_from_command(command: str) -> str:
    try:
        # stdin and stderr stay the terminal's: the command may ask for a passphrase.
        done = subprocess.run(shlex.split(command), stdout=subprocess.PIPE, text=True, check=True)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SettingsError(
            f"llm.api_key_command {command!r} failed: {reason}", "run it by itself to see why"
        ) from None
    lines = done.stdout.strip().splitlines()
    if not lines:
        raise SettingsError(f"llm.api_key_command {command!r} printed nothing")
    return lines[0]


def _key_from_keyring(name: str) -> str:
    try:
        import keyring  # pyrefly: ignore[missing-import]
        import keyring.errors  # pyrefly: ignore[missing-import]
    except ImportError:
        raise SettingsError(
            "llm.api_key_keyring needs the package keyring",
            "install it: uv tool install --with keyring voicecli",
        ) from None
    try:
        key = keyring.get_password("voicecli", name)
    except keyring.errors.KeyringError as error:
        raise SettingsError(f"the system's keyring can't be read: {error}") from error
    if not key:
        raise SettingsError(
            f"the system's keyring holds no key {name!r} for voicecli",
            f"put it there: keyring set voicecli {name}",
        )
    return key
