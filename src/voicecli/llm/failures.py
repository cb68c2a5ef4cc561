"""What goes wrong between here and a server, in words for the user."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import httpx

from voicecli.errors import LanguageModelError, VoicecliError
from voicecli.llm.answers import clean, error_text, say_duration
from voicecli.network import hidden_password, retry_after_s

RETRY_DELAYS_S = (0.3, 0.9, 2.7)
"""Before the second, third and fourth try: someone is waiting for an answer."""

MAX_WAIT_S = 20.0
"""Longest wait for one reply's next tries together, whatever Retry-After asks for."""

_CONTEXT_FULL = re.compile(
    r"context.{0,20}(?:size|length|window|limit|overflow|exceed)|(?:exceed\w*|maximum|max).{0,40}context|"
    r"(?:prompt|input|request|conversation|messages?).{0,20}[ _]too[ _](?:long|large)|"
    r"too many (?:input |prompt )?tokens|reduce the length|token count.{0,40}exceeds|"
    r"exceeds?.{0,60}\btokens?\b|string too long",
    re.IGNORECASE | re.DOTALL,
)
_RATE = re.compile(r"rate.?limit|per.?min|per.?day|quota", re.IGNORECASE)
_WITHHELD = re.compile(r"content.?(?:filter|policy|inspect)|inappropriate|safety|moderation", re.I)


class RefusalError(LanguageModelError):
    """The server answered, and what it says is no reply."""

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


class ContextFullError(RefusalError):
    """What was sent is longer than the model takes: less of it may be answered."""


class EmptyReplyError(LanguageModelError):
    """A reply of nothing."""

    def __init__(self, message: str, hint: str, *, is_bare: bool) -> None:
        super().__init__(message, hint)
        self.is_bare = is_bare
        """True where nothing came at all: so does LM Studio tell that the context is full."""


