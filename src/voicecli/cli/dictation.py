"""`voicecli transcribe --mic`: what is said into the microphone, line by line."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from voicecli.cli.ending import run
from voicecli.cli.streams import polite_ends, tell, write_out
from voicecli.printable import in_one_line

if TYPE_CHECKING:
    from voicecli.duplex.seam import Duplex
    from voicecli.settings import ListenSettings, Settings
    from voicecli.sound.samples import Samples
    from voicecli.stt.transcript import Recognizer


def dictate(settings: Settings, *, silence_s: float | None, as_json: bool) -> None:
    """Write a line for every utterance, until Ctrl-C or so much silence."""
    with polite_ends():
        run(_dictate(settings, silence_s, as_json=as_json))


async def _dictate(settings: Settings, silence_s: float | None, *, as_json: bool) -> None:
    from voicecli.duplex.devices import DeviceDuplex
    from voicecli.engines import Engines
    from voicecli.settings.servers import servers_in

    engines = Engines(settings, notices=tell)
    recognizer = engines.recognizer()
    if limits := engines.limits():
        tell(*limits)
    # The microphone opens first: what is said while the model loads waits in its inbox.
    async with (
        engines,
        DeviceDuplex(settings.sound.input_device, loudspeaker=False, notices=tell) as duplex,
    ):
        tell(f"listening ({duplex.describe()}); Ctrl-C ends")
        if servers_in(settings.stt.engine):
            tell(f"what you say is sent to {recognizer.name}")
        await recognizer.warm_up()
        await _listen(duplex, settings.listen, recognizer, silence_s, as_json=as_json)


async def _listen(
    duplex: Duplex,
    settings: ListenSettings,
    recognizer: Recognizer,
    silence_s: float | None,
    *,
    as_json: bool,
) -> None:
    from voicecli.hearing.ears import Ears
    from voicecli.hearing.echo import NoEcho
    from voicecli.hearing.endpointing import Utterance
    from voicecli.hearing.vad import SileroVad
    from voicecli.sound.samples import SAMPLE_RATE_HZ

    ears = Ears(NoEcho(), SileroVad(), settings)
    endpointer = ears.endpointer
    quiet_since: int | None = None
    try:
        async with aclosing(duplex.frames()) as frames:
            async for frame in frames:
                for event in ears.hear(frame).events:
                    if isinstance(event, Utterance):
                        times = event.start, event.speech_end
                        await _write(recognizer, event.samples, *times, as_json=as_json)
                if endpointer.in_speech or quiet_since is None:
                    quiet_since = ears.now
                elif silence_s and ears.now - quiet_since >= silence_s * SAMPLE_RATE_HZ:
                    return
    finally:
        # Ctrl-C in the middle of a sentence: it was said, so it is written.
        if endpointer.in_speech:
            samples = endpointer.so_far()
            await _write(recognizer, samples, ears.now - len(samples), ears.now, as_json=as_json)


async def _write(
    recognizer: Recognizer, samples: Samples, start: int, end: int, *, as_json: bool
) -> None:
    """start, end: of the speech, at 16 kHz since the microphone opened."""
    from voicecli.sound.samples import SAMPLE_RATE_HZ
    from voicecli.transcription.formats import line
    from voicecli.transcription.segments import Segment

    heard = await recognizer.transcribe(samples)
    if text := in_one_line(heard.text):
        segment = Segment(
            start / SAMPLE_RATE_HZ,
            end / SAMPLE_RATE_HZ,
            text,
            heard.language,
            avg_logprob=heard.avg_logprob,
            no_speech_prob=heard.no_speech_prob,
        )
        write_out(line(segment, "jsonl" if as_json else "txt"))
