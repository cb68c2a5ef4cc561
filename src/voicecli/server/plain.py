"""The conversation in a handful of messages, for `/ws` and `/rtc` (docs/protocols.md). Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatchmethod
from typing import Any

from voicecli.conversation import events as told

PlainMessage = dict[str, Any]


@dataclass(frozen=True)
class MessageNames:
    """What the two protocols call the same."""

    partial: str = "partial"
    final: str = "transcription"


@dataclass
class PlainMessages:
    """Events of the conversation in, messages out."""

    send: Callable[[PlainMessage], None]
    names: MessageNames = MessageNames()
    tells_vad: bool = True
    _active: bool = False
    _text: str = ""
    """Of the reply, as far as it was not told."""
    _partial: str = ""

    @singledispatchmethod
    def take(self, event: Any) -> None:
        """Most events have no message."""

    @take.register
    def _(self, _event: told.SpeechBegan) -> None:
        self._vad(active=True)

    @take.register
    def _(self, _event: told.SpeechEnded) -> None:
        self._vad(active=False)

    @take.register
    def _(self, event: told.PartialTranscript) -> None:
        text = _joined(event.committed, event.tail)
        if text and text != self._partial:
            self._partial = text
            self.send({"type": self.names.partial, "text": text})

    @take.register
    def _(self, event: told.UserSaid) -> None:
        self._vad(active=False)
        self._partial = ""
        self.send({"type": self.names.final, "text": event.text})

    @take.register
    def _(self, _event: told.Dropped | told.Stopped) -> None:
        self._vad(active=False)
        self._partial = ""

    @take.register
    def _(self, event: told.NotUnderstood) -> None:
        self._vad(active=False)
        self.send({"type": "error", "message": event.message})

    @take.register
    def _(self, event: told.ReplyPlain) -> None:
        self._text += event.delta

    @take.register
    def _(self, event: told.ReplyEnded) -> None:
        self.tell_reply()
        if event.interrupted:
            self.send({"type": "interrupted", "heard": event.heard})
        if event.error:
            self.send({"type": "error", "message": event.error})

    def tell_reply(self) -> None:
        """Its text is complete."""
        text, self._text = self._text.strip(), ""
        if text:
            self.send({"type": "chat_response", "text": text})

    def _vad(self, *, active: bool) -> None:
        if active != self._active and self.tells_vad:
            self.send({"type": "vad", "status": "active" if active else "inactive"})
        self._active = active


def _joined(committed: str, tail: str) -> str:
    """Chinese and Japanese have no blanks."""
    is_wide = unicodedata.east_asian_width(committed[-1:] or " ") in "WF"
    return f"{committed}{tail}" if is_wide else f"{committed} {tail}".strip()
