"""aiortc's receiver, made fit for speech: a lost packet delays nothing that comes after it.

Its own jitter buffer (1.16) always holds four packets of sound, waits for a lost one until sixteen
are there, and from then on gives one out for each that comes: every word after it is 0.3 s late,
for the rest of the call. A recogniser needs no smooth playback, so here each packet is given out as
soon as all before it were, and a missing one is waited for while three others come.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import aiortc.codecs
import aiortc.rtcpeerconnection
import aiortc.rtcrtpreceiver
from aiortc.jitterbuffer import JitterBuffer, JitterFrame
from aiortc.rtcrtpreceiver import RTCRtpReceiver
from aiortc.rtp import RtpPacket

from voicecli.server.opus import SpeechEncoder

PATIENCE_PACKETS = 3
"""So many may overtake one that is missing; then it is taken for lost."""

JUMP_PACKETS = 100
"""A sequence number that is farther off belongs to a stream that began anew."""


class Reorder:
    """RTP packets of sound, in their order."""

    def __init__(self) -> None:
        self.n_lost = 0
        self._next: int | None = None
        self._waiting: dict[int, RtpPacket] = {}

    def feed(self, packet: RtpPacket) -> list[RtpPacket]:
        """All that can be given out now."""
        number = packet.sequence_number
        if self._next is None or abs(_signed(number - self._next)) > JUMP_PACKETS:
            self._waiting.clear()
            self._next = number
        if _signed(number - self._next) < 0:
            return []  # it came too late, or twice
        self._waiting[number] = packet
        packets = self._take(self._next)
        if len(self._waiting) >= PATIENCE_PACKETS:
            missing = self._next
            nearest = min(self._waiting, key=lambda one: _signed(one - missing))
            self.n_lost += _signed(nearest - missing)
            packets += self._take(nearest)
        return packets

    def _take(self, number: int) -> list[RtpPacket]:
        """That packet, and those that follow it without a gap."""
        packets: list[RtpPacket] = []
        while (packet := self._waiting.pop(number, None)) is not None:
            packets.append(packet)
            number = (number + 1) % 2**16
        self._next = number
        return packets


def _signed(difference: int) -> int:
    """Of two sequence numbers, which begin anew after 65535."""
    return (difference + 2**15) % 2**16 - 2**15


class SpeechReceiver(RTCRtpReceiver):
    """Puts packets of sound in their order before aiortc sees them."""

    def __init__(self, kind: str, transport: Any) -> None:
        super().__init__(kind, transport)
        self.reorder = Reorder() if kind == "audio" else None

    @property
    def n_lost(self) -> int:
        return 0 if self.reorder is None else self.reorder.n_lost

    async def _handle_rtp_packet(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        ready = [packet] if self.reorder is None else self.reorder.feed(packet)
        for one in ready:
            await super()._handle_rtp_packet(one, arrival_time_ms)


class _Passage:
    """In the place of aiortc's jitter buffer of sound: nothing is held."""

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame]:
        return False, JitterFrame(packet._data, packet.timestamp)  # type: ignore[attr-defined]


def _buffer(capacity: int, prefetch: int = 0, is_video: bool = False) -> Any:
    return JitterBuffer(capacity, prefetch, is_video) if is_video else _Passage()


@cache
def make_fit_for_speech() -> None:
    """From here on every RTCPeerConnection of this process receives sound so, and sends it as
    speech."""
    aiortc.rtcrtpreceiver.JitterBuffer = _buffer  # type: ignore[assignment, misc]
    aiortc.rtcpeerconnection.RTCRtpReceiver = SpeechReceiver  # type: ignore[misc]
    aiortc.codecs.OpusEncoder = SpeechEncoder  # type: ignore[misc]
