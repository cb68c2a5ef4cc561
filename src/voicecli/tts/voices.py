"""Who reads what: the voice that was chosen, and in its place one that speaks the language."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from itertools import groupby

from voicecli.languages import primary
from voicecli.text.aloud import spoken
from voicecli.text.foreign import readable, stretches
from voicecli.tts.clip import Clip, Voice, without_lead


@dataclass(frozen=True)
class OtherVoices:
    """Those on this machine that speak other languages than the chosen one."""

    of: Callable[[str], Voice | None] = lambda code: None
    """By ISO 639-1; the same one each time. None where there is none."""
    how_to_get: Callable[[str], str] = lambda code: (
        f"`voicecli models --language {code}` lists voices; --voice takes one"
    )
    """What brings one, for people."""


@dataclass(frozen=True)
class Passage:
    """A part of a sentence that one voice reads."""

    text: str
    """As it was written."""
    language: str
    """In which it is read."""
    voice: Voice
    missing: tuple[str, ...] = ()
    """ISO 639-1 of what another voice should have read, had there been one."""
    is_lost: bool = False
    """It is in letters that the voice could only name, and nothing of it is read."""


def speaks(voice: Voice, language: str) -> bool:
    """A voice of which that isn't known speaks every language."""
    return not voice.language or primary(voice.language) == primary(language)


def passages(sentence: str, language: str, voice: Voice, others: OtherVoices) -> list[Passage]:
    """A sentence in parts, each with the voice that reads it; joined they are the sentence.

    language: of the conversation. voice: reads what no other does.
    """
    parts = [
        _passage(text, code, voice, others) for text, code in stretches(sentence, language)
    ] or [Passage(sentence, language, voice)]
    return [
        _joined(list(run), language) for _, run in groupby(parts, key=lambda part: id(part.voice))
    ]


def _passage(text: str, language: str, voice: Voice, others: OtherVoices) -> Passage:
    if speaks(voice, language):
        return Passage(text, language, voice)
    if other := others.of(primary(language)):
        return Passage(text, language, other)
    is_lost = readable(text, voice.language) != text
    read_in = voice.language if is_lost else language
    return Passage(text, read_in, voice, (primary(language),), is_lost)


def _joined(parts: list[Passage], language: str) -> Passage:
    """Parts that one voice reads: in the conversation's language if one of them is, else in that of
    the longest."""
    main = max(
        parts, key=lambda part: (not part.is_lost, part.language == language, len(part.text))
    )
    missing = dict.fromkeys(code for part in parts for code in part.missing)
    return Passage(
        "".join(part.text for part in parts),
        main.language,
        main.voice,
        tuple(missing),
        all(part.is_lost for part in parts),
    )


async def read_aloud(
    parts: list[Passage],
    pronunciations: Mapping[str, str] | None = None,
    *,
    whole: bool = False,
) -> AsyncGenerator[tuple[str, Clip], None]:
    """The sound of a sentence's passages: each as written with its beginning, and with no text what
    comes of it later. whole: each in one clip."""
    for i, part in enumerate(parts):
        text = part.text
        own = part.voice.language or part.language
        aloud = spoken(
            readable(text, own).strip(), part.language, pronunciations, goes_on=i + 1 < len(parts)
        )
        async with aclosing(_made(part.voice, aloud, whole=whole)) as clips:
            async for clip in clips:
                # Between sentences silence is a pause, within one it isn't.
                yield text, without_lead(clip) if i and text else clip
                text = ""


async def _made(voice: Voice, aloud: str, *, whole: bool) -> AsyncGenerator[Clip, None]:
    if whole:
        yield await voice.synthesize(aloud)
        return
    async with aclosing(voice.stream(aloud)) as clips:
        async for clip in clips:
            yield clip
