"""Packets of sound in their order, and nothing late for long."""

from __future__ import annotations

import inspect

import aiortc.rtcpeerconnection
import aiortc.rtcrtpreceiver
import pytest
from aiortc.rtp import RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from voicecli.server.jitter import PATIENCE_PACKETS, Reorder, SpeechReceiver, make_fit_for_speech


def given_out(numbers: list[int]) -> list[list[int]]:
    reorder = Reorder()
    return [
        [packet.sequence_number for packet in reorder.feed(RtpPacket(sequence_number=number))]
        for number in numbers
    ]


@pytest.mark.parametrize(
    ("came", "out"),
    [
        ([1, 2, 3], [[1], [2], [3]]),
        ([65534, 65535, 0, 1], [[65534], [65535], [0], [1]]),
        ([1, 3, 2, 4], [[1], [], [2, 3], [4]]),
        ([1, 3, 4, 5, 6], [[1], [], [], [3, 4, 5], [6]]),  # 2 is lost
        ([1, 3, 4, 5, 2, 6], [[1], [], [], [3, 4, 5], [], [6]]),  # 2 comes too late
        ([1, 1, 2], [[1], [], [2]]),
        ([1, 5000, 5001], [[1], [5000], [5001]]),  # another stream
    ],
)
def test_packets_are_put_in_order(came: list[int], out: list[list[int]]) -> None:
    assert given_out(came) == out


def test_a_lost_packet_delays_nothing_that_comes_later() -> None:
    numbers = [number for number in range(1000) if number % 50 != 7]
    out = given_out(numbers)
    assert sorted(sum(out, [])) == numbers
    assert sum(out, []) == numbers
    late = [number for number, packets in zip(numbers, out, strict=True) if packets != [number]]
    assert len(late) == 20 * PATIENCE_PACKETS  # those alone that came while one was waited for


@given(st.lists(st.integers(0, 2**16 - 1), max_size=60))
def test_whatever_comes_nothing_is_given_out_twice_or_held_for_long(numbers: list[int]) -> None:
    reorder = Reorder()
    for number in numbers:
        out = [packet.sequence_number for packet in reorder.feed(RtpPacket(sequence_number=number))]
        assert len(out) == len(set(out))
        assert len(reorder._waiting) < PATIENCE_PACKETS


def test_aiortc_still_has_the_names_that_are_replaced() -> None:
    """If this fails, aiortc has changed: is its own buffer fit for speech by now?"""
    make_fit_for_speech()
    assert aiortc.rtcpeerconnection.RTCRtpReceiver is SpeechReceiver
    receiver = inspect.getsource(aiortc.rtcrtpreceiver)
    assert "JitterBuffer(capacity=16, prefetch=4)" in receiver
    assert "pli_flag, encoded_frame = self.__jitter_buffer.add(packet)" in receiver
    assert "receiver=RTCRtpReceiver(kind, dtlsTransport)" in inspect.getsource(
        aiortc.rtcpeerconnection
    )
