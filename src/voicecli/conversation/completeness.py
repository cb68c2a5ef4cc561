"""Is the user's turn over? Judged by the words. Pure."""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import cache

from voicecli.settings import ListenSettings


class Completeness(Enum):
    COMPLETE = auto()
    """Reads as something to be answered."""
    OPEN = auto()
    """More must follow."""
    UNKNOWN = auto()


SHORT_ANSWERS = {
    "en": "yes, no, yeah, yep, nope, okay, ok, sure, right, correct, stop, wait, cancel, help,"
    " please, thanks, thank you, hello, hi, hey, bye, goodbye, louder, quieter, slower, faster,"
    " continue, again, never mind, good morning, good evening, good night, go on",
    "de": "ja, nein, doch, okay, ok, gut, genau, richtig, stopp, halt, warte, hilfe, bitte, danke,"
    " hallo, tschüss, lauter, leiser, langsamer, schneller, weiter, nochmal, guten morgen,"
    " guten tag, guten abend, gute nacht",
    "fr": "oui, non, si, okay, ok, bien, exact, stop, arrête, attends, merci, bonjour, bonsoir,"
    " salut, plus fort, plus lentement, moins vite, continue, encore, s'il te plaît,"
    " s'il vous plaît, au revoir",
    "es": "sí, no, vale, okay, ok, bueno, claro, exacto, para, espera, ayuda, gracias, por favor,"
    " hola, adiós, más alto, más bajo, más despacio, más rápido, sigue, otra vez, buenos días,"
    " buenas tardes, buenas noches",
}
"""Words that are a whole turn, alone or together."""

UNFINISHED_ENDS = {
    "en": frozenset(
        """
        and or but because if although though unless than the a an my your our their its um uh uhm
        erm er hmm plus minus
        """.split()
    ),
    "de": frozenset("und oder aber weil dass wenn der die das ein eine mein dein äh ähm".split()),
    "fr": frozenset("et ou mais parce que le la les un une des mon ma mes euh".split()),
    "es": frozenset("y o pero porque que el la los las un una mi tu eh".split()),
}
"""No sentence ends with these; fillers announce more."""

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def completeness(text: str, language: str = "en") -> Completeness:
    """Judge a transcript in `language` (ISO 639-1).

    Recognisers that write no punctuation leave most of it UNKNOWN.
    """
    text = text.strip()
    words = [word.lower() for word in _WORD.findall(text)]
    if not words:
        return Completeness.UNKNOWN
    if language in SHORT_ANSWERS and _short_answers(language).fullmatch(" ".join(words)):
        return Completeness.COMPLETE
    if text.endswith(("...", "…", ",", ";", ":", "-", "–", "—")):
        return Completeness.OPEN
    if words[-1] in UNFINISHED_ENDS.get(language, ()):
        # "What are you waiting for?" ends so too: a question mark is believed, a full stop is not.
        return Completeness.COMPLETE if text.endswith(("?", "？")) else Completeness.OPEN
    if text.endswith((".", "!", "?", "。", "！", "？")):
        return Completeness.COMPLETE
    return Completeness.UNKNOWN


@cache
def _short_answers(language: str) -> re.Pattern[str]:
    answer = "|".join(map(re.escape, SHORT_ANSWERS[language].split(", ")))
    return re.compile(rf"(?:{answer})(?: (?:{answer}))*")


def hangover_ms(text: str, language: str, settings: ListenSettings) -> float:
    """The silence to wait for after `text`."""
    return {
        Completeness.COMPLETE: settings.min_silence_ms,
        Completeness.OPEN: settings.max_silence_ms,
        Completeness.UNKNOWN: settings.silence_ms,
    }[completeness(text, language)]


def same_words(one: str, other: str) -> bool:
    """True where two transcripts say the same, case and punctuation aside."""
    return _WORD.findall(one.lower()) == _WORD.findall(other.lower())


BACKCHANNELS = frozenset(
    """
    mhm mm mmm hm hmm uh uhhuh uh-huh mm-hmm ah oh aha yeah yep yes okay ok right sure wow really
    nice good great haha ha i see ja jaja genau stimmt oui ouais d'accord sí claro vale
    """.split()
)
"""Listeners say this to be polite, not to take the turn (alone, or two or three together)."""


def is_backchannel(text: str) -> bool:
    words = [word.lower() for word in _WORD.findall(text)]
    return 0 < len(words) <= 3 and all(word in BACKCHANNELS for word in words)
