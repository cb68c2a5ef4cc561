"""What goes wrong between here and a server, in words for the user."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from voicecli.errors import ServerError, VoicecliError
from voicecli.network import hidden_password, retry_after_s
from voicecli.remote.said import clean, error_text, say_duration

RETRY_DELAYS_S = (0.3, 0.9, 2.7)
"""Before the second, third and fourth try: someone is waiting for an answer."""

MAX_WAIT_S = 20.0
"""Longest wait for one answer's next tries together, whatever Retry-After asks for."""

MAX_ERROR_BYTES = 64_000
"""Of an error's body; what follows is not read."""

_ACCOUNT = re.compile(
    r"quota|billing|credit|\bbalance\b|insufficient.?funds|payment|spend(?:ing)?.?limit|subscription|"
    r"\bplan\b",
    re.I,
)
"""It costs money that is not there. A quota of each minute comes back."""

_EACH_MINUTE = re.compile(r"per.?(?:second|minute|min\b)|\b[rt]pm\b", re.I)

_OTHER_LOCK = re.compile(
    r"\b(?:country|region|territory|location|model|terms|flagged|disabled|suspended)\b", re.I
)
"""Not the key is wrong, where a 403 speaks of these."""

_WITHHELD = re.compile(r"content.?(?:filter|policy|inspect)|inappropriate|safety|moderation", re.I)


class RefusedError(ServerError):
    """The server answered, and what it says is not what was asked for."""

    def __init__(
        self,
        message: str,
        hint: str,
        *,
        status: int = 0,
        said: str = "",
        retryable: bool = False,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, hint, retryable=retryable)
        self.status = status
        """Of HTTP; 0 for an error within a stream."""
        self.said = said
        """The server's own words."""
        self.retry_after_s = retry_after_s


@dataclass(frozen=True)
class Wording:
    """How a kind of server is called, and what the user can change about it."""

    noun: str
    url: str
    """The option for its address."""
    key: str
    """What holds its API key."""
    model: str
    """The option for its model."""
    request: str
    """The options that make up a request."""
    again: str
    """What to do where it may have been chance."""
    error: type[ServerError]
    refusal: type[RefusedError]
    ending: str = "/v1"
    """Of its address."""


