"""aiortc's encoder, made fit for speech: one channel at 32 kbit/s, in place of two at 96.

A voice has one channel, and nobody hears a difference above this rate (RFC 7587 names 28 to 40
kbit/s for full-band speech). What offers have of Opus holds for both.
"""

from __future__ import annotations

from aiortc.codecs.opus import SAMPLE_RATE, SAMPLES_PER_FRAME, OpusEncoder
from av import AudioResampler

SPEECH_BITS_S = 32_000


class SpeechEncoder(OpusEncoder):
    def __init__(self) -> None:
        super().__init__()
        self.codec.bit_rate = SPEECH_BITS_S
        self.codec.layout = "mono"
        self.resampler = AudioResampler(
            format="s16", layout="mono", rate=SAMPLE_RATE, frame_size=SAMPLES_PER_FRAME
        )
