"""What goes wrong between here and a language model, beside what goes wrong with any server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from voicecli.errors import LanguageModelError
from voicecli.remote.failures import Peer, RefusedError, Wording
from voicecli.remote.said import clean

_CONTEXT_FULL = re.compile(
    r"context.{0,20}(?:size|length|window|limit|overflow|exceed)|(?:exceed\w*|maximum|max).{0,40}context|"
    r"(?:prompt|input|request|conversation|messages?).{0,20}[ _]too[ _](?:long|large)|"
    r"too many (?:input |prompt )?tokens|reduce the length|token count.{0,40}exceeds|"
    r"exceeds?.{0,60}\btokens?\b|string too long",
    re.IGNORECASE | re.DOTALL,
)
_RATE = re.compile(r"rate.?limit|per.?min|per.?day|quota", re.IGNORECASE)


class RefusalError(RefusedError, LanguageModelError):
    """The server answered, and what it says is no reply."""


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


WORDS = Wording(
    noun="language model",
    url="--base-url",
    key="--api-key or OPENAI_API_KEY",
    model="--model",
    request="--model, --temperature and --max-tokens",
    again="ask again",
    error=LanguageModelError,
    refusal=RefusalError,
)


@dataclass(frozen=True)
class ChatPeer(Peer):
    """A language model's server, as messages name it."""

    words: Wording = WORDS

    # -- what the server says -----------------------------------------------------------------

    def too_large(self, status: int, said: str, context: str) -> RefusedError | None:
        if not is_context_full(status, context):
            return None
        return self._full(status, f"refuses the request ({status}){said}")

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
            self.withheld_hint(text) or "ask again; if it stays so, look at the server's log",
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

    def endless(self, what: str) -> LanguageModelError:
        return LanguageModelError(
            f"{self.model} at {self.where} {what}", "ask again, in other words, or another model"
        )


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
