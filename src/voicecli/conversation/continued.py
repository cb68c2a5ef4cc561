"""A turn that was taken too early: what follows is recognised together with it.

Alone, a half sentence is heard worse than within the whole: of 60 sentences of people that were cut
at a word, both halves alone had 17.9 word errors in 100, and the second behind the first 12.7
(tiny.en; without a pause 5.5).

And a turn of which the recogniser hears no more than was said before a pause in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from voicecli.conversation.completeness import same_words
from voicecli.conversation.ghosts import why_nothing
from voicecli.hearing.endpointing import Speech, join
from voicecli.sound.samples import SAMPLE_RATE_HZ
from voicecli.stt.transcript import Recognizer, Transcript, has_loop

MAX_BEFORE_S = 8.0
"""Of the earlier turn. So long it hardly costs time: the encoder hears 12 s in any case."""

HEARD_PAUSE = int(0.3 * SAMPLE_RATE_HZ)
"""Samples of a pause that are heard. A longer one costs words: of 1,326 with one of 0.5 to 1.5 s
put in, 136 are wrong, so 128, and without any pause 126 (tiny.en; base 122 and 108)."""

MIN_SIMILARITY = 0.75
"""Of the earlier turn's letters and those at the beginning of the whole; else they are not the
same words."""

MAX_WORDS_OFF = 3
"""By so many words the whole may say the earlier turn longer or shorter."""

_WORD = re.compile(r"\S+")
_NO_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True, eq=False)
class Before:
    """What was understood of a turn, and what was heard of it."""

    text: str
    speech: Sequence[Speech]

    @property
    def duration_s(self) -> float:
        return (self.speech[-1].speech_end - self.speech[0].start) / SAMPLE_RATE_HZ


async def recognized(
    recognizer: Recognizer, speech: Sequence[Speech], before: Before | None = None
) -> Transcript:
    """What is said in `speech`. before: what it goes on from. Raises ModelError."""
    if before is not None and before.duration_s <= MAX_BEFORE_S:
        whole = await recognizer.transcribe(join([*before.speech, *speech], HEARD_PAUSE))
        text = rest_of(whole.text, before.text)
        if text and not whole.is_doubtful and not has_loop(whole.text):
            return replace(whole, text=text)
    return await recognizer.transcribe(join(speech, HEARD_PAUSE))


async def completed(
    recognizer: Recognizer, found: Transcript, speech: Speech, earlier: Before | None
) -> Transcript:
    """`found`, of an utterance, with what it leaves out: a pause that follows a whole sentence is
    the end to Whisper where it makes but one guess (one in a hundred sentences with a pause put in,
    tiny.en). What lies behind it is then heard alone. Raises ModelError.

    earlier: what was understood in the pause of the same utterance that came last.
    """
    if earlier is None or not same_words(found.text, earlier.text):
        return found
    end = earlier.speech[-1].speech_end
    rest = speech.samples[end - speech.start :]
    behind = await recognizer.transcribe(rest)
    spoken_s = (speech.speech_end - end) / SAMPLE_RATE_HZ
    if why_nothing(behind, rest, speech.peak_probability, spoken_s) is not None:
        return found
    return replace(found, text=f"{found.text} {behind.text}", ending=behind.ending)


def rest_of(whole: str, before: str) -> str:
    """What stands in `whole` behind the words of `before`; empty where it begins with others."""
    ends = [word.end() for word in _WORD.finditer(whole)]
    n_words = len(before.split())
    nearest = ends[max(0, n_words - 1 - MAX_WORDS_OFF) : n_words + MAX_WORDS_OFF]
    end = max(nearest, key=lambda end: _similarity(whole[:end], before), default=0)
    return whole[end:].strip() if _similarity(whole[:end], before) >= MIN_SIMILARITY else ""


def _similarity(one: str, other: str) -> float:
    letters = (_NO_LETTER.sub("", text.lower()) for text in (one, other))
    return SequenceMatcher(None, *letters, autojunk=False).ratio()
