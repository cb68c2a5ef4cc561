"""The sessions of this process: who is admitted, for how long, and what becomes of them.

A session is admitted before its WebSocket is accepted or its call is answered: who is refused gets
503 and Retry-After, and nothing that hangs.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal, get_args

from voicecli.conversation.history import History
from voicecli.server.account import Account
from voicecli.server.duplex import Pacer
from voicecli.server.errors import ApiError
from voicecli.server.load import Load
from voicecli.server.realtime.fields import Fields
from voicecli.server.realtime.items import Items, new_id


class EndError(Exception):
    """A session ends, and its client is told why."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        """Of a WebSocket's close: 1000 done, 1001 we go away, 1008 not like this."""
        self.reason = reason


Transport = Literal["websocket", "webrtc"]

TRANSPORTS: tuple[Transport, ...] = get_args(Transport)

End = Literal["hung_up", "away", "cut_off", "failed"]
"""By the client; by us in good order; for what it did; by a mistake of ours."""

RETRY_AFTER_S = 5

RESUME_S = 60.0
"""So long a conversation that lost its connection waits for its client."""

MAX_PARKED = 100

TAKE_OVER_S = 2.0
"""So long a session may take to end that is resumed elsewhere."""

GOODBYE_S = 5.0
"""So long a client may take to hang up once it is told that the server is going away."""

MAX_LATE_S = 0.25
"""An event loop that is later than this admits nobody more."""


@dataclass(frozen=True)
class Limits:
    """What one client may take of the server."""

    max_sessions: int = 8
    session_s: float = 3600.0
    """However lively."""
    idle_s: float = 600.0
    """Without speech or an event."""
    reply_s: float = 120.0
    """Of a reply's sound; what is longer is cut off there."""
    connect_s: float = 10.0
    """Until a call is connected."""
    grace_s: float = 25.0
    """Until a turn is cut off by the end of the server."""
    control_events_per_s: float = 60.0
    sound_burst_s: float = 30.0
    """So much sound may come at once; from then on, no faster than MAX_SPEED."""


MAX_SPEED = 20.0
"""Of sound that comes, in seconds a second."""


@dataclass(eq=False)
class Session:
    """One admitted session."""

    id: str
    transport: Transport
    started_at_s: float
    close: Callable[[int, str], Awaitable[None]] | None = None
    """End it: a WebSocket's close code, and why."""
    finish: Callable[[], Awaitable[None]] | None = None
    """Wait until nobody speaks and nothing is being answered."""
    resume_token: str = ""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    end: End = "hung_up"
    account: Account = field(default_factory=Account)

    def ended_by(self, end: EndError | None) -> None:
        if end is not None:
            self.end = "cut_off" if end.code == 1008 else "away"


@dataclass(frozen=True)
class Conversed:
    """What is left of a conversation, to go on with."""

    fields: Fields
    history: History
    items: Items


@dataclass(frozen=True)
class Parked:
    """A conversation without its client."""

    conversed: Conversed
    expires_at_s: float


@dataclass
class Sessions:
    """The registry."""

    limits: Limits
    pacer: Pacer
    draining: bool = False
    """Nobody is admitted any more; the process is about to end."""
    now_s: Callable[[], float] = time.monotonic
    load: Load = field(default_factory=Load)
    on_refused: list[Callable[[str], None]] = field(default_factory=list)
    """Told the reason."""
    on_end: list[Callable[[Session], None]] = field(default_factory=list)
    active: dict[str, Session] = field(default_factory=dict)
    _parked: dict[str, Parked] = field(default_factory=dict)

    def why_refused(self) -> str | None:
        """The reason for which nobody more is admitted now."""
        if self.draining:
            return "draining"
        if len(self.active) >= self.limits.max_sessions:
            return "full"
        if self.pacer.late_s > MAX_LATE_S or self.load.is_too_much:
            return "overloaded"
        return None

    @contextmanager
    def admitted(self, transport: Transport) -> Iterator[Session]:
        """A place for as long as the context lasts; raises ApiError where there is none."""
        reason = self.why_refused()
        if reason is not None:
            for tell in self.on_refused:
                tell(reason)
            raise ApiError(
                503,
                _REFUSALS[reason],
                reason,
                headers={"Retry-After": str(RETRY_AFTER_S)},
            )
        session = Session(new_id("conn"), transport, self.now_s())
        self.active[session.id] = session
        try:
            yield session
        except Exception:
            session.end = "failed"
            raise
        finally:
            del self.active[session.id]
            session.ended.set()
            for tell in self.on_end:
                tell(session)

    # ---- conversations that wait for their client ---------------------------------------------

    def park(self, token: str, conversed: Conversed) -> None:
        """token: known to its client alone."""
        self._forget_expired()
        if not self.draining and conversed.items and len(self._parked) < MAX_PARKED:
            self._parked[token] = Parked(conversed, self.now_s() + RESUME_S)
            asyncio.get_running_loop().call_later(RESUME_S, self._forget_expired)

    async def take_over(self, token: str) -> None:
        """End the session that is to be resumed, if it hasn't ended: a client is often back before
        its old connection is known to be broken."""
        for session in tuple(self.active.values()):
            if session.resume_token == token and session.close is not None:
                await session.close(1000, "the conversation goes on elsewhere")
                with suppress(TimeoutError):
                    async with asyncio.timeout(TAKE_OVER_S):
                        await session.ended.wait()

    def resume(self, token: str) -> Conversed | None:
        """It can be had once."""
        self._forget_expired()
        parked = self._parked.pop(token, None)
        return None if parked is None else parked.conversed

    def _forget_expired(self) -> None:
        now_s = self.now_s()
        self._parked = {
            key: parked for key, parked in self._parked.items() if parked.expires_at_s > now_s
        }

    # ---- the end ------------------------------------------------------------------------------

    async def drain(self, grace_s: float) -> None:
        """Admit nobody; end each session as soon as its turn is over, and at the latest after
        `grace_s`."""
        self.draining = True
        leaving = [self._leave(session, grace_s) for session in self.active.values()]
        await asyncio.gather(*leaving, return_exceptions=True)

    async def _leave(self, session: Session, grace_s: float) -> None:
        if session.finish is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(grace_s):
                    await session.finish()
        if session.close is not None:
            await session.close(1001, "the server is going away")
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await session.ended.wait()


_REFUSALS = {
    "draining": "this server is going away; ask another, or again in a moment",
    "full": "as many conversations are held here as this machine can hold at once; try again soon",
    "overloaded": "this machine can't keep up at the moment; try again soon",
}


@dataclass
class Bucket:
    """How much of something may pass: so much at once, and so much a second."""

    capacity: float
    per_s: float
    now_s: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._level = self.capacity
        self._at_s = self.now_s()

    def take(self, amount: float) -> bool:
        """False where it is too much; then nothing is taken."""
        self._fill()
        if amount > self._level:
            return False
        self._level -= amount
        return True

    def wait_s(self, amount: float) -> float:
        """Take it; so long has to be waited before more may come."""
        self._fill()
        self._level -= amount
        return max(0.0, -self._level / self.per_s)

    def _fill(self) -> None:
        now_s = self.now_s()
        self._level = min(self.capacity, self._level + (now_s - self._at_s) * self.per_s)
        self._at_s = now_s