class CutOffError(LanguageModelError):
    """The reply ended before its end. What came of it stays valid."""

    def __init__(self, reason: Literal["length", "filter"], message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.reason = reason
        self.cut_off = reason == "length"


@dataclass(frozen=True)
class Peer:
    """Who was asked, as messages name it, and what they must not tell."""

    where: str
    model: str
    key: str = ""
    gets_key: bool = False
    connect_timeout_s: float = 0.0
    proxy: str | None = None

    def clean(self, text: str) -> str:
        """`text` of a server or a library, on one line and without the key."""
        return hidden_password(clean(text.replace(self.key, "***") if self.key else text))

    # -- what the server says -----------------------------------------------------------------

    def refusal(self, response: httpx.Response, body: bytes) -> RefusalError:
        """The error for an answer whose status is no success."""
        status = response.status_code
        text = self.clean(error_text(body.decode("utf-8", "replace")) or response.reason_phrase)
        said = f": {text}" if text else ""
        # Which parameter is meant may stand in a field beside the message.
        context = f"{text} {body[:2000].decode('utf-8', 'replace')}"
        if is_context_full(status, context):
            return self._full(status, f"refuses the request ({status}){said}")
        if status in (401, 403, 407):
            return self._locked(response, body, said)
        if status == 404:
            return RefusalError(
                f"{self.where} doesn't find model '{clean(self.model)}' or has no "
                f"{response.request.url.path}{said}",
                "look at --model, and at --base-url: it mostly ends in /v1",
                status=status,
            )
        if response.is_redirect:
            return RefusalError(
                f"{self.where} redirects to {self.clean(response.headers.get('location', '?'))}",
                "if that is the right place, name it with --base-url",
                status=status,
            )
        if status == 402 or (status == 429 and "quota" in said):
            return RefusalError(
                f"{self.where} answers no more{said}", "look at your account", status=status
            )
        if status == 429 or status >= 500:
            what = "is asked too often" if status == 429 else f"failed ({status})"
            pause_s = retry_after_s(response.headers.get("retry-after"))
            return RefusalError(
                f"{self.where} {what}{said}",
                f"try again in {say_duration(pause_s)}" if pause_s else "try again in a moment",
                status=status,
                said=context,
                retryable=True,
                retry_after_s=pause_s,
            )
        hint = "look at --model, --temperature and --max-tokens"
        return RefusalError(
            f"{self.where} refuses the request ({status}){said}",
            "say it in other words" if _WITHHELD.search(said) else hint,
            status=status,
            said=context,
        )

    def _locked(self, response: httpx.Response, body: bytes, said: str) -> RefusalError:
        status = response.status_code
        is_page = body.lstrip().startswith(b"<")
        if self.proxy and (status == 407 or is_page):
            proxy = urlsplit(self.proxy)
            return RefusalError(
                f"the proxy at {proxy.hostname}:{proxy.port} refuses to pass on to {self.where}"
                f" ({status}){said}",
                "look at HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY",
                status=status,
            )
        if self.gets_key:
            return RefusalError(
                f"{self.where} refuses the API key{said}",
                "look at --api-key or OPENAI_API_KEY",
                status=status,
            )
        return RefusalError(
            f"{self.where} asks for an API key{said}",
            "give it with --api-key or OPENAI_API_KEY, and the server with --base-url",
            status=status,
        )

    def _full(self, status: int, told: str) -> ContextFullError:
        return ContextFullError(
            f"{self.where} {told}",
            "say it shorter, or give the model a larger context in the server's settings",
            status=status,
        )

    def failed(self, said: str, *, kind: str, retryable: bool) -> RefusalError:
        """The error that a stream reports."""
        text = self.clean(said)
        if is_context_full(0, f"{text} {kind}"):
            return self._full(0, f"failed: {text}")
        return RefusalError(
            f"{self.model} at {self.where} failed: {text}",
            "say it in other words"
            if _WITHHELD.search(text)
            else "ask again; if it stays so, look at the server's log",
            said=text,
            retryable=retryable,
        )

    # -- what it doesn't say ------------------------------------------------------------------

    def empty(self, finish_reason: str | None, *, is_bare: bool) -> EmptyReplyError:
        if cut_by(finish_reason) == "length":
            message = f"{self.model} used up its tokens before it said anything"
            hint = "raise --max-tokens: it thinks before it speaks"
        elif cut_by(finish_reason) == "filter":
            message = f"{self.where} withholds the reply of {self.model}: {finish_reason}"
            hint = "say it in other words"
        else:
            message = f"{self.model} at {self.where} sent an empty reply"
            hint = "ask again, in other words"
        return EmptyReplyError(message, hint, is_bare=is_bare)

    def cut_off(self, finish_reason: str) -> CutOffError | None:
        """None where the reason is no fault."""
        why = cut_by(finish_reason)
        if why == "length":
            return CutOffError(
                why,
                f"the reply was cut off: {self.model} reached its limit of tokens",
                "raise --max-tokens, or the server's own limit",
            )
        if why == "filter":
            return CutOffError(
                why,
                f"{self.where} withholds the rest of the reply: {clean(finish_reason)}",
                "say it in other words",
            )
        return None

    def silent(self, seconds: float, *, has_begun: bool) -> LanguageModelError:
        what = "fell silent" if has_begun else "said nothing"
        return LanguageModelError(
            f"{self.model} at {self.where} {what} for {seconds:g} s",
            "is the server busy, or still loading the model? Ask again in a moment",
        )

    def endless(self, what: str) -> LanguageModelError:
        return LanguageModelError(
            f"{self.model} at {self.where} {what}", "ask again, in other words, or another model"
        )

    def broke_off(self) -> LanguageModelError:
        return LanguageModelError(
            f"{self.model} at {self.where} broke off in the middle",
            "ask again; if it stays so, look at the server's log",
            retryable=True,
        )

    # -- what the libraries say ---------------------------------------------------------------

    @contextmanager
    def foreign_errors(self) -> Iterator[None]:
        """Maps whatever is raised here and isn't ours: a server can cause what nobody listed."""
        try:
            yield
        except VoicecliError:
            raise
        except httpx.ConnectTimeout as error:
            raise LanguageModelError(
                f"{self.where} doesn't answer (waited {self.connect_timeout_s:g} s)",
                "is the server running, and --base-url right?",
            ) from error
        except (httpx.ConnectError, httpx.ProxyError) as error:
            raise LanguageModelError(
                f"can't reach the language model at {self.where}: {self.clean(str(error))}",
                "is the server running, and --base-url right?",
                retryable="certificate" not in str(error).lower(),
            ) from error
        except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
            raise LanguageModelError(
                f"{self.where} broke the connection: {self.clean(str(error)) or 'reset'}",
                "ask again; if it stays so, look at the server's log",
                retryable=True,
            ) from error
        except Exception as error:
            cause: BaseException = error
            while isinstance(cause, BaseExceptionGroup):
                cause = cause.exceptions[0]
            raise LanguageModelError(
                f"{self.where} answers what voicecli doesn't understand: "
                f"{self.clean(str(cause)) or type(cause).__name__}",
                "is it an OpenAI-compatible server, and --base-url right? It mostly ends in /v1",
            ) from error


def is_context_full(status: int, said: str) -> bool:
    """Whether a server's words, under this status, mean that the conversation is too long."""
    if status == 413:
        return True
    if status not in (0, 400, 422, 429, 500) or _CONTEXT_FULL.search(said) is None:
        return False
    return _RATE.search(said) is None or "too large" in said


def cut_by(finish_reason: str | None) -> Literal["length", "filter"] | None:
    """What ended a reply before its end."""
    reason = (finish_reason or "").lower()
    if reason in ("length", "max_tokens", "model_length", "max_output_tokens"):
        return "length"
    if "filter" in reason or reason in ("safety", "recitation", "blocklist", "prohibited_content"):
        return "filter"
    return None