@dataclass(frozen=True)
class Peer:
    """Who was asked, as messages name it, and what they must not tell."""

    where: str
    model: str
    key: str = field(default="", repr=False)
    gets_key: bool = False
    connect_timeout_s: float = 0.0
    proxy: str | None = None
    words: Wording = field(kw_only=True)

    def clean(self, text: str) -> str:
        """`text` of a server or a library, on one line and without the key."""
        return hidden_password(clean(text.replace(self.key, "***") if self.key else text))

    def error(self, message: str, hint: str, *, retryable: bool = False) -> ServerError:
        return self.words.error(message, hint, retryable=retryable)

    # -- what the server says -----------------------------------------------------------------

    def refusal(self, response: httpx.Response, body: bytes) -> RefusedError:
        """The error for an answer whose status is no success."""
        words, status = self.words, response.status_code
        text = self.clean(error_text(body.decode("utf-8", "replace")) or response.reason_phrase)
        said = f": {text}" if text else ""
        # Which parameter is meant may stand in a field beside the message.
        context = f"{text} {body[:2000].decode('utf-8', 'replace')}"
        if too_large := self.too_large(status, said, context):
            return too_large
        if status == 402 or (status in (400, 403, 429) and _is_about_money(context)):
            return words.refusal(
                f"{self.where} answers no more{said}", "look at your account", status=status
            )
        if status in (401, 403, 407) or (status == 400 and re.search("api.?key", said, re.I)):
            return self._locked(response, body, said)
        if status == 404:
            model = f"doesn't find model '{clean(self.model)}' or " if self.model else ""
            return words.refusal(
                f"{self.where} {model}has no {response.request.url.path}{said}",
                f"look at {words.model}, and at {words.url}: it mostly ends in {words.ending}",
                status=status,
            )
        if response.is_redirect:
            return words.refusal(
                f"{self.where} redirects to {self.clean(response.headers.get('location', '?'))}",
                f"if that is the right place, name it with {words.url}",
                status=status,
            )
        if status == 429 or status >= 500:
            return self._busy(response, said, context)
        return words.refusal(
            f"{self.where} refuses the request ({status}){said}",
            self.withheld_hint(said) or f"look at {words.request}",
            status=status,
            said=context,
        )

    def too_large(self, status: int, said: str, context: str) -> RefusedError | None:
        """What says that less of it may be answered; None where that is not why."""
        return None

    def withheld_hint(self, said: str) -> str:
        return "say it in other words" if _WITHHELD.search(said) else ""

    def _busy(self, response: httpx.Response, said: str, context: str) -> RefusedError:
        status = response.status_code
        what = "is asked too often" if status == 429 else f"failed ({status})"
        pause_s = retry_after_s(response.headers.get("retry-after"))
        return self.words.refusal(
            f"{self.where} {what}{said}",
            f"try again in {say_duration(pause_s)}" if pause_s else "try again in a moment",
            status=status,
            said=context,
            retryable=True,
            retry_after_s=pause_s,
        )

    def _locked(self, response: httpx.Response, body: bytes, said: str) -> RefusedError:
        words, status = self.words, response.status_code
        is_page = body.lstrip().startswith(b"<")
        if self.proxy and (status == 407 or is_page):
            proxy = urlsplit(self.proxy)
            return words.refusal(
                f"the proxy at {proxy.hostname}:{proxy.port} refuses to pass on to {self.where}"
                f" ({status}){said}",
                "look at HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY",
                status=status,
            )
        is_withheld = _WITHHELD.search(said) or _OTHER_LOCK.search(said)
        if status == 403 and is_withheld and not re.search("key|token|scope", said, re.I):
            return words.refusal(
                f"{self.where} refuses the request (403){said}",
                self.withheld_hint(said) or f"look at {words.model}, {words.key} and your account",
                status=status,
            )
        if self.gets_key:
            return words.refusal(
                f"{self.where} refuses the API key{said}", f"look at {words.key}", status=status
            )
        return words.refusal(
            f"{self.where} asks for an API key{said}",
            f"give it with {words.key}, and the server with {words.url}",
            status=status,
        )

    # -- what it doesn't say ------------------------------------------------------------------

    def silent(self, seconds: float, *, has_begun: bool) -> ServerError:
        what = "fell silent" if has_begun else "said nothing"
        return self.error(
            f"{self.model} at {self.where} {what} for {seconds:g} s",
            "is the server busy, or still loading the model? "
            f"{self.words.again.capitalize()} in a moment",
        )

    def broke_off(self) -> ServerError:
        return self.error(
            f"{self.model} at {self.where} broke off in the middle",
            f"{self.words.again}; if it stays so, look at the server's log",
            retryable=True,
        )

    # -- what the libraries say ---------------------------------------------------------------

    @contextmanager
    def preparing(self) -> Iterator[None]:
        """Maps what the environment can do to a client that is made here: ALL_PROXY names a proxy
        that httpx can't use, SSL_CERT_FILE a file that isn't there."""
        try:
            yield
        except (ImportError, ValueError, OSError, httpx.InvalidURL) as error:
            raise self.error(
                f"can't prepare the connection to {self.where}: {self.clean(str(error))}",
                "look at the environment: HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE",
            ) from error

    @contextmanager
    def foreign_errors(self) -> Iterator[None]:
        """Maps whatever is raised here and isn't ours: a server can cause what nobody listed."""
        words = self.words
        try:
            yield
        except VoicecliError:
            raise
        except httpx.ConnectTimeout as error:
            raise self.error(
                f"{self.where} doesn't answer (waited {self.connect_timeout_s:g} s)",
                f"is the server running, and {words.url} right?",
            ) from error
        except (httpx.ConnectError, httpx.ProxyError) as error:
            raise self.error(
                f"can't reach the {words.noun} at {self.where}: {self.clean(str(error))}",
                f"is the server running, and {words.url} right?",
                retryable="certificate" not in str(error).lower(),
            ) from error
        except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
            raise self.error(
                f"{self.where} broke the connection: {self.clean(str(error)) or 'reset'}",
                f"{words.again}; if it stays so, look at the server's log",
                retryable=True,
            ) from error
        except Exception as error:
            cause: BaseException = error
            while isinstance(cause, BaseExceptionGroup):
                cause = cause.exceptions[0]
            raise self.error(
                f"{self.where} answers what voicecli doesn't understand: "
                f"{self.clean(str(cause)) or type(cause).__name__}",
                f"is it an OpenAI-compatible server, and {words.url} right? It mostly ends in /v1",
            ) from error


def _is_about_money(said: str) -> bool:
    return _ACCOUNT.search(said) is not None and _EACH_MINUTE.search(said) is None
