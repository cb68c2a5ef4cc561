"""What of the recogniser's text was said."""

from __future__ import annotations

import pytest

from voicecli.sound.samples import SAMPLE_RATE_HZ, silence
from voicecli.stt.transcript import TimedWord, Transcript
from voicecli.stt.whisper import Decoded
from voicecli.transcription.recognition import is_nothing, strange
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


@pytest.mark.parametrize(
    ("text", "no_speech_prob", "nothing"),
    [("Seven.", 0.5, False), ("you", 0.9, True), ("Shh. Shh. Shh.", 0.5, True)],
)
def test_what_the_vad_heard_nobody_say_must_be_likely(
    text: str, no_speech_prob: float, nothing: bool
) -> None:
    window = Window((SpeechStretch(0, silence(SAMPLE_RATE_HZ), 0.0),))
    transcript = Transcript(text, "en", -0.3, no_speech_prob)
    assert is_nothing(Decoded(transcript, ()), window) == nothing


def stretch(seconds: float) -> SpeechStretch:
    return SpeechStretch(0, silence(round(seconds * SAMPLE_RATE_HZ)), seconds)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ([(0.5, 0.9), (3.5, 0.9), (7.0, 0.8)], []),
        ([(0.5, 0.9), (3.5, 0.9)], [2]),  # the text ends before the sound does
        ([(0.5, 0.9), (3.5, 0.3), (7.0, 0.2)], [2, 1]),  # what is later goes on more often
        ([], [2, 1, 0]),
    ],
)
def test_stretches_of_few_or_unsure_words_may_be_in_another_language(
    words: list[tuple[float, float]], found: list[int]
) -> None:
    window = Window((stretch(3), stretch(3), stretch(3)))
    said = [TimedWord(at_s, at_s + 0.4, " word", sure) for at_s, sure in words]
    assert [window.stretches.index(one) for one in strange(said, window)] == found


def test_what_is_too_short_to_tell_a_language_by_is_not_asked() -> None:
    assert not strange([], Window((stretch(1.5),)))
