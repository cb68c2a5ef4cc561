"""The line to the client: what was agreed with it, and how it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from voicecli.server.realtime.fields import Fields
from voicecli.server.realtime.response import Event

Send = Callable[[Event], None]


@dataclass(eq=False)
class ClientLine:
    fields: Fields
    """Of the session, as they hold now."""
    send: Send
    """Takes one event that goes out."""
    sends_sound: bool = True
    """As events; False where a track carries it."""
    eager_speech_started: bool = False
    """At the first sound, also over a reply, as OpenAI's server does it."""

    @property
    def wants_transcripts(self) -> bool:
        return self.fields.audio.input.transcription is not None

    def tell(self, events: Iterable[Event]) -> None:
        for event in events:
            self.send(event)
