"""What of the recogniser's text was said."""

from __future__ import annotations

import pytest

from voicecli.sound.samples import SAMPLE_RATE_HZ, silence
from voicecli.stt.transcript import Transcript
from voicecli.stt.whisper import Decoded
from voicecli.transcription.recognition import is_nothing
from voicecli.transcription.speech import SpeechStretch
from voicecli.transcription.windows import Window

SENTENCES = "Good morning ladies and gentlemen. Please take an umbrella with you. " * 4


@pytest.mark.parametrize(
    ("voiced_s", "avg_logprob", "cut_off", "nothing"),
    [
        (20.0, -0.1, False, False),  # somebody says it four times
        (0.5, -0.1, False, True),  # a tone
        (20.0, -0.8, False, True),  # music
        (20.0, -0.1, True, True),  # a model that finds no end
    ],
)
def test_people_may_repeat_themselves(
    voiced_s: float, avg_logprob: float, cut_off: bool, nothing: bool
) -> None:
    window = Window((SpeechStretch(0, silence(24 * SAMPLE_RATE_HZ), voiced_s),))
    transcript = Transcript(SENTENCES, "en", avg_logprob, 0.02, cut_off)
    assert is_nothing(Decoded(transcript, ()), window) == nothing
