"""The Hugging Face hub over HTTP: its index of files, and their bytes, resumed where cut.

huggingface_hub knows addresses and finds the token. The bytes are fetched here, because its own
download throws a partial file away and compares sizes, not checksums (2.4.0).
"""

from __future__ import annotations

import json
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from math import inf
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from voicecli.errors import ModelMissingError, NetworkError
from voicecli.network import (
    Backoff,
    hidden_password,
    hub_endpoint,
    hub_is_off,
    is_loopback,
    proxy_for,
    retry_after_s,
)

_T = TypeVar("_T")

MAX_ANSWER_BYTES = 64_000_000
"""Of a list or a card, unpacked; Piper's list of voices has half a megabyte."""
CONNECT_S = 2.0
"""Until a connection stands. Who hears nothing for longer believes that the program hangs."""
UNREACHABLE_S = 1.0
"""For so long a hub that was never reached is tried again; all of it takes less than 5 s."""
LOOK_UP_S = 10.0
"""For so long a list or a card is asked for again, of a hub that answers with errors or not at
all; bytes that are on their way are worth more patience."""


@dataclass(frozen=True)
class RemoteFile:
    """A file of a repository, at one revision."""

    path: str
    """Where it goes, below the model's folder."""
    url: str
    size_bytes: int
    checksum: str
    """`sha256:`, `md5:`, or `git:` (SHA-1 of a git blob), and the hex digits."""


class _TransientError(Exception):
    """Worth another try; `error` is what to say when there is none left."""

    def __init__(
        self, error: NetworkError, wait_s: float | None = None, *, unreachable: bool = False
    ) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait_s = wait_s
        """How long the server wants to be left alone, where it says so."""
        self.unreachable = unreachable
        """No connection came about."""


class CancelledPullError(Exception):
    """The pull was given up elsewhere."""


