"""Transcripts of nothing: inventions on noise, and the loudspeaker's own words. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from math import inf

from voicecli.sound.samples import FRAME_SAMPLES, Samples, level_db
from voicecli.stt.transcript import DOUBTFUL_COMPRESSION, Transcript, compression
from voicecli.text.words import words_of

MIN_PEAK_PROBABILITY = 0.7
"""Real speech reaches 0.85 in some frame; keyboards and breath stay below."""

MIN_LEVEL_DB = -60.0
"""Of the loudest frame. A whisper at a metre is above; a microphone's own noise is not."""

MAX_NO_SPEECH = 0.6
MIN_LOGPROB_OF_SILENCE = -0.7
"""Together: Whisper itself doubts that there was speech, and is not sure of the words."""

MIN_LOGPROB = -1.5
"""Below, the words are guesses."""

MAX_WORDS_PER_S = 8.0
"""Nobody speaks faster; of a laugh or a cough Whisper makes a sentence, and is not sure of it."""

# What Whisper writes where somebody laughs or coughs ("Ha ha ha", "FUFUFUFU"), often surely: three
# of 43 recordings of such sounds were user turns for it (tiny.en). How much of the sound is voiced
# would not tell: 0.2 to 0.9 of a laugh, 0.3 to 0.9 of a single word.
_LAUGH = re.compile(
    r"[a-z]{0,2}(?:h[aeiou]+h?){2,}|(?:ja){3,}|hah?"  # "jaja" is German for yes
    r"|(?:х[аеи]){2,}|(?:हा){2,}|ه{3,}|[哈呵]{2,}|[はハ]{3,}|[하ㅋㅎ]{2,}"
    r"|([a-z]{1,3})\1{3,}[a-z]{0,2}"
)
_LAUGHED = frozenset({"he", "heh", "hee", "ho", "lol"})
"""In a laugh of several words."""

MIN_ECHO_WORDS = 2
MIN_ECHO_SIMILARITY = 0.75
"""A transcript is the loudspeaker's if so much of it was just said by it, in that order. One word
alone ("yes") is anybody's."""


def why_nothing(
    transcript: Transcript, samples: Samples, peak_probability: float, spoken_s: float = inf
) -> str | None:
    """The reason why nothing was said after all; None where something was.

    spoken_s: from the first sample of speech to the last.
    """
    n_frames = len(samples) // FRAME_SAMPLES
    frames = samples[: n_frames * FRAME_SAMPLES].reshape(n_frames, FRAME_SAMPLES)
    loudest_db = max((level_db(frame) for frame in frames), default=-100.0)
    if not transcript.text:
        return "nothing recognised"
    if is_laugh(transcript.text):
        return "a laugh, or another sound without words"
    if peak_probability < MIN_PEAK_PROBABILITY:
        return f"hardly speech (probability at most {peak_probability:.2f})"
    if loudest_db < MIN_LEVEL_DB:
        return f"too quiet ({loudest_db:.0f} dB)"
    doubt = transcript.no_speech_prob > MAX_NO_SPEECH
    if doubt and transcript.avg_logprob < MIN_LOGPROB_OF_SILENCE:
        return f"the recogniser doubts it was speech ({transcript.no_speech_prob:.2f})"
    too_many = len(words_of(transcript.text)) > MAX_WORDS_PER_S * spoken_s
    if too_many and transcript.avg_logprob < MIN_LOGPROB_OF_SILENCE:
        return "more words than can be said in so short a time"
    if transcript.avg_logprob < MIN_LOGPROB:
        return f"the recogniser only guesses (log probability {transcript.avg_logprob:.1f})"
    if compression(transcript.text) > DOUBTFUL_COMPRESSION:
        return "the recogniser repeats itself"
    return None


def is_laugh(text: str) -> bool:
    """True where nothing is written but a laugh, or one syllable over and over."""
    words = words_of(text.lower().replace("-", " "))
    are_several = len(words) > 1
    return bool(words) and all(
        _LAUGH.fullmatch(word) or (are_several and word in _LAUGHED) for word in words
    )


def is_echo(text: str, played: str) -> bool:
    """True where `text` is what the loudspeaker just said; `played`: its last words."""
    heard = words_of(text.lower())
    said = words_of(played.lower())
    if len(heard) < MIN_ECHO_WORDS or not said:
        return False
    blocks = SequenceMatcher(None, heard, said, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) >= MIN_ECHO_SIMILARITY * len(heard)
