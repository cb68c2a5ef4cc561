"""What the user says, as the client is told of it:

speech_started > speech_stopped > committed > item.added, item.done > transcription.completed

What is said over a reply may be nothing, or a "mhm": its `speech_started` is held back until its
words count, because clients throw away their sound when they read it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from voicecli.server.realtime.client_events import EventRefusedError
from voicecli.server.realtime.items import Item, new_id, spoken_user
from voicecli.server.realtime.line import ClientLine
from voicecli.server.realtime.record import Record
from voicecli.server.realtime.response import Event

MIN_COMMIT_MS = 100
"""Less sound than this is no turn (OpenAI's own limit)."""


@dataclass(eq=False)
class UserTurn:
    """The user speaks, or spoke and is not understood yet."""

    item_id: str
    held_back: list[Event] | None
    """Events that are not told before the words count; None where nothing is held back."""
    start_ms: int = 0
    end_ms: int = 0
    """0 while it goes on."""
    told_words: str = ""
    """Of its transcript, by deltas."""

    @property
    def audio_s(self) -> float:
        return max(0, self.end_ms - self.start_ms) / 1000


class UserTurns:
    """One after the other; each is over when it is an item, or nothing."""

    def __init__(self, line: ClientLine, record: Record, client_ms: Callable[[int], int]) -> None:
        """client_ms: a sample's place in the client's sound."""
        self._spoken: UserTurn | None = None
        self._committed: list[UserTurn] = []
        """The client says that they are over; the oldest first."""
        self._line = line
        self._record = record
        self._client_ms = client_ms
        self._buffer_ms = 0.0
        """Sound that came since the last commit, where the client says when a turn is over."""

    @property
    def open(self) -> UserTurn | None:
        """The one of which the conversation tells next."""
        return self._committed[0] if self._committed else self._spoken

    # ---- what the client does -----------------------------------------------------------------

    def sound_came(self, duration_ms: float) -> None:
        self._buffer_ms += duration_ms

    def ask_commit(self) -> None:
        """What came is a turn; raises EventRefusedError."""
        if self._buffer_ms < MIN_COMMIT_MS:
            raise EventRefusedError(
                f"the buffer holds {self._buffer_ms:.0f} ms of sound; a turn needs at least"
                f" {MIN_COMMIT_MS} ms",
                "input_audio_buffer_commit_empty",
            )
        turn = self._spoken or UserTurn(new_id("item"), None, end_ms=round(self._buffer_ms))
        self._committed.append(turn)
        self._spoken = None
        self._buffer_ms = 0.0

    def clear(self) -> None:
        self._buffer_ms = 0.0
        if self._spoken is not None and not self._spoken.end_ms:
            self._spoken = None

    # ---- what is heard ------------------------------------------------------------------------

    def began(self, onset: int, *, over_a_reply: bool) -> None:
        if self.open is None:
            hold_back = over_a_reply and not self._line.eager_speech_started
            self._spoken = UserTurn(new_id("item"), [] if hold_back else None)
        turn = self.open
        assert turn is not None
        detection = self._line.fields.audio.input.turn_detection
        padding_ms = getattr(detection, "prefix_padding_ms", 0)
        turn.end_ms = 0
        turn.start_ms = max(0, self._client_ms(onset) - padding_ms)
        self._tell(turn, "speech_started", audio_start_ms=turn.start_ms)

    def ended(self, end: int) -> None:
        if (turn := self.open) is None:
            return
        if self._committed:
            turn.end_ms = turn.end_ms or self._client_ms(end)
        else:
            turn.end_ms = self._client_ms(end)
            self._tell(turn, "speech_stopped", audio_end_ms=turn.end_ms)

    def _tell(self, turn: UserTurn, kind: str, **when: int) -> None:
        event = {"type": f"input_audio_buffer.{kind}", **when, "item_id": turn.item_id}
        if turn.held_back is None:
            self._line.send(event)
        else:
            turn.held_back.append(event)

    def let_go(self) -> None:
        """The user's words count: what was held back of the turn is told."""
        if self.open is not None and self.open.held_back is not None:
            held_back, self.open.held_back = self.open.held_back, None
            self._line.tell(held_back)

    def words_so_far(self, words: str) -> None:
        turn = self.open
        if turn is None or turn.held_back is not None:
            return
        if len(words) > len(turn.told_words) and words.startswith(turn.told_words):
            delta = words[len(turn.told_words) :]
            turn.told_words = words
            self._record.tell_words(turn.item_id, delta)

    # ---- what becomes of it -------------------------------------------------------------------

    def said(self, text: str, number: int) -> None:
        """number: of its entry in the history."""
        self.let_go()
        turn = self.open or UserTurn(new_id("item"), None)
        self._record.tell_transcript(self._commit(turn, text, number), text, turn.audio_s)

    def stopped(self, text: str) -> None:
        """The user said to stop: it is done, and not answered."""
        self.let_go()
        if (turn := self.open) is not None:
            self._record.tell_transcript(self._commit(turn, text, 0), text, turn.audio_s)

    def dropped(self, said: str) -> None:
        """A noise, or a sign of listening: it leaves nothing in the conversation.

        said: the user's words, which nobody is sure of; the user is asked to say them again.
        """
        if (turn := self.open) is None:
            return
        if asked := bool(self._committed):
            self.let_go()
        elif turn.held_back is not None:
            self._spoken = None
            return
        item = self._commit(turn, said, 0)
        self._record.tell_transcript(item, said, turn.audio_s)
        if not (asked or said):
            self._record.delete(item)

    def not_understood(self, message: str) -> None:
        self.let_go()
        if self.open is not None:
            self._record.tell_failure(self._commit(self.open, None, 0), message)

    def silent(self, since_ms: int, now_ms: int) -> None:
        """The user said nothing for so long that this is a turn."""
        turn = UserTurn(new_id("item"), None, since_ms, now_ms)
        self._tell(turn, "timeout_triggered", audio_start_ms=since_ms, audio_end_ms=now_ms)
        self._commit(turn, "", 0)

    def _commit(self, turn: UserTurn, text: str | None, number: int) -> Item:
        """The turn becomes an item."""
        if turn in self._committed:
            self._committed.remove(turn)
        else:
            self._spoken = None
            self._buffer_ms = 0.0
        item = spoken_user(turn.item_id)
        item.numbers = (number,) if number else ()
        self._record.add(item)
        self._line.send(
            {
                "type": "input_audio_buffer.committed",
                "previous_item_id": self._record.previous_id(item),
                "item_id": item.id,
            }
        )
        self._record.tell_of(item)
        # Told by an event of its own: who finds it here, too, takes it for said twice.
        item.body["content"][0]["transcript"] = text
        return item