class Hub:
    """One connection pool to the hub, or to the mirror in `HF_ENDPOINT`. Safe to share by threads.

    huggingface_hub finds the token. Offline there is no proxy, since it would be another machine.

    :param offline: no connection but to this machine.
    :param retries: how often it asks again without having received a byte.
    :param backoff_s: before the first retry; doubles with each.
    :param longest_wait_s: of all waits without a byte; a server that wants to be left alone for
        longer is an error.
    """

    def __init__(
        self,
        *,
        offline: bool = False,
        retries: int = 5,
        backoff_s: float = 0.5,
        longest_wait_s: float = 60.0,
        timeout_s: float = 20.0,
    ) -> None:
        from huggingface_hub import get_token

        self.endpoint = hub_endpoint()
        try:
            parts = urlsplit(self.endpoint)
            self.host = parts.netloc.rpartition("@")[2]
            if not self.host or parts.port == 0:  # a port above 65535 is a ValueError
                raise ValueError
        except ValueError:
            raise self._no_address() from None
        self._forbidden = ""
        if hub_is_off():
            self._forbidden = "HF_HUB_OFFLINE"
        elif offline and not is_loopback(parts.hostname or ""):
            self._forbidden = "--offline"
        # Looking for a token may itself ask the network, to renew it.
        token = os.environ.get("HF_TOKEN") if offline or self._forbidden else get_token()
        self.has_token = bool(token)
        # A proxy looks the name up itself; what is no address of the web, httpx refuses.
        self._is_known = threading.Event()
        is_asked = self.endpoint.startswith(("http:", "https:"))
        if not is_asked or (not offline and proxy_for(self.endpoint)):
            self._is_known.set()
        self.trouble = f"{self.host} does not answer"
        """What is wrong, as far as that is known while it is tried again."""
        self._retries, self._backoff_s = retries, backoff_s
        self._longest_wait_s, self._timeout_s = longest_wait_s, timeout_s
        # Not huggingface_hub's own headers: to find out which program calls, it asks the network.
        headers = {
            "user-agent": f"voicecli/{version('voicecli')}",
            # The sizes on disk and in ranges must be those of the file itself.
            "accept-encoding": "identity",
        }
        if token:
            headers["authorization"] = f"Bearer {token}"
        try:
            self._client = httpx.Client(
                headers=headers,
                timeout=httpx.Timeout(timeout_s, connect=CONNECT_S),
                follow_redirects=True,
                trust_env=False,
                transport=_Routes(use_proxies=not offline),
                event_hooks={"request": [self._check_offline]} if offline else {},
            )
        except OSError as error:
            raise NetworkError(
                f"the certificates can't be read: {error}", "check SSL_CERT_FILE and SSL_CERT_DIR"
            ) from error

    def close(self) -> None:
        self._client.close()

    def url(self, repo: str, path: str, revision: str) -> str:
        from huggingface_hub import hf_hub_url

        return hf_hub_url(repo, path, revision=revision, endpoint=self.endpoint)

    def repo(self, repo: str) -> dict[str, Any]:
        """What the hub knows of a repository: `sha`, `siblings` with sizes and checksums, `tags`.

        :raises ModelMissingError: when there is none of that name, or it is private.
        :raises NetworkError: when the hub can't be asked.
        """
        content, _ = self.json(f"{self.endpoint}/api/models/{repo}?blobs=true", repo)
        return content

    def json(self, url: str, what: str) -> tuple[dict[str, Any], str]:
        """A JSON object, and the commit that it belongs to (empty where the hub doesn't say)."""
        body, headers = self._retrying(lambda: self._get(url, what), longest_s=LOOK_UP_S)
        try:
            content = json.loads(body)
            # A lone surrogate can stand in JSON, and in no name of a file.
            json.dumps(content, ensure_ascii=False).encode()
            if not isinstance(content, dict):
                raise ValueError
        except (ValueError, RecursionError):
            raise not_the_hub(self.endpoint) from None
        return content, headers.get("x-repo-commit", "")

    def text(self, url: str, what: str) -> str:
        body, _ = self._retrying(lambda: self._get(url, what), longest_s=LOOK_UP_S)
        return body.decode("utf-8", "replace")

    def fetch(
        self,
        file: RemoteFile,
        part: Path,
        report: Callable[[int], None],
        stop: threading.Event,
    ) -> None:
        """Bring `part` to its full length, from where it stands.

        :param report: hears how many bytes are there.
        :param stop: set to give up soon.
        """

        def attempt() -> None:
            if stop.is_set():
                raise CancelledPullError
            here = _size(part)
            if here < file.size_bytes or not part.exists():
                self._stream(file, part, here, report, stop)
            report(_size(part))

        self._retrying(attempt, progress=lambda: _size(part), pause=stop.wait)

    # -- one request --------------------------------------------------------------------------

    def _get(self, url: str, what: str) -> tuple[bytes, httpx.Headers]:
        patience = httpx.Timeout(min(self._timeout_s, LOOK_UP_S), connect=CONNECT_S)
        with (
            self._mapped(what),
            self._found().stream("GET", url, timeout=patience) as response,
        ):
            self._check_status(response, what)
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    raise not_the_hub(self.endpoint)
            return bytes(body), response.headers

    def _stream(
        self,
        file: RemoteFile,
        part: Path,
        here: int,
        report: Callable[[int], None],
        stop: threading.Event,
    ) -> None:
        headers = {"range": f"bytes={here}-"} if here else {}
        with self._mapped(file.path), self._client.stream("GET", file.url, headers=headers) as got:
            if got.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                part.unlink()
                raise _TransientError(NetworkError(f"{file.path} changed on the hub", "try again"))
            self._check_status(got, file.path)
            if got.status_code != httpx.codes.PARTIAL_CONTENT:
                here = 0  # the server knows no ranges: from the start
            with part.open("r+b" if here else "wb") as out:
                out.seek(here)
                out.truncate()
                # As they arrive: with a size of its own, httpx would hold back what a cut loses.
                for chunk in got.iter_bytes():
                    out.write(chunk)
                    here += len(chunk)
                    report(here)
                    if stop.is_set():
                        raise CancelledPullError
                    if here > file.size_bytes:
                        break  # the checksum will tell
        if here < file.size_bytes:
            raise _TransientError(NetworkError(f"{file.path} arrived incomplete", "try again"))

    def _found(self) -> httpx.Client:
        """The client, once the hub's name is known: the system may take half a minute to fail."""
        if self._is_known.is_set():
            return self._client
        looked = threading.Event()

        def look_up() -> None:
            with suppress(OSError, UnicodeError):
                socket.getaddrinfo(urlsplit(self.endpoint).hostname, None)
                self._is_known.set()
            looked.set()

        threading.Thread(target=look_up, daemon=True).start()
        looked.wait(CONNECT_S)
        if not self._is_known.is_set():
            raise httpx.ConnectError("its name is not known here: is there a network?")
        return self._client

    def _check_offline(self, request: httpx.Request) -> None:
        """Of every request, redirected ones included."""
        if not is_loopback(request.url.host):
            raise NetworkError(
                f"--offline forbids to ask {request.url.host}", "pull without --offline"
            )

    @contextmanager
    def _mapped(self, what: str) -> Iterator[None]:
        """httpx's exceptions as ours."""
        if self._forbidden:
            raise NetworkError(
                f"{self._forbidden} forbids to fetch {what}", "pull once with a network"
            )
        host = self.host
        try:
            yield
        except httpx.TooManyRedirects as error:
            raise NetworkError(f"{host} redirects in circles for {what}") from error
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise self._no_address() from error
        except httpx.HTTPError as error:
            reason = "does not answer" if isinstance(error, httpx.TimeoutException) else str(error)
            raise _TransientError(
                NetworkError(
                    f"{what} could not be fetched from {host}: {reason or type(error).__name__}",
                    "check the network, then pull again: it goes on where it stopped",
                ),
                unreachable=isinstance(error, httpx.ConnectError | httpx.ConnectTimeout),
            ) from error

    def _no_address(self) -> NetworkError:
        return NetworkError(
            f"{hidden_password(self.endpoint)!r} is no address of a hub",
            "set HF_ENDPOINT to a URL",
        )

    def _check_status(self, response: httpx.Response, what: str) -> None:
        """Raise for a refusal, in the words of whoever has to mend it."""
        status, host = response.status_code, response.url.host
        if response.is_success:
            return
        if status == 429:
            wait_s = _wait_s(response)
            until = f"in {wait_s:.0f} s" if wait_s is not None else "later"
            raise _TransientError(
                NetworkError(
                    f"{host} has had too many requests from here (429)",
                    f"pull again {until}" + ("" if self.has_token else ", or set HF_TOKEN"),
                ),
                wait_s,
            )
        if status == 408 or status >= 500:
            raise _TransientError(
                NetworkError(f"{host} failed to serve {what} ({status})", "try again later"),
                _wait_s(response),
            )
        if status in (401, 403):
            raise self._refused(response, what)
        if status == 404:
            raise ModelMissingError(
                f"there is {_no(what)} on {host}", "the names: voicecli models --language en"
            )
        raise NetworkError(f"{host} refused {what} ({status})")

    def _refused(self, response: httpx.Response, what: str) -> Exception:
        host = response.url.host
        if response.headers.get("x-error-code") == "GatedRepo":
            return NetworkError(
                f"{what} is only given out after one accepts its terms",
                f"accept them at {self.endpoint}/{what}, then set HF_TOKEN",
            )
        if self.has_token:
            return NetworkError(
                f"{host} refuses {what} with this token ({response.status_code})",
                "is HF_TOKEN right, and may it read this?",
            )
        # The hub doesn't tell strangers whether a repository exists.
        return ModelMissingError(
            f"there is {_no(what)} on {host}, or it is private",
            "check the name; for a private one set HF_TOKEN",
        )

    # -- again --------------------------------------------------------------------------------

    def _retrying(
        self,
        attempt: Callable[[], _T],
        progress: Callable[[], int] = lambda: 0,
        pause: Callable[[float], object] = time.sleep,
        longest_s: float = inf,
    ) -> _T:
        """Try until it works; trials count from the last one that brought something.

        longest_s: until the last try begins, but where the server said when to ask again.
        """
        backoff = self._backoff()
        begun_s = time.monotonic()
        while True:
            before = progress()
            try:
                return attempt()
            except _TransientError as transient:
                self.trouble = transient.error.message
                if progress() > before:
                    backoff = self._backoff()
                delay_s = backoff.delay_s(transient.wait_s)
                if delay_s is None:
                    raise transient.error from transient
                waited_s = time.monotonic() - begun_s
                if transient.unreachable and not progress():
                    longest_s = UNREACHABLE_S
                if transient.wait_s is None and waited_s + delay_s > longest_s:
                    raise transient.error from transient
                pause(delay_s)

    def _backoff(self) -> Backoff:
        delays_s = (self._backoff_s * 2**failed for failed in range(self._retries))
        return Backoff(delays_s, self._longest_wait_s)


