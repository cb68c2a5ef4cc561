"""voicecli from Python: what `import voicecli` offers (docs/python.md)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from voicecli.engines import Engines
from voicecli.errors import VoicecliError
from voicecli.settings import Settings

if TYPE_CHECKING:
    from voicecli.transcription.segments import Segment
    from voicecli.tts.clip import Clip

T = TypeVar("T")


def transcribe(path: str | Path, *, settings: Settings | None = None) -> list[Segment]:
    """What is said in a recording of any kind, an utterance after the other, each with its times.

    It is heard as `talk` hears. The command `voicecli transcribe` is meant for hours of sound: it
    recognises many utterances at once. Raises VoicecliError.
    """
    return _run(lambda: _transcribe(Path(path), settings or _configured()))


def say(text: str, *, output: str | Path | None = None, settings: Settings | None = None) -> Clip:
    """Speak a text, markdown and all, and return the sound.

    output: a sound file of the kind that its name ends in; without one, it is heard. Raises
    VoicecliError.
    """
    file = None if output is None else Path(output)
    return _run(lambda: _say(text, file, settings or _configured()))


def _configured() -> Settings:
    """As the commands do: from config.toml and the environment."""
    from voicecli.settings.loading import load

    return load({}).settings


def _run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work())
    raise VoicecliError(
        "an event loop runs in this thread already",
        "call it with asyncio.to_thread, or use voicecli.Engines",
    )


async def _transcribe(path: Path, settings: Settings) -> list[Segment]:
    from voicecli.duplex.files import FileDuplex
    from voicecli.hearing.ears import Ears
    from voicecli.hearing.echo import NoEcho
    from voicecli.hearing.endpointing import Utterance
    from voicecli.hearing.vad import SileroVad
    from voicecli.sound.samples import SAMPLE_RATE_HZ
    from voicecli.transcription.segments import Segment

    async with Engines(settings) as engines, FileDuplex(path) as duplex:
        recognizer = engines.recognizer()
        ears = Ears(NoEcho(), SileroVad(), settings.listen)
        segments: list[Segment] = []
        async with aclosing(duplex.frames()) as frames:
            async for frame in frames:
                for event in ears.hear(frame).events:
                    if isinstance(event, Utterance):
                        heard = await recognizer.transcribe(event.samples)
                        start_s = event.onset / SAMPLE_RATE_HZ
                        end_s = event.speech_end / SAMPLE_RATE_HZ
                        if heard.text:
                            segments.append(Segment(start_s, end_s, heard.text, heard.language))
                if duplex.input_ended and not ears.endpointer.in_speech:
                    break
    return segments


async def _say(text: str, output: Path | None, settings: Settings) -> Clip:
    from voicecli.tts.clip import Clip, joined

    async with Engines(settings) as engines:
        clips = [clip async for clip in _spoken(text, engines)]
    if not clips:
        raise VoicecliError("the text has nothing in it that can be said", "give it some words")
    whole = Clip(joined(clips).samples, clips[0].sample_rate_hz, " ".join(c.text for c in clips))
    if output is not None:
        from voicecli.sound.writing import audio_file

        with audio_file(output, whole.sample_rate_hz) as file:
            file.write(whole.samples)
    else:
        from voicecli.duplex.devices import DeviceDuplex

        async with DeviceDuplex(None, settings.sound.output_device, microphone=False) as duplex:
            await duplex.speaker.play(whole)
            await duplex.speaker.drain()
    return whole


async def _spoken(text: str, engines: Engines) -> AsyncIterator[Clip]:
    from voicecli.text.aloud import spoken
    from voicecli.text.aloud.pronunciations import pronunciations_of
    from voicecli.text.markdown import speakable
    from voicecli.text.sentences import sentences

    async def deltas() -> AsyncIterator[str]:
        yield text

    voice = engines.voice()
    language = voice.language or "en"
    pronunciations = pronunciations_of(engines.settings.tts)
    async for sentence in sentences(speakable(deltas(), language), language):
        clip = await voice.synthesize(spoken(sentence.strip(), language, pronunciations))
        if len(clip.samples):
            yield clip
