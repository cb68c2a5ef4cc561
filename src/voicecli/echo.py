"""What the loudspeaker sends back into the microphone, and how not to take it for the user."""

from __future__ import annotations

from typing import Literal, Protocol

import numpy as np

from voicecli.audio import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, silence

EchoMode = Literal["auto", "aec", "headphones", "half-duplex"]

BLOCK_SAMPLES = SAMPLE_RATE_HZ // 100
"""AEC3 takes 10 ms at a time."""

FRAMING_SAMPLES = 128
"""What a Frame lacks at most to a whole number of such blocks: 512 and 160 have 32 in common."""

AEC3_SAMPLES = 128
"""AEC3's own delay: a block of 64 samples on the way in, one on the way out (measured)."""

DELAY_SAMPLES = FRAMING_SAMPLES + AEC3_SAMPLES

AUDIBLE_DB = -60.0
"""What is played below it is silence."""

TAIL_S = 0.5
"""The loudspeaker is heard so long after it was given its last sound: 200 ms of Bluetooth, and a
room that rings."""


class Echo(Protocol):
    """What a conversation asks; see conversation.EchoCanceller."""

    def cancel(self, frame: Frame) -> Frame: ...
    def may_be_user(self, frame: Frame) -> bool: ...
    def describe(self) -> str:
        """In a few words, for the screen."""
        ...


class NoEcho:
    """Headphones, or a recording: nothing comes back."""

    def cancel(self, frame: Frame) -> Frame:
        return frame

    def may_be_user(self, frame: Frame) -> bool:
        return True

    def describe(self) -> str:
        return "headphones: no echo"


class HalfDuplex:
    """The microphone is not heard while the loudspeaker speaks: no interruption, no echo."""

    def __init__(self) -> None:
        self._deaf_until = 0

    def cancel(self, frame: Frame) -> Frame:
        if _is_audible(frame):
            self._deaf_until = frame.end + int(TAIL_S * SAMPLE_RATE_HZ)
        if frame.start >= self._deaf_until:
            return frame
        return Frame(silence(FRAME_SAMPLES), frame.start, frame.played)

    def may_be_user(self, frame: Frame) -> bool:
        return frame.start >= self._deaf_until

    def describe(self) -> str:
        return "half-duplex: it does not listen while it speaks"


class EchoCancellation:
    """AEC3, as browsers have it. The frames come out DELAY_SAMPLES late."""

    def __init__(self) -> None:
        from pywebrtc_audio import EchoCanceller

        self._aec3 = EchoCanceller(SAMPLE_RATE_HZ)
        self._heard = silence(0)
        self._played = silence(0)
        self._cancelled = silence(FRAMING_SAMPLES)
        self._delayed = silence(DELAY_SAMPLES)

    def cancel(self, frame: Frame) -> Frame:
        heard = np.concatenate([self._heard, frame.samples])
        played = np.concatenate([self._played, frame.played])
        n_whole = len(heard) // BLOCK_SAMPLES * BLOCK_SAMPLES
        cancelled = self._aec3.process(heard[:n_whole], played[:n_whole])
        self._heard, self._played = heard[n_whole:], played[n_whole:]
        cancelled = np.concatenate([self._cancelled, cancelled])
        delayed = np.concatenate([self._delayed, frame.played])
        self._cancelled, self._delayed = cancelled[FRAME_SAMPLES:], delayed[FRAME_SAMPLES:]
        start = frame.start - DELAY_SAMPLES
        return Frame(cancelled[:FRAME_SAMPLES], start, delayed[:FRAME_SAMPLES])

    def may_be_user(self, frame: Frame) -> bool:
        return True

    def describe(self) -> str:
        return "echo cancelled"


def choose_echo(mode: EchoMode) -> Echo:
    match mode:
        case "headphones":
            return NoEcho()
        case "half-duplex":
            return HalfDuplex()
        case "aec" | "auto":
            return EchoCancellation()


def _is_audible(frame: Frame) -> bool:
    return bool(np.abs(frame.played).max() > 10 ** (AUDIBLE_DB / 20))