class _Routes(httpx.BaseTransport):
    """Each request by the proxy that leads to its host, redirected ones included."""

    def __init__(self, *, use_proxies: bool) -> None:
        self._use_proxies = use_proxies
        self._tls = httpx.create_ssl_context()
        self._lock = threading.Lock()
        self._transports: dict[str | None, httpx.HTTPTransport] = {}
        for scheme in ("http", "https"):  # a proxy that can't be used is told before it is needed
            self._to(f"{scheme}://hub.invalid")

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._to(str(request.url)).handle_request(request)

    def _to(self, url: str) -> httpx.HTTPTransport:
        try:
            proxy = proxy_for(url) if self._use_proxies else None
            with self._lock:
                if proxy not in self._transports:
                    self._transports[proxy] = httpx.HTTPTransport(verify=self._tls, proxy=proxy)
                return self._transports[proxy]
        except (ValueError, ImportError, httpx.InvalidURL) as error:
            raise NetworkError(
                f"the proxy in the environment can't be used: {hidden_password(str(error))}",
                "check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY",
            ) from error

    def close(self) -> None:
        for transport in self._transports.values():
            transport.close()


def not_the_hub(endpoint: str) -> NetworkError:
    return NetworkError(
        f"{hidden_password(endpoint)} answers with something that isn't the hub's",
        "is a login page or a proxy in between? HF_ENDPOINT names another address",
    )


def _no(what: str) -> str:
    """ "the list of voices": "no list of voices"."""
    return f"no {what.removeprefix('the ')}"


def _wait_s(response: httpx.Response) -> float | None:
    """What `Retry-After` or the hub's `RateLimit: ...;t=55` asks for."""
    limit = re.search(r"\bt=(\d+)", response.headers.get("ratelimit", ""), re.ASCII)
    return retry_after_s(response.headers.get("retry-after") or (limit and limit[1]))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
