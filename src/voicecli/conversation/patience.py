"""How long a pause may be before the turn is over. Pure.

docs/decisions/0007-when-a-turn-is-over.md has the measurements.
"""

from __future__ import annotations

from math import log

from voicecli.conversation.completeness import Completeness, completeness, is_whole
from voicecli.settings import ListenSettings
from voicecli.stt.transcript import Ending, Transcript

BIAS, SOUND_WEIGHT, HYPHEN_WEIGHT = -9.3, 0.17, -1.5
LEAST_PROBABILITY = 1e-4
"""A logistic regression over 274 pauses of real people (tiny.en): 86 at the end of what they said
and 188 within. The probability that Whisper gives to a hyphen tells them apart better than Smart
Turn (areas under the curve 0.94 and 0.77), both together best."""

OVER_LOG_ODDS = 1.6
"""From here on the turn is over: of those that were, two in three; of the others, 4 in 100."""

MAYBE_LOG_ODDS = 0.9
"""From here on it may be, if the sound is sure, or the words say so, too."""

SURE_PROBABILITY = 0.8
"""Smart Turn's, where it is sure that nothing follows."""


def hangover_ms(
    transcript: Transcript,
    settings: ListenSettings,
    probability: float | None = None,
    longest_pause_ms: float = 0.0,
) -> float:
    """The silence to wait for after `transcript`.

    probability: that the turn is over, by the sound; None where nothing can tell.
    longest_pause_ms: in the turn so far. Whoever paused so long may do it again.
    """
    if is_whole(transcript.text, transcript.language):
        return settings.min_silence_ms
    told_ms = _by_signs(transcript, settings, probability)
    return max(told_ms, min(longest_pause_ms, settings.max_silence_ms))


def _by_signs(transcript: Transcript, settings: ListenSettings, probability: float | None) -> float:
    by_words = completeness(transcript.text, transcript.language)
    if by_words is Completeness.OPEN:
        return settings.max_silence_ms
    if transcript.ending is not None:
        return _by_ending(by_words, transcript.ending, settings, probability)
    if probability is not None and probability <= 0.5:
        return settings.max_silence_ms
    is_complete = by_words is Completeness.COMPLETE
    return settings.min_silence_ms if is_complete else settings.silence_ms


def seems_over(transcript: Transcript) -> bool:
    """Whether to prepare an answer while the user still speaks."""
    text, language = transcript.text, transcript.language
    by_words = completeness(text, language)
    if transcript.ending is None or is_whole(text, language):
        return by_words is Completeness.COMPLETE
    return by_words is not Completeness.OPEN and (over_log_odds(transcript.ending) >= OVER_LOG_ODDS)


def _by_ending(
    by_words: Completeness, ending: Ending, settings: ListenSettings, probability: float | None
) -> float:
    over = over_log_odds(ending, probability)
    if over >= OVER_LOG_ODDS:
        return settings.min_silence_ms
    is_sure = probability is None or probability > SURE_PROBABILITY
    if over >= MAYBE_LOG_ODDS and (is_sure or by_words is Completeness.COMPLETE):
        return settings.silence_ms
    return settings.max_silence_ms


def over_log_odds(ending: Ending, probability: float | None = None) -> float:
    """That the turn is over: above 0 it is likelier than not, where both are as frequent."""
    sound = 0.0 if probability is None else _log_odds(probability)
    hyphen = log(ending.broken_off + LEAST_PROBABILITY)
    return BIAS + SOUND_WEIGHT * sound + HYPHEN_WEIGHT * hyphen


def _log_odds(probability: float) -> float:
    return log((probability + 1e-3) / (1 - probability + 1e-3))
