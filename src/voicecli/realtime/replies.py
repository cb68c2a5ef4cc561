"""The replies of a Realtime server: which is in the making, which is heard, and what of it."""

from __future__ import annotations

import base64
import binascii
from collections import deque
from collections.abc import Callable
from typing import Any

from voicecli.conversation.events import (
    Event,
    Notice,
    ReplyEnded,
    ReplyPlain,
    ReplyText,
    TurnTimed,
)
from voicecli.conversation.history import History
from voicecli.duplex.speaker import Speaker
from voicecli.realtime.line import ServerLine, text_of
from voicecli.realtime.playing import Playing
from voicecli.sound.samples import SAMPLE_RATE_HZ


class ServerReplies:
    """Takes the server's events of responses; the speaker gets their sound, the history what was
    heard."""

    def __init__(
        self,
        line: ServerLine,
        speaker: Speaker,
        history: History,
        emit: Callable[[Event], None],
    ) -> None:
        self.active = ""
        """The response in the making, by its id."""
        self.awaited = False
        """The user's turn is over, and no response has begun."""
        self.speech_end: int | None = None
        """Sample index of the end of the turn whose answer is not yet heard; None where it was
        typed."""
        self.over_at = 0
        """Sample index at which the server took that turn for over."""
        self.first_audio_ms: list[float] = []
        self.n_interruptions = 0
        self._line = line
        self._speaker = speaker
        self._history = history
        self._emit = emit
        self._queue: deque[Playing] = deque()
        """What is heard, and what waits for its turn at the loudspeaker."""

    def __len__(self) -> int:
        return len(self._queue)

    # ---- what the server tells ----------------------------------------------------------------

    def created(self, event: dict[str, Any]) -> None:
        self.active = str(event["response"]["id"])
        self.awaited = False

    def _reply_of(self, event: dict[str, Any]) -> Playing | None:
        """None for one that was cut off: what still comes of it is not heard."""
        if str(event["response_id"]) != self.active:
            return None
        item_id = str(event["item_id"])
        for reply in self._queue:
            if reply.item_id == item_id:
                return reply
        reply = Playing(item_id, self.active)
        self._queue.append(reply)
        return reply

    def sound_came(self, event: dict[str, Any]) -> None:
        if (reply := self._reply_of(event)) is not None:
            try:
                reply.feed(base64.b64decode(event["delta"], validate=True), self._speaker)
            except binascii.Error as error:
                raise ValueError from error

    def text_came(self, event: dict[str, Any]) -> None:
        if (reply := self._reply_of(event)) is not None:
            delta = str(event["delta"])
            reply.text += delta
            self._emit(ReplyText(delta))
            self._emit(ReplyPlain(delta))

    def done(self, event: dict[str, Any]) -> None:
        response = event["response"]
        if str(response["id"]) != self.active:
            return
        self.active = ""
        details = response.get("status_details") or {}
        failed = response.get("status") == "failed"
        error = text_of(details) if failed else ""
        mine = [reply for reply in self._queue if reply.response_id == response["id"]]
        for reply in mine:
            reply.error = error
            reply.cut_off = details.get("reason") == "max_output_tokens"
            reply.finish(self._speaker)
        if failed:
            self._emit(Notice(f"{self._line.where} can't answer: {error}"))
            if not mine:
                self._history.fail()
        elif response.get("status") == "incomplete" and details.get("reason") == "content_filter":
            self._emit(Notice(f"{self._line.where} withheld the rest of its answer"))

    def lost(self) -> None:
        """The line broke. What was being answered is asked anew, if nothing of it was heard."""
        self.awaited |= bool(self.active) and not self._queue
        self.active = ""
        for reply in self._queue:
            if not reply.complete:
                reply.error = "the line broke"
                reply.finish(self._speaker)

    # ---- what is heard ------------------------------------------------------------------------

    def watch(self) -> None:
        if not self._queue:
            return
        reply = self._queue[0]
        if not reply.timed and reply.first_sample is not None:
            reply.timed = True
            self._time(reply.first_sample)
        if reply.is_over:
            self._end(self._queue.popleft(), interrupted=False)

    def _time(self, first_sample: int) -> None:
        if self.speech_end is None:  # it answers something typed
            return
        waited_s = (first_sample - self.speech_end) / SAMPLE_RATE_HZ
        first_audio_ms = 1000 * (waited_s + self._speaker.latency_s)
        hangover_ms = 1000 * (self.over_at - self.speech_end) / SAMPLE_RATE_HZ
        self.speech_end = None
        self.first_audio_ms.append(first_audio_ms)
        self._emit(TurnTimed(first_audio_ms, hangover_ms, 0.0, 0.0, 0.0, hangover_ms))

    def cut_off(self, *, by_speech: bool = False) -> None:
        """The reply that is heard ends here; those behind it are not begun."""
        self.active = ""
        if not self._queue:
            return
        self.n_interruptions += by_speech
        self._speaker.stop()
        while self._queue:
            reply = self._queue.popleft()
            if reply.n_samples and not reply.is_over:
                self._line.send(
                    "conversation.item.truncate",
                    item_id=reply.item_id,
                    content_index=0,
                    audio_end_ms=reply.heard_ms,
                )
            self._end(reply, interrupted=True)

    def _end(self, reply: Playing, *, interrupted: bool) -> None:
        heard, unheard = reply.heard_and_unheard()
        if not (heard or unheard or reply.error):
            return
        interrupted = interrupted and bool(unheard)
        number = self._history.add_assistant(heard, interrupted=interrupted)
        self._emit(ReplyEnded(heard, unheard, interrupted, number, reply.error, reply.cut_off))

    def end_all(self) -> None:
        """The conversation is over."""
        while self._queue:
            self._end(self._queue.popleft(), interrupted=False)
