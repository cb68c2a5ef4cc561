"""All checks, one after the other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from voicecli.doctor import machine, server, sound, speech
from voicecli.doctor.findings import Finding
from voicecli.engines import Engines
from voicecli.settings import Settings


async def examine(
    settings: Settings,
    *,
    quiet: bool = False,
    somebody: bool = False,
    tell: Callable[[str], None] = lambda sentence: None,
) -> AsyncIterator[Finding]:
    """The findings, each as soon as it is there.

    quiet: play nothing; what comes back from the loudspeaker is not measured then.
    somebody: is there, and can be asked to speak.

    tell: gets what the user should do or expect meanwhile.
    """
    yield machine.check_python()
    engines = Engines(settings)
    voice = speech.found(engines.voice)
    recognizer = speech.found(engines.recognizer)
    latency_s = 0.0
    async for finding in sound.check(settings, voice, quiet=quiet, somebody=somebody, tell=tell):
        latency_s = finding.values.get("loudspeaker_latency_ms", 1000 * latency_s) / 1000
        yield finding
    tell("asking the language model")
    model = await server.check(settings)
    yield model
    tell("measuring the models")
    spoken = await speech.check_voice(voice)
    yield spoken
    yield await speech.check_recognizer(
        settings,
        recognizer,
        voice,
        others_ms=sum(
            (
                model.values.get("first_token_ms", server.TYPICAL_FIRST_TOKEN_MS),
                spoken.values.get("first_sentence_ms", 0.0),
            )
        ),
        latency_ms=1000 * latency_s,
    )
    yield machine.check_disk()
    yield await machine.check_network(settings)
    yield machine.check_licences(settings)
