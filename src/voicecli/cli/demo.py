"""Who asks in `talk --demo`: a recording in English; in other languages, the voice that answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import typer

from voicecli.cli.ending import run
from voicecli.engines import Engines
from voicecli.errors import ModelMissingError
from voicecli.languages import primary
from voicecli.languages.names import name_of
from voicecli.llm.builtin.reader import CODES, reader_in
from voicecli.settings import REALTIME, Settings

if TYPE_CHECKING:
    from voicecli.tts.clip import Voice

LEAD_S = 0.5
"""Before the first question."""

PAUSE_S = 8.0
"""After each question, as the longest of the recordings: a date with its year fits in."""


@contextmanager
def questions(settings: Settings) -> Iterator[Path]:
    """Somebody who asks what the built-in replies can answer, in the language of the settings; in
    English where that is to be found out.

    :raises ModelMissingError: where nothing here hears or speaks the language.
    """
    code = primary(settings.stt.only_language or "en")
    engines = Engines(settings)
    if code == "en":
        name = "demo.ogg" if engines.limits() is None else "demo-small.flac"
        with resources.as_file(resources.files("voicecli.cli") / name) as path:
            yield path
        return
    reader = reader_in(code)
    if reader is None:
        *others, last = sorted(name_of(known) for known in ("en", *CODES))
        raise typer.BadParameter(f"--demo asks in {', '.join(others)} or {last}; see --language")
    with TemporaryDirectory(prefix="voicecli-") as folder:
        path = Path(folder, f"demo-{code}.wav")
        run(_ask(engines, code, reader.table.demo, path))
        yield path


async def _ask(engines: Engines, code: str, texts: tuple[str, ...], path: Path) -> None:
    """Write a recording of a voice of the language."""
    from voicecli.sound.resampling import resample
    from voicecli.sound.samples import SAMPLE_RATE_HZ, silence
    from voicecli.sound.wav import WavWriter
    from voicecli.text.aloud import spoken
    from voicecli.text.aloud.pronunciations import pronunciations_of

    async with engines:
        voice = _voice_for(engines, code)
        pronunciations = pronunciations_of(engines.settings.tts)
        wav = WavWriter(path, SAMPLE_RATE_HZ)
        wav.write(silence(round(LEAD_S * SAMPLE_RATE_HZ)))
        for text in texts:
            clip = await voice.synthesize(spoken(text, code, pronunciations))
            wav.write(resample(clip.samples, clip.sample_rate_hz, SAMPLE_RATE_HZ))
            wav.write(silence(round(PAUSE_S * SAMPLE_RATE_HZ)))
        wav.close()


def _voice_for(engines: Engines, code: str) -> Voice:
    """The one that will answer; raises ModelMissingError where nobody could hear it, either."""
    from voicecli.tts.voices import speaks

    chosen = engines.voice()
    voice = chosen if speaks(chosen, code) else engines.other_voices(engines.settings.tts).of(code)
    lacking = _deaf(engines.settings, code) + ([] if voice else ["no voice here speaks it"])
    if voice is None or lacking:
        raise ModelMissingError(
            f"there is no demo in {name_of(code)} yet: {', and '.join(lacking)}",
            f"fetch what is missing: voicecli models pull --for {code}",
        )
    return voice


def _deaf(settings: Settings, code: str) -> list[str]:
    """The recogniser on board that does not hear a language; of others that isn't known."""
    from voicecli.models import find_stt, name_of
    from voicecli.models.formats import stt_languages
    from voicecli.speech_engines import WHISPER, is_here

    if settings.llm.engine == REALTIME or not is_here(settings.stt.engine, WHISPER):
        return []
    folder = find_stt(settings.stt.model, code)
    known = stt_languages(folder)
    return [] if not known or code in known else [f"{name_of(folder)} does not hear it"]
