"""What a session came to, in numbers: for metrics, and for one line of the log."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TextIO

from voicecli.conversation import events as told
from voicecli.timing import percentile


@dataclass(eq=False)
class Account:
    """Of one session, while it goes on."""

    heard_s: float = 0.0
    """Sound that came."""
    spoken_s: float = 0.0
    """Sound that went out."""
    n_turns: int = 0
    n_interruptions: int = 0
    n_failed: int = 0
    n_dropped: int = 0
    """Noises, and signs of listening."""
    first_audio_ms: list[float] = field(default_factory=list)
    packets_lost: Callable[[], int] = lambda: 0
    """Of a call, on the way here."""

    def observe(self, event: told.Event) -> None:
        match event:
            case told.ReplyEnded():
                self.n_turns += 1
                self.n_interruptions += event.interrupted
                self.n_failed += bool(event.error)
            case told.Dropped():
                self.n_dropped += 1
            case told.TurnTimed():
                self.first_audio_ms.append(event.first_audio_ms)

    def as_json(self) -> dict[str, Any]:
        return {
            "turns": self.n_turns,
            "interruptions": self.n_interruptions,
            "failed": self.n_failed,
            "dropped": self.n_dropped,
            "first_audio_p50_ms": self._first_audio_ms(50),
            "first_audio_p95_ms": self._first_audio_ms(95),
            "heard_s": round(self.heard_s, 1),
            "spoken_s": round(self.spoken_s, 1),
            "packets_lost": self.packets_lost(),
        }

    def _first_audio_ms(self, percent: float) -> int | None:
        found_ms = percentile(self.first_audio_ms, percent)
        return None if found_ms is None else round(found_ms)


def log_line(event: str, session_id: str, out: TextIO, **fields: Any) -> None:
    """One JSON object a line, for whatever collects logs."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    print(json.dumps({"time": now, "event": event, "session": session_id, **fields}), file=out)
    out.flush()


def text_log(session_id: str, out: TextIO) -> Callable[[told.Event], None]:
    """What is said, and what is answered: for who asked to have it logged, and nobody else."""

    def observe(event: told.Event) -> None:
        match event:
            case told.UserSaid(text):
                log_line("user_said", session_id, out, text=text)
            case told.ReplyEnded(heard, unheard):
                log_line("replied", session_id, out, heard=heard, unheard=unheard)

    return observe
