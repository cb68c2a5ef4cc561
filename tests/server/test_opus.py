"""What a call sends: a voice needs no second channel."""

from __future__ import annotations

import aiortc.codecs
import av
import numpy as np
from aiortc.codecs.opus import OpusDecoder
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtcrtpparameters import RTCRtpCodecParameters

from serving import spoken_pcm
from voicecli.server.jitter import make_fit_for_speech
from voicecli.server.opus import SPEECH_BITS_S, SpeechEncoder

BLOCK = 960


def test_speech_is_sent_as_speech_and_sounds_as_before() -> None:
    make_fit_for_speech()
    parameters = RTCRtpCodecParameters("audio/opus", 48_000, 2, 96)
    encoder, decoder = aiortc.codecs.get_encoder(parameters), OpusDecoder()
    assert isinstance(encoder, SpeechEncoder)
    said = np.frombuffer(spoken_pcm("What is seven plus twelve?", 48_000), np.int16)
    n_bytes, heard = 0, []
    for start in range(0, len(said) - BLOCK, BLOCK):
        frame = av.AudioFrame.from_ndarray(
            said[start : start + BLOCK][np.newaxis], format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts = 48_000, start
        packets, timestamp = encoder.encode(frame)
        n_bytes += sum(map(len, packets))
        for packet in packets:
            decoded = decoder.decode(JitterFrame(packet, timestamp))
            heard += [one.to_ndarray()[0, ::2] for one in decoded]
    assert 8 * n_bytes / (len(said) / 48_000) < 1.2 * SPEECH_BITS_S
    sound = np.concatenate(heard)
    shifts = range(0, BLOCK, 8)  # the codec looks ahead
    likeness = [np.corrcoef(said[: 48_000 - shift], sound[shift:48_000])[0, 1] for shift in shifts]
    assert max(likeness) > 0.8
