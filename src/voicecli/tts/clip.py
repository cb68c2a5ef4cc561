"""What a voice gives: clips of speech. And what a voice is."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples, silence


@dataclass(frozen=True, slots=True)
class Phoneme:
    """One IPA symbol of synthesised speech, or a blank or punctuation mark between the words."""

    symbol: str
    n_samples: int


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A piece of synthesised speech."""

    samples: Samples
    sample_rate_hz: int
    text: str = ""
    """What is said in it."""
    word_ends: tuple[int, ...] = ()
    """For each word of `text` (split at white space) the sample after its last one; empty where the
    voice doesn't tell."""
    phonemes: tuple[Phoneme, ...] = ()
    """One after the other, without a gap; empty unless asked for."""
    to_come: int = 0
    """So many of its samples are still being made."""
    is_guess: bool = False
    """Nobody knows how many are to come: it is over with a piece that `is_last`."""
    is_last: bool = False
    """Of a piece that comes later: nothing follows."""

    @property
    def n_samples(self) -> int:
        """With those to come."""
        return len(self.samples) + self.to_come

    @property
    def duration_s(self) -> float:
        return self.n_samples / self.sample_rate_hz


LEAD_DB = -45.0
"""Below the loudest sample of a clip's beginning: what is quieter is no speech yet."""

LEAD_S = 0.01
"""So much of the silence stays, so that the first sound does not begin with a click."""


def without_lead(clip: Clip) -> Clip:
    """The clip without the silence that voices begin with (0.1 s, which would only be waited for).

    Of a clip that is only a beginning, what it has of samples; they may all be silence.
    """
    loudness = np.abs(clip.samples)
    loud = np.flatnonzero(loudness > 10 ** (LEAD_DB / 20) * np.max(loudness, initial=0.0))
    lead = int(loud[0]) if len(loud) else 0
    n_dropped = max(0, lead - int(LEAD_S * clip.sample_rate_hz))
    return replace(
        clip,
        samples=clip.samples[n_dropped:],
        word_ends=tuple(max(0, end - n_dropped) for end in clip.word_ends),
    )


class Voice(Protocol):
    """Sentences in, clips out; docs/engines.md tells what each method owes its callers.

    A class that names it as its base has `synthesize` and what stands below it for nothing.
    """

    name: str
    """For the screen."""
    language: str
    """The language it speaks, such as en or en-GB; empty where that isn't known."""

    def stream(self, sentence: str) -> AsyncGenerator[Clip, None]:
        """The sound of one sentence, in pieces as it is made; at least one clip.

        The first has the text and its words' times, and tells how much is to come, or that this is
        a guess; the others have nothing but samples, and the last one behind a guess says that it
        is. Raises ModelError.
        """
        ...

    async def synthesize(self, sentence: str) -> Clip:
        """The same in one piece. Text with nothing to say (`...`) gives a clip of no samples."""
        return joined([clip async for clip in self.stream(sentence)])

    async def load(self) -> None:
        """Load what is needed, so that the first sentence need not wait; raises ModelError."""
        return

    async def warm_up(self) -> None:
        """Load it, and speak a word to nobody: what runs for the first time takes longer."""
        await self.load()
        async for _ in self.stream("Hello."):
            pass

    def count_phonemes(self, text: str) -> int:
        """How long `text` is aloud, in whatever unit, to share a clip's time among its words."""
        return len(text)


class TextOnly(Voice):
    """For who reads the replies: each sentence is over as soon as it is written."""

    name = "text only"
    language = ""

    async def stream(self, sentence: str) -> AsyncGenerator[Clip, None]:
        yield Clip(silence(0), SAMPLE_RATE_HZ, sentence)


class ChangingVoice(Voice):
    """One that may become another from the next sentence on, also in the middle of a reply."""

    def __init__(self, voice: Voice) -> None:
        self.become(voice)

    def become(self, voice: Voice) -> None:
        self.now = voice
        self.name, self.language = voice.name, voice.language

    def stream(self, sentence: str) -> AsyncGenerator[Clip, None]:
        return self.now.stream(sentence)

    async def synthesize(self, sentence: str) -> Clip:
        return await self.now.synthesize(sentence)

    async def load(self) -> None:
        await self.now.load()

    def count_phonemes(self, text: str) -> int:
        return self.now.count_phonemes(text)


def joined(clips: Sequence[Clip]) -> Clip:
    """The clips of one sentence, in one piece."""
    samples = np.concatenate([clip.samples for clip in clips])
    return replace(clips[0], samples=samples, to_come=0, is_guess=False)
