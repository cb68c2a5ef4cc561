"""`voicecli say`: text -> speech, sentence by sentence while the text still arrives."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voicecli.cli.ending import run
from voicecli.cli.options import (
    Offline,
    OutputDevice,
    Profile,
    Server,
    VoiceName,
    VoiceUrl,
    refuse_contradictions,
    voice_engine,
)
from voicecli.cli.outputs import check_sound_output
from voicecli.cli.sinks import Destination, Sink, open_sink
from voicecli.cli.streams import polite_ends, tell, write_out
from voicecli.cli.texts import deltas_of, peek

if TYPE_CHECKING:
    from voicecli.settings import Settings, TtsSettings
    from voicecli.tts.clip import Clip, Voice
    from voicecli.tts.voices import OtherVoices

MAX_THREADS = 4
"""For the voice: more have little to do each, and wait for each other."""

AUTO = "auto"


class Timestamps(StrEnum):
    JSON = "json"


EXCLUDES = {
    "TEXT": ("--file",),
    "--timestamps": ("--output -",),
    "--output-device": ("--output",),
    "--voice": ("--language",),
    "--server": ("--language", "--speaker", "--volume", "--pause", "--timestamps", "--list-voices"),
}
NEEDS = {"--raw": "--output -"}
REASONS = {"--timestamps": ": both use standard output"}


def say(
    context: typer.Context,
    text: Annotated[
        str | None, typer.Argument(help="What to say. Default: standard input, as it comes.")
    ] = None,
    file: Annotated[
        str | None, typer.Option("--file", metavar="FILE", help="Read the text from a file.")
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write .wav, .flac, .mp3, .ogg, .opus or .m4a instead of playing; - is stdout.",
        ),
    ] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="With --output -: 16-bit mono samples, no header.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the output.")] = False,
    voice: VoiceName = None,
    voice_url: VoiceUrl = None,
    language: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Take a voice of this language; auto detects it."),
    ] = None,
    speaker: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of a voice with several: name or number.")
    ] = None,
    speed: Annotated[
        float | None, typer.Option(min=0.25, max=4, help="2 is twice as fast.")
    ] = None,
    volume: Annotated[float | None, typer.Option(min=0, max=4, help="1 is normal.")] = None,
    pause: Annotated[
        float | None, typer.Option(min=0, max=60, metavar="SECONDS", help="Between sentences.")
    ] = None,
    timestamps: Annotated[
        Timestamps | None, typer.Option(help="Tell on stdout when each word is said.")
    ] = None,
    output_device: OutputDevice = None,
    server: Server = None,
    list_voices: Annotated[
        bool, typer.Option("--list-voices", help="The voices on this machine.")
    ] = False,
    offline: Offline = None,
    profile: Profile = None,
) -> None:
    """Read text aloud.

    Example: ollama run llama3.2 "Tell me a story" | voicecli say
    """
    if list_voices and server is None:
        with polite_ends():
            _list_voices()
        return
    to_stdout = output == "-"
    output_file = None if output is None or to_stdout else Path(output)
    refuse_contradictions(context, EXCLUDES, NEEDS, REASONS)
    if force and (output is None or to_stdout):
        raise typer.BadParameter("--force needs --output FILE")
    from voicecli.cli.starting import load
    from voicecli.worker import one_thread_for_numpy

    one_thread_for_numpy()
    tts_engine, voice = voice_engine(voice, voice_url)
    settings = load(
        {
            "tts.engine": tts_engine,
            "sound.output_device": output_device,
            "tts.voice": voice,
            "tts.speaker": speaker,
            "tts.speed": speed,
            "tts.volume": volume,
            "offline": offline,
        },
        profile=profile,
        warns=False,
    ).settings
    if output_file is not None:
        check_sound_output(output_file, force=force, source=Path(file) if file else None)
    destination = Destination(output_file, to_stdout, raw, settings.sound.output_device)
    with polite_ends():
        if server is not None:
            run(_say_by(server, text, deltas_of(text, file), destination, voice, speed))
            return
        aligned, begun = timestamps is not None, None
        if language is None and _is_here(settings.tts):
            begun = _begun(settings.tts, aligned=aligned)  # while all the rest is imported
        run(
            _say(
                settings,
                deltas_of(text, file),
                destination,
                begun,
                language=language,
                pause_s=pause or 0.0,
                timestamps=aligned,
            )
        )


def _list_voices() -> None:
    from voicecli.models import installed_voices
    from voicecli.models.formats import voice_config

    for voice in installed_voices():
        languages = " ".join(voice.languages) or "?"
        speakers = voice_config(voice.path).get("speaker_id_map") or {}
        names = f"   speakers: {', '.join(speakers)}" if speakers else ""
        write_out(f"{voice.name:<32} {languages:<6} {voice.source}{names}\n")


# -- the voice --------------------------------------------------------------------------------


def _is_here(settings: TtsSettings) -> bool:
    from voicecli.speech_engines import PIPER, is_here

    return is_here(settings.engine, PIPER)


def _begun(settings: TtsSettings, *, aligned: bool) -> Voice:
    """A Piper voice, the loading of which has begun; raises ModelMissingError."""
    from voicecli.models import find_voice
    from voicecli.tts.piper import PiperModel, PiperSynthesizer

    model = PiperModel(find_voice(settings.voice), aligned=aligned, n_threads=_n_threads())
    model.begin()
    return PiperSynthesizer(model, settings, continuous=True)


def _n_threads() -> int:
    return min(MAX_THREADS, os.cpu_count() or 1)


def _voice_for(language: str, beginning: str, configured: str | None) -> tuple[Path, str]:
    """A voice of a language, and the code to read in; `auto` detects it among the voices' own.

    One of the same region goes before the configured one, and that before any other.
    """
    from voicecli.errors import ModelError, ModelMissingError
    from voicecli.languages import primary
    from voicecli.models import find_voice, installed_voices
    from voicecli.models.formats import voice_language

    paths = [voice.path for voice in installed_voices()]
    with suppress(ModelError):
        paths.insert(0, find_voice(configured))
    codes = {path: code.lower() for path in paths if (code := voice_language(path))}
    known = list(dict.fromkeys(primary(code) for code in codes.values()))
    if language == AUTO:
        language = _detect(beginning, known)
    wanted = language.lower().replace("_", "-")
    found = [path for path, code in codes.items() if primary(code) == primary(wanted)]
    if not found:
        raise ModelMissingError(
            f"no voice on this machine speaks {language!r}, only: {', '.join(known)}",
            "`voicecli models` lists voices to pull",
        )
    path = next((path for path in found if codes[path] == wanted), found[0])
    return path, wanted if "-" in wanted else codes[path]


def _detect(text: str, languages: list[str]) -> str:
    """Which of these languages a text is in."""
    if len(languages) == 1:
        return languages[0]
    import py3langid

    py3langid.set_languages([code for code in languages if code in _KNOWN_TO_LANGID])
    return py3langid.classify(text)[0]


_KNOWN_TO_LANGID = frozenset(
    "af am an ar as az be bg bn br bs ca cs cy da de dz el en eo es et eu fa fi fo fr ga gl gu he"
    " hi hr ht hu hy id is it ja jv ka kk km kn ko ku ky la lb lo lt lv mg mk ml mn mr ms mt nb ne"
    " nl nn no oc or pa pl ps pt qu ro ru rw se si sk sl sq sr sv sw ta te th tl tr ug uk ur vi vo"
    " wa xh zh zu".split()
)


# -- the speech -------------------------------------------------------------------------------


async def _say(
    settings: Settings,
    deltas: AsyncIterator[str],
    target: Destination,
    voice: Voice | None,
    *,
    language: str | None,
    pause_s: float,
    timestamps: bool,
) -> None:
    """voice: None looks for one."""
    import asyncio

    from voicecli.sound.samples import silence
    from voicecli.tts.clip import Clip

    tts, code = settings.tts, language
    stack = AsyncExitStack()
    if language is not None and _is_here(tts):
        beginning, deltas = await peek(deltas)
        path, code = _voice_for(language, beginning, tts.voice)
        voice = _begun(replace(tts, voice=str(path)), aligned=timestamps)
    elif voice is None:
        from voicecli.engines import Engines

        engines = await stack.enter_async_context(Engines(settings, notices=tell))
        voice = engines.voice(tts, aligned=timestamps, n_threads=_n_threads(), continuous=True)
    code = code or voice.language or "en"
    loading = asyncio.create_task(voice.load())
    await asyncio.sleep(0)  # it is loaded while this thread imports
    from voicecli.text.aloud.pronunciations import pronunciations_of
    from voicecli.text.markdown import speakable
    from voicecli.text.sentences import FIRST_CLAUSE_WORDS, sentences, split_sentences
    from voicecli.tts.captions import Captions
    from voicecli.tts.reading import Reading

    # A pause and a caption are a sentence's: none is merged with the next, or cut.
    whole = bool(pause_s) or timestamps
    # While someone waits for the first sound, a first clause will do; in a file it would be heard.
    hurry = target.file is None and not whole
    first_clause_words = FIRST_CLAUSE_WORDS if hurry else None
    captions = Captions(voice)
    reading = Reading(
        voice,
        code,
        _other_voices(settings, tts, stack),
        pronunciations_of(settings.tts),
        whole=not hurry,
        loading=loading,
        notices=tell,
    )
    async with stack:
        sink: Sink | None = None
        async for sentence in sentences(
            speakable(deltas, code), code, first_clause_words=first_clause_words, whole=whole
        ):
            said: list[tuple[str, Clip]] = []
            for piece in split_sentences(sentence, code) if whole else [sentence]:
                async for text, clip in reading.clips(piece):
                    rate_hz = clip.sample_rate_hz
                    if sink is None:
                        sink = await stack.enter_async_context(open_sink(target, rate_hz))
                    elif pause_s and not said:
                        gap = Clip(silence(round(pause_s * rate_hz)), rate_hz)
                        captions.skip(gap)
                        await sink.write(gap)
                    said.append((text.strip(), clip))
                    await sink.write(clip)
            if timestamps and said:
                captions.add(sentence, said)
        if sink is None:
            await loading
            raise reading.nothing_said()
        await sink.drain()
    if timestamps:
        write_out(captions.as_json() + "\n")


def _other_voices(settings: Settings, tts: TtsSettings, stack: AsyncExitStack) -> OtherVoices:
    """Of this machine, for what the chosen one doesn't speak; looked for when one is wanted."""
    from voicecli.models.catalogue import how_to_get_voice
    from voicecli.tts.voices import OtherVoices

    found: list[OtherVoices] = []

    def of(code: str) -> Voice | None:
        if not found:
            from voicecli.engines import Engines

            engines = Engines(settings, notices=tell)
            stack.push_async_exit(engines)
            found.append(engines.other_voices(tts))
        return found[0].of(code)

    return OtherVoices(of, how_to_get_voice)


async def _say_by(
    server: str,
    text: str | None,
    deltas: AsyncIterator[str],
    destination: Destination,
    voice: str | None,
    speed: float | None,
) -> None:
    """By the engines of a server that runs: nothing of ours is loaded."""
    from voicecli.cli.remote import MAX_CHARS, RemoteServer

    texts = deltas
    if text is None or len(text) > MAX_CHARS:
        from voicecli.text.markdown import speakable
        from voicecli.text.sentences import sentences

        texts = sentences(speakable(deltas))
    async with AsyncExitStack() as stack:
        sink: Sink | None = None
        async for clip in RemoteServer.at(server).speech(texts, voice, speed):
            if sink is None:
                sink = await stack.enter_async_context(open_sink(destination, clip.sample_rate_hz))
            await sink.write(clip)
        if sink is None:
            from voicecli.tts.reading import nothing_to_say

            raise nothing_to_say()
        await sink.drain()
