"""Is the user's turn over? Judged by the words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from voicecli.languages import language_of
from voicecli.settings import ListenSettings
from voicecli.text.words import words_of


class Completeness(Enum):
    COMPLETE = auto()
    """Reads as something to be answered."""
    OPEN = auto()
    """More must follow."""
    UNKNOWN = auto()


def completeness(text: str, language: str = "en") -> Completeness:
    """Judge a transcript in `language` (ISO 639-1).

    Recognisers that write no punctuation leave most of it UNKNOWN.
    """
    text = text.strip()
    words = words_of(text.lower())
    if not words:
        return Completeness.UNKNOWN
    known = language_of(language)
    if says_only(words, known.short_answers):
        return Completeness.COMPLETE
    if text.endswith(("...", "…", ",", ";", ":", "-", "–", "—")):
        return Completeness.OPEN
    if words[-1] in known.unfinished_ends:
        # "What are you waiting for?" ends so too: a question mark is believed, a full stop is not.
        return Completeness.COMPLETE if text.endswith(("?", "？")) else Completeness.OPEN
    if text.endswith((".", "!", "?", "。", "！", "？")):
        return Completeness.COMPLETE
    return Completeness.UNKNOWN


def says_only(words: Sequence[str], phrases: frozenset[str]) -> bool:
    """Is a text nothing but these words and phrases, one after the other?"""
    return bool(words) and any(
        " ".join(words[:n]) in phrases and (n == len(words) or says_only(words[n:], phrases))
        for n in range(1, len(words) + 1)
    )


def hangover_ms(text: str, language: str, settings: ListenSettings) -> float:
    """The silence to wait for after `text`."""
    return {
        Completeness.COMPLETE: settings.min_silence_ms,
        Completeness.OPEN: settings.max_silence_ms,
        Completeness.UNKNOWN: settings.silence_ms,
    }[completeness(text, language)]


def same_words(one: str, other: str) -> bool:
    """True where two transcripts say the same, case and punctuation aside."""
    return words_of(one.lower()) == words_of(other.lower())


def is_backchannel(text: str, language: str = "en") -> bool:
    """Politeness that takes no turn: a listener's word, alone or two or three together."""
    words = words_of(text.lower())
    return 0 < len(words) <= 3 and language_of(language).backchannels.issuperset(words)


def is_stop(text: str, language: str = "en") -> bool:
    """A command that ends an answer and asks for none."""
    return says_only(words_of(text.lower()), language_of(language).stop_words)
