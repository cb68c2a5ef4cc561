"""A text read aloud by as many voices as it has languages, at one sample rate."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace

from voicecli.errors import ModelMissingError, VoicecliError
from voicecli.languages import primary
from voicecli.languages.names import name_of
from voicecli.text.foreign import readable
from voicecli.tts.clip import Clip, Phoneme, Voice, joined
from voicecli.tts.voices import OtherVoices, Passage, passages, read_aloud


class Reading:
    """Of one text, a sentence at a time: each stretch is read by the voice of its language."""

    def __init__(
        self,
        voice: Voice,
        language: str,
        others: OtherVoices,
        pronunciations: Mapping[str, str] | None = None,
        *,
        whole: bool = False,
        loading: Awaitable[None] | None = None,
        notices: Callable[[str, str], None] = lambda message, hint: None,
    ) -> None:
        """language: of what no other can be told of. whole: each passage in one clip. loading: of
        the voice; may be awaited again and again. notices: hear, with a hint, of a language that no
        voice here speaks; once each."""
        self._language = language
        self._others = others
        self._pronunciations = pronunciations
        self._whole = whole
        self._notices = notices
        self._rate_hz = 0
        """That of the first clip."""
        self._voice = _AtOneRate(voice, self, loading)
        self._found: dict[str, Voice | None] = {}
        self._missing: dict[str, None] = {}
        self._untold: list[tuple[str, str]] = []
        self.has_sound = False

    async def clips(self, sentence: str) -> AsyncGenerator[tuple[str, Clip], None]:
        """A sentence's passages as written, each with its sound or the beginning of it; no text
        with what comes of it later. Nothing, where there is nothing to say."""
        others = OtherVoices(self._other)
        parts = passages(sentence, self._language, self._voice, others)
        for part in parts:
            self._note_missing(part)
        async with aclosing(read_aloud(parts, self._pronunciations, whole=self._whole)) as clips:
            async for text, clip in clips:
                if len(clip.samples):
                    self.has_sound = True
                    self._tell()
                    yield text, clip
        if self.has_sound:
            self._tell()

    def nothing_said(self) -> VoicecliError:
        """Why there was no sound at all."""
        if not self._missing:
            return nothing_to_say()
        code = next(iter(self._missing))
        return ModelMissingError(
            f"the text is {name_of(code)}, and no voice here can read it",
            self._others.how_to_get(code),
        )

    def lost_of(self, text: str) -> str:
        """What of a text no voice here can read, in a sentence; empty where all can be."""
        if text.isascii():
            return ""
        parts = passages(text, self._language, self._voice, OtherVoices(self._other))
        codes = dict.fromkeys(code for part in parts if _is_left_out(part) for code in part.missing)
        names = ", ".join(map(name_of, codes))
        return f"no voice here reads {names}: that is left out" if names else ""

    def _other(self, code: str) -> Voice | None:
        """The same one each time; looked for once."""
        if code not in self._found:
            voice = self._others.of(code)
            self._found[code] = None if voice is None else _AtOneRate(voice, self)
        return self._found[code]

    def _tell(self) -> None:
        """Not before something is heard: where nothing is, that is an error."""
        for notice in self._untold:
            self._notices(*notice)
        self._untold.clear()

    def _note_missing(self, part: Passage) -> None:
        for code in set(part.missing) - set(self._missing):
            self._missing[code] = None
            done = "it is left out" if _is_left_out(part) else f"{part.voice.name} reads it"
            speaks = name_of(primary(part.voice.language))
            message = f"the text is {name_of(code)}, and the voice speaks {speaks}: {done}"
            self._untold.append((message, self._others.how_to_get(code)))

    def at_one_rate(self, clip: Clip) -> Clip:
        self._rate_hz = self._rate_hz or clip.sample_rate_hz
        if clip.sample_rate_hz == self._rate_hz:
            return clip
        return _resampled(clip, self._rate_hz)

    def is_at_one_rate(self, clip: Clip) -> bool:
        return self._rate_hz in (0, clip.sample_rate_hz)


class _AtOneRate(Voice):
    """A voice whose clips have the rate of the text's first one. What has another rate is made
    whole before it is given: a piece alone can't be resampled without a seam."""

    def __init__(
        self, voice: Voice, reading: Reading, loading: Awaitable[None] | None = None
    ) -> None:
        self._loading = loading
        self.name, self.language = voice.name, voice.language
        self._voice = voice
        self._reading = reading

    async def stream(self, sentence: str) -> AsyncGenerator[Clip, None]:
        if self._loading is not None:
            await self._loading
        held: list[Clip] = []
        async with aclosing(self._voice.stream(sentence)) as clips:
            async for clip in clips:
                if held or not self._reading.is_at_one_rate(clip):
                    held.append(clip)
                else:
                    yield self._reading.at_one_rate(clip)
        if held:
            yield self._reading.at_one_rate(joined(held))

    async def synthesize(self, sentence: str) -> Clip:
        if self._loading is not None:
            await self._loading
        return self._reading.at_one_rate(await self._voice.synthesize(sentence))

    def count_phonemes(self, text: str) -> int:
        return self._voice.count_phonemes(text)


def nothing_to_say() -> VoicecliError:
    """Where a text has neither words nor numbers."""
    return VoicecliError("the text has nothing in it that can be said", "give it some words")


def _is_left_out(part: Passage) -> bool:
    """All of it, or some letters that the voice could only name."""
    return readable(part.text, part.voice.language) != part.text


def _resampled(clip: Clip, rate_hz: int) -> Clip:
    """A whole clip, and when its words are said."""
    from voicecli.sound.resampling import resample  # loads soxr, which few texts need

    def at(n_samples: int) -> int:
        return round(n_samples * rate_hz / clip.sample_rate_hz)

    phonemes: list[Phoneme] = []
    end = 0
    for phoneme in clip.phonemes:
        begin, end = end, end + phoneme.n_samples
        phonemes.append(replace(phoneme, n_samples=at(end) - at(begin)))
    return replace(
        clip,
        samples=resample(clip.samples, clip.sample_rate_hz, rate_hz),
        sample_rate_hz=rate_hz,
        word_ends=tuple(map(at, clip.word_ends)),
        phonemes=tuple(phonemes),
    )
