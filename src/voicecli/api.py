"""voicecli from Python: what `import voicecli` offers (docs/python.md)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from voicecli.engines import Engines
from voicecli.errors import VoicecliError
from voicecli.settings import Settings, SttSettings

if TYPE_CHECKING:
    from voicecli.transcription.segments import Segment
    from voicecli.tts.clip import Clip

T = TypeVar("T")


def transcribe(path: str | Path, *, settings: Settings | None = None) -> list[Segment]:
    """What is said in a recording of any kind and length, in segments with their times.

    It is heard as the command `voicecli transcribe` hears it. Raises VoicecliError.
    """
    return _transcribe(Path(path), settings or _configured())


def say(text: str, *, output: str | Path | None = None, settings: Settings | None = None) -> Clip:
    """Speak a text, markdown and all, and return the sound.

    What is in another language than the voice's is read by a voice of that language, where one is
    on this machine; where none is, a UserWarning tells what is missing.

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


def _transcribe(path: Path, settings: Settings) -> list[Segment]:
    from voicecli.stt.whisper import Decoding
    from voicecli.transcription.loading import BEAM_SIZE, recognizer, workers
    from voicecli.transcription.pipeline import ReadOptions, Recording, RecordingEnded
    from voicecli.transcription.pipeline import transcribe as events_of

    stt = settings.stt
    speed = workers(stt, [path], None, None)
    is_default = stt.beam_size == SttSettings.beam_size
    decoding = Decoding(beam_size=BEAM_SIZE if is_default else stt.beam_size)
    model = recognizer(
        settings,
        decoding,
        speed,
        notices=lambda message, hint: None,
        word_times=False,
        tells_languages=False,
    )
    segments: list[Segment] = []
    source = Recording(path, str(path))
    for event in events_of(
        [source], model, ReadOptions(), language=stt.only_language, n_workers=speed.n_workers
    ):
        if isinstance(event, RecordingEnded):
            if event.error is not None:
                raise event.error
        else:
            segments.extend(event.segments)
    return segments


async def _say(text: str, output: Path | None, settings: Settings) -> Clip:
    from voicecli.tts.clip import Clip, joined

    async with Engines(settings) as engines:
        clips = [clip async for clip in _spoken(text, engines)]
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
    import warnings

    from voicecli.text.aloud.pronunciations import pronunciations_of
    from voicecli.text.markdown import speakable
    from voicecli.text.sentences import sentences
    from voicecli.tts.reading import Reading

    async def deltas() -> AsyncIterator[str]:
        yield text

    voice = engines.voice()
    language = voice.language or "en"
    reading = Reading(
        voice,
        language,
        engines.other_voices(engines.settings.tts),
        pronunciations_of(engines.settings.tts),
        whole=True,
        notices=lambda message, hint: warnings.warn(f"{message} ({hint})", stacklevel=2),
    )
    async for sentence in sentences(speakable(deltas(), language), language):
        async for _, clip in reading.clips(sentence):
            yield clip
    if not reading.has_sound:
        raise reading.nothing_said()
